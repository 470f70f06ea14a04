#include "turnout/estimation/returning_users.h"

#include <algorithm>
#include <tuple>

namespace turnout::estimation {

void ReturningUsers::see(const LatestTask& task) {
  if (task.user > greatest()) return;
  if (LatestTask* known = latest_.find(task.user); known != nullptr) {
    if (std::tie(task.started_us, task.mark) > std::tie(known->started_us, known->mark))
      *known = task;
    return;
  }
  latest_.set(task.user, task);
  while (latest_.size() > most_) sample(halvings_ + 1);
}

void ReturningUsers::sample(unsigned halvings) {
  if (halvings <= halvings_) return;
  halvings_ = halvings;
  latest_.erase_if([this](std::uint64_t user, const LatestTask&) { return user > greatest(); });
}

std::vector<LatestTask> ReturningUsers::ordered() const {
  std::vector<LatestTask> all;
  all.reserve(latest_.size());
  for_each([&](const LatestTask& task) { all.push_back(task); });
  std::sort(all.begin(), all.end(),
            [](const LatestTask& a, const LatestTask& b) { return a.user < b.user; });
  return all;
}

}  // namespace turnout::estimation
