#include "turnout/game/cascade_cost.h"

#include <algorithm>
#include <cmath>

namespace turnout::game {
namespace {

/// The form for all s in (0, 1) of a user whose regime has no threshold.
ResponseForm only_form(int first, int second) {
  if (first == 0 && second == 0) return ResponseForm::kTies;
  return first >= 0 && second >= 0 ? ResponseForm::kStays : ResponseForm::kLeaves;
}

}  // namespace

CascadeCost::CascadeCost(const Game& game) : game_(game), primitives_(game) {
  const auto& [first, second] = primitives_.model;
  leaving_ = first.net_cost + primitives_.churn_penalty * first.goes_on;
  second_ = second.net_cost / second.ends;
  const int first_sign = value_sign(primitives_, 0);
  const int second_sign = value_sign(primitives_, 1);
  std::array<std::optional<double>, 2> between;
  forms_.fill(only_form(first_sign, second_sign));
  if (first_sign * second_sign < 0) {
    const Thresholds found = thresholds(game);
    if (found.stay) {
      between = {found.stay, std::nullopt};
      forms_ = {ResponseForm::kLeaves, ResponseForm::kStays, ResponseForm::kStays};
    } else {
      between = {found.patience, found.leave};
      forms_ = {ResponseForm::kStays, ResponseForm::kMixes, ResponseForm::kLeaves};
    }
  }
  std::size_t before = 0;  // pieces that rounding pushed out of (0, 1)
  for (const auto& s : between) {
    if (!s || *s >= 1) continue;
    if (*s > 0) {
      kinks_.at[kinks_.count++] = *s;
    } else {
      ++before;
    }
  }
  std::rotate(forms_.begin(), forms_.begin() + static_cast<std::ptrdiff_t>(before), forms_.end());
}

double CascadeCost::in_form(ResponseForm form, double s) const {
  const auto& first = primitives_.model[0];
  const auto staying = [&] {
    const double moves = first.goes_on * s;
    return (first.net_cost + second_ * moves) / (first.ends + moves);
  };
  switch (form) {
    case ResponseForm::kStays:
      return staying();
    case ResponseForm::kLeaves:
      return leaving_;
    case ResponseForm::kTies:
      return std::min(staying(), leaving_);
    case ResponseForm::kMixes:
      break;
  }
  const double q = best_response(game_, {0, s}).abandon;
  return payoffs(primitives_, expected_visits(primitives_, 0, s, q), q).provider_cost;
}

double CascadeCost::at(double s) const {
  std::size_t piece = 0;
  while (piece < kinks_.count && s > kinks_.at[piece]) ++piece;
  const double cost = in_form(forms_[piece], s);
  const bool jumps = forms_[0] == ResponseForm::kLeaves && kinks_.count > 0 && s == kinks_.at[0];
  return jumps ? std::min(cost, in_form(ResponseForm::kStays, s)) : cost;
}

std::optional<ResponseForm> CascadeCost::form_between(double low, double high) const {
  std::size_t piece = 0;
  for (std::size_t k = 0; k < kinks_.count; ++k) {
    if (kinks_.at[k] > low && kinks_.at[k] < high) return std::nullopt;
    if (kinks_.at[k] <= low) ++piece;
  }
  return forms_[piece];
}

double CascadeCost::least(double low, double high) const {
  double least = 0;
  bool any = false;
  for (std::size_t piece = 0; piece <= kinks_.count; ++piece) {
    const double from = piece == 0 ? low : std::max(low, kinks_.at[piece - 1]);
    const double to = piece == kinks_.count ? high : std::min(high, kinks_.at[piece]);
    if (from >= to) continue;
    const double here = least_in_form(forms_[piece], from, to);
    least = any ? std::min(least, here) : here;
    any = true;
  }
  return least;
}

double CascadeCost::least_in_form(ResponseForm form, double low, double high) const {
  if (form == ResponseForm::kLeaves) return leaving_;
  if (form != ResponseForm::kMixes) return std::min(in_form(form, low), in_form(form, high));
  const double q_least = best_response(game_, {0, low}).abandon;
  const double q_most = std::max(best_response(game_, {0, high}).abandon, q_least);
  const auto least_of = [&](std::size_t k, double fewest, double most) {
    const auto& model = primitives_.model[k];
    const double eta = model.net_cost - primitives_.churn_penalty * model.ends;
    return std::min(eta * fewest, eta * most);
  };
  const double fewest_first = expected_visits(primitives_, 0, high, q_most)[0];
  const double most_first = expected_visits(primitives_, 0, low, q_least)[0];
  const double fewest_second = expected_visits(primitives_, 0, low, q_most)[1];
  const double most_second = expected_visits(primitives_, 0, high, q_least)[1];
  return primitives_.churn_penalty + least_of(0, fewest_first, most_first) +
         least_of(1, fewest_second, most_second);
}

std::optional<double> CascadeCost::modulus(ResponseForm form, double middle, double radius) const {
  if (form == ResponseForm::kTies) return std::nullopt;
  if (form == ResponseForm::kLeaves) return 0;
  if (form == ResponseForm::kMixes) return modulus_of_mixing(middle, radius);
  const auto& first = primitives_.model[0];
  const double divisor = first.ends + first.goes_on * middle;
  const double nearest = divisor - first.goes_on * radius;
  if (nearest < 0.01 * divisor) return std::nullopt;
  return std::abs(first.net_cost - second_ * first.ends) / nearest;
}

std::optional<double> CascadeCost::modulus_of_mixing(double middle, double radius) const {
  const auto& [first, second] = primitives_.model;
  const double xi = first.net_value;
  const double m = -second.net_value;
  const double branch = xi * (first.goes_on - second.goes_on) / (first.goes_on * (xi + m));
  if (!(radius < 0.9 * std::min({middle, 1 - middle, middle - branch})) || second.goes_on <= 0)
    return std::nullopt;
  // |sqrt(1 + u) - 1| <= 1 - sqrt(1 - |u|), and 1 / |sqrt(1 - u)| <= 1 / sqrt(1 - |u|).
  const double off = (2 - std::sqrt(1 - radius / middle)) *
                         (2 - std::sqrt(1 - radius / (middle - branch))) /
                         std::sqrt(1 - radius / (1 - middle)) -
                     1;
  const double stay = 1 - best_response(game_, {0, middle}).abandon;
  const double divisor = xi * second.goes_on + first.goes_on * middle * m;
  const double w = xi - stay * divisor;
  const double reach = first.goes_on * m * radius;
  const double stay_off = (std::abs(w) * off + stay * reach) / (divisor - reach);
  const double first_middle = 1 - first.goes_on * stay * (1 - middle);
  const double first_least =
      first_middle - first.goes_on * (stay_off * (1 - middle + radius) + stay * radius);
  const double second_middle = 1 - second.goes_on * stay;
  const double second_least = second_middle - second.goes_on * stay_off;
  if (!(first_least > 0 && second_least > 0)) return std::nullopt;
  const auto eta = [&](std::size_t k) {
    const auto& model = primitives_.model[k];
    return std::abs(model.net_cost - primitives_.churn_penalty * model.ends);
  };
  const double to_second = eta(1) * first.goes_on;
  const double most =
      (eta(0) + to_second * (middle + radius) * (stay + stay_off) / second_least) / first_least;
  const double here = (eta(0) + to_second * middle * stay / second_middle) / first_middle;
  if (!(most <= 100 * here)) return std::nullopt;
  return most;
}

}  // namespace turnout::game
