#include "turnout/verification/closed_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <thread>
#include <utility>

#include "turnout/base/option_range.h"
#include "turnout/base/temporary_files.h"
#include "turnout/game/paper_policy.h"
#include "turnout/store/pass_store.h"
#include "turnout/verification/best_sequence.h"
#include "turnout/verification/lived_play.h"

namespace turnout::verification {
namespace {

/// Seeds of what must not share its luck.
constexpr std::uint64_t kServed = 1'000'003;  // the tasks that all players meet
constexpr std::uint64_t kSearched = 2'000'003;
constexpr std::uint64_t kTrue = 3'000'017;
constexpr std::size_t kTrueTasks = 20'000;

constexpr std::array<const char*, kLoopRivals> kRivals = {
    "best static",           "paper's policy",     "ladder on re-ask (vLLM-SR)",
    "Beta bandit (LiteLLM)", "latch (Switchyard)", "sticky random"};

struct Costs {
  double all = 0, last = 0;
};

std::size_t last_tenth(std::size_t tasks) { return tasks - tasks / 10; }

Costs play_all(const LivedWorld& world, const Arrivals& arrivals, Router& router) {
  Minds minds(world);
  const std::size_t cut = last_tenth(arrivals.size());
  const double first = mean_cost(world, arrivals, 0, cut, router, minds);
  const double last = mean_cost(world, arrivals, cut, arrivals.size(), router, minds);
  const double share = static_cast<double>(cut) / static_cast<double>(arrivals.size());
  return {share * first + (1 - share) * last, last};
}

std::unique_ptr<Router> routed(const LivedWorld& world, const std::string& text) {
  return policy_router(policy::Policy::parse(text, world.names()).value());
}

/// The model that costs least alone, known by playing.
std::string best_static(const LivedWorld& world, std::uint64_t seed) {
  std::string best;
  double least = INFINITY;
  for (const auto& model : world.models) {
    const double cost = true_cost(world, model.name, seed, kTrueTasks);
    if (cost >= least) continue;
    least = cost;
    best = model.name;
  }
  return best;
}

/// The paper's policy for who knows all numbers that the paper has: success at first tries, latency,
/// cost, the median of V, and P.
std::string paper_policy(const LivedWorld& world) {
  std::vector<game::Model> models;
  for (const auto& m : world.models) {
    game::Model model;
    model.success = m.success;
    model.latency = m.latency;
    model.cost = m.cost;
    models.push_back(model);
  }
  game::User user;
  user.value = world.value;
  const auto game = game::RoutingGame::make(user, {world.penalty()}, std::move(models)).value();
  const auto paper = game::best_paper_policy(game).value();
  const auto& first = world.models[paper.first].name;
  const auto& second = world.models[paper.second].name;
  if (paper.policy.start == 1) return second;
  if (paper.policy.cascade == 0 || paper.first == paper.second) return first;
  return fmt::format("cascade:{},{},{}", first, second, paper.policy.cascade);
}

/// The loop at work: serves, keeps its log, asks.
class Loop {
 public:
  Loop(const ClosedLoopOptions& options, const LivedWorld& world, const NextPolicy& next,
       const base::Watch& watch)
      : options_(options), world_(world), next_(next), watch_(watch), minds_(world) {}

  base::Status play(const Arrivals& arrivals, LoopWorld& result) {
    TURNOUT_TRY(const auto folder, base::temporary_folder());
    source_ = "sqlite:" + folder.path() + "/loop.db";
    TURNOUT_TRY(store_, store::open_store(source_, store::Access::kCreate));
    serve({fmt::format("explore:{}/{}", options_.explores, world_.models.back().name), "", ""}, 0,
          result);
    auto turn = static_cast<double>(options_.first_turn);
    Costs sums;
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
      if (static_cast<double>(i) >= turn) {
        TURNOUT_CHECK(ask(i, result));
        turn *= options_.growth;
      }
      const double cost = play_task(world_, arrivals, i, *router_, minds_, &log_).cost(world_);
      sums.all += cost;
      if (i >= last_tenth(arrivals.size())) sums.last += cost;
    }
    const auto tasks = static_cast<double>(arrivals.size());
    result.loop = sums.all / tasks;
    result.loop_last =
        sums.last / static_cast<double>(arrivals.size() - last_tenth(arrivals.size()));
    return base::Done{};
  }

 private:
  void serve(const LoopStep& step, std::size_t from, LoopWorld& result) {
    router_ = routed(world_, step.policy);
    minds_.forget();
    log_.policy = step.policy;
    result.policies.push_back(
        {from, step.policy, step.reason, 0, step.settled.empty() ? step.policy : step.settled, 0});
  }

  base::Status ask(std::size_t task, LoopWorld& result) {
    TURNOUT_TRY(const auto counts, store_->insert(log_.passes));
    static_cast<void>(counts);
    log_.passes.clear();
    TURNOUT_TRY(const LoopStep step,
                next_({source_, world_.names(), log_.policy, world_.penalty(), watch_}));
    if (step.policy != log_.policy) {
      serve(step, task, result);
    } else {
      result.policies.back().reason += fmt::format(" [{}: {}]", task, step.reason);
    }
    return base::Done{};
  }

  const ClosedLoopOptions& options_;
  const LivedWorld& world_;
  const NextPolicy& next_;
  const base::Watch& watch_;
  Minds minds_;
  LivedLog log_;
  std::string source_;
  std::unique_ptr<store::PassStore> store_;
  std::unique_ptr<Router> router_;
};

void play_rivals(const LivedWorld& world, const Arrivals& arrivals, std::uint64_t seed,
                 LoopWorld& result) {
  const std::array<std::string, 3> policies = {best_static(world, seed + kTrue),
                                               paper_policy(world), reask_ladder(world)};
  std::vector<std::unique_ptr<Router>> routers;
  for (const auto& policy : policies) routers.push_back(routed(world, policy));
  routers.push_back(blaming_bandit(world, seed));
  routers.push_back(confirming_latch(world));
  routers.push_back(sticky_random(world, seed));
  for (const auto& router : routers) {
    const Costs costs = play_all(world, arrivals, *router);
    result.rivals.push_back(costs.all);
    result.rivals_last.push_back(costs.last);
  }
  result.rival_policies.assign(policies.begin(), policies.end());
  result.rival_policies.resize(kLoopRivals);
}

LoopStanding standing(std::string name, const std::vector<LoopWorld>& worlds,
                      const std::function<Costs(const LoopWorld&)>& costs) {
  LoopStanding s;
  s.player = std::move(name);
  for (const auto& w : worlds) {
    const Costs its = costs(w);
    const auto all = its.all / w.best_cost - 1;
    const auto last = its.last / w.best_last - 1;
    s.over_best += all / static_cast<double>(worlds.size());
    s.over_best_last += last / static_cast<double>(worlds.size());
    s.within += all <= kNearBest ? 1 : 0;
    s.within_last += last <= kNearBest ? 1 : 0;
    s.loop_wins += w.loop < its.all ? 1 : 0;
    s.loop_wins_last += w.loop_last < its.last ? 1 : 0;
  }
  return s;
}

std::vector<LoopStanding> standings_of(const std::vector<LoopWorld>& worlds) {
  std::vector<LoopStanding> all;
  all.push_back(standing("the loop", worlds, [](const LoopWorld& w) {
    return Costs{w.loop, w.loop_last};
  }));
  for (std::size_t r = 0; r < kLoopRivals; ++r) {
    all.push_back(standing(kRivals.at(r), worlds, [r](const LoopWorld& w) {
      return Costs{w.rivals[r], w.rivals_last[r]};
    }));
  }
  return all;
}

const LoopPolicy& in_force(const LoopWorld& world, std::size_t tasks) {
  const auto later = std::find_if(world.policies.begin(), world.policies.end(),
                                  [&](const LoopPolicy& policy) { return policy.from > tasks; });
  return *std::prev(later);
}

/// What the first tasks of a world cost above the optimum, in the mean over all tasks, by what is true
/// of the policies that were in force.
double lost_by(const LoopWorld& world, std::size_t first, std::size_t tasks) {
  double lost = 0;
  for (std::size_t p = 0; p < world.policies.size(); ++p) {
    const auto& policy = world.policies[p];
    const std::size_t end = p + 1 < world.policies.size() ? world.policies[p + 1].from : tasks;
    if (policy.from >= first) break;
    lost += (policy.cost / world.best_true - 1) *
            static_cast<double>(std::min(end, first) - policy.from);
  }
  return lost / static_cast<double>(tasks);
}

std::vector<LoopProgress> progress_of(const std::vector<LoopWorld>& worlds, std::size_t tasks) {
  std::vector<LoopProgress> all;
  for (const double share : {0.0, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0}) {
    LoopProgress at;
    at.tasks = static_cast<std::size_t>(share * static_cast<double>(tasks));
    for (const auto& w : worlds) {
      const LoopPolicy& policy = in_force(w, at.tasks);
      const auto n = static_cast<double>(worlds.size());
      at.over_best += (policy.cost / w.best_true - 1) / n;
      at.settled += (policy.settled_cost / w.best_true - 1) / n;
      at.so_far += lost_by(w, at.tasks, tasks) / n;
      at.within += policy.cost <= (1 + kNearBest) * w.best_true ? 1 : 0;
    }
    all.push_back(at);
  }
  return all;
}

}  // namespace

std::string name_of_rival(std::size_t rival) { return kRivals.at(rival); }

base::Result<LoopWorld> play_closed_loop(const ClosedLoopOptions& options, std::uint64_t seed,
                                         const NextPolicy& next, const base::Watch& watch) {
  LoopWorld result;
  result.world = random_world(seed);
  const LivedWorld& world = result.world;
  const auto best = best_sequence(world, seed + kSearched);
  result.best = best.policy;
  const Arrivals arrivals(world, seed + kServed, options.tasks);
  const Costs costs = play_all(world, arrivals, *routed(world, best.policy));
  result.best_cost = costs.all;
  result.best_last = costs.last;
  TURNOUT_CHECK(watch.cancellation.check());
  play_rivals(world, arrivals, seed, result);
  Loop loop(options, world, next, watch);
  TURNOUT_CHECK(loop.play(arrivals, result));
  result.best_true = true_cost(world, best.policy, seed + kTrue, kTrueTasks);
  for (auto& policy : result.policies) {
    policy.cost = true_cost(world, policy.policy, seed + kTrue, kTrueTasks);
    policy.settled_cost = true_cost(world, policy.settled, seed + kTrue, kTrueTasks);
  }
  return result;
}

base::Result<ClosedLoopAnswer> closed_loop_answer(const ClosedLoopOptions& options,
                                                  const NextPolicy& next,
                                                  const base::Watch& watch) {
  TURNOUT_CHECK(base::check_option("worlds", options.worlds, 1, ClosedLoopOptions::kMostWorlds));
  TURNOUT_CHECK(base::check_option("tasks", options.tasks, ClosedLoopOptions::kLeastTasks,
                                   ClosedLoopOptions::kMostTasks));
  std::vector<base::Result<LoopWorld>> played(options.worlds, LoopWorld{});
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> workers;
  const base::Watch quiet{[](std::size_t) {}, watch.cancellation};
  for (std::size_t worker = 0; worker < threads; ++worker) {
    workers.emplace_back([&, worker] {
      for (std::size_t i = worker; i < options.worlds; i += threads) {
        if (watch.cancellation.requested()) return;
        played[i] = play_closed_loop(options, options.seed + i, next, quiet);
        if (worker == 0) watch.on_steps(std::min(threads, options.worlds - i));
      }
    });
  }
  for (auto& worker : workers) worker.join();
  TURNOUT_CHECK(watch.cancellation.check());
  ClosedLoopAnswer answer{options, {}, {}, {}};
  for (auto& one : played) {
    TURNOUT_TRY(auto world, std::move(one));
    answer.worlds.push_back(std::move(world));
  }
  answer.standings = standings_of(answer.worlds);
  answer.progress = progress_of(answer.worlds, options.tasks);
  return answer;
}

}  // namespace turnout::verification
