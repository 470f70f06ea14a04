// Reading, storing, gathering and simulating passes; one core each.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "turnout/estimation/log_statistics.h"
#include "turnout/simulation/agents.h"
#include "turnout/simulation/pair_traffic.h"
#include "turnout/store/import.h"
#include "turnout/traffic/pass_writer.h"

namespace turnout {
namespace {

const std::vector<std::string>& names() {
  static const std::vector<std::string> all = {"mini", "large"};
  return all;
}

/// Passes of simulated users, as many as asked for.
const std::vector<traffic::Pass>& some_passes() {
  static const std::vector<traffic::Pass> passes = [] {
    constexpr std::size_t kPasses = 200'000;
    const auto game = game::RoutingGame::make({10, 1}, {5}, {{0.3, 1, 0.05}, {0.6, 3, 1}}).value();
    simulation::Setting setting{game, names(), {1.5, 0.2}, {}, {}, {}};
    for (const char* text : {"mini", "large", "mini,large"}) {
      setting.policies.push_back(policy::Policy::parse(text, names()).value());
    }
    setting.behaviour.feedback_solved = setting.behaviour.feedback_left = 0.3;
    setting.behaviour.latency_sigma = 0.3;
    std::vector<traffic::Pass> all;
    simulation::Agents(setting).write_log(kPasses, 1, [&](const traffic::Pass& pass) {
      all.push_back(pass);
      return all.size() < kPasses;
    });
    return all;
  }();
  return passes;
}

std::string lines(bool csv) {
  std::string text = csv ? traffic::csv_header() : "";
  for (const auto& pass : some_passes())
    (csv ? traffic::append_csv : traffic::append_json)(text, pass);
  return text;
}

void read(benchmark::State& state, bool csv) {
  const std::string text = lines(csv);
  for (auto _ : state) {
    const auto source = [&] { return traffic::ByteSource::over(text, "log"); };
    const auto reader = csv ? traffic::csv_reader(source()) : traffic::json_reader(source());
    traffic::Pass pass;
    std::size_t passes = 0;
    while (reader->next(pass).value()) ++passes;
    benchmark::DoNotOptimize(passes);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(some_passes().size()));
}
BENCHMARK_CAPTURE(read, json, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, csv, true)->Unit(benchmark::kMillisecond);

void insert_sqlite(benchmark::State& state) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("turnout-bench-" + std::to_string(::getpid()) + ".db");
  for (auto _ : state) {
    state.PauseTiming();
    for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + ending);
    state.ResumeTiming();
    const auto store = store::open_store("sqlite:" + file.string(), store::Access::kCreate).value();
    const std::span<const traffic::Pass> all(some_passes());
    const std::size_t batch = store->batch();
    for (std::size_t at = 0; at < all.size(); at += batch) {
      benchmark::DoNotOptimize(
          store->insert(all.subspan(at, std::min(batch, all.size() - at)))->added);
    }
  }
  for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + ending);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(some_passes().size()));
}
BENCHMARK(insert_sqlite)->Unit(benchmark::kMillisecond);

void gather(benchmark::State& state) {
  for (auto _ : state) {
    estimation::StatisticsGatherer gatherer({}, some_passes().back().started_us);
    for (const auto& pass : some_passes()) gatherer.add(pass);
    benchmark::DoNotOptimize(gatherer.finish()->passes);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(some_passes().size()));
}
BENCHMARK(gather)->Unit(benchmark::kMillisecond);

void simulate_pair(benchmark::State& state) {
  const auto game = game::Game::make({12, 1}, {4}, {{{0.45, 3, 0.4}, {0.8, 9, 2}}}).value();
  constexpr std::uint64_t kTasks = 4'000'000;
  std::uint64_t passes = 0;
  for (auto _ : state) {
    const auto counts = simulation::play_pair(game, {0, 0.2}, 0.1, kTasks, 1,
                                              static_cast<unsigned>(state.range(0)));
    passes += counts.passes[0] + counts.passes[1];
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(passes));
}
BENCHMARK(simulate_pair)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void simulate_static(benchmark::State& state) {
  const auto game = game::Game::make({12, 1}, {4}, {{{0.45, 3, 0.4}, {0.8, 9, 2}}}).value();
  std::uint64_t passes = 0;
  for (auto _ : state) {
    const auto counts = simulation::play_pair(game, {0, 0}, 0, 4'000'000, 1, 1);
    passes += counts.passes[0] + counts.passes[1];
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(passes));
}
BENCHMARK(simulate_static)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace turnout
