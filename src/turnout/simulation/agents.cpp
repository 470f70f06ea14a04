#include "turnout/simulation/agents.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>
#include <span>
#include <thread>
#include <utility>
#include <variant>

namespace turnout::simulation {
namespace {

constexpr double kMeanTokens = 300;
/// A standard normal variate of two uniform ones (Box and Muller 1958): always two, so that luck
/// stays aligned.
double normal_of(double u, double v) {
  return std::sqrt(-2 * std::log1p(-u)) * std::cos(2 * std::numbers::pi * v);
}

/// One is drawn after the other: compilers differ in which argument of a call they work out first,
/// and with it what a seed plays would.
double normal(base::Rng& rng) {
  const double v = rng.uniform();
  return normal_of(rng.uniform(), v);
}

/// A factor of mean 1.
double lognormal_factor(double sigma, double z) { return std::exp(sigma * z - sigma * sigma / 2); }

/// How many attempts some policies can have whose failures users tell apart.
std::size_t attempts_told(const std::vector<policy::Policy>& policies) {
  std::size_t most = 1;
  for (const auto& policy : policies) {
    const auto* listed = std::get_if<policy::Sequence>(&policy.form().plan);
    const bool ends = listed != nullptr && listed->repeated == 0;
    const std::size_t beyond = ends ? 1 : StayRule::kDeepest + StayRule::kLongestWait;
    most = std::max(most, policy.states() + beyond);
  }
  return std::min(most, PassRule::kAttemptsTold);
}

}  // namespace

/// One task before its first pass.
struct Agents::Task {
  game::User user;
  std::size_t policy = 0;
  std::size_t segment = 0;
  double theta = 0;
  std::vector<double> suits = {};  // phi by model; none where tau = 0
  double when = 0;                 // share of the span
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
  bool accepted = false;
  bool solved = false;  // right and accepted
  bool stays = false;
  bool said = false;  // the result is known from feedback
};

struct Agents::Played {
  double latency = 0, cost = 0, paid = 0, attempts = 0;
  bool accepted = false;
  bool solved = false;
};

Agents::Agents(Setting setting)
    : setting_(std::move(setting)),
      passes_(setting_.game, setting_.difficulty, attempts_told(setting_.policies)),
      segments_(setting_.behaviour.segments) {
  if (segments_.empty()) segments_.push_back({1, setting_.game.user()});
  for (const auto& policy : setting_.policies) {
    auto& rules = stays_.emplace_back();
    for (const auto& segment : segments_) rules.emplace_back(passes_, policy, segment.user);
  }
}

Agents::Nature Agents::draw_nature(base::Rng& rng) const {
  if (setting_.behaviour.user_share == 0) return {};  // and no luck is spent on it
  const double value = normal(rng);
  return {value, normal(rng)};
}

Agents::Task Agents::draw_task(base::Rng& rng, const Nature& nature) const {
  const auto& how = setting_.behaviour;
  Task task;
  task.when = rng.uniform();
  const double share = rng.uniform();
  const double own = std::sqrt(1 - how.user_share);
  const double shared = std::sqrt(how.user_share);
  const double value = own * normal(rng) + shared * nature.value;
  const double theta = own * normal(rng) + shared * nature.difficulty;
  const auto policies = static_cast<double>(setting_.policies.size());
  task.policy = static_cast<std::size_t>(rng.uniform() * policies);
  double below = 0;
  for (task.segment = 0; task.segment + 1 < segments_.size(); ++task.segment) {
    below += segments_[task.segment].share;
    if (share < below) break;
  }
  task.user = segments_[task.segment].user;
  task.user.value *= std::exp(how.value_sigma * value);
  task.theta = setting_.difficulty.sigma * theta;
  if (setting_.difficulty.tau > 0) {
    for (std::size_t k = 0; k < setting_.game.size(); ++k)
      task.suits.push_back(setting_.difficulty.tau * normal(rng));
  }
  return task;
}

void Agents::judge(double success, double random, Step& step) const {
  // One number decides: right and accepted, right and rejected, wrong and accepted, or rejected.
  const game::Reception users = passes_.reception(step.path.back(), step.path.size() - 1);
  step.solved = random < success * users.right_accepted;
  step.accepted =
      step.solved || (random >= success && random < success + (1 - success) * users.wrong_accepted);
}

void Agents::serve(const Task& task, std::size_t attempt, const Luck& luck, Step& step) const {
  const auto& how = setting_.behaviour;
  const std::size_t model = step.path.back();
  step.latency = passes_.latency(step.path);
  step.cost = passes_.cost(step.path);
  const double suits = task.suits.empty() ? 0 : task.suits[model];
  double success = passes_.success(model, task.theta - suits, attempt);
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
  judge(success, luck[1], step);
}

bool Agents::goes_on(const Task& task, const Path& path, policy::State next) const {
  const double least = stays_[task.policy][task.segment].least_value(path, next);
  return setting_.policies[task.policy].offers(next) &&
         task.user.value - task.user.outside >= least_gain(least);
}

Agents::Played Agents::play_task(const Task& task, base::Rng& rng,
                                 const std::function<bool(const Step&)>& on_pass) const {
  const auto& how = setting_.behaviour;
  const auto& policy = setting_.policies[task.policy];
  Played played;
  Path path;
  policy::State state = 0;
  if (setting_.game.participates() && !goes_on(task, path, state)) return played;
  for (std::size_t attempt = 0; attempt < kLongestTask; ++attempt) {
    Luck luck{};  // always as many, so that two policies meet the same
    for (double& u : luck) u = rng.uniform();
    const auto decision = policy::decide(policy, state, luck[0]);
    state = decision.next;
    path.push_back(decision.model);
    Step step{path, decision.propensity};
    serve(task, attempt, luck, step);
    step.stays = !step.accepted &&
                 luck[2] < how.patience * passes_.reception(decision.model, attempt).patience &&
                 goes_on(task, path, state);
    step.said = !step.stays && luck[3] < (step.accepted ? how.feedback_solved : how.feedback_left);
    played.latency += step.latency;
    played.cost += step.cost;
    played.paid += setting_.game.model(decision.model).price;
    played.attempts += 1;
    played.accepted = step.accepted;
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
  const game::Provider& provider = setting_.game.provider();
  const bool misled = played.accepted && !played.solved;
  const double left =
      misled ? provider.late_churn.value_or(provider.churn_penalty) : provider.churn_penalty;
  const double value = played.solved ? task.user.value
                       : misled      ? -task.user.harm
                                     : task.user.outside;
  const double service = played.cost - played.paid;
  return {service + (played.solved ? 0 : left),
          value - task.user.value_of_time * played.latency - played.paid,
          played.solved ? 1.0 : 0.0,
          played.latency,
          service,
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
        pass.outcome =
            step.stays  ? traffic::Outcome::kUnknown
            : step.said ? (step.accepted ? traffic::Outcome::kSuccess : traffic::Outcome::kFailure)
                        : traffic::Outcome::kUnknown;
        pass.ending =
            step.stays  ? traffic::Ending::kReprompted
            : step.said ? (step.accepted ? traffic::Ending::kResolved : traffic::Ending::kAbandoned)
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
  ExpectedPayoffs all;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const Differing users{segments_[i].user, setting_.behaviour.value_sigma,
                          setting_.behaviour.patience};
    const auto part = expected_payoffs(passes_, setting_.policies[0], users, stays_[0][i]);
    if (!part) return {};
    const double share = segments_[i].share;
    all.provider_cost += share * part->provider_cost;
    all.user_utility += share * part->user_utility;
    all.success += share * part->success;
    all.latency += share * part->latency;
    all.service_cost += share * part->service_cost;
    all.attempts += share * part->attempts;
  }
  all.success = std::min(1.0, all.success);  // a sum of roundings
  return all;
}

}  // namespace turnout::simulation
