#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "turnout/game/parameters.h"

namespace turnout::game {

/// One model as a provider offers it: what a pass does, and what the user pays for it.
struct Offer {
  Model pass;
  double price = 0;  ///< r, what the user pays per pass, >= 0
};

/// What a pass on one model costs more after a pass on another one (a lost prompt cache, a slower
/// start). Both matrices are N x N in row order [from][to] with a zero diagonal, or empty for no
/// cost at all.
struct Switching {
  std::vector<double> cost;     ///< d, to the provider, finite
  std::vector<double> latency;  ///< extra waiting time, >= 0
  [[nodiscard]] bool empty() const { return cost.empty() && latency.empty(); }
};

/// What one pass on a model is worth, in the form in which all formulas need it. docs/theory.md,
/// section 11.
struct PassTerms {
  double success = 1;  ///< p
  double failure = 0;  ///< b = 1 - p
  double net_value =
      0;  ///< xi = V p - w t - r, exactly 0 if the terms agree to two units in the last place
  double net_cost = 0;  ///< c - r
  double latency = 0;   ///< t
};

/// The game with any number of models, per-call prices, switching costs and the choice not to
/// submit. One that exists is valid. `Game` is its special case for the paper's two models; that
/// one is smaller and faster.
class RoutingGame {
 public:
  static constexpr std::size_t kMostModels = 64;

  /// @param participates  whether the user may decide not to submit the task at all, which is worth
  ///   0 to him and costs the provider P
  /// @returns kInvalidValue naming the first number out of range (p3, t1, r2, d13, ...), or no
  ///   model or too many.
  static base::Result<RoutingGame> make(const User& user, const Provider& provider,
                                        std::vector<Offer> offers, Switching switching = {},
                                        bool participates = false);

  [[nodiscard]] const User& user() const { return user_; }
  [[nodiscard]] double churn_penalty() const { return provider_.churn_penalty; }
  [[nodiscard]] bool participates() const { return participates_; }
  [[nodiscard]] std::size_t size() const { return offers_.size(); }
  [[nodiscard]] const Offer& offer(std::size_t k) const { return offers_[k]; }
  [[nodiscard]] const PassTerms& pass(std::size_t k) const { return terms_[k]; }
  [[nodiscard]] const Switching& switching() const { return switching_; }
  [[nodiscard]] bool has_switching() const { return !switching_.empty(); }
  [[nodiscard]] bool has_prices() const;
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

  /// @returns the two-model game of offers i and j, in that order: a price r is folded into it as t
  ///   + r/w and c - r, which changes no payoff. Nothing where r/w leaves the range of a latency.
  ///   Switching and participation are not in it.
  [[nodiscard]] std::optional<Game> pair(std::size_t i, std::size_t j) const;

 private:
  RoutingGame(const User& user, const Provider& provider, std::vector<Offer> offers,
              Switching switching, bool participates);
  User user_;
  Provider provider_;
  std::vector<Offer> offers_;
  Switching switching_;
  bool participates_;
  std::vector<PassTerms> terms_;
};

}  // namespace turnout::game
