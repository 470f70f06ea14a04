#include "turnout/estimation/off_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "turnout/base/number_text.h"
#include "turnout/estimation/beyond_limits.h"
#include "turnout/estimation/evaluated_means.h"
#include "turnout/estimation/path_worth.h"

namespace turnout::estimation {
namespace {

/// Goes through tasks and adds to the sums what each says of the log's policies and of the policy.
class Weighing {
 public:
  Weighing(const LoggedTasks& tasks, const PolicyPaths& paths)
      : tasks_(tasks),
        paths_(paths),
        worth_{PathWorth(tasks, paths, 0), PathWorth(tasks, paths, 1)},
        sums_(tasks.users(), TaskSums{}) {
    for (const LoggedTask& task : tasks.tasks()) weigh(task);
  }
  [[nodiscard]] const std::vector<TaskSums>& sums() const { return sums_; }

 private:
  /// What the pass gave, silent or not: by the share that is believed to be solved.
  [[nodiscard]] Rewards rewards(const LoggedTask& task, std::size_t i,
                                const PathWorth& worth) const {
    const LoggedStep& step = tasks_.steps()[i];
    Rewards r = {step.cost, step.latency, 1, 0, 0, 0};
    if (i + 1 < task.end || task.fate == TaskFate::kCut) return r;
    r[kRewardSolved] = worth.solved(step.node);
    r[kRewardKnown] = task.fate == TaskFate::kSolved ? 1 : 0;
    r[kRewardMaybe] = task.fate == TaskFate::kFailed ? 0 : 1;
    return r;
  }

  static void add(Rewards& to, double weight, const Rewards& part) {
    for (std::size_t i = 0; i < kRewards; ++i) to.at(i) += weight * part.at(i);
  }

  /// What follows on a path where the log does not support the policy, by the weight of the path.
  void count_beyond(std::size_t node, double weight, const PathWorth& worth, SideSums& side) const {
    for (const PolicyArm& arm : paths_.arms(node)) {
      if (arm.supported) continue;
      side.beyond += weight * arm.chance;
      add(side.believed_beyond, weight * arm.chance, worth.of_arm(arm));
    }
  }

  void weigh(const LoggedTask& task) {
    const PathWorth& worth = worth_.at(task.user % 2);
    TaskSums& sums = sums_[task.user];
    SideSums& here = sums.policy;
    ++sums.tasks;
    double weight = 1;
    bool follows = true;  // the policy still offers what the log did
    add(here.rewards, 1, worth.behind(0));
    for (std::size_t i = task.first; i < task.end; ++i) {
      const LoggedStep& step = tasks_.steps()[i];
      const PathNode& node = tasks_.nodes()[step.node];
      const Rewards given = rewards(task, i, worth);
      add(sums.logged.rewards, 1, given);
      if (!follows) continue;
      count_beyond(node.parent, weight, worth, here);
      const PolicyArm* const arm = paths_.arm(node.parent, node.model);
      if (arm == nullptr || !arm->supported) {
        follows = false;
        weight = 0;
        continue;
      }
      weight *= arm->chance / step.propensity;
      add(here.rewards, weight, given);
      add(here.rewards, -weight, worth.of_pass(step.node));
      if (i + 1 < task.end) add(here.rewards, weight, worth.behind(step.node));
      follows = paths_.offers(step.node);
      if (!follows && i + 1 < task.end) weight = 0;  // under the policy it ends here, unsolved
    }
    count_end(task, weight, worth, sums);
  }

  /// The end of a task: whether it was told, and how far the belief was from it.
  void count_end(const LoggedTask& task, double weight, const PathWorth& worth, TaskSums& sums) {
    if (task.fate == TaskFate::kCut) return;
    const LoggedStep& last = tasks_.steps()[task.end - 1];
    const std::size_t stratum = std::min(tasks_.nodes()[last.node].attempt, kStrata) - 1;
    ++sums.ends.at(stratum);
    if (task.fate == TaskFate::kSilent) return;
    ++sums.told.at(stratum);
    const double off = (task.fate == TaskFate::kSolved ? 1 : 0) - worth.solved(last.node);
    sums.logged.corrections.at(stratum) += off;
    sums.policy.corrections.at(stratum) += weight * off;
    sums.logged.told += 1;
    sums.logged.told_squares += 1;
    sums.policy.told += weight;
    sums.policy.told_squares += weight * weight;
  }

  const LoggedTasks& tasks_;
  const PolicyPaths& paths_;
  std::array<PathWorth, 2> worth_;
  std::vector<TaskSums> sums_;  // by user
};

base::Error refuse(std::string why) { return {base::ErrorCode::kUnsupported, std::move(why), ""}; }

/// Why nothing can be said: the first attempt's model that the log does not show.
std::optional<base::Error> lacks_overlap(const LoggedTasks& tasks, const PolicyPaths& paths) {
  for (const AttemptSupport& cell : paths.support()) {
    if (cell.attempt > 1 || cell.supported || cell.share <= kMostUnsupported) continue;
    const std::string model = base::in_quotes(tasks.models()[cell.model]);
    if (cell.effective == 0)
      return refuse(
          fmt::format("no overlap: the policy uses {} on attempt 1, the log never does", model));
    return refuse(fmt::format(
        "too little overlap: the log's {} on attempt 1 is worth {:.1f} tasks, at least {} are "
        "needed",
        model, cell.effective, kLeastEffective));
  }
  return {};
}

}  // namespace

base::Result<OffPolicyAnswer> evaluate_policy(const LoggedTasks& tasks,
                                              const policy::Policy& policy,
                                              const std::optional<Figure>& penalty) {
  if (tasks.tasks().empty()) return refuse("the log has no whole task with propensities");
  if (tasks.users() < 2)
    return refuse("the log has one user only: nobody knows how much users differ");
  const PolicyPaths paths(tasks, policy);
  if (const auto lacking = lacks_overlap(tasks, paths)) return *lacking;
  const Weighing weighing(tasks, paths);
  OffPolicyAnswer answer;
  answer.tasks = static_cast<std::int64_t>(tasks.tasks().size());
  answer.users = static_cast<std::int64_t>(tasks.users());
  answer.left_out = tasks.left_out();
  answer.propensities_estimated = tasks.propensities_estimated();
  answer.effective_tasks = paths.effective_tasks();
  answer.largest_weight = paths.largest_weight();
  answer.support = paths.support();
  const EvaluatedMeans means(weighing.sums(), beyond_limits(tasks, policy, paths));
  answer.told = means.told();
  answer.success_told = means.success_told();
  answer.beyond = means.beyond();
  answer.quantities = means.quantities();
  if (penalty) answer.provider_cost = means.provider_cost(*penalty);
  return answer;
}

}  // namespace turnout::estimation
