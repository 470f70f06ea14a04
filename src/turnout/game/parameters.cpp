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
    case Quantity::kValue:
    case Quantity::kChurnPenalty:
    case Quantity::kLatency:
    case Quantity::kPrice:
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
  }
  return "?";
}

bool belongs_to_a_model(Quantity quantity) {
  return quantity == Quantity::kSuccess || quantity == Quantity::kLatency ||
         quantity == Quantity::kCost || quantity == Quantity::kPrice;
}

double& slot(Parameter parameter, User& user, Provider& provider,
             std::array<Model, Game::kModels>& models) {
  switch (parameter.quantity) {
    case Quantity::kValue:
      return user.value;
    case Quantity::kValueOfTime:
      return user.value_of_time;
    case Quantity::kChurnPenalty:
      return provider.churn_penalty;
    case Quantity::kSuccess:
      return models[parameter.model].success;
    case Quantity::kLatency:
      return models[parameter.model].latency;
    case Quantity::kCost:
    case Quantity::kPrice:  // a two-model Game has no prices and nobody asks for one
      break;
  }
  return models[parameter.model].cost;
}

}  // namespace

std::string symbol(Parameter parameter) {
  std::string text = letter(parameter.quantity);
  if (belongs_to_a_model(parameter.quantity)) text += std::to_string(parameter.model + 1);
  return text;
}

Range range_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::kSuccess:
      return {kSmallest, 1};
    case Quantity::kValueOfTime:
      return {kSmallest, kLargest};
    case Quantity::kCost:
      return {-kLargest, kLargest};
    case Quantity::kValue:
    case Quantity::kChurnPenalty:
    case Quantity::kLatency:
    case Quantity::kPrice:
      break;
  }
  return {0, kLargest};
}

base::Status check(Quantity quantity, double value) {
  if (in_range(quantity, value)) return base::Done{};
  return base::Error{base::ErrorCode::kInvalidValue,
                     fmt::format("{} {}", value, allowed_in_words(quantity)), ""};
}

base::Result<Game> Game::make(const User& user, const Provider& provider,
                              const std::array<Model, kModels>& models) {
  const Game game(user, provider, models);
  const bool valid = in_range(Quantity::kValue, user.value) &&
                     in_range(Quantity::kValueOfTime, user.value_of_time) &&
                     in_range(Quantity::kChurnPenalty, provider.churn_penalty) &&
                     std::all_of(models.begin(), models.end(), [](const Model& m) {
                       return in_range(Quantity::kSuccess, m.success) &&
                              in_range(Quantity::kLatency, m.latency) &&
                              in_range(Quantity::kCost, m.cost);
                     });
  if (valid) return game;
  const auto all = parameters();
  const auto bad = std::find_if(all.begin(), all.end(),
                                [&](Parameter p) { return !in_range(p.quantity, game.get(p)); });
  return check(bad->quantity, game.get(*bad)).error().within(symbol(*bad));
}

double Game::get(Parameter parameter) const {
  Game copy = *this;
  return slot(parameter, copy.user_, copy.provider_, copy.models_);
}

base::Result<Game> Game::with(Parameter parameter, double value) const {
  Game copy = *this;
  slot(parameter, copy.user_, copy.provider_, copy.models_) = value;
  return make(copy.user_, copy.provider_, copy.models_);
}

std::vector<Parameter> parameters() {
  std::vector<Parameter> all = {
      {Quantity::kValue, 0}, {Quantity::kValueOfTime, 0}, {Quantity::kChurnPenalty, 0}};
  for (std::size_t k = 0; k < Game::kModels; ++k) {
    for (const auto quantity : {Quantity::kSuccess, Quantity::kLatency, Quantity::kCost})
      all.push_back({quantity, k});
  }
  return all;
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
