#include "turnout/estimation/evaluated_means.h"

#include <algorithm>
#include <limits>

#include "turnout/estimation/user_errors.h"
#include "turnout/numeric/normal.h"

namespace turnout::estimation {
namespace {

constexpr double kAny = std::numeric_limits<double>::infinity();
constexpr std::size_t kBelieved = kRewards;        // columns: rewards, what is believed beyond,
constexpr std::size_t kBeyond = 2 * kRewards;      // share beyond,
constexpr std::size_t kLogged = 2 * kRewards + 1;  // rewards in the log

/// a + factor b, column by column.
template <class Form>
Form plus(Form a, double factor, const Form& b) {
  for (std::size_t i = 0; i < a.factors.size(); ++i) a.factors.at(i) += factor * b.factors.at(i);
  a.constant += factor * b.constant;
  return a;
}

/// a + factor b where factor may be of either sign: the least with the least.
template <class Bounds>
Bounds sum(const Bounds& a, double factor, const Bounds& b) {
  const auto& least = factor >= 0 ? b.low : b.high;
  const auto& most = factor >= 0 ? b.high : b.low;
  Bounds result{plus(a.low, factor, least), plus(a.high, factor, most), {}};
  if (a.middle && b.middle) result.middle = plus(*a.middle, factor, *b.middle);
  return result;
}

/// Strata with few told ends are taken together with the next ones, the last with those before.
std::vector<std::vector<std::size_t>> groups_of(const std::array<double, kStrata>& told) {
  constexpr double kLeast = 10;
  std::vector<std::vector<std::size_t>> groups(1);
  double here = 0;
  for (std::size_t s = 0; s < kStrata; ++s) {
    if (here >= kLeast) {
      groups.emplace_back();
      here = 0;
    }
    groups.back().push_back(s);
    here += told.at(s);
  }
  if (here < kLeast && groups.size() > 1) {
    const auto last = groups.back();
    groups.pop_back();
    groups.back().insert(groups.back().end(), last.begin(), last.end());
  }
  return groups;
}

}  // namespace

EvaluatedMeans::Row EvaluatedMeans::row_of(const TaskSums& sums) {
  Row row{};
  for (std::size_t i = 0; i < kRewards; ++i) {
    row.at(i) = sums.policy.rewards.at(i);
    row.at(kBelieved + i) = sums.policy.believed_beyond.at(i);
    row.at(kLogged + i) = sums.logged.rewards.at(i);
  }
  row.at(kBeyond) = sums.policy.beyond;
  return row;
}

EvaluatedMeans::EvaluatedMeans(const std::vector<TaskSums>& by_user, const BeyondLimits& limits)
    : limits_(limits) {
  std::array<double, 2> squares{};
  for (const TaskSums& user : by_user) {
    tasks_ += user.tasks;
    errors_.push_back(row_of(user));
    for (std::size_t i = 0; i < kColumns; ++i) means_.at(i) += errors_.back().at(i);
    told_[0] += user.policy.told;
    told_[1] += user.logged.told;
    squares[0] += user.policy.told_squares;
    squares[1] += user.logged.told_squares;
  }
  for (std::size_t side = 0; side < told_.size(); ++side) {
    double& told = told_.at(side);
    told = told > 0 ? told * told / squares.at(side) : 0;
  }
  correct_success(by_user);
  for (double& mean : means_) mean /= tasks_;
  for (std::size_t u = 0; u < by_user.size(); ++u) {
    for (std::size_t i = 0; i < kColumns; ++i)
      errors_[u].at(i) = (errors_[u].at(i) - by_user[u].tasks * means_.at(i)) / tasks_;
  }
  cautions_ = {caution(kRewardSolved, told_[0]), caution(kLogged + kRewardSolved, told_[1])};
}

bool EvaluatedMeans::success_told() const {
  return *std::min_element(told_.begin(), told_.end()) >= kLeastTold;
}

EvaluatedMeans::Caution EvaluatedMeans::caution(std::size_t column, double told) const {
  const double success = std::clamp(means_.at(column), 0.0, 1.0);
  const double drawn = (told * success + 2) / (told + 4);
  double variance = 0;
  for (const Row& row : errors_) variance += row.at(column) * row.at(column);
  return {drawn - success, std::max(0.0, drawn * (1 - drawn) / (told + 4) - variance)};
}

/// Adds to the believed sums what the told ends say that all ends were besides: corrections times
/// ends / told by group of strata, with the error of that ratio. Still sums, not means.
void EvaluatedMeans::correct_success(const std::vector<TaskSums>& by_user) {
  std::array<double, kStrata> all_told{};
  for (const TaskSums& user : by_user) {
    for (std::size_t s = 0; s < kStrata; ++s) all_told.at(s) += user.told.at(s);
  }
  for (const auto& group : groups_of(all_told)) {
    const auto part = [&](const std::array<double, kStrata>& x) {
      double sum = 0;
      for (const std::size_t s : group) sum += x.at(s);
      return sum;
    };
    double ends = 0;
    double told = 0;
    std::array<double, 2> off{};
    for (const TaskSums& user : by_user) {
      ends += part(user.ends);
      told += part(user.told);
      off[0] += part(user.policy.corrections);
      off[1] += part(user.logged.corrections);
    }
    if (told == 0) continue;
    const double ratio = ends / told;
    const std::array<std::size_t, 2> columns = {kRewardSolved, kLogged + kRewardSolved};
    for (std::size_t side = 0; side < columns.size(); ++side) {
      const std::size_t column = columns.at(side);
      means_.at(column) += off.at(side) * ratio;
      for (std::size_t u = 0; u < by_user.size(); ++u) {
        const TaskSums& user = by_user[u];
        const double mine = part(side == 0 ? user.policy.corrections : user.logged.corrections);
        errors_[u].at(column) +=
            ratio * mine + off.at(side) * (part(user.ends) - ratio * part(user.told)) / told;
      }
    }
  }
}

double EvaluatedMeans::beyond() const { return std::clamp(means_.at(kBeyond), 0.0, 1.0); }

double EvaluatedMeans::value(const Form& form) const {
  double sum = form.constant;
  for (std::size_t i = 0; i < kColumns; ++i) sum += form.factors.at(i) * means_.at(i);
  return sum;
}

numeric::Interval EvaluatedMeans::interval(const Form& form) const {
  std::vector<double> errors;
  errors.reserve(errors_.size());
  const double policy = form.factors.at(kRewardSolved);
  const double logged = form.factors.at(kLogged + kRewardSolved);
  const double moved = policy * cautions_[0].moves + logged * cautions_[1].moves;
  const double variance = form.variance + policy * policy * cautions_[0].variance +
                          logged * logged * cautions_[1].variance;
  for (const Row& row : errors_) {
    double sum = 0;
    for (std::size_t i = 0; i < kColumns; ++i) sum += form.factors.at(i) * row.at(i);
    errors.push_back(sum);
  }
  numeric::Interval result = interval_by_user(value(form), errors, variance);
  result.low += moved;
  result.high += moved;
  return result;
}

Evaluated EvaluatedMeans::evaluated(const Bounds& bounds, double least, double most) const {
  constexpr double kSmall = 0.25;  // of the interval: a range so narrow leaves the number a number
  const auto inside = [&](double x) { return std::clamp(x, least, most); };
  Evaluated result{{}, interval(bounds.low).low, interval(bounds.high).high};
  if (bounds.middle) {
    const auto middle = interval(*bounds.middle);
    const double gap = value(bounds.high) - value(bounds.low);
    if (gap <= kSmall * (middle.high - middle.low)) result.value = inside(middle.value);
  }
  result.low = inside(std::min(result.low, result.value.value_or(result.low)));
  result.high = inside(std::max(result.high, result.value.value_or(result.high)));
  return result;
}

EvaluatedMeans::Bounds EvaluatedMeans::policy(Reward reward) const {
  const Limits any = {0, 1};
  const std::array<Limits, kRewards> limits = {
      limits_.cost, limits_.latency, limits_.attempts, limits_.solved, any, any};
  Form middle;
  middle.factors.at(reward) = 1;
  if (means_.at(kBeyond) == 0) return {middle, middle, middle};
  Form low = middle;
  low.factors.at(kBelieved + reward) = -1;
  Form high = low;
  low.factors.at(kBeyond) = limits.at(reward).low;
  high.factors.at(kBeyond) = limits.at(reward).high;
  return {low, high, middle};
}

// A member, though it needs nothing: success() asks it as it asks the other sides.
// NOLINTNEXTLINE(readability-convert-member-functions-to-static)
EvaluatedMeans::Bounds EvaluatedMeans::logged(Reward reward) const {
  Form form;
  form.factors.at(kLogged + reward) = 1;
  return {form, form, form};
}

EvaluatedMeans::Bounds EvaluatedMeans::success(Bounds (EvaluatedMeans::*side)(Reward) const) const {
  if (success_told()) return (this->*side)(kRewardSolved);
  return {(this->*side)(kRewardKnown).low, (this->*side)(kRewardMaybe).high, {}};
}

std::vector<EvaluatedQuantity> EvaluatedMeans::quantities() const {
  const auto compare = [&](const char* name, const Bounds& now, const Bounds& then, double least,
                           double most) {
    return EvaluatedQuantity{name, evaluated(now, least, most), evaluated(then, least, most),
                             evaluated(sum(then, -1, now), least - most, most - least)};
  };
  using Means = EvaluatedMeans;
  return {compare("service_cost", logged(kRewardCost), policy(kRewardCost), -kAny, kAny),
          compare("latency", logged(kRewardLatency), policy(kRewardLatency), 0, kAny),
          compare("attempts", logged(kRewardAttempts), policy(kRewardAttempts), 1, kAny),
          compare("success", success(&Means::logged), success(&Means::policy), 0, 1)};
}

/// cost + P (whole - success); whole is 1 for a policy and 0 for the difference of two.
Evaluated EvaluatedMeans::cost_with(const Figure& penalty, const Bounds& cost,
                                    const Bounds& success, double whole) const {
  const bool told = penalty.basis == Basis::kIdentified;
  const double error =
      std::max(penalty.high - penalty.value, penalty.value - penalty.low) / numeric::kNormal95;
  const auto with = [&](double p) {
    Bounds j = sum(cost, -p, success);
    const auto complete = [&](Form& form, double solved) {
      form.constant += p * whole;
      const double unsolved = whole - solved;
      form.variance = told ? error * error * unsolved * unsolved : 0;
    };
    complete(j.low, value(success.high));
    complete(j.high, value(success.low));
    if (j.middle) complete(*j.middle, value(*success.middle));
    return j;
  };
  if (told) return evaluated(with(penalty.value), -kAny, kAny);
  const Evaluated least = evaluated(with(penalty.low), -kAny, kAny);
  const Evaluated most = evaluated(with(penalty.high), -kAny, kAny);
  return {{}, std::min(least.low, most.low), std::max(least.high, most.high)};
}

EvaluatedQuantity EvaluatedMeans::provider_cost(const Figure& penalty) const {
  const Bounds cost_now = logged(kRewardCost);
  const Bounds cost_then = policy(kRewardCost);
  const Bounds success_now = success(&EvaluatedMeans::logged);
  const Bounds success_then = success(&EvaluatedMeans::policy);
  return {"provider_cost", cost_with(penalty, cost_now, success_now, 1),
          cost_with(penalty, cost_then, success_then, 1),
          cost_with(penalty, sum(cost_then, -1, cost_now), sum(success_then, -1, success_now), 0)};
}

}  // namespace turnout::estimation
