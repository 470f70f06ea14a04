#include "turnout/analysis/deployable_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "turnout/policy/model_name.h"

namespace turnout::analysis {
namespace {

/// A number of kPrintedDigits significant digits: digits times a power of ten.
struct Decimal {
  long digits = 0;
  int exponent = 0;
  [[nodiscard]] double value() const {
    return std::strtod(fmt::format("{}e{}", digits, exponent).c_str(), nullptr);
  }
};

/// @returns the nearest to x > 0.
Decimal nearest(double x) {
  const std::string text = fmt::format("{:.{}e}", x, kPrintedDigits - 1);  // d.ddddde-xx
  const auto e = text.find('e');
  const std::string mantissa = text.substr(0, 1) + text.substr(2, kPrintedDigits - 1);
  return {std::strtol(mantissa.c_str(), nullptr, 10),
          std::atoi(text.c_str() + e + 1) - (kPrintedDigits - 1)};
}

/// @returns the least printed number above x > 0.
double next_above(double x) {
  Decimal rounded = nearest(x);
  if (rounded.value() <= x) ++rounded.digits;
  return rounded.value();
}

/// @returns the greatest printed number that is not above x > 0.
double next_below(double x) {
  Decimal rounded = nearest(x);
  if (rounded.value() > x) --rounded.digits;
  return rounded.value();
}

double printed_cascade(const game::Candidate& candidate, double margin) {
  const double s = candidate.policy.cascade;
  if (s <= 0 || s >= 1) return s;
  switch (candidate.route) {
    case game::Route::kCascadeStay:
      return std::min(1.0, next_above(s * (1 + margin)));
    case game::Route::kCascadePatience:
      return margin >= 1 ? 0 : next_below(s * (1 - margin));
    default:
      return nearest(s).value();
  }
}

}  // namespace

DeployablePolicy deployable_policy(const game::Game& game, const std::array<std::string, 2>& names,
                                   const game::Candidate& candidate,
                                   const RoundingOptions& options) {
  DeployablePolicy printed;
  printed.policy = {candidate.policy.start, printed_cascade(candidate, options.margin)};
  const auto response = game::best_response(game, printed.policy);
  printed.abandon = response.abandon;
  printed.on_a_tie = response.indifferent;
  printed.payoffs = game::evaluate(game, printed.policy, printed.abandon);
  printed.cost_of_rounding = printed.payoffs.provider_cost - candidate.payoffs.provider_cost;
  const std::string first = policy::written_name(names[0]);
  const std::string second = policy::written_name(names[1]);
  const double s = printed.policy.cascade;
  if (printed.policy.start == 1) {
    printed.text = second;
  } else if (s == 0) {
    printed.text = first;
  } else if (s == 1) {
    printed.text = first + "," + second;
  } else {
    printed.text = fmt::format("cascade:{},{},{}", first, second, s);
  }
  return printed;
}

}  // namespace turnout::analysis
