#include "turnout/estimation/profile_likelihood.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace turnout::estimation {
namespace {

constexpr double kAccuracy = 1e-3;
constexpr double kOffTheSaddle = 0.25;  // at 0 the slope of an even function is 0
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

}  // namespace

ProfileLikelihood::ProfileLikelihood(Function likelihood, std::vector<Axis> axes,
                                     const base::Cancellation& cancellation)
    : likelihood_(std::move(likelihood)), axes_(std::move(axes)), cancellation_(cancellation) {}

double ProfileLikelihood::value(std::vector<double> x) const {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (axes_[i].even) x[i] = std::abs(x[i]);
    if (axes_[i].held) x[i] = axes_[i].low;
  }
  return cancellation_.requested() ? 0 : likelihood_(x);
}

numeric::Summit ProfileLikelihood::ascend(std::vector<double> start, std::size_t held) const {
  numeric::AscentOptions options;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    options.low.push_back(axes_[i].even ? -axes_[i].high : axes_[i].low);
    options.high.push_back(axes_[i].high);
    options.held.push_back(axes_[i].held || i == held);
  }
  numeric::Summit summit = numeric::ascend(
      [this](const std::vector<double>& x) { return value(x); }, std::move(start), options);
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    if (axes_[i].even) summit.at[i] = std::abs(summit.at[i]);
    if (axes_[i].held) summit.at[i] = axes_[i].low;
  }
  return summit;
}

numeric::Summit ProfileLikelihood::best(const std::vector<std::vector<double>>& starts) const {
  const std::vector<double>* highest = &starts.front();
  double most = value(*highest);
  for (const auto& start : starts) {
    const double here = value(start);
    if (here <= most) continue;
    most = here;
    highest = &start;
  }
  return ascend(*highest, kNone);
}

double ProfileLikelihood::end(const numeric::Summit& best, std::size_t axis, double edge,
                              double drop) const {
  const auto off = [&](double x) {
    std::vector<double> start = best.at;
    for (std::size_t i = 0; i < start.size(); ++i) {
      if (axes_[i].even) start[i] = std::max(start[i], kOffTheSaddle);
    }
    start[axis] = x;
    return std::sqrt(std::max(0.0, best.value - ascend(start, axis).value)) - std::sqrt(drop);
  };
  if (best.at[axis] == edge) return edge;
  double inside = best.at[axis];
  double inside_off = -std::sqrt(drop);
  double outside = edge;
  double outside_off = off(edge);
  if (outside_off <= 0) return edge;
  int side = 0;
  constexpr int kSteps = 40;
  for (int step = 0; step < kSteps && !cancellation_.requested(); ++step) {
    const double x = (outside * inside_off - inside * outside_off) / (inside_off - outside_off);
    const double now = off(x);
    const double width = std::abs(outside - inside);
    if (std::abs(now) < kAccuracy || width < kAccuracy * std::abs(outside)) return x;
    if (now > 0) {
      outside = x;
      outside_off = now;
      if (side == 1) inside_off /= 2;
      side = 1;
    } else {
      inside = x;
      inside_off = now;
      if (side == -1) outside_off /= 2;
      side = -1;
    }
  }
  return inside;
}

Estimate ProfileLikelihood::interval(const numeric::Summit& best, std::size_t axis,
                                     double drop) const {
  const double at = best.at[axis];
  const Axis& range = axes_[axis];
  Estimate e{{at, end(best, axis, range.low, drop), end(best, axis, range.high, drop)}, false};
  e.at_edge = e.high >= range.high || (e.low <= range.low && !range.even);
  return e;
}

}  // namespace turnout::estimation
