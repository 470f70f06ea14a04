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

Result<Axis> Axis::parse(const std::string& option, const std::string& text) {
  const auto wrong = [&](const char* what) {
    return Error{
        ErrorCode::kInvalidValue,
        fmt::format("{} {}, must be like P=0:20, c2=1:10:log, t2/t1=1:5 or c2/p2-c1/p1=-1:3",
                    base::in_quotes(text), what),
        option};
  };
  const auto equals = text.find('=');
  if (equals == std::string::npos) return wrong("has no =");
  TURNOUT_TRY(auto measure,
              Measure::parse(std::string_view(text).substr(0, equals)).within(option));
  Axis axis(std::move(measure));
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

Result<std::array<const Axis*, 2>> in_order(const Axis& x, const Axis& y) {
  const Measure& a = x.measure();
  const Measure& b = y.measure();
  const bool x_later = a.depends_on(b.moved());
  if (a.moved() == b.moved() || (x_later && b.depends_on(a.moved()))) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("{} and {} cannot be moved apart from each other", x.name(), y.name()),
                 "--x and --y"};
  }
  return std::array<const Axis*, 2>{x_later ? &y : &x, x_later ? &x : &y};
}

}  // namespace turnout::landscape
