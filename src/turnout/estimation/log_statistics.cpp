#include "turnout/estimation/log_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_map>
#include <utility>

namespace turnout::estimation {
namespace {

using traffic::Ending;
using traffic::Outcome;
using traffic::Pass;

/// Numbers for names, in the order of their coming. Few names, and mostly the one before: a linear
/// search.
class Names {
 public:
  std::size_t number_of(const std::string& name) {
    if (last_ < names_.size() && names_[last_] == name) return last_;
    last_ =
        static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
    if (last_ == names_.size()) names_.push_back(name);
    return last_;
  }
  [[nodiscard]] const std::string& name(std::size_t number) const { return names_[number]; }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::size_t last_ = 0;
};

/// What the gatherer keeps of a pass until the next one of its task has come.
struct Row {
  std::int64_t attempt = 0;
  std::size_t model = 0, policy = 0;
  std::int64_t started_us = 0;
  double latency = 0;
  std::optional<double> cost;
  std::int64_t tokens = 0;
  Outcome outcome = Outcome::kUnknown;
  Ending ending = Ending::kOpen;
};

constexpr std::int64_t Fates::*kReprompted = &Fates::reprompted;

std::int64_t Fates::*fate_of(const Row& row, bool has_next) {
  if (has_next || row.ending == Ending::kReprompted) return kReprompted;
  if (row.outcome == Outcome::kSuccess || row.ending == Ending::kResolved) return &Fates::solved;
  if (row.outcome == Outcome::kFailure || row.ending == Ending::kAbandoned)
    return &Fates::abandoned;
  return &Fates::silent;
}

TaskEnd end_of(std::int64_t Fates::*fate) {
  if (fate == &Fates::solved) return TaskEnd::kSolved;
  return fate == &Fates::abandoned ? TaskEnd::kAbandoned : TaskEnd::kSilent;
}

/// Whether a task counts, by its first pass.
bool chosen(const LogSelection& selection, const Pass& first) {
  if (selection.since_us && first.started_us < *selection.since_us) return false;
  if (selection.until_us && first.started_us >= *selection.until_us) return false;
  const auto is = [&](const char* column, const std::string& value) {
    const auto wanted = selection.where.find(column);
    return wanted == selection.where.end() || wanted->second == value;
  };
  return is("user_id", first.user_id) && is("model", first.model) &&
         is("policy_id", first.policy_id);
}

/// Division towards minus infinity, as SQL's floor.
std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// The latest task of each user, by a hash of his id; a sample by hash when there are too many.
class Users {
 public:
  explicit Users(std::size_t most) : most_users_(most) {}
  /// @param path  where the task ended; a key of paths
  void see(const std::string& user, std::int64_t started_us, TaskEnd end, std::uint64_t path,
           std::int64_t newest) {
    const std::uint64_t hash = std::hash<std::string>{}(user);
    if (hash > greatest_) return;
    Last& last = last_[hash];
    if (started_us <= newest) ++by_path_[path].tasks.at(static_cast<std::size_t>(end));
    if (started_us >= last.started_us) last = {started_us, path, end};
    if (last_.size() > most_users_) halve();
  }
  /// @returns what was seen, by path.
  const std::unordered_map<std::uint64_t, ReturnCounts>& finish(std::int64_t newest) {
    for (const auto& [hash, last] : last_) {
      if (last.started_us <= newest)
        ++by_path_[last.path].last.at(static_cast<std::size_t>(last.end));
    }
    return by_path_;
  }

 private:
  struct Last {
    std::int64_t started_us = std::numeric_limits<std::int64_t>::min();
    std::uint64_t path = 0;
    TaskEnd end = TaskEnd::kSilent;
  };
  /// Keeps the users with the smaller hashes. The tasks counted so far are scaled alike.
  void halve() {
    greatest_ /= 2;
    const std::size_t before = last_.size();
    std::erase_if(last_, [this](const auto& user) { return user.first > greatest_; });
    const double kept = static_cast<double>(last_.size()) / static_cast<double>(before);
    for (auto& [path, counts] : by_path_) {
      for (auto& tasks : counts.tasks) tasks = std::llround(static_cast<double>(tasks) * kept);
    }
  }
  std::unordered_map<std::uint64_t, Last> last_;
  std::unordered_map<std::uint64_t, ReturnCounts> by_path_;
  std::size_t most_users_;
  std::uint64_t greatest_ =
      std::numeric_limits<std::uint64_t>::max();  // hash of the users that count
};

}  // namespace

Fates& Fates::operator+=(const Fates& other) {
  reprompted += other.reprompted;
  solved += other.solved;
  abandoned += other.abandoned;
  silent += other.silent;
  return *this;
}

ReturnCounts& ReturnCounts::operator+=(const ReturnCounts& other) {
  for (std::size_t end = 0; end < kTaskEnds; ++end) {
    tasks[end] += other.tasks[end];
    last[end] += other.last[end];
  }
  return *this;
}

Fates Fates::worth(double effect) const {
  const auto part = [&](std::int64_t count) {
    return std::llround(static_cast<double>(count) / effect);
  };
  return {part(reprompted), part(solved), part(abandoned), part(silent)};
}

Moments& Moments::operator+=(const Moments& other) {
  count += other.count;
  sum += other.sum;
  squares += other.squares;
  return *this;
}

double Moments::variance() const {
  if (count < 2) return 0;
  const auto n = static_cast<double>(count);
  // What is left of values that are all alike is the rounding of the sums.
  constexpr double kRounding = 1e-12;
  const double spread = squares - sum * sum / n;
  return spread > kRounding * squares ? spread / (n - 1) : 0;
}

std::int64_t latency_bin(double latency) {
  if (!(latency > 0)) return kZeroLatency;
  // The small shift keeps latencies such as 8 s off the edge, where engines would round
  // differently.
  return static_cast<std::int64_t>(std::floor(16 * (std::log(latency) / std::log(2.0)) + 1e-6));
}

double latency_of_bin(std::int64_t bin) {
  return bin == kZeroLatency ? 0 : std::exp2((static_cast<double>(bin) + 0.5) / 16);
}

bool TaskSelector::takes(const Pass& pass) {
  if (!task_ || *task_ != pass.task_id) {
    task_ = pass.task_id;
    taken_ = chosen(selection_, pass);
  }
  return taken_;
}

struct StatisticsGatherer::State {
  State(LogSelection chosen, std::int64_t last, std::size_t most_users)
      : selection(std::move(chosen)), last_us(last), users(most_users) {}

  void add(const Pass& pass);
  void finish_task();
  void check_against_previous(const Pass& pass);
  void count(const Row& pass, bool has_next);
  /// Of the attempts up to and with a pass: policy, attempt and up to four models, 8 bits each.
  [[nodiscard]] std::uint64_t path_key(const Row& pass) const;
  void count_period(const Row& pass, std::int64_t Fates::*fate);
  void count_contradictions(const Row& pass, bool has_next);

  LogSelection selection;
  std::int64_t last_us;
  LogStatistics result;
  Names models, policies;
  Users users;
  UserSpreadGatherer spread;
  std::unordered_map<std::uint64_t, PathCounts> paths;  // by path_key()
  std::vector<std::unordered_map<std::int64_t, PeriodCounts>> periods;
  std::vector<std::unordered_map<std::int64_t, std::int64_t>> latencies;

  // The task that is being read.
  std::string task, user, previous_user;
  bool in_task = false, is_chosen = false, after_gap = false, has_row = false;
  std::int64_t expected = 1, task_started_us = 0;
  Row row;
  std::uint64_t path = 0;  // models of the attempts so far, 8 bits each, the last one lowest
};

StatisticsGatherer::StatisticsGatherer(const LogSelection& selection, std::int64_t last_us,
                                       std::size_t most_users)
    : state_(std::make_unique<State>(selection, last_us, most_users)) {}
StatisticsGatherer::~StatisticsGatherer() = default;

bool StatisticsGatherer::add(const Pass& pass) {
  state_->add(pass);
  return state_->models.size() <= kMostModels && state_->policies.size() <= kMostPolicies;
}

void StatisticsGatherer::State::add(const Pass& pass) {
  if (!in_task || pass.task_id != task) {
    finish_task();
    task = pass.task_id;
    user = previous_user = pass.user_id;
    in_task = true;
    is_chosen = chosen(selection, pass);
    after_gap = has_row = false;
    expected = 1;
    path = 0;
    task_started_us = pass.started_us;
    if (is_chosen) ++result.tasks;
  }
  if (!is_chosen) return;
  ++result.passes;
  result.first_us = std::min(result.first_us.value_or(pass.started_us), pass.started_us);
  result.last_us = std::max(result.last_us.value_or(pass.started_us), pass.started_us);
  after_gap = after_gap || pass.attempt != expected;
  if (after_gap) {
    ++result.contradictions.gaps;
    return;
  }
  if (has_row) {
    result.contradictions.time_travel += pass.started_us < row.started_us ? 1 : 0;
    result.contradictions.user_changed += pass.user_id != previous_user ? 1 : 0;
    count(row, true);
  }
  previous_user = pass.user_id;
  row = {pass.attempt,
         models.number_of(pass.model),
         policies.number_of(pass.policy_id),
         pass.started_us,
         pass.latency_s,
         pass.cost_usd,
         pass.output_tokens.value_or(0),
         pass.outcome,
         pass.ending};
  has_row = true;
  ++expected;
}

void StatisticsGatherer::State::finish_task() {
  if (!in_task || !is_chosen || !has_row) return;
  count(row, false);
  if (user.empty() || row.started_us > last_us - selection.window_us) return;
  users.see(user, task_started_us, end_of(fate_of(row, false)), path_key(row),
            last_us - selection.return_us);
}

void StatisticsGatherer::State::count_contradictions(const Row& pass, bool has_next) {
  auto& found = result.contradictions;
  if (!has_next) {
    found.missing_next += pass.ending == Ending::kReprompted ? 1 : 0;
    return;
  }
  found.success_reprompted += pass.outcome == Outcome::kSuccess ? 1 : 0;
  found.ended_reprompted +=
      pass.ending == Ending::kResolved || pass.ending == Ending::kAbandoned ? 1 : 0;
}

void StatisticsGatherer::State::count(const Row& pass, bool has_next) {
  constexpr unsigned kBits = 8;
  count_contradictions(pass, has_next);
  path = path << kBits | (pass.model & 0xffU);
  if (pass.started_us > last_us - selection.window_us) {
    ++result.recent;
    return;
  }
  const auto fate = fate_of(pass, has_next);
  PathCounts& counts = paths[path_key(pass)];
  ++(counts.fates.*fate);
  counts.latency.add(pass.latency);
  if (pass.cost) counts.cost.add(*pass.cost);
  if (latencies.size() < models.size()) latencies.resize(models.size());
  ++latencies[pass.model][latency_bin(pass.latency)];
  count_period(pass, fate);
  if (pass.attempt > 1) return;
  spread.add(user.empty() ? task : user, pass.model, fate != kReprompted,
             fate == &Fates::solved || fate == &Fates::abandoned, fate == &Fates::solved);
}

std::uint64_t StatisticsGatherer::State::path_key(const Row& pass) const {
  const auto attempt = static_cast<std::uint64_t>(pass.attempt);
  const bool deep = attempt > kDeepestPath;
  const std::uint64_t models_of = deep ? path & 0xffU : path & 0xffffffffU;
  return (pass.policy << 3U | (deep ? kDeepestPath + 1 : attempt)) << 32U | models_of;
}

void StatisticsGatherer::State::count_period(const Row& pass, std::int64_t Fates::*fate) {
  if (periods.size() < models.size()) periods.resize(models.size());
  PeriodCounts& counts = periods[pass.model][floor_divide(pass.started_us, selection.period_us)];
  if (pass.attempt == 1) ++(counts.first.*fate);
  counts.latency.add(pass.latency);
  if (pass.tokens <= 0 || !(pass.latency > 0)) return;
  const double x = std::log(static_cast<double>(pass.tokens));
  const double y = std::log(pass.latency) - x;
  ++counts.timed;
  counts.x += x;
  counts.xx += x * x;
  counts.y += y;
  counts.yy += y * y;
  counts.xy += x * y;
}

namespace {

base::Status few_enough(std::size_t models, std::size_t policies) {
  const auto too_many = [](const char* what, std::size_t most, const char* advice) {
    return base::Error{base::ErrorCode::kUnsupported,
                       fmt::format("the log has more than {} {}, which cannot be told apart; {}",
                                   most, what, advice),
                       ""};
  };
  if (models > kMostModels)
    return too_many("models", kMostModels, "choose with --where model=NAME");
  if (policies > kMostPolicies)
    return too_many("policies", kMostPolicies, "choose with --where policy_id=ID");
  return base::Done{};
}

}  // namespace

base::Result<LogStatistics> StatisticsGatherer::finish() {
  State& state = *state_;
  state.finish_task();
  state.in_task = false;
  TURNOUT_CHECK(few_enough(state.models.size(), state.policies.size()));
  LogStatistics& result = state.result;
  for (const auto& [key, counts] : state.users.finish(state.last_us - state.selection.return_us)) {
    state.paths[key].returns = counts;
    result.returns += counts;
  }
  const auto spreads = state.spread.finish();
  for (std::size_t k = 0; k < spreads.size(); ++k) {
    if (spreads[k].users > 0) result.users[state.models.name(k)] = spreads[k];
  }
  for (const auto& [key, counts] : state.paths) {
    const auto attempt = (key >> 32U) & 7U;
    PathKey named{state.policies.name(key >> 35U), {}, attempt > kDeepestPath};
    const std::size_t length = named.deep ? 1 : attempt;
    for (std::size_t i = length; i-- > 0;)
      named.models.push_back(state.models.name((key >> (8 * i)) & 0xffU));
    result.paths.emplace(std::move(named), counts);
  }
  for (std::size_t k = 0; k < state.periods.size(); ++k) {
    result.periods[state.models.name(k)].insert(state.periods[k].begin(), state.periods[k].end());
    result.latencies[state.models.name(k)].insert(state.latencies[k].begin(),
                                                  state.latencies[k].end());
  }
  return std::move(result);
}

base::Result<LogStatistics> gather(std::vector<Pass> passes, const LogSelection& selection) {
  std::int64_t last = 0;
  for (const Pass& pass : passes) last = std::max(last, pass.started_us);
  std::sort(passes.begin(), passes.end(), [](const Pass& a, const Pass& b) {
    return std::tie(a.task_id, a.attempt) < std::tie(b.task_id, b.attempt);
  });
  StatisticsGatherer gatherer(selection, last);
  for (const Pass& pass : passes) gatherer.add(pass);
  return gatherer.finish();
}

}  // namespace turnout::estimation
