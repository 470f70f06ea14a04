#include "turnout/landscape/distribution.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/game/equilibrium.h"
#include "turnout/game/solve_kernel.h"
#include "turnout/landscape/kernels/loops.h"
#include "turnout/landscape/measure.h"
#include "turnout/landscape/sweep_sums.h"

namespace turnout::landscape {
namespace {

std::vector<double> shares(std::size_t count) {
  base::Rng rng(11);
  std::vector<double> x = {0x1p-53,        0.5,           1 - 0x1p-53, 0x1p-30, 1 - 0x1p-30,
                           0.292893218813, 0.292893218814};
  while (x.size() < count) x.push_back((static_cast<double>(rng.next() >> 12U) + 0.5) * 0x1p-52);
  return x;
}

TEST(Distribution, many_quantiles_are_those_of_one_at_a_time) {
  using Kind = Distribution::Kind;
  Distribution scores{Kind::kScores, 0, 0, {}, 0};
  for (std::size_t i = 0; i < kScores; ++i)
    scores.column.push_back(std::exp(static_cast<double>(i) / kScoresPerUnit - kFarScore));
  for (const Distribution& d :
       {Distribution{Kind::kConstant, 3, 0, {}, 0}, Distribution{Kind::kUniform, -1, 2, {}, 0},
        Distribution{Kind::kLogUniform, 1e-90, 1e95, {}, 0},
        Distribution{Kind::kLogUniform, 0.1, 10, {}, 0},
        Distribution{Kind::kLognormal, 2, 0.7, {}, 0},
        Distribution{Kind::kExponential, 3, 0, {}, 0},
        Distribution{Kind::kColumn, 0, 0, {5, 7, 11}, 0}, scores}) {
    const auto from = shares(20'011);
    auto many = from;
    to_quantiles(d, many);
    for (std::size_t i = 0; i < from.size(); ++i) {
      const double one = quantile(d, from[i]);
      ASSERT_NEAR(many[i], one, 1e-14 * std::abs(one))
          << static_cast<int>(d.kind) << " at " << from[i];
    }
  }
}

TEST(Distribution, a_table_of_scores_is_read_to_a_ten_thousandth_of_the_spread) {
  Distribution d{Distribution::Kind::kScores, 0, 0, {}, 0};
  for (std::size_t i = 0; i < kScores; ++i)
    d.column.push_back(std::exp(0.5 * (static_cast<double>(i) / kScoresPerUnit - kFarScore)));
  const Distribution exact{Distribution::Kind::kLognormal, 1, 0.5, {}, 0};
  for (const double share : {1e-6, 0.01, 0.3, 0.5, 0.77, 0.999, 1 - 1e-6})
    EXPECT_NEAR(quantile(d, share), quantile(exact, share), 1e-4 * 0.5 * quantile(exact, share));
}

TEST(Loops, give_the_same_bits_for_every_instruction_set) {
  std::vector<const kernels::Loops*> sets = {&kernels::scalar_loops()};
#if defined(__x86_64__)
  for (const auto instructions : game::available_instructions()) {
    if (instructions == game::Instructions::kAvx2) sets.push_back(&kernels::avx2_loops());
    if (instructions == game::Instructions::kAvx512) sets.push_back(&kernels::avx512_loops());
  }
#endif
  const auto from = shares(1000);
  const auto outcome = [&](const kernels::Loops& loops) {
    auto drawn = from;
    loops.exponential(3, drawn.data(), drawn.size());
    auto spread = from;
    loops.log_uniform(0.01, 9, spread.data(), spread.size());
    std::vector<std::uint64_t> inside(from.size(), ~std::uint64_t{0});
    loops.check_range(0.1, 5, drawn.data(), inside.data(), inside.size());
    std::vector<double> regime(from.size());
    loops.find_regimes(
        {drawn.data(), from.data(), from.data(), spread.data(), spread.data(), drawn.data()},
        regime.data(), regime.size());
    const auto total = loops.add_up(drawn.data(), regime.data(), 1, regime.size());
    return std::tuple(drawn, spread, inside, regime, total.count, total.sum, total.squares);
  };
  for (const auto* set : sets) EXPECT_EQ(outcome(*set), outcome(*sets[0]));
}

TEST(Loops, find_the_regimes_that_the_solver_finds_also_where_decimals_make_a_tie) {
  std::array<std::vector<double>, kNumbers> x;
  std::vector<game::Regime> expected;
  for (int v = 0; v < 10; ++v) {
    for (int p = 1; p <= 10; ++p) {
      for (int t = 0; t < 100; t += 3) {
        const Numbers numbers = {v / 10.0, 1, 1, p / 10.0, t / 100.0, 1, 0.7, 0.07, 1};
        for (std::size_t k = 0; k < kNumbers; ++k) x.at(k).push_back(numbers.at(k));
        expected.push_back(regime_of(game_from(numbers).value()));
      }
    }
  }
  std::vector<double> found(expected.size());
  kernels::loops().find_regimes(
      {x[0].data(), x[1].data(), x[3].data(), x[4].data(), x[6].data(), x[7].data()}, found.data(),
      found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_EQ(static_cast<game::Regime>(found[i]), expected[i])
        << x[0][i] << " " << x[3][i] << " " << x[4][i];
}

TEST(Loops, add_up_what_a_plain_loop_adds_up) {
  const auto x = shares(800);
  std::vector<double> group(x.size());
  double count = 0;
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    group[i] = i % 3 == 1 || i >= 797 ? 2 : -1;
    count += group[i] == 2 ? 1 : 0;
    sum += group[i] == 2 ? x[i] : 0;
  }
  const auto totals = kernels::loops().add_up(x.data(), group.data(), 2, x.size());
  EXPECT_EQ(totals.count, count);
  EXPECT_NEAR(totals.sum, sum, 1e-12 * sum);
}

TEST(Bins, hold_numbers_within_four_thousandths_and_in_their_order) {
  base::Rng rng(3);
  for (int i = 0; i < 100'000; ++i) {
    const double x = (i % 2 == 0 ? 1 : -1) * std::exp(rng.uniform(-200, 200));
    const double y = x * rng.uniform(1, 1.01);
    EXPECT_NEAR(middle_of_bin(bin_of(x)), x, 0.004 * std::abs(x));
    EXPECT_EQ(bin_of(x) < bin_of(y) || bin_of(x) == bin_of(y), x <= y || bin_of(x) == bin_of(y));
  }
  EXPECT_EQ(middle_of_bin(bin_of(0)), 0);
  EXPECT_LT(bin_of(-1), bin_of(0));
  EXPECT_LT(bin_of(0), bin_of(1e-100));
}

}  // namespace
}  // namespace turnout::landscape
