#include "turnout/analysis/calibrate_answer.h"

#include <optional>
#include <utility>

#include "turnout/base/line_reader.h"
#include "turnout/estimation/retry_evidence.h"
#include "turnout/estimation/second_tries_fit.h"
#include "turnout/estimation/trials_fit.h"
#include "turnout/outcomes/retry_table.h"

namespace turnout::analysis {
namespace {

using Tables = std::map<std::string, outcomes::RetryTable>;

base::Result<Tables> read(const std::string& path, const CalibrateOptions& options) {
  TURNOUT_TRY(base::LineReader rows, base::LineReader::open(path));
  if (!options.outcomes && !options.score.empty()) {
    return base::Error{base::ErrorCode::kMalformedInput, "goes with --outcomes", "--score"};
  }
  if (!options.outcomes) return outcomes::read_retries(rows, options.group);
  if (!options.group.empty()) {
    return base::Error{base::ErrorCode::kMalformedInput, "does not go with --outcomes", "--group"};
  }
  TURNOUT_TRY(auto table, outcomes::outcomes_as_retries(rows, options.score));
  Tables tables;
  tables.emplace("", std::move(table));
  return tables;
}

estimation::DifficultyFit fit(const outcomes::RetryTable& table, std::uint64_t seed,
                              const base::Cancellation& cancellation) {
  if (const auto* retries = std::get_if<0>(&table)) {
    if (estimation::has_pairs(*retries))
      return estimation::fit_second_tries(estimation::evidence_of(table), cancellation);
    return estimation::fit_retries(*retries, cancellation);
  }
  if (const auto* powers = std::get_if<1>(&table)) {
    return estimation::fit_pass_powers(*powers, seed, cancellation);
  }
  return estimation::fit_trials(std::get<2>(table), cancellation);
}

base::Result<estimation::Forecasts> held_out(const outcomes::RetryTable& table,
                                             const std::string& path, std::uint64_t seed,
                                             const base::Cancellation& cancellation) {
  const auto* trials = std::get_if<outcomes::TrialCounts>(&table);
  if (trials == nullptr || trials->trials.size() < 2) {
    return base::Error{base::ErrorCode::kUnsupported,
                       "has no trials of two tasks or more, --held-out needs them", path};
  }
  return estimation::forecast_held_out(*trials, seed, cancellation);
}

/// How the fit does on another table, which is read in the same way.
base::Status check_on_other(CalibrateAnswer& answer, const CalibrateOptions& options,
                            const base::Cancellation& cancellation) {
  if (!options.group.empty()) {
    return base::Error{base::ErrorCode::kMalformedInput, "does not go with --check", "--group"};
  }
  TURNOUT_TRY(const auto others, read(options.check, options));
  const outcomes::RetryTable& other = others.begin()->second;
  answer.checked = options.check;
  std::optional<estimation::PairFeedback> pairs;
  if (!answer.pairs.empty()) pairs = answer.pairs.begin()->second;
  answer.check =
      estimation::forecast_other(answer.fits.begin()->second.difficulty(), pairs,
                                 fit(other, options.seed, cancellation).difficulty(), other);
  return cancellation.check();
}

}  // namespace

base::Result<CalibrateAnswer> calibrate_answer(const std::string& path,
                                               const CalibrateOptions& options,
                                               const base::Cancellation& cancellation) {
  TURNOUT_TRY(const auto tables, read(path, options));
  CalibrateAnswer answer;
  for (const auto& [group, table] : tables) {
    const auto& fitted =
        answer.fits.emplace(group, fit(table, options.seed, cancellation)).first->second;
    auto pairs = estimation::feedback_by_pair(estimation::evidence_of(table), fitted, cancellation);
    if (pairs) answer.pairs.emplace(group, std::move(*pairs));
    if (options.held_out) {
      TURNOUT_TRY(auto forecasts, held_out(table, path, options.seed, cancellation));
      answer.held_out.emplace(group, std::move(forecasts));
    }
    TURNOUT_CHECK(cancellation.check());
  }
  if (!options.check.empty()) TURNOUT_CHECK(check_on_other(answer, options, cancellation));
  return answer;
}

}  // namespace turnout::analysis
