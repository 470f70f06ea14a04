#include "turnout/drawing/response_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "turnout/game/participation.h"
#include "turnout/report/table.h"

namespace turnout::drawing {
namespace {

constexpr Colour kProvider = {0.70, 0.35, 0.05};
constexpr Colour kUser = {0.00, 0.30, 0.55};
constexpr Colour kBlack = {0, 0, 0};
constexpr int kSteps = 2000;

/// Response and payoffs at equally spaced s.
struct Curves {
  std::vector<double> abandon, cost, utility;
  std::vector<bool> comes;
};

/// A curve over s, cut where the user's response q jumps, or he comes from there on.
void draw_curve(Canvas& canvas, const PlotArea& area, const std::vector<double>& y,
                const Curves& curves, Colour colour) {
  const auto& q = curves.abandon;
  std::vector<Point> part;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (i > 0 && (std::abs(q[i] - q[i - 1]) > 0.5 || curves.comes[i] != curves.comes[i - 1])) {
      canvas.line(part, colour, 2);
      part.clear();
    }
    part.push_back(area.at(static_cast<double>(i) / kSteps, y[i]));
  }
  canvas.line(part, colour, 2);
}

Curves curves_of(const game::Game& game, bool may_stay_away) {
  Curves curves;
  for (int i = 0; i <= kSteps; ++i) {
    const game::Policy policy{0, static_cast<double>(i) / kSteps};
    curves.abandon.push_back(best_response(game, policy).abandon);
    auto payoffs = evaluate(game, policy, curves.abandon.back());
    const bool comes = !may_stay_away || believed_utility(game, policy, curves.abandon.back()) >= 0;
    if (!comes) payoffs = game::payoffs_of_nobody(game.churn_penalty());
    curves.comes.push_back(comes);
    curves.cost.push_back(payoffs.provider_cost);
    curves.utility.push_back(game.user().outside + payoffs.user_utility);
  }
  return curves;
}

/// From the least payoff, 0 at most, to the greatest, with some room.
PlotArea::Side payoff_side(const Curves& curves) {
  const auto [low_cost, high_cost] = std::minmax_element(curves.cost.begin(), curves.cost.end());
  const auto [low_utility, high_utility] =
      std::minmax_element(curves.utility.begin(), curves.utility.end());
  const double low = std::min({*low_cost, *low_utility, 0.0});
  const double high = std::max(*high_cost, *high_utility);
  return {"J and U", low - 0.06 * (high - low), high + 0.06 * (high - low)};
}

void draw_thresholds(Canvas& canvas, const game::Game& game, const PlotArea& upper,
                     const PlotArea& lower) {
  const auto at = thresholds(game);
  for (const auto& [name, value, anchor] : {std::tuple{"s0", at.stay, Anchor::kMiddle},
                                            {"sL", at.patience, Anchor::kRight},
                                            {"sH", at.leave, Anchor::kLeft}}) {
    if (!value) continue;
    for (const PlotArea& area : {upper, lower}) {
      const double x = area.at_shares(*value, 0).x;
      canvas.line({{x, area.corner().y}, {x, area.corner().y + area.size().y}}, {0.4, 0.4, 0.4}, 1,
                  true);
    }
    canvas.text({upper.at_shares(*value, 1).x, upper.corner().y - 5},
                fmt::format("{} = {:.3f}", name, *value), 10, anchor);
  }
}

void draw_payoff_legend(Canvas& canvas) {
  const double y = kResponseSize.y - 12;
  canvas.line({{80, y - 4}, {104, y - 4}}, kProvider, 2);
  canvas.text({110, y}, "J, the provider's cost", 10.5);
  canvas.line({{260, y - 4}, {284, y - 4}}, kUser, 2);
  canvas.text({290, y}, "U, the user's utility", 10.5);
}

}  // namespace

void draw_response(Canvas& canvas, const analysis::PaperScenario& paper) {
  const auto& scenario = paper.scenario;
  const Curves curves = curves_of(scenario.game, paper.may_stay_away);
  const PlotArea upper({80, 54}, {520, 130}, {"", 0, 1}, {"q", -0.05, 1.05});
  const PlotArea lower({80, 224}, {520, 140},
                       {"s, share of re-prompts that go to " + scenario.names[1], 0, 1},
                       payoff_side(curves));
  canvas.text(
      {80, 22},
      fmt::format("the user's response to (1, s): {} and {}", scenario.names[0], scenario.names[1]),
      13, Anchor::kLeft, false, true);
  draw_thresholds(canvas, scenario.game, upper, lower);
  draw_curve(canvas, upper, curves.abandon, curves, kBlack);
  draw_curve(canvas, lower, curves.cost, curves, kProvider);
  draw_curve(canvas, lower, curves.utility, curves, kUser);
  upper.draw_axes(canvas);
  lower.draw_axes(canvas);
  draw_payoff_legend(canvas);
}

}  // namespace turnout::drawing
