#include "turnout/analysis/calibrate_answer.h"

#include <utility>

#include "turnout/base/line_reader.h"
#include "turnout/outcomes/retry_table.h"

namespace turnout::analysis {
namespace {

using Tables = std::map<std::string, outcomes::RetryTable>;

base::Result<Tables> read(const std::string& path, const CalibrateOptions& options) {
  TURNOUT_TRY(base::LineReader rows, base::LineReader::open(path));
  if (!options.outcomes) return outcomes::read_retries(rows, options.group);
  if (!options.group.empty()) {
    return base::Error{base::ErrorCode::kMalformedInput, "does not go with --outcomes", "--group"};
  }
  TURNOUT_TRY(auto table, outcomes::outcomes_as_retries(rows));
  Tables tables;
  tables.emplace("", std::move(table));
  return tables;
}

estimation::DifficultyFit fit(const outcomes::RetryTable& table, std::uint64_t seed,
                              const base::Cancellation& cancellation) {
  if (const auto* retries = std::get_if<0>(&table)) {
    return estimation::fit_retries(*retries, cancellation);
  }
  if (const auto* powers = std::get_if<1>(&table)) {
    return estimation::fit_pass_powers(*powers, seed, cancellation);
  }
  return estimation::fit_trials(std::get<2>(table), cancellation);
}

}  // namespace

base::Result<CalibrateAnswer> calibrate_answer(const std::string& path,
                                               const CalibrateOptions& options,
                                               const base::Cancellation& cancellation) {
  TURNOUT_TRY(const auto tables, read(path, options));
  CalibrateAnswer answer;
  for (const auto& [group, table] : tables) {
    answer.fits.emplace(group, fit(table, options.seed, cancellation));
    TURNOUT_CHECK(cancellation.check());
  }
  return answer;
}

}  // namespace turnout::analysis
