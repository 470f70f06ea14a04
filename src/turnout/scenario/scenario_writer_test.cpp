#include "turnout/scenario/scenario_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

#include "turnout/base/rng.h"
#include "turnout/base/temporary_files.h"
#include "turnout/scenario/scenario_numbers.h"

namespace turnout::scenario {
namespace {

using game::Quantity;

std::size_t below(base::Rng& rng, std::size_t n) { return rng.next() % n; }
bool coin(base::Rng& rng) { return rng.uniform() < 0.5; }

/// A number of a range: one of its ends, or any magnitude in it.
double number(base::Rng& rng, Quantity quantity) {
  const game::Range range = game::range_of(quantity);
  const std::size_t kind = below(rng, 10);
  if (kind == 0) return range.low;
  if (kind == 1) return range.high;
  if (kind == 2) return std::min(range.high, std::max(range.low, 9007199254740993.0));
  const double size = std::exp(rng.uniform(-20, 20));
  if (quantity == Quantity::kSuccess) return std::min(1.0, size / (1 + size) + 1e-100);
  return quantity == Quantity::kCost && coin(rng) ? -size : size;
}

std::string name(base::Rng& rng, std::size_t k) {
  static const std::vector<std::string> parts = {"mini", "\"", "\\", "=",    "#", " ",
                                                 "[a]",  "'",  "é",  "模型", ".", "\\u0041"};
  std::string text = std::to_string(k);
  for (std::size_t i = below(rng, 5); i > 0; --i) text += parts[below(rng, parts.size())];
  return text;
}

/// Makes a number uncertain now and then.
double known(base::Rng& rng, game::Parameter parameter, std::vector<Uncertainty>& uncertain) {
  const double value = number(rng, parameter.quantity);
  if (below(rng, 3) > 0) return value;
  Uncertainty u{parameter, Uncertainty::Kind::kInterval, value, 0, 0, 0, 0};
  if (parameter.quantity == Quantity::kSuccess && coin(rng)) {
    u.kind = Uncertainty::Kind::kCounts;
    u.trials = std::floor(rng.uniform(1, 1e6));
    u.successes = std::floor(rng.uniform() * u.trials);
    u.mean = (u.successes + 1) / (u.trials + 2);
  } else {
    const double a = number(rng, parameter.quantity);
    u.low = std::min(a, value);
    u.high = std::max(number(rng, parameter.quantity), value);
  }
  uncertain.push_back(u);
  return u.mean;
}

std::vector<double> matrix(base::Rng& rng, std::size_t n) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < n * n; ++i)
    numbers.push_back(i / n == i % n ? 0 : number(rng, Quantity::kLatency));
  return numbers;
}

/// Gives the scenario users who differ: by lognormals, or one by one.
void spread_users(base::Rng& rng, Scenario& scenario) {
  if (coin(rng)) {
    const Lognormal time{rng.uniform(0.1, 3), rng.uniform(0, 2)};
    const Lognormal value{scenario.game.user().value, 0};
    scenario.spread = Spread{std::nullopt, time};
    scenario.segments = spread(value, time);
    return;
  }
  const std::size_t parts = 1 + below(rng, 5);
  std::vector<double> shares;
  for (std::size_t i = 0; i < parts; ++i) shares.push_back(rng.uniform());
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (const double share : shares) {
    scenario.segments.push_back(
        {share / total, {number(rng, Quantity::kValue), number(rng, Quantity::kValueOfTime)}});
  }
}

/// A scenario with any of the keys that there are, but for a table of outcomes.
Scenario any_scenario(base::Rng& rng) {
  const std::size_t models = below(rng, 20) == 0 ? 64 : 1 + below(rng, 5);
  std::vector<Uncertainty> uncertain;
  const double value = known(rng, {Quantity::kValue, 0}, uncertain);
  const double penalty = known(rng, {Quantity::kChurnPenalty, 0}, uncertain);
  std::vector<game::Model> all;
  std::vector<std::string> names;
  for (std::size_t k = 0; k < models; ++k) {
    names.push_back(name(rng, k));
    game::Model model;
    model.success = known(rng, {Quantity::kSuccess, k}, uncertain);
    model.latency = known(rng, {Quantity::kLatency, k}, uncertain);
    model.cost = known(rng, {Quantity::kCost, k}, uncertain);
    if (coin(rng)) model.price = number(rng, Quantity::kPrice);
    if (below(rng, 3) == 0) model.patience = rng.uniform();
    if (below(rng, 3) == 0) model.false_accept = rng.uniform();
    if (below(rng, 3) == 0) model.false_reject = rng.uniform(0, 0.999);
    all.push_back(model);
  }
  game::Switching switching;
  if (coin(rng)) switching.cost = matrix(rng, models);
  if (coin(rng)) switching.latency = matrix(rng, models);
  const double time = coin(rng) ? 1 : number(rng, Quantity::kValueOfTime);
  game::User user{value, time};
  if (coin(rng)) user.outside = number(rng, Quantity::kOutside);
  if (coin(rng)) user.harm = number(rng, Quantity::kHarm);
  user.naive = coin(rng);
  game::Provider provider{penalty};
  if (coin(rng)) provider.late_churn = number(rng, Quantity::kLateChurn);
  auto game = game::RoutingGame::make(user, provider, all, switching, coin(rng));
  Scenario scenario{"s.toml", std::move(game).value(), names};
  scenario.uncertain = uncertain;
  if (coin(rng))
    scenario.difficulty = game::Difficulty{rng.uniform(0, 10), rng.uniform(-10, 10),
                                           coin(rng) ? rng.uniform(0, 10) : 0};
  if (coin(rng))
    scenario.knows = std::array{Knows::kPolicy, Knows::kModel, Knows::kAttempt}.at(below(rng, 3));
  scenario.commits = coin(rng);
  const bool value_known =
      !uncertain.empty() && uncertain[0].parameter.quantity == Quantity::kValue;
  if (!value_known && below(rng, 4) == 0) spread_users(rng, scenario);
  return scenario;
}

void expect_same(const Scenario& a, const Scenario& b) {
  EXPECT_EQ(a.names, b.names);
  EXPECT_EQ(a.commits, b.commits);
  EXPECT_EQ(a.knows, b.knows);
  EXPECT_EQ(a.game.churn_penalty(), b.game.churn_penalty());
  EXPECT_EQ(a.game.provider().late_churn, b.game.provider().late_churn);
  EXPECT_EQ(a.game.user().outside, b.game.user().outside);
  EXPECT_EQ(a.game.user().harm, b.game.user().harm);
  EXPECT_EQ(a.game.user().naive, b.game.user().naive);
  EXPECT_EQ(a.game.participates(), b.game.participates());
  EXPECT_EQ(a.game.switching().cost, b.game.switching().cost);
  EXPECT_EQ(a.game.switching().latency, b.game.switching().latency);
  ASSERT_EQ(a.game.size(), b.game.size());
  for (std::size_t k = 0; k < a.game.size(); ++k) {
    EXPECT_EQ(a.game.model(k).success, b.game.model(k).success);
    EXPECT_EQ(a.game.model(k).latency, b.game.model(k).latency);
    EXPECT_EQ(a.game.model(k).cost, b.game.model(k).cost);
    EXPECT_EQ(a.game.model(k).price, b.game.model(k).price);
    EXPECT_EQ(a.game.model(k).patience, b.game.model(k).patience);
    EXPECT_EQ(a.game.model(k).false_accept, b.game.model(k).false_accept);
    EXPECT_EQ(a.game.model(k).false_reject, b.game.model(k).false_reject);
  }
  ASSERT_EQ(a.difficulty.has_value(), b.difficulty.has_value());
  if (a.difficulty) {
    EXPECT_EQ(a.difficulty->sigma, b.difficulty->sigma);
    EXPECT_EQ(a.difficulty->feedback, b.difficulty->feedback);
    EXPECT_EQ(a.difficulty->tau, b.difficulty->tau);
  }
  ASSERT_EQ(a.uncertain.size(), b.uncertain.size());
  for (std::size_t i = 0; i < a.uncertain.size(); ++i) {
    const Uncertainty& x = a.uncertain[i];
    const Uncertainty& y = b.uncertain[i];
    EXPECT_EQ(x.parameter.quantity, y.parameter.quantity);
    EXPECT_EQ(x.parameter.model, y.parameter.model);
    EXPECT_EQ(x.kind, y.kind);
    EXPECT_EQ(x.mean, y.mean);
    EXPECT_EQ(x.low, y.low);
    EXPECT_EQ(x.high, y.high);
    EXPECT_EQ(x.successes, y.successes);
    EXPECT_EQ(x.trials, y.trials);
  }
  EXPECT_EQ(a.spread.has_value(), b.spread.has_value());
  ASSERT_EQ(a.segments.size(), b.segments.size());
  for (std::size_t i = 0; i < a.segments.size(); ++i) {
    // The reader divides shares by their sum, which rounding may leave beside 1.
    EXPECT_NEAR(a.segments[i].share, b.segments[i].share, 1e-14);
    EXPECT_EQ(a.segments[i].user.value, b.segments[i].user.value);
    EXPECT_EQ(a.segments[i].user.value_of_time, b.segments[i].user.value_of_time);
  }
}

TEST(ScenarioWriter, what_it_writes_is_read_as_the_same_scenario) {
  base::Rng rng(7);
  for (int i = 0; i < 2000; ++i) {
    const Scenario scenario = any_scenario(rng);
    const auto text = write_scenario(scenario);
    ASSERT_TRUE(text) << text.error().to_string();
    const auto read = parse_scenario(*text, "s.toml");
    ASSERT_TRUE(read) << read.error().to_string() << "\n" << *text;
    expect_same(*read, scenario);
    if (scenario.segments.empty()) {
      EXPECT_EQ(read->game.user().value, scenario.game.user().value);
      EXPECT_EQ(read->game.user().value_of_time, scenario.game.user().value_of_time);
    }
    const auto again = write_scenario(*read);
    ASSERT_TRUE(again);
    if (scenario.segments.empty() || scenario.spread) {
      EXPECT_EQ(*again, *text);
    }
    if (HasFailure()) FAIL() << *text;
  }
}

TEST(ScenarioWriter, names_the_table_of_outcomes_that_was_read) {
  const base::TemporaryPath temporary = base::temporary_folder().value();
  const std::string& folder = temporary.path();
  std::ofstream(folder + "/o.csv") << "task,mini,large\na,1,1\nb,0,1\nc,0,1\nd,0,0\n";
  const std::string text =
      "[user]\nvalue = 9\n[provider]\nchurn_penalty = 20\n[difficulty]\noutcomes = 'o.csv'\n"
      "[[model]]\nname = 'mini'\nlatency = 0\ncost = 1\n"
      "[[model]]\nname = 'large'\nlatency = 0\ncost = 4\n";
  const auto read = parse_scenario(text, "s.toml", folder);
  ASSERT_TRUE(read) << read.error().to_string();
  const auto written = write_scenario(*read);
  ASSERT_TRUE(written) << written.error().to_string();
  const auto again = parse_scenario(*written, "s.toml", folder);
  ASSERT_TRUE(again) << again.error().to_string();
  expect_same(*again, *read);
  EXPECT_EQ(again->outcomes->rate, read->outcomes->rate);
}

Scenario two_models() {
  auto game = game::RoutingGame::make({12, 1}, {4}, {{0.45, 3, 0.4}, {0.8, 9, 2}});
  return {"s.toml", std::move(game).value(), {"mini", "large"}};
}

TEST(ScenarioWriter, refuses_what_the_reader_would_in_its_words) {
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string(201, 'x')}) {
    Scenario scenario = two_models();
    scenario.names[0] = bad;
    const auto written = write_scenario(scenario);
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().to_string().find("must have 1 to 200 printable characters"),
              std::string::npos)
        << written.error().to_string();
  }
  Scenario twice = two_models();
  twice.names[1] = "mini";
  EXPECT_NE(write_scenario(twice).error().to_string().find("names two models"), std::string::npos);
  Scenario hard = two_models();
  hard.difficulty = game::Difficulty{11, 0};
  EXPECT_NE(
      write_scenario(hard).error().to_string().find("difficulty.sigma: 11 must be in [0, 10]"),
      std::string::npos);
  EXPECT_FALSE(check_model_count(65, "s.toml"));
  Scenario large = two_models();
  large.segments.assign(20'000, {1.0 / 20'000, {12, 0.123456789}});
  EXPECT_NE(write_scenario(large).error().to_string().find("is larger than 1048576 bytes"),
            std::string::npos);
}

TEST(ScenarioWriter, puts_comments_behind_their_keys_whatever_is_in_them) {
  const ScenarioComments comments{{"Made by hand\n[user]", "\xff"},
                                  {{"user.value", "a guess\nof ours"}, {"model[2].cost", "in $"}}};
  const auto text = write_scenario(two_models(), comments);
  ASSERT_TRUE(text) << text.error().to_string();
  EXPECT_EQ(text->substr(0, 29), "# Made by hand?[user]\n# ?\n\n[u");
  EXPECT_NE(text->find("value = 12  # a guess\n# of ours\n"), std::string::npos) << *text;
  EXPECT_NE(text->find("cost = 2  # in $\n"), std::string::npos) << *text;
}

TEST(ScenarioWriter, an_integer_beyond_2_to_53_is_read_as_the_number_it_is) {
  const auto read = parse_scenario(
      "[user]\nvalue = 9007199254740993\n[provider]\nchurn_penalty = 4\n"
      "[[model]]\nname = 'a'\nsuccess = 0.5\nlatency = 1\ncost = 1\n",
      "s.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->game.user().value, 9007199254740992.0);
}

}  // namespace
}  // namespace turnout::scenario
