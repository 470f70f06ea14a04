#include "turnout/numeric/ascent.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "turnout/numeric/cholesky.h"

namespace turnout::numeric {
namespace {

using Function = std::function<double(const std::vector<double>&)>;

/// Slopes and curvatures in the free numbers.
struct Slopes {
  std::vector<double> slope;
  SymmetricMatrix falls;  ///< the negative of the second derivatives
};

Slopes slopes_at(const Function& f, const Summit& here, const std::vector<std::size_t>& free,
                 double h) {
  const std::size_t n = free.size();
  Slopes s{std::vector<double>(n), SymmetricMatrix(n)};
  std::vector<double> x = here.at;
  std::vector<double> above(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double middle = x[free[i]];
    x[free[i]] = middle + h;
    above[i] = f(x);
    x[free[i]] = middle - h;
    const double below = f(x);
    x[free[i]] = middle;
    s.slope[i] = (above[i] - below) / (2 * h);
    s.falls.at(i, i) = -(above[i] - 2 * here.value + below) / (h * h);
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      x[free[i]] += h;
      x[free[j]] += h;
      const double both = f(x);
      x[free[i]] = here.at[free[i]];
      x[free[j]] = here.at[free[j]];
      const double mixed = -(both - above[i] - above[j] + here.value) / (h * h);
      s.falls.at(i, j) = s.falls.at(j, i) = mixed;
    }
  }
  return s;
}

/// The step of the damped system; nothing if it is not definite.
std::optional<std::vector<double>> step_of(const Slopes& s, double damping) {
  SymmetricMatrix a = s.falls;
  double scale = 0;
  for (std::size_t i = 0; i < a.n; ++i) scale = std::max(scale, std::abs(a.at(i, i)));
  for (std::size_t i = 0; i < a.n; ++i) a.at(i, i) += damping * std::max(scale, 1e-12);
  const auto inverted = inverse(a);
  if (!inverted) return {};
  std::vector<double> step(a.n, 0);
  for (std::size_t i = 0; i < a.n; ++i) {
    for (std::size_t j = 0; j < a.n; ++j) step[i] += inverted->at(i, j) * s.slope[j];
  }
  return step;
}

}  // namespace

Summit ascend(const Function& f, std::vector<double> start, const AscentOptions& options) {
  constexpr int kSteps = 60;
  constexpr double kLongest = 1;
  constexpr double kLeastDamping = 1e-3;
  constexpr double kMostDamping = 1e6;
  Summit best{std::move(start), 0};
  best.value = f(best.at);
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < best.at.size(); ++i) {
    if (!options.held[i]) free.push_back(i);
  }
  double damping = 0;
  for (int round = 0; round < kSteps && !free.empty(); ++round) {
    const Slopes slopes = slopes_at(f, best, free, options.difference);
    bool climbed = false;
    double promised = 0;
    while (!climbed && damping < kMostDamping) {
      if (const auto step = step_of(slopes, damping)) {
        Summit next = best;
        promised = 0;
        bool cut = false;
        for (std::size_t i = 0; i < free.size(); ++i) {
          double& x = next.at[free[i]];
          x = std::clamp(x + std::clamp((*step)[i], -kLongest, kLongest), options.low[free[i]],
                         options.high[free[i]]);
          cut |= std::abs((*step)[i]) > kLongest;
          promised += slopes.slope[i] * (x - best.at[free[i]]) / 2;
        }
        // A step that is cut may point downhill; a more damped one does not.
        if (promised < options.gain && !cut) break;
        if (promised >= options.gain) {
          next.value = f(next.at);
          climbed = next.value > best.value;
          if (climbed) best = std::move(next);
        }
      }
      damping = climbed ? (damping > kLeastDamping ? damping / 8 : 0)
                        : std::max(kLeastDamping, damping * 8);
    }
    if (!climbed) break;
  }
  return best;
}

}  // namespace turnout::numeric
