#include "turnout/estimation/policy_paths.h"

#include <algorithm>
#include <map>
#include <utility>

#include "turnout/policy/state_filter.h"

namespace turnout::estimation {
namespace {

/// Sums over the weights of passes.
struct Weights {
  double sum = 0, squares = 0;
  void add(double weight) {
    sum += weight;
    squares += weight * weight;
  }
  [[nodiscard]] double effective() const { return squares > 0 ? sum * sum / squares : 0; }
};

}  // namespace

PolicyPaths::PolicyPaths(const LoggedTasks& tasks, const policy::Policy& policy) {
  const auto& nodes = tasks.nodes();
  std::vector<policy::StateFilter> filters(nodes.size(), policy::StateFilter(policy));
  std::vector<double> chances;
  first_.push_back(0);
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    if (n > 0) {
      filters[n] = filters[nodes[n].parent];
      filters[n].see(nodes[n].model);
    }
    filters[n].next(chances);
    for (std::size_t k = 0; k < chances.size(); ++k) {
      if (chances[k] > 0) arms_.push_back({k, chances[k], tasks.child(n, k), true});
    }
    first_.push_back(arms_.size());
  }
  judge_overlap(tasks);
}

const PolicyArm* PolicyPaths::arm(std::size_t parent, std::size_t model) const {
  const auto there = arms(parent);
  const auto found =
      std::lower_bound(there.begin(), there.end(), model,
                       [](const PolicyArm& arm, std::size_t sought) { return arm.model < sought; });
  return found != there.end() && found->model == model ? &*found : nullptr;
}

void PolicyPaths::judge_overlap(const LoggedTasks& tasks) {
  const auto& nodes = tasks.nodes();
  std::map<std::pair<std::size_t, std::size_t>, Weights> cells;  // by attempt and model
  std::map<std::pair<std::size_t, std::size_t>, double> comes;   // weight that would come there
  Weights whole;
  for (const LoggedTask& task : tasks.tasks()) {
    double weight = 1;
    for (std::size_t i = task.first; i < task.end; ++i) {
      const LoggedStep& step = tasks.steps()[i];
      const PathNode& node = nodes[step.node];
      if (!offers(node.parent)) break;
      for (const PolicyArm& arm : arms(node.parent))
        comes[{node.attempt, arm.model}] += weight * arm.chance;
      const PolicyArm* const taken = arm(node.parent, node.model);
      weight *= taken == nullptr ? 0 : taken->chance / step.propensity;
      if (weight == 0) break;
      cells[{node.attempt, node.model}].add(weight);
    }
    whole.add(weight);
    largest_weight_ = std::max(largest_weight_, weight);
  }
  effective_tasks_ = whole.effective();
  const double count = std::max<double>(1, static_cast<double>(tasks.tasks().size()));
  for (const auto& [cell, weight] : comes) {
    const double effective = cells[cell].effective();
    support_.push_back(
        {cell.first, cell.second, weight / count, effective, effective >= kLeastEffective});
  }
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    for (std::size_t a = first_[n]; a < first_[n + 1]; ++a) {
      PolicyArm& arm = arms_[a];
      const auto cell = cells.find({nodes[n].attempt + 1, arm.model});
      arm.supported = cell != cells.end() && cell->second.effective() >= kLeastEffective &&
                      !(arm.child == 0 && nodes[n].went_on >= kSeenOften);
    }
  }
}

}  // namespace turnout::estimation
