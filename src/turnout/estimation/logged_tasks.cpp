#include "turnout/estimation/logged_tasks.h"

#include <algorithm>
#include <utility>

#include "turnout/base/hash.h"

namespace turnout::estimation {
namespace {

TaskFate fate_of(const traffic::Pass& last) {
  using traffic::Ending;
  using traffic::Outcome;
  if (last.ending == Ending::kReprompted) return TaskFate::kCut;
  if (last.outcome == Outcome::kSuccess || last.ending == Ending::kResolved)
    return TaskFate::kSolved;
  if (last.outcome == Outcome::kFailure || last.ending == Ending::kAbandoned)
    return TaskFate::kFailed;
  return TaskFate::kSilent;
}

}  // namespace

LoggedTasks::LoggedTasks(std::vector<std::string> models) : models_(std::move(models)), nodes_(1) {}

std::size_t LoggedTasks::child(std::size_t node, std::size_t model) const {
  const auto found = children_.find(node * models_.size() + model);
  return found == children_.end() ? 0 : found->second;
}

std::size_t LoggedTasks::node_after(std::size_t node, std::size_t model) {
  const auto [place, is_new] = children_.try_emplace(node * models_.size() + model, nodes_.size());
  if (is_new) nodes_.push_back({node, model, nodes_[node].attempt + 1});
  return place->second;
}

std::size_t LoggedTasks::number_of_user(const std::string& user) {
  const std::uint64_t name = base::hash(user.empty() ? task_ : user);
  if (const auto known = user_numbers_.find(name); known != user_numbers_.end())
    return known->second;
  if (users_ == kMostUsers) return static_cast<std::size_t>(name % kMostUsers);
  user_numbers_.emplace(name, users_);
  return users_++;
}

void LoggedTasks::begin_task(const traffic::Pass& pass) {
  task_ = pass.task_id;
  in_task_ = complete_ = with_propensity_ = true;
  policy_ = &*policies_.try_emplace(pass.policy_id, 0).first;
  tasks_.push_back({number_of_user(pass.user_id), steps_.size(), steps_.size()});
}

void LoggedTasks::end_task() {
  if (!in_task_) return;
  in_task_ = false;
  LoggedTask& task = tasks_.back();
  if (complete_ && task.end > task.first) {
    has_propensities_.push_back(with_propensity_ ? 1 : 0);
    if (with_propensity_) ++policy_->second;
    return;
  }
  ++left_out_;
  steps_.resize(task.first);
  tasks_.pop_back();
}

void LoggedTasks::add(const traffic::Pass& pass) {
  if (!in_task_ || pass.task_id != task_) {
    end_task();
    begin_task(pass);
  }
  LoggedTask& task = tasks_.back();
  const std::size_t made = task.end - task.first;
  if (!complete_ || made == kMostKept) {
    task.fate = TaskFate::kCut;
    return;
  }
  const auto model = std::lower_bound(models_.begin(), models_.end(), pass.model);
  complete_ = pass.attempt == static_cast<std::int64_t>(made) + 1 && model != models_.end() &&
              *model == pass.model;
  if (!complete_) return;
  if (!pass.cost_usd) ++without_cost_;
  with_propensity_ = with_propensity_ && pass.propensity.has_value();
  const std::size_t before = made == 0 ? 0 : steps_.back().node;
  steps_.push_back({node_after(before, static_cast<std::size_t>(model - models_.begin())),
                    pass.propensity.value_or(0), pass.cost_usd.value_or(0), pass.latency_s});
  task.end = steps_.size();
  task.fate = fate_of(pass);
}

void LoggedTasks::finish() {
  end_task();
  const auto drew = std::count_if(policies_.begin(), policies_.end(),
                                  [](const auto& policy) { return policy.second > 0; });
  estimated_ = drew != 1;
  if (!estimated_) keep_those_with_propensities();
  count_nodes();
  if (estimated_) estimate_propensities();
}

void LoggedTasks::keep_those_with_propensities() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    if (has_propensities_[i] == 0) continue;
    tasks_[kept++] = tasks_[i];
  }
  left_out_ += static_cast<std::int64_t>(tasks_.size() - kept);
  tasks_.resize(kept);
}

void LoggedTasks::count_nodes() {
  nodes_[0].passes = nodes_[0].went_on = static_cast<double>(tasks_.size());
  for (const LoggedTask& task : tasks_) {
    for (std::size_t i = task.first; i < task.end; ++i) {
      ++nodes_[steps_[i].node].passes;
      if (i + 1 < task.end) ++nodes_[steps_[i].node].went_on;
    }
  }
}

void LoggedTasks::estimate_propensities() {
  std::vector<std::vector<double>> by_attempt(kMostKept + 1,
                                              std::vector<double>(models_.size(), 0));
  std::vector<double> of_attempt(kMostKept + 1, 0);
  for (std::size_t n = 1; n < nodes_.size(); ++n) {
    by_attempt[nodes_[n].attempt][nodes_[n].model] += nodes_[n].passes;
    of_attempt[nodes_[n].attempt] += nodes_[n].passes;
  }
  for (LoggedStep& step : steps_) {
    const PathNode& node = nodes_[step.node];
    const double share = by_attempt[node.attempt][node.model] / of_attempt[node.attempt];
    const double drawn = node.attempt == 1 ? 0 : kDrawn;  // the first attempt's is that share
    step.propensity = (node.passes + drawn * share) / (nodes_[node.parent].went_on + drawn);
  }
}

}  // namespace turnout::estimation
