#include "turnout/estimation/log_statistics.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "turnout/estimation/log_summary.h"
#include "turnout/estimation/task_counter.h"

namespace turnout::estimation {

using traffic::Pass;

bool chooses(const LogSelection& selection, const Pass& first) {
  if (selection.since_us && first.started_us < *selection.since_us) return false;
  if (selection.until_us && first.started_us >= *selection.until_us) return false;
  const auto is = [&](const char* column, const std::string& value) {
    const auto wanted = selection.where.find(column);
    return wanted == selection.where.end() || wanted->second == value;
  };
  return is("user_id", first.user_id) && is("model", first.model) &&
         is("policy_id", first.policy_id);
}

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
    taken_ = chooses(selection_, pass);
  }
  return taken_;
}

struct StatisticsGatherer::State {
  State(LogSelection chosen, std::int64_t last_us, std::size_t most_users)
      : selection(std::move(chosen)),
        newest_us(last_us - selection.return_us),
        counter(last_us - selection.window_us, newest_us),
        sums(most_users) {}
  LogSelection selection;
  std::int64_t newest_us;
  TaskCounter counter;
  LogSummary sums;
  std::optional<std::string> task;  // that is being read
  bool counts = false;
};

StatisticsGatherer::StatisticsGatherer(const LogSelection& selection, std::int64_t last_us,
                                       std::size_t most_users)
    : state_(std::make_unique<State>(selection, last_us, most_users)) {}
StatisticsGatherer::~StatisticsGatherer() = default;

bool StatisticsGatherer::add(const Pass& pass) {
  State& state = *state_;
  if (!state.task || *state.task != pass.task_id) {
    state.task = pass.task_id;
    state.counts = chooses(state.selection, pass);
    if (state.counts) state.counter.begin(pass, state.sums, state.selection.period_us);
  }
  if (!state.counts) return true;
  state.counter.add(pass);
  return state.sums.models.size() <= kMostModels && state.sums.policies.size() <= kMostPolicies;
}

void StatisticsGatherer::take(const LogSummary& summary, bool old_enough, std::int64_t days) {
  state_->sums.take(summary, old_enough, days);
}

Halvings StatisticsGatherer::halvings() const { return state_->sums.halvings(); }

base::Result<LogStatistics> StatisticsGatherer::finish() {
  state_->counter.finish();
  return state_->sums.statistics(state_->newest_us);
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
