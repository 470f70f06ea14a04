#include "turnout/game/pass_terms.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "turnout/game/payoffs.h"

namespace turnout::game {
namespace {

constexpr double kTie = 2 * std::numeric_limits<double>::epsilon();

/// gain v - loss - w t - r, 0 where what is added agrees with what is taken away.
double balance(double gain, double share, const User& user, const Model& model, double loss) {
  const double waited = net_value(gain, share, user.value_of_time, model.latency);
  const double net = waited - model.price - loss;
  const double scale =
      std::max(gain * share, user.value_of_time * model.latency + model.price + loss);
  return std::abs(net) <= kTie * scale ? 0 : net;
}

}  // namespace

double accepted_share(const Model& model) {
  return model.success * (1 - model.false_reject) + (1 - model.success) * model.false_accept;
}

PassTerms pass_terms(const User& user, const Provider& provider, const Model& model) {
  const double failure = 1 - model.success;
  const double wrong = failure * model.false_accept;
  const double accepted = accepted_share(model);
  const double rejected = model.success * model.false_reject + failure * (1 - model.false_accept);
  const double lost = (1 - model.patience) * rejected;
  const double late = provider.late_churn.value_or(provider.churn_penalty);
  const double gain = user.value - user.outside;
  PassTerms terms;
  terms.solved = model.success * (1 - model.false_reject);
  terms.ends = accepted + lost;
  terms.goes_on = model.patience * rejected;
  terms.unsolved = wrong + lost;
  terms.worth = balance(gain, terms.solved, user, model, (user.harm + user.outside) * wrong);
  terms.net_value = user.naive ? balance(gain, accepted, user, model, 0) : terms.worth;
  terms.service = model.cost - model.price;
  terms.net_cost = terms.service + provider.churn_penalty * lost + late * wrong;
  terms.latency = model.latency;
  return terms;
}

}  // namespace turnout::game
