#include "turnout/report/regret_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "turnout/report/one_line.h"
#include "turnout/report/plan_report.h"
#include "turnout/report/table.h"
#include "turnout/report/uncertainty_text.h"

namespace turnout::report {
namespace {

using analysis::RegretAnswer;
using analysis::RegretGame;
using nlohmann::ordered_json;

std::string numbers_text(const RegretAnswer& answer, const RegretGame& game) {
  std::vector<std::string> parts;
  for (std::size_t k = 0; k < game.numbers.size(); ++k)
    parts.push_back(fmt::format("{} = {}", symbol(answer.uncertain[k]), number(game.numbers[k])));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string regrets_text(const RegretAnswer& answer) {
  const auto& names = answer.scenario.names;
  Table table({"game", "J", "best there", "regret"});
  const auto add = [&](const char* name, const RegretGame& game) {
    table.add(
        {name, number(game.cost), number(game.best.payoffs.provider_cost), number(game.regret())});
  };
  add("the worst found", answer.worst);
  add("in the middle", answer.middle);
  std::string text = table.to_string(2);
  text += wrapped(
      fmt::format("The worst: {}; the best plan there: {}.", numbers_text(answer, answer.worst),
                  in_one_line(answer.worst.best, names)),
      100, 2);
  return text + wrapped(fmt::format("The best plan for the middle regrets up to {}: {}; where {}.",
                                    number(answer.worst_of_middle.regret()),
                                    in_one_line(answer.middle.best, names),
                                    numbers_text(answer, answer.worst_of_middle)),
                        100, 2);
}

std::string proof_text(const RegretAnswer& answer) {
  const game::RegretPlan& found = answer.found;
  std::string text = fmt::format(
      "Proved, on {} games: every sequence of {} attempts has a regret of at least {} somewhere. "
      "Found, not proved: no game is worse than the worst above",
      found.certified, answer.depth, number(found.bound));
  if (found.checked > 0) {
    text += fmt::format("; {} others, drawn as a check, have a regret of at most {}", found.checked,
                        number(found.checked_regret));
  }
  text += found.settled ? "." : "; the search for a worse one was cut short.";
  return wrapped(text, 100, 2);
}

std::string decisions_text(const RegretAnswer& answer) {
  std::string text;
  std::size_t first = 0;
  const auto& all = answer.found.decisions;
  for (std::size_t j = 0; j < all.size(); ++j) {
    if (j + 1 < all.size() && all[j + 1].models == all[j].models) continue;
    std::vector<std::string> names;
    for (const std::size_t k : all[j].models) names.push_back(answer.scenario.names[k]);
    text += fmt::format("  attempt {}: {}{}\n",
                        first == j ? std::to_string(j + 1) : fmt::format("{}-{}", first + 1, j + 1),
                        fmt::join(names, " or "),
                        names.size() == 1 ? ", whatever the numbers are" : "");
    first = j + 1;
  }
  return text;
}

ordered_json game_regret_json(const RegretAnswer& answer, const RegretGame& game) {
  ordered_json numbers = ordered_json::array();
  for (std::size_t k = 0; k < game.numbers.size(); ++k)
    numbers.push_back({{"parameter", symbol(answer.uncertain[k])}, {"value", game.numbers[k]}});
  return {{"numbers", std::move(numbers)},
          {"provider_cost", game.cost},
          {"least_cost", game.best.payoffs.provider_cost},
          {"regret", game.regret()},
          {"best_plan", in_one_line(game.best, answer.scenario.names)}};
}

ordered_json decisions_json(const RegretAnswer& answer) {
  ordered_json list = ordered_json::array();
  for (std::size_t j = 0; j < answer.found.decisions.size(); ++j) {
    const game::SharedDecision& decision = answer.found.decisions[j];
    ordered_json names = ordered_json::array();
    for (const std::size_t k : decision.models) names.push_back(answer.scenario.names[k]);
    list.push_back({{"attempt", j + 1}, {"models", std::move(names)}, {"games", decision.made}});
  }
  return list;
}

}  // namespace

ordered_json regret_json(const RegretAnswer& answer) {
  const auto& names = answer.scenario.names;
  ordered_json ranges = ordered_json::array();
  for (std::size_t k = 0; k < answer.uncertain.size(); ++k) {
    ranges.push_back({{"parameter", symbol(answer.uncertain[k])},
                      {"lo", answer.low[k]},
                      {"hi", answer.high[k]}});
  }
  return {{"schema", "turnout/robust-regret/1"},
          {"plan", in_one_line(answer.plan, names)},
          {"steps", steps_json(answer.plan, names)},
          {"leaves_after", answer.plan.leaves_after ? ordered_json(*answer.plan.leaves_after)
                                                    : ordered_json(nullptr)},
          {"depth", answer.depth},
          {"policy", answer.policy ? ordered_json(*answer.policy) : ordered_json(nullptr)},
          {"ranges", std::move(ranges)},
          {"worst", game_regret_json(answer, answer.worst)},
          {"middle", game_regret_json(answer, answer.middle)},
          {"worst_of_best_for_the_middle", game_regret_json(answer, answer.worst_of_middle)},
          {"lower_bound", answer.found.bound},
          {"certified_games", answer.found.certified},
          {"checked_games", answer.found.checked},
          {"checked_regret", answer.found.checked_regret},
          {"settled", answer.found.settled},
          {"decisions", decisions_json(answer)},
          {"game", routing_game_json(answer.scenario)},
          {"notes", answer.notes}};
}

std::string regret_text(const RegretAnswer& answer) {
  std::string text = routing_game_text(answer.scenario);
  text += "\nKnown within bounds\n" + uncertain_text(answer.uncertain);
  text += fmt::format("\nThe plan with the least greatest regret ({} attempts on offer)\n",
                      answer.depth);
  text += attempts_text(answer.plan, answer.scenario.names);
  if (answer.policy) text += fmt::format("  policy: {}\n", on_one_line(*answer.policy));
  text +=
      "\nRegret: what the plan costs more than the best plan for the game that it turns out to "
      "be\n";
  text += regrets_text(answer) + proof_text(answer);
  return text +
         "\nWhich decisions depend on the numbers: who serves in the best plans of these games\n" +
         decisions_text(answer);
}

}  // namespace turnout::report
