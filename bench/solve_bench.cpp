// What a game costs to solve, scalar. Items are games of the ledger's stated distribution.
#include <benchmark/benchmark.h>

#include <vector>

#include "turnout/game/remedies.h"
#include "turnout/game/sensitivity.h"
#include "turnout/verification/random_games.h"

namespace {

using turnout::game::Game;

constexpr std::size_t kGames = 4096;

const std::vector<Game>& games() {
  static const std::vector<Game> drawn = [] {
    turnout::base::Rng rng(1);
    std::vector<Game> all;
    for (std::size_t i = 0; i < kGames; ++i)
      all.push_back(turnout::verification::draw_in_paper_order(rng));
    return all;
  }();
  return drawn;
}

/// Runs `work` over the games in turn, one item a game.
template <class Work>
void over_games(benchmark::State& state, Work work) {
  const auto& all = games();
  for (auto _ : state) {
    for (const Game& game : all) benchmark::DoNotOptimize(work(game));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kGames));
}

void solve(benchmark::State& state) {
  over_games(state, [](const Game& game) { return turnout::game::solve(game); });
}

void solve_and_audit(benchmark::State& state) {
  over_games(state, [](const Game& game) {
    const auto e = turnout::game::solve(game);
    return turnout::game::misalignment(game, e).gap + turnout::game::throttling(game, e).gain +
           turnout::game::penalty_floor(game, e);
  });
}

void best_response(benchmark::State& state) {
  over_games(state, [](const Game& game) {
    return turnout::game::best_response(game, {0, 0.3}).abandon;
  });
}

void sensitivities(benchmark::State& state) {
  const Game& game = games()[0];
  for (auto _ : state) benchmark::DoNotOptimize(turnout::game::sensitivities(game));
}

BENCHMARK(solve)->Name("solve/scalar");
BENCHMARK(solve_and_audit)->Name("audit/scalar");
BENCHMARK(best_response)->Name("best_response/scalar");
BENCHMARK(sensitivities)->Name("sensitivities")->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
