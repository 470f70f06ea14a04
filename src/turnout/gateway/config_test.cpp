#include "turnout/gateway/config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/regex.hpp>

#include <algorithm>
#include <set>
#include <sstream>

namespace turnout::gateway {
namespace {

const std::string kDigest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string kPolicy = "[policy]\ntext = 'mini,large'\n";
const std::string kUpstream =
    "[[upstream]]\nname = 'here'\nurl = 'http://127.0.0.1:9000'\nkey = 'none'\n";
const std::string kModels = "[[model]]\nname = 'mini'\n[[model]]\nname = 'large'\n";
const std::string kLeast = kPolicy + kUpstream + kModels;

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

/// Every value of a config, to tell whether two are the same.
std::string written(const Config& config) {
  const auto optional = [](const auto& value) {
    return value ? fmt::format("{}", *value) : std::string("-");
  };
  const auto& listen = config.listen;
  std::string all =
      fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {}\n", static_cast<int>(config.log),
                  listen.address, listen.port, listen.tls.certificate, listen.tls.key,
                  listen.threads, listen.most_connections, listen.longest_head, listen.longest_body,
                  listen.head_us, listen.idle_us, listen.write_us, config.drain_us);
  all += fmt::format("{} {} {} {} {} {}\n", config.store.passes, config.store.tasks,
                     config.store.tasks_every_us, config.store.spill, config.store.spill_limit,
                     config.store.every_us);
  const auto& control = config.control;
  all += fmt::format("{} {} {} {} {} {} {} {} {} {} {}\n", static_cast<int>(control.mode),
                     control.every_us, optional(control.every_passes),
                     optional(control.lifetime_value), optional(control.penalty), control.log_us,
                     control.least_tasks, control.least_saving, control.largest_step,
                     control.least_success, control.most_explored);
  const auto& policy = config.policy;
  all += fmt::format("{} {} {} {} {} {}\n", policy.text, optional(policy.shadow_serves),
                     static_cast<int>(policy.fallback), optional(policy.most_attempts),
                     optional(policy.most_usd_per_task), policy.window_us);
  for (const auto& alias : policy.aliases) all += alias + " ";
  for (const auto& up : config.upstreams) {
    all += fmt::format("\n{} {} {} {} {} {} {} {} {} {} {} {} {} {}", up.name, up.origin.host,
                       up.origin.port, up.origin.tls, up.origin.authorities, up.origin.connect_us,
                       up.origin.head_us, up.origin.idle_us, up.base_path,
                       static_cast<int>(up.key.source), up.key.name, up.openai, up.anthropic,
                       up.retries);
  }
  for (const auto& rung : config.models) {
    all += fmt::format("\n{} {} {} {} {} {}", rung.name, rung.upstream, rung.model,
                       optional(rung.context_tokens), rung.images, rung.tools);
    for (const auto& parameter : rung.parameters)
      all += fmt::format(" {}={}", parameter.name, parameter.json);
    if (rung.price) {
      all += fmt::format(" {} {} {} {} {} {}", rung.price->input, rung.price->cached_input,
                         rung.price->cache_write, rung.price->output, rung.price->reasoning,
                         rung.price->as_of);
    }
  }
  for (const auto& key : config.keys) {
    all += fmt::format("\n{} {} {} {} {} {} {}", key.name, hex_of(key.sha256),
                       static_cast<int>(key.traffic), optional(key.requests_per_minute),
                       optional(key.usd_per_day), key.admin, key.one_person);
  }
  return all;
}

TEST(Config, an_upstream_two_models_and_a_policy_are_enough) {
  const Config config = read(kLeast);
  EXPECT_EQ(config.listen.address, "127.0.0.1");
  EXPECT_EQ(config.listen.port, 8080);
  EXPECT_EQ(config.listen.threads, 1U);
  EXPECT_EQ(config.store.passes, "sqlite:turnout.db");
  EXPECT_EQ(config.policy.aliases,
            (std::vector<std::string>{"turnout/auto", "claude-turnout-auto"}));
  EXPECT_EQ(config.policy.fallback, Fallback::kUp);
  EXPECT_EQ(config.policy.most_attempts, std::nullopt);
  EXPECT_EQ(config.upstreams[0].key.source, UpstreamKey::Source::kNone);
  EXPECT_TRUE(config.upstreams[0].openai);
  EXPECT_FALSE(config.upstreams[0].anthropic);
  EXPECT_EQ(config.models[1].upstream, 0U);
  EXPECT_EQ(config.models[1].model, "large");
  EXPECT_EQ(config.models[1].price, std::nullopt);
  EXPECT_EQ(config.parsed_policy().text(), "mini,large");
}

TEST(Config, every_key_arrives_where_it_belongs) {
  const Config config = read(R"(
[listen]
address = "0.0.0.0"
port = 0
tls_certificate = "/own.pem"
tls_key = "/own.key"
threads = 3
most_connections = 77
longest_head = 2048
longest_body = 4096
head_s = 1.5
idle_s = 2.5
write_s = 3.5
drain_s = 0
[store]
passes = "postgres://u:p@h/d"
tasks = "postgresql://u:q@h/e"
tasks_every_s = 0.5
spill = "/var/spül"
spill_limit = 1048576
every_s = 0.25
[log]
format = "json"
[control]
mode = "apply"
every_s = 60
every_passes = 5000
penalty_usd = 0.5
log_days = 0.5
least_tasks = 7
least_saving = 0.25
largest_step = 2
least_success = 0.75
most_explored = 0.125
[policy]
text = "explore:0.1/b,a"
aliases = ["auto"]
shadow = true
shadow_serves = "b"
fallback = "none"
most_attempts = 9
most_usd_per_task = 0.5
window_s = 60
[[upstream]]
name = "first"
url = "https://One.example:8443/v1/"
key_env = "KEY"
speaks = ["anthropic", "openai"]
connect_s = 1
first_token_s = 2
idle_s = 3
retries = 4
authorities = "own.pem"
[[upstream]]
name = "second"
url = "http://[::1]"
key_file = "/etc/key"
speaks = ["anthropic"]
[[model]]
name = "a"
upstream = "second"
model = "vendor/a-1"
context_tokens = 1000
images = false
tools = false
parameters = { max_tokens = 2000, reasoning = { effort = "low" } }
price = { input = 0.5, cached_input = 0.25, cache_write = 0.75, output = 2, reasoning = 4, as_of = "2026-11-01" }
[[model]]
name = "b"
upstream = "first"
price = { input = 1, output = 3, as_of = "2026-11-02" }
[[key]]
name = "team"
sha256 = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
class = "batch"
requests_per_minute = 600
usd_per_day = 50
admin = true
one_person = true
)");
  EXPECT_EQ(written(config),
            "2 0.0.0.0 0 /own.pem /own.key 3 77 2048 4096 1500000 2500000 3500000 0\n"
            "postgres://u:p@h/d postgresql://u:q@h/e 500000 /var/spül 1048576 250000\n"
            "2 60000000 5000 - 0.5 43200000000 7 0.25 2 0.75 0.125\n"
            "explore:0.1/b,a 1 0 9 0.5 60000000\n"
            "auto "
            "\nfirst one.example 8443 true own.pem 1000000 2000000 3000000 /v1 0 KEY true true 4"
            "\nsecond ::1 80 false  5000000 300000000 300000000  1 /etc/key false true 1"
            "\na 1 vendor/a-1 1000 false false max_tokens=2000 reasoning={\"effort\":\"low\"} "
            "0.5 0.25 0.75 2 4 2026-11-01"
            "\nb 0 b - true true 1 1 1 3 3 2026-11-02"
            "\nteam " +
                kDigest + " 2 600 50 true true");
}

TEST(Config, the_model_that_serves_in_shadow_does_nothing_without_it) {
  const std::string serves = kPolicy + "shadow_serves = 'large'\n";
  EXPECT_EQ(read(serves + kUpstream + kModels).policy.shadow_serves, std::nullopt);
  EXPECT_EQ(read(serves + "shadow = true\n" + kUpstream + kModels).policy.shadow_serves, 1U);
}

TEST(Config, a_control_loop_needs_prices_and_what_a_lost_user_costs) {
  const std::string propose = kLeast + "[control]\nmode = 'propose'\n";
  EXPECT_NE(problems(propose).find("lifetime_value_usd: or penalty_usd, one of them"),
            std::string::npos)
      << problems(propose);
  EXPECT_NE(problems(propose).find("the model 'mini' has no price"), std::string::npos);
  const std::string both = propose + "penalty_usd = 1\nlifetime_value_usd = 1\n";
  EXPECT_NE(problems(both).find("one of them"), std::string::npos);
  EXPECT_NE(problems(propose + "penalty_usd = -1\n").find("penalty_usd"), std::string::npos);
  EXPECT_EQ(read(kLeast).control.mode, ControlMode::kOff);
}

TEST(Config, names_pin_models_and_aliases_ask_the_policy) {
  const Config config = read(kPolicy + kUpstream +
                             "[[model]]\nname = 'mini'\nmodel = 'vendor-x'\n"
                             "[[model]]\nname = 'large'\nmodel = 'vendor-x'\n"
                             "[[model]]\nname = 'vendor-y'\nmodel = 'mini'\n");
  EXPECT_TRUE(config.is_alias("turnout/auto"));
  EXPECT_FALSE(config.is_alias("mini"));
  EXPECT_EQ(config.pinned("large"), 1U);
  EXPECT_EQ(config.pinned("vendor-x"), 0U);  // the first that the upstream calls so
  EXPECT_EQ(config.pinned("mini"), 0U);      // a name goes before an upstream's name
  EXPECT_EQ(config.pinned("turnout/auto"), std::nullopt);
}

TEST(Config, a_key_can_be_sent_if_it_is_one_word) {
  EXPECT_EQ(sendable_key("sk-abc\n", "f").value(), "sk-abc");
  EXPECT_EQ(sendable_key(" \tsk-abc\r\n", "f").value(), "sk-abc");
  EXPECT_EQ(sendable_key("", "KEY").error().to_string(), "KEY: has no key in it");
  for (const char* wrong : {"", " \n", "s3cret\nx", "s3cret x", "s3cret\x01", "s3cret\xc3\xa4"}) {
    const auto key = sendable_key(wrong, "KEY");
    ASSERT_FALSE(key) << wrong;
    EXPECT_EQ(key.error().to_string().find("s3cret"), std::string::npos);
  }
}

TEST(Config, a_printed_entry_of_a_new_key_admits_it) {
  const std::string name = "team \"a\" \\";
  const Config config = read(kLeast + key_entry_text(name, "sk-turnout-abc"));
  EXPECT_EQ(config.keys.at(0).name, name);
  KeyRing ring(config.keys);
  EXPECT_EQ(ring.admit({{"x-api-key", "sk-turnout-abc"}}, 0).admission, Admission::kAdmitted);
}

/// The lines of the example that show a default, without their "# ".
std::string with_defaults(std::string_view example) {
  static const boost::regex kShown(R"(# (\w+) = .*)");
  const std::set<std::string> no_default = {
      "shadow_serves", "tasks",        "most_attempts",       "most_usd_per_task", "key_file",
      "key",           "authorities",  "tls_certificate",     "tls_key",           "name",
      "sha256",        "class",        "requests_per_minute", "usd_per_day",       "admin",
      "one_person",    "every_passes", "lifetime_value_usd",  "penalty_usd"};
  std::istringstream lines{std::string(example)};
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    boost::smatch match;
    const bool shown = boost::regex_match(line, match, kShown) && no_default.count(match[1]) == 0;
    all += (shown ? line.substr(2) : line) + "\n";
  }
  return all;
}

TEST(Config, the_example_is_sound_and_what_it_calls_a_default_is_one) {
  const std::string example(example_config());
  const std::string uncommented = with_defaults(example);
  EXPECT_GT(std::count(example.begin(), example.end(), '#') -
                std::count(uncommented.begin(), uncommented.end(), '#'),
            25);
  EXPECT_EQ(written(read(uncommented)), written(read(example)));
}

TEST(Config, the_example_shows_every_key) {
  const std::string example(example_config());
  for (const char* table : {"", "[listen]", "[store]", "[policy]", "[[upstream]]", "[[model]]",
                            "[[key]]", "[[model]]\n[model.price]"}) {
    const std::string all = problems(std::string(table) + "\nnonsense = 1\n");
    boost::smatch match;
    static const boost::regex kAllowed("nonsense: is not a known key; allowed are ([^;\n]*)");
    ASSERT_TRUE(boost::regex_search(all, match, kAllowed)) << table << all;
    std::istringstream keys(match[1].str());
    for (std::string key; std::getline(keys >> std::ws, key, ',');) {
      const boost::regex shown("(^|\n)(# )?(\\[+" + key + "\\]|.*\\b" + key + " = )");
      EXPECT_TRUE(boost::regex_search(example, shown)) << table << " " << key;
    }
  }
}

}  // namespace
}  // namespace turnout::gateway
