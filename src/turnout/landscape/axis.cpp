#include "turnout/landscape/axis.h"

#include <fmt/format.h>

#include <cmath>

#include "turnout/base/number_text.h"

namespace turnout::landscape {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

}  // namespace

Result<Axis> Axis::parse(const std::string& option, const std::string& text, std::size_t models) {
  const auto wrong = [&](const char* what) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("{} {}, must be like P=0:20, c2=1:10:log, t2/t1=1:5, "
                             "c2/p2-c1/p1=-1:3, rho=0.8:1, xi1=-2:2, s=0:1 or q=0:1",
                             base::in_quotes(text), what),
                 option};
  };
  const auto equals = text.find('=');
  if (equals == std::string::npos) return wrong("has no =");
  Axis axis;
  axis.name_ = text.substr(0, equals);
  if (axis.name_ == "s" || axis.name_ == "q") {
    axis.moves_ = axis.name_ == "s" ? Moves::kCascade : Moves::kAbandon;
  } else {
    TURNOUT_TRY(axis.measure_, Measure::parse(axis.name_, models).within(option));
    axis.name_ = axis.measure_->name();
  }
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
  if (axis.logarithmic_ && !(axis.low_ > 0))
    return wrong("has a logarithmic range that does not start above 0");
  if (!axis.moves_game() && !(axis.low_ >= 0 && axis.high_ <= 1))
    return wrong("has a range of a probability that leaves 0 to 1");
  return axis;
}

std::vector<std::string> Axis::names() {
  std::vector<std::string> all;
  for (const auto parameter : game::all_parameters()) all.push_back(symbol(parameter));
  for (const char* name : {"rho", "xi1", "xi2", "s", "q"}) all.emplace_back(name);
  return all;
}

Axis Axis::moved_by(const Measure& measure) const {
  Axis other = *this;
  other.measure_ = measure;
  return other;
}

double Axis::at(double share) const {
  if (logarithmic_) return low_ * std::pow(high_ / low_, share);
  return low_ + (high_ - low_) * share;
}

double Axis::share_of(double value) const {
  if (logarithmic_) return std::log(value / low_) / std::log(high_ / low_);
  return (value - low_) / (high_ - low_);
}

Result<AxisPair> AxisPair::make(const Axis& x, const Axis& y) {
  const Error refused{
      ErrorCode::kInvalidValue,
      fmt::format("{} and {} cannot be moved apart from each other", x.name(), y.name()),
      "--x and --y"};
  if (!x.moves_game() || !y.moves_game()) {
    if (x.moves() == y.moves()) return refused;
    return AxisPair(x, y, true);
  }
  Axis first = x;
  Axis second = y;
  if (x.measure().moves_some_of(y.measure())) {
    if (const auto y_by_value = y.measure().moved_by_value()) {
      second = y.moved_by(*y_by_value);
    } else if (const auto x_by_value = x.measure().moved_by_value()) {
      first = x.moved_by(*x_by_value);
    }
  }
  const Measure& a = first.measure();
  const Measure& b = second.measure();
  const bool x_later = a.depends_on(b);
  if (a.moves_some_of(b) || (x_later && b.depends_on(a))) return refused;
  return AxisPair(first, second, !x_later);
}

bool AxisPair::move(std::span<double> numbers, double x_value, double y_value) const {
  const auto along = [&](const Axis& axis, double value) {
    return !axis.moves_game() || axis.measure().move(numbers, value);
  };
  if (x_first_) return along(x_, x_value) && along(y_, y_value);
  return along(y_, y_value) && along(x_, x_value);
}

}  // namespace turnout::landscape
