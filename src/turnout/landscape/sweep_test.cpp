#include "turnout/landscape/sweep.h"

#include <gtest/gtest.h>

#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/game/misalignment.h"

namespace turnout::landscape {
namespace {

/// The ledger's stated distribution, and a statistic of each kind.
SweepSpec paper_spec(std::uint64_t games, bool sobol = false) {
  SweepSpec spec;
  spec.games = games;
  spec.sampling = sobol ? Sampling::kSobol : Sampling::kIndependent;
  const auto exponential = [](double mean) {
    return Distribution{Distribution::Kind::kExponential, mean, 0, {}, 0};
  };
  const Distribution p{Distribution::Kind::kUniform, 0.02, 0.98, {}, 0};
  for (const auto k : {0U, 2U}) spec.draw.at(k) = exponential(3);
  for (const auto k : {3U, 6U}) spec.draw.at(k) = p;
  for (const auto k : {4U, 5U, 7U, 8U}) spec.draw.at(k) = exponential(1);
  spec.ordered = {true, true, true};
  spec.statistics = {
      {"cascades", Shown::kCascades, Grouping::kNone, {}, {}, {}, {}, {}},
      {"cost", Shown::kCost, Grouping::kRegime, {}, {}, {}, {0.5, 0.9}, {0, 5, 10}},
      {"gap", Shown::kMisalignment, Grouping::kRoute, {}, {}, Shown::kMisaligned, {0.5}, {}}};
  return spec;
}

SweepSums run(const SweepSpec& spec, unsigned threads) {
  return sweep(spec, {}, threads, [](std::uint64_t, const SweepSums&) { return true; });
}

void expect_same(const SweepSums& a, const SweepSums& b) {
  ASSERT_EQ(a.groups.size(), b.groups.size());
  EXPECT_EQ(a.pieces_done, b.pieces_done);
  for (std::size_t s = 0; s < a.groups.size(); ++s) {
    ASSERT_EQ(a.groups[s].size(), b.groups[s].size());
    for (const auto& [name, x] : a.groups[s]) {
      const GroupSums& y = b.groups[s].at(name);
      EXPECT_EQ(x.count, y.count);
      EXPECT_EQ(x.sum, y.sum) << "to the bit";
      EXPECT_EQ(x.squares, y.squares);
      EXPECT_EQ(x.bins, y.bins);
      EXPECT_EQ(x.histogram, y.histogram);
    }
  }
}

TEST(Sweep, is_the_same_to_the_bit_for_any_number_of_threads) {
  for (const bool sobol : {false, true}) {
    const SweepSpec spec = paper_spec(300'001, sobol);
    const auto one = run(spec, 1);
    expect_same(one, run(spec, 2));
    expect_same(one, run(spec, 7));
    std::uint64_t games = 0;
    for (const auto& [name, group] : one.groups[1]) games += group.total();
    EXPECT_EQ(games, spec.games);
  }
}

TEST(Sweep, going_on_from_a_stop_gives_what_one_run_gives) {
  const SweepSpec spec = paper_spec(400'000);
  const auto stopped =
      sweep(spec, {}, 2, [](std::uint64_t, const SweepSums& sums) { return sums.pieces_done < 6; });
  EXPECT_LT(stopped.pieces_done, pieces_of(spec));
  const auto finished =
      sweep(spec, stopped, 3, [](std::uint64_t, const SweepSums&) { return true; });
  expect_same(finished, run(spec, 1));
}

TEST(Sweep, ranks_together_give_what_one_process_gives) {
  const SweepSpec spec = paper_spec(400'000, true);
  const auto first =
      sweep(spec, {}, 1, [](std::uint64_t, const SweepSums& sums) { return sums.pieces_done < 5; });
  for (const std::uint64_t count : {2U, 3U, 7U}) {
    std::vector<std::vector<SweepSums>> sent(count);
    for (std::uint64_t r = 1; r < count; ++r) {
      sweep_as_rank(spec, first.pieces_done, r, count, 2, [&](const SweepSums& piece) {
        sent[r].push_back(piece);
        return true;
      });
    }
    std::vector<std::size_t> received(count);
    const Ranks ranks{count,
                      [&](std::uint64_t r) { return std::optional(sent[r].at(received[r]++)); }};
    expect_same(sweep(
                    spec, first, 2, [](std::uint64_t, const SweepSums&) { return true; }, ranks),
                run(spec, 1));
  }
}

TEST(Sweep, ends_where_another_rank_is_lost) {
  const SweepSpec spec = paper_spec(400'000);
  const Ranks ranks{2, [n = 0](std::uint64_t /*rank*/) mutable {
                      return n++ < 2 ? std::optional(SweepSums{}) : std::nullopt;
                    }};
  const auto sums = sweep(
      spec, {}, 1, [](std::uint64_t, const SweepSums&) { return true; }, ranks);
  EXPECT_EQ(sums.pieces_done, 5U) << "0, 2 and 4 are its own, 1 and 3 came";
}

TEST(Sweep, the_cascade_is_as_narrow_as_the_scalar_solver_finds_it) {
  base::Rng rng(5);
  constexpr int kGames = 200'000;
  int cascades = 0;
  for (int i = 0; i < kGames; ++i) {
    const auto pair = [&](auto draw) {
      const double a = draw();
      const double b = draw();
      return std::array<double, 2>{std::min(a, b), std::max(a, b)};
    };
    const auto p = pair([&] { return rng.uniform(0.02, 0.98); });
    const auto t = pair([&] { return rng.exponential(1); });
    const auto c = pair([&] { return rng.exponential(1); });
    const auto game =
        game::Game::make({rng.exponential(3), 1}, {rng.exponential(3)},
                         {game::Model{p[0], t[0], c[0]}, game::Model{p[1], t[1], c[1]}});
    cascades += is_cascade(solve(*game).best().route) ? 1 : 0;
  }
  const double scalar = static_cast<double>(cascades) / kGames;
  for (const bool sobol : {false, true}) {
    const SweepSpec spec = paper_spec(400'000, sobol);
    const auto share = mean_of(run(spec, 2).groups[0].at(""), spec.sampling, Shown::kCascades);
    EXPECT_NEAR(share->value, scalar, 4 * std::sqrt(0.025 / kGames + 0.025 / 400'000));
    EXPECT_LT(share->low, share->value);
    EXPECT_LT(share->high - share->low, 0.002);
  }
}

TEST(Sweep, intervals_hold_the_truth_about_as_often_as_they_say) {
  SweepSpec spec = paper_spec(32'768);
  spec.draw[0] = {Distribution::Kind::kConstant, 100, 0, {}, 0};  // all stay
  spec.draw[2] = {Distribution::Kind::kConstant, 1000, 0, {}, 0};
  for (const std::size_t k : {std::size_t{3}, std::size_t{6}})
    spec.draw.at(k) = {Distribution::Kind::kConstant, 1, 0, {}, 0};
  spec.statistics = {{"cost", Shown::kCost, Grouping::kNone, {}, {}, {}, {}, {}}};
  for (const bool sobol : {false, true}) {
    spec.sampling = sobol ? Sampling::kSobol : Sampling::kIndependent;
    int held = 0;
    constexpr int kRuns = 200;
    for (int i = 0; i < kRuns; ++i) {
      spec.seed = static_cast<std::uint64_t>(i) + 1;
      const auto mean = mean_of(run(spec, 1).groups[0].at(""), spec.sampling, Shown::kCost);
      held += mean->low <= 0.5 && 0.5 <= mean->high ? 1 : 0;  // the smaller of two costs of mean 1
    }
    EXPECT_GE(held, 180) << "of 200; 190 are expected, 180 is 3.2 standard errors below";
  }
}

TEST(Sweep, quantiles_and_histograms_are_those_of_the_values) {
  SweepSpec spec = paper_spec(200'000);
  spec.draw[0] = {Distribution::Kind::kConstant, 100, 0, {}, 0};
  spec.draw[3] = spec.draw[6] = {Distribution::Kind::kConstant, 1, 0, {}, 0};
  spec.statistics = {{"cost", Shown::kCost, Grouping::kNone, {}, {}, {}, {0.5, 0.99}, {0, 1, 4}}};
  const auto sums = run(spec, 2);
  const GroupSums& group = sums.groups[0].at("");
  for (const double q : {0.5, 0.99})
    EXPECT_NEAR(*quantile_of(group, q), -0.5 * std::log(1 - q), 0.02)
        << "exponential with mean 1/2";
  ASSERT_EQ(group.histogram.size(), 6U);
  EXPECT_EQ(group.histogram[0], 0U);
  for (std::size_t b = 0; b < 4; ++b) {
    const double expected = std::exp(-2 * 0.25 * static_cast<double>(b)) -
                            std::exp(-2 * 0.25 * static_cast<double>(b + 1));
    EXPECT_NEAR(static_cast<double>(group.histogram[b + 1]) / 200'000, expected, 0.005);
  }
}

TEST(Sweep, groups_by_ranges_of_a_measure_are_those_of_its_distribution) {
  SweepSpec spec = paper_spec(200'000);
  spec.ordered = {};
  Statistic statistic;
  statistic.of = Shown::kCost;
  statistic.by = Grouping::kMeasure;
  statistic.measure = Measure::parse("t2/t1").value();
  statistic.edges = {0.5, 1, 3};
  spec.statistics = {statistic};
  const auto groups = run(spec, 2).groups[0];
  EXPECT_EQ(group_names(statistic),
            (std::vector<std::string>{"below 0.5", "0.5 to 1", "1 to 3", "from 3"}));
  // The ratio of two exponentials of one mean is below x with probability x / (1 + x).
  for (const auto& [name, share] :
       {std::pair{"below 0.5", 1.0 / 3}, {"0.5 to 1", 1.0 / 6}, {"1 to 3", 0.25}, {"from 3", 0.25}})
    EXPECT_NEAR(share_of_group(groups, name, spec.sampling)->value, share, 0.005) << name;
  spec.draw[4] = spec.draw[7] = {Distribution::Kind::kConstant, 0, 0, {}, 0};
  EXPECT_TRUE(run(spec, 1).groups[0].empty()) << "0/0 lies in no range";
}

TEST(Sweep, draws_that_are_no_games_are_counted_and_left_out) {
  SweepSpec spec = paper_spec(100'000);
  spec.draw[3] = {Distribution::Kind::kUniform, 0.5, 1.5, {}, 0};
  spec.ordered[0] = false;
  const auto sums = run(spec, 1);
  EXPECT_NEAR(static_cast<double>(sums.no_games), 50'000, 1000);
  EXPECT_EQ(sums.groups[0].at("").total() + sums.no_games, 100'000U);
}

TEST(Sweep, columns_of_one_table_are_drawn_by_row) {
  SweepSpec spec = paper_spec(50'000);
  // Only in rows together is c2 = 2 c1; apart, the cheaper model would cost less than 1 in a third
  // of the games.
  spec.draw[5] = {Distribution::Kind::kColumn, 0, 0, {1, 2, 3}, 0};
  spec.draw[8] = {Distribution::Kind::kColumn, 0, 0, {2, 4, 6}, 0};
  spec.draw[0] = {Distribution::Kind::kConstant, 100, 0, {}, 0};
  spec.draw[3] = spec.draw[6] = {Distribution::Kind::kConstant, 1, 0, {}, 0};
  spec.ordered = {};
  spec.statistics = {{"cost", Shown::kCost, Grouping::kNone, {}, {}, {}, {}, {}}};
  EXPECT_NEAR(mean_of(run(spec, 1).groups[0].at(""), spec.sampling, Shown::kCost)->value, 2, 0.02);
}

}  // namespace
}  // namespace turnout::landscape
