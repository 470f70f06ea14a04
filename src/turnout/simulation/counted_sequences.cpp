#include "turnout/simulation/counted_sequences.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "turnout/base/rng.h"
#include "turnout/numeric/variates.h"

namespace turnout::simulation {
namespace {

constexpr double kTie = 1e-12;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What a user gets and a provider pays if he stops after a prefix, for one weighting.
struct Stop {
  double utility = 0;
  double cost = 0;
  double spent = 0;     ///< cost without the penalty
  double at_stake = 0;  ///< sum of the absolute terms of the utility
};

/// The cost at the stop that is best for the user; ties go to the provider.
double cost_of_best(const std::vector<std::vector<Stop>>& stops, std::size_t weighting,
                    std::size_t first) {
  Stop best = stops[first][weighting];
  for (std::size_t m = first + 1; m < stops.size(); ++m) {
    const Stop& now = stops[m][weighting];
    const double gain = now.utility - best.utility;
    const bool tie = std::abs(gain) <= kTie * now.at_stake;
    if (gain > kTie * now.at_stake || (tie && now.cost < best.cost)) best = now;
  }
  return best.cost;
}

/// Walks through the tree of all sequences.
class Walk {
 public:
  Walk(const game::RoutingGame& game, const AlikeTasks& tasks,
       const std::vector<std::vector<double>>& resampled, std::size_t depth,
       const base::Cancellation& cancellation)
      : game_(game),
        tasks_(tasks.kinds),
        depth_(depth),
        cancellation_(cancellation),
        made_(game.size(), 0),
        stops_(depth + 1) {
    shares_.push_back(tasks.share);
    shares_.insert(shares_.end(), resampled.begin(), resampled.end());
    for (const auto& share : shares_)
      stops_[0].push_back({0, game.churn_penalty() * sum(share), 0, 0});
    found_.best.cost = kInfinity;
    found_.robust.cost = kInfinity;
  }

  CountedSequences run() {
    go(std::vector<double>(tasks_.tasks(), 1));
    return found_;
  }

 private:
  static double sum(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
  }

  void go(const std::vector<double>& open) {
    if (sequence_.size() == depth_) return take();
    for (std::size_t k = 0; k < game_.size() && !cancellation_.requested(); ++k) {
      std::vector<double> solved(open.size());
      std::vector<double> next(open.size());
      for (std::size_t i = 0; i < open.size(); ++i) {
        solved[i] = open[i] * tasks_.success(i, k, made_[k]);
        next[i] = open[i] - solved[i];
      }
      attempt(k, open, solved);
      sequence_.push_back(k);
      ++made_[k];
      go(next);
      --made_[k];
      sequence_.pop_back();
    }
  }

  /// Fills the stops after one more attempt, on model k.
  void attempt(std::size_t k, const std::vector<double>& open, const std::vector<double>& solved) {
    const std::size_t from = sequence_.empty() ? k : sequence_.back();
    const game::Model& model = game_.model(k);
    const double wait =
        game_.user().value_of_time * (model.latency + game_.switch_latency(from, k)) + model.price;
    const double cost = game_.pass(k).service + game_.switch_cost(from, k);
    const std::vector<Stop>& before = stops_[sequence_.size()];
    std::vector<Stop>& after = stops_[sequence_.size() + 1];
    after.resize(shares_.size());
    for (std::size_t w = 0; w < shares_.size(); ++w) {
      const double* share = shares_[w].data();
      const double reach = std::inner_product(open.begin(), open.end(), share, 0.0);
      const double done = std::inner_product(solved.begin(), solved.end(), share, 0.0);
      const double worth = game_.user().value * done;
      const double spent = before[w].spent + reach * cost;
      after[w] = {before[w].utility + worth - reach * wait,
                  spent + game_.churn_penalty() * (reach - done), spent,
                  before[w].at_stake + worth + reach * wait};
    }
  }

  void take() {
    const std::size_t first = game_.participates() ? 0 : 1;
    const auto keep = [&](CountedSequence& best, double cost) {
      if (cost < best.cost) best = {sequence_, cost};
    };
    keep(found_.best, cost_of_best(stops_, 0, first));
    double mean = 0;
    for (std::size_t w = 1; w < shares_.size(); ++w)
      mean += cost_of_best(stops_, w, first) / static_cast<double>(shares_.size() - 1);
    keep(found_.robust, shares_.size() > 1 ? mean : cost_of_best(stops_, 0, first));
  }

  const game::RoutingGame& game_;
  const Recorded& tasks_;
  std::size_t depth_;
  const base::Cancellation& cancellation_;
  std::vector<std::vector<double>> shares_;  ///< the tasks as they are, then resampled
  std::vector<std::size_t> sequence_;
  std::vector<std::size_t> made_;         ///< attempts so far, by model
  std::vector<std::vector<Stop>> stops_;  ///< by attempts made and weighting
  CountedSequences found_;
};

}  // namespace

AlikeTasks alike(const Recorded& recorded) {
  using Row = std::pair<std::vector<double>, std::vector<double>>;
  std::map<Row, double> tasks;
  for (std::size_t i = 0; i < recorded.tasks(); ++i) {
    tasks[{recorded.rate[i],
           recorded.trials.empty() ? std::vector<double>{} : recorded.trials[i]}] += 1;
  }
  AlikeTasks found;
  for (const auto& [row, count] : tasks) {
    found.kinds.rate.push_back(row.first);
    if (!recorded.trials.empty()) found.kinds.trials.push_back(row.second);
    found.share.push_back(count / static_cast<double>(recorded.tasks()));
  }
  return found;
}

std::vector<std::vector<double>> resampled_shares(const AlikeTasks& tasks, std::size_t tasks_in_all,
                                                  std::size_t resamples, std::uint64_t seed) {
  std::vector<std::vector<double>> all;
  for (std::size_t r = 0; r < resamples; ++r) {
    base::Rng rng(seed, r);
    std::vector<double> shares;
    for (const double share : tasks.share)
      shares.push_back(numeric::gamma(share * static_cast<double>(tasks_in_all) / 2, rng));
    const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double& share : shares) share /= total;
    all.push_back(std::move(shares));
  }
  return all;
}

std::optional<CountedSequences> cheapest_sequences(
    const game::RoutingGame& game, const AlikeTasks& tasks,
    const std::vector<std::vector<double>>& resampled, std::size_t depth,
    const base::Cancellation& cancellation) {
  std::size_t sequences = 1;
  for (std::size_t j = 0; j < depth; ++j) {
    sequences *= game.size();
    if (sequences > kMostSequences) return std::nullopt;
  }
  return Walk(game, tasks, resampled, depth, cancellation).run();
}

}  // namespace turnout::simulation
