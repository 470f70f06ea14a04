#include "turnout/analysis/simulated_setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "turnout/base/line_reader.h"
#include "turnout/base/number_text.h"
#include "turnout/base/split.h"

namespace turnout::analysis {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

/// MODEL:FROM:LATENCY_FACTOR[:SUCCESS_FACTOR]
Result<simulation::Drift> read_drift(const std::string& text,
                                     const std::vector<std::string>& names) {
  constexpr double kMostFactor = 1000;
  const auto wrong = [&] {
    return Error{
        ErrorCode::kInvalidValue,
        base::in_quotes(text) +
            " must be MODEL:FROM:LATENCY_FACTOR[:SUCCESS_FACTOR], FROM a share of the time",
        "--drift"};
  };
  const auto parts = base::split(text, ':');
  const auto model = std::find(names.begin(), names.end(), parts[0]);
  if (model == names.end() || parts.size() < 3 || parts.size() > 4) return wrong();
  simulation::Drift drift;
  drift.model = static_cast<std::size_t>(model - names.begin());
  std::array<double*, 3> numbers = {&drift.from, &drift.latency_factor, &drift.success_factor};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto number = base::parse_number(parts[i]);
    if (!number || *number < 0 || *number > kMostFactor) return wrong();
    *numbers.at(i - 1) = *number;
  }
  return drift;
}

/// One latency a line, as factors of their mean.
Result<std::vector<double>> read_latencies(const std::string& path) {
  TURNOUT_TRY(base::LineReader lines, base::LineReader::open(path));
  std::vector<double> latencies;
  double sum = 0;
  for (;;) {
    auto line = lines.next();
    if (!line) return line.error();
    if (!line->has_value()) break;
    TURNOUT_TRY(auto number, base::parse_number(**line).within(lines.place()));
    if (number < 0)
      return Error{ErrorCode::kInvalidValue, fmt::format("{} must be >= 0", number), lines.place()};
    sum += number;
    latencies.push_back(number);
  }
  if (!(sum > 0)) return Error{ErrorCode::kInvalidValue, "has no latency above 0", path};
  for (double& latency : latencies) latency *= static_cast<double>(latencies.size()) / sum;
  return latencies;
}

base::Status check_users(const scenario::Scenario& scenario) {
  const auto refuse = [&](const char* key, const char* what) {
    return Error{ErrorCode::kUnsupported, fmt::format("simulate does not play {}", what),
                 scenario.source + ": " + key};
  };
  if (scenario.outcomes)
    return refuse("difficulty.outcomes", "a table of outcomes; turnout replay OUTCOMES.csv does");
  if (!scenario.commits) return refuse("provider.commits", "a provider that does not commit");
  if (scenario.knows && *scenario.knows != scenario::Knows::kAttempt) {
    return refuse("user.knows", "users who know the model alone");
  }
  return base::Done{};
}

}  // namespace

Result<simulation::Setting> simulated_setting(const scenario::Scenario& scenario,
                                              const SimulateOptions& options) {
  TURNOUT_CHECK(check_users(scenario));
  simulation::Setting setting{scenario.game,
                              scenario.names,
                              scenario.difficulty.value_or(game::Difficulty{}),
                              {},
                              options.behaviour,
                              {}};
  for (const auto& segment : scenario.segments) {
    setting.behaviour.segments.push_back({segment.share, segment.user});
  }
  setting.behaviour.feedback_solved = options.feedback;
  setting.behaviour.feedback_left = options.feedback_left.value_or(options.feedback);
  if (!options.latencies.empty()) {
    TURNOUT_TRY(setting.behaviour.latency_sample, read_latencies(options.latencies));
  }
  for (const auto& text : options.drifts) {
    TURNOUT_TRY(auto drift, read_drift(text, setting.names));
    setting.drifts.push_back(drift);
  }
  return setting;
}

Result<simulation::Agents> simulated_users(simulation::Setting setting,
                                           const std::vector<std::string>& policies) {
  for (const auto& text : policies) {
    TURNOUT_TRY(auto policy, policy::Policy::parse(text, setting.names));
    setting.policies.push_back(std::move(policy));
  }
  return simulation::Agents(std::move(setting));
}

}  // namespace turnout::analysis
