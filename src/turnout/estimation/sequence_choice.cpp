#include "turnout/estimation/sequence_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace turnout::estimation {
namespace {

double cost_of(const WorldPayoffs& play, double penalty) {
  return play.cost + penalty * (1 - play.success);
}

double mean_of(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

/// All sequences over the models without a repetition at the end, shorter ones first.
std::vector<Sequence> sequences_of(const std::vector<std::size_t>& models) {
  std::vector<Sequence> all;
  std::vector<Sequence> of_length = {{}};
  for (std::size_t length = 1; length <= kLongestTried; ++length) {
    std::vector<Sequence> longer;
    for (const Sequence& before : of_length) {
      for (const std::size_t k : models) {
        Sequence one = before;
        one.push_back(k);
        if (length == 1 || one[length - 2] != k) all.push_back(one);
        longer.push_back(std::move(one));
      }
    }
    of_length = std::move(longer);
  }
  return all;
}

/// The models that are cheapest alone, in the order of their numbers.
std::vector<std::size_t> cheapest_models(const std::vector<SequencePlayer>& players,
                                         const std::vector<double>& penalties, std::size_t models) {
  std::vector<std::pair<double, std::size_t>> alone;
  for (std::size_t k = 0; k < models; ++k) {
    double cost = 0;
    for (std::size_t d = 0; d < players.size(); ++d)
      cost += cost_of(players[d].play({k}), penalties[d]);
    alone.emplace_back(cost, k);
  }
  std::sort(alone.begin(), alone.end());
  alone.resize(std::min(alone.size(), kMostTriedModels));
  std::vector<std::size_t> kept;
  for (const auto& one : alone) kept.push_back(one.second);
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace

SequenceChoice choose_sequence(const LogPosterior& posterior, const PenaltyOf& penalty,
                               const base::Cancellation& cancellation) {
  constexpr double kAsGood = 1e-3;
  std::vector<SequencePlayer> players;
  std::vector<double> penalties;
  players.reserve(posterior.draws.size());
  for (const LogWorld& world : posterior.draws) {
    players.emplace_back(world);
    penalties.push_back(penalty(world));
  }
  SequenceChoice choice;
  choice.tried = sequences_of(cheapest_models(players, penalties, posterior.middle.skills.size()));
  std::vector<double> means;
  for (const Sequence& sequence : choice.tried) {
    if (cancellation.requested()) return choice;
    auto& costs = choice.costs.emplace_back();
    for (std::size_t d = 0; d < players.size(); ++d)
      costs.push_back(cost_of(players[d].play(sequence), penalties[d]));
    means.push_back(mean_of(costs));
  }
  const double least = *std::min_element(means.begin(), means.end());
  const auto chosen = std::find_if(means.begin(), means.end(), [&](double mean) {
    return mean <= least + kAsGood * std::abs(least);
  });
  choice.best = static_cast<std::size_t>(chosen - means.begin());
  choice.mean_cost = *chosen;
  std::vector<double> regrets;
  for (std::size_t d = 0; d < players.size(); ++d) {
    double best = std::numeric_limits<double>::infinity();
    for (const auto& costs : choice.costs) best = std::min(best, costs[d]);
    regrets.push_back(choice.costs[choice.best][d] - best);
    choice.plays.push_back(players[d].play(choice.tried[choice.best]));
  }
  choice.mean_regret = mean_of(regrets);
  std::sort(regrets.begin(), regrets.end());
  choice.high_regret = regrets[regrets.size() * 95 / 100];
  return choice;
}

const Sequence& best_in_world(const LogWorld& world, double penalty,
                              const std::vector<Sequence>& tried) {
  const SequencePlayer player(world);
  const Sequence* best = nullptr;
  double least = std::numeric_limits<double>::infinity();
  for (const Sequence& sequence : tried) {
    const double cost = cost_of(player.play(sequence), penalty);
    if (cost >= least - 1e-9 * std::abs(least)) continue;
    least = cost;
    best = &sequence;
  }
  return *best;
}

}  // namespace turnout::estimation
