#include "turnout/simulation/expected_payoffs.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "turnout/numeric/normal.h"

namespace turnout::simulation {
namespace {

/// Share of users whose V - v0 is at least `least`.
double share_above(const Differing& users, double least) {
  const double v = least + users.user.outside;
  if (users.value_sigma == 0) return users.user.value >= v ? 1 : 0;
  return v <= 0 ? 1 : numeric::normal_above(std::log(v / users.user.value) / users.value_sigma);
}

/// E[V; V - v0 is at least `least`].
double value_above(const Differing& users, double least) {
  const double v = least + users.user.outside;
  const double sigma = users.value_sigma;
  if (sigma == 0) return users.user.value >= v ? users.user.value : 0;
  const double mean = users.user.value * std::exp(sigma * sigma / 2);
  return v <= 0 ? mean
                : mean * numeric::normal_above(std::log(v / users.user.value) / sigma - sigma);
}

/// One attempt, of users who never leave of their own will, per task.
struct Attempt {
  double reach = 0, solved = 0, misled = 0;
};

Attempt attempt(const PassRule& passes, std::size_t k, const Path& before,
                std::vector<double>& open) {
  const game::Reception users = passes.reception(k, before.size());
  const auto chances = passes.chances(k, before);
  Attempt now;
  for (std::size_t i = 0; i < open.size(); ++i) {
    const double right = open[i] * chances[i];
    const double wrong = open[i] * (1 - chances[i]);
    now.reach += open[i];
    now.solved += users.right_accepted * right;
    now.misled += users.wrong_accepted * wrong;
    open[i] = users.rejected(right, wrong);
  }
  return now;
}

}  // namespace

double least_gain(double least) {
  constexpr double kTie = 1e-12;
  return std::isinf(least) ? least : least - kTie * std::abs(least);
}

std::optional<ExpectedPayoffs> expected_payoffs(const PassRule& passes,
                                                const policy::Policy& policy,
                                                const Differing& users, const StayRule& stays) {
  constexpr double kNegligible = 1e-15;
  const game::User& user = users.user;
  const game::Provider& provider = passes.game().provider();
  ExpectedPayoffs x;
  std::vector<double> open = passes.weights();
  Path path;
  policy::State state = 0;
  double misled = 0;
  double paid = 0;
  double cost = 0;
  double least =
      passes.game().participates() ? least_gain(stays.least_value(path, state)) : -INFINITY;
  double patience = 1;  // probability of not having left for other reasons
  for (std::size_t made = 0; made < kLongestTask && policy.offers(state); ++made) {
    const double there = patience * share_above(users, least);
    if (there == 0) break;
    if (made >= passes.attempts_told()) return {};
    const auto decision = policy::decide(policy, state, 0);
    const std::size_t k = decision.model;
    state = decision.next;
    const Attempt now = attempt(passes, k, path, open);
    path.push_back(k);
    x.attempts += there * now.reach;
    x.latency += there * now.reach * passes.latency(path);
    cost += there * now.reach * passes.cost(path);
    paid += there * now.reach * passes.game().model(k).price;
    x.success += there * now.solved;
    misled += there * now.misled;
    x.user_utility += patience * value_above(users, least) * now.solved;
    if (there * now.reach < kNegligible) break;
    least = std::max(least, least_gain(stays.least_value(path, state)));
    patience *= users.patience * passes.reception(k, made).patience;
  }
  const double left = 1 - x.success - misled;
  x.user_utility +=
      user.outside * left - user.harm * misled - user.value_of_time * x.latency - paid;
  x.service_cost = cost - paid;
  x.provider_cost = x.service_cost + provider.churn_penalty * left +
                    provider.late_churn.value_or(provider.churn_penalty) * misled;
  return x;
}

}  // namespace turnout::simulation
