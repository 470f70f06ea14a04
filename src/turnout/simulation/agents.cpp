#include "turnout/simulation/agents.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>
#include <span>
#include <thread>
#include <utility>

#include "turnout/numeric/normal.h"

namespace turnout::simulation {
namespace {

constexpr std::size_t kMostPasses = 100'000;
constexpr double kMeanTokens = 300;
/// A plan may promise a user exactly what his time is worth, who then stays: sums that are equal but
/// for rounding are equal.
constexpr double kTie = 1e-12;

/// A standard normal variate of two uniform ones (Box and Muller 1958): always two, so that luck
/// stays aligned.
double normal_of(double u, double v) {
  return std::sqrt(-2 * std::log1p(-u)) * std::cos(2 * std::numbers::pi * v);
}

/// A factor of mean 1.
double lognormal_factor(double sigma, double z) { return std::exp(sigma * z - sigma * sigma / 2); }

}  // namespace

/// One task before its first pass.
struct Agents::Task {
  game::User user;
  std::size_t policy = 0;
  double theta = 0;
  double when = 0;  // share of the span
};

/// What a user brings to all of his tasks, in standard deviations.
struct Agents::Nature {
  double value = 0, difficulty = 0;
};

/// One pass as it was played.
struct Agents::Step {
  const Path& path;  // with this pass's model
  double propensity = 1;
  double latency = 0, cost = 0;
  double tokens = kMeanTokens;
  bool solved = false;
  bool stays = false;
  bool said = false;  // the result is known from feedback
};

struct Agents::Played {
  double latency = 0, cost = 0, attempts = 0;
  bool solved = false;
};

Agents::Agents(Setting setting)
    : setting_(std::move(setting)), passes_(setting_.game, setting_.difficulty) {
  for (const auto& policy : setting_.policies) stays_.emplace_back(passes_, policy);
}

Agents::Nature Agents::draw_nature(base::Rng& rng) const {
  if (setting_.behaviour.user_share == 0) return {};  // and no luck is spent on it
  const double value = normal_of(rng.uniform(), rng.uniform());
  return {value, normal_of(rng.uniform(), rng.uniform())};
}

Agents::Task Agents::draw_task(base::Rng& rng, const Nature& nature) const {
  const auto& how = setting_.behaviour;
  Task task{setting_.game.user(), 0, 0, rng.uniform()};
  const double share = rng.uniform();
  const double own = std::sqrt(1 - how.user_share);
  const double shared = std::sqrt(how.user_share);
  const double value = own * normal_of(rng.uniform(), rng.uniform()) + shared * nature.value;
  const double theta = own * normal_of(rng.uniform(), rng.uniform()) + shared * nature.difficulty;
  const auto policies = static_cast<double>(setting_.policies.size());
  task.policy = static_cast<std::size_t>(rng.uniform() * policies);
  double below = 0;
  for (const auto& segment : how.segments) {
    task.user = segment.user;
    below += segment.share;
    if (share < below) break;
  }
  task.user.value *= std::exp(how.value_sigma * value);
  task.theta = setting_.difficulty.sigma * theta;
  return task;
}

void Agents::serve(const Task& task, std::size_t attempt, const Luck& luck, Step& step) const {
  const auto& how = setting_.behaviour;
  const std::size_t model = step.path.back();
  step.latency = passes_.latency(step.path);
  step.cost = passes_.cost(step.path);
  double success = passes_.success(model, task.theta, attempt);
  for (const Drift& drift : setting_.drifts) {
    if (drift.model != model || task.when < drift.from) continue;
    step.latency *= drift.latency_factor;
    success = std::min(1.0, success * drift.success_factor);
  }
  const double size = lognormal_factor(how.tokens_sigma, normal_of(luck[6], luck[7]));
  step.tokens = std::max(1.0, std::round(kMeanTokens * size));
  const auto& sample = how.latency_sample;
  step.latency *=
      size * (sample.empty()
                  ? lognormal_factor(how.latency_sigma, normal_of(luck[4], luck[5]))
                  : sample[static_cast<std::size_t>(luck[4] * static_cast<double>(sample.size()))]);
  step.solved = luck[1] < success;
}

bool Agents::goes_on(const Task& task, const Path& path, policy::State next) const {
  const double wait = stays_[task.policy].waiting_per_success(path, next);
  return task.user.value - task.user.outside >= task.user.value_of_time * wait * (1 - kTie);
}

Agents::Played Agents::play_task(const Task& task, base::Rng& rng,
                                 const std::function<bool(const Step&)>& on_pass) const {
  const auto& how = setting_.behaviour;
  const auto& policy = setting_.policies[task.policy];
  Played played;
  Path path;
  policy::State state = 0;
  for (std::size_t attempt = 0; attempt < kMostPasses; ++attempt) {
    Luck luck{};  // always as many, so that two policies meet the same
    for (double& u : luck) u = rng.uniform();
    const auto decision = policy::decide(policy, state, luck[0]);
    state = decision.next;
    path.push_back(decision.model);
    Step step{path, decision.propensity};
    serve(task, attempt, luck, step);
    step.stays = !step.solved && luck[2] < how.patience * passes_.patience(decision.model) &&
                 goes_on(task, path, state);
    step.said = !step.stays && luck[3] < (step.solved ? how.feedback_solved : how.feedback_left);
    played.latency += step.latency;
    played.cost += step.cost;
    played.attempts += 1;
    played.solved = step.solved;
    if (on_pass && !on_pass(step)) return played;
    if (!step.stays) return played;
  }
  return played;
}

TaskPayoffs Agents::play_one(std::uint64_t number, std::uint64_t seed) const {
  base::Rng rng(seed, number);
  base::Rng life(~seed, number);
  const Task task = draw_task(rng, draw_nature(life));
  const Played played = play_task(task, rng, {});
  const double unsolved = played.solved ? 0 : setting_.game.churn_penalty();
  const double value = played.solved ? task.user.value : task.user.outside;
  return {played.cost + unsolved,
          value - task.user.value_of_time * played.latency,
          played.solved ? 1.0 : 0.0,
          played.latency,
          played.cost,
          played.attempts};
}

namespace {

constexpr std::uint64_t kBlock = 4096;

/// Whether a task is one of those before which work asks if it should stop.
bool should_stop(std::uint64_t task, const Workers& workers) {
  constexpr std::uint64_t kTasksPerLook = 64;
  return task % kTasksPerLook == 0 && workers.watch.cancellation.requested();
}

/// Does all blocks of tasks on some threads; work(block, first, last) once for each.
template <class Work>
void for_blocks(std::uint64_t tasks, const Workers& workers, const Work& work) {
  const std::uint64_t blocks = (tasks + kBlock - 1) / kBlock;
  std::atomic<std::uint64_t> next = 0;
  const auto run = [&](bool reports) {
    for (std::uint64_t block = next++; block < blocks; block = next++) {
      if (workers.watch.cancellation.requested()) return;
      work(block, block * kBlock, std::min(tasks, (block + 1) * kBlock));
      if (reports) workers.watch.on_steps(std::min(tasks, kBlock * workers.threads));
    }
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < workers.threads; ++i) others.emplace_back(run, false);
  run(true);
  for (auto& thread : others) thread.join();
}

void add(AgentPayoffs& to, const TaskPayoffs& x) {
  to.provider_cost.add(x[0]);
  to.user_utility.add(x[1]);
  to.success.add(x[2]);
  to.latency.add(x[3]);
  to.service_cost.add(x[4]);
  to.attempts.add(x[5]);
}

void add(AgentPayoffs& to, const AgentPayoffs& part) {
  to.provider_cost += part.provider_cost;
  to.user_utility += part.user_utility;
  to.success += part.success;
  to.latency += part.latency;
  to.service_cost += part.service_cost;
  to.attempts += part.attempts;
}

}  // namespace

AgentPayoffs Agents::play(std::uint64_t tasks, std::uint64_t seed, const Workers& workers) const {
  // Blocks are summed in their own order, whoever played them.
  std::vector<AgentPayoffs> parts((tasks + kBlock - 1) / kBlock);
  for_blocks(tasks, workers, [&](std::uint64_t block, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t i = first; i < last && !should_stop(i, workers); ++i)
      add(parts[block], play_one(i, seed));
  });
  AgentPayoffs total;
  for (const auto& part : parts) add(total, part);
  return total;
}

Comparison compare(const Agents& first, const Agents& second, std::uint64_t tasks,
                   std::uint64_t seed, const Workers& workers) {
  std::vector<Comparison> parts((tasks + kBlock - 1) / kBlock);
  for_blocks(tasks, workers, [&](std::uint64_t block, std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t i = begin; i < end && !should_stop(i, workers); ++i) {
      const auto a = first.play_one(i, seed);
      const auto b = second.play_one(i, seed);
      TaskPayoffs difference{};
      for (std::size_t k = 0; k < a.size(); ++k) difference.at(k) = b.at(k) - a.at(k);
      add(parts[block].first, a);
      add(parts[block].second, b);
      add(parts[block].difference, difference);
    }
  });
  Comparison total;
  for (const auto& part : parts) {
    add(total.first, part.first);
    add(total.second, part.second);
    add(total.difference, part.difference);
  }
  return total;
}

void Agents::write_log(std::uint64_t tasks, std::uint64_t seed,
                       const std::function<bool(const traffic::Pass&)>& sink) const {
  constexpr std::int64_t kStart = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z
  constexpr double kMicro = 1e6;
  const auto& how = setting_.behaviour;
  traffic::Pass pass;
  std::uint64_t done = 0;
  bool more = true;
  for (std::uint64_t user = 0; more && done < tasks; ++user) {
    base::Rng life(seed, user);
    const double arrives = life.uniform();
    const Nature nature = draw_nature(life);
    pass.user_id = fmt::format("u{:08}", user);
    bool stays = true;
    for (double when = arrives * how.span_s; more && stays && when < how.span_s && done < tasks;
         ++done) {
      base::Rng rng(life.next());
      Task task = draw_task(rng, nature);
      task.when = when / how.span_s;
      pass.task_id = fmt::format("t{:010}", done);
      pass.policy_id = setting_.policies[task.policy].text();
      double clock = when;
      const Played played = play_task(task, rng, [&](const Step& step) {
        pass.attempt = static_cast<std::int64_t>(step.path.size());
        pass.model = setting_.names[step.path.back()];
        pass.started_us = kStart + static_cast<std::int64_t>(clock * kMicro);
        pass.latency_s = step.latency;
        pass.output_tokens = static_cast<std::int64_t>(step.tokens);
        pass.cost_usd = step.cost;
        pass.propensity = step.propensity;
        pass.outcome = step.stays ? traffic::Outcome::kUnknown
                       : step.said
                           ? (step.solved ? traffic::Outcome::kSuccess : traffic::Outcome::kFailure)
                           : traffic::Outcome::kUnknown;
        pass.ending = step.stays ? traffic::Ending::kReprompted
                      : step.said
                          ? (step.solved ? traffic::Ending::kResolved : traffic::Ending::kAbandoned)
                          : traffic::Ending::kOpen;
        clock += step.latency;
        more = sink(pass);
        return more;
      });
      stays = life.uniform() >= (played.solved ? how.leaves_solved : how.leaves_unsolved);
      when += life.exponential(how.gap_s);
    }
  }
}

std::optional<ExpectedPayoffs> Agents::expected() const {
  if (setting_.policies.size() != 1 || !setting_.policies[0].is_deterministic() ||
      !setting_.drifts.empty())
    return {};
  constexpr double kNegligible = 1e-15;
  const auto& how = setting_.behaviour;
  auto segments = how.segments;
  if (segments.empty()) segments.push_back({1, setting_.game.user()});
  ExpectedPayoffs all;
  for (const auto& segment : segments) {
    const game::User& user = segment.user;
    // Share of users whose V is at least v above what they have elsewhere, and E[V; V is that].
    const auto share_above = [&](double above) {
      const double v = above + user.outside;
      if (how.value_sigma == 0) return user.value >= v ? 1.0 : 0.0;
      return v <= 0 ? 1.0 : numeric::normal_above((std::log(v / user.value)) / how.value_sigma);
    };
    const auto value_above = [&](double above) {
      const double v = above + user.outside;
      if (how.value_sigma == 0) return user.value >= v ? user.value : 0.0;
      const double mean = user.value * std::exp(how.value_sigma * how.value_sigma / 2);
      return v <= 0 ? mean
                    : mean * numeric::normal_above(std::log(v / user.value) / how.value_sigma -
                                                   how.value_sigma);
    };
    ExpectedPayoffs x;
    std::vector<double> belief = passes_.weights();
    Path path;
    policy::State state = 0;
    const auto& policy = setting_.policies[0];
    double bar = 0;       // the greatest w x so far: who is still there has V >= bar
    double patience = 1;  // probability of not having left for other reasons
    for (std::size_t attempt = 0; attempt < kMostPasses && policy.offers(state); ++attempt) {
      const auto decision = policy::decide(policy, state, 0);
      const std::size_t k = decision.model;
      state = decision.next;
      path.push_back(k);
      double reach = 0;
      double success = 0;
      for (std::size_t i = 0; i < belief.size(); ++i) {
        const double p = passes_.success(k, passes_.difficulties()[i], attempt);
        reach += belief[i];
        success += belief[i] * p;
        belief[i] *= 1 - p;
      }
      const double there = patience * share_above(bar);
      x.attempts += there * reach;
      x.latency += there * reach * passes_.latency(path);
      x.service_cost += there * reach * passes_.cost(path);
      x.success += there * success;
      x.user_utility += patience * value_above(bar) * success;
      if (there * reach < kNegligible) break;
      bar = std::max(bar,
                     user.value_of_time * stays_[0].waiting_per_success(path, state) * (1 - kTie));
      patience *= how.patience * passes_.patience(k);
    }
    x.user_utility += user.outside * (1 - x.success) - user.value_of_time * x.latency;
    x.provider_cost = x.service_cost + setting_.game.churn_penalty() * (1 - x.success);
    all.provider_cost += segment.share * x.provider_cost;
    all.user_utility += segment.share * x.user_utility;
    all.success += segment.share * x.success;
    all.latency += segment.share * x.latency;
    all.service_cost += segment.share * x.service_cost;
    all.attempts += segment.share * x.attempts;
  }
  return all;
}

}  // namespace turnout::simulation
