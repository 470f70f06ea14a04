#include "turnout/mock/user_mind.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "turnout/numeric/variates.h"
#include "turnout/simulation/expected_payoffs.h"

namespace turnout::mock {
namespace {

/// Where a policy is behind some attempts, as a user sees it.
struct Place {
  simulation::Path path;
  policy::State state = 0;
};

/// Who served says which way the policy went. Where it says that somebody else serves (a gateway's
/// fallback), it goes on as if he had: StayRule knows of nothing that a policy cannot do.
Place place_behind(const policy::Policy& policy, const simulation::Path& served) {
  Place place;
  for (const std::size_t model : served) {
    const auto draws = policy.draws(place.state);
    if (draws.empty()) return place;
    const auto drawn = std::find_if(draws.begin(), draws.end(),
                                    [&](const policy::Draw& draw) { return draw.model == model; });
    const policy::Draw& taken = drawn == draws.end() ? draws.front() : *drawn;
    place.path.push_back(taken.model);
    place.state += static_cast<policy::State>(taken.advance);
  }
  return place;
}

}  // namespace

UserMind::UserMind(simulation::Setting setting)
    : setting_(std::move(setting)),
      passes_(setting_.game, setting_.difficulty),
      segments_(setting_.behaviour.segments) {
  if (segments_.empty()) segments_.push_back({1, setting_.game.user()});
}

UserTask UserMind::draw(base::Rng& rng) const {
  UserTask task;
  double share = rng.uniform();
  while (task.segment + 1 < segments_.size() && share >= segments_[task.segment].share)
    share -= segments_[task.segment++].share;
  task.user = segments_[task.segment].user;
  task.user.value *= std::exp(setting_.behaviour.value_sigma * numeric::normal(rng));
  return task;
}

bool UserMind::accepts(const simulation::Path& path, bool right, double luck) const {
  const auto users = passes_.reception(path.back(), path.size() - 1);
  return luck < (right ? users.right_accepted : users.wrong_accepted);
}

bool UserMind::goes_on(const UserTask& task, const simulation::Path& path,
                       const std::string& policy, double luck) const {
  if (!path.empty()) {
    const auto users = passes_.reception(path.back(), path.size() - 1);
    if (luck >= setting_.behaviour.patience * users.patience) return false;
  }
  auto believed = belief(policy);
  if (!believed && path.empty()) return true;
  if (!believed) believed = belief(always(path.back()));
  const Place place = place_behind(believed->policy, path);
  const double least = believed->rules[task.segment].least_value(place.path, place.state);
  return believed->policy.offers(place.state) &&
         task.user.value - task.user.outside >= simulation::least_gain(least);
}

std::shared_ptr<const UserMind::Belief> UserMind::belief(const std::string& policy) const {
  const std::lock_guard lock(mutex_);
  const auto known = beliefs_.find(policy);
  if (known != beliefs_.end()) return known->second;
  std::shared_ptr<Belief> made;
  if (auto read = policy::Policy::parse(policy, setting_.names)) {
    made = std::make_shared<Belief>(Belief{*std::move(read), {}});
    for (const auto& segment : segments_)
      made->rules.emplace_back(passes_, made->policy, segment.user);
  }
  return beliefs_[policy] = std::move(made);
}

std::string UserMind::always(std::size_t model) const {
  const policy::Sequence sequence{{{{{model, 1}}, 1}}, 1};
  return policy::Policy::make({sequence, 0}, setting_.names).value().text();
}

}  // namespace turnout::mock
