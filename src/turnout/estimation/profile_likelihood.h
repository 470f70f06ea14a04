#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/numeric/ascent.h"
#include "turnout/numeric/interval.h"

/// Estimates and intervals of some numbers by a likelihood that is known in all of them.
namespace turnout::estimation {

/// Half of the 95 % quantile of chi-square with one degree of freedom: by so much the profile
/// likelihood falls within an interval (Wilks 1938).
inline constexpr double kWilksDrop = 1.920729410347062;

struct Estimate : numeric::Interval {
  /// An end of the interval is an end of the range searched: the data do not bound it there. An end at
  /// 0 of a number that cannot be less is none.
  bool at_edge = false;
};

/// One of the numbers: where it is searched.
struct Axis {
  double low = 0;
  double high = 0;
  /// A spread: the likelihood is even in it, and low is 0.
  bool even = false;
  bool held = false;  ///< at `low`
};

/// A log likelihood of a vector. That of cancelled work is 0.
class ProfileLikelihood {
 public:
  using Function = std::function<double(const std::vector<double>&)>;

  /// @param likelihood  of numbers within the axes, which are as many
  ProfileLikelihood(Function likelihood, std::vector<Axis> axes,
                    const base::Cancellation& cancellation);

  /// @returns where it is greatest: the ascent (numeric/ascent.h) from the best of the starts. Within
  ///   1e-5 of the greatest value there.
  /// @param starts  not empty; for an even axis not 0, where the slope is 0
  [[nodiscard]] numeric::Summit best(const std::vector<std::vector<double>>& starts) const;

  /// @returns the interval of one axis: where the greatest likelihood over all others has fallen by
  ///   `drop`; ends by false position (Illinois) on the root of the fall, which is nearly linear,
  ///   within 1e-3 of themselves. Cost: some 12 ascents in the other axes.
  [[nodiscard]] Estimate interval(const numeric::Summit& best, std::size_t axis,
                                  double drop = kWilksDrop) const;

 private:
  [[nodiscard]] double value(std::vector<double> x) const;
  [[nodiscard]] numeric::Summit ascend(std::vector<double> start, std::size_t held) const;
  [[nodiscard]] double end(const numeric::Summit& best, std::size_t axis, double edge,
                           double drop) const;

  Function likelihood_;
  std::vector<Axis> axes_;
  const base::Cancellation& cancellation_;
};

}  // namespace turnout::estimation
