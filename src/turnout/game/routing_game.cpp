#include "turnout/game/routing_game.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace turnout::game {
namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

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

Status check_patience(const PatienceByAttempt& patience, std::size_t models) {
  if (patience.empty()) return base::Done{};
  if (patience.size() != models) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("has {} lists, must have {}", patience.size(), models), "rho"};
  }
  for (std::size_t k = 0; k < models; ++k) {
    const std::string name = fmt::format("rho{}", k + 1);
    if (patience[k].empty() || patience[k].size() > RoutingGame::kLongestPatience) {
      return Error{ErrorCode::kInvalidValue,
                   fmt::format("has {} entries, must have 1 to {}", patience[k].size(),
                               RoutingGame::kLongestPatience),
                   name};
    }
    for (const double rho : patience[k])
      TURNOUT_CHECK(check(Quantity::kPatience, rho).within(name));
  }
  return base::Done{};
}

}  // namespace

RoutingGame::RoutingGame(const User& user, const Provider& provider, std::vector<Model> models,
                         Switching switching, bool participates, PatienceByAttempt patience)
    : user_(user),
      provider_(provider),
      models_(std::move(models)),
      switching_(std::move(switching)),
      participates_(participates),
      patience_(std::move(patience)) {
  for (std::size_t k = 0; k < patience_.size(); ++k) models_[k].patience = patience_[k].back();
  for (const Model& model : models_) terms_.push_back(pass_terms(user_, provider_, model));
}

base::Result<RoutingGame> RoutingGame::make(const User& user, const Provider& provider,
                                            std::vector<Model> models, Switching switching,
                                            bool participates, PatienceByAttempt patience) {
  if (models.empty() || models.size() > kMostModels) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("has {} models, must have 1 to {}", models.size(), kMostModels), ""};
  }
  TURNOUT_CHECK(check(user, provider, models));
  TURNOUT_CHECK(check_matrix(switching.cost, models.size(), Quantity::kCost, "d"));
  TURNOUT_CHECK(check_matrix(switching.latency, models.size(), Quantity::kLatency, "l"));
  TURNOUT_CHECK(check_patience(patience, models.size()));
  return RoutingGame(user, provider, std::move(models), std::move(switching), participates,
                     std::move(patience));
}

bool RoutingGame::has_prices() const {
  return std::any_of(models_.begin(), models_.end(),
                     [](const Model& model) { return model.price != 0; });
}

bool RoutingGame::has_errors_of_judgement() const {
  return std::any_of(models_.begin(), models_.end(), [](const Model& model) {
    return model.false_accept != 0 || model.false_reject != 0;
  });
}

bool RoutingGame::patience_commutes() const {
  return std::all_of(patience_.begin(), patience_.end(),
                     [&](const auto& list) { return list == patience_.front(); });
}

bool RoutingGame::has_impatience() const {
  for (const auto& list : patience_) {
    if (std::any_of(list.begin(), list.end(), [](double rho) { return rho != 1; })) return true;
  }
  return std::any_of(models_.begin(), models_.end(),
                     [](const Model& model) { return model.patience != 1; });
}

double RoutingGame::get(Parameter parameter) const {
  if (belongs_to_a_model(parameter.quantity))
    return game::get(models_[parameter.model], parameter.quantity);
  return game::get(user_, provider_, parameter.quantity);
}

base::Result<RoutingGame> RoutingGame::with(Parameter parameter, double value) const {
  std::vector<Model> models = models_;
  User user = user_;
  Provider provider = provider_;
  PatienceByAttempt patience = patience_;
  if (belongs_to_a_model(parameter.quantity)) {
    game::set(models[parameter.model], parameter.quantity, value);
    if (parameter.quantity == Quantity::kPatience && !patience.empty())
      patience[parameter.model] = {value};
  } else {
    game::set(user, provider, parameter.quantity, value);
  }
  return make(user, provider, std::move(models), switching_, participates_, std::move(patience));
}

Game RoutingGame::pair(std::size_t i, std::size_t j) const {
  return Game::make(user_, provider_, {models_[i], models_[j]}).value();  // all are in range
}

}  // namespace turnout::game
