#include "turnout/drawing/response_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "turnout/game/best_response.h"
#include "turnout/report/table.h"

namespace turnout::drawing {
namespace {

constexpr Colour kProvider = {0.70, 0.35, 0.05};
constexpr Colour kUser = {0.00, 0.30, 0.55};
constexpr Colour kBlack = {0, 0, 0};
constexpr int kSteps = 2000;

/// A curve over s, cut where the user's response q jumps.
void draw_curve(Canvas& canvas, const PlotArea& area, const std::vector<double>& y,
                const std::vector<double>& q, Colour colour) {
  std::vector<Point> part;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (i > 0 && std::abs(q[i] - q[i - 1]) > 0.5) {
      canvas.line(part, colour, 2);
      part.clear();
    }
    part.push_back(area.at(static_cast<double>(i) / kSteps, y[i]));
  }
  canvas.line(part, colour, 2);
}

}  // namespace

void draw_response(Canvas& canvas, const scenario::TwoModelScenario& scenario) {
  const game::Game& game = scenario.game;
  std::vector<double> q;
  std::vector<double> cost;
  std::vector<double> utility;
  for (int i = 0; i <= kSteps; ++i) {
    const game::Policy policy{0, static_cast<double>(i) / kSteps};
    q.push_back(best_response(game, policy).abandon);
    const auto payoffs = evaluate(game, policy, q.back());
    cost.push_back(payoffs.provider_cost);
    utility.push_back(payoffs.user_utility);
  }
  const auto [low_cost, high_cost] = std::minmax_element(cost.begin(), cost.end());
  const auto [low_utility, high_utility] = std::minmax_element(utility.begin(), utility.end());
  const double low = std::min({*low_cost, *low_utility, 0.0});
  const double high = std::max(*high_cost, *high_utility);
  const PlotArea upper({80, 54}, {520, 130}, {"", 0, 1}, {"q", -0.05, 1.05});
  const PlotArea lower({80, 224}, {520, 140},
                       {"s, share of re-prompts that go to " + scenario.names[1], 0, 1},
                       {"J and U", low - 0.06 * (high - low), high + 0.06 * (high - low)});
  canvas.text(
      {80, 22},
      fmt::format("the user's response to (1, s): {} and {}", scenario.names[0], scenario.names[1]),
      13, Anchor::kLeft, false, true);
  const auto at = thresholds(game);
  for (const auto& [name, value] :
       {std::pair{"s0", at.stay}, {"sL", at.patience}, {"sH", at.leave}}) {
    if (!value) continue;
    for (const PlotArea& area : {upper, lower}) {
      const double x = area.at_shares(*value, 0).x;
      canvas.line({{x, area.corner().y}, {x, area.corner().y + area.size().y}}, {0.4, 0.4, 0.4}, 1,
                  true);
    }
    const Anchor anchor = name == std::string("sL")   ? Anchor::kRight
                          : name == std::string("sH") ? Anchor::kLeft
                                                      : Anchor::kMiddle;
    canvas.text({upper.at_shares(*value, 1).x, upper.corner().y - 5},
                fmt::format("{} = {:.3f}", name, *value), 10, anchor);
  }
  draw_curve(canvas, upper, q, q, kBlack);
  draw_curve(canvas, lower, cost, q, kProvider);
  draw_curve(canvas, lower, utility, q, kUser);
  upper.draw_axes(canvas);
  lower.draw_axes(canvas);
  const double y = 428;
  canvas.line({{80, y - 4}, {104, y - 4}}, kProvider, 2);
  canvas.text({110, y}, "J, the provider's cost", 10.5);
  canvas.line({{260, y - 4}, {284, y - 4}}, kUser, 2);
  canvas.text({290, y}, "U, the user's utility", 10.5);
}

}  // namespace turnout::drawing
