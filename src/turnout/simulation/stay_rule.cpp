#include "turnout/simulation/stay_rule.h"

#include <algorithm>
#include <cmath>

namespace turnout::simulation {
namespace {

using policy::Draw;
using policy::Policy;
using policy::State;

/// A policy's state and the model that served last.
using Place = std::pair<State, std::size_t>;
/// The probability of being there with all attempts failed, by the task's difficulty.
using Masses = std::map<Place, std::vector<double>>;

double sum(const std::vector<double>& masses) {
  double total = 0;
  for (const double m : masses) total += m;
  return total;
}

/// Waiting and successes of one more attempt for all who are at one place.
struct Gain {
  double waiting = 0, success = 0;
};

/// Goes forward through all that the policy may do, attempt by attempt, for all places at once: paths
/// that meet in a place are one.
class Promise {
 public:
  Promise(const PassRule& passes, const Policy& policy, std::size_t attempt, const Place& from,
          std::vector<double> belief)
      : passes_(passes), policy_(policy), attempt_(attempt) {
    first_mass_ = sum(belief);
    masses_[from] = std::move(belief);
  }

  /// @returns the least waiting per success over all horizons.
  double least_ratio(std::size_t longest) {
    constexpr double kNegligible = 1e-15;
    for (std::size_t horizon = 1; horizon <= longest && !masses_.empty(); ++horizon) {
      if (passes_.independent() && !passes_.game().has_switching() && settled()) {
        go_on_for_ever();
        break;
      }
      const bool worse = step();
      if (total_.success > 0) least_ = std::min(least_, total_.waiting / total_.success);
      double mass = 0;
      for (const auto& [place, masses] : masses_) mass += sum(masses);
      if (worse || mass <= kNegligible * first_mass_) break;
    }
    return least_;
  }

 private:
  /// Whether everyone is where the same lottery is drawn for ever.
  [[nodiscard]] bool settled() const {
    return std::all_of(masses_.begin(), masses_.end(), [this](const auto& at) {
      const auto draws = policy_.draws(at.first.first);
      return std::all_of(draws.begin(), draws.end(), [](const Draw& d) { return d.advance == 0; });
    });
  }

  /// One more attempt for who is at `from`; what fails is added to `next`.
  Gain attempt(const Place& from, const std::vector<double>& masses, Masses& next) const {
    Gain gain;
    const double here = sum(masses);
    for (const Draw& draw : policy_.draws(from.first)) {
      const std::size_t k = draw.model;
      gain.waiting += draw.probability * here * passes_.latency(from.second, k);
      const std::size_t last = passes_.game().has_switching() ? k : 0;
      auto& failed = next[{from.first + static_cast<State>(draw.advance), last}];
      failed.resize(masses.size(), 0);
      for (std::size_t i = 0; i < masses.size(); ++i) {
        const double p = passes_.success(k, passes_.difficulties()[i], attempt_);
        gain.success += draw.probability * masses[i] * p;
        failed[i] += draw.probability * passes_.patience(k) * masses[i] * (1 - p);
      }
    }
    return gain;
  }

  /// @returns whether no longer horizon can promise more: everyone is where the same lottery is drawn
  ///   for ever, each failure makes success less likely, and it is too unlikely by now.
  bool step() {
    const bool hardens = !passes_.game().has_switching() && passes_.feedback() <= 0 && settled();
    bool worse = hardens;
    Masses next;
    for (const auto& [place, masses] : masses_) {
      if (!policy_.offers(place.first)) continue;
      const Gain gain = attempt(place, masses, next);
      total_.waiting += gain.waiting;
      total_.success += gain.success;
      worse = worse && gain.waiting >= least_ * gain.success;
    }
    masses_ = std::move(next);
    ++attempt_;
    return worse;
  }

  /// The sum over all horizons behind this one, attempts independent.
  void go_on_for_ever() {
    for (const auto& [place, masses] : masses_) {
      if (!policy_.offers(place.first)) continue;
      Masses next;
      const double here = sum(masses);
      const Gain gain = attempt(place, masses, next);
      double going_on = 0;
      for (const auto& at : next) going_on += sum(at.second);
      if (gain.success <= 0) return;
      const double attempts = here / (here - going_on);
      total_.waiting += attempts * gain.waiting;
      total_.success += attempts * gain.success;
    }
    if (total_.success > 0) least_ = std::min(least_, total_.waiting / total_.success);
  }

  const PassRule& passes_;
  const Policy& policy_;
  std::size_t attempt_;
  double first_mass_ = 0;
  Masses masses_;
  Gain total_;
  double least_ = INFINITY;
};

/// A way in which a task can have come about.
struct Past {
  Path path;
  State next = 0;
  std::vector<double> belief;
};

}  // namespace

StayRule::StayRule(const PassRule& passes, const Policy& policy)
    : independent_(passes.independent()), switching_(passes.game().has_switching()) {
  tabulate(passes, policy);
}

Path StayRule::known(const Path& path) const {
  if (independent_) return switching_ && !path.empty() ? Path{path.back()} : Path{};
  return {path.begin(),
          path.begin() + static_cast<std::ptrdiff_t>(std::min(path.size(), deepest_))};
}

void StayRule::tabulate(const PassRule& passes, const Policy& policy) {
  constexpr double kNegligible = 1e-15;
  const std::size_t listed = policy.states();
  const std::size_t horizon = independent_ ? policy::kMostAttempts : listed + kLongestWait;
  std::map<std::pair<Path, State>, Past> level;
  level[{{}, 0}] = {{}, 0, passes.weights()};
  for (std::size_t attempt = 0; !level.empty(); ++attempt) {
    const bool deep = attempt >= std::max(kDeepest, listed);
    if (!independent_ && deep) break;
    std::map<std::pair<Path, State>, Past> next;
    for (const auto& [key, past] : level) {
      for (const Draw& draw : policy.draws(past.next)) {
        Past longer{past.path, past.next + static_cast<State>(draw.advance), past.belief};
        longer.path.push_back(draw.model);
        for (std::size_t i = 0; i < longer.belief.size(); ++i)
          longer.belief[i] *= 1 - passes.success(draw.model, passes.difficulties()[i], attempt);
        if (independent_) longer.path = known(longer.path);
        std::pair<Path, State> where{longer.path, longer.next};
        // Where attempts are independent, what was computed for a state holds whenever it comes again.
        if (independent_ && (waiting_.contains(where) || sum(longer.belief) < kNegligible))
          continue;
        next.try_emplace(std::move(where), std::move(longer));
      }
    }
    if (!independent_ && next.size() > kMostPaths) break;
    deepest_ = attempt + 1;
    for (const auto& [where, past] : next) {
      const std::size_t last = past.path.empty() ? 0 : past.path.back();
      Promise promise(passes, policy, attempt + 1, {past.next, last}, past.belief);
      waiting_[where] = policy.offers(past.next) ? promise.least_ratio(horizon) : INFINITY;
    }
    level = std::move(next);
  }
}

double StayRule::waiting_per_success(const Path& path, policy::State next) const {
  const Path key = known(path);
  auto found = waiting_.lower_bound({key, next});
  const bool exact = found != waiting_.end() && found->first == std::pair(key, next);
  // A path longer than the table, or one that never comes about: as at its last entry.
  if (!exact && found != waiting_.begin()) {
    const auto before = std::prev(found);
    if (before->first.first == key) found = before;
  }
  return found == waiting_.end() || found->first.first != key ? INFINITY : found->second;
}

}  // namespace turnout::simulation
