#include "turnout/analysis/deployable_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "turnout/policy/policy_text.h"

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
  std::string mantissa = text.substr(0, e);
  mantissa.erase(1, 1);
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

double away_from(double s, bool up, double margin) {
  if (up) return std::min(1.0, next_above(s * (1 + margin)));
  return margin >= 1 ? 0 : next_below(s * (1 - margin));
}

std::string text_of(const game::Policy& policy, const std::array<std::string, 2>& names) {
  std::string first = policy::written_name(names[0]);
  std::string second = policy::written_name(names[1]);
  if (policy.start == 1) return second;
  if (policy.cascade == 0) return first;
  if (policy.cascade == 1) return first + "," + second;
  return fmt::format("cascade:{},{},{}", first, second, policy.cascade);
}

}  // namespace

base::Status check(const RoundingOptions& options) {
  if (options.margin >= 0 && options.margin <= kMostMargin) return base::Done{};
  return base::Error{base::ErrorCode::kInvalidValue,
                     fmt::format("{} must be from 0 to {}", options.margin, kMostMargin),
                     "--margin"};
}

double printed_cascade(const game::Candidate& candidate, const RoundingOptions& options) {
  const double s = candidate.policy.cascade;
  if (s <= 0 || s >= 1) return s;
  switch (candidate.route) {
    case game::Route::kCascadeStay:
      return away_from(s, true, options.margin);
    case game::Route::kCascadePatience:
      return away_from(s, false, options.margin);
    default:
      return nearest(s).value();
  }
}

DeployablePolicy deployable_policy(const game::Game& game, const std::array<std::string, 2>& names,
                                   const game::Candidate& candidate,
                                   const RoundingOptions& options) {
  DeployablePolicy printed;
  printed.policy = {candidate.policy.start, printed_cascade(candidate, options)};
  const auto response = game::best_response(game, printed.policy);
  printed.abandon = response.abandon;
  printed.on_a_tie = response.indifferent;
  printed.payoffs = game::evaluate(game, printed.policy, printed.abandon);
  printed.cost_of_rounding = printed.payoffs.provider_cost - candidate.payoffs.provider_cost;
  printed.text = text_of(printed.policy, names);
  return printed;
}

DeployablePolicy deployable_policy(const std::vector<game::PopulationPart>& parts,
                                   const std::array<std::string, 2>& names,
                                   const game::PopulationOptimum& optimum,
                                   const RoundingOptions& options) {
  game::Policy policy = optimum.policy;
  const double s = policy.cascade;
  if (s > 0 && s < 1) {
    const auto cost = [&](double cascade) {
      return game::evaluate_population(parts, {policy.start, cascade}).payoffs.provider_cost;
    };
    const bool up = cost(away_from(s, true, 0)) <= cost(away_from(s, false, 0));
    policy.cascade = away_from(s, up, options.margin);
  }
  DeployablePolicy printed;
  const auto mean = game::evaluate_population(parts, policy);
  printed.policy = policy;
  printed.abandon = mean.abandon;
  printed.payoffs = mean.payoffs;
  printed.cost_of_rounding = mean.payoffs.provider_cost - optimum.mean.payoffs.provider_cost;
  printed.text = text_of(policy, names);
  return printed;
}

}  // namespace turnout::analysis
