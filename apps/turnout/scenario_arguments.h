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

/// Puts uncertain numbers at their means and says so in a line on standard error.
void take_means(scenario::Scenario& scenario);

/// Says in a line for each on standard error what scenario::leave_out_what_the_paper_lacks() left
/// out.
void note_left_out(const std::vector<std::string>& tables);

/// Leaves it out, and says so.
base::Status take_as_paper_game(scenario::Scenario& scenario);

/// The ways to name a game on the command line: a scenario file, or each number as an option.
/// The same for every verb that takes a game.
class ScenarioArguments {
 public:
  void add_to(CLI::App& verb);
  /// @returns the scenario; kMalformedInput if there is neither a file nor a whole game in the
  ///   options, or both.
  [[nodiscard]] base::Result<scenario::Scenario> read() const;
  /// @returns the same with take_means().
  [[nodiscard]] base::Result<scenario::Scenario> read_at_means() const;
  /// @returns that with take_as_paper_game().
  [[nodiscard]] base::Result<scenario::Scenario> read_as_paper_game() const;
  /// @returns the same as the paper's two-model game; kUnsupported naming the key that goes beyond
  ///   it.
  [[nodiscard]] base::Result<scenario::TwoModelScenario> read_paper_game(
      const std::string& verb) const;
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
