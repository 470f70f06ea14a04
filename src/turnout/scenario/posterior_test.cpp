#include "turnout/scenario/posterior.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "turnout/game/robust_policy.h"
#include "turnout/numeric/beta.h"
#include "turnout/numeric/sample.h"
#include "turnout/scenario/scenario_setting.h"
#include "turnout/scenario/scenario_writer.h"

namespace turnout::scenario {
namespace {

game::Game mean_game() {
  return game::Game::make({1, 0.005}, {0.1},
                          {{{0.17333, 43.303, 0.0017874}, {0.49778, 79.016, 0.0523462}}})
      .value();
}

Uncertainty interval(game::Parameter parameter, double mean, double low, double high) {
  return {parameter, Uncertainty::Kind::kInterval, mean, low, high, 0, 0};
}

Uncertainty counts(game::Parameter parameter, double successes, double trials) {
  return {parameter, Uncertainty::Kind::kCounts, 0, 0, 0, successes, trials};
}

TEST(Posterior, draws_have_the_interval_and_the_counts_that_the_scenario_says) {
  const game::Parameter value{game::Quantity::kValue, 0};
  const game::Parameter success{game::Quantity::kSuccess, 1};
  const auto games =
      draw_games(mean_game(), {interval(value, 1, 0.8, 1.5), counts(success, 30, 50)}, 20'000, 1)
          .value();
  std::vector<double> values;
  numeric::Sample successes;
  for (const auto& game : games) {
    values.push_back(game.get(value));
    successes.add(game.get(success));
  }
  std::sort(values.begin(), values.end());
  EXPECT_NEAR(values[500], 0.8, 0.02);
  EXPECT_NEAR(values[10'000], 1, 0.01);
  EXPECT_NEAR(values[19'500], 1.5, 0.03);
  EXPECT_NEAR(successes.mean(), 31.0 / 52, 0.003);
}

TEST(Posterior, an_interval_beside_the_allowed_range_is_refused) {
  const auto games =
      draw_games(mean_game(), {interval({game::Quantity::kSuccess, 0}, 5, 4.9, 5.1)}, 100, 1);
  ASSERT_FALSE(games);
  EXPECT_EQ(games.error().context, "p1");
}

TEST(Posterior, quantiles_are_those_of_the_draws) {
  const game::Parameter success{game::Quantity::kSuccess, 0};
  const game::Parameter cost{game::Quantity::kCost, 1};
  for (const Uncertainty& u :
       {interval(success, 0.4, 0.3, 0.6), interval(success, 0.9, 0.5, 1.0), counts(success, 0, 3),
        counts(success, 30, 50), interval(cost, -1, -1, 2)}) {
    const auto distribution = distribution_of(u).value();
    const auto games = draw_games(mean_game(), {u}, 40'000, 7).value();
    std::vector<double> drawn;
    for (const auto& game : games) drawn.push_back(game.get(u.parameter));
    std::sort(drawn.begin(), drawn.end());
    for (const double share : {0.001, 0.02, 0.3, 0.5, 0.9, 0.999}) {
      const double x = landscape::quantile(distribution, share);
      EXPECT_TRUE(check(u.parameter.quantity, x));
      const auto below =
          static_cast<double>(std::lower_bound(drawn.begin(), drawn.end(), x) - drawn.begin());
      const auto up_to =
          static_cast<double>(std::upper_bound(drawn.begin(), drawn.end(), x) - drawn.begin());
      const double error = 4 * std::sqrt(share * (1 - share) / 40'000) + 1.0 / 40'000;
      EXPECT_LE(below / 40'000, share + error) << game::symbol(u.parameter) << " at " << share;
      EXPECT_GE(up_to / 40'000, share - error) << game::symbol(u.parameter) << " at " << share;
    }
  }
}

TEST(Posterior, an_interval_beside_the_allowed_range_has_no_quantiles) {
  EXPECT_FALSE(distribution_of(interval({game::Quantity::kSuccess, 0}, 5, 4.9, 5.1)));
}

TEST(RobustPolicy, of_a_game_that_is_known_is_its_equilibrium_and_knowledge_is_worth_nothing) {
  const auto answer = game::robust_policy(std::vector<game::Game>(200, mean_game()), mean_game());
  EXPECT_NEAR(answer.robust.mean.payoffs.provider_cost, answer.believed_cost, 1e-8);
  EXPECT_EQ(answer.perfect_information,
            std::max(0.0, answer.robust.mean.payoffs.provider_cost - answer.believed_cost));
  EXPECT_TRUE(answer.information.empty());
}

TEST(RobustPolicy, keeps_a_margin_from_the_cliff_and_beats_the_policy_for_the_mean) {
  const auto draws =
      draw_games(mean_game(), {interval({game::Quantity::kValue, 0}, 1, 0.95, 1.05)}, 2000, 1)
          .value();
  const auto answer = game::robust_policy(draws, mean_game());
  EXPECT_LT(answer.robust.mean.payoffs.provider_cost,
            0.9 * answer.at_mean_over_draws.payoffs.provider_cost);
  EXPECT_GT(answer.robust.policy.cascade, *answer.threshold);
  EXPECT_NEAR(answer.at_mean_over_draws.abandon, 0.5, 0.05);  // half of the draws lie beyond s0
  EXPECT_LT(answer.robust.mean.abandon, 0.1);
  EXPECT_GT(answer.perfect_information, 0);
  ASSERT_EQ(answer.information.size(), 1U);
  // V is all that is unknown: to know it is to know everything, but for the strata being coarse.
  EXPECT_NEAR(answer.information[0].gain, answer.perfect_information,
              0.35 * answer.perfect_information);
}

constexpr const char* kEverything = R"([user]
value = { mean = 10, lo = 8, hi = 13 }
value_of_time = { mean = 1, lo = 0.5, hi = 2 }
patience = { mean = 0.9, lo = 0.8, hi = 0.95 }
outside = { mean = 1, lo = 0, hi = 2 }
[provider]
churn_penalty = { mean = 4, lo = 2, hi = 6 }
[judgement]
harm = { mean = 1, lo = 0.5, hi = 2 }
late_churn = { mean = 3, lo = 1, hi = 5 }
[[model]]
name = "mini"
success = { successes = 4, trials = 8 }
latency = 3
cost = 0.4
price = { mean = 0.1, lo = 0, hi = 0.2 }
false_accept = { mean = 0.1, lo = 0.05, hi = 0.2 }
[[model]]
name = "large"
success = 0.8
latency = 9
cost = 2
patience = 0.7
false_reject = { mean = 0.02, lo = 0.01, hi = 0.04 }
[difficulty]
sigma = { mean = 1.5, lo = 1, hi = 2 }
tau = { mean = 0.8, lo = 0.2, hi = 1.4 }
feedback = { mean = 0.2, lo = -0.2, hi = 0.4 }
)";

TEST(Posterior, every_number_of_a_scenario_may_have_an_interval_and_gets_what_is_drawn) {
  const Scenario scenario = parse_scenario(kEverything, "s.toml").value();
  std::vector<std::string> symbols;
  for (const Uncertainty& u : scenario.uncertain) symbols.push_back(symbol(u));
  const std::vector<std::string> expected = {"rho", "V",  "w",   "v0",  "P",     "H",   "Pw",
                                             "p1",  "r1", "fa1", "fr2", "sigma", "tau", "feedback"};
  EXPECT_TRUE(
      std::is_permutation(symbols.begin(), symbols.end(), expected.begin(), expected.end()));
  NumberValues values;
  for (std::size_t i = 0; i < symbols.size(); ++i)
    values.push_back(scenario.uncertain[i].mean + 0.001 * static_cast<double>(i + 1));
  const auto value = [&](const char* of) {
    return values[static_cast<std::size_t>(std::find(symbols.begin(), symbols.end(), of) -
                                           symbols.begin())];
  };
  const auto drawn = PossibleGames(scenario, scenario.uncertain, 3).with(values).value();
  const game::User& user = drawn.segments.at(0).user;
  EXPECT_EQ(user.value, value("V"));
  EXPECT_EQ(user.value_of_time, value("w"));
  EXPECT_EQ(user.outside, value("v0"));
  EXPECT_EQ(user.harm, value("H"));
  EXPECT_EQ(drawn.game.churn_penalty(), value("P"));
  EXPECT_EQ(drawn.game.provider().late_churn, value("Pw"));
  EXPECT_EQ(drawn.game.model(0).success, value("p1"));
  EXPECT_EQ(drawn.game.model(0).price, value("r1"));
  EXPECT_EQ(drawn.game.model(0).false_accept, value("fa1"));
  EXPECT_EQ(drawn.game.model(1).false_reject, value("fr2"));
  EXPECT_EQ(drawn.game.model(0).patience, value("rho"));
  EXPECT_EQ(drawn.game.model(1).patience, 0.7);  // has its own
  const std::vector<double> rates = {value("p1"), 0.8};
  const std::vector<game::Rejections> rejections = {{0, 1 - value("fa1")}, {value("fr2"), 1}};
  const auto types = game::TaskTypes::rasch(
      rates, {value("sigma"), value("feedback"), value("tau")}, 3, rejections);
  ASSERT_EQ(drawn.types.size(), types.size());
  for (const auto& before : {std::vector<std::size_t>{0, 1}, std::vector<std::size_t>{0, 0}})
    EXPECT_EQ(drawn.types.success(0, before)[5], types.success(0, before)[5]);
}

TEST(Posterior, a_scenario_with_intervals_of_every_number_is_written_as_it_was_read) {
  const Scenario scenario = parse_scenario(kEverything, "s.toml").value();
  const std::string text = write_scenario(scenario).value();
  const Scenario again = parse_scenario(text, "s.toml").value();
  ASSERT_EQ(again.uncertain.size(), scenario.uncertain.size());
  for (std::size_t i = 0; i < again.uncertain.size(); ++i) {
    EXPECT_EQ(symbol(again.uncertain[i]), symbol(scenario.uncertain[i]));
    EXPECT_EQ(again.uncertain[i].low, scenario.uncertain[i].low);
  }
  EXPECT_EQ(again.own_patience, scenario.own_patience);
  EXPECT_EQ(write_scenario(again).value(), text);
}

TEST(Posterior, users_who_differ_in_their_time_share_the_value_that_is_drawn) {
  const Scenario scenario =
      parse_scenario(
          "[user]\nvalue = {mean = 10, lo = 8, hi = 13}\nvalue_of_time = {median = 1, sigma = 1}\n"
          "[provider]\nchurn_penalty = 1\n"
          "[[model]]\nname = 'm'\nsuccess = 0.5\nlatency = 1\ncost = 1\n",
          "s.toml")
          .value();
  const auto drawn = PossibleGames(scenario, scenario.uncertain, 2).with({11.5}).value();
  ASSERT_EQ(drawn.segments.size(), 200U);
  for (const Segment& segment : drawn.segments) EXPECT_EQ(segment.user.value, 11.5);
  EXPECT_EQ(drawn.segments[3].user.value_of_time, scenario.segments[3].user.value_of_time);
}

TEST(Ranges, are_refused_by_their_key_unless_they_are_asked_for) {
  const std::string text =
      "[user]\nvalue = 10\n[provider]\nchurn_penalty = {lo = 1, hi = 4}\n"
      "[[model]]\nname = 'm'\nsuccess = 0.5\nlatency = 1\ncost = 1\n";
  const auto refused = parse_scenario(text, "s.toml");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().to_string(),
            "s.toml:4: provider.churn_penalty: is a range, {lo, hi} without a mean; see turnout "
            "robust --regret");
  const Scenario taken = parse_scenario(text, "s.toml", "", {}, Ranges::kTaken).value();
  ASSERT_EQ(taken.uncertain.size(), 1U);
  EXPECT_EQ(taken.uncertain[0].kind, Uncertainty::Kind::kRange);
  EXPECT_EQ(taken.game.churn_penalty(), 2.5);
  EXPECT_FALSE(draw_numbers(taken.uncertain, 10, 1));
  const std::vector<std::string> settings = {"P=3"};
  EXPECT_EQ(parse_scenario(text, "s.toml", "", settings).value().game.churn_penalty(), 3);
  EXPECT_TRUE(write_scenario(taken).value().find("{ lo = 1, hi = 4 }") != std::string::npos);
  const auto backwards = parse_scenario(
      "[user]\nvalue = {lo = 3, hi = 2}\n[provider]\nchurn_penalty = 1\n"
      "[[model]]\nname = 'm'\nsuccess = 0.5\nlatency = 1\ncost = 1\n",
      "s.toml", "", {}, Ranges::kTaken);
  ASSERT_FALSE(backwards);
  EXPECT_NE(backwards.error().to_string().find("2 must be at least lo = 3"), std::string::npos);
}

TEST(Ranges, of_a_posterior_are_its_95_percent) {
  const auto [low, high] = bounds_of(counts({game::Quantity::kSuccess, 0}, 30, 50));
  EXPECT_NEAR(numeric::beta_below(31, 21, low), 0.025, 1e-9);
  EXPECT_NEAR(numeric::beta_below(31, 21, high), 0.975, 1e-9);
}

}  // namespace
}  // namespace turnout::scenario
