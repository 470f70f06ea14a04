#include "turnout/simulation/replay.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "turnout/base/rng.h"
#include "turnout/game/belief_plan.h"
#include "turnout/game/promised_utility.h"
#include "turnout/simulation/counted_sequences.h"
#include "turnout/simulation/score_threshold.h"

namespace turnout::simulation {
namespace {

using game::Model;
using game::RoutingGame;

/// The game with other success rates.
RoutingGame with_rates(const RoutingGame& game, const std::vector<double>& rates) {
  constexpr double kLeast = 1e-100;  // a model that solved nothing
  std::vector<Model> models;
  for (std::size_t k = 0; k < game.size(); ++k) {
    Model model = game.model(k);
    model.success = std::clamp(rates[k], kLeast, 1.0);
    models.push_back(model);
  }
  return RoutingGame::make(game.user(), game.provider(), models, game.switching(),
                           game.participates())
      .value();
}

/// A policy as chosen on the training half.
struct Choice {
  std::string name;
  double predicted = 0;
  std::function<Servings(const Recorded&)> serve;
};

std::vector<std::size_t> sequence_of(const game::EscalationPlan& plan) {
  std::vector<std::size_t> sequence;
  for (const auto& attempt : plan.attempts) sequence.push_back(attempt.models.front().first);
  return sequence;
}

double cost_of(const RoutingGame& game, const Recorded& recorded,
               const std::vector<std::size_t>& sequence) {
  return fare(game, serve_sequence(game, recorded, sequence)).provider_cost;
}

/// Where all sequences are too many: the best for the rates as probabilities, at its counted cost.
CountedSequence best_by_rates(const RoutingGame& game, const Recorded& recorded, std::size_t depth,
                              const game::SearchLimits& limits) {
  auto sequence = sequence_of(
      game::best_sequence(game, game::TaskTypes::empirical(recorded.rate), depth, limits).plan);
  const double cost = cost_of(game, recorded, sequence);
  return {std::move(sequence), cost};
}

/// The same for resampled tasks: of the sequences that are best for some resample or for the sample
/// itself, the one with the least mean cost over the resamples.
CountedSequence robust_by_rates(const RoutingGame& game, const AlikeTasks& tasks,
                                const std::vector<std::vector<double>>& resampled,
                                std::vector<std::vector<std::size_t>> candidates, std::size_t depth,
                                const game::SearchLimits& limits) {
  std::vector<game::TaskTypes> samples;
  for (const auto& shares : resampled)
    samples.push_back(game::TaskTypes::empirical(tasks.kinds.rate, shares));
  for (const game::TaskTypes& types : samples) {
    auto sequence = sequence_of(game::best_sequence(game, types, depth, limits).plan);
    if (std::find(candidates.begin(), candidates.end(), sequence) == candidates.end())
      candidates.push_back(std::move(sequence));
  }
  CountedSequence best{{}, std::numeric_limits<double>::infinity()};
  for (const auto& sequence : candidates) {
    double cost = 0;
    for (const game::TaskTypes& types : samples) {
      cost += game::play_sequence(game, types, sequence).payoffs.provider_cost /
              static_cast<double>(samples.size());
    }
    if (cost < best.cost) best = {sequence, cost};
  }
  return best;
}

/// The sequence that is best on the tasks, and the one that is best on average over resamples of
/// them, so that it does not stand at the edge of a cliff, where a few tasks more or less make
/// users leave.
CountedSequences best_sequences(const RoutingGame& game, const Recorded& recorded,
                                std::size_t depth, const game::SearchLimits& limits) {
  constexpr std::size_t kResamples = 64;
  const AlikeTasks tasks = alike(recorded);
  const auto resampled = resampled_shares(tasks, recorded.tasks(), kResamples, 1);
  auto found = cheapest_sequences(game, tasks, resampled, depth, limits.watch.cancellation);
  if (found) return *std::move(found);
  CountedSequences by_rates;
  by_rates.best = best_by_rates(game, recorded, depth, limits);
  by_rates.robust = robust_by_rates(game, tasks, resampled, {by_rates.best.models}, depth, limits);
  return by_rates;
}

/// The least cost of any sequence on the tasks that are played on.
double hindsight(const RoutingGame& game, const Recorded& recorded, std::size_t depth,
                 const game::SearchLimits& limits) {
  const auto found =
      cheapest_sequences(game, alike(recorded), {}, depth, limits.watch.cancellation);
  return found ? found->best.cost : best_by_rates(game, recorded, depth, limits).cost;
}

std::vector<std::size_t> best_static(const RoutingGame& game, const Recorded& recorded,
                                     std::size_t depth) {
  std::vector<std::size_t> best(depth, 0);
  double least = cost_of(game, recorded, best);
  for (std::size_t k = 1; k < game.size(); ++k) {
    const std::vector<std::size_t> other(depth, k);
    const double cost = cost_of(game, recorded, other);
    if (cost >= least) continue;
    best = other;
    least = cost;
  }
  return best;
}

std::vector<Choice> choose(const RoutingGame& game, const std::vector<std::string>& names,
                           const Recorded& training, std::size_t depth,
                           const game::SearchLimits& limits) {
  std::vector<Choice> choices;
  const auto add = [&](std::string name, std::function<Servings(const Recorded&)> serve) {
    const double predicted = fare(game, serve(training)).provider_cost;
    choices.push_back({std::move(name), predicted, std::move(serve)});
  };
  const RoutingGame mean_game = with_rates(game, training.mean_rates());

  const CountedSequences best = best_sequences(game, training, depth, limits);
  add("Turnout plan",
      [&game, s = best.best.models](const Recorded& r) { return serve_sequence(game, r, s); });
  choices.push_back(
      {"Turnout robust plan", best.robust.cost,
       [&game, s = best.robust.models](const Recorded& r) { return serve_sequence(game, r, s); }});
  if (const auto paper = game::best_paper_policy(mean_game)) {
    choices.push_back(
        {"paper's policy", paper->payoffs.provider_cost,
         [&game, p = *paper, depth](const Recorded& r) { return serve_paper(game, r, p, depth); }});
  }
  const auto fixed = best_static(game, training, depth);
  add("best static", [&game, fixed](const Recorded& r) { return serve_sequence(game, r, fixed); });
  for (std::size_t k = 0; k < game.size(); ++k) {
    const std::vector<std::size_t> always(depth, k);
    add("always " + names[k],
        [&game, always](const Recorded& r) { return serve_sequence(game, r, always); });
  }
  add("cascade with a perfect judge",
      [&game, depth](const Recorded& r) { return serve_judged_cascade(game, r, depth); });
  if (!training.score.empty()) {
    const double threshold = best_threshold(game, training, depth);
    add("threshold on the score", [&game, threshold, depth](const Recorded& r) {
      return serve_threshold(game, r, threshold, depth);
    });
  }
  add("random", [&game, depth](const Recorded& r) { return serve_random(game, r, depth); });
  return choices;
}

/// Sums over the splits for one policy.
struct Tally {
  std::string policy;
  std::vector<double> cost_of_task;  ///< summed over the splits in which the task was tested
  double predicted = 0, realised = 0, utility = 0, success = 0, error = 0, attempts = 0;
  std::size_t splits_with_error = 0;

  void add(const Choice& choice, const Fared& fared, const std::vector<std::size_t>& tested) {
    policy = choice.name;
    for (std::size_t i = 0; i < tested.size(); ++i) {
      // A user who does not submit costs the same on every task.
      cost_of_task[tested[i]] +=
          fared.cost_by_task.size() == 1 ? fared.cost_by_task[0] : fared.cost_by_task[i];
    }
    predicted += choice.predicted;
    realised += fared.provider_cost;
    utility += fared.user_utility;
    success += fared.success;
    attempts += static_cast<double>(fared.attempts);
    if (fared.provider_cost == 0) return;
    error += std::abs(choice.predicted / fared.provider_cost - 1);
    ++splits_with_error;
  }
};

/// 95 % interval of the mean over tasks, by resampling tasks.
std::pair<double, double> bootstrap(const std::vector<double>& values, std::size_t rounds,
                                    base::Rng& rng) {
  if (rounds == 0 || values.empty()) return {0, 0};
  std::vector<double> means;
  for (std::size_t round = 0; round < rounds; ++round) {
    double total = 0;
    for (std::size_t i = 0; i < values.size(); ++i) total += values[rng.next() % values.size()];
    means.push_back(total / static_cast<double>(values.size()));
  }
  std::sort(means.begin(), means.end());
  const auto at = [&](double share) {
    return means[static_cast<std::size_t>(share * static_cast<double>(means.size() - 1))];
  };
  return {at(0.025), at(0.975)};
}

constexpr double kRounding = 1e-12;

struct Halves {
  std::vector<std::size_t> training, test;
};

Halves halve(std::size_t tasks, base::Rng& rng) {
  std::vector<std::size_t> order(tasks);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = tasks; i > 1; --i) std::swap(order[i - 1], order[rng.next() % i]);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(tasks / 2);
  return {{order.begin(), middle}, {middle, order.end()}};
}

ReplayRow row_of(const Tally& tally, const std::vector<double>& times_tested, double hindsight,
                 const ReplayOptions& options, base::Rng& rng) {
  const auto splits = static_cast<double>(options.splits);
  std::vector<double> costs;
  for (std::size_t i = 0; i < times_tested.size(); ++i) {
    if (times_tested[i] > 0) costs.push_back(tally.cost_of_task[i] / times_tested[i]);
  }
  ReplayRow row;
  row.policy = tally.policy;
  std::tie(row.realised.low, row.realised.high) = bootstrap(costs, options.bootstrap, rng);
  row.predicted = tally.predicted / splits;
  row.realised.value = tally.realised / splits;
  row.user_utility = tally.utility / splits;
  row.success = tally.success / splits;
  row.attempts = tally.attempts / splits;
  if (tally.splits_with_error > 0)
    row.prediction_error = tally.error / static_cast<double>(tally.splits_with_error);
  if (hindsight != 0) row.regret = (row.realised.value - hindsight) / std::abs(hindsight);
  if (std::abs(row.regret) < kRounding) row.regret = 0;  // the same sequence, added up otherwise
  return row;
}

}  // namespace

Replay replay(const RoutingGame& game, const std::vector<std::string>& names,
              const Recorded& recorded, const ReplayOptions& options, const base::Watch& watch) {
  const std::size_t tasks = recorded.tasks();
  Replay result;
  result.tasks = tasks;
  result.one_trial = std::all_of(recorded.rate.begin(), recorded.rate.end(), [](const auto& row) {
    return std::all_of(row.begin(), row.end(), [](double p) { return p == 0 || p == 1; });
  });
  const game::SearchLimits limits{.watch = {[](std::size_t) {}, watch.cancellation}};
  std::vector<Tally> tallies;
  std::vector<double> times_tested(tasks, 0);
  for (std::size_t split = 0; split < options.splits; ++split) {
    base::Rng rng(options.seed, split);
    const Halves halves = halve(tasks, rng);
    const Recorded test = recorded.subset(halves.test);
    for (const std::size_t i : halves.test) times_tested[i] += 1;
    result.hindsight +=
        hindsight(game, test, options.depth, limits) / static_cast<double>(options.splits);
    const auto choices =
        choose(game, names, recorded.subset(halves.training), options.depth, limits);
    if (watch.cancellation.requested()) return {};
    tallies.resize(choices.size(), Tally{"", std::vector<double>(tasks, 0)});
    for (std::size_t c = 0; c < choices.size(); ++c) {
      tallies[c].add(choices[c], fare(game, choices[c].serve(test)), halves.test);
    }
    watch.on_steps(1);
  }
  for (std::size_t c = 0; c < tallies.size(); ++c) {
    base::Rng rng(options.seed, options.splits + c);
    result.rows.push_back(row_of(tallies[c], times_tested, result.hindsight, options, rng));
  }
  return result;
}

}  // namespace turnout::simulation
