#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/game/best_response.h"

/// What decides which model serves an attempt.
namespace turnout::policy {

/// A policy as an operator writes it. Which model serves an attempt depends on the models that
/// served the task before, and on chance.
///
///     mini                   always mini
///     mini,mini,large        mini twice, then large for good
///     cascade:mini,large,0.3 mini first; after each failure of mini large with probability 0.3, and large for good
///     (the
///                            paper's (i,s))
///     lottery:mini=0.7,large=0.3   a draw for every attempt
///     explore:0.1/mini,large       any of the above with probability 0.9, else each model with the same probability
///
/// Immutable. Names with a comma, colon, slash or equals sign cannot be written in it.
class RoutingPolicy {
 public:
  /// @param models  the names that may stand in `text`
  /// @returns kInvalidValue with what was read and what is allowed.
  static base::Result<RoutingPolicy> parse(const std::string& text,
                                           std::span<const std::string> models);

  /// @param history  the models of the attempts so far, as numbers of `models`
  /// @param weights  filled with the probability of each model for the next attempt; they sum to 1
  void next(std::span<const std::size_t> history, std::vector<double>& weights) const;

  /// Whether every attempt has one possible model.
  [[nodiscard]] bool is_deterministic() const;
  /// The model of an attempt (from 0) of a deterministic policy.
  [[nodiscard]] std::size_t model_of(std::size_t attempt) const;
  /// @returns the paper's (i, s) that this is, for two models: always one of them, or a cascade
  ///   from the first to the second; nothing for other policies.
  [[nodiscard]] std::optional<game::Policy> paper_policy() const;
  /// The text it was read from.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::size_t models() const { return models_; }

 private:
  enum class Form { kSequence, kCascade, kLottery };
  RoutingPolicy() = default;
  base::Status read(const std::string& text, std::span<const std::string> models);
  std::string text_;
  std::size_t models_ = 0;
  Form form_ = Form::kSequence;
  // kSequence: the last one repeats; kCascade: first and last model
  std::vector<std::size_t> sequence_;
  double switches_ = 0;  // kCascade: s
  std::vector<double> lottery_;
  double explore_ = 0;
};

}  // namespace turnout::policy
