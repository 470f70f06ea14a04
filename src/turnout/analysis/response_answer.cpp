#include "turnout/analysis/response_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "turnout/analysis/outside.h"
#include "turnout/game/paper_policy.h"
#include "turnout/game/participation.h"

namespace turnout::analysis {
namespace {

/// What a user gets who just comes is 0 but for the rounding of its sums, as a share of V.
constexpr double kRounding = 1e-14;

struct MarkedShare {
  double s;
  const char* mark;
};

std::vector<MarkedShare> shares(const game::Thresholds& at, std::optional<double> entry,
                                std::size_t points) {
  std::vector<MarkedShare> all;
  if (entry) all.push_back({*entry, "comes"});
  if (at.stay) all.push_back({*at.stay, "s0"});
  if (at.patience) all.push_back({*at.patience, "sL"});
  if (at.leave) all.push_back({*at.leave, "sH"});
  const auto marked = static_cast<std::ptrdiff_t>(all.size());
  for (std::size_t i = 0; i < points; ++i) {
    const double s = static_cast<double>(i) / static_cast<double>(points - 1);
    const bool taken = std::any_of(all.begin(), all.begin() + marked,
                                   [s](const MarkedShare& m) { return m.s == s; });
    if (!taken) all.push_back({s, ""});
  }
  std::sort(all.begin(), all.end(),
            [](const MarkedShare& a, const MarkedShare& b) { return a.s < b.s; });
  return all;
}

/// The provider's optimum; nothing where no policy is better than to lose all users.
std::optional<game::Candidate> optimum_of(const PaperScenario& paper) {
  if (paper.may_stay_away) return game::best_for_who_may_stay_away(paper.scenario.game);
  return game::solve(paper.scenario.game).best();
}

/// What users get who may stay away: nothing but v0 if they do, and where they just come.
void settle(game::Payoffs<double>& payoffs, bool comes, const game::Game& game) {
  if (!comes) payoffs = game::payoffs_of_nobody(game.churn_penalty());
  double& utility = payoffs.user_utility;
  if (std::abs(utility) < kRounding * (1 + game.value())) utility = 0;
}

ResponsePoint point(const PaperScenario& paper, const game::Policy& policy, const char* mark) {
  const game::Game& game = paper.scenario.game;
  const game::Response response = game::best_response(game, policy);
  ResponsePoint at{policy, response, game::evaluate(game, policy, response.abandon), true, mark};
  at.comes = !paper.may_stay_away || believed_utility(game, policy, response.abandon) >= 0;
  if (paper.may_stay_away) settle(at.payoffs, at.comes, game);
  add_outside(at.payoffs, game.user().outside);
  return at;
}

std::vector<ResponsePoint> curve(const ResponseAnswer& answer, std::size_t points) {
  std::vector<ResponsePoint> all;
  for (const auto& [s, mark] : shares(answer.thresholds, answer.entry, points))
    all.push_back(point(answer.paper, {0, s}, mark));
  all.push_back(point(answer.paper, {1, 0}, ""));
  for (ResponsePoint& one : all) {
    if (answer.knowledge && one.policy == answer.knowledge->policy.policy)
      one.mark += one.mark.empty() ? "optimum" : " optimum";
  }
  return all;
}

/// The optimum under users who know the policy, or more.
KnowledgeAnswer knowledge_of(const PaperScenario& paper, const game::Candidate& best) {
  const game::Game& game = paper.scenario.game;
  KnowledgeAnswer answer{best, game::informed_response(game, best.policy),
                         game::counting_response(game, best.policy)};
  for (auto* payoffs : {&answer.policy.payoffs, &answer.model.payoffs, &answer.attempt.payoffs}) {
    if (paper.may_stay_away) settle(*payoffs, true, game);
    add_outside(*payoffs, game.user().outside);
  }
  return answer;
}

}  // namespace

base::Result<ResponseAnswer> response_answer(scenario::Scenario scenario,
                                             const ResponseOptions& options) {
  if (options.points < ResponseOptions::kLeastPoints ||
      options.points > ResponseOptions::kMostPoints) {
    return base::Error{base::ErrorCode::kInvalidValue,
                       fmt::format("{} must be from {} to {}", options.points,
                                   ResponseOptions::kLeastPoints, ResponseOptions::kMostPoints),
                       "--points"};
  }
  TURNOUT_TRY(auto paper,
              paper_scenario(std::move(scenario), "response", scenario::Besides::kKnowledge));
  const game::Game game = paper.scenario.game;
  ResponseAnswer answer{std::move(paper), game::thresholds(game), {}, {}, {}};
  if (answer.paper.may_stay_away) {
    const game::Primitives<double> terms(game);
    answer.entry = game::entry_share(terms.model[0], terms.model[1]);
  }
  if (const auto best = optimum_of(answer.paper))
    answer.knowledge = knowledge_of(answer.paper, *best);
  answer.curve = curve(answer, options.points);
  return answer;
}

}  // namespace turnout::analysis
