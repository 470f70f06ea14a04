// The vector kernel against the scalar engine, by every instruction set that this machine has.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "turnout/game/misalignment.h"
#include "turnout/game/solve_kernel.h"
#include "turnout/game/throttling.h"
#include "turnout/verification/random_games.h"

namespace turnout::testing {
namespace {

using game::Game;
using game::Model;

constexpr double kRelative = 1e-12;

/// Games as columns, and what the scalar engine and the kernel say of them.
class Games {
 public:
  void add(const Game& game) {
    games_.push_back(game);
    const std::array<double, 9> x = {
        game.value(),          game.value_of_time(),  game.churn_penalty(),
        game.model(0).success, game.model(0).latency, game.model(0).cost,
        game.model(1).success, game.model(1).latency, game.model(1).cost};
    for (std::size_t i = 0; i < x.size(); ++i) in_.at(i).push_back(x.at(i));
  }
  [[nodiscard]] std::size_t size() const { return games_.size(); }
  /// @param timed  whether the column of w is given, or left out as 1
  [[nodiscard]] game::GameColumns columns(bool timed = true) const {
    return {size(),
            in_[0].data(),
            in_[2].data(),
            {in_[3].data(), in_[6].data()},
            {in_[4].data(), in_[7].data()},
            {in_[5].data(), in_[8].data()},
            timed ? in_[1].data() : nullptr};
  }
  std::vector<double>& in(std::size_t column) { return in_.at(column); }

  void expect_same_answers() {
    const std::size_t n = size();
    for (auto& column : expected_) column.assign(n, 0);
    routes_.assign(n, 0);
    for (std::size_t i = 0; i < n; ++i) expect(i);
    std::array<std::vector<double>, 11> scalar;
    for (const auto instructions : game::available_instructions()) {
      SCOPED_TRACE(std::string(to_string(instructions)));
      std::array<std::vector<double>, 11> out;
      for (auto& column : out) column.assign(n, -7);
      std::vector<std::uint8_t> routes(n);
      const game::AnswerColumns answers{routes.data(), out[0].data(), out[1].data(),
                                        out[2].data(), out[3].data(), out[4].data(),
                                        out[5].data(), out[6].data(), out[7].data(),
                                        out[8].data(), out[9].data(), out[10].data()};
      ASSERT_EQ(solve_many(columns(), answers, instructions), n);
      if (std::all_of(in_[1].begin(), in_[1].end(), [](double w) { return w == 1; })) {
        const auto with_time = out;
        for (auto& column : out) column.assign(n, -7);
        ASSERT_EQ(solve_many(columns(false), answers, instructions), n);
        ASSERT_TRUE(out == with_time) << "the bits differ without w";
      }
      std::vector<double> cost_alone(n);
      ASSERT_EQ(solve_many(columns(), {.provider_cost = cost_alone.data()}, instructions), n);
      for (std::size_t i = 0; i < n; ++i) {
        ASSERT_EQ(routes[i], routes_[i]) << text(i);
        ASSERT_EQ(cost_alone[i], out[2][i]) << text(i);
        for (std::size_t k = 0; k < out.size(); ++k) {
          const double size = sizes_.at(k) == 0
                                  ? std::abs(expected_.at(k)[i])
                                  : std::abs(expected_.at(k)[i]) + sizes_.at(k) * utility_size(i);
          ASSERT_LE(std::abs(out.at(k)[i] - expected_.at(k)[i]), kRelative * size)
              << "answer " << k << text(i);
        }
      }
      if (instructions == game::Instructions::kScalar) scalar = out;
      ASSERT_TRUE(out == scalar) << "the bits differ";
    }
  }

 private:
  /// What a utility is made of: its error is relative to that.
  [[nodiscard]] double utility_size(std::size_t i) const {
    const Game& g = games_[i];
    return g.value() + g.value_of_time() * expected_[5][i];
  }

  void expect(std::size_t i) {
    const auto e = solve(games_[i]);
    const auto misaligned = misalignment(games_[i], e);
    const auto throttled = throttling(games_[i], e);
    const auto& p = e.best().payoffs;
    routes_[i] = static_cast<std::uint8_t>(e.best().route);
    const std::array<double, 11> x = {e.best().policy.cascade,
                                      e.best().abandon,
                                      p.provider_cost,
                                      p.user_utility,
                                      p.success,
                                      p.latency,
                                      p.service_cost,
                                      misaligned.preferred.payoffs.user_utility,
                                      misaligned.gap,
                                      throttled.cost,
                                      throttled.gain};
    for (std::size_t k = 0; k < x.size(); ++k) expected_.at(k)[i] = x.at(k);
  }

  [[nodiscard]] std::string text(std::size_t i) const {
    std::string numbers = "\ngame";
    for (const auto& column : in_) numbers += fmt::format(" {}", column[i]);
    return numbers + fmt::format(", route {}", routes_[i]);
  }

  std::vector<Game> games_;
  std::array<std::vector<double>, 9> in_;
  std::array<std::vector<double>, 11> expected_;
  std::vector<std::uint8_t> routes_;
  static constexpr std::array<double, 11> sizes_ = {0, 0, 0, 1, 0, 0,
                                                    0, 1, 0, 0, 0};  // which are utilities
};

TEST(Kernel, agrees_with_the_scalar_engine_on_ten_million_games) {
  base::Rng rng(1);
  constexpr std::size_t kGames = 10'000'000;
  constexpr std::size_t kAtATime = 100'000;
  for (std::size_t done = 0; done < kGames && !HasFatalFailure(); done += kAtATime) {
    Games games;
    for (std::size_t i = 0; i < kAtATime; ++i) {
      switch (done / kAtATime % 4) {
        case 0:
          games.add(verification::draw_larger_first(rng));
          break;
        case 1:
          games.add(verification::draw_in_any_order(rng));
          break;
        default:
          games.add(verification::draw_in_paper_order(rng));
      }
    }
    games.expect_same_answers();
  }
}

TEST(Kernel, agrees_on_every_boundary) {
  Games games;
  // All combinations of few numbers: ties of utilities and of costs, sure success, no cost, no
  // penalty, equal models.
  const std::vector<double> values = {0, 1, 2, 10};
  const std::vector<double> penalties = {0, 0.5, 1, 4};
  const std::vector<double> successes = {0.1, 0.25, 0.3, 0.5, 1};
  const std::vector<double> latencies = {0, 0.5, 1, 3};
  const std::vector<double> costs = {-1, 0, 0.25, 0.5, 1};
  for (const double value : values)
    for (const double penalty : penalties)
      for (const double p1 : successes)
        for (const double p2 : successes)
          for (const double t1 : latencies)
            for (const double t2 : latencies)
              for (const double c1 : costs)
                for (const double c2 : costs)
                  games.add(
                      *Game::make({value, 1}, {penalty}, {Model{p1, t1, c1}, Model{p2, t2, c2}}));
  EXPECT_EQ(games.size(), 160'000U);
  games.expect_same_answers();
}

TEST(Kernel, agrees_over_many_orders_of_magnitude_and_near_ties) {
  base::Rng rng(2);
  const auto power = [&](double low, double high) {
    return std::pow(10.0, rng.uniform(low, high));
  };
  Games games;
  for (int i = 0; i < 300'000; ++i) {
    const double value = power(-20, 20);
    const double time = rng.uniform() < 0.5 ? 1 : power(-20, 20);
    const auto model = [&] {
      const double p = rng.uniform() < 0.5 ? power(-9, 0) : 1 - power(-9, -0.01);
      const double share = power(-16, 0) * (rng.uniform() < 0.5 ? 1 : -1);
      return Model{p, value * p * (1 - share) / time, power(-12, 12)};
    };
    const Model first = model();
    Model second = model();
    if (rng.uniform() < 0.5)
      second.cost =
          first.cost / first.success * second.success * (1 + 1e-15 * static_cast<double>(i % 5));
    games.add(
        *Game::make({value, time}, {first.cost / first.success * power(-3, 3)}, {first, second}));
  }
  games.expect_same_answers();
}

TEST(Kernel, solves_games_beyond_the_papers_by_the_numbers_of_a_game_like_them) {
  base::Rng rng(77);
  for (int i = 0; i < 300; ++i) {
    const Game game = verification::draw_fuller(rng);
    Games one;
    one.add(game);
    game::GameColumns columns = one.columns();
    columns.like = &game;
    double cost = 0;
    double misalignment = 0;
    game::AnswerColumns answers;
    answers.provider_cost = &cost;
    answers.misalignment = &misalignment;
    ASSERT_EQ(solve_many(columns, answers), std::size_t{1});
    const auto e = solve(game);
    ASSERT_EQ(cost, e.best().payoffs.provider_cost + 0.0) << i;
    ASSERT_EQ(misalignment, game::misalignment(game, e).gap) << i;
  }
}

TEST(Kernel, names_the_first_game_that_is_none_and_writes_those_before_it) {
  const double nan = std::nan("");
  const std::vector<double> bad_of_all = {
      -1e101, 1e101, nan, -nan, std::numeric_limits<double>::infinity(), -2e100};
  const std::vector<double> bad_of_size = {-1e-300, -1};
  const std::vector<double> bad_of_positive = {0, -0.0, 1e-101, -1e-300, -1};
  const std::vector<double> bad_of_success = {
      0, -0.0, 1e-101, -1e-300, -1, std::nextafter(1.0, 2.0), 2};
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{7}, std::size_t{300}, std::size_t{1001}}) {
    for (std::size_t column = 0; column < 9; ++column) {
      const bool is_cost = column == 5 || column == 8;
      auto bad = bad_of_all;
      if (column == 3 || column == 6)
        bad.insert(bad.end(), bad_of_success.begin(), bad_of_success.end());
      if (column == 1) bad.insert(bad.end(), bad_of_positive.begin(), bad_of_positive.end());
      if (column != 1 && column != 3 && column != 6 && !is_cost)
        bad.insert(bad.end(), bad_of_size.begin(), bad_of_size.end());
      for (const double x : bad) {
        base::Rng rng(3);
        Games games;
        for (int i = 0; i < 1003; ++i) games.add(verification::draw_in_paper_order(rng));
        games.in(column)[at] = x;
        for (const auto instructions : game::available_instructions()) {
          for (const bool timed : {true, false}) {
            if (column == 1 && !timed) continue;
            std::vector<double> cost(games.size(), -7);
            ASSERT_EQ(
                solve_many(games.columns(timed), {.provider_cost = cost.data()}, instructions), at)
                << column << " " << x;
            for (std::size_t i = 0; i < at; ++i) ASSERT_GE(cost[i], 0);
          }
        }
      }
    }
  }
}

TEST(Kernel, takes_numbers_at_the_bounds_and_zeros_with_a_sign) {
  base::Rng rng(4);
  Games games;
  for (int i = 0; i < 1000; ++i) {
    const auto g = verification::draw_in_paper_order(rng);
    const auto zero = [&](double x) { return rng.uniform() < 0.1 ? -0.0 : x; };
    const auto model = [&](std::size_t k) {
      Model m = g.model(k);
      if (rng.uniform() < 0.05) m.success = rng.uniform() < 0.5 ? 1 : 1e-100;
      if (rng.uniform() < 0.05) m.cost = rng.uniform() < 0.5 ? 1e100 : -1e-3;
      return Model{m.success, rng.uniform() < 0.02 ? 1e100 : zero(m.latency), zero(m.cost)};
    };
    const double value = rng.uniform() < 0.02 ? 1e100 : zero(g.value());
    games.add(*Game::make({value, 1}, {rng.uniform() < 0.02 ? 1e100 : zero(g.churn_penalty())},
                          {model(0), model(1)}));
  }
  games.expect_same_answers();
}

TEST(Kernel, is_compiled_for_what_this_machine_has) {
  EXPECT_EQ(game::available_instructions().front(), game::Instructions::kScalar);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") != 0) {
    EXPECT_EQ(game::available_instructions().size(), 3U);
  }
#endif
}

}  // namespace
}  // namespace turnout::testing
