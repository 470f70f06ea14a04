#include "turnout/gateway/control_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "turnout/base/number_text.h"

namespace turnout::gateway {
namespace {

constexpr double kDay = 86'400;  // seconds
constexpr double kMicro = 1e6;

/// What a loop that is on needs to know.
void check(ConfigTable& table, const ControlConfig& control, const std::vector<Rung>& models) {
  if (control.mode == ControlMode::kOff) return;
  if (control.lifetime_value.has_value() == control.penalty.has_value())
    table.problem("lifetime_value_usd",
                  "or penalty_usd, one of them, must say what a lost user costs");
  const auto unpriced = std::find_if(models.begin(), models.end(), [](const Rung& rung) {
    return !rung.price && !rung.name.empty();
  });
  if (unpriced != models.end())
    table.problem(
        "mode",
        fmt::format("cannot be {}: the model {} has no price",
                    base::in_quotes(kControlModeNames.at(static_cast<std::size_t>(control.mode))),
                    base::in_quotes(unpriced->name)));
}

}  // namespace

ControlConfig read_control(ConfigTable table, const std::vector<Rung>& models) {
  constexpr double kLeastWait = 1;
  constexpr double kMostDays = 3650;
  constexpr std::int64_t kMostPasses = 1'000'000'000;
  constexpr double kMostUsd = 1e9;
  constexpr double kMostStep = 1000;
  ControlConfig control;
  if (const auto mode = table.word("mode", kControlModeNames))
    control.mode = static_cast<ControlMode>(*mode);
  control.every_us = table.seconds("every_s", kLeastWait, 30 * kDay).value_or(control.every_us);
  if (const auto passes = table.whole("every_passes", 1, kMostPasses))
    control.every_passes = static_cast<std::uint64_t>(*passes);
  control.lifetime_value = table.number("lifetime_value_usd", 0, kMostUsd);
  control.penalty = table.number("penalty_usd", 0, kMostUsd);
  if (const auto days = table.number("log_days", 1 / kDay, kMostDays))
    control.log_us = static_cast<std::int64_t>(*days * kDay * kMicro);
  control.least_tasks =
      static_cast<std::size_t>(table.whole("least_tasks", 1, kMostPasses)
                                   .value_or(static_cast<std::int64_t>(control.least_tasks)));
  control.least_saving = table.number("least_saving", 0, 1).value_or(control.least_saving);
  control.largest_step = table.number("largest_step", 0, kMostStep).value_or(control.largest_step);
  control.least_success = table.number("least_success", 0, 1).value_or(control.least_success);
  control.most_explored = table.number("most_explored", 0, 1).value_or(control.most_explored);
  check(table, control, models);
  table.done();
  return control;
}

}  // namespace turnout::gateway
