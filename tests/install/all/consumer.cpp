#include <iostream>

#include "turnout/drawing/canvas.h"
#include "turnout/game/equilibrium.h"
#include "turnout/report/solution_report.h"
#include "turnout/scenario/scenario.h"

int main() {
  const auto game = turnout::game::Game::make({12, 1}, {4}, {{{0.45, 3, 0.4}, {0.8, 9, 2}}});
  if (!game) return 1;
  const auto equilibrium = turnout::game::solve(*game);
  std::cout << "J = " << equilibrium.best().payoffs.provider_cost << '\n';
  const auto bad = turnout::scenario::parse_scenario("nonsense", "s.toml");
  const auto nothing = turnout::drawing::picture("svg", {10, 10}, [](turnout::drawing::Canvas&) {});
  std::cout << (nothing ? "a picture was drawn\n" : nothing.error().to_string() + '\n');
  const auto scenario = turnout::scenario::parse_scenario(
      "[user]\nvalue = 12\n[provider]\nchurn_penalty = 4\n"
      "[[model]]\nname = 'mini'\nsuccess = 0.45\nlatency = 3\ncost = 0.4\n"
      "[[model]]\nname = 'large'\nsuccess = 0.8\nlatency = 9\ncost = 2\n",
      "s.toml");
  if (!scenario) return 1;
  const auto answer = turnout::analysis::solve_answer(*scenario);
  if (!answer) return 1;
  const auto text = turnout::report::solution_text(*answer);
  return !bad && text.find("(1,0)") != std::string::npos && equilibrium.best().policy.start == 0
             ? 0
             : 1;
}
