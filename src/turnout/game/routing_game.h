#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "turnout/game/pass_terms.h"

namespace turnout::game {

/// What a pass on one model costs more after a pass on another one (a lost prompt cache, a slower
/// start). Both matrices are N x N in row order [from][to] with a zero diagonal, or empty for no
/// cost at all.
struct Switching {
  std::vector<double> cost;     ///< d, to the provider, finite
  std::vector<double> latency;  ///< extra waiting time, >= 0
  [[nodiscard]] bool empty() const { return cost.empty() && latency.empty(); }
};

/// How patience wears off: for each model rho after attempts 1, 2, ..., the last entry for all
/// later ones. Empty: each model's `patience`, whatever the attempt.
using PatienceByAttempt = std::vector<std::vector<double>>;

/// The game with any number of models, per-call prices, switching costs and the choice not to
/// submit. One that exists is valid. `Game` is its special case for the paper's two models; that
/// one is smaller and faster.
class RoutingGame {
 public:
  static constexpr std::size_t kMostModels = 64;

  /// @param participates  whether the user may decide not to submit the task at all, which is worth
  ///   0 to him and costs the provider P
  /// @param patience  a list for each model, of 1 to kLongestPatience entries in [0, 1]; its last
  ///   entry takes the place of the model's number
  /// @returns kInvalidValue naming the first number out of range (p3, t1, r2, d13, ...), or no
  ///   model or too many.
  static base::Result<RoutingGame> make(const User& user, const Provider& provider,
                                        std::vector<Model> models, Switching switching = {},
                                        bool participates = false, PatienceByAttempt patience = {});
  static constexpr std::size_t kLongestPatience = 64;

  [[nodiscard]] const User& user() const { return user_; }
  [[nodiscard]] const Provider& provider() const { return provider_; }
  [[nodiscard]] double churn_penalty() const { return provider_.churn_penalty; }
  [[nodiscard]] bool participates() const { return participates_; }
  [[nodiscard]] std::size_t size() const { return models_.size(); }
  [[nodiscard]] const Model& model(std::size_t k) const { return models_[k]; }
  [[nodiscard]] const std::vector<Model>& models() const { return models_; }
  [[nodiscard]] const PassTerms& pass(std::size_t k) const { return terms_[k]; }
  [[nodiscard]] const Switching& switching() const { return switching_; }
  [[nodiscard]] bool has_switching() const { return !switching_.empty(); }
  [[nodiscard]] bool has_prices() const;
  /// Whether users take a wrong answer of some model for a right one, or the other way round.
  [[nodiscard]] bool has_errors_of_judgement() const;
  /// Whether users leave after failures for reasons of their own.
  [[nodiscard]] bool has_impatience() const;
  /// Whether patience is not the same after all attempts; the models' `patience` is that after the
  /// last attempt listed, and closed forms of one pass (pass(), PassTerms) do not apply.
  [[nodiscard]] bool has_patience_by_attempt() const { return !patience_.empty(); }
  [[nodiscard]] const PatienceByAttempt& patience_by_attempt() const { return patience_; }
  /// rho of model k after an attempt, counted from 0.
  [[nodiscard]] double patience(std::size_t k, std::size_t attempt) const {
    if (patience_.empty()) return models_[k].patience;
    return patience_[k][std::min(attempt, patience_[k].size() - 1)];
  }
  /// Whether the same attempts in any order leave as many users: patience does not depend on the
  /// attempt, or does so for all models alike.
  [[nodiscard]] bool patience_commutes() const;
  /// Whether users are the paper's: patient, with no errors of judgement and nothing elsewhere.
  [[nodiscard]] bool has_papers_users() const {
    return !has_impatience() && !has_errors_of_judgement() && user_.outside == 0;
  }
  /// Extra cost to the provider of a pass on `to` after one on `from`.
  [[nodiscard]] double switch_cost(std::size_t from, std::size_t to) const {
    return switching_.cost.empty() ? 0 : switching_.cost[from * size() + to];
  }
  /// Extra waiting of a pass on `to` after one on `from`, in units of V: w times the latency.
  [[nodiscard]] double switch_wait(std::size_t from, std::size_t to) const {
    return switching_.latency.empty()
               ? 0
               : user_.value_of_time * switching_.latency[from * size() + to];
  }
  [[nodiscard]] double switch_latency(std::size_t from, std::size_t to) const {
    return switching_.latency.empty() ? 0 : switching_.latency[from * size() + to];
  }

  [[nodiscard]] double get(Parameter parameter) const;
  /// @returns this game with one number replaced, or why that is no game. One for patience is that
  ///   after all attempts.
  [[nodiscard]] base::Result<RoutingGame> with(Parameter parameter, double value) const;

  /// @returns the two-model game of models i and j, in that order. Switching and participation are
  ///   not in it.
  [[nodiscard]] Game pair(std::size_t i, std::size_t j) const;

 private:
  RoutingGame(const User& user, const Provider& provider, std::vector<Model> models,
              Switching switching, bool participates, PatienceByAttempt patience);
  User user_;
  Provider provider_;
  std::vector<Model> models_;
  Switching switching_;
  bool participates_;
  PatienceByAttempt patience_;
  std::vector<PassTerms> terms_;
};

}  // namespace turnout::game
