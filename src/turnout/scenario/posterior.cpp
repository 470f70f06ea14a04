#include "turnout/scenario/posterior.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "turnout/base/rng.h"
#include "turnout/numeric/beta.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/variates.h"
#include "turnout/scenario/scenario_types.h"

namespace turnout::scenario {
namespace {

std::optional<double> draw(const Uncertainty& u, base::Rng& rng) {
  if (u.kind == Uncertainty::Kind::kCounts) {
    constexpr double kLeast = 1e-100;
    return std::max(kLeast, numeric::beta(u.successes + 1, u.trials - u.successes + 1, rng));
  }
  constexpr int kMostTries = 1000;
  for (int i = 0; i < kMostTries; ++i) {
    const double z = numeric::normal(rng) / numeric::kNormal95;
    const double x = u.mean + z * (z < 0 ? u.mean - u.low : u.high - u.mean);
    if (check(u, x)) return x;
  }
  return std::nullopt;
}

base::Error outside(const Uncertainty& u) {
  return {base::ErrorCode::kInvalidValue, "the interval lies outside the allowed range", symbol(u)};
}

/// At which score the two-sided normal of an interval has a value, and back.
double score_of(const Uncertainty& u, double value) {
  const double spread = (value < u.mean ? u.mean - u.low : u.high - u.mean) / numeric::kNormal95;
  constexpr double kFar = 40;
  return spread > 0 ? std::clamp((value - u.mean) / spread, -kFar, kFar)
                    : (value < u.mean   ? -kFar
                       : value > u.mean ? kFar
                                        : 0);
}
double value_at(const Uncertainty& u, double score) {
  return u.mean + score / numeric::kNormal95 * (score < 0 ? u.mean - u.low : u.high - u.mean);
}

/// The quantile of the interval's normal, cut to the number's range.
double cut_value_at(const Uncertainty& u, double score) {
  const game::Range range = range_of(u);
  const double below = numeric::normal_above(-score_of(u, range.low));
  const double above = numeric::normal_above(score_of(u, range.high));
  const double within = 1 - below - above;
  const double cut = score <= 0 ? numeric::normal_quantile(std::max(
                                      0x1p-1000, below + numeric::normal_above(-score) * within))
                                : -numeric::normal_quantile(std::max(
                                      0x1p-1000, above + numeric::normal_above(score) * within));
  return std::clamp(value_at(u, cut), range.low, range.high);
}

}  // namespace

base::Result<landscape::Distribution> distribution_of(const Uncertainty& u) {
  constexpr double kLeastWithin = 0.001;
  constexpr double kLeastSuccess = 1e-100;
  const game::Range range = range_of(u);
  const bool counts = u.kind == Uncertainty::Kind::kCounts;
  if (!counts && numeric::normal_above(score_of(u, range.low)) -
                         numeric::normal_above(score_of(u, range.high)) <
                     kLeastWithin)
    return outside(u);
  landscape::Distribution distribution{landscape::Distribution::Kind::kScores, 0, 0, {}, 0};
  for (std::size_t i = 0; i < landscape::kScores; ++i) {
    const double score = static_cast<double>(i) / landscape::kScoresPerUnit - landscape::kFarScore;
    distribution.column.push_back(
        counts ? std::max(kLeastSuccess, numeric::beta_at_score(u.successes + 1,
                                                                u.trials - u.successes + 1, score))
               : cut_value_at(u, score));
  }
  return distribution;
}

base::Result<std::vector<NumberValues>> draw_numbers(const std::vector<Uncertainty>& uncertain,
                                                     std::size_t count, std::uint64_t seed) {
  for (const Uncertainty& u : uncertain) {
    if (u.kind != Uncertainty::Kind::kRange) continue;
    return base::Error{base::ErrorCode::kUnsupported, "is a range, and has no posterior",
                       symbol(u)};
  }
  std::vector<NumberValues> draws(count);
  for (std::size_t i = 0; i < count; ++i) {
    base::Rng rng(seed, i);
    for (const Uncertainty& u : uncertain) {
      const auto x = draw(u, rng);
      if (!x) return outside(u);
      draws[i].push_back(*x);
    }
  }
  return draws;
}

base::Result<std::vector<game::Game>> draw_games(const game::Game& mean,
                                                 const std::vector<Uncertainty>& uncertain,
                                                 std::size_t count, std::uint64_t seed) {
  TURNOUT_TRY(const auto draws, draw_numbers(uncertain, count, seed));
  std::vector<game::Game> games;
  for (const NumberValues& values : draws) {
    game::Game game = mean;
    for (std::size_t k = 0; k < uncertain.size(); ++k) {
      TURNOUT_TRY(game, game.with(uncertain[k].parameter, values[k]));
    }
    games.push_back(game);
  }
  return games;
}

namespace {

/// A scenario's game taken apart.
struct Parts {
  game::User user;
  game::Provider provider;
  std::vector<game::Model> models;
  std::vector<Segment> segments;
  game::Difficulty difficulty;

  explicit Parts(const Scenario& scenario)
      : user(scenario.game.user()),
        provider(scenario.game.provider()),
        segments(scenario.segments),
        difficulty(scenario.difficulty.value_or(game::Difficulty{})) {
    for (std::size_t k = 0; k < scenario.game.size(); ++k) models.push_back(scenario.game.model(k));
    if (segments.empty()) segments = {{1, user}};
  }

  /// Puts a number of a user into all segments.
  void put(double game::User::*number, double value) {
    user.*number = value;
    for (Segment& segment : segments) segment.user.*number = value;
  }

  void put(const Scenario& scenario, const Uncertainty& u, double value) {
    if (u.difficulty != nullptr) {
      difficulty.*u.difficulty = value;
      return;
    }
    switch (u.parameter.quantity) {
      case game::Quantity::kValue:
        return put(&game::User::value, value);
      case game::Quantity::kValueOfTime:
        return put(&game::User::value_of_time, value);
      case game::Quantity::kOutside:
        return put(&game::User::outside, value);
      case game::Quantity::kHarm:
        return put(&game::User::harm, value);
      case game::Quantity::kChurnPenalty:
        provider.churn_penalty = value;
        return;
      case game::Quantity::kLateChurn:
        provider.late_churn = value;
        return;
      default:
        break;
    }
    if (u.parameter.model != kEveryModel) {
      game::set(models[u.parameter.model], u.parameter.quantity, value);
      return;
    }
    const auto& own = scenario.own_patience;
    for (std::size_t k = 0; k < models.size(); ++k) {
      if (std::find(own.begin(), own.end(), k) == own.end()) models[k].patience = value;
    }
  }
};

/// What the games have in common of what a model's own failures tell.
std::vector<game::OwnFailureTable> tables_for(const Scenario& scenario,
                                              const std::vector<Uncertainty>& uncertain,
                                              std::size_t depth) {
  std::vector<game::OwnFailureTable> tables;
  game::Difficulty widest = scenario.difficulty.value_or(game::Difficulty{});
  bool tau_varies = false;
  for (const Uncertainty& u : uncertain) {
    tau_varies = tau_varies || u.difficulty == &game::Difficulty::tau ||
                 u.difficulty == &game::Difficulty::feedback;
    if (u.difficulty == &game::Difficulty::sigma) widest.sigma = std::max(widest.sigma, u.high);
  }
  if (scenario.outcomes || tau_varies || widest.tau == 0 || widest.feedback != 0) return tables;
  // Skills of first tries down to 1 in 20,000, and tasks as far from the mean as any that counts.
  constexpr double kFarSkill = 10;
  constexpr double kFarTask = 8.6;
  const double reach =
      kFarSkill * std::hypot(1.0, widest.spread() / std::numbers::sqrt3) + kFarTask * widest.sigma;
  std::vector<game::Rejections> made;
  for (const game::Rejections& rejected : rejections_of(scenario.game)) {
    const auto same = [&](const game::Rejections& other) { return other == rejected; };
    if (std::any_of(made.begin(), made.end(), same)) continue;
    made.push_back(rejected);
    tables.emplace_back(widest.tau, rejected, depth, reach);
  }
  return tables;
}

}  // namespace

PossibleGames::PossibleGames(const Scenario& scenario, const std::vector<Uncertainty>& uncertain,
                             std::size_t depth)
    : scenario_(scenario),
      uncertain_(uncertain),
      depth_(depth),
      tables_(tables_for(scenario, uncertain, depth)) {}

base::Result<game::PossibleGame> PossibleGames::with(const NumberValues& values) const {
  Parts parts(scenario_);
  for (std::size_t i = 0; i < uncertain_.size(); ++i)
    parts.put(scenario_, uncertain_[i], values[i]);
  const game::RoutingGame& known = scenario_.game;
  TURNOUT_TRY(auto game, game::RoutingGame::make(
                             parts.user, parts.provider, std::move(parts.models), known.switching(),
                             known.participates(), known.patience_by_attempt()));
  auto types = scenario_.outcomes ? game::TaskTypes::empirical(scenario_.outcomes->rate)
                                  : task_types(game, parts.difficulty, depth_, tables_);
  return game::PossibleGame{std::move(game), std::move(parts.segments), std::move(types)};
}

Bounds bounds_of(const Uncertainty& u) {
  if (u.kind != Uncertainty::Kind::kCounts) return {u.low, u.high};
  const double right = u.successes + 1;
  const double wrong = u.trials - u.successes + 1;
  return {numeric::beta_at_score(right, wrong, -numeric::kNormal95),
          numeric::beta_at_score(right, wrong, numeric::kNormal95)};
}

}  // namespace turnout::scenario
