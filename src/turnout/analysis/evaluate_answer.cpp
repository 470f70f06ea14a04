#include "turnout/analysis/evaluate_answer.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "turnout/analysis/log_reading.h"

namespace turnout::analysis {
namespace {

constexpr double kMostPenalty = 1e9;

base::Status check(const EvaluateOptions& options) {
  if (!options.penalty || (*options.penalty >= 0 && *options.penalty <= kMostPenalty))
    return base::Done{};
  return base::Error{base::ErrorCode::kInvalidValue,
                     fmt::format("{} must be 0 to {}", *options.penalty, kMostPenalty),
                     "--penalty"};
}

/// The models that served attempts of the log.
std::vector<std::string> models_of(const estimation::LogStatistics& statistics) {
  std::set<std::string> names;
  for (const auto& [key, counts] : statistics.paths)
    names.insert(key.models.begin(), key.models.end());
  return {names.begin(), names.end()};
}

}  // namespace

base::Result<EvaluateAnswer> evaluate_answer(const mapping::OpenLog& log,
                                             const estimation::LogSelection& selection,
                                             const EvaluateOptions& options,
                                             const base::Watch& watch) {
  TURNOUT_CHECK(check(options));
  TURNOUT_TRY(const auto tasks, select_tasks(log, selection, only_settled_tasks, watch));
  const auto models = models_of(tasks.statistics);
  TURNOUT_TRY(const auto policy, policy::Policy::parse(options.policy, models));
  estimation::OffPolicyEvaluator evaluator(tasks.statistics, policy, models);
  estimation::TaskSelector selected(tasks.selection);
  TURNOUT_CHECK(log.store->for_each([&](const traffic::Pass& pass) {
    if (selected.takes(pass)) evaluator.add(pass);
    return !watch.cancellation.requested();
  }));
  TURNOUT_CHECK(watch.cancellation.check());
  EvaluateAnswer answer;
  answer.import = log.import;
  answer.policy = policy.text();
  TURNOUT_TRY(answer.estimates, evaluator.finish().within("--policy"));
  answer.penalty = options.penalty;
  if (answer.penalty) {
    const auto& quantities = answer.estimates.quantities;  // service cost first, success last
    answer.provider_cost = quantities.front().doubly_robust.value +
                           *answer.penalty * (1 - quantities.back().doubly_robust.value);
  }
  return answer;
}

}  // namespace turnout::analysis
