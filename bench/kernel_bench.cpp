// The vector kernel: in cache, from memory, and beside the bandwidth of a STREAM triad. Items are
// games.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "turnout/game/columns.h"
#include "turnout/game/solve_kernel.h"
#include "turnout/landscape/region_map.h"
#include "turnout/verification/random_games.h"

namespace {

using turnout::game::AnswerColumns;
using turnout::game::GameColumns;
using turnout::game::Instructions;

/// Games of the ledger's stated distribution, and room for answers.
class Games {
 public:
  explicit Games(std::size_t games) : columns_(kColumns, games), route_(games) {
    turnout::base::Rng rng(1);
    for (std::size_t i = 0; i < games; ++i) {
      const auto g = turnout::verification::draw_in_paper_order(rng);
      const std::array<double, 8> x = {g.value(),          g.churn_penalty(),  g.model(0).success,
                                       g.model(1).success, g.model(0).latency, g.model(1).latency,
                                       g.model(0).cost,    g.model(1).cost};
      for (std::size_t k = 0; k < x.size(); ++k) columns_[k][i] = x.at(k);
    }
  }
  [[nodiscard]] GameColumns games() const {
    const auto& c = columns_;
    return {route_.size(), c[0], c[1], {c[2], c[3]}, {c[4], c[5]}, {c[6], c[7]}, nullptr};
  }
  [[nodiscard]] AnswerColumns answers(bool audit) {
    AnswerColumns answers;
    answers.route = route_.data();
    answers.cascade = columns_[8];
    answers.abandon = columns_[9];
    answers.provider_cost = columns_[10];
    if (!audit) return answers;
    answers.user_utility = columns_[11];
    answers.misalignment = columns_[12];
    answers.throttling_gain = columns_[13];
    return answers;
  }
  [[nodiscard]] std::size_t size() const { return route_.size(); }

 private:
  static constexpr std::size_t kColumns = 14;
  turnout::game::Columns columns_;
  std::vector<std::uint8_t> route_;
};

constexpr std::size_t kInCache = 2048;                    // 180 KB with answers: the second cache
constexpr std::size_t kInMemory = std::size_t{1} << 23U;  // 750 MB
constexpr double kBytes = 8 * sizeof(double) + 3 * sizeof(double) + 1;

void run(benchmark::State& state, Games& games, bool audit, Instructions instructions) {
  const AnswerColumns answers = games.answers(audit);
  for (auto _ : state) {
    benchmark::DoNotOptimize(solve_many(games.games(), answers, instructions));
    benchmark::ClobberMemory();
  }
  const auto solved = state.iterations() * static_cast<std::int64_t>(games.size());
  state.SetItemsProcessed(solved);
  state.counters["bytes_per_second"] =
      benchmark::Counter(static_cast<double>(solved) * kBytes, benchmark::Counter::kIsRate);
}

void cache(benchmark::State& state, Instructions instructions) {
  static Games games(kInCache);
  run(state, games, false, instructions);
}

void cache_audit(benchmark::State& state, Instructions instructions) {
  static Games games(kInCache / 2);
  run(state, games, true, instructions);
}

void memory(benchmark::State& state, Instructions instructions) {
  static Games games(kInMemory);
  run(state, games, false, instructions);
}

/// a = b + 3 c over 200 MB each; the bytes that the program asks for, as STREAM counts them.
void triad(benchmark::State& state) {
  constexpr std::size_t kSize = std::size_t{1} << 24U;
  static std::vector<double> a(kSize), b(kSize, 1.0), c(kSize, 2.0);
  for (auto _ : state) {
    for (std::size_t i = 0; i < kSize; ++i) a[i] = b[i] + 3.0 * c[i];
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(3 * sizeof(double) * kSize));
}

/// A grid of a million games, with its axes.
void region_map(benchmark::State& state, turnout::landscape::Shown shown) {
  using namespace turnout;
  const auto game = *game::Game::make({1, 0.005}, {0.1},
                                      {game::Model{0.17, 43, 0.0018}, game::Model{0.5, 79, 0.052}});
  const auto axes = *landscape::AxisPair::make(*landscape::Axis::parse("x", "P=0:0.5"),
                                               *landscape::Axis::parse("y", "c2=0.002:0.2:log"));
  for (auto _ : state)
    benchmark::DoNotOptimize(landscape::region_map(game, axes, shown, {1000, 1000})->values.data());
  state.SetItemsProcessed(state.iterations() * 1'000'000);
}

const bool registered = [] {
  for (const Instructions instructions : turnout::game::available_instructions()) {
    const std::string name = "solve/kernel/" + std::string(to_string(instructions));
    benchmark::RegisterBenchmark((name + "/cache").c_str(), cache, instructions);
    benchmark::RegisterBenchmark((name + "/cache/audit").c_str(), cache_audit, instructions);
    benchmark::RegisterBenchmark((name + "/memory").c_str(), memory, instructions)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RegisterBenchmark("region_map/policy", region_map, turnout::landscape::Shown::kPolicy)
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("region_map/misalignment", region_map,
                               turnout::landscape::Shown::kMisalignment)
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("stream/triad", triad)->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
