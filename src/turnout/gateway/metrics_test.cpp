#include "turnout/gateway/metrics.h"

#include <gtest/gtest.h>
#include <boost/regex.hpp>

#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "turnout/gateway/metric_page.h"

namespace turnout::gateway {
namespace {

/// What a reader of the text format 0.0.4 makes of a page, written from the format's description and
/// sharing nothing with the writer. `wrong` is what promtool would complain about.
struct Reading {
  std::map<std::string, std::string> types;  // by family
  std::map<std::string, double> samples;     // by the line up to the value
  std::vector<std::string> wrong;

  [[nodiscard]] double at(const std::string& sample) const {
    const auto found = samples.find(sample);
    return found == samples.end() ? -1 : found->second;
  }
};

/// The family that a sample's name belongs to.
std::string family_of(const Reading& reading, const std::string& name) {
  if (reading.types.count(name) != 0) return name;
  for (const std::string suffix : {"_bucket", "_sum", "_count"}) {
    if (!name.ends_with(suffix)) continue;
    const std::string family = name.substr(0, name.size() - suffix.size());
    const auto type = reading.types.find(family);
    if (type != reading.types.end() && type->second == "histogram") return family;
  }
  return "";
}

void read_comment(Reading& reading, const std::string& line, std::set<std::string>& helped) {
  static const boost::regex kHelp(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) \S.*)");
  static const boost::regex kType(R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram))");
  boost::smatch match;
  if (boost::regex_match(line, match, kHelp)) {
    if (!helped.insert(match[1]).second) reading.wrong.push_back("second HELP: " + line);
  } else if (boost::regex_match(line, match, kType)) {
    if (!reading.types.emplace(match[1], match[2]).second)
      reading.wrong.push_back("second TYPE: " + line);
    if (helped.count(match[1]) == 0) reading.wrong.push_back("TYPE before HELP: " + line);
    if ((match[2] == "counter") != std::string(match[1]).ends_with("_total"))
      reading.wrong.push_back("counters end in _total, and nothing else: " + line);
  } else {
    reading.wrong.push_back("comment: " + line);
  }
}

Reading read(const std::string& text) {
  static const boost::regex kSample(
      R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\"n])*")(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\"n])*")*\})? (-?[0-9][0-9.e+-]*))re");
  Reading reading;
  std::set<std::string> helped;
  std::set<std::string> ended;
  std::string family;
  std::istringstream lines(text);
  if (!text.ends_with('\n')) reading.wrong.emplace_back("no end of the last line");
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) {
      read_comment(reading, line, helped);
      continue;
    }
    boost::smatch match;
    if (!boost::regex_match(line, match, kSample)) {
      reading.wrong.push_back("sample: " + line);
      continue;
    }
    const std::string of = family_of(reading, match[1]);
    if (of.empty()) reading.wrong.push_back("no TYPE: " + line);
    if (of != family && !ended.insert(of).second)
      reading.wrong.push_back("family in two places: " + line);
    family = of;
    const std::string key = std::string(match[1]) + std::string(match[2]);
    if (!reading.samples.emplace(key, std::strtod(match[7].str().c_str(), nullptr)).second)
      reading.wrong.push_back("twice: " + line);
  }
  return reading;
}

/// Each histogram's buckets grow, end with +Inf, and that is its count.
void check_histograms(Reading& reading) {
  std::map<std::string, std::map<double, double>> buckets;  // by name and labels without le
  static const boost::regex kBucket(R"re((.*)_bucket\{(.*),le="([^"]*)"\})re");
  for (const auto& [key, value] : reading.samples) {
    boost::smatch match;
    if (!boost::regex_match(key, match, kBucket)) continue;
    const std::string bound = match[3];
    buckets[std::string(match[1]) + "|{" + std::string(match[2]) + "}"]
           [bound == "+Inf" ? HUGE_VAL : std::strtod(bound.c_str(), nullptr)] = value;
  }
  for (const auto& [key, by_bound] : buckets) {
    double before = 0;
    for (const auto& [bound, value] : by_bound) {
      if (value < before) reading.wrong.push_back("falling buckets: " + key);
      before = value;
    }
    std::string count = key;
    count.replace(count.find('|'), 1, "_count");
    std::string sum = key;
    sum.replace(sum.find('|'), 1, "_sum");
    if (by_bound.rbegin()->first != HUGE_VAL) reading.wrong.push_back("no +Inf: " + key);
    if (reading.at(count) != by_bound.rbegin()->second)
      reading.wrong.push_back("+Inf is not the count: " + key);
    if (reading.samples.count(sum) == 0) reading.wrong.push_back("no sum: " + key);
  }
}

Reading checked(const Metrics& metrics) {
  Reading reading = read(metrics.text());
  check_histograms(reading);
  return reading;
}

const MetricWords kWords{{"chat", "messages"}, {"connect", "context"}, {"unknown_key"}};
constexpr const char* kPair =
    R"({gen_ai_request_model="turnout/auto",gen_ai_response_model="large"})";

std::string with(const std::string& name, const std::string& labels) { return name + labels; }
std::string bucket(const std::string& name, const std::string& bound) {
  return name +
         R"(_bucket{gen_ai_request_model="turnout/auto",gen_ai_response_model="large",le=")" +
         bound + "\"}";
}

TEST(Metrics, a_page_of_nothing_is_sound_and_has_every_family) {
  const Metrics metrics(kWords, {"turnout/auto"}, {"mini", "large"});
  const Reading reading = checked(metrics);
  EXPECT_EQ(reading.wrong, std::vector<std::string>{});
  std::set<std::string> families;
  for (const auto& [name, type] : reading.types) families.insert(name);
  EXPECT_EQ(families,
            (std::set<std::string>{
                "gen_ai_client_token_usage", "gen_ai_server_request_duration_seconds",
                "gen_ai_server_time_to_first_token_seconds",
                "gen_ai_server_time_per_output_token_seconds", "turnout_requests_total",
                "turnout_passes_total", "turnout_matches_total", "turnout_fallbacks_total",
                "turnout_refused_total", "turnout_queue_passes", "turnout_spilled_passes_total",
                "turnout_open_tasks", "turnout_cost_usd_total", "turnout_open_connections",
                "turnout_dropped_log_lines_total"}));
  for (const auto& [name, value] : reading.samples) EXPECT_EQ(value, 0) << name;
}

TEST(Metrics, whatever_is_counted_is_on_the_page_under_its_labels) {
  Metrics metrics(kWords, {"turnout/auto"}, {"mini", "large"});
  metrics.request(0, 200);
  metrics.request(0, 204);
  metrics.request(1, 429);
  metrics.request(1, 302);
  metrics.request(7, 502);
  metrics.request(0, 0);
  for (const std::int64_t attempt : {1, 2, 2, 3, 4, 99}) metrics.pass(1, attempt);
  metrics.pass(0, 1);
  metrics.match(traffic::MatchRule::kCertain);
  metrics.match(traffic::MatchRule::kNewTask);
  metrics.match(traffic::MatchRule::kNewTask);
  metrics.fallback(1);
  metrics.refused(0);
  metrics.refused(5);
  metrics.cost(1, 0.25);
  metrics.cost(1, 0.000001);
  metrics.spilled(3);
  metrics.dropped_lines().add(7);
  metrics.set_queue(4);
  metrics.set_sharing(true, 7);
  metrics.set_open_tasks(5);
  metrics.set_connections(6);
  const Reading page = checked(metrics);
  EXPECT_EQ(page.wrong, std::vector<std::string>{});
  const std::map<std::string, double> expected = {
      {R"(turnout_requests_total{shape="chat",status="2xx"})", 2},
      {R"(turnout_requests_total{shape="chat",status="other"})", 1},
      {R"(turnout_requests_total{shape="messages",status="4xx"})", 1},
      {R"(turnout_requests_total{shape="messages",status="3xx"})", 1},
      {R"(turnout_requests_total{shape="other",status="5xx"})", 1},
      {R"(turnout_passes_total{model="large",attempt="1"})", 1},
      {R"(turnout_passes_total{model="large",attempt="2"})", 2},
      {R"(turnout_passes_total{model="large",attempt="3"})", 1},
      {R"(turnout_passes_total{model="large",attempt="4+"})", 2},
      {R"(turnout_passes_total{model="mini",attempt="1"})", 1},
      {R"(turnout_matches_total{rule="certain"})", 1},
      {R"(turnout_matches_total{rule="new_task"})", 2},
      {R"(turnout_fallbacks_total{reason="context"})", 1},
      {R"(turnout_refused_total{reason="unknown_key"})", 1},
      {R"(turnout_refused_total{reason="other"})", 1},
      {R"(turnout_cost_usd_total{model="large"})", 0.250001},
      {"turnout_spilled_passes_total", 3},
      {"turnout_dropped_log_lines_total", 7},
      {"turnout_queue_passes", 4},
      {"turnout_tasks_behind", 1},
      {"turnout_tasks_queued", 7},
      {"turnout_open_tasks", 5},
      {"turnout_open_connections", 6}};
  for (const auto& [name, value] : expected) EXPECT_DOUBLE_EQ(page.at(name), value) << name;
  double total = 0;
  for (const auto& [name, value] : page.samples) total += value;
  double known = 0;
  for (const auto& [name, value] : expected) known += value;
  EXPECT_DOUBLE_EQ(total, known);  // nothing else was counted anywhere
}

TEST(Metrics, a_call_is_seen_in_five_histograms_in_seconds_and_tokens) {
  Metrics metrics(kWords, {"turnout/auto"}, {"mini", "large"});
  metrics.call({0, 1, 2'500'000, 500'000, 1000, 11});  // 2 s for 10 tokens behind the first
  const Reading page = checked(metrics);
  EXPECT_EQ(page.wrong, std::vector<std::string>{});
  const std::string duration = "gen_ai_server_request_duration_seconds";
  EXPECT_EQ(page.at(with(duration + "_sum", kPair)), 2.5);
  EXPECT_EQ(page.at(bucket(duration, "1.28")), 0);
  EXPECT_EQ(page.at(bucket(duration, "2.56")), 1);
  const std::string first = "gen_ai_server_time_to_first_token_seconds";
  EXPECT_EQ(page.at(with(first + "_sum", kPair)), 0.5);
  EXPECT_EQ(page.at(bucket(first, "0.25")), 0);
  EXPECT_EQ(page.at(bucket(first, "0.5")), 1);  // a bound belongs to its bucket
  const std::string each = "gen_ai_server_time_per_output_token_seconds";
  EXPECT_EQ(page.at(with(each + "_sum", kPair)), 0.2);
  EXPECT_EQ(page.at(bucket(each, "0.15")), 0);
  EXPECT_EQ(page.at(bucket(each, "0.2")), 1);
  const std::string tokens =
      R"(gen_ai_client_token_usage_sum{gen_ai_request_model="turnout/auto",gen_ai_response_model="large",gen_ai_token_type=)";
  EXPECT_EQ(page.at(tokens + "\"input\"}"), 1000);
  EXPECT_EQ(page.at(tokens + "\"output\"}"), 11);
}

TEST(Metrics, what_a_call_did_not_say_is_not_counted_as_nothing) {
  Metrics metrics(kWords, {"turnout/auto"}, {"mini", "large"});
  CallMeasure cut;
  cut.served = 1;
  cut.duration_us = 100'000'000;  // behind the last bound
  metrics.call(cut);
  metrics.call({0, 1, 1000, 2000, std::nullopt, 1});  // one token: none behind the first
  const Reading page = checked(metrics);
  EXPECT_EQ(page.wrong, std::vector<std::string>{});
  EXPECT_EQ(page.at(with("gen_ai_server_request_duration_seconds_count", kPair)), 2);
  EXPECT_EQ(page.at(bucket("gen_ai_server_request_duration_seconds", "81.92")), 1);
  EXPECT_EQ(page.at(with("gen_ai_server_time_to_first_token_seconds_count", kPair)), 1);
  EXPECT_EQ(page.at(with("gen_ai_server_time_to_first_token_seconds_sum", kPair)), 0.001);
  EXPECT_EQ(page.at(with("gen_ai_server_time_per_output_token_seconds_count", kPair)), -1);
  EXPECT_EQ(page.at("gen_ai_client_token_usage_count{gen_ai_request_model=\"turnout/auto\","
                    "gen_ai_response_model=\"large\",gen_ai_token_type=\"input\"}"),
            -1);
}

TEST(Metrics, names_beyond_the_lists_are_other) {
  Metrics metrics(kWords, {"turnout/auto"}, {"mini"});
  CallMeasure unknown;
  unknown.requested = 1;
  unknown.served = 99;
  metrics.call(unknown);
  metrics.pass(99, 1);
  const Reading page = checked(metrics);
  EXPECT_EQ(page.at("gen_ai_server_request_duration_seconds_count{gen_ai_request_model=\"other\","
                    "gen_ai_response_model=\"other\"}"),
            1);
  EXPECT_EQ(page.at(R"(turnout_passes_total{model="other",attempt="1"})"), 1);
}

TEST(Metrics, labels_are_escaped_and_read_back) {
  EXPECT_EQ(metric_label("a", "plain {x=1},"), R"(a="plain {x=1},")");
  EXPECT_EQ(metric_label("a", "\\ \" \n"), R"(a="\\ \" \n")");
  Metrics metrics(kWords, {"a\"b"}, {"c\\d\n"});
  metrics.call({0, 0, 1, 1, 1, 1});
  EXPECT_EQ(checked(metrics).wrong, std::vector<std::string>{});
}

/// The judge's own test: it complains of each rule that is broken.
TEST(Metrics, the_reader_of_pages_sees_what_is_wrong) {
  const std::string head = "# HELP a_total b\n# TYPE a_total counter\n";
  EXPECT_TRUE(read(head + "a_total 1\n").wrong.empty());
  for (const std::string& wrong :
       {head + "a_total 1", head + "b_total 1\n", head + "a_total{b=\"\"\"} 1\n",
        head + "a_total{b=\"\\x\"} 1\n", head + "a_total 1\na_total 2\n", head + "a_total one\n",
        head + head + "a_total 1\n", std::string("# TYPE a_total counter\na_total 1\n"),
        std::string("# HELP a b\n# TYPE a counter\na 1\n"), head + "a_total{1b=\"c\"} 1\n"})
    EXPECT_FALSE(read(wrong).wrong.empty()) << wrong;
  const std::string histogram = "# HELP h b\n# TYPE h histogram\n";
  for (const std::string wrong :
       {"h_bucket{a=\"b\",le=\"1\"} 2\nh_bucket{a=\"b\",le=\"+Inf\"} 1\nh_sum{a=\"b\"} "
        "1\nh_count{a=\"b\"} 1\n",
        "h_bucket{a=\"b\",le=\"1\"} 2\nh_sum{a=\"b\"} 1\nh_count{a=\"b\"} 2\n",
        "h_bucket{a=\"b\",le=\"+Inf\"} 1\nh_sum{a=\"b\"} 1\nh_count{a=\"b\"} 2\n",
        "h_bucket{a=\"b\",le=\"+Inf\"} 1\nh_count{a=\"b\"} 1\n"}) {
    Reading reading = read(histogram + wrong);
    check_histograms(reading);
    EXPECT_FALSE(reading.wrong.empty()) << wrong;
  }
}

TEST(Metrics, threads_lose_nothing_and_a_page_may_be_read_meanwhile) {
  Metrics metrics(kWords, {"turnout/auto"}, {"mini", "large"});
  const auto use = [&] {
    for (int i = 0; i < 20'000; ++i) {
      metrics.call({0, 1, 1000, 500, 10, 20});
      metrics.cost(1, 1e-9);
    }
  };
  std::thread one(use);
  std::thread two(use);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(checked(metrics).wrong, std::vector<std::string>{});
  one.join();
  two.join();
  const Reading page = checked(metrics);
  EXPECT_EQ(page.at(with("gen_ai_server_request_duration_seconds_count", kPair)), 40'000);
  EXPECT_DOUBLE_EQ(page.at(R"(turnout_cost_usd_total{model="large"})"), 4e-5);
}

}  // namespace
}  // namespace turnout::gateway
