#include "turnout/game/parameters.h"

#include <fmt/format.h>

#include <algorithm>

namespace turnout::game {
namespace {

constexpr double kLargest = 1e100;
constexpr double kSmallest = 1e-100;

const char* allowed_in_words(Quantity quantity) {
  switch (quantity) {
    case Quantity::kSuccess:
      return "must be in (0, 1], at least 1e-100";
    case Quantity::kValueOfTime:
      return "must be > 0, from 1e-100 to 1e100";
    case Quantity::kCost:
      return "must be finite, from -1e100 to 1e100";
    case Quantity::kPatience:
    case Quantity::kFalseAccept:
      return "must be in [0, 1]";
    case Quantity::kFalseReject:
      return "must be in [0, 1), at most 0.999999";
    case Quantity::kValue:
    case Quantity::kChurnPenalty:
    case Quantity::kLatency:
    case Quantity::kPrice:
    case Quantity::kOutside:
    case Quantity::kHarm:
    case Quantity::kLateChurn:
      break;
  }
  return "must be >= 0 and at most 1e100";
}

bool in_range(Quantity quantity, double value) {
  const Range range = range_of(quantity);
  return value >= range.low && value <= range.high;  // false for NaN
}

const char* letter(Quantity quantity) {
  switch (quantity) {
    case Quantity::kValue:
      return "V";
    case Quantity::kValueOfTime:
      return "w";
    case Quantity::kChurnPenalty:
      return "P";
    case Quantity::kSuccess:
      return "p";
    case Quantity::kLatency:
      return "t";
    case Quantity::kCost:
      return "c";
    case Quantity::kPrice:
      return "r";
    case Quantity::kPatience:
      return "rho";
    case Quantity::kFalseAccept:
      return "fa";
    case Quantity::kFalseReject:
      return "fr";
    case Quantity::kOutside:
      return "v0";
    case Quantity::kHarm:
      return "H";
    case Quantity::kLateChurn:
      return "Pw";
  }
  return "?";
}

double& slot(Quantity quantity, User& user, Provider& provider) {
  switch (quantity) {
    case Quantity::kValueOfTime:
      return user.value_of_time;
    case Quantity::kChurnPenalty:
      return provider.churn_penalty;
    case Quantity::kOutside:
      return user.outside;
    case Quantity::kHarm:
      return user.harm;
    case Quantity::kLateChurn:
      if (!provider.late_churn) provider.late_churn = provider.churn_penalty;
      return *provider.late_churn;
    default:
      return user.value;
  }
}

double& slot(Quantity quantity, Model& model) {
  switch (quantity) {
    case Quantity::kSuccess:
      return model.success;
    case Quantity::kLatency:
      return model.latency;
    case Quantity::kPrice:
      return model.price;
    case Quantity::kPatience:
      return model.patience;
    case Quantity::kFalseAccept:
      return model.false_accept;
    case Quantity::kFalseReject:
      return model.false_reject;
    default:
      return model.cost;
  }
}

/// What check() asks, without its words: for the many games of a sweep.
bool valid(const User& user, const Provider& provider, std::span<const Model> models) {
  return in_range(Quantity::kValue, user.value) &&
         in_range(Quantity::kValueOfTime, user.value_of_time) &&
         in_range(Quantity::kOutside, user.outside) && in_range(Quantity::kHarm, user.harm) &&
         in_range(Quantity::kChurnPenalty, provider.churn_penalty) &&
         in_range(Quantity::kLateChurn, provider.late_churn.value_or(0)) &&
         std::all_of(models.begin(), models.end(), [](const Model& m) {
           return in_range(Quantity::kSuccess, m.success) &&
                  in_range(Quantity::kLatency, m.latency) && in_range(Quantity::kCost, m.cost) &&
                  in_range(Quantity::kPrice, m.price) &&
                  in_range(Quantity::kPatience, m.patience) &&
                  in_range(Quantity::kFalseAccept, m.false_accept) &&
                  in_range(Quantity::kFalseReject, m.false_reject);
         });
}

}  // namespace

double get(const Model& model, Quantity quantity) {
  Model copy = model;
  return slot(quantity, copy);
}

void set(Model& model, Quantity quantity, double value) { slot(quantity, model) = value; }

double get(const User& user, const Provider& provider, Quantity quantity) {
  User users = user;
  Provider providers = provider;
  return slot(quantity, users, providers);
}

void set(User& user, Provider& provider, Quantity quantity, double value) {
  slot(quantity, user, provider) = value;
}

bool belongs_to_a_model(Quantity quantity) {
  return std::find(kModelQuantities.begin(), kModelQuantities.end(), quantity) !=
         kModelQuantities.end();
}

std::string symbol(Parameter parameter) {
  std::string text = letter(parameter.quantity);
  if (belongs_to_a_model(parameter.quantity)) text += std::to_string(parameter.model + 1);
  return text;
}

std::string_view key_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::kValue:
      return "value";
    case Quantity::kValueOfTime:
      return "value_of_time";
    case Quantity::kChurnPenalty:
      return "churn_penalty";
    case Quantity::kSuccess:
      return "success";
    case Quantity::kLatency:
      return "latency";
    case Quantity::kCost:
      return "cost";
    case Quantity::kPrice:
      return "price";
    case Quantity::kPatience:
      return "patience";
    case Quantity::kFalseAccept:
      return "false_accept";
    case Quantity::kFalseReject:
      return "false_reject";
    case Quantity::kOutside:
      return "outside";
    case Quantity::kHarm:
      return "harm";
    case Quantity::kLateChurn:
      return "late_churn";
  }
  return "?";
}

Range range_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::kSuccess:
      return {kSmallest, 1};
    case Quantity::kValueOfTime:
      return {kSmallest, kLargest};
    case Quantity::kCost:
      return {-kLargest, kLargest};
    case Quantity::kPatience:
    case Quantity::kFalseAccept:
      return {0, 1};
    case Quantity::kFalseReject:
      return {0, 0.999999};
    case Quantity::kValue:
    case Quantity::kChurnPenalty:
    case Quantity::kLatency:
    case Quantity::kPrice:
    case Quantity::kOutside:
    case Quantity::kHarm:
    case Quantity::kLateChurn:
      break;
  }
  return {0, kLargest};
}

base::Status check(Quantity quantity, double value) {
  if (in_range(quantity, value)) return base::Done{};
  return base::Error{base::ErrorCode::kInvalidValue,
                     fmt::format("{} {}", value, allowed_in_words(quantity)), ""};
}

base::Status check(const User& user, const Provider& provider, std::span<const Model> models) {
  for (const Quantity quantity : kGameQuantities)
    TURNOUT_CHECK(check(quantity, get(user, provider, quantity)).within(symbol({quantity, 0})));
  for (std::size_t k = 0; k < models.size(); ++k) {
    for (const Quantity quantity : kModelQuantities)
      TURNOUT_CHECK(check(quantity, get(models[k], quantity)).within(symbol({quantity, k})));
  }
  return base::Done{};
}

base::Result<Game> Game::make(const User& user, const Provider& provider,
                              const std::array<Model, kModels>& models) {
  if (!valid(user, provider, models)) return check(user, provider, models).error();
  return Game(user, provider, models);
}

double Game::get(Parameter parameter) const {
  if (belongs_to_a_model(parameter.quantity))
    return turnout::game::get(models_[parameter.model], parameter.quantity);
  return turnout::game::get(user_, provider_, parameter.quantity);
}

base::Result<Game> Game::with(Parameter parameter, double value) const {
  Game copy = *this;
  (belongs_to_a_model(parameter.quantity) ? slot(parameter.quantity, copy.models_[parameter.model])
                                          : slot(parameter.quantity, copy.user_, copy.provider_)) =
      value;
  return make(copy.user_, copy.provider_, copy.models_);
}

std::vector<Parameter> parameters(std::size_t models) {
  std::vector<Parameter> all = {
      {Quantity::kValue, 0}, {Quantity::kValueOfTime, 0}, {Quantity::kChurnPenalty, 0}};
  for (std::size_t k = 0; k < models; ++k) {
    for (const auto quantity : {Quantity::kSuccess, Quantity::kLatency, Quantity::kCost})
      all.push_back({quantity, k});
  }
  return all;
}

std::vector<Parameter> all_parameters() {
  std::vector<Parameter> all = parameters();
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    for (const auto quantity :
         {Quantity::kPrice, Quantity::kPatience, Quantity::kFalseAccept, Quantity::kFalseReject})
      all.push_back({quantity, k});
  }
  for (const auto quantity : {Quantity::kOutside, Quantity::kHarm, Quantity::kLateChurn})
    all.push_back({quantity, 0});
  return all;
}

std::vector<Parameter> varied_parameters(const User& user, const Provider& provider,
                                         std::span<const Model> models) {
  std::vector<Parameter> all = parameters(models.size());
  bool errs = false;
  for (std::size_t k = 0; k < models.size(); ++k) {
    errs = errs || models[k].false_accept > 0;
    for (const auto quantity :
         {Quantity::kPrice, Quantity::kPatience, Quantity::kFalseAccept, Quantity::kFalseReject}) {
      if (get(models[k], quantity) != get(Model{}, quantity)) all.push_back({quantity, k});
    }
  }
  if (user.outside > 0) all.push_back({Quantity::kOutside, 0});
  if (errs) all.push_back({Quantity::kHarm, 0});
  if (errs && provider.late_churn) all.push_back({Quantity::kLateChurn, 0});
  return all;
}

std::vector<Parameter> varied_parameters(const Game& game) {
  const std::array models = {game.model(0), game.model(1)};
  return varied_parameters(game.user(), game.provider(), models);
}

bool Game::is_papers() const {
  return user_.outside == 0 && std::all_of(models_.begin(), models_.end(), [](const Model& m) {
           return m.price == 0 && m.patience == 1 && m.false_accept == 0 && m.false_reject == 0;
         });
}

std::vector<std::string> broken_assumptions(const Game& game) {
  std::vector<std::string> broken;
  const auto expect_less = [&](const char* left, double a, const char* right, double b) {
    if (!(a < b))
      broken.push_back(fmt::format("{0} < {1}, but {0} = {2}, {1} = {3}", left, right, a, b));
  };
  const Model& first = game.model(0);
  const Model& second = game.model(1);
  expect_less("t1", first.latency, "t2", second.latency);
  expect_less("c1", first.cost, "c2", second.cost);
  expect_less("p1", first.success, "p2", second.success);
  if (!(second.success < 1)) broken.emplace_back("p2 < 1, but p2 = 1");
  if (!(game.value() > 0)) broken.emplace_back("V > 0, but V = 0");
  return broken;
}

}  // namespace turnout::game
