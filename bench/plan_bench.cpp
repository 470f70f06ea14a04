// What plans cost to solve as models, attempts and types grow, and where the search stops being
// exact. Items are games.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/game/opaque_routing.h"
#include "turnout/game/plan_classes.h"
#include "turnout/game/population.h"
#include "turnout/game/robust_plan.h"
#include "turnout/verification/random_games.h"

namespace {

using namespace turnout;

constexpr std::size_t kGames = 32;

struct Case {
  game::RoutingGame game;
  game::TaskTypes types;
};

/// Success uniform in (0.02, 0.98) by task and model, latency and cost exponential of mean 1, V and
/// P of mean 3.
Case draw(std::size_t models, std::size_t types, std::uint64_t stream) {
  base::Rng rng(1, stream);
  std::vector<game::Model> offers;
  for (std::size_t k = 0; k < models; ++k) {
    offers.push_back({rng.uniform(0.02, 0.98), rng.exponential(1), rng.exponential(1)});
  }
  std::vector<std::vector<double>> success(types, std::vector<double>(models));
  for (auto& row : success) {
    for (double& p : row) p = rng.uniform(0.02, 0.98);
  }
  const game::User user{rng.exponential(3), 1};
  return {game::RoutingGame::make(user, {rng.exponential(3)}, offers).value(),
          game::TaskTypes::empirical(success)};
}

std::vector<Case> draw_all(std::size_t models, std::size_t types) {
  std::vector<Case> all;
  for (std::size_t i = 0; i < kGames; ++i) all.push_back(draw(models, types, i));
  return all;
}

/// Plays `work` over the games; it returns a certificate, whose mean nodes and share without a
/// proof are reported.
template <class Work>
void over_cases(benchmark::State& state, std::size_t types, Work work) {
  const auto all = draw_all(static_cast<std::size_t>(state.range(0)), types);
  double nodes = 0;
  double unproved = 0;
  double slowest = 0;
  std::size_t games = 0;
  for (auto _ : state) {
    for (const Case& c : all) {
      const auto started = std::chrono::steady_clock::now();
      const game::CertifiedPlan found = work(c);
      slowest = std::max(
          slowest,
          std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
      nodes += static_cast<double>(found.certificate.nodes);
      unproved += found.certificate.gap > 1e-9 * std::abs(found.plan.payoffs.provider_cost) ? 1 : 0;
      ++games;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(games));
  state.counters["slowest"] = slowest;
  state.counters["nodes"] = nodes / static_cast<double>(games);
  state.counters["unproved"] = unproved / static_cast<double>(games);
}

void promised_utility(benchmark::State& state) {
  over_cases(state, 1, [](const Case& c) { return game::best_plan(c.game); });
}

void deterministic(benchmark::State& state) {
  over_cases(state, 1, [](const Case& c) { return game::best_deterministic_plan(c.game); });
}

void belief(benchmark::State& state) {
  const auto depth = static_cast<std::size_t>(state.range(1));
  over_cases(state, static_cast<std::size_t>(state.range(2)),
             [depth](const Case& c) { return game::best_sequence(c.game, c.types, depth); });
}

/// With feedback attempts do not commute, so that no two prefixes can be merged.
void feedback(benchmark::State& state) {
  const auto depth = static_cast<std::size_t>(state.range(1));
  over_cases(state, 1, [depth](const Case& c) {
    std::vector<double> rates;
    for (std::size_t k = 0; k < c.game.size(); ++k) rates.push_back(c.game.model(k).success);
    return game::best_sequence(c.game, game::TaskTypes::rasch(rates, {1.5, 0.3}, depth), depth);
  });
}

/// Tasks that suit some models better than others; making the types is part of the work.
void task_and_model(benchmark::State& state, double worth_of_feedback) {
  const auto depth = static_cast<std::size_t>(state.range(1));
  over_cases(state, 1, [&](const Case& c) {
    std::vector<double> rates;
    for (std::size_t k = 0; k < c.game.size(); ++k) rates.push_back(c.game.model(k).success);
    const auto types = game::TaskTypes::rasch(rates, {1.5, worth_of_feedback, 1}, depth);
    return game::best_sequence(c.game, types, depth);
  });
}

/// The simple twin: every sequence played from the start.
void exhaustive(benchmark::State& state) {
  const auto depth = static_cast<std::size_t>(state.range(1));
  over_cases(state, static_cast<std::size_t>(state.range(2)), [depth](const Case& c) {
    game::CertifiedPlan best;
    best.plan.payoffs.provider_cost = 1e300;
    std::vector<std::size_t> sequence(depth, 0);
    for (;;) {
      const auto play = game::play_sequence(c.game, c.types, sequence);
      if (play.payoffs.provider_cost < best.plan.payoffs.provider_cost)
        best.plan.payoffs = play.payoffs;
      ++best.certificate.nodes;
      std::size_t j = 0;
      while (j < depth && ++sequence[j] == c.game.size()) sequence[j++] = 0;
      if (j == depth) return best;
    }
  });
}

std::vector<game::PopulationPart> population(std::size_t size) {
  base::Rng rng(1);
  const game::Game base = verification::draw_in_paper_order(rng);
  std::vector<game::PopulationPart> parts;
  for (std::size_t i = 0; i < size; ++i) {
    parts.push_back({1 / static_cast<double>(size),
                     base.with({game::Quantity::kValue, 0}, rng.exponential(3)).value()});
  }
  return parts;
}

/// One sequence for 200 segments along a lognormal V.
void for_all(benchmark::State& state) {
  constexpr std::size_t kSegments = 200;
  const auto depth = static_cast<std::size_t>(state.range(1));
  over_cases(state, static_cast<std::size_t>(state.range(2)), [depth](const Case& c) {
    std::vector<game::Segment> segments;
    for (std::size_t s = 0; s < kSegments; ++s) {
      // By a logistic's quantiles, which are nearly the normal's.
      const double share = (static_cast<double>(s) + 0.5) / kSegments;
      const double z = std::log(share / (1 - share)) / 1.702;
      game::User user = c.game.user();
      user.value *= std::exp(0.8 * z);
      segments.push_back({1.0 / kSegments, user});
    }
    return game::best_sequence_for_all(c.game, segments, c.types, depth);
  });
}

/// One sequence over a posterior of 1,000 games around each case, with difficulty.
void posterior(benchmark::State& state) {
  constexpr std::size_t kDraws = 1000;
  const auto depth = static_cast<std::size_t>(state.range(1));
  over_cases(state, 1, [depth](const Case& c) {
    std::vector<game::PossibleGame> games;
    for (std::size_t d = 0; d < kDraws; ++d) {
      base::Rng rng(2, d);
      const auto about = [&](double x) { return x * rng.uniform(0.7, 1.4); };
      std::vector<game::Model> models;
      std::vector<double> rates;
      for (std::size_t k = 0; k < c.game.size(); ++k) {
        const game::Model& model = c.game.model(k);
        models.push_back(
            {std::min(0.99, about(model.success)), about(model.latency), about(model.cost)});
        rates.push_back(models.back().success);
      }
      const game::User user{about(c.game.user().value), 1};
      games.push_back(
          {game::RoutingGame::make(user, {about(c.game.churn_penalty())}, models).value(),
           {{1, user}},
           game::TaskTypes::rasch(rates, {1.5, 0.2}, depth)});
    }
    const auto found = game::robust_plan(games, depth, {}, {20'000});
    game::CertifiedPlan plan;
    plan.certificate = found.certificate;
    plan.plan.payoffs.provider_cost = found.certificate.bound + found.certificate.gap;
    // A plainer end may cost 1e-4 more: count as proved what is within that.
    plan.certificate.gap =
        std::max(0.0, plan.certificate.gap - 1e-4 * plan.plan.payoffs.provider_cost);
    return plan;
  });
}

void population_evaluation(benchmark::State& state) {
  const auto parts = population(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(game::evaluate_population(parts, {0, 0.3}));
}

void population_optimum(benchmark::State& state) {
  const auto parts = population(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(game::best_for_population(parts));
}

void nash(benchmark::State& state) {
  base::Rng rng(1);
  std::vector<game::Game> games;
  for (std::size_t i = 0; i < 1024; ++i) games.push_back(verification::draw_in_paper_order(rng));
  for (auto _ : state) {
    for (const game::Game& g : games) benchmark::DoNotOptimize(game::nash_equilibria(g));
  }
  state.SetItemsProcessed(state.iterations() * 1024);
}

BENCHMARK(promised_utility)->Name("plan")->ArgName("models")->Arg(2)->Arg(4)->Arg(8)->Arg(16);
BENCHMARK(deterministic)
    ->ArgName("models")
    ->Arg(2)
    ->Arg(4)
    ->Arg(8)
    ->Arg(16)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(belief)
    ->ArgNames({"models", "depth", "types"})
    ->ArgsProduct({{2, 4, 6, 16}, {2, 4, 6, 8}, {16}})
    ->Args({2, 5, 175})
    ->Args({6, 6, 175})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(feedback)
    ->ArgNames({"models", "depth"})
    ->ArgsProduct({{2, 4, 6}, {2, 4, 6, 8}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(task_and_model, tau, 0.0)
    ->ArgNames({"models", "depth"})
    ->Args({2, 6})
    ->Args({4, 6})
    ->Args({4, 12})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(task_and_model, tau and feedback, 0.3)
    ->ArgNames({"models", "depth"})
    ->Args({2, 6})
    ->Args({4, 6})
    ->Args({4, 8})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(exhaustive)
    ->ArgNames({"models", "depth", "types"})
    ->Args({4, 4, 16})
    ->Args({6, 6, 16})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(for_all)
    ->Name("for 200 segments")
    ->ArgNames({"models", "depth", "types"})
    ->ArgsProduct({{2, 4, 8}, {4, 6, 8}, {16}})
    ->Args({4, 6, 175})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(posterior)
    ->Name("for a posterior")
    ->ArgNames({"models", "depth"})
    ->ArgsProduct({{2, 4}, {4, 6, 8}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(population_evaluation)->ArgName("segments")->Arg(1000)->Unit(benchmark::kMicrosecond);
BENCHMARK(population_optimum)
    ->ArgName("segments")
    ->Arg(10)
    ->Arg(100)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(nash)->Name("nash_equilibria");

}  // namespace
