#include "turnout/estimation/sequence_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "turnout/base/rng.h"
#include "turnout/estimation/world_play.h"

namespace turnout::estimation {

double provider_cost(const WorldPayoffs& play, double penalty) {
  return play.cost + penalty * (1 - play.success);
}

namespace {

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
std::vector<std::size_t> cheapest_models(std::vector<SequencePlayer>& players,
                                         const std::vector<double>& penalties, std::size_t models) {
  std::vector<std::pair<double, std::size_t>> alone;
  for (std::size_t k = 0; k < models; ++k) {
    double cost = 0;
    for (std::size_t d = 0; d < players.size(); ++d)
      cost += provider_cost(players[d].play({k}), penalties[d]);
    alone.emplace_back(cost, k);
  }
  std::sort(alone.begin(), alone.end());
  alone.resize(std::min(alone.size(), kMostTriedModels));
  std::vector<std::size_t> kept;
  for (const auto& one : alone) kept.push_back(one.second);
  std::sort(kept.begin(), kept.end());
  return kept;
}

/// The mean over some draws of the least mean cost that one sequence has in each group of them.
double mean_of_group_bests(const PlayedSequences& played, const std::vector<double>& penalties,
                           const std::vector<std::size_t>& order) {
  constexpr std::size_t kGroups = 10;
  double sum = 0;
  for (std::size_t g = 0; g < kGroups; ++g) {
    const std::size_t begin = order.size() * g / kGroups;
    const std::size_t end = order.size() * (g + 1) / kGroups;
    double least = std::numeric_limits<double>::infinity();
    for (const auto& plays : played.plays) {
      double cost = 0;
      for (std::size_t i = begin; i < end; ++i)
        cost += provider_cost(plays[order[i]], penalties[order[i]]);
      least = std::min(least, cost);
    }
    sum += least;
  }
  return sum / static_cast<double>(order.size());
}

}  // namespace

PlayedSequences play_sequences(const LogPosterior& posterior, const std::vector<double>& penalties,
                               const base::Cancellation& cancellation) {
  std::vector<SequencePlayer> players;
  players.reserve(posterior.draws.size());
  for (const LogWorld& world : posterior.draws) players.emplace_back(world);
  PlayedSequences played;
  played.tried = sequences_of(cheapest_models(players, penalties, posterior.models()));
  for (const Sequence& sequence : played.tried) {
    if (cancellation.requested()) return played;
    auto& plays = played.plays.emplace_back();
    for (SequencePlayer& player : players) plays.push_back(player.play(sequence));
  }
  return played;
}

SequenceChoice choose_sequence(const PlayedSequences& played,
                               const std::vector<double>& penalties) {
  constexpr double kAsGood = 1e-3;
  const std::size_t draws = penalties.size();
  std::vector<double> means;
  std::vector<double> least_in(draws, std::numeric_limits<double>::infinity());
  for (const auto& plays : played.plays) {
    double sum = 0;
    for (std::size_t d = 0; d < draws; ++d) {
      const double cost = provider_cost(plays[d], penalties[d]);
      sum += cost;
      least_in[d] = std::min(least_in[d], cost);
    }
    means.push_back(sum / static_cast<double>(draws));
  }
  const double least = *std::min_element(means.begin(), means.end());
  const auto chosen = std::find_if(means.begin(), means.end(), [&](double mean) {
    return mean <= least + kAsGood * std::abs(least);
  });
  SequenceChoice choice;
  choice.best = static_cast<std::size_t>(chosen - means.begin());
  choice.mean_cost = *chosen;
  double notable = 0;
  for (std::size_t d = 0; d < draws; ++d) {
    choice.costs.push_back(provider_cost(played.plays[choice.best][d], penalties[d]));
    choice.regrets.push_back(choice.costs[d] - least_in[d]);
    notable += choice.regrets[d] > kNotableRegret * std::abs(least_in[d]) ? 1 : 0;
  }
  choice.chance_of_regret = notable / static_cast<double>(draws);
  choice.mean_regret = mean_of(choice.regrets);
  return choice;
}

std::vector<std::vector<double>> best_models(const PlayedSequences& played,
                                             const std::vector<double>& penalties) {
  constexpr double kAlike = 1e-4;
  const std::size_t draws = penalties.size();
  std::size_t models = 0;
  for (const Sequence& sequence : played.tried)
    models = std::max(models, *std::max_element(sequence.begin(), sequence.end()) + 1);
  std::vector<std::vector<double>> shares(kLongestTried, std::vector<double>(models, 0));
  for (std::size_t d = 0; d < draws; ++d) {
    const auto cost = [&](std::size_t s) {
      return provider_cost(played.plays[s][d], penalties[d]);
    };
    std::size_t best = 0;
    for (std::size_t s = 1; s < played.tried.size(); ++s) {
      if (cost(s) < cost(best) - kAlike * std::abs(cost(best))) best = s;
    }
    const Sequence& sequence = played.tried[best];
    for (std::size_t m = 0; m < kLongestTried; ++m)
      shares[m][sequence[std::min(m, sequence.size() - 1)]] += 1 / static_cast<double>(draws);
  }
  return shares;
}

double worth_of_knowing(const PlayedSequences& played, const std::vector<double>& penalties,
                        const std::vector<double>& quantity) {
  std::vector<std::size_t> order(quantity.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return quantity[a] < quantity[b]; });
  std::vector<std::size_t> shuffled = order;
  base::Rng rng(1);
  for (std::size_t i = shuffled.size(); i > 1; --i)
    std::swap(
        shuffled[i - 1],
        shuffled[static_cast<std::size_t>(rng.uniform() * as_real(static_cast<std::int64_t>(i)))]);
  constexpr double kRounding = 1e-12;  // of sums of the same numbers in another order
  const double unknown = mean_of_group_bests(played, penalties, shuffled);
  const double gain = unknown - mean_of_group_bests(played, penalties, order);
  return gain > kRounding * std::abs(unknown) ? gain : 0;
}

}  // namespace turnout::estimation
