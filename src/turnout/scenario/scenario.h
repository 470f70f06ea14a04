#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/game/routing_game.h"
#include "turnout/game/task_types.h"
#include "turnout/outcomes/outcome_table.h"
#include "turnout/scenario/uncertainty.h"

namespace turnout::scenario {

/// What the user knows when he decides whether to go on. docs/theory.md, section 13.
enum class Knows {
  /// the policy only: he leaves with the same probability after every failure (the paper)
  kPolicy,
  kModel,    ///< which model answered
  kAttempt,  ///< the plan and the number of the attempt
};

using game::Segment;

/// A lognormal over the users.
struct Lognormal {
  double median = 0;
  double sigma = 0;
};

/// Users who differ by lognormals; nothing: they are alike in it.
struct Spread {
  std::optional<Lognormal> value, time;
};

/// What a scenario file says. docs/formats.md, "Scenario".
struct Scenario {
  std::string source;  ///< the file, for messages
  game::RoutingGame game;
  std::vector<std::string> names;
  std::optional<game::Difficulty> difficulty = {};
  std::optional<outcomes::OutcomeTable> outcomes = {};  ///< columns in the order of the models
  std::optional<Knows> knows = {};
  bool commits = true;
  std::vector<Segment> segments = {};  ///< empty: all users are alike
  std::vector<Uncertainty> uncertain = {};
  /// What `segments` are the quantiles of; nothing: they were given one by one.
  std::optional<Spread> spread = {};
  std::string outcomes_file = {};  ///< where `outcomes` came from, as the scenario names it
  /// Models whose patience is not the user's in the file, by their numbers; the others share what is
  /// not known of it.
  std::vector<std::size_t> own_patience = {};
};

/// @param text    the content of a scenario file (TOML 1.0), at most kLargestScenario bytes
/// @param source  its name, for messages
/// @param folder  where `outcomes` is looked for if its path is relative; empty for the working
///   directory
/// @returns the scenario, or the first error as "source:line: key: what was read, what is allowed".
///   Unknown keys, missing keys, wrong types, NaN and infinities, and repeated model names are
///   errors; nothing is guessed.
/// Ranges are refused: see scenario_setting.h for a reader that takes them.
base::Result<Scenario> parse_scenario(std::string_view text, const std::string& source,
                                      const std::string& folder = "");

/// Whether a number may be a range {lo, hi}, of which nobody says what is likely.
enum class Ranges {
  kRefused,  ///< kUnsupported that names the key, and the verb that takes ranges
  kTaken,
};

/// @returns the first error that parse_scenario() would find in a file, the table of outcomes that
///   it may name left aside, and
///   ranges taken.
base::Status check_scenario(std::string_view text, const std::string& source);

/// @returns kMalformedInput unless a scenario may have so many models.
base::Status check_model_count(std::size_t models, const std::string& source);

inline constexpr std::size_t kLargestScenario = std::size_t{1} << 20U;

/// @param path  a scenario file, or "-" for standard input
base::Result<Scenario> read_scenario(const std::string& path);

}  // namespace turnout::scenario
