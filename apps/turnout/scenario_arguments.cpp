#include "scenario_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "turnout/base/number_text.h"
#include "turnout/scenario/scenario_setting.h"
#include "turnout/store/pass_store.h"

namespace turnout::program {
namespace {

struct Flag {
  const char* name;
  const char* help;
  game::Quantity quantity;
};

constexpr std::array<Flag, 9> kFlags = {{
    {"--value", "V, what a solved task is worth to the user (>= 0)", game::Quantity::kValue},
    {"--penalty", "P, what an unsolved task costs the provider (>= 0)",
     game::Quantity::kChurnPenalty},
    {"--p1", "success probability of one pass of M1, in (0, 1]", game::Quantity::kSuccess},
    {"--t1", "latency of one pass of M1 (>= 0)", game::Quantity::kLatency},
    {"--c1", "provider's cost of one pass of M1", game::Quantity::kCost},
    {"--p2", "success probability of one pass of M2", game::Quantity::kSuccess},
    {"--t2", "latency of one pass of M2", game::Quantity::kLatency},
    {"--c2", "provider's cost of one pass of M2", game::Quantity::kCost},
    {"--value-of-time", "worth of one unit of latency in V's unit (> 0, default 1)",
     game::Quantity::kValueOfTime},
}};
constexpr std::size_t kValueOfTime = 8;

}  // namespace

base::Result<double> option_number(const std::string& option, const std::string& text) {
  auto number = base::parse_number(text);
  if (!number) return number.error().within(option);
  return number;
}

void add_settings(CLI::App& verb, std::vector<std::string>& settings) {
  verb.add_option(
          "--set", settings,
          "change what the scenario says, any number of times: V, w, P, p1, t1, c1, p2, "
          "... or its key (model.NAME.cost, user.participates=true, user.patience=[0.99,0.9])")
      ->option_text("KEY=VALUE")
      ->expected(1)
      ->take_all();
}

std::optional<std::string> ScenarioArguments::take_log() {
  std::string_view name = path_;
  for (const std::string_view ending : {".gz", ".zst"}) {
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  }
  std::error_code ignored;
  const bool is_log = name.ends_with(".jsonl") || name.ends_with(".ndjson") ||
                      name.ends_with(".json") || name.ends_with(".csv") || store::is_store(path_) ||
                      std::filesystem::is_directory(path_, ignored);
  return is_log ? std::optional(std::exchange(path_, "")) : std::nullopt;
}

void ScenarioArguments::add_to(CLI::App& verb) {
  verb.add_option("scenario", path_, "scenario file (TOML), or - for standard input")
      ->option_text("SCENARIO");
  add_settings(verb, settings_);
  verb.add_flag("--independent", independent_,
                "leave the scenario's [difficulty] out, without a note: attempts are independent");
  for (std::size_t i = 0; i < kFlags.size(); ++i) {
    verb.add_option(kFlags.at(i).name, numbers_.at(i), kFlags.at(i).help)
        ->option_text("NUMBER")
        ->group("Game by numbers");
  }
}

bool ScenarioArguments::empty() const {
  return path_.empty() &&
         std::all_of(numbers_.begin(), numbers_.end(), [](const auto& n) { return n.empty(); });
}

base::Result<scenario::Scenario> ScenarioArguments::read(scenario::Ranges ranges) const {
  const bool by_numbers =
      std::any_of(numbers_.begin(), numbers_.end(), [](const auto& n) { return !n.empty(); });
  if (by_numbers == !path_.empty()) {
    return base::Error{base::ErrorCode::kMalformedInput,
                       by_numbers ? "give a scenario file or the game by numbers, not both"
                                  : "needs a scenario file or the game by numbers, see --help",
                       ""};
  }
  if (by_numbers && !settings_.empty()) {
    return base::Error{base::ErrorCode::kMalformedInput,
                       "changes a scenario file, give a game by numbers without it", "--set"};
  }
  auto scenario = by_numbers ? from_options() : scenario::read_scenario(path_, settings_, ranges);
  if (!scenario || !independent_) return scenario;
  scenario::Scenario without = *std::move(scenario);
  without.difficulty.reset();
  without.outcomes.reset();
  return without;
}

base::Result<scenario::Scenario> ScenarioArguments::from_options() const {
  std::array<double, kFlags.size()> x{};
  x[kValueOfTime] = 1;
  for (std::size_t i = 0; i < kFlags.size(); ++i) {
    if (numbers_.at(i).empty()) {
      if (i == kValueOfTime) continue;
      return base::Error{base::ErrorCode::kMalformedInput,
                         "is missing; a game by numbers needs all but --value-of-time",
                         kFlags.at(i).name};
    }
    TURNOUT_TRY(auto number, option_number(kFlags.at(i).name, numbers_.at(i)));
    TURNOUT_CHECK(game::check(kFlags.at(i).quantity, number).within(kFlags.at(i).name));
    x.at(i) = number;
  }
  TURNOUT_TRY(auto game, game::RoutingGame::make({x[0], x[kValueOfTime]}, {x[1]},
                                                 {{x[2], x[3], x[4]}, {x[5], x[6], x[7]}}));
  return scenario::Scenario{
      "game by numbers", std::move(game), {"M1", "M2"}, {}, {}, {}, true, {}, {}};
}

}  // namespace turnout::program
