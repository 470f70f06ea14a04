#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "turnout/game/parameters.h"
#include "turnout/numeric/double_double.h"

namespace turnout::game {

/// @returns xi = V p - w t, the user's net value of one pass, with a relative error of at most
///   2^-52 even where V p and w t nearly cancel (Kahan's difference of products).
template <class Real>
Real net_value(const Real& value, const Real& success, const Real& value_of_time,
               const Real& latency) {
  using std::fma;
  const Real wait = value_of_time * latency;
  const Real wait_error = fma(-value_of_time, latency, wait);
  return fma(value, success, -wait) + wait_error;
}

/// @returns the same for w = 1, with the same bits.
template <class Real>
Real net_value(const Real& value, const Real& success, const Real& latency) {
  using std::fma;
  return fma(value, success, -latency);
}

inline numeric::DoubleDouble net_value(const numeric::DoubleDouble& value,
                                       const numeric::DoubleDouble& success,
                                       const numeric::DoubleDouble& value_of_time,
                                       const numeric::DoubleDouble& latency) {
  return value * success - value_of_time * latency;
}

/// What one pass on a model comes to, in the three numbers that all formulas need: xi (what it is
/// worth to the user), eta (what it costs the provider beyond P) and beta (the probability that the
/// user is there for another). docs/theory.md, section 1.
///
/// A pass ends right with p (1 - fr), accepted and wrong with (1 - p) fa, and else it is rejected:
/// e = p (1 - fr) + (1 - p) fa is accepted. Of those who reject it the share 1 - rho leaves whatever
/// is promised. The paper's user has rho = 1, fa = fr = 0: beta = 1 - p, eps = p.
template <class Real>
struct PassTermsIn {
  Real solved = 1;    ///< p (1 - fr), the task ends solved
  Real ends = 1;      ///< eps = 1 - beta = e + (1 - rho) (1 - e), the task ends
  Real goes_on = 0;   ///< beta = rho (1 - e), the user may go on
  Real unsolved = 0;  ///< (1 - p) fa + (1 - rho) (1 - e), it ends unsolved
  /// xi by which the user decides, (V - v0) v - w t - r, exactly 0 if the terms agree to two units in
  /// the last place. v is `solved` if he is calibrated, e if he is naive.
  Real net_value = 0;
  /// xi as he gets it: (V - v0) p (1 - fr) - (H + v0) (1 - p) fa - w t - r.
  Real worth = 0;
  /// w t + r + (H + v0) (1 - p) fa, what a pass takes from the user: U = (V - v0) S - all that.
  Real spent = 0;
  Real service = 0;  ///< c - r
  /// What a pass costs the provider if P = 0: c - r, and P_w (1 - p) fa where P_w is given.
  Real fixed_cost = 0;
  /// The share of passes that P is due for: (1 - rho) (1 - e), and (1 - p) fa where P_w is not given.
  Real penalties = 0;
  /// c - r + P (1 - rho) (1 - e) + P_w (1 - p) fa = eta + P eps: what the pass costs the provider by
  /// itself. A user who leaves of his own will costs P beside it.
  Real net_cost = 0;
  Real latency = 0;  ///< t
};
using PassTerms = PassTermsIn<double>;

/// What users make of a model's answers: shares of passes.
template <class Real>
struct Verdicts {
  Real solved;    ///< right and accepted
  Real wrong;     ///< wrong and accepted
  Real accepted;  ///< e
  Real rejected;  ///< 1 - e, without cancellation
};

template <class Real>
Verdicts<Real> verdicts(const Model& model) {
  const Real success(model.success);
  const Real failure = Real(1.0) - success;
  const Real false_accept(model.false_accept);
  const Real false_reject(model.false_reject);
  const Real solved = success * (Real(1.0) - false_reject);
  const Real wrong = failure * false_accept;
  return {solved, wrong, solved + wrong,
          success * false_reject + failure * (Real(1.0) - false_accept)};
}

/// Whether xi is V p - w t.
inline bool has_two_terms(const User& user, const Model& model) {
  return model.price == 0 && user.outside == 0 && model.false_accept == 0 &&
         model.false_reject == 0;
}

/// (V - v0) v - spent, in 31 digits.
inline numeric::DoubleDouble exact_balance(const User& user, const Model& model, bool naive) {
  using numeric::DoubleDouble;
  const DoubleDouble time(user.value_of_time);
  const DoubleDouble latency(model.latency);
  if (has_two_terms(user, model))
    return net_value(DoubleDouble(user.value), DoubleDouble(model.success), time, latency);
  const auto found = verdicts<DoubleDouble>(model);
  const DoubleDouble gain = DoubleDouble(user.value) - DoubleDouble(user.outside);
  const DoubleDouble waited = net_value(gain, naive ? found.accepted : found.solved, time, latency);
  const DoubleDouble net = waited - DoubleDouble(model.price);
  return naive ? net : net - (DoubleDouble(user.harm) + DoubleDouble(user.outside)) * found.wrong;
}

/// @returns `net`, or 0 where the gain agrees with what it is spent on.
inline double less_ties(double net, double gain, double spent) {
  constexpr double kTie = 2 * std::numeric_limits<double>::epsilon();
  return std::abs(net) <= kTie * std::max(gain, spent) ? 0 : net;
}
inline numeric::DoubleDouble less_ties(const numeric::DoubleDouble& net,
                                       const numeric::DoubleDouble& /*gain*/,
                                       const numeric::DoubleDouble& /*spent*/) {
  return net;
}

/// (V - v0) v - spent in double, 0 in a tie. Two terms take an fma; more of them could cancel in
/// more ways than one, so they take 31 digits.
inline double balance(const User& user, const Model& model, double share, double spent,
                      bool naive) {
  const double net = has_two_terms(user, model)
                         ? net_value(user.value, model.success, user.value_of_time, model.latency)
                         : static_cast<double>(exact_balance(user, model, naive));
  return less_ties(net, (user.value - user.outside) * share, spent);
}
inline numeric::DoubleDouble balance(const User& user, const Model& model,
                                     const numeric::DoubleDouble& /*share*/,
                                     const numeric::DoubleDouble& /*spent*/, bool naive) {
  return exact_balance(user, model, naive);
}

/// The terms of a pass in the paper's game: what pass_terms_in() comes to there, to the bit, in a
/// third of the time.
template <class Real>
PassTermsIn<Real> plain_terms(const User& user, const Model& model) {
  const Real success(model.success);
  const Real nothing(0.0);
  const Real cost(model.cost);
  const Real value(user.value);
  const Real time(user.value_of_time);
  const Real latency(model.latency);
  const Real spent = time * latency;
  const Real net = less_ties(net_value(value, success, time, latency), value * success, spent);
  return {.solved = success,
          .ends = success,
          .goes_on = Real(1.0) - success,
          .unsolved = nothing,
          .net_value = net,
          .worth = net,
          .spent = spent,
          .service = cost,
          .fixed_cost = cost,
          .penalties = nothing,
          .net_cost = cost,
          .latency = latency};
}

/// @returns the terms of a pass in the arithmetic Real, double or DoubleDouble. In double each has a
///   relative error of a few 2^-53, net_value and worth too, whatever cancels in them.
template <class Real>
PassTermsIn<Real> pass_terms_in(const User& user, const Provider& provider, const Model& model) {
  if (model.patience == 1 && has_two_terms(user, model)) return plain_terms<Real>(user, model);
  const auto found = verdicts<Real>(model);
  const Real lost = (Real(1.0) - Real(model.patience)) * found.rejected;
  const Real pays = Real(user.value_of_time) * Real(model.latency) + Real(model.price);
  const Real spent = pays + (Real(user.harm) + Real(user.outside)) * found.wrong;
  const Real worth = balance(user, model, found.solved, spent, false);
  const Real unsolved = found.wrong + lost;
  const Real service = Real(model.cost) - Real(model.price);
  const Real fixed_cost =
      provider.late_churn ? service + Real(*provider.late_churn) * found.wrong : service;
  const Real penalties = provider.late_churn ? lost : unsolved;
  return {.solved = found.solved,
          .ends = found.accepted + lost,
          .goes_on = Real(model.patience) * found.rejected,
          .unsolved = unsolved,
          .net_value = user.naive ? balance(user, model, found.accepted, pays, true) : worth,
          .worth = worth,
          .spent = spent,
          .service = service,
          .fixed_cost = fixed_cost,
          .penalties = penalties,
          .net_cost = fixed_cost + Real(provider.churn_penalty) * penalties,
          .latency = Real(model.latency)};
}

/// @returns the terms of a pass in double.
PassTerms pass_terms(const User& user, const Provider& provider, const Model& model);

/// @returns the share of passes whose answer is accepted, right or wrong: e.
double accepted_share(const Model& model);

}  // namespace turnout::game
