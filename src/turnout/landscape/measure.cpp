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
constexpr std::size_t success_of(std::size_t model) { return 3 + 3 * model; }
constexpr std::size_t latency_of(std::size_t model) { return 4 + 3 * model; }
constexpr std::size_t cost_of(std::size_t model) { return 5 + 3 * model; }
constexpr std::size_t price_of(std::size_t model) { return kPaperNumbers + 4 * model; }
constexpr std::size_t patience_of(std::size_t model) { return price_of(model) + 1; }
constexpr std::size_t false_accept_of(std::size_t model) { return price_of(model) + 2; }
constexpr std::size_t false_reject_of(std::size_t model) { return price_of(model) + 3; }
constexpr std::size_t kHarm = 18;
constexpr std::size_t kNaive = kNumbers;

const std::vector<game::Parameter>& all_numbers() {
  static const std::vector<game::Parameter> all = game::all_parameters();
  return all;
}

const std::vector<std::string>& symbols() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    for (const auto parameter : all_numbers()) found.push_back(symbol(parameter));
    return found;
  }();
  return names;
}

/// What keys of scenarios call the numbers of a game, and of each model.
constexpr auto kWords =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"value", "V"},
                                                                  {"value_of_time", "w"},
                                                                  {"churn_penalty", "P"},
                                                                  {"outside", "v0"},
                                                                  {"harm", "H"},
                                                                  {"late_churn", "Pw"},
                                                                  {"patience", "rho"}});
constexpr auto kWordsOfModels =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"success", "p"},
                                                                  {"latency", "t"},
                                                                  {"cost", "c"},
                                                                  {"price", "r"},
                                                                  {"patience", "rho"},
                                                                  {"false_accept", "fa"},
                                                                  {"false_reject", "fr"}});

/// @returns the symbol of a number that is called by its key; any other name as it is.
std::string in_symbols(std::string_view name) {
  for (const auto& [word, letter] : kWords) {
    if (name == word) return std::string(letter);
  }
  for (const auto& [word, letter] : kWordsOfModels) {
    const bool ends = name.ends_with('1') || name.ends_with('2');
    if (ends && name.substr(0, name.size() - 1) == word)
      return fmt::format("{}{}", letter, name.back());
  }
  return std::string(name);
}

std::optional<std::size_t> place_of(std::string_view name) {
  const auto& names = symbols();
  const auto at = std::find(names.begin(), names.end(), in_symbols(name));
  return at == names.end() ? std::nullopt
                           : std::optional(static_cast<std::size_t>(at - names.begin()));
}

/// "A" or "A/B".
struct Term {
  std::size_t above = 0;
  std::optional<std::size_t> below;
  [[nodiscard]] std::string name() const {
    return below ? fmt::format("{}/{}", symbols()[above], symbols()[*below]) : symbols()[above];
  }
};

std::optional<Term> term_of(std::string_view text) {
  const auto slash = text.find('/');
  const auto above = place_of(text.substr(0, slash));
  if (!above) return std::nullopt;
  if (slash == std::string_view::npos) return Term{*above, {}};
  const auto below = place_of(text.substr(slash + 1));
  if (!below) return std::nullopt;
  return Term{*above, below};
}

/// A number as it counts: late churn that is not given is P.
double number_in(const Numbers& numbers, std::size_t place) {
  const bool is_penalty = place == kLateChurn && numbers[kLateChurn] == kNotGiven;
  return numbers.at(is_penalty ? kChurnPenalty : place);
}

game::User user_in(const Numbers& numbers) {
  return {numbers[kValue], numbers[kValueOfTime], numbers[kOutside], numbers[kHarm],
          numbers[kNaive] != 0};
}

game::Provider provider_in(const Numbers& numbers) {
  game::Provider provider{numbers[kChurnPenalty]};
  if (numbers[kLateChurn] != kNotGiven) provider.late_churn = numbers[kLateChurn];
  return provider;
}

game::Model model_in(const Numbers& numbers, std::size_t k) {
  return {numbers.at(success_of(k)),     numbers.at(latency_of(k)),  numbers.at(cost_of(k)),
          numbers.at(price_of(k)),       numbers.at(patience_of(k)), numbers.at(false_accept_of(k)),
          numbers.at(false_reject_of(k))};
}

/// xi_k.
double net_value_in(const Numbers& numbers, std::size_t k) {
  return pass_terms(user_in(numbers), provider_in(numbers), model_in(numbers, k)).net_value;
}

/// @returns the t_k, or V if that is moved, at which xi_k has a value: xi falls by w with t, and
///   rises with V by the share of passes that he counts as solved.
double where_net_value_is(double value, Numbers numbers, std::size_t k, std::size_t moved) {
  if (moved != kValue) {
    numbers.at(latency_of(k)) = 0;
    return (net_value_in(numbers, k) - value) / numbers[kValueOfTime];
  }
  numbers[kValue] = numbers[kOutside];
  const game::Model model = model_in(numbers, k);
  const double share =
      numbers[kNaive] != 0 ? accepted_share(model) : model.success * (1 - model.false_reject);
  return numbers[kOutside] + (value - net_value_in(numbers, k)) / share;
}

}  // namespace

Numbers numbers_of(const game::Game& game) {
  Numbers numbers{};
  for (std::size_t i = 0; i < kNumbers; ++i) numbers.at(i) = game.get(all_numbers()[i]);
  if (!game.provider().late_churn) numbers[kLateChurn] = kNotGiven;
  numbers[kNaive] = game.user().naive ? 1 : 0;
  return numbers;
}

Result<game::Game> game_from(const Numbers& numbers) {
  return game::Game::make(user_in(numbers), provider_in(numbers),
                          {model_in(numbers, 0), model_in(numbers, 1)});
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

Result<Measure> Measure::parse(std::string_view name) {
  const auto wrong = [&](const char* what) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("{} {}, must be like P, t2/t1, c2/p2-c1/p1, xi1 or rho of {}",
                             base::in_quotes(name), what, fmt::join(symbols(), ", ")),
                 ""};
  };
  Measure measure;
  measure.name_ = in_symbols(name);
  if (measure.name_ == "rho") {
    measure.let_move(patience_of(0));
    measure.also_moved_ = patience_of(1);
    return measure;
  }
  if (name == "xi1" || name == "xi2") {
    measure.net_of_ = name == "xi1" ? 0 : 1;
    measure.let_move(latency_of(*measure.net_of_));
    return measure;
  }
  const auto minus = name.find('-');
  const auto first = term_of(name.substr(0, minus));
  if (!first) return wrong("names no quantity of a game");
  measure.let_move(first->above);
  measure.over_ = first->below;
  measure.name_ = first->name();
  if (minus != std::string_view::npos) {
    const auto second = term_of(name.substr(minus + 1));
    if (!second) return wrong("names no quantity of a game");
    measure.less_ = second->above;
    measure.less_over_ = second->below;
    measure.name_.append("-").append(second->name());
  }
  if (measure.depends_on(measure.moved_)) return wrong("has its first parameter twice");
  return measure;
}

void Measure::let_move(std::size_t parameter) {
  moved_ = parameter;
  allowed_ = range_of(all_numbers()[parameter].quantity);
}

double Measure::value_in(const Numbers& numbers) const {
  if (net_of_) return net_value_in(numbers, *net_of_);
  double value = number_in(numbers, moved_);
  if (also_moved_ && numbers.at(*also_moved_) != value) return std::nan("");
  if (over_) value /= number_in(numbers, *over_);
  return less_ ? value - lessened_by(numbers) : value;
}

bool Measure::move(Numbers& numbers, double value) const {
  if (net_of_) value = where_net_value_is(value, numbers, *net_of_, moved_);
  if (less_) value += lessened_by(numbers);
  if (over_) value *= number_in(numbers, *over_);
  if (!(value >= allowed_.low && value <= allowed_.high)) return false;
  numbers.at(moved_) = value;
  if (also_moved_) numbers.at(*also_moved_) = value;
  return true;
}

double Measure::lessened_by(const Numbers& numbers) const {
  const double less = number_in(numbers, *less_);
  return less_over_ ? less / number_in(numbers, *less_over_) : less;
}

bool Measure::depends_on(std::size_t parameter) const {
  if (net_of_) {
    if (parameter == moved_) return false;
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
