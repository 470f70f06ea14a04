#include "turnout/landscape/measure.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "turnout/base/number_text.h"
#include "turnout/game/pass_terms.h"

namespace turnout::landscape {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// Places in Numbers.
constexpr std::size_t kValue = 0;
constexpr std::size_t kValueOfTime = 1;
constexpr std::size_t kChurnPenalty = 2;
/// Place of a quantity of a model, by its place in game::kModelQuantities.
constexpr std::size_t place_in(std::size_t model, std::size_t quantity) {
  constexpr std::size_t kPapers = 3;  // success, latency and cost come first
  if (model >= game::Game::kModels)
    return kNumbers + 1 + game::kModelQuantities.size() * (model - game::Game::kModels) + quantity;
  return quantity < kPapers ? kPapers + kPapers * model + quantity
                            : kPaperNumbers + 4 * model + (quantity - kPapers);
}
constexpr std::size_t success_of(std::size_t model) { return place_in(model, 0); }
constexpr std::size_t latency_of(std::size_t model) { return place_in(model, 1); }
constexpr std::size_t cost_of(std::size_t model) { return place_in(model, 2); }
constexpr std::size_t price_of(std::size_t model) { return place_in(model, 3); }
constexpr std::size_t patience_of(std::size_t model) { return place_in(model, 4); }
constexpr std::size_t false_accept_of(std::size_t model) { return place_in(model, 5); }
constexpr std::size_t false_reject_of(std::size_t model) { return place_in(model, 6); }
constexpr std::size_t kHarm = 18;
constexpr std::size_t kNaive = kNumbers;

/// A number that a game has: what scenarios and messages call it, where it is, and what it may be.
struct Number {
  std::string symbol;
  std::string key;
  std::size_t place = 0;
  game::Quantity quantity = game::Quantity::kValue;
};

/// The numbers of a game of so many models: those of two in their order, then those of the others.
std::vector<Number> numbers_with(std::size_t models) {
  std::vector<Number> all;
  const auto add = [&](game::Parameter parameter, std::size_t place) {
    std::string key(key_of(parameter.quantity));
    if (belongs_to_a_model(parameter.quantity)) key += std::to_string(parameter.model + 1);
    all.push_back({symbol(parameter), std::move(key), place, parameter.quantity});
  };
  const auto of_two = game::all_parameters();
  for (std::size_t place = 0; place < of_two.size(); ++place) {
    const bool is_there =
        !belongs_to_a_model(of_two[place].quantity) || of_two[place].model < models;
    if (is_there) add(of_two[place], place);
  }
  for (std::size_t k = game::Game::kModels; k < models; ++k) {
    for (std::size_t i = 0; i < game::kModelQuantities.size(); ++i)
      add({game::kModelQuantities.at(i), k}, place_in(k, i));
  }
  return all;
}

const Number* number_called(std::string_view name, const std::vector<Number>& all) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const Number& number) {
    return name == number.symbol || name == number.key;
  });
  return at == all.end() ? nullptr : &*at;
}

/// "A" or "A/B".
struct Term {
  const Number* above = nullptr;
  const Number* below = nullptr;
  [[nodiscard]] std::string name() const {
    return below == nullptr ? above->symbol : fmt::format("{}/{}", above->symbol, below->symbol);
  }
};

std::optional<Term> term_of(std::string_view text, const std::vector<Number>& all) {
  const auto slash = text.find('/');
  Term term{number_called(text.substr(0, slash), all), nullptr};
  if (slash != std::string_view::npos) term.below = number_called(text.substr(slash + 1), all);
  const bool found =
      term.above != nullptr && (term.below != nullptr || slash == std::string_view::npos);
  return found ? std::optional(term) : std::nullopt;
}

/// @returns k, from 0, of "xi1", "xi2", ...; nothing for another name.
std::optional<std::size_t> net_value_called(std::string_view name, std::size_t models) {
  for (std::size_t k = 0; k < models; ++k) {
    if (name == fmt::format("xi{}", k + 1)) return k;
  }
  return std::nullopt;
}

/// A number as it counts: late churn that is not given is P.
double number_in(std::span<const double> numbers, std::size_t place) {
  const bool is_penalty = place == kLateChurn && numbers[kLateChurn] == kNotGiven;
  return numbers[is_penalty ? kChurnPenalty : place];
}

game::User user_in(std::span<const double> numbers) {
  return {numbers[kValue], numbers[kValueOfTime], numbers[kOutside], numbers[kHarm],
          numbers[kNaive] != 0};
}

game::Provider provider_in(std::span<const double> numbers) {
  game::Provider provider{numbers[kChurnPenalty]};
  if (numbers[kLateChurn] != kNotGiven) provider.late_churn = numbers[kLateChurn];
  return provider;
}

game::Model model_in(std::span<const double> numbers, std::size_t k) {
  return {numbers[success_of(k)],     numbers[latency_of(k)],  numbers[cost_of(k)],
          numbers[price_of(k)],       numbers[patience_of(k)], numbers[false_accept_of(k)],
          numbers[false_reject_of(k)]};
}

/// xi_k.
double net_value_in(std::span<const double> numbers, std::size_t k) {
  return pass_terms(user_in(numbers), provider_in(numbers), model_in(numbers, k)).net_value;
}

/// @returns the t_k, or V if that is moved, at which xi_k has a value: xi falls by w with t, and
///   rises with V by the share of passes that he counts as solved.
double where_net_value_is(double value, std::span<const double> numbers, std::size_t k,
                          std::size_t moved) {
  game::User user = user_in(numbers);
  game::Model model = model_in(numbers, k);
  if (moved != kValue) {
    model.latency = 0;
    return (pass_terms(user, provider_in(numbers), model).net_value - value) / user.value_of_time;
  }
  user.value = user.outside;
  const double share =
      user.naive ? accepted_share(model) : model.success * (1 - model.false_reject);
  return user.outside + (value - pass_terms(user, provider_in(numbers), model).net_value) / share;
}

}  // namespace

Numbers numbers_of(const game::Game& game) {
  Numbers numbers{};
  const auto all = game::all_parameters();
  for (std::size_t i = 0; i < kNumbers; ++i) numbers.at(i) = game.get(all[i]);
  if (!game.provider().late_churn) numbers[kLateChurn] = kNotGiven;
  numbers[kNaive] = game.user().naive ? 1 : 0;
  return numbers;
}

std::vector<double> numbers_of(const game::RoutingGame& game) {
  const std::size_t most = std::max(game.size(), game::Game::kModels);
  std::vector<double> numbers(place_in(most, 0));
  for (const Number& number : numbers_with(0))
    numbers[number.place] = get(game.user(), game.provider(), number.quantity);
  if (!game.provider().late_churn) numbers[kLateChurn] = kNotGiven;
  numbers[kNaive] = game.user().naive ? 1 : 0;
  for (std::size_t k = 0; k < game.size(); ++k) {
    for (std::size_t i = 0; i < game::kModelQuantities.size(); ++i)
      numbers[place_in(k, i)] = get(game.model(k), game::kModelQuantities.at(i));
  }
  return numbers;
}

Result<game::Game> game_from(const Numbers& numbers) {
  return game::Game::make(user_in(numbers), provider_in(numbers),
                          {model_in(numbers, 0), model_in(numbers, 1)});
}

Result<game::RoutingGame> game_from(std::span<const double> numbers,
                                    const game::RoutingGame& like) {
  std::vector<game::Model> models;
  for (std::size_t k = 0; k < like.size(); ++k) models.push_back(model_in(numbers, k));
  return game::RoutingGame::make(user_in(numbers), provider_in(numbers), std::move(models), {},
                                 like.participates());
}

game::GameColumns columns_of(std::size_t size, const std::array<const double*, kNumbers>& columns,
                             const game::Game* like) {
  const auto of_models = [&](auto place) {
    return std::array{columns.at(place(0)), columns.at(place(1))};
  };
  game::GameColumns games;
  games.size = size;
  games.value = columns[kValue];
  games.value_of_time = columns[kValueOfTime];
  games.churn_penalty = columns[kChurnPenalty];
  games.success = of_models(success_of);
  games.latency = of_models(latency_of);
  games.cost = of_models(cost_of);
  games.like = like;
  games.price = of_models(price_of);
  games.patience = of_models(patience_of);
  games.false_accept = of_models(false_accept_of);
  games.false_reject = of_models(false_reject_of);
  games.outside = columns[kOutside];
  games.harm = columns[kHarm];
  games.late_churn = columns[kLateChurn];
  return games;
}

Result<Measure> Measure::parse(std::string_view name, std::size_t models) {
  const std::vector<Number> all = numbers_with(models);
  const auto wrong = [&](const std::string& what) {
    std::vector<std::string> symbols;
    for (const Number& number : all) symbols.push_back(number.symbol);
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("{} {}, must be like P, t2/t1, c2/p2-c1/p1, xi1 or rho of {}",
                             base::in_quotes(name), what, fmt::join(symbols, ", ")),
                 ""};
  };
  Measure measure;
  measure.name_ = name;
  if (name == "rho" || name == key_of(game::Quantity::kPatience)) {
    measure.name_ = "rho";
    measure.let_move(patience_of(0));
    for (std::size_t k = 1; k < models; ++k) measure.moved_.push_back(patience_of(k));
    return measure;
  }
  if (const auto k = net_value_called(name, models)) {
    measure.net_of_ = k;
    measure.let_move(latency_of(*k));
    return measure;
  }
  const auto minus = name.find('-');
  const auto first = term_of(name.substr(0, minus), all);
  if (!first) return wrong("names no quantity of a game");
  measure.let_move(first->above->place);
  if (first->below != nullptr) measure.over_ = first->below->place;
  measure.name_ = first->name();
  if (minus != std::string_view::npos) {
    const auto second = term_of(name.substr(minus + 1), all);
    if (!second) return wrong("names no quantity of a game");
    measure.less_ = second->above->place;
    if (second->below != nullptr) measure.less_over_ = second->below->place;
    measure.name_.append("-").append(second->name());
  }
  const auto names_late_churn = {measure.over_, measure.less_, measure.less_over_};
  if (!measure.depends_on(measure)) return measure;
  return wrong(measure.moves(kChurnPenalty) &&
                       std::count(names_late_churn.begin(), names_late_churn.end(), kLateChurn) > 0
                   ? "moves P, which Pw is unless it is given"
                   : "has its first parameter twice");
}

void Measure::let_move(std::size_t parameter) {
  moved_ = {parameter};
  const auto all = numbers_with(game::RoutingGame::kMostModels);
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const Number& number) { return number.place == parameter; });
  allowed_ = range_of(at->quantity);
}

double Measure::value_in(std::span<const double> numbers) const {
  if (net_of_) return net_value_in(numbers, *net_of_);
  double value = number_in(numbers, moved_.front());
  for (const std::size_t place : moved_) {
    if (number_in(numbers, place) != value) return std::nan("");
  }
  if (over_) value /= number_in(numbers, *over_);
  return less_ ? value - lessened_by(numbers) : value;
}

bool Measure::move(std::span<double> numbers, double value) const {
  if (net_of_) value = where_net_value_is(value, numbers, *net_of_, moved_.front());
  if (less_) value += lessened_by(numbers);
  if (over_) value *= number_in(numbers, *over_);
  if (!(value >= allowed_.low && value <= allowed_.high)) return false;
  for (const std::size_t place : moved_) numbers[place] = value;
  return true;
}

double Measure::lessened_by(std::span<const double> numbers) const {
  const double less = number_in(numbers, *less_);
  return less_over_ ? less / number_in(numbers, *less_over_) : less;
}

bool Measure::moves(std::size_t parameter) const {
  return std::find(moved_.begin(), moved_.end(), parameter) != moved_.end();
}

bool Measure::moves_some_of(const Measure& other) const {
  return std::any_of(moved_.begin(), moved_.end(),
                     [&](std::size_t parameter) { return other.moves(parameter); });
}

bool Measure::depends_on(const Measure& other) const {
  return std::any_of(other.moved_.begin(), other.moved_.end(),
                     [&](std::size_t parameter) { return depends_on(parameter); });
}

bool Measure::depends_on(std::size_t parameter) const {
  if (net_of_) {
    if (moves(parameter)) return false;
    const std::size_t k = *net_of_;
    const auto on = {kValue,      kValueOfTime,       success_of(k),      latency_of(k), kOutside,
                     price_of(k), false_accept_of(k), false_reject_of(k), kHarm};
    return std::find(on.begin(), on.end(), parameter) != on.end();
  }
  const auto on = [&](std::size_t number) {
    return over_ == number || less_ == number || less_over_ == number;
  };
  return on(parameter) || (parameter == kChurnPenalty && on(kLateChurn));
}

std::optional<Measure> Measure::moved_by_value() const {
  if (!net_of_) return std::nullopt;
  Measure other = *this;
  other.let_move(kValue);
  return other;
}

}  // namespace turnout::landscape
