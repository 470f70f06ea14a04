#include "turnout/drawing/rules_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "turnout/game/equilibrium.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::drawing {
namespace {

using game::Regime;
using game::Route;

std::string number(double value) { return fmt::format("{:.4g}", value); }

constexpr Colour kPlain = {0.95, 0.95, 0.95};
constexpr Colour kEnd = {0.87, 0.93, 0.98};
constexpr Colour kTaken = {1.00, 0.87, 0.60};
constexpr Colour kGrey = {0.45, 0.45, 0.45};
constexpr double kRow = 34;
constexpr double kTop = 92;
constexpr double kHeight = 27;
constexpr double kText = 9.5;
// Left edge and width of the boxes of each step.
constexpr std::array<double, 4> kLeft = {24, 190, 352, 598};
constexpr std::array<double, 4> kWidth = {142, 126, 176, 178};

/// A box of the figure, and what is behind it.
struct Node {
  std::size_t step = 0;  ///< column
  std::string words;
  std::string answer = {};            ///< on the line that leads to it: "yes", "no"
  std::optional<Route> route = {};    ///< of an end
  std::optional<Regime> regime = {};  ///< of a beginning
  std::string numbers = {};           ///< what is compared in the scenario
  std::vector<Node> then = {};
  bool taken = false;
  double y = 0;  ///< of its middle
};

Node end_of(const char* answer, const char* words, Route route) {
  return {3, words, answer, route};
}

Node branch(std::size_t step, const char* words, const char* answer, std::vector<Node> then) {
  Node node{step, words, answer};
  node.then = std::move(then);
  return node;
}

Node beginning(const char* words, Regime regime, std::vector<Node> then) {
  Node node = branch(0, words, "", std::move(then));
  node.regime = regime;
  return node;
}

std::vector<Node> rules() {
  return {
      beginning("xi1, xi2 > 0: he stays", Regime::kValueValue,
                {branch(1, "c1/p1 <= c2/p2 ?", "",
                        {end_of("yes", "(1,0): M1 always", Route::kFirstStay),
                         end_of("no", "(2,0): M2 always", Route::kSecondStay)})}),
      beginning("xi1, xi2 < 0: he leaves", Regime::kLatencyLatency,
                {branch(2, "c2 - c1 < P (p2 - p1) ?", "",
                        {end_of("no", "(1,0): M1 once", Route::kFirstLeave),
                         end_of("yes", "(2,0): M2 once", Route::kSecondLeave)})}),
      beginning("xi1 < 0 < xi2", Regime::kLatencyValue,
                {branch(1, "c1/p1 < c2/p2 ?", "",
                        {branch(2, "P <= A, the cost of keeping him ?", "yes",
                                {end_of("yes", "(1,0): M1 once", Route::kFirstLeave),
                                 end_of("no", "(1,s0): cascade, he stays", Route::kCascadeStay)}),
                         branch(2, "P <= (c2/p2 - c1)/b1 ?", "no",
                                {end_of("yes", "(1,0): M1 once", Route::kFirstLeave),
                                 end_of("no", "(2,0): M2 always", Route::kSecondStay)})})}),
      beginning(
          "xi1 > 0 > xi2", Regime::kValueLatency,
          {branch(1, "c1/p1 <= c2/p2 ?", "",
                  {branch(2, "the cheapest of", "yes",
                          {end_of("c1/p1", "(1,0): M1 always", Route::kFirstStay),
                           end_of("c1 + P b1", "(1,1): M2 as a threat", Route::kThreat),
                           end_of("c2 + P b2", "(2,0): M2 once", Route::kSecondLeave)}),
                   branch(2, "the cheapest of", "no",
                          {end_of("J(1,sL)", "(1,sL): cascade, he stays", Route::kCascadePatience),
                           end_of("c1 + P b1", "(1,1): M2 as a threat", Route::kThreat),
                           end_of("c2 + P b2", "(2,0): M2 once", Route::kSecondLeave)})})})};
}

/// Gives each node its height: ends one below the other, others in the middle of theirs.
void place(std::vector<Node>& nodes, double& next) {
  for (Node& node : nodes) {
    if (node.then.empty()) {
      node.y = next;
      next += kRow;
    } else {
      place(node.then, next);
      node.y = (node.then.front().y + node.then.back().y) / 2;
    }
  }
}

/// Marks the way to `route`. @returns whether it is there.
bool mark(Node& node, Route route) {
  node.taken = node.then.empty() ? node.route == route
                                 : std::any_of(node.then.begin(), node.then.end(),
                                               [&](Node& next) { return mark(next, route); });
  return node.taken;
}

/// P <= A is when leaving after M1 costs no more than keeping the user by (1, s0).
double keeping_cost(const game::Game& game) {
  const auto& [first, second] = std::pair(game.model(0), game.model(1));
  const double s0 = *thresholds(game).stay;
  const double second_cost = second.cost / second.success;
  return (first.cost * (1 - s0) + s0 * second_cost) / (first.success + (1 - first.success) * s0);
}

/// Writes the scenario's numbers into a taken node.
void add_numbers(Node& node, const game::Game& game) {
  const auto& first = game.model(0);
  const auto& second = game.model(1);
  const auto ratio = [](const game::Model& m) { return m.cost / m.success; };
  const double penalty = game.churn_penalty();
  if (node.words.starts_with("c1/p1")) {
    node.numbers = fmt::format("{} and {}", number(ratio(first)), number(ratio(second)));
  } else if (node.words.starts_with("c2 - c1")) {
    node.numbers = fmt::format("{} and {}", number(second.cost - first.cost),
                               number(penalty * (second.success - first.success)));
  } else if (node.words.starts_with("P <= A")) {
    node.numbers = fmt::format("{} and {}", number(penalty), number(keeping_cost(game)));
  } else if (node.words.starts_with("P <= (c2")) {
    node.numbers = fmt::format("{} and {}", number(penalty),
                               number((ratio(second) - first.cost) / (1 - first.success)));
  } else if (node.words.starts_with("the cheapest")) {
    node.numbers = fmt::format("costs {}", number(solve(game).best().payoffs.provider_cost));
  } else if (node.regime) {
    const game::Primitives<double> numbers(game);
    node.numbers = fmt::format("xi: {} and {}", number(numbers.model[0].net_value),
                               number(numbers.model[1].net_value));
  } else if (node.route == Route::kCascadeStay) {
    node.numbers = fmt::format("s0 = {}", number(*thresholds(game).stay));
  } else if (node.route == Route::kCascadePatience) {
    node.numbers = fmt::format("sL = {}", number(*thresholds(game).patience));
  }
  for (Node& next : node.then) {
    if (next.taken) add_numbers(next, game);
  }
}

/// Marks the ways through the rules that lead to the scenario's optimum.
/// @returns whether there is one.
bool follow(std::vector<Node>& nodes, const game::Game& game) {
  if (!game.is_papers()) return false;  // the rules are of the paper's numbers
  const game::Equilibrium equilibrium = solve(game);
  const double first = game.model(0).cost / game.model(0).success;
  const double second = game.model(1).cost / game.model(1).success;
  for (Node& node : nodes) {
    if (node.regime != equilibrium.regime) continue;
    node.taken = true;
    Node& next = node.then.front();
    next.taken = true;
    const bool forks = next.then.front().step == 2;  // by the order of c/p
    const bool yes = equilibrium.regime == Regime::kLatencyValue ? first < second : first <= second;
    Node& last = forks ? next.then.at(yes ? 0 : 1) : next;
    const bool found = mark(last, equilibrium.best().route);
    if (found || forks) last.taken = true;
    add_numbers(node, game);
    return found;
  }
  return false;
}

void draw_box(Canvas& canvas, const Node& node) {
  const Point corner = {kLeft.at(node.step), node.y - kHeight / 2};
  const Point size = {kWidth.at(node.step), kHeight};
  canvas.fill_rectangle(corner, size, node.taken ? kTaken : node.step == 3 ? kEnd : kPlain);
  canvas.frame(corner, size, node.taken ? 1.8 : 0.8);
  const double middle = corner.x + size.x / 2;
  if (node.numbers.empty()) {
    canvas.text({middle, node.y + 3.5}, node.words, kText, Anchor::kMiddle);
  } else {
    canvas.text({middle, node.y - 2.5}, node.words, kText, Anchor::kMiddle);
    canvas.text({middle, node.y + 9}, node.numbers, kText - 1, Anchor::kMiddle, false, true);
  }
}

void draw_line(Canvas& canvas, const Node& node, const Node& next) {
  const double from = kLeft.at(node.step) + kWidth.at(node.step);
  const double to = kLeft.at(next.step);
  const bool costs = next.answer.size() > 3;  // not "yes" or "no"
  const double bend = to - (costs ? 62 : 24);
  const Colour colour = next.taken ? Colour{0.75, 0.35, 0.00} : kGrey;
  const double width = next.taken ? 2.2 : 0.9;
  if (node.y == next.y) {
    canvas.arrow({{from, node.y}, {to, next.y}}, colour, width);
  } else {
    canvas.arrow({{from, node.y}, {bend, node.y}, {bend, next.y}, {to, next.y}}, colour, width);
  }
  if (!next.answer.empty())
    canvas.text({costs ? bend + 3 : to - 22, next.y - 4}, next.answer, kText - 1);
}

void draw_tree(Canvas& canvas, const Node& node) {
  for (const bool taken : {false, true}) {  // what is marked lies over what is not
    for (const Node& next : node.then) {
      if (next.taken == taken) draw_line(canvas, node, next);
    }
  }
  for (const Node& next : node.then) draw_tree(canvas, next);
  draw_box(canvas, node);
}

void draw_foot(Canvas& canvas, const std::optional<scenario::TwoModelScenario>& scenario,
               bool found) {
  const double y = kRulesSize.y - 14;
  canvas.text(
      {24, y - 14},
      "A = (c1 (1 - s0) + s0 c2/p2) / (p1 + b1 s0), b = 1 - p. \"Once\": the user leaves if it "
      "fails; \"always\": he never leaves.",
      kText);
  if (!scenario) return;
  const std::string words =
      found ? "Marked: the way of this scenario, with its numbers."
            : "The optimum of this scenario is none of these, for it is outside of the paper's "
              "order: " +
                  std::string(to_string(solve(scenario->game).best().route)) + ".";
  canvas.text({24, y}, words, kText, Anchor::kLeft, false, true);
}

}  // namespace

bool rules_lead_to_optimum(const game::Game& game) {
  std::vector<Node> nodes = rules();
  return follow(nodes, game);
}

void draw_rules(Canvas& canvas, const std::optional<scenario::TwoModelScenario>& scenario) {
  std::vector<Node> nodes = rules();
  double next = kTop;
  place(nodes, next);
  const bool found = scenario && follow(nodes, scenario->game);
  canvas.text({24, 24}, "which policy is best for the provider", 13, Anchor::kLeft, false, true);
  canvas.text({24, 42},
              scenario ? fmt::format("M1: {}, M2: {}", scenario->names[0], scenario->names[1])
                       : "xi = V p - w t: what an attempt is worth to the user",
              10.5);
  const std::array<const char*, 4> heads = {"worth the wait?", "cost-of-pass",
                                            "what losing the user costs", "optimal policy"};
  for (std::size_t k = 0; k < heads.size(); ++k)
    canvas.text({kLeft.at(k), 66}, heads.at(k), kText + 0.5, Anchor::kLeft, false, true);
  for (const Node& node : nodes) draw_tree(canvas, node);
  draw_foot(canvas, scenario, found);
}

}  // namespace turnout::drawing
