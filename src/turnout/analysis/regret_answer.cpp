#include "turnout/analysis/regret_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "turnout/analysis/compiled_policy.h"
#include "turnout/analysis/plan_answer.h"
#include "turnout/analysis/robust_plan_answer.h"
#include "turnout/base/option_range.h"
#include "turnout/game/population_plan.h"
#include "turnout/scenario/posterior.h"
#include "turnout/scenario/scenario_scope.h"
#include "turnout/scenario/scenario_types.h"

namespace turnout::analysis {
namespace {

using scenario::Scenario;
using scenario::Uncertainty;

constexpr std::size_t kMostWork = 500'000'000;  // types and segments: half a second a turn

base::Status check(const RegretOptions& options, const Scenario& scenario) {
  if (options.depth) {
    TURNOUT_CHECK(base::check_option("--depth", *options.depth, 1,
                                     scenario::deepest_of_many(scenario, scenario.uncertain)));
  }
  if (options.nodes) TURNOUT_CHECK(base::check_option("--nodes", *options.nodes, 1, kMostNodes));
  return base::Done{};
}

std::vector<std::string> notes_on(const Scenario& scenario,
                                  const std::vector<Uncertainty>& uncertain) {
  std::vector<std::string> notes;
  const auto posteriors = std::count_if(uncertain.begin(), uncertain.end(), [](const auto& u) {
    return u.kind != Uncertainty::Kind::kRange;
  });
  if (posteriors > 0) {
    notes.push_back(fmt::format(
        "{} numbers have a mean and an interval; they are taken as ranges over their 95 % interval",
        posteriors));
  }
  if (scenario.outcomes)
    notes.emplace_back("success is that of the table of outcomes, which counts as known exactly");
  return notes;
}

/// Which plan it is in a game: reach, payoffs (with v0 in U) and when the last user leaves.
game::EscalationPlan plan_in(const game::PossibleGame& game, const game::Sequence& sequence) {
  const auto play = game::play_sequence_for_all(game.game, game.segments, game.types, sequence);
  game::EscalationPlan plan;
  for (std::size_t j = 0; j < sequence.size(); ++j)
    plan.attempts.push_back({{{sequence[j], 1.0}}, play.reach[j]});
  const std::size_t longest = *std::max_element(play.attempts.begin(), play.attempts.end());
  if (longest < sequence.size()) plan.leaves_after = longest;
  plan.ends = true;
  plan.payoffs = play.mean;
  plan.payoffs.user_utility += game.segments.front().user.outside;
  return plan;
}

/// The box of games that a scenario leaves possible.
class Box {
 public:
  Box(const RegretAnswer& answer, std::size_t depth)
      : answer_(answer), games_(answer.scenario, answer.uncertain, depth) {}

  [[nodiscard]] std::vector<double> numbers(std::span<const double> at) const {
    std::vector<double> numbers;
    for (std::size_t k = 0; k < at.size(); ++k) {
      const double x = answer_.low[k] + at[k] * (answer_.high[k] - answer_.low[k]);
      numbers.push_back(std::clamp(x, answer_.low[k], answer_.high[k]));
    }
    return numbers;
  }
  /// Ends of ranges are allowed numbers, and what lies between allowed numbers is allowed.
  [[nodiscard]] game::PossibleGame game(std::span<const double> at) const {
    return games_.with(numbers(at)).value();
  }
  [[nodiscard]] RegretGame regret(const game::RegretAt& found) const {
    return {numbers(found.at), found.cost, plan_in(game(found.at), found.best.models)};
  }
  [[nodiscard]] std::size_t dimensions() const { return answer_.low.size(); }

 private:
  const RegretAnswer& answer_;
  scenario::PossibleGames games_;
};

/// As many attempts as `plan` offers in the middle, where failures tell something or users differ.
base::Result<std::size_t> depth_in_the_middle(const RegretAnswer& answer,
                                              const base::Watch& watch) {
  const std::vector<double> middle(answer.low.size(), 0.5);
  const std::size_t deepest = scenario::deepest_of_many(answer.scenario, answer.uncertain);
  constexpr auto kDepths = std::to_array<std::size_t>({5, 8, 12, 16, kMostGrown});
  std::size_t chosen = std::min(kDepths[0], deepest);
  double cost = 0;
  game::SearchLimits limits;
  limits.watch = watch;
  for (const std::size_t step : kDepths) {
    const std::size_t depth = std::min(step, deepest);
    if (depth < step && depth <= chosen) break;
    const double now = game::best_for_game(Box(answer, depth).game(middle), depth, limits).value;
    TURNOUT_CHECK(watch.cancellation.check());
    if (depth > chosen && !(cost - now > kWorthwhile * std::abs(cost))) break;
    chosen = depth;
    cost = now;
  }
  return chosen;
}

void take(RegretAnswer& answer, game::RegretPlan found) {
  const Box box(answer, answer.depth);
  answer.plan = plan_in(box.game(found.middle.at), found.sequence);
  answer.worst = box.regret(found.worst);
  answer.middle = box.regret(found.middle);
  answer.worst_of_middle = box.regret(found.worst_of_middle);
  auto policy = policy_text_of(answer.plan, answer.scenario.game, answer.scenario.names);
  if (policy) answer.policy = *std::move(policy);
  answer.found = std::move(found);
}

}  // namespace

base::Result<RegretAnswer> regret_answer(Scenario scenario, const RegretOptions& options,
                                         const base::Watch& watch) {
  TURNOUT_CHECK(check(options, scenario));
  TURNOUT_CHECK(
      scenario::check_for_plans(scenario, "robust --regret", scenario::Besides::kSegments));
  auto uncertain = std::exchange(scenario.uncertain, {});
  if (uncertain.empty()) {
    return base::Error{
        base::ErrorCode::kUnsupported,
        "robust --regret needs a number that is a range, such as {lo = 0.3, hi = 0.5}; "
        "see turnout plan",
        scenario.source};
  }
  auto notes = notes_on(scenario, uncertain);
  RegretAnswer answer{.scenario = std::move(scenario),
                      .uncertain = std::move(uncertain),
                      .depth = options.depth.value_or(0),
                      .notes = std::move(notes)};
  for (const Uncertainty& u : answer.uncertain) {
    const auto [low, high] = scenario::bounds_of(u);
    answer.low.push_back(low);
    answer.high.push_back(high);
  }
  if (answer.depth == 0) {
    TURNOUT_TRY(answer.depth, depth_in_the_middle(answer, watch));
  }
  const Box box(answer, answer.depth);
  game::RegretOptions search;
  search.depth = answer.depth;
  search.seed = options.seed;
  search.checks = options.checks;
  search.limits.watch = watch;
  if (options.nodes) {
    search.limits.nodes = *options.nodes;
  } else {
    search.work = kMostWork;
  }
  game::RegretPlan found = game::least_regret(
      {box.dimensions(), [&](std::span<const double> at) { return box.game(at); }}, search);
  TURNOUT_CHECK(watch.cancellation.check());
  take(answer, std::move(found));
  return answer;
}

}  // namespace turnout::analysis
