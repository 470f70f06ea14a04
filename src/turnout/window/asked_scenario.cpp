#include "turnout/window/asked_scenario.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <nlohmann/json.hpp>

#include "turnout/report/plan_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/scenario/scenario_setting.h"
#include "turnout/scenario/scenario_writer.h"
#include "turnout/window/embedded_files.h"

namespace turnout::window {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kExample = "examples/grok-3-mini-gpt-5.toml";

/// @returns the file that a scenario takes outcomes from; empty if it names none, or cannot be read,
///   which its reader says.
std::string outcomes_named_in(std::string_view text) {
  try {
    return toml::parse(text)["difficulty"]["outcomes"].value_or(std::string());
  } catch (const toml::parse_error&) {
    return {};
  }
}

}  // namespace

WrittenScenario example_scenario() {
  return {std::string(base::find_text(embedded_files(), kExample)), std::string(kExample), "", {}};
}

Result<WrittenScenario> asked_text(const Query& query, const WrittenScenario& own) {
  TURNOUT_TRY(const auto text, query.one(kScenarioParameter));
  const auto settings = query.all(kSettingParameter);
  if (!text) {
    WrittenScenario asked = own;
    asked.settings.insert(asked.settings.end(), settings.begin(), settings.end());
    return asked;
  }
  const std::string source(kScenarioParameter);
  if (text->size() > kLargestAskedScenario) {
    return Error{
        ErrorCode::kInvalidValue,
        fmt::format("has {} bytes, must have at most {}", text->size(), kLargestAskedScenario),
        source};
  }
  const std::string outcomes = outcomes_named_in(*text);
  if (!outcomes.empty() && outcomes != outcomes_named_in(own.text)) {
    return Error{ErrorCode::kUnsupported,
                 "names a file, which is read for the scenario that turnout explore was started "
                 "with alone",
                 source + ": difficulty.outcomes"};
  }
  return WrittenScenario{*text, source, own.folder, settings};
}

Result<scenario::Scenario> read(const WrittenScenario& written) {
  return scenario::parse_scenario(written.text, written.source, written.folder, written.settings);
}

Result<std::string> scenario_json(const WrittenScenario& written) {
  TURNOUT_TRY(const auto scenario, read(written));
  // What its author wrote beside the numbers stays as long as nothing is changed.
  auto toml = written.settings.empty() ? Result(written.text) : write_scenario(scenario);
  if (!toml) return std::move(toml).error();
  return report::to_text({{"toml", *toml}, {"game", report::routing_game_json(scenario)}});
}

}  // namespace turnout::window
