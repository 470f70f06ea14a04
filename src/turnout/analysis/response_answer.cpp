#include "turnout/analysis/response_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "turnout/analysis/outside.h"

namespace turnout::analysis {
namespace {

struct MarkedShare {
  double s;
  const char* mark;
};

std::vector<MarkedShare> shares(const game::Thresholds& at, std::size_t points) {
  std::vector<MarkedShare> all;
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

ResponsePoint point(const game::Game& game, const game::Policy& policy, const char* mark) {
  const game::Response response = game::best_response(game, policy);
  ResponsePoint at{policy, response, game::evaluate(game, policy, response.abandon), mark};
  add_outside(at.payoffs, game.user().outside);
  return at;
}

std::vector<ResponsePoint> curve(const game::Game& game, const game::Thresholds& thresholds,
                                 const game::Policy& optimum, std::size_t points) {
  std::vector<ResponsePoint> all;
  for (const auto& [s, mark] : shares(thresholds, points)) all.push_back(point(game, {0, s}, mark));
  all.push_back(point(game, {1, 0}, ""));
  for (ResponsePoint& one : all) {
    if (one.policy == optimum) one.mark += one.mark.empty() ? "optimum" : " optimum";
  }
  return all;
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
  const game::Candidate best = game::solve(game).best();
  const game::Thresholds thresholds = game::thresholds(game);
  ResponseAnswer answer{std::move(paper),
                        thresholds,
                        curve(game, thresholds, best.policy, options.points),
                        {best, game::informed_response(game, best.policy),
                         game::counting_response(game, best.policy)}};
  auto& knowing = answer.knowledge;
  for (auto* payoffs : {&knowing.policy.payoffs, &knowing.model.payoffs, &knowing.attempt.payoffs})
    add_outside(*payoffs, game.user().outside);
  return answer;
}

}  // namespace turnout::analysis
