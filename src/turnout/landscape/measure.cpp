#include "turnout/landscape/measure.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "turnout/base/number_text.h"

namespace turnout::landscape {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

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
  const Numbers& x = numbers;
  return game::Game::make({x[0], x[1]}, {x[2]},
                          {game::Model{x[3], x[4], x[5]}, game::Model{x[6], x[7], x[8]}});
}

Result<Measure> Measure::parse(std::string_view name) {
  const auto wrong = [&](const char* what) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("{} {}, must be like P, t2/t1 or c2/p2-c1/p1 of {}",
                             base::in_quotes(name), what, fmt::join(symbols(), ", ")),
                 ""};
  };
  Measure measure;
  measure.name_ = name;
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
  double value = numbers.at(moved_);
  if (over_) value /= numbers.at(*over_);
  if (less_)
    value -= less_over_ ? numbers.at(*less_) / numbers.at(*less_over_) : numbers.at(*less_);
  return value;
}

bool Measure::move(Numbers& numbers, double value) const {
  if (less_)
    value += less_over_ ? numbers.at(*less_) / numbers.at(*less_over_) : numbers.at(*less_);
  if (over_) value *= numbers.at(*over_);
  static const std::vector<game::Parameter> all = game::parameters();
  if (!game::check(all[moved_].quantity, value)) return false;
  numbers.at(moved_) = value;
  return true;
}

bool Measure::depends_on(std::size_t parameter) const {
  return over_ == parameter || less_ == parameter || less_over_ == parameter;
}

}  // namespace turnout::landscape
