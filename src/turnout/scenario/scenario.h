#pragma once

#include <array>
#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/game/parameters.h"

namespace turnout::scenario {

/// A game with the names of its models, as a scenario file describes it. docs/formats.md, "Scenario".
struct Scenario {
  game::Game game;
  std::array<std::string, game::Game::kModels> names;
};

/// @param text    the content of a scenario file (TOML 1.0), at most kLargestScenario bytes
/// @param source  its name, for messages
/// @returns the scenario, or the first error as "source:line: key: what was read, what is allowed". Unknown keys,
///   missing keys, wrong types, NaN and infinities, repeated model names and any number of models but two are
///   errors; nothing is guessed.
base::Result<Scenario> parse_scenario(std::string_view text, const std::string& source);

inline constexpr std::size_t kLargestScenario = std::size_t{1} << 20U;

/// @param path  a scenario file, or "-" for standard input
base::Result<Scenario> read_scenario(const std::string& path);

}  // namespace turnout::scenario
