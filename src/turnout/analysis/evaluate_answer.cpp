#include "turnout/analysis/evaluate_answer.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "turnout/analysis/log_reading.h"
#include "turnout/base/rng.h"
#include "turnout/estimation/leaving.h"
#include "turnout/estimation/logged_tasks.h"

namespace turnout::analysis {
namespace {

constexpr double kMostPenalty = 1e9;

base::Status check_dollars(const std::optional<double>& dollars, const char* option) {
  if (!dollars || (*dollars >= 0 && *dollars <= kMostPenalty)) return base::Done{};
  return base::Error{base::ErrorCode::kInvalidValue,
                     fmt::format("{} must be 0 to {}", *dollars, kMostPenalty), option};
}

base::Status check(const EvaluateOptions& options) {
  TURNOUT_CHECK(check_dollars(options.penalty, "--penalty"));
  TURNOUT_CHECK(check_dollars(options.lifetime_value, "--ltv"));
  if (options.penalty && options.lifetime_value)
    return base::Error{base::ErrorCode::kInvalidValue, "is told twice: by --penalty and by --ltv",
                       "P"};
  return base::Done{};
}

std::optional<estimation::Figure> penalty_of(const EvaluateOptions& options,
                                             const estimation::ReturnCounts& returns) {
  constexpr int kDraws = 2000;
  if (options.penalty) {
    const double p = *options.penalty;
    return estimation::Figure{{p, p, p}, estimation::Basis::kIdentified, 0};
  }
  if (!options.lifetime_value) return {};
  base::Rng rng(1);
  auto leaving = estimation::extra_leaving(returns, kDraws, rng);
  if (leaving.basis == estimation::Basis::kAssumed) leaving.basis = estimation::Basis::kBounded;
  return estimation::churn_penalty(leaving, *options.lifetime_value);
}

std::vector<std::string> notes_of(const EvaluateAnswer& answer,
                                  const estimation::LoggedTasks& tasks) {
  std::vector<std::string> notes;
  if (tasks.propensities_estimated()) {
    notes.push_back(fmt::format(
        "propensities are estimated, as shares of models after the same models{}: right if nothing "
        "else of a task decided who served it",
        tasks.policies() > 1 ? ", over all policies of the log" : ""));
  }
  if (answer.estimates.success_told) {
    notes.emplace_back(
        "feedback is taken to be as likely after a solved end as after the user gave up, with as "
        "many attempts");
  } else {
    notes.push_back(fmt::format(
        "ends with feedback are worth {:.1f} of this policy's, {} would tell: success is only "
        "bounded",
        answer.estimates.told, estimation::kLeastTold));
  }
  if (answer.penalty && answer.penalty->basis == estimation::Basis::kBounded)
    notes.emplace_back(
        "too little feedback to tell who leaves after an unsolved task: P is only "
        "bounded");
  if (tasks.without_cost() > 0)
    notes.push_back(fmt::format("{} passes have no cost and count as free", tasks.without_cost()));
  return notes;
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
  if (tasks.statistics.paths.empty()) {
    return no_pass("the log without the tasks of its last window (--window)", tasks.statistics,
                   log.import);
  }
  const auto models = models_of(tasks.statistics);
  TURNOUT_TRY(const auto policy, policy::Policy::parse(options.policy, models));
  estimation::LoggedTasks logged(models);
  estimation::TaskSelector selected(tasks.selection);
  TURNOUT_CHECK(log.store->for_each([&](const traffic::Pass& pass) {
    if (selected.takes(pass)) logged.add(pass);
    return !watch.cancellation.requested();
  }));
  TURNOUT_CHECK(watch.cancellation.check());
  logged.finish();
  EvaluateAnswer answer;
  answer.import = log.import;
  answer.policy = policy.text();
  answer.models = models;
  answer.penalty = penalty_of(options, tasks.statistics.returns);
  TURNOUT_TRY(answer.estimates,
              estimation::evaluate_policy(logged, policy, answer.penalty).within("--policy"));
  answer.notes = notes_of(answer, logged);
  return answer;
}

}  // namespace turnout::analysis
