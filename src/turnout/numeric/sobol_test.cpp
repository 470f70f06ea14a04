#include "turnout/numeric/sobol.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "turnout/base/rng.h"
#include "turnout/numeric/normal.h"

namespace turnout::numeric {
namespace {

TEST(Sobol, every_coordinate_of_2_to_the_k_points_has_one_in_each_interval_of_2_to_the_minus_k) {
  base::Rng rng(1);
  std::array<std::uint64_t, Sobol::kDimensions> shift{};
  for (auto& bits : shift) bits = rng.next();
  constexpr std::size_t kPoints = 1024;
  Sobol sequence(shift);
  std::array<std::set<int>, Sobol::kDimensions> seen;
  std::set<std::pair<int, int>> squares;  // the first two coordinates are a (0, 2)-sequence
  for (std::size_t i = 0; i < kPoints; ++i) {
    const auto point = sequence.next();
    for (std::size_t k = 0; k < point.size(); ++k) {
      EXPECT_GT(point.at(k), 0);
      EXPECT_LT(point.at(k), 1);
      seen.at(k).insert(static_cast<int>(point.at(k) * kPoints));
    }
    squares.insert({static_cast<int>(point[0] * 32), static_cast<int>(point[1] * 32)});
  }
  for (const auto& intervals : seen) EXPECT_EQ(intervals.size(), kPoints);
  EXPECT_EQ(squares.size(), kPoints);
}

TEST(Sobol, seeking_is_the_same_as_going_there) {
  Sobol walked({});
  for (int i = 0; i < 777; ++i) walked.next();
  Sobol sought({});
  sought.seek(777);
  EXPECT_EQ(walked.next(), sought.next());
}

TEST(Sobol, integrates_a_product_far_better_than_chance) {
  Sobol sequence({});
  double sum = 0;
  constexpr int kPoints = 1 << 14;
  for (int i = 0; i < kPoints; ++i) {
    double product = 1;
    for (const double x : sequence.next()) product *= 0.5 + x;  // mean 1
    sum += product;
  }
  EXPECT_NEAR(sum / kPoints, 1, 2e-3) << "chance: 0.0083";
}

TEST(Normal, quantiles_are_where_the_distribution_has_them) {
  for (double x = -8; x <= 8; x += 0.37) {
    const double share = normal_above(-x);
    if (share > 0.5) {
      EXPECT_NEAR(normal_quantile(share), x,
                  1e-15 / normal_above(x) + 1e-14);  // what a double near 1 can tell
    } else {
      EXPECT_NEAR(normal_quantile(share), x, 1e-13);
    }
  }
}

}  // namespace
}  // namespace turnout::numeric
