#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "turnout/estimation/beyond_limits.h"
#include "turnout/estimation/log_estimate.h"
#include "turnout/estimation/off_policy.h"
#include "turnout/estimation/path_worth.h"

/// From sums over each user's tasks to means with their intervals, and to ranges where the log only
/// bounds them. docs/theory.md, section 22.
namespace turnout::estimation {

/// Feedback may be more or less frequent after one, two and more attempts.
inline constexpr std::size_t kStrata = 3;

/// Sums over tasks under one policy, weighed.
struct SideSums {
  Rewards rewards{};  ///< silent ends solved with the share that is believed
  Rewards
      believed_beyond{};  ///< of these, what is believed where the log does not support the policy
  double beyond = 0;      ///< tasks that come there
  std::array<double, kStrata> corrections{};  ///< of told ends: what they were less the belief
  double told = 0, told_squares = 0;          ///< weights of told ends, and their squares
};

/// Sums over the tasks of one user.
struct TaskSums {
  double tasks = 0;
  SideSums policy, logged;
  std::array<double, kStrata> ends{}, told{};  ///< by stratum
};

/// Means over tasks and their differences. A mean is a ratio of sums over users; its error is
/// linear in what each user's sums are off by.
class EvaluatedMeans {
 public:
  /// @param by_user  at least two users, with tasks
  EvaluatedMeans(const std::vector<TaskSums>& by_user, const BeyondLimits& limits);
  /// Told ends, in what they are worth of the policy's own: (sum w)^2 / sum w^2.
  [[nodiscard]] double told() const { return told_[0]; }
  /// By at least kLeastTold; else silent ends may all be solved, or none.
  [[nodiscard]] bool success_told() const;
  /// Share of the policy's tasks that the log does not support to their end.
  [[nodiscard]] double beyond() const;
  /// service_cost, latency, attempts, success.
  [[nodiscard]] std::vector<EvaluatedQuantity> quantities() const;
  /// J = C + P (1 - S), the error of P included.
  [[nodiscard]] EvaluatedQuantity provider_cost(const Figure& penalty) const;

 private:
  static constexpr std::size_t kColumns = 3 * kRewards + 1;
  using Row = std::array<double, kColumns>;
  /// A mean as a sum of columns, and a variance besides.
  struct Form {
    Row factors{};
    double constant = 0, variance = 0;
  };
  /// What the log says at least and at most of a quantity; both the same where it tells it.
  struct Bounds {
    Form low, high;
    std::optional<Form> middle;
  };
  [[nodiscard]] static Row row_of(const TaskSums& sums);
  void correct_success(const std::vector<TaskSums>& by_user);
  [[nodiscard]] numeric::Interval interval(const Form& form) const;
  [[nodiscard]] double value(const Form& form) const;
  [[nodiscard]] Evaluated evaluated(const Bounds& bounds, double least, double most) const;
  [[nodiscard]] Bounds policy(Reward reward) const;
  [[nodiscard]] Bounds logged(Reward reward) const;
  [[nodiscard]] Bounds success(Bounds (EvaluatedMeans::*side)(Reward) const) const;
  [[nodiscard]] Evaluated cost_with(const Figure& penalty, const Bounds& cost,
                                    const Bounds& success, double whole) const;

  /// How far the middle of a success's interval is from its value, and what its variance lacks: few
  /// told ends that all agree do not show how many might not (Agresti and Coull 1998).
  struct Caution {
    double moves = 0, variance = 0;
  };
  [[nodiscard]] Caution caution(std::size_t column, double told) const;

  BeyondLimits limits_;
  std::array<double, 2> told_{};  // of the policy, of the log
  std::array<Caution, 2> cautions_;
  double tasks_ = 0;
  Row means_{};
  std::vector<Row> errors_;  // by user, of the means
};

}  // namespace turnout::estimation
