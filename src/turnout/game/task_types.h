#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "turnout/base/result.h"

/// What a failed attempt tells about the task: tasks have a type that nobody sees. docs/theory.md,
/// section 12.
namespace turnout::game {

/// Rasch's model of difficulty, with feedback and with an effect of task and model together: logit
/// p_k(theta, phi_k, m) = skill_k - theta + phi_k + feedback (m - 1), theta ~ N(0, sigma^2), phi_k ~
/// N(0, tau^2), all independent. A failure then says more about the same model than about others.
/// sigma = tau = feedback = 0 are independent attempts.
struct Difficulty {
  double sigma = 0;     ///< spread of the tasks' difficulty, in logits, >= 0
  double feedback = 0;  ///< what each failed attempt adds to the next one's logit
  double tau = 0;       ///< spread of how well a task suits a model, in logits, >= 0

  /// Spread of a model's logits over the tasks: the root of sigma^2 + tau^2.
  [[nodiscard]] double spread() const { return std::hypot(sigma, tau); }
};

/// How users take a model's answers: the shares that they reject. Only rejected answers are followed
/// by another attempt, so that what is known of an open task is that its answers were rejected.
struct Rejections {
  double right = 0;  ///< fr, of right answers
  double wrong = 1;  ///< 1 - fa, of wrong ones

  friend bool operator==(const Rejections&, const Rejections&) = default;
};

class OwnFailureTable;

/// The success probabilities of every type of task, model and attempt. Immutable.
///
/// A type is a difficulty theta, not a vector (theta, phi_1, ..., phi_N): given theta, the models'
/// effects are independent, and so are their failures. What the attempts before tell about phi_k is
/// then told by those on model k alone, and for each theta they move the success of k to
///     E[p_k prod_j g_k(j)] / E[prod_j g_k(j)],   g_k the probability of a rejection,
/// the expectations over phi_k and the products over the attempts j that k made (docs/theory.md,
/// section 12). Sequences are thus evaluated by one recurrence over the types, open *= rejected,
/// whatever tau is.
class TaskTypes {
 public:
  /// One type for each entry of `weights`; success[type][model] on every attempt, in [0, 1].
  static TaskTypes empirical(const std::vector<std::vector<double>>& success,
                             std::vector<double> weights);
  /// Types of equal weight, such as the tasks of a table.
  static TaskTypes empirical(const std::vector<std::vector<double>>& success);
  /// Rasch types for models with the given first-try rates (in (0, 1]) and plans of at most `depth`
  /// attempts. Sums over the types, and over the effects of task and model behind them, have a
  /// relative error below 1e-10 for sigma, tau <= 3, 1e-9 after more than some ten failures
  /// (trapezoidal rule, which converges exponentially for functions that are analytic near the real
  /// line; ~70 types), and 1e-6 for sigma, tau <= 10.
  /// Cost with tau > 0: 5,000 numbers for each model and number of attempts that it may have made;
  /// with feedback too, for each set of attempts: models x 2^depth.
  /// @param depth       at most deepest(models, difficulty)
  /// @param rejections  by model; empty: users reject all wrong answers and no right one
  /// @param tables      for many games with tau > 0 and no feedback: where one fits a model, it is
  ///   read rather than summed over the effects, a tenth of the cost, with its error on top
  static TaskTypes rasch(std::span<const double> first_try, const Difficulty& difficulty,
                         std::size_t depth, std::span<const Rejections> rejections = {},
                         std::span<const OwnFailureTable> tables = {});
  /// Rows of some 70 numbers that the tables may have where every set of attempts counts for itself.
  static constexpr std::size_t kMostRows = std::size_t{1} << 16U;       ///< of one game: 40 MB
  static constexpr std::size_t kMostRowsOfMany = std::size_t{1} << 9U;  ///< of each of a thousand
  /// @returns the greatest depth for which rasch() makes its tables: 64, and with both tau and
  ///   feedback, where every set of attempts counts for itself, what fits into so many rows. Of one
  ///   game: 16 for one model, 14 for four, 10 for 64; of many: 9, 7 and 3.
  static std::size_t deepest(std::size_t models, const Difficulty& difficulty,
                             std::size_t rows = kMostRows);

  [[nodiscard]] std::size_t size() const { return weights_.size(); }
  [[nodiscard]] std::size_t models() const { return models_; }
  /// How many success rates are kept, of 8 bytes each.
  [[nodiscard]] std::size_t numbers() const { return success_.size(); }
  [[nodiscard]] std::span<const double> weights() const { return weights_; }
  /// Whether the order of the attempts before makes no difference to later ones.
  [[nodiscard]] bool failures_commute() const {
    return memory_ == Memory::kNone || memory_ == Memory::kOwnCount;
  }
  /// Whether a model's failures say more about itself than about the others (tau > 0).
  [[nodiscard]] bool own_failures_tell() const {
    return memory_ == Memory::kOwnCount || memory_ == Memory::kOwnAttempts;
  }
  /// Success probability by type, of model k after the attempts `before`, all of them in vain.
  /// @param before  the models that made them, fewer than `depth`. Cost: their number
  [[nodiscard]] std::span<const double> success(std::size_t k,
                                                std::span<const std::size_t> before) const {
    return row(row_after(before, k), k);
  }
  /// Two rows between which, type by type, every success of model k lies that success() may have
  /// for it after `made` attempts: after none of its own, and after its own only. (More failures of
  /// a model always make its success less likely. They may be wrong answers or right ones: where
  /// users reject right answers rather than wrong ones, the rows are the other way round.)
  struct Ends {
    std::span<const double> none, all;
  };
  [[nodiscard]] Ends success_ends(std::size_t k, std::size_t made) const;
  /// @returns the share that model k solves of the tasks that are open after the attempts `before`, all
  ///   of which failed (where types were made with rejections other than the usual ones: were
  ///   rejected); 0 if none is open. The probability that a retry succeeds. Cost: attempts x types
  [[nodiscard]] double success_after(std::span<const std::size_t> before, std::size_t k) const;

 private:
  /// What success depends on beside the type.
  enum class Memory {
    kNone,
    kAttempts,     ///< how many were made
    kOwnCount,     ///< how many the model made
    kOwnAttempts,  ///< which of them the model made
  };
  class Effects;
  /// Which of the attempts made the model made, a bit each.
  struct OwnAttempts {
    std::size_t model, made, set;
  };
  void fill(std::size_t k, double skill, const Difficulty& difficulty, std::size_t depth,
            const Rejections& rejected, std::span<const OwnFailureTable> tables);
  void fill_by_count(std::span<const double> success, std::size_t k);
  void fill_by_attempts(const Effects& effects, const std::vector<double>& belief,
                        const OwnAttempts& own, std::size_t depth);

  TaskTypes(std::vector<double> weights, std::size_t models, Memory memory, std::size_t depth);
  [[nodiscard]] std::size_t rows() const { return success_.size() / (models_ * size()); }
  [[nodiscard]] std::size_t row_after(std::span<const std::size_t> before, std::size_t k) const;
  [[nodiscard]] std::span<const double> row(std::size_t at, std::size_t k) const {
    return {success_.data() + (at * models_ + k) * size(), size()};
  }
  std::span<double> row(std::size_t at, std::size_t k) {
    return {success_.data() + (at * models_ + k) * size(), size()};
  }
  std::vector<double> weights_;  // sum to 1
  std::size_t models_;
  Memory memory_;
  std::vector<double> success_;  // [(row * models + k) * types + type]
};

/// @returns the skill with which a model solves the share `first_try` of tasks: E[1 / (1 +
///   exp(theta - skill))] = first_try. Infinite for 1. Error: 1e-12 in the share.
double skill_of(double first_try, double sigma);

/// @returns E[1 / (1 + exp(theta - skill))] for theta ~ N(0, sigma^2), with the accuracy of
///   TaskTypes::rasch().
double mean_success(double skill, double sigma);

}  // namespace turnout::game
