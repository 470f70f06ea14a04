#include "turnout/landscape/measure.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "turnout/base/number_text.h"
#include "turnout/game/payoffs.h"

namespace turnout::landscape {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// Places in Numbers.
constexpr std::size_t kValue = 0;
constexpr std::size_t kValueOfTime = 1;
constexpr std::size_t success_of(std::size_t model) { return 3 + 3 * model; }
constexpr std::size_t latency_of(std::size_t model) { return 4 + 3 * model; }
constexpr std::size_t cost_of(std::size_t model) { return 5 + 3 * model; }

std::vector<std::string> symbols() {
  std::vector<std::string> names;
  for (const auto parameter : game::parameters()) names.push_back(symbol(parameter));
  return names;
}

std::optional<std::size_t> place_of(std::string_view name) {
  const auto names = symbols();
  const auto at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? std::nullopt
                           : std::optional(static_cast<std::size_t>(at - names.begin()));
}

/// "A" or "A/B".
struct Term {
  std::size_t above = 0;
  std::optional<std::size_t> below;
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

}  // namespace

Numbers numbers_of(const game::Game& game) {
  Numbers numbers{};
  const auto all = game::parameters();
  for (std::size_t i = 0; i < kNumbers; ++i) numbers.at(i) = game.get(all[i]);
  return numbers;
}

Result<game::Game> game_from(const Numbers& numbers) {
  static const game::Game of_paper = game::Game::make({}, {}, {}).value();
  return game_like(of_paper, numbers);
}

Result<game::Game> game_like(const game::Game& game, const Numbers& numbers) {
  const Numbers& x = numbers;
  game::User user = game.user();
  user.value = x[0];
  user.value_of_time = x[1];
  game::Provider provider = game.provider();
  provider.churn_penalty = x[2];
  std::array<game::Model, game::Game::kModels> models = {game.model(0), game.model(1)};
  for (std::size_t k = 0; k < models.size(); ++k) {
    models.at(k).success = x.at(success_of(k));
    models.at(k).latency = x.at(latency_of(k));
    models.at(k).cost = x.at(cost_of(k));
  }
  return game::Game::make(user, provider, models);
}

Result<Measure> Measure::parse(std::string_view name) {
  const auto wrong = [&](const char* what) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("{} {}, must be like P, t2/t1, c2/p2-c1/p1 or xi1 of {}",
                             base::in_quotes(name), what, fmt::join(symbols(), ", ")),
                 ""};
  };
  Measure measure;
  measure.name_ = name;
  if (name == "xi1" || name == "xi2") {
    measure.net_of_ = name == "xi1" ? 0 : 1;
    measure.moved_ = latency_of(*measure.net_of_);
    return measure;
  }
  const auto minus = name.find('-');
  const auto first = term_of(name.substr(0, minus));
  if (!first) return wrong("names no quantity of a game");
  measure.moved_ = first->above;
  measure.over_ = first->below;
  if (minus != std::string_view::npos) {
    const auto second = term_of(name.substr(minus + 1));
    if (!second) return wrong("names no quantity of a game");
    measure.less_ = second->above;
    measure.less_over_ = second->below;
  }
  if (measure.depends_on(measure.moved_)) return wrong("has its first parameter twice");
  return measure;
}

double Measure::value_in(const Numbers& numbers) const {
  if (net_of_) {
    return game::net_value(numbers[kValue], numbers.at(success_of(*net_of_)), numbers[kValueOfTime],
                           numbers.at(latency_of(*net_of_)));
  }
  double value = numbers.at(moved_);
  if (over_) value /= numbers.at(*over_);
  if (less_)
    value -= less_over_ ? numbers.at(*less_) / numbers.at(*less_over_) : numbers.at(*less_);
  return value;
}

bool Measure::move(Numbers& numbers, double value) const {
  if (net_of_) {
    const double success = numbers.at(success_of(*net_of_));
    value = moved_ == kValue
                ? (value + numbers[kValueOfTime] * numbers.at(latency_of(*net_of_))) / success
                : (numbers[kValue] * success - value) / numbers[kValueOfTime];
  }
  if (less_)
    value += less_over_ ? numbers.at(*less_) / numbers.at(*less_over_) : numbers.at(*less_);
  if (over_) value *= numbers.at(*over_);
  static const std::vector<game::Parameter> all = game::parameters();
  if (!game::check(all[moved_].quantity, value)) return false;
  numbers.at(moved_) = value;
  return true;
}

bool Measure::depends_on(std::size_t parameter) const {
  if (net_of_) {
    return parameter != moved_ &&
           (parameter == kValue || parameter == kValueOfTime || parameter == success_of(*net_of_) ||
            parameter == latency_of(*net_of_));
  }
  return over_ == parameter || less_ == parameter || less_over_ == parameter;
}

std::optional<Measure> Measure::moved_by_value() const {
  if (!net_of_) return std::nullopt;
  Measure other = *this;
  other.moved_ = kValue;
  return other;
}

}  // namespace turnout::landscape
