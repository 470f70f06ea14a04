// Every plan that `turnout plan` can print can be typed into `turnout simulate`, and played there it
// gives the J, U and S that are printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "turnout/analysis/compiled_policy.h"
#include "turnout/base/rng.h"
#include "turnout/game/plan_classes.h"
#include "turnout/numeric/sample.h"
#include "turnout/simulation/agents.h"

namespace turnout {
namespace {

using game::EscalationPlan;
using game::RoutingGame;
using game::TaskTypes;
using policy::Policy;
using policy::State;

constexpr int kTasks = 4000;

std::vector<std::string> names_of(std::size_t models) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < models; ++k)
    names.push_back(std::string(1, static_cast<char>('a' + k)));
  return names;
}

struct Shape {
  std::size_t models = 2;
  bool switching = false;
  bool participates = false;
  double least_success = 0.1;
};

RoutingGame random_game(base::Rng& rng, const Shape& shape) {
  const std::size_t n = shape.models;
  std::vector<game::Model> models;
  for (std::size_t k = 0; k < n; ++k) {
    models.push_back(
        {rng.uniform(shape.least_success, 0.95), rng.exponential(1), rng.exponential(1)});
  }
  game::Switching switching;
  for (std::size_t i = 0; shape.switching && i < n * n; ++i) {
    const bool same = i % (n + 1) == 0;
    switching.cost.push_back(same ? 0 : rng.exponential(0.3));
    switching.latency.push_back(same ? 0 : rng.exponential(0.6));
  }
  return RoutingGame::make({rng.exponential(3), 1}, {rng.exponential(3)}, models, switching,
                           shape.participates)
      .value();
}

/// Success of a model on an attempt at a task of a type.
class Tasks {
 public:
  /// Independent attempts.
  explicit Tasks(const RoutingGame& game) : types_(TaskTypes::empirical({rates(game)})) {}
  explicit Tasks(TaskTypes types) : types_(std::move(types)) {}
  static std::vector<double> rates(const RoutingGame& game) {
    std::vector<double> all;
    for (std::size_t k = 0; k < game.size(); ++k) all.push_back(game.model(k).success);
    return all;
  }
  [[nodiscard]] double success(std::size_t type, std::size_t k, std::size_t attempt) const {
    static const std::vector<std::size_t> kBefore(1024);  // which ones makes no difference here
    return types_.success(k, std::span(kBefore).first(std::min(attempt, kBefore.size())))[type];
  }
  [[nodiscard]] std::size_t draw(base::Rng& rng) const {
    double u = rng.uniform();
    std::size_t type = 0;
    while (type + 1 < types_.size() && u >= types_.weights()[type]) u -= types_.weights()[type++];
    return type;
  }
  [[nodiscard]] std::vector<double> weights() const {
    return {types_.weights().begin(), types_.weights().end()};
  }

 private:
  TaskTypes types_;
};

/// A user who knows the policy and what failures say, and maximises V S - w L over how long to go on.
/// Written from the primitives alone; ties go on, as the provider would have it where he keeps users.
class Judge {
 public:
  Judge(const RoutingGame& game, const Policy& policy, const Tasks& tasks)
      : game_(game), policy_(policy), tasks_(tasks) {}

  /// Whether he goes on after the failures of these models.
  bool stays(const std::vector<std::size_t>& path, State state) {
    const bool one_type = tasks_.weights().size() == 1;
    const auto key = one_type && !path.empty() ? std::vector{path.back()} : path;
    const auto [known, fresh] = decisions_.try_emplace({key, state}, false);
    if (fresh) known->second = worth(path, state) >= -1e-9 * (1 + game_.user().value);
    return known->second;
  }

 private:
  using Place = std::pair<State, std::size_t>;

  double worth(const std::vector<std::size_t>& path, State state) const {
    std::vector<double> belief = tasks_.weights();
    double mass = 0;
    for (std::size_t type = 0; type < belief.size(); ++type) {
      for (std::size_t j = 0; j < path.size(); ++j)
        belief[type] *= 1 - tasks_.success(type, path[j], j);
      mass += belief[type];
    }
    for (double& b : belief) b /= mass;
    constexpr std::size_t kNobody = 99;
    std::map<Place, std::vector<double>> now;
    now[{state, path.empty() ? kNobody : path.back()}] = belief;
    double total = 0;
    double best = -INFINITY;
    for (std::size_t attempt = path.size(); !now.empty(); ++attempt) {
      std::map<Place, std::vector<double>> next;
      double left = 0;
      for (const auto& [place, masses] : now) {
        for (const auto& draw : policy_.draws(place.first)) {
          const std::size_t k = draw.model;
          auto& failed = next[{place.first + static_cast<State>(draw.advance), k}];
          failed.resize(masses.size(), 0);
          const double wait = game_.pass(k).latency +
                              (place.second == kNobody ? 0 : game_.switch_latency(place.second, k));
          for (std::size_t type = 0; type < masses.size(); ++type) {
            const double here = draw.probability * masses[type];
            const double p = tasks_.success(type, k, attempt);
            total += here * (game_.user().value * p - game_.user().value_of_time * wait);
            failed[type] += here * (1 - p);
            left += here * (1 - p);
          }
        }
      }
      // Where the offer has ended there is nothing to go on with.
      if (next.empty()) break;
      best = std::max(best, total);
      if (left < 1e-14) break;
      now = std::move(next);
    }
    return best;
  }

  const RoutingGame& game_;
  const Policy& policy_;
  const Tasks& tasks_;
  std::map<std::pair<std::vector<std::size_t>, State>, bool> decisions_;
};

struct Means {
  numeric::Sample cost, utility, success;
};

/// Tasks of the judge's users, by decide() and luck.
Means play(const RoutingGame& game, const Policy& policy, const Tasks& tasks, std::uint64_t seed) {
  Judge judge(game, policy, tasks);
  Means means;
  base::Rng rng(seed);
  const bool submits = !game.participates() || judge.stays({}, 0);
  for (int task = 0; task < kTasks; ++task) {
    const std::size_t type = tasks.draw(rng);
    std::vector<std::size_t> path;
    State state = 0;
    double cost = 0;
    double worth = 0;
    bool solved = false;
    for (bool goes_on = submits; goes_on;) {
      const auto decision = policy::decide(policy, state, rng.uniform());
      const std::size_t k = decision.model;
      const std::size_t from = path.empty() ? k : path.back();
      cost += game.model(k).cost + game.switch_cost(from, k);
      worth -= game.user().value_of_time * (game.pass(k).latency + game.switch_latency(from, k));
      solved = rng.uniform() < tasks.success(type, k, path.size());
      path.push_back(k);
      state = decision.next;
      goes_on = !solved && judge.stays(path, state);
    }
    means.cost.add(cost + (solved ? 0 : game.churn_penalty()));
    means.utility.add(worth + (solved ? game.user().value : 0));
    means.success.add(solved ? 1 : 0);
  }
  return means;
}

/// Within 4.5 standard errors; what happens in fewer than 8 of the tasks may not be in the sample.
void expect_payoffs(const Means& seen, const game::PlanPayoffs& expected, const RoutingGame& game,
                    const std::string& what) {
  const double rare = 8.0 / kTasks;
  const double scale = 1 + game.user().value + game.churn_penalty();
  EXPECT_NEAR(seen.cost.mean(), expected.provider_cost,
              4.5 * seen.cost.standard_error() + rare * scale)
      << what;
  EXPECT_NEAR(seen.utility.mean(), expected.user_utility,
              4.5 * seen.utility.standard_error() + rare * scale)
      << what;
  EXPECT_NEAR(seen.success.mean(), expected.success, 4.5 * seen.success.standard_error() + rare)
      << what;
}

/// As simulate plays it.
Means played_by_agents(const RoutingGame& game, const Policy& policy,
                       const game::Difficulty& difficulty) {
  const simulation::Agents agents({game, names_of(game.size()), difficulty, {policy}, {}, {}});
  const auto seen = agents.play(kTasks, 11);
  return {seen.provider_cost, seen.user_utility, seen.success};
}

/// What is printed is typed: parse(policy_text_of(plan)).
Policy typed(const EscalationPlan& plan, const RoutingGame& game) {
  const auto names = names_of(game.size());
  const auto text = analysis::policy_text_of(plan, game, names).value();
  auto policy = Policy::parse(text, names).value();
  EXPECT_EQ(policy.text(), text);
  return policy;
}

/// How many plans of each kind were played.
struct Kinds {
  int lotteries = 0, leaving = 0, staying = 0, long_lists = 0, truncated = 0, ended = 0;
  void count(const EscalationPlan& plan) {
    const bool lottery = std::any_of(plan.attempts.begin(), plan.attempts.end(),
                                     [](const auto& attempt) { return attempt.models.size() > 1; });
    lotteries += lottery ? 1 : 0;
    leaving += plan.leaves_after ? 1 : 0;
    staying += plan.until_solved ? 1 : 0;
    long_lists += plan.attempts.size() > 8 ? 1 : 0;
    truncated += plan.truncated ? 1 : 0;
    ended += plan.ends ? 1 : 0;
  }
};

void check(const RoutingGame& game, const EscalationPlan& plan, const Tasks& tasks,
           const game::Difficulty& difficulty, const std::string& what) {
  const auto policy = typed(plan, game);
  const std::string all = what + " " + policy.text();
  expect_payoffs(play(game, policy, tasks, 7), plan.payoffs, game, all + ", judged");
  if (!game.participates())
    expect_payoffs(played_by_agents(game, policy, difficulty), plan.payoffs, game,
                   all + ", agents");
}

TEST(PlayedPlan, plans_of_independent_attempts_give_the_payoffs_that_are_printed) {
  Kinds kinds;
  for (std::uint64_t i = 0; i < 400; ++i) {
    base::Rng rng(31, i);
    const bool switching = i % 4 == 3;
    const auto game = random_game(rng, {2 + i % 3, switching, i % 8 == 5, 0.1});
    const auto classes = game::compare_plans(game, {5'000});
    for (const EscalationPlan* plan :
         {&classes.plan.plan, &classes.deterministic.plan, &classes.best_static}) {
      kinds.count(*plan);
      check(game, *plan, Tasks(game), {}, "game " + std::to_string(i));
    }
  }
  EXPECT_GT(kinds.lotteries, 10);
  EXPECT_GT(kinds.leaving, 100);
  EXPECT_GT(kinds.staying, 100);
  EXPECT_GT(kinds.long_lists, 0);
}

TEST(PlayedPlan, plans_with_lotteries_are_played_to_the_last_bit_too) {
  int lotteries = 0;
  for (std::uint64_t i = 0; lotteries < 60; ++i) {
    base::Rng rng(32, i);
    const auto game = random_game(rng, {2 + i % 3, false, false, 0.1});
    const auto plan = game::best_plan(game).plan;
    Kinds kinds;
    kinds.count(plan);
    if (kinds.lotteries == 0) continue;
    ++lotteries;
    const auto policy = analysis::compiled_policy(plan, game, names_of(game.size())).value();
    expect_payoffs(play(game, policy, Tasks(game), 7), plan.payoffs, game, policy.text());
    expect_payoffs(played_by_agents(game, policy, {}), plan.payoffs, game, policy.text());
  }
}

TEST(PlayedPlan, lists_longer_than_a_thousand_attempts_are_played_to_their_end) {
  // xi of a is just below 0 and p small: the promise builds up over more than 1000 attempts.
  const auto game =
      RoutingGame::make({100, 1}, {500}, {{0.002, 0.21, 0.0001}, {0.9, 1, 5}}).value();
  const auto plan = game::best_plan(game).plan;
  ASSERT_TRUE(plan.truncated);
  ASSERT_EQ(plan.attempts.size(), game::kMostAttempts);
  check(game, plan, Tasks(game), {}, "truncated");
}

TEST(PlayedPlan, plans_of_bounded_depth_end_where_the_offer_does) {
  Kinds kinds;
  for (std::uint64_t i = 0; i < 150; ++i) {
    base::Rng rng(33, i);
    const auto game = random_game(rng, {2 + i % 3, i % 5 == 4, false, 0.1});
    const game::Difficulty difficulty{i % 3 == 0 ? 0 : rng.uniform(0, 2),
                                      i % 2 == 0 ? 0 : rng.uniform(0, 1)};
    const std::size_t depth = 1 + i % 7;
    const auto types = TaskTypes::rasch(Tasks::rates(game), difficulty, depth);
    const auto classes = game::compare_plans(game, types, depth, {50'000});
    for (const EscalationPlan* plan : {&classes.plan.plan, &*classes.cascade_sequence}) {
      kinds.count(*plan);
      check(game, *plan, Tasks(types), difficulty, "game " + std::to_string(i));
    }
  }
  EXPECT_EQ(kinds.ended, 300);
  EXPECT_GT(kinds.leaving, 30);
}

TEST(PlayedPlan, the_readmes_plan_is_typed_as_it_is_printed) {
  const auto game =
      RoutingGame::make({1, 0.01}, {0.5}, {{0.45, 50, 0.001}, {0.82, 40, 0.05}}).value();
  const auto plan = game::best_plan(game).plan;
  const auto policy = typed(plan, game);
  EXPECT_TRUE(policy.offers(0));
}

}  // namespace
}  // namespace turnout
