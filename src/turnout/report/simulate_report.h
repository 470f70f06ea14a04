#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "turnout/analysis/simulate_answer.h"

/// What simulated users did, beside what was to be expected.
namespace turnout::report {

/// docs/schemas/simulate.json
nlohmann::ordered_json simulate_json(const analysis::SimulateAnswer& answer);
std::string simulate_text(const analysis::SimulateAnswer& answer);

/// Means over tasks, each as {value, standard_error}, and as a table.
nlohmann::ordered_json payoffs_json(const simulation::AgentPayoffs& payoffs);
std::string payoffs_text(const simulation::AgentPayoffs& payoffs);

/// A log of simulated users that was written.
struct WrittenLog {
  std::uint64_t tasks = 0;
  std::uint64_t passes = 0;
  std::string output;              ///< where it is, without a password
  std::vector<std::string> notes;  ///< what was simplified
};

/// docs/schemas/simulate-log.json
nlohmann::ordered_json simulate_log_json(const WrittenLog& log);
std::string simulate_log_text(const WrittenLog& log);

}  // namespace turnout::report
