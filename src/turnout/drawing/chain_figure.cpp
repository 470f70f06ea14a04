#include "turnout/drawing/chain_figure.h"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "turnout/game/equilibrium.h"
#include "turnout/report/table.h"

namespace turnout::drawing {
namespace {

constexpr Colour kInk = {0.15, 0.15, 0.15};
constexpr Colour kPale = {0.75, 0.75, 0.75};
constexpr Colour kModel = {0.62, 0.80, 0.93};
constexpr Colour kSolved = {0.75, 0.92, 0.70};
constexpr Colour kLeft = {0.95, 0.75, 0.72};
constexpr double kRadius = 34;
constexpr Point kFirst = {190, 240};
constexpr Point kSecond = {530, 240};
constexpr Point kSolvedAt = {360, 110};
constexpr Point kLeftAt = {360, 362};

/// A step of the chain. The probability is there if there is a scenario.
struct Step {
  std::vector<Point> path;
  Point label;
  const char* formula;
  std::optional<double> probability;
};

/// The point on the way from a to b that is `off` away from a.
Point towards(Point a, Point b, double off) {
  const double length = std::hypot(b.x - a.x, b.y - a.y);
  return {a.x + off * (b.x - a.x) / length, a.y + off * (b.y - a.y) / length};
}

std::vector<Point> between(Point a, Point b) {
  return {towards(a, b, kRadius), towards(b, a, kRadius + 1)};
}

/// A way from a state out to one side and back to it.
std::vector<Point> loop_at(Point state, double side) {
  constexpr int kParts = 40;
  constexpr double kLoop = 24;
  const Point middle = {state.x + side * (kRadius + 0.62 * kLoop), state.y};
  std::vector<Point> path;
  for (int i = 0; i <= kParts; ++i) {
    const double angle = -2.35 + 4.7 * i / kParts;
    path.push_back({middle.x + side * kLoop * std::cos(angle), middle.y + kLoop * std::sin(angle)});
  }
  return path;
}

std::vector<Step> steps_of(const std::optional<scenario::TwoModelScenario>& scenario) {
  std::vector<Step> steps = {{loop_at(kFirst, -1), {64, 240}, "b1 (1 - q) (1 - s)", {}},
                             {between(kFirst, kSecond), {360, 218}, "b1 (1 - q) s", {}},
                             {between(kFirst, kSolvedAt), {226, 160}, "p1", {}},
                             {between(kFirst, kLeftAt), {232, 322}, "b1 q", {}},
                             {loop_at(kSecond, 1), {648, 240}, "b2 (1 - q)", {}},
                             {between(kSecond, kSolvedAt), {494, 160}, "p2", {}},
                             {between(kSecond, kLeftAt), {488, 322}, "b2 q", {}}};
  if (!scenario) return steps;
  const auto best = solve(scenario->game).best();
  const double s = best.policy.cascade;
  const double q = best.abandon;
  const double p1 = scenario->game.model(0).success;
  const double p2 = scenario->game.model(1).success;
  const std::vector<double> probabilities = {(1 - p1) * (1 - q) * (1 - s),
                                             (1 - p1) * (1 - q) * s,
                                             p1,
                                             (1 - p1) * q,
                                             (1 - p2) * (1 - q),
                                             p2,
                                             (1 - p2) * q};
  for (std::size_t k = 0; k < steps.size(); ++k) steps[k].probability = probabilities[k];
  return steps;
}

void draw_state(Canvas& canvas, Point at, const std::string& name, Colour colour) {
  canvas.dot(at, kRadius, colour);
  canvas.text({at.x, at.y + 4.5}, name, 13, Anchor::kMiddle, false, true);
}

void draw_start(Canvas& canvas, Point state) {
  canvas.arrow({{state.x, state.y - 92}, {state.x, state.y - kRadius - 1}}, kInk, 2);
  canvas.text({state.x, state.y - 100}, "a task begins", 10.5, Anchor::kMiddle);
}

/// In one line, or with the number below.
void draw_label(Canvas& canvas, const Step& step) {
  const auto& [path, at, formula, probability] = step;
  canvas.text({at.x, at.y + (probability ? 0 : 8)}, formula, 11, Anchor::kMiddle);
  if (probability)
    canvas.text({at.x, at.y + 14}, report::number(std::round(*probability * 1e4) / 1e4), 11,
                Anchor::kMiddle, false, true);
}

void draw_caption(Canvas& canvas, const scenario::TwoModelScenario& scenario) {
  const auto best = solve(scenario.game).best();
  const game::Primitives<double> numbers(scenario.game);
  const auto visits =
      expected_visits(numbers, best.policy.start, best.policy.cascade, best.abandon);
  canvas.text({24, 46},
              fmt::format("M1: {}, M2: {}; the provider's optimum ({}, {}), the user leaves with "
                          "q = {}",
                          scenario.names[0], scenario.names[1], best.policy.start + 1,
                          report::number(best.policy.cascade), report::number(best.abandon)),
              10.5);
  canvas.text({24, kChainSize.y - 14},
              fmt::format("attempts of a task: {} on M1, {} on M2; {} of tasks are solved",
                          report::number(visits[0]), report::number(visits[1]),
                          report::percent(best.payoffs.success)),
              10.5);
}

}  // namespace

void draw_chain(Canvas& canvas, const std::optional<scenario::TwoModelScenario>& scenario) {
  canvas.text({24, 26}, "a task as a Markov chain", 13, Anchor::kLeft, false, true);
  if (scenario) {
    draw_caption(canvas, *scenario);
  } else {
    canvas.text({24, 46},
                "policy (1, s): after a failure on M1 that is followed up, M2 serves with "
                "probability s, for good; the user leaves with q",
                10.5);
    canvas.text({24, kChainSize.y - 14}, "b = 1 - p; policy (2, s) begins at M2 and stays there",
                10.5);
  }
  for (const Step& step : steps_of(scenario)) {
    const bool never = step.probability == 0.0;
    canvas.arrow(step.path, never ? kPale : kInk, never ? 1 : 1.6);
    draw_label(canvas, step);
  }
  const bool from_second = scenario && solve(scenario->game).best().policy.start == 1;
  draw_start(canvas, from_second ? kSecond : kFirst);
  draw_state(canvas, kFirst, "M1", from_second ? Colour{0.92, 0.92, 0.92} : kModel);
  draw_state(canvas, kSecond, "M2", kModel);
  draw_state(canvas, kSolvedAt, "solved", kSolved);
  draw_state(canvas, kLeftAt, "left", kLeft);
}

}  // namespace turnout::drawing
