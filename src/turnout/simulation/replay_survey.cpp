#include "turnout/simulation/replay_survey.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "turnout/base/rng.h"

namespace turnout::simulation {
namespace {

struct Drawn {
  game::RoutingGame game;
  Recorded recorded;
};

Drawn draw(const Recorded& all, base::Rng& rng) {
  const std::vector<double> mean = all.mean_rates();
  std::size_t small = rng.next() % mean.size();
  std::size_t large = rng.next() % (mean.size() - 1);
  if (large >= small) ++large;
  if (mean[small] > mean[large]) std::swap(small, large);
  const auto sorted = [&rng] {
    const double a = rng.exponential(1);
    const double b = rng.exponential(1);
    return std::pair(std::min(a, b), std::max(a, b));
  };
  const auto [t1, t2] = sorted();
  const auto [c1, c2] = sorted();
  const game::User user{rng.exponential(3), 1};
  const double penalty = rng.exponential(3);
  constexpr double kLeast = 1e-100;
  const std::vector<game::Model> models = {{std::max(mean[small], kLeast), t1, c1},
                                           {std::max(mean[large], kLeast), t2, c2}};
  Recorded pair;
  pair.score = all.score;
  for (const auto& row : all.rate) pair.rate.push_back({row[small], row[large]});
  for (const auto& row : all.trials) pair.trials.push_back({row[small], row[large]});
  return {game::RoutingGame::make(user, {penalty}, models).value(), std::move(pair)};
}

double quantile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(
      std::lround(share * static_cast<double>(values.size() - 1)))];
}

/// The values of all games, by policy.
class Values {
 public:
  void add(const std::vector<ReplayRow>& rows) {
    for (const ReplayRow& row : rows) {
      auto policy = std::find_if(policies_.begin(), policies_.end(),
                                 [&](const Policy& p) { return p.name == row.policy; });
      if (policy == policies_.end()) {
        policies_.push_back({row.policy, {}, {}, {}});
        policy = std::prev(policies_.end());
      }
      policy->add(row);
    }
  }

  [[nodiscard]] std::vector<SurveyRow> rows() {
    std::vector<SurveyRow> rows;
    for (Policy& p : policies_) {
      double mean = 0;
      for (const double r : p.regret) mean += r / static_cast<double>(p.regret.size());
      rows.push_back({p.name, quantile(p.error, 0.5), quantile(p.error, 0.9), quantile(p.bias, 0.5),
                      mean, quantile(p.regret, 0.9), quantile(p.regret, 1)});
    }
    return rows;
  }

 private:
  struct Policy {
    std::string name;
    std::vector<double> error, bias, regret;

    void add(const ReplayRow& row) {
      regret.push_back(row.regret);
      if (row.realised.value == 0) return;
      error.push_back(row.prediction_error);
      bias.push_back(row.predicted / row.realised.value);
    }
  };
  std::vector<Policy> policies_;
};

}  // namespace

Survey survey(const Recorded& recorded, std::size_t games, const ReplayOptions& options,
              const base::Watch& watch) {
  Values all;
  Values with_retries;
  Survey result;
  for (std::size_t g = 0; g < games; ++g) {
    base::Rng rng(options.seed, g);
    const Drawn drawn = draw(recorded, rng);
    ReplayOptions one = options;
    one.splits = 1;
    one.bootstrap = 0;
    one.seed = rng.next();
    const Replay replayed = replay(drawn.game, {"the smaller", "the larger"}, drawn.recorded, one,
                                   {[](std::size_t) {}, watch.cancellation});
    if (watch.cancellation.requested()) return {};
    result.one_trial = replayed.one_trial;
    all.add(replayed.rows);
    if (replayed.rows.front().attempts >= 2) {
      with_retries.add(replayed.rows);
      ++result.games_with_retries;
    }
    watch.on_steps(1);
  }
  result.games = games;
  result.rows = all.rows();
  result.rows_with_retries = with_retries.rows();
  return result;
}

}  // namespace turnout::simulation
