#include "turnout/estimation/user_errors.h"

#include <algorithm>
#include <cmath>

#include "turnout/numeric/normal.h"
#include "turnout/numeric/student.h"

namespace turnout::estimation {

numeric::Interval interval_by_user(double value, const std::vector<double>& errors,
                                   double variance) {
  double second = 0;
  double third = 0;
  double fourth = 0;
  for (const double z : errors) {
    second += z * z;
    third += z * z * z;
    fourth += z * z * z * z;
  }
  const auto users = static_cast<double>(errors.size());
  const double error = std::sqrt(second * users / (users - 1) + variance);
  if (second * second <= 0) {
    const double reach = numeric::kNormal95 * error;
    return {value, value - reach, value + reach};
  }
  const double spread = fourth / (second * second) - 1 / users;
  const double t = spread > 0 ? numeric::student_quantile95(2 / spread) : numeric::kNormal95;
  const double reach = t * error;
  constexpr double kEdgeworth = (2 * numeric::kNormal95 * numeric::kNormal95 + 1) / 6;
  const double shift =
      variance > 0 ? 0 : std::clamp(kEdgeworth * third / second, -reach / 2, reach / 2);
  return {value, value + shift - reach, value + shift + reach};
}

}  // namespace turnout::estimation
