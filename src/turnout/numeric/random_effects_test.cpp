#include "turnout/numeric/random_effects.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/numeric/variates.h"

namespace turnout::numeric {
namespace {

SymmetricMatrix diagonal(const std::vector<double>& variances) {
  SymmetricMatrix matrix(variances.size());
  for (std::size_t i = 0; i < variances.size(); ++i) matrix.at(i, i) = variances[i];
  return matrix;
}

// Eight schools (Rubin 1981; Gelman et al. 2013, Bayesian Data Analysis, section 5.5): estimates
// 28, 8, -3, 7, -1, 1, 18, 12 with standard errors 15, 10, 16, 11, 9, 11, 10, 18.
RandomEffects eight_schools() {
  return random_effects({28, 8, -3, 7, -1, 1, 18, 12},
                        diagonal({225, 100, 256, 121, 81, 121, 100, 324}), 40);
}

TEST(RandomEffects, have_the_published_mean_of_eight_schools_and_no_spread) {
  const RandomEffects found = eight_schools();
  EXPECT_NEAR(found.mean, 7.7, 0.05);  // page 121: pooled estimate 7.7
  EXPECT_NEAR(found.spread.value, 0, 1e-6);
  EXPECT_EQ(found.p_value(), 1);
}

TEST(RandomEffects, have_the_published_posteriors_of_eight_schools) {
  // Table 5.3, 200 draws: 2.5 %, median, 97.5 % are A -2, 10, 31 and C -11, 6, 19; a median is no
  // mean, and quantiles of 200 draws err by 2 or 3.
  const RandomEffects found = eight_schools();
  EXPECT_NEAR(found.effects[0].value, 11, 1.5);
  EXPECT_NEAR(found.effects[0].low, -2, 3);
  EXPECT_NEAR(found.effects[0].high, 31, 3);
  EXPECT_NEAR(found.effects[2].value, 6, 1.5);
  EXPECT_NEAR(found.effects[2].low, -11, 4);
  EXPECT_NEAR(found.effects[2].high, 19, 3);
}

TEST(RandomEffects, equal_errors_have_the_spread_of_the_textbook) {
  // With equal variances v restricted likelihood gives sum (y - mean)^2 / (n - 1) - v.
  const RandomEffects found = random_effects({1, 2, 4, 5, 8}, diagonal({1, 1, 1, 1, 1}), 10);
  EXPECT_NEAR(found.mean, 4, 1e-9);
  EXPECT_NEAR(found.spread.value, std::sqrt(30.0 / 4 - 1), 1e-4);
  EXPECT_LT(found.p_value(), 0.05);
}

TEST(RandomEffects, an_error_common_to_all_moves_the_mean_and_no_spread) {
  SymmetricMatrix common = diagonal({1, 1, 1, 1, 1});
  for (double& x : common.values) x += 25;
  const RandomEffects with = random_effects({1, 2, 4, 5, 8}, common, 10);
  const RandomEffects without = random_effects({1, 2, 4, 5, 8}, diagonal({1, 1, 1, 1, 1}), 10);
  EXPECT_NEAR(with.spread.value, without.spread.value, 1e-4);
  EXPECT_GT(with.effects[0].high - with.effects[0].low, 15);  // 2 x 1.96 x 5 = 19.6
}

TEST(RandomEffects, of_effects_all_alike_seldom_look_different) {
  constexpr int kRounds = 1000;
  int different = 0;
  for (int round = 0; round < kRounds; ++round) {
    base::Rng rng(21, static_cast<std::uint64_t>(round));
    std::vector<double> measured;
    std::vector<double> variances;
    for (int i = 0; i < 12; ++i) {
      variances.push_back(0.1 + 0.1 * i);
      measured.push_back(3 + std::sqrt(variances.back()) * normal(rng));
    }
    different += random_effects(measured, diagonal(variances), 6).p_value() < 0.05 ? 1 : 0;
  }
  // 5 % of 1000, less for so few measurements: standard error 7
  EXPECT_LE(different, 50 + 3 * 7);
  EXPECT_GE(different, 15);
}

}  // namespace
}  // namespace turnout::numeric
