#include "turnout/numeric/variates.h"

#include <gtest/gtest.h>

#include "turnout/numeric/maximise.h"
#include "turnout/numeric/sample.h"

namespace turnout::numeric {
namespace {

constexpr int kDraws = 200'000;

TEST(Variates, have_the_moments_of_their_distributions) {
  base::Rng rng(7);
  Sample normals;
  Sample squares;
  Sample gammas;
  Sample betas;
  Sample beta_squares;
  for (int i = 0; i < kDraws; ++i) {
    const double z = normal(rng);
    normals.add(z);
    squares.add(z * z);
    gammas.add(gamma(2.5, rng));
    const double b = beta(3, 5, rng);
    betas.add(b);
    beta_squares.add(b * b);
  }
  EXPECT_NEAR(normals.mean(), 0, 5 * normals.standard_error());
  EXPECT_NEAR(squares.mean(), 1, 5 * squares.standard_error());
  EXPECT_NEAR(gammas.mean(), 2.5, 5 * gammas.standard_error());
  EXPECT_NEAR(betas.mean(), 0.375, 5 * betas.standard_error());
  EXPECT_NEAR(beta_squares.mean(), 3.0 * 4 / (8 * 9), 5 * beta_squares.standard_error());
}

TEST(Maximise, finds_the_higher_of_two_hills_and_keeps_an_end_that_is_best) {
  const auto hills = [](double x) {
    return std::exp(-(x - 1) * (x - 1) * 8) + 1.1 * std::exp(-(x - 4) * (x - 4) * 8);
  };
  EXPECT_NEAR(maximise(0, 6, 31, hills).at, 4, 1e-5);
  EXPECT_EQ(maximise(0, 6, 31, [](double x) { return -x; }).at, 0);
  EXPECT_EQ(maximise(0, 6, 31, [](double x) { return x; }).at, 6);
}

}  // namespace
}  // namespace turnout::numeric
