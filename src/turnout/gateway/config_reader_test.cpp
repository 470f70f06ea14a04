#include "turnout/gateway/config_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace turnout::gateway {
namespace {

const std::string kDigest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string kPolicy = "[policy]\ntext = 'mini,large'\n";
const std::string kUpstream =
    "[[upstream]]\nname = 'here'\nurl = 'http://127.0.0.1:9000'\nkey = 'none'\n";
const std::string kModels = "[[model]]\nname = 'mini'\n[[model]]\nname = 'large'\n";
const std::string kLeast = kPolicy + kUpstream + kModels;
const std::string kPriced = "price = { input = 1, output = 2, as_of = 'now' }\n";

Config read(const std::string& toml) {
  auto reading = check_config(toml, "t.toml");
  for (const auto& problem : reading.problems) ADD_FAILURE() << problem.to_string();
  return std::move(reading.config).value();
}

/// All problems, each on a line.
std::string problems(const std::string& toml) {
  const auto reading = check_config(toml, "t.toml");
  EXPECT_EQ(reading.config.has_value(), reading.problems.empty());
  std::string all;
  for (const auto& problem : reading.problems) all += problem.to_string() + "\n";
  return all;
}

/// A config that is sound but for one problem.
std::string problem(const std::string& toml) {
  const std::string all = problems(toml);
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 1) << all << "in\n" << toml;
  return all.substr(0, all.find('\n'));
}

TEST(ConfigReader, a_message_names_the_line_the_key_and_what_is_allowed) {
  EXPECT_EQ(problem(kLeast + "[listen]\nport = 65536\n"),
            "t.toml:12: listen.port: 65536 must be a whole number in [0, 65535]");
  EXPECT_EQ(problem(kLeast + "[listen]\nprot = 1\n").substr(0, 50),
            "t.toml:12: listen.prot: is not a known key; allowe");
  EXPECT_TRUE(problem(kLeast + "[listen]\nprot = 1\n").ends_with("; did you mean 'port'?"));
  EXPECT_EQ(problem(kUpstream + kModels),
            "t.toml: policy.text: is missing: which model serves which attempt, such as "
            "\"small,large\"");
  EXPECT_EQ(problem(kLeast + "[listen\n"),
            "t.toml:11: Error while parsing table header: expected ']', saw '\\n'");
  EXPECT_EQ(problem(kPolicy + kUpstream + "[[model]]\nname='mini'\n"),
            "t.toml:2: policy.text: 'large' is no model; known: mini");
  EXPECT_EQ(problem("[policy]\ntext = 'mini,large'\nfallback = 'upp'\n" + kUpstream + kModels),
            "t.toml:3: policy.fallback: 'upp' must be one of none, up, any; did you mean 'up'?");
}

TEST(ConfigReader, all_problems_are_found_in_the_order_of_the_lines) {
  const auto reading =
      check_config("[listen]\nport = 'x'\n[policy]\ntext = 'mini'\nwindow_s = 0\n" + kUpstream +
                       "retries = 11\n[[model]]\nname = 'mini'\ntools = 1\n[store]\nevvery_s = 1\n",
                   "t.toml");
  std::vector<std::string> places;
  for (const auto& found : reading.problems) places.push_back(found.context);
  EXPECT_EQ(places,
            (std::vector<std::string>{"t.toml:2: listen.port", "t.toml:5: policy.window_s",
                                      "t.toml:10: upstream[1].retries", "t.toml:13: model[1].tools",
                                      "t.toml:15: store.evvery_s"}));
  const auto first = read_config("[listen]\nport = 'x'\nthreads = 0\n" + kLeast, "t.toml");
  EXPECT_EQ(first.error().to_string(),
            "t.toml:2: listen.port: is a TOML string, must be a whole number (1 more problem; "
            "turnout serve --check lists all)");
}

struct Wrong {
  std::string toml, place;
};

TEST(ConfigReader, each_bound_is_kept) {
  const std::string model = kPolicy + kUpstream + kModels;
  const auto listen = [&](const std::string& line) { return kLeast + "[listen]\n" + line; };
  const auto store = [&](const std::string& line) { return kLeast + "[store]\n" + line; };
  const auto policy = [&](const std::string& line) {
    return kPolicy + line + "\n" + kUpstream + kModels;
  };
  const auto key = [&](const std::string& line) {
    return kLeast + "[[key]]\nname = 'k'\nsha256 = '" + kDigest + "'\n" + line;
  };
  const std::vector<Wrong> all = {
      {listen("tls_certificate = 'a.pem'"), "listen.tls_certificate"},
      {listen("tls_key = 'a.key'"), "listen.tls_key"},
      {listen("tls_key = ''\ntls_certificate = 'a.pem'"), "listen.tls_key"},
      {kLeast + "[log]\nformat = 'xml'", "log.format"},
      {listen("threads = 0"), "listen.threads"},
      {listen("threads = 257"), "listen.threads"},
      {listen("threads = 1.5"), "listen.threads"},
      {listen("most_connections = 0"), "listen.most_connections"},
      {listen("longest_head = 1023"), "listen.longest_head"},
      {listen("longest_body = 1073741825"), "listen.longest_body"},
      {listen("head_s = 0.009"), "listen.head_s"},
      {listen("idle_s = 3601"), "listen.idle_s"},
      {listen("write_s = nan"), "listen.write_s"},
      {listen("drain_s = -1"), "listen.drain_s"},
      {listen("address = ''"), "listen.address"},
      {listen("address = ' ::1'"), "listen.address"},
      {store("passes = 'turnout.db'"), "store.passes"},
      {store("passes = 'sqlite:'"), "store.passes"},
      {store("tasks = 'sqlite:turnout.db'"), "store.tasks"},
      {store("tasks_every_s = 1.5"), "store.tasks_every_s"},
      {store("spill = ''"), "store.spill"},
      {store("spill_limit = 1048575"), "store.spill_limit"},
      {store("every_s = 0"), "store.every_s"},
      {policy("aliases = []"), "policy.aliases"},
      {policy("aliases = ['mini']"), "policy.aliases"},
      {policy("aliases = ['a', 'a']"), "policy.aliases"},
      {policy("shadow = true"), "policy.shadow_serves"},
      {policy("shadow_serves = 'huge'"), "policy.shadow_serves"},
      {policy("shadow = 1"), "policy.shadow"},
      {policy("most_attempts = 0"), "policy.most_attempts"},
      {policy("most_usd_per_task = 1"), "policy.most_usd_per_task"},  // no prices
      {policy("window_s = 2678401"), "policy.window_s"},
      {model + "context_tokens = 0\n", "model[2].context_tokens"},
      {model + "upstream = 'there'\n", "model[2].upstream"},
      {model + "parameters = 3\n", "model[2].parameters"},
      {model + "price = { input = 1, output = 1 }\n", "model[2].price.as_of"},
      {model + "price = { input = 1, as_of = 'x' }\n", "model[2].price.output"},
      {model + "price = { input = -1, output = 1, as_of = 'x' }\n", "model[2].price.input"},
      {model + "[[model]]\nname = 'mini'\n", "model[3].name"},
      {model + "[[model]]\n", "model[3].name"},
      {model + "[[upstream]]\nname = 'here'\nurl = 'http://a'\nkey = 'none'\n", "upstream[2].name"},
      {key("class = 'human'"), "key[1].class"},
      {key("requests_per_minute = 0"), "key[1].requests_per_minute"},
      {key("requests_per_minute = 1000001"), "key[1].requests_per_minute"},
      {key("usd_per_day = 5"), "key[1].usd_per_day"},  // no prices
      {key("admin = 'yes'"), "key[1].admin"},
      {key("one_person = 1"), "key[1].one_person"},
      {key("[[key]]\nname = 'k2'\nsha256 = '" + kDigest + "'"), "key[2].sha256"},
      {kLeast + "[[key]]\nname = 'k'\nsha256 = '" + kDigest.substr(1) + "'", "key[1].sha256"},
      {kLeast + "[[key]]\nname = 'k'\n", "key[1].sha256"},
      {kPolicy + kModels, "upstream"},
      {kPolicy + kUpstream + "model = 3\n", "upstream[1].model"},
  };
  for (const auto& [toml, place] : all) {
    const std::string found = problems(toml);
    ASSERT_NE(found, "") << toml;
    EXPECT_NE(found.find(place + ": "), std::string::npos) << found << toml;
  }
}

TEST(ConfigReader, a_bound_itself_is_allowed) {
  for (const char* lines :
       {"[listen]\nport = 65535\nthreads = 256\nmost_connections = 1000000\nlongest_head = 1024\n"
        "longest_body = 1073741824\nhead_s = 0.01\nidle_s = 3600\ndrain_s = 3600\n",
        "[listen]\nthreads = 1\nmost_connections = 1\nlongest_head = 1048576\nlongest_body = "
        "1024\n",
        "[store]\nspill_limit = 1048576\nevery_s = 0.01\n",
        "[store]\nspill_limit = 1099511627776\nevery_s = 3600\n",
        "context_tokens = 1000000000\nprice = { input = 0, output = 1e6, as_of = 'x' }\n"})
    (void)read(kLeast + lines);
  (void)read(kPolicy + "window_s = 2678400\nmost_attempts = 100000\n" + kUpstream +
             "retries = 10\nconnect_s = 3600\n" + kModels);
  (void)read(kPolicy + "window_s = 1\nmost_attempts = 1\n" + kUpstream + "retries = 0\n" + kModels +
             "[[key]]\nname = 'k'\nsha256 = '" + kDigest + "'\nrequests_per_minute = 1000000\n");
}

TEST(ConfigReader, an_upstreams_key_comes_from_exactly_one_place) {
  const std::string start = kPolicy + kModels + "[[upstream]]\nname='u'\nurl='https://a'\n";
  for (const char* none_or_two :
       {"", "key_env='A'\nkey_file='b'\n", "key='client'\nkey_env='A'\n", "key=''\n", "key=1\n"})
    EXPECT_NE(problems(start + none_or_two).find("upstream[1].key: "), std::string::npos);
  EXPECT_EQ(read(start + "key = 'client'\n").upstreams[0].key.source, UpstreamKey::Source::kClient);
}

TEST(ConfigReader, the_clients_key_is_not_passed_on_where_it_is_the_gateways_own) {
  const std::string client = kPolicy + kModels + "[[upstream]]\nname='u'\nurl='https://a'\n";
  EXPECT_NE(problem(client + "key='client'\n[[key]]\nname='k'\nsha256='" + kDigest + "'\n")
                .find("t.toml:10: upstream[1].key: \"client\" would pass on"),
            std::string::npos);
}

TEST(ConfigReader, without_keys_nobody_but_this_machine_is_served) {
  for (const char* own : {"127.0.0.1", "127.3.2.1", "localhost", "::1"})
    EXPECT_EQ(read(kLeast + "[listen]\naddress='" + own + "'\n").listen.address, own);
  for (const char* open : {"0.0.0.0", "::", "10.0.0.1", "127.example.org", "localhost.example.org"})
    EXPECT_NE(problem(kLeast + "[listen]\naddress='" + open + "'\n").find("[[key]]"),
              std::string::npos);
  const std::string key = "[[key]]\nname='k'\nsha256='" + kDigest + "'\n";
  EXPECT_EQ(read(kLeast + key + "[listen]\naddress='0.0.0.0'\n").keys.size(), 1U);
}

TEST(ConfigReader, budgets_need_the_prices_of_all_models) {
  const std::string models =
      "[[model]]\nname='mini'\n" + kPriced + "[[model]]\nname='large'\n" + kPriced;
  const std::string key = "[[key]]\nname='k'\nsha256='" + kDigest + "'\nusd_per_day = 0.5\n";
  EXPECT_EQ(
      read(kPolicy + "most_usd_per_task = 2\n" + kUpstream + models + key).keys[0].usd_per_day,
      0.5);
}

TEST(ConfigReader, a_parameter_may_not_change_what_the_client_asked) {
  for (const char* key :
       {"model", "messages", "input", "prompt", "system", "instructions", "stream"})
    EXPECT_NE(problem(kLeast + "parameters = { " + key + " = 'x' }\n").find("is the client's"),
              std::string::npos);
}

/// Keys are put where they do not belong by mistake; a log must not have them.
TEST(ConfigReader, no_message_shows_a_secret) {
  for (const std::string& toml :
       {kLeast + "[store]\npasses = 'mysql://u:s3cret@h/d'\n",
        kLeast + "[store]\npasses = ['s3cret']\n",
        kLeast + "[store]\ntasks = 'mysql://u:s3cret@h/d'\n",
        kLeast + "[[key]]\nname = 'k'\nsha256 = 's3cret'\n",
        kLeast + "[[key]]\nname = 'k'\nkey = 's3cret'\n",
        kPolicy + kModels + "[[upstream]]\nname='u'\nurl='https://a'\nkey='s3cret'\n",
        kPolicy + kModels + "[[upstream]]\nname='u'\nurl='https://a'\nkey=' s3cret '\n",
        kPolicy + kModels + "[[upstream]]\nname='u'\nurl='https://s3cret@a'\nkey='none'\n"}) {
    const std::string all = problems(toml);
    EXPECT_NE(all, "") << toml;
    EXPECT_EQ(all.find("s3cret"), std::string::npos) << all;
  }
}

}  // namespace
}  // namespace turnout::gateway
