#pragma once

#include <CLI/App.hpp>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "turnout/scenario/scenario_scope.h"

namespace turnout::program {

/// @returns the number an option was given, with the option's name in the error.
base::Result<double> option_number(const std::string& option, const std::string& text);

/// Adds --set to a verb that reads a scenario file; read_scenario(path, settings) obeys it.
void add_settings(CLI::App& verb, std::vector<std::string>& settings);

/// The ways to name a game on the command line: a scenario file, or each number as an option.
/// The same for every verb that takes a game.
class ScenarioArguments {
 public:
  void add_to(CLI::App& verb);
  /// @returns the scenario; kMalformedInput if there is neither a file nor a whole game in the
  ///   options, or both.
  [[nodiscard]] base::Result<scenario::Scenario> read(
      scenario::Ranges ranges = scenario::Ranges::kRefused) const;
  /// For a verb that takes a log too: @returns the argument if it is a log, and forgets it. A log is
  /// told by its ending (.jsonl, .csv, plain or compressed), its store's scheme, or being a folder.
  [[nodiscard]] std::optional<std::string> take_log();
  /// @returns whether anything was given at all.
  [[nodiscard]] bool empty() const;

 private:
  [[nodiscard]] base::Result<scenario::Scenario> from_options() const;

  std::string path_;
  std::vector<std::string> settings_;  // of --set
  bool independent_ = false;
  std::array<std::string, 9> numbers_;  // as written; empty where absent
};

}  // namespace turnout::program
