#include "turnout/game/routing_game.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "turnout/game/payoffs.h"

namespace turnout::game {
namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

PassTerms terms_of(const User& user, const Offer& offer) {
  constexpr double kTie = 2 * std::numeric_limits<double>::epsilon();
  const auto& [success, latency, cost] = offer.pass;
  const double gross = net_value(user.value, success, user.value_of_time, latency);
  const double net = gross - offer.price;
  const double scale = std::max(user.value * success, user.value_of_time * latency + offer.price);
  return {success, 1 - success, std::abs(net) <= kTie * scale ? 0 : net, cost - offer.price,
          latency};
}

Status check_offers(const std::vector<Offer>& offers) {
  for (std::size_t k = 0; k < offers.size(); ++k) {
    const auto& [success, latency, cost] = offers[k].pass;
    const auto named = [&](const char* letter) { return letter + std::to_string(k + 1); };
    TURNOUT_CHECK(check(Quantity::kSuccess, success).within(named("p")));
    TURNOUT_CHECK(check(Quantity::kLatency, latency).within(named("t")));
    TURNOUT_CHECK(check(Quantity::kCost, cost).within(named("c")));
    TURNOUT_CHECK(check(Quantity::kPrice, offers[k].price).within(named("r")));
  }
  return base::Done{};
}

Status check_matrix(const std::vector<double>& matrix, std::size_t models, Quantity quantity,
                    const char* letter) {
  if (matrix.empty()) return base::Done{};
  if (matrix.size() != models * models) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("has {} entries, must have {}", matrix.size(), models * models),
                 letter};
  }
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    const std::string name = fmt::format("{}{}{}", letter, i / models + 1, i % models + 1);
    TURNOUT_CHECK(check(quantity, matrix[i]).within(name));
    if (i / models == i % models && matrix[i] != 0) {
      return Error{ErrorCode::kInvalidValue,
                   fmt::format("{} must be 0: staying on a model is no switch", matrix[i]), name};
    }
  }
  return base::Done{};
}

}  // namespace

RoutingGame::RoutingGame(const User& user, const Provider& provider, std::vector<Offer> offers,
                         Switching switching, bool participates)
    : user_(user),
      provider_(provider),
      offers_(std::move(offers)),
      switching_(std::move(switching)),
      participates_(participates) {
  for (const Offer& offer : offers_) terms_.push_back(terms_of(user_, offer));
}

base::Result<RoutingGame> RoutingGame::make(const User& user, const Provider& provider,
                                            std::vector<Offer> offers, Switching switching,
                                            bool participates) {
  TURNOUT_CHECK(check(Quantity::kValue, user.value).within("V"));
  TURNOUT_CHECK(check(Quantity::kValueOfTime, user.value_of_time).within("w"));
  TURNOUT_CHECK(check(Quantity::kChurnPenalty, provider.churn_penalty).within("P"));
  if (offers.empty() || offers.size() > kMostModels) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("has {} models, must have 1 to {}", offers.size(), kMostModels), ""};
  }
  TURNOUT_CHECK(check_offers(offers));
  TURNOUT_CHECK(check_matrix(switching.cost, offers.size(), Quantity::kCost, "d"));
  TURNOUT_CHECK(check_matrix(switching.latency, offers.size(), Quantity::kLatency, "l"));
  return RoutingGame(user, provider, std::move(offers), std::move(switching), participates);
}

bool RoutingGame::has_prices() const {
  return std::any_of(offers_.begin(), offers_.end(),
                     [](const Offer& offer) { return offer.price != 0; });
}

std::optional<Game> RoutingGame::pair(std::size_t i, std::size_t j) const {
  const auto folded = [this](std::size_t k) {
    const Offer& offer = offers_[k];
    return Model{offer.pass.success, offer.pass.latency + offer.price / user_.value_of_time,
                 offer.pass.cost - offer.price};
  };
  auto game = Game::make(user_, provider_, {folded(i), folded(j)});
  if (!game) return std::nullopt;
  return *game;
}

}  // namespace turnout::game
