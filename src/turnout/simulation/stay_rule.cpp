#include "turnout/simulation/stay_rule.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace turnout::simulation {
namespace {

using policy::Draw;
using policy::Policy;
using policy::State;

constexpr std::size_t kNobody = std::numeric_limits<std::size_t>::max();

/// A policy's state, the model that served last (kNobody before the first attempt) and what else the attempts before tell.
using Place = std::tuple<State, std::size_t, Path>;
/// The probability of being there with all attempts failed, by the task's difficulty.
using Masses = std::map<Place, std::vector<double>>;

double sum(const std::vector<double>& masses) {
  double total = 0;
  for (const double m : masses) total += m;
  return total;
}

/// What attempts give to the user and take from him: he likes them iff (V - v0) given >= taken.
struct Gain {
  double given = 0, taken = 0;
  Gain& operator+=(const Gain& other) {
    given += other.given;
    taken += other.taken;
    return *this;
  }
};

/// Goes forward through all that the policy may do, attempt by attempt, for all places at once: paths
/// that meet in a place are one.
class Promise {
 public:
  Promise(const PassRule& passes, const Policy& policy, const game::User& user, Place from,
          std::vector<double> belief)
      : passes_(passes), policy_(policy), user_(user) {
    first_mass_ = sum(belief);
    masses_[std::move(from)] = std::move(belief);
  }

  /// @returns the least of what is taken per what is given over all horizons.
  double least_ratio(std::size_t longest) {
    constexpr double kNegligible = 1e-15;
    for (std::size_t horizon = 1; horizon <= longest && !masses_.empty(); ++horizon) {
      if (passes_.independent() && !passes_.game().has_switching() && settled()) {
        go_on_for_ever();
        break;
      }
      const bool worse = step();
      if (total_.given > 0) least_ = std::min(least_, total_.taken / total_.given);
      double mass = 0;
      for (const auto& [place, masses] : masses_) mass += sum(masses);
      if (worse || mass <= kNegligible * first_mass_) break;
      if (masses_.size() > StayRule::kMostPlaces) break;
    }
    return least_;
  }

 private:
  /// Whether everyone is where the same lottery is drawn for ever.
  [[nodiscard]] bool settled() const {
    return std::all_of(masses_.begin(), masses_.end(), [this](const auto& at) {
      const auto draws = policy_.draws(std::get<0>(at.first));
      return std::all_of(draws.begin(), draws.end(), [](const Draw& d) { return d.advance == 0; });
    });
  }

  /// One more attempt for who is at `from`; what fails is added to `next`.
  Gain attempt(const Place& from, const std::vector<double>& masses, Masses& next) const {
    Gain gain;
    const double here = sum(masses);
    const auto& [state, last, before] = from;
    for (const Draw& draw : policy_.draws(state)) {
      const std::size_t k = draw.model;
      const game::Reception users = passes_.reception(k, before.size());
      const auto chances = passes_.chances(k, before);
      Path after = before;
      after.push_back(k);
      auto& failed =
          next[{state + static_cast<State>(draw.advance), passes_.game().has_switching() ? k : 0,
                passes_.independent() ? Path{} : passes_.told(std::move(after))}];
      failed.resize(masses.size(), 0);
      double solved = 0;
      double misled = 0;
      for (std::size_t i = 0; i < masses.size(); ++i) {
        const double right = masses[i] * chances[i];
        const double wrong = masses[i] * (1 - chances[i]);
        solved += users.right_accepted * right;
        misled += users.wrong_accepted * wrong;
        failed[i] += draw.probability * users.patience * users.rejected(right, wrong);
      }
      const double pays = user_.value_of_time * passes_.latency(last == kNobody ? k : last, k) +
                          passes_.game().model(k).price;
      gain.given += draw.probability * (user_.naive ? solved + misled : solved);
      gain.taken += draw.probability *
                    (here * pays + (user_.naive ? 0 : (user_.harm + user_.outside) * misled));
    }
    return gain;
  }

  /// @returns whether no longer horizon can promise more: everyone is where the same lottery is drawn
  ///   for ever, each failure makes success less likely, and it is too unlikely by now.
  bool step() {
    const bool hardens =
        !passes_.game().has_switching() && passes_.failures_discourage() && settled();
    bool worse = hardens;
    Masses next;
    for (const auto& [place, masses] : masses_) {
      if (!policy_.offers(std::get<0>(place))) continue;
      const Gain gain = attempt(place, masses, next);
      total_ += gain;
      worse = worse && gain.taken >= least_ * gain.given;
    }
    masses_ = std::move(next);
    return worse;
  }

  /// The sum over all horizons behind this one, attempts independent.
  void go_on_for_ever() {
    for (const auto& [place, masses] : masses_) {
      if (!policy_.offers(std::get<0>(place))) continue;
      Masses next;
      const double here = sum(masses);
      const Gain gain = attempt(place, masses, next);
      double going_on = 0;
      for (const auto& at : next) going_on += sum(at.second);
      if (going_on >= here) return;
      const double attempts = here / (here - going_on);
      total_ += {attempts * gain.given, attempts * gain.taken};
    }
    if (total_.given > 0) least_ = std::min(least_, total_.taken / total_.given);
  }

  const PassRule& passes_;
  const Policy& policy_;
  const game::User& user_;
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

StayRule::StayRule(const PassRule& passes, const Policy& policy, const game::User& user)
    : independent_(passes.independent()), switching_(passes.game().has_switching()) {
  tabulate(passes, policy, user);
}

Path StayRule::known(const Path& path) const {
  if (independent_) return switching_ && !path.empty() ? Path{path.back()} : Path{};
  return {path.begin(),
          path.begin() + static_cast<std::ptrdiff_t>(std::min(path.size(), deepest_))};
}

void StayRule::tabulate(const PassRule& passes, const Policy& policy, const game::User& user) {
  constexpr double kNegligible = 1e-15;
  const std::size_t listed = policy.states();
  const std::size_t longest = independent_ ? policy::kMostAttempts : listed + kLongestWait;
  const auto promise = [&](const Past& past) {
    if (!policy.offers(past.next)) return static_cast<double>(INFINITY);
    const std::size_t made = independent_ ? 0 : past.path.size();
    const std::size_t last = past.path.empty() ? kNobody : switching_ ? past.path.back() : 0;
    return Promise(passes, policy, user,
                   {past.next, last, independent_ ? Path{} : passes.told(past.path)}, past.belief)
        .least_ratio(std::min(longest, passes.attempts_told() - made));
  };
  std::map<std::pair<Path, State>, Past> level;
  level[{{}, 0}] = {{}, 0, passes.weights()};
  before_ = promise(level.begin()->second);
  for (std::size_t attempt = 0; !level.empty(); ++attempt) {
    const bool deep = attempt >= std::max({kDeepest, listed, passes.patience_listed()});
    if (!independent_ && (deep || attempt + 1 >= passes.attempts_told())) break;
    std::map<std::pair<Path, State>, Past> next;
    for (const auto& [key, past] : level) {
      for (const Draw& draw : policy.draws(past.next)) {
        Past longer{past.path, past.next + static_cast<State>(draw.advance), past.belief};
        longer.path.push_back(draw.model);
        const auto chances = passes.chances(draw.model, past.path);
        const game::Reception users = passes.reception(draw.model, attempt);
        for (std::size_t i = 0; i < chances.size(); ++i)
          longer.belief[i] *= users.rejected(chances[i], 1 - chances[i]);
        if (independent_) longer.path = known(longer.path);
        std::pair<Path, State> where{longer.path, longer.next};
        // Where attempts are independent, what was computed for a state holds whenever it comes again.
        if (independent_ && (least_.contains(where) || sum(longer.belief) < kNegligible)) continue;
        next.try_emplace(std::move(where), std::move(longer));
      }
    }
    if (!independent_ && next.size() > kMostPaths) break;
    deepest_ = attempt + 1;
    for (const auto& [where, past] : next) least_[where] = promise(past);
    level = std::move(next);
  }
}

double StayRule::least_value(const Path& path, policy::State next) const {
  if (path.empty()) return before_;
  const Path key = known(path);
  auto found = least_.lower_bound({key, next});
  const bool exact = found != least_.end() && found->first == std::pair(key, next);
  // A path longer than the table, or one that never comes about: as at its last entry.
  if (!exact && found != least_.begin()) {
    const auto before = std::prev(found);
    if (before->first.first == key) found = before;
  }
  return found == least_.end() || found->first.first != key ? INFINITY : found->second;
}

}  // namespace turnout::simulation
