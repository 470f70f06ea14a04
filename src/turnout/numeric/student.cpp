#include "turnout/numeric/student.h"

#include <algorithm>

#include "turnout/numeric/normal.h"

namespace turnout::numeric {

double student_quantile95(double degrees) {
  constexpr double kFewest = 4;
  const double n = std::max(kFewest, degrees);
  const double x = kNormal95;
  const double y = x * x;
  const double g1 = x * (y + 1) / 4;
  const double g2 = x * ((5 * y + 16) * y + 3) / 96;
  const double g3 = x * (((3 * y + 19) * y + 17) * y - 15) / 384;
  const double g4 = x * ((((79 * y + 776) * y + 1482) * y - 1920) * y - 945) / 92160;
  return x + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n;
}

}  // namespace turnout::numeric
