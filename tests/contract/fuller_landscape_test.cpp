// Maps and sweeps over the numbers beyond the paper's: every point is the game with those numbers,
// built and solved by itself.
#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/game/misalignment.h"
#include "turnout/game/pass_terms.h"
#include "turnout/game/throttling.h"
#include "turnout/landscape/played_map.h"
#include "turnout/landscape/region_map.h"
#include "turnout/landscape/sweep.h"
#include "turnout/verification/random_games.h"

namespace turnout::landscape {
namespace {

using game::Game;
using game::Quantity;

std::string symbol_of(const game::Parameter& parameter) { return symbol(parameter); }

/// What is shown of one game, by the functions of one game.
double answer_of(const Game& game, Shown shown) {
  const game::Equilibrium e = solve(game);
  const game::Candidate& best = e.best();
  const double outside = game.user().outside;
  switch (shown) {
    case Shown::kPolicy:
      return static_cast<double>(best.route);
    case Shown::kCost:
      return best.payoffs.provider_cost;
    case Shown::kUtility:
      return outside + best.payoffs.user_utility;
    case Shown::kSuccess:
      return best.payoffs.success;
    case Shown::kLatency:
      return best.payoffs.latency;
    case Shown::kServiceCost:
      return best.payoffs.service_cost;
    case Shown::kCascade:
      return best.policy.cascade;
    case Shown::kAbandon:
      return best.abandon;
    case Shown::kPreferredUtility:
      return outside + misalignment(game, e).preferred.payoffs.user_utility;
    case Shown::kMisalignment:
      return misalignment(game, e).gap;
    case Shown::kThrottledCost:
      return throttling(game, e).cost;
    case Shown::kThrottlingGain:
      return throttling(game, e).gain;
    case Shown::kCascades:
      return is_cascade(best.route) ? 1 : 0;
    case Shown::kMisaligned:
      return misalignment(game, e).gap > 0 ? 1 : 0;
    case Shown::kThrottles:
      return throttling(game, e).gain > 0 ? 1 : 0;
  }
  return std::nan("");
}

std::string range_of_axis(Quantity quantity) {
  switch (quantity) {
    case Quantity::kSuccess:
      return "0.05:0.95";
    case Quantity::kPatience:
    case Quantity::kFalseAccept:
    case Quantity::kFalseReject:
      return "0:0.9";
    case Quantity::kValueOfTime:
      return "0.1:3";
    default:
      return "0:4";
  }
}

AxisPair axes_of(const std::string& x, const std::string& y) {
  return AxisPair::make(Axis::parse("--x", x).value(), Axis::parse("--y", y).value()).value();
}

TEST(FullerLandscape, every_point_of_a_map_over_any_two_numbers_is_the_solution_of_its_game) {
  base::Rng rng(31);
  const auto all = game::all_parameters();
  ASSERT_EQ(all.size(), kNumbers);
  int points = 0;
  for (int round = 0; round < 6; ++round) {
    for (std::size_t first = 0; first < all.size(); ++first) {
      const Game game = verification::draw_fuller(rng);
      const std::size_t second = (first + 1 + rng.next() % (all.size() - 1)) % all.size();
      const auto shown = static_cast<Shown>(rng.next() % kShownNames.size());
      const AxisPair axes =
          axes_of(symbol_of(all[first]) + "=" + range_of_axis(all[first].quantity),
                  symbol_of(all[second]) + "=" + range_of_axis(all[second].quantity));
      const auto map = region_map(game, axes, shown, {4, 3}).value();
      for (std::size_t at = 0; at < map.values.size(); ++at) {
        const Game here = game.with(all[first], axes.x().at_cell(at % 4, 4))
                              .value()
                              .with(all[second], axes.y().at_cell(at / 4, 3))
                              .value();
        ASSERT_EQ(map.routes[at], static_cast<std::uint8_t>(solve(here).best().route));
        const double expected = answer_of(here, shown);
        ASSERT_NEAR(map.values[at], expected, 1e-10 * (1 + std::abs(expected)))
            << axes.x().name() << ' ' << axes.y().name() << ' ' << name_of(shown);
        ++points;
      }
    }
  }
  EXPECT_EQ(points, 6 * 20 * 12);
}

TEST(FullerLandscape, patience_of_both_models_is_one_axis) {
  base::Rng rng(32);
  for (int i = 0; i < 30; ++i) {
    const Game game = verification::draw_fuller(rng);
    const AxisPair axes = axes_of("patience=0.5:1", "price2=0:2");
    EXPECT_EQ(axes.x().name(), "rho");
    EXPECT_EQ(axes.y().name(), "r2");
    const auto map = region_map(game, axes, Shown::kCost, {5, 2}).value();
    for (std::size_t at = 0; at < map.values.size(); ++at) {
      const double rho = axes.x().at_cell(at % 5, 5);
      const Game here = game.with({Quantity::kPatience, 0}, rho)
                            .value()
                            .with({Quantity::kPatience, 1}, rho)
                            .value()
                            .with({Quantity::kPrice, 1}, axes.y().at_cell(at / 5, 2))
                            .value();
      ASSERT_NEAR(map.values[at], solve(here).best().payoffs.provider_cost, 1e-10);
    }
  }
  const auto axis = [](const char* text) { return Axis::parse("--x", text).value(); };
  for (const char* other : {"rho=0:1", "rho1=0:1", "rho2/p1=0:1"}) {
    EXPECT_FALSE(AxisPair::make(axis("rho=0.5:1"), axis(other))) << other;
    EXPECT_FALSE(AxisPair::make(axis(other), axis("rho=0.5:1"))) << other;
  }
  EXPECT_TRUE(std::isnan(axis("rho=0:1").measure().value_in(
      numbers_of(verification::draw_fuller(rng).with({Quantity::kPatience, 0}, 0.123).value()))));
}

TEST(FullerLandscape, a_late_churn_that_is_not_given_follows_the_penalty) {
  const Game game =
      Game::make({10, 1}, {4}, {{{0.2, 3, 1, 0, 0.9, 0.3}, {0.8, 6, 5, 0, 0.9, 0.3}}}).value();
  const AxisPair axes = axes_of("P=0:20", "rho=0.5:1");
  const auto map = region_map(game, axes, Shown::kCost, {7, 1}).value();
  for (std::size_t i = 0; i < 7; ++i) {
    const double penalty = axes.x().at_cell(i, 7);
    const Game given = Game::make({10, 1}, {penalty, penalty},
                                  {{{0.2, 3, 1, 0, 0.75, 0.3}, {0.8, 6, 5, 0, 0.75, 0.3}}})
                           .value();
    EXPECT_NEAR(map.values[i], solve(given).best().payoffs.provider_cost, 1e-11);
  }
  EXPECT_EQ(Measure::parse("Pw").value().value_in(numbers_of(game)), 4);
}

TEST(FullerLandscape, a_point_that_is_no_game_leaves_those_beside_it_alone) {
  const Game game =
      Game::make({10, 1}, {4}, {{{0.2, 3, 1, 0, 0.9, 0.3}, {0.8, 6, 5, 0, 0.9, 0.3}}}).value();
  for (const char* x : {"Pw=-1:5", "Pw-c2=-6:3"}) {
    const AxisPair axes = axes_of(x, "V=5:20");
    const auto map = region_map(game, axes, Shown::kCost, {7, 3}).value();
    int games = 0;
    int others = 0;
    for (std::size_t at = 0; at < map.values.size(); ++at) {
      Numbers numbers = numbers_of(game);
      if (!axes.move(numbers, axes.x().at_cell(at % 7, 7), axes.y().at_cell(at / 7, 3))) {
        EXPECT_EQ(map.routes[at], RegionMap::kNoGame) << x;
        ++others;
        continue;
      }
      ++games;
      EXPECT_NEAR(map.values[at], answer_of(game_from(numbers).value(), Shown::kCost), 1e-10) << x;
    }
    EXPECT_GT(games, 5) << x;
    EXPECT_GT(others, 2) << x;
  }
}

TEST(FullerLandscape, a_net_value_is_that_by_which_the_users_of_the_game_decide) {
  base::Rng rng(33);
  for (int i = 0; i < 400; ++i) {
    const Game game = verification::draw_fuller(rng);
    for (const std::size_t k : {std::size_t{0}, std::size_t{1}}) {
      const Measure by_time = Measure::parse(k == 0 ? "xi1" : "xi2").value();
      for (const Measure& xi : {by_time, *by_time.moved_by_value()}) {
        Numbers numbers = numbers_of(game);
        const auto terms = [&](const Game& of) {
          return pass_terms(of.user(), of.provider(), of.model(k)).net_value;
        };
        ASSERT_EQ(xi.value_in(numbers), terms(game));
        const double wanted = rng.uniform(-2, 1);
        if (!xi.move(numbers, wanted)) continue;
        ASSERT_NEAR(terms(game_from(numbers).value()), wanted, 1e-11);
      }
    }
  }
}

TEST(FullerLandscape, posted_policies_are_played_over_every_number_as_one_by_one) {
  base::Rng rng(34);
  for (const auto& parameter : game::all_parameters()) {
    const Game game = verification::draw_fuller(rng);
    const AxisPair axes =
        axes_of("s=0:1", symbol_of(parameter) + "=" + range_of_axis(parameter.quantity));
    const auto map = played_map(game, axes, Shown::kUtility, {4, 3}).value();
    for (std::size_t at = 0; at < map.values.size(); ++at) {
      const Game here = game.with(parameter, axes.y().at_cell(at / 4, 3)).value();
      const game::Policy policy{0, axes.x().at_cell(at % 4, 4)};
      const double abandon = best_response(here, policy).abandon;
      ASSERT_NEAR(map.values[at],
                  here.user().outside + evaluate(here, policy, abandon).user_utility, 1e-10);
    }
  }
}

/// Draws over all numbers, late churn too if it is given.
SweepSpec spec_of(bool late_churn_is_given, bool naive) {
  SweepSpec spec;
  const auto uniform = [](double low, double high) {
    return Distribution{Distribution::Kind::kUniform, low, high, {}, 0};
  };
  const auto all = game::all_parameters();
  for (std::size_t k = 0; k < kNumbers; ++k) {
    const Quantity quantity = all[k].quantity;
    const bool is_share = quantity == Quantity::kSuccess || quantity == Quantity::kFalseAccept ||
                          quantity == Quantity::kFalseReject;
    spec.draw.at(k) = quantity == Quantity::kPatience ? uniform(0.6, 1)
                      : is_share                      ? uniform(0.02, 0.5)
                                                      : uniform(0.1, 3);
  }
  if (!late_churn_is_given)
    spec.draw[kLateChurn] = {Distribution::Kind::kConstant, kNotGiven, 0, {}, 0};
  spec.draw[0] = uniform(1, 20);
  spec.naive = naive;
  for (const Shown of : {Shown::kCost, Shown::kUtility, Shown::kPreferredUtility,
                         Shown::kMisalignment, Shown::kThrottles, Shown::kCascades}) {
    for (const auto by : {Grouping::kNone, Grouping::kRegime, Grouping::kRoute})
      spec.statistics.push_back({std::string(name_of(of)), of, by, {}, {}, {}, {}, {}});
  }
  spec.statistics.push_back({"by patience",
                             Shown::kCost,
                             Grouping::kMeasure,
                             Measure::parse("rho1").value(),
                             {0.7, 0.9},
                             {},
                             {},
                             {}});
  return spec;
}

/// The games that a sweep of so few draws, as its documentation says: number by number.
std::vector<Game> draw_again(const SweepSpec& spec) {
  base::Rng rng(spec.seed, 0);
  std::vector<Numbers> games(spec.games);
  for (std::size_t k = 0; k < kNumbers; ++k) {
    const Distribution& d = spec.draw.at(k);
    for (Numbers& numbers : games) {
      const bool is_drawn = d.kind != Distribution::Kind::kConstant;
      const double share =
          is_drawn ? (static_cast<double>(rng.next() >> 12U) + 0.5) * 0x1p-52 : 0.5;
      numbers.at(k) = quantile(d, share);
    }
  }
  std::vector<Game> made;
  for (const Numbers& x : games) {
    const auto model = [&x](std::size_t k) {
      const std::size_t paper = 3 + 3 * k;
      const std::size_t fuller = 9 + 4 * k;
      return game::Model{x.at(paper),      x.at(paper + 1),  x.at(paper + 2), x.at(fuller),
                         x.at(fuller + 1), x.at(fuller + 2), x.at(fuller + 3)};
    };
    game::Provider provider{x[2]};
    if (x[19] >= 0) provider.late_churn = x[19];
    made.push_back(
        Game::make({x[0], x[1], x[17], x[18], spec.naive}, provider, {model(0), model(1)}).value());
  }
  return made;
}

TEST(FullerLandscape, the_sums_of_a_sweep_are_those_of_its_games_solved_one_by_one) {
  for (const bool given : {false, true}) {
    SweepSpec spec = spec_of(given, given);
    spec.games = 200;
    const auto sums = sweep(spec, {}, 2, [](std::uint64_t, const SweepSums&) { return true; });
    const auto games = draw_again(spec);
    for (std::size_t s = 0; s < spec.statistics.size(); ++s) {
      const Statistic& statistic = spec.statistics[s];
      std::map<std::string, std::pair<std::uint64_t, double>> expected;
      for (const Game& game : games) {
        std::string group;
        if (statistic.by == Grouping::kRegime) group = to_string(regime_of(game));
        if (statistic.by == Grouping::kRoute) group = to_string(solve(game).best().route);
        if (statistic.by == Grouping::kMeasure) {
          const double rho = game.model(0).patience;
          group = rho < 0.7 ? "below 0.7" : rho < 0.9 ? "0.7 to 0.9" : "from 0.9";
        }
        ++expected[group].first;
        expected[group].second += answer_of(game, statistic.of);
      }
      ASSERT_EQ(sums.groups[s].size(), expected.size()) << statistic.name;
      for (const auto& [name, found] : sums.groups[s]) {
        ASSERT_EQ(found.total(), expected.at(name).first) << statistic.name << ' ' << name;
        ASSERT_NEAR(found.sum[0], expected.at(name).second,
                    1e-10 * (1 + std::abs(expected.at(name).second)))
            << statistic.name << ' ' << name;
      }
    }
  }
}

TEST(FullerLandscape, a_sweep_is_the_same_for_any_number_of_threads_and_after_a_stop) {
  for (const auto sampling : {Sampling::kIndependent, Sampling::kSobol}) {
    SweepSpec spec = spec_of(true, false);
    spec.games = 40'000;
    spec.sampling = sampling;
    const auto go_on = [](std::uint64_t, const SweepSums&) { return true; };
    const auto one = sweep(spec, {}, 1, go_on);
    const auto stopped = sweep(
        spec, {}, 2, [](std::uint64_t, const SweepSums& so_far) { return so_far.pieces_done < 2; });
    const auto resumed = sweep(spec, stopped, 2, go_on);
    EXPECT_LT(stopped.pieces_done, one.pieces_done);
    for (std::size_t s = 0; s < one.groups.size(); ++s) {
      for (const auto& [name, sums] : one.groups[s]) {
        EXPECT_EQ(resumed.groups[s].at(name).sum, sums.sum);
        EXPECT_EQ(resumed.groups[s].at(name).count, sums.count);
      }
    }
  }
}

TEST(FullerLandscape, one_patience_of_a_sweep_is_drawn_for_both_models) {
  SweepSpec spec = spec_of(false, false);
  spec.games = 3000;
  spec.one_patience = true;
  spec.statistics = {
      {"rho", Shown::kCost, Grouping::kMeasure, Measure::parse("rho").value(), {0.8}, {}, {}, {}}};
  for (const auto sampling : {Sampling::kIndependent, Sampling::kSobol}) {
    spec.sampling = sampling;
    const auto sums = sweep(spec, {}, 1, [](std::uint64_t, const SweepSums&) { return true; });
    std::uint64_t counted = 0;
    for (const auto& [name, group] : sums.groups[0]) counted += group.total();
    EXPECT_EQ(counted, spec.games) << "where the models differ, rho is no number";
    EXPECT_EQ(sums.no_games, 0U);
  }
}

}  // namespace
}  // namespace turnout::landscape
