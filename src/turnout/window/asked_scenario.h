#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "turnout/scenario/scenario.h"
#include "turnout/window/query.h"

namespace turnout::window {

/// A scenario as it was written, and what was changed of it (scenario_setting.h).
struct WrittenScenario {
  std::string text;
  std::string source;  ///< its name, for messages
  std::string folder;  ///< where its table of outcomes is looked for
  std::vector<std::string> settings;
};

/// @returns the scenario that a window shows if it is given none.
WrittenScenario example_scenario();

inline constexpr std::size_t kLargestAskedScenario = std::size_t{64} << 10U;

/// The parameters by which every question names its scenario.
inline constexpr std::string_view kScenarioParameter = "scenario";
inline constexpr std::string_view kSettingParameter = "set";

/// @returns the scenario that a question is about as it was written: that of the query, or without one
///   the window's own; then what the query sets. kInvalidValue for a text above kLargestAskedScenario;
///   kUnsupported where it names another table of outcomes than the window's own scenario does: a page
///   must not make this program read files.
base::Result<WrittenScenario> asked_text(const Query& query, const WrittenScenario& own);

/// @returns what it says; errors of scenario::parse_scenario().
base::Result<scenario::Scenario> read(const WrittenScenario& written);

/// @returns JSON: "toml", a scenario file that says the same with its settings in it, and "game", its
///   numbers.
base::Result<std::string> scenario_json(const WrittenScenario& written);

}  // namespace turnout::window
