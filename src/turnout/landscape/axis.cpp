#include "turnout/landscape/axis.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

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
  return at == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - names.begin()));
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
  return game::Game::make({x[0], x[1]}, {x[2]}, {game::Model{x[3], x[4], x[5]}, game::Model{x[6], x[7], x[8]}});
}

Result<Axis> Axis::parse(const std::string& option, const std::string& text) {
  const auto wrong = [&](const std::string& what) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("{} {}, must be like P=0:20, c2=1:10:log, t2/t1=1:5 or c2/p2-c1/p1=-1:3 of {}",
                             base::in_quotes(text), what, fmt::join(symbols(), ", ")),
                 option};
  };
  const auto equals = text.find('=');
  if (equals == std::string::npos) return wrong("has no =");
  Axis axis;
  axis.name_ = text.substr(0, equals);
  const auto minus = axis.name_.find('-');
  const auto first = term_of(std::string_view(axis.name_).substr(0, minus));
  if (!first) return wrong("names no quantity of a game");
  axis.moved_ = first->above;
  axis.over_ = first->below;
  if (minus != std::string::npos) {
    const auto second = term_of(std::string_view(axis.name_).substr(minus + 1));
    if (!second) return wrong("names no quantity of a game");
    axis.less_ = second->above;
    axis.less_over_ = second->below;
  }
  if (axis.depends_on(axis.moved_)) return wrong("has its first parameter twice");
  std::string range = text.substr(equals + 1);
  axis.logarithmic_ = range.ends_with(":log");
  if (axis.logarithmic_) range.resize(range.size() - std::string_view(":log").size());
  const auto colon = range.find(':');
  if (colon == std::string::npos) return wrong("has no range LOW:HIGH");
  const auto low = base::parse_number(range.substr(0, colon));
  const auto high = base::parse_number(range.substr(colon + 1));
  if (!low || !high) return wrong("has a range that is no two numbers");
  axis.low_ = *low;
  axis.high_ = *high;
  if (!(axis.low_ < axis.high_)) return wrong("has a range that does not rise");
  if (axis.logarithmic_ && !(axis.low_ > 0)) return wrong("has a logarithmic range that does not start above 0");
  return axis;
}

double Axis::at(double share) const {
  if (logarithmic_) return low_ * std::pow(high_ / low_, share);
  return low_ + (high_ - low_) * share;
}

double Axis::share_of(double value) const {
  if (logarithmic_) return std::log(value / low_) / std::log(high_ / low_);
  return (value - low_) / (high_ - low_);
}

double Axis::value_in(const Numbers& numbers) const {
  double value = numbers.at(moved_);
  if (over_) value /= numbers.at(*over_);
  if (less_) value -= less_over_ ? numbers.at(*less_) / numbers.at(*less_over_) : numbers.at(*less_);
  return value;
}

bool Axis::move(Numbers& numbers, double value) const {
  if (less_) value += less_over_ ? numbers.at(*less_) / numbers.at(*less_over_) : numbers.at(*less_);
  if (over_) value *= numbers.at(*over_);
  static const std::vector<game::Parameter> all = game::parameters();
  if (!game::check(all[moved_].quantity, value)) return false;
  numbers.at(moved_) = value;
  return true;
}

bool Axis::depends_on(std::size_t parameter) const {
  return over_ == parameter || less_ == parameter || less_over_ == parameter;
}

Result<std::array<const Axis*, 2>> in_order(const Axis& x, const Axis& y) {
  const bool x_later = x.depends_on(y.moved());
  if (x.moved() == y.moved() || (x_later && y.depends_on(x.moved()))) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("{} and {} cannot be moved apart from each other", x.name(), y.name()), "--x and --y"};
  }
  return std::array<const Axis*, 2>{x_later ? &y : &x, x_later ? &x : &y};
}

}  // namespace turnout::landscape
