#include "turnout/drawing/figures.h"

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

/// A curve over s, cut where it jumps.
void draw_curve(Canvas& canvas, const PlotArea& area, const std::vector<double>& y, double jump,
                Colour colour) {
  std::vector<Point> part;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (i > 0 && std::abs(y[i] - y[i - 1]) > jump) {
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
  const PlotArea upper({80, 40}, {520, 130}, {"", 0, 1}, {"q", -0.05, 1.05});
  const PlotArea lower({80, 215}, {520, 140}, {"s, share of re-prompts that go to M2", 0, 1},
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
  draw_curve(canvas, upper, q, 0.5, kBlack);
  const double jump = 0.2 * (high - low);
  draw_curve(canvas, lower, cost, jump, kProvider);
  draw_curve(canvas, lower, utility, jump, kUser);
  upper.draw_axes(canvas);
  lower.draw_axes(canvas);
  const double y = 406;
  canvas.line({{80, y - 4}, {104, y - 4}}, kProvider, 2);
  canvas.text({110, y}, "J, the provider's cost", 10.5);
  canvas.line({{260, y - 4}, {284, y - 4}}, kUser, 2);
  canvas.text({290, y}, "U, the user's utility", 10.5);
}

void draw_catalog(Canvas& canvas, const std::vector<scenario::CatalogModel>& models) {
  struct Place {
    double cost, latency;
    const std::string* name;
    bool unbeaten = true;
  };
  std::vector<Place> places;
  for (const auto& [name, model] : models) {
    if (model.cost > 0 && model.latency > 0)
      places.push_back({model.cost / model.success, model.latency / model.success, &name});
  }
  double low_cost = 1e300, high_cost = 0, low_latency = 1e300, high_latency = 0;
  for (Place& one : places) {
    low_cost = std::min(low_cost, one.cost);
    high_cost = std::max(high_cost, one.cost);
    low_latency = std::min(low_latency, one.latency);
    high_latency = std::max(high_latency, one.latency);
    one.unbeaten = std::none_of(places.begin(), places.end(), [&](const Place& other) {
      return other.cost <= one.cost && other.latency <= one.latency &&
             (other.cost < one.cost || other.latency < one.latency);
    });
  }
  const PlotArea area(
      {80, 40}, {520, 310},
      {"c/p, dollars a solved task costs", low_cost / 1.6, high_cost * 1.6, true},
      {"t/p, seconds a solved task takes", low_latency / 1.6, high_latency * 1.6, true});
  canvas.text(
      {80, 22},
      fmt::format("{} models of the catalogue; orange: none is cheaper and quicker", places.size()),
      13, Anchor::kLeft, false, true);
  for (const bool unbeaten : {false, true}) {
    for (const Place& one : places) {
      if (one.unbeaten != unbeaten) continue;
      const Point at = area.at(one.cost, one.latency);
      canvas.dot(at, unbeaten ? 4.5 : 3,
                 unbeaten ? Colour{0.90, 0.60, 0.10} : Colour{0.60, 0.78, 0.92});
      const bool right = at.x > area.corner().x + 0.7 * area.size().x;
      if (unbeaten)
        canvas.text({at.x + (right ? -8 : 8), at.y + 3.5}, *one.name, 9,
                    right ? Anchor::kRight : Anchor::kLeft);
    }
  }
  area.draw_axes(canvas);
}

}  // namespace turnout::drawing
