#include "turnout/mapping/reprompt_matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace turnout::mapping {
namespace {

std::int64_t end_of(const traffic::Pass& pass) {
  return pass.started_us + static_cast<std::int64_t>(pass.latency_s * 1e6);
}

template <class Number>
void add(std::optional<Number>& to, const std::optional<Number>& more) {
  if (more) to = to.value_or(0) + *more;
}

/// Further calls of an answer go into its first: it lasts until the last one ends, and costs what
/// all cost. The model is that of the last call, which gave the answer.
void merge(MappedRow& first, const MappedRow& call) {
  traffic::Pass& pass = first.pass;
  pass.latency_s =
      static_cast<double>(std::max(end_of(pass), end_of(call.pass)) - pass.started_us) / 1e6;
  pass.model = call.pass.model;
  add(pass.input_tokens, call.pass.input_tokens);
  add(pass.output_tokens, call.pass.output_tokens);
  add(pass.cost_usd, call.pass.cost_usd);
  if (call.pass.outcome != traffic::Outcome::kUnknown) pass.outcome = call.pass.outcome;
}

class Matcher {
 public:
  Matcher(std::int64_t window_us, traffic::MatchCounts& counts)
      : window_us_(window_us), counts_(counts) {}

  void take(MappedRow row) {
    const std::size_t task = task_of(row);
    if (!row.true_task.empty() && !row.pass.user_id.empty()) judge(row, task);
    remember(row, task);
    tasks_[task].rows.push_back(std::move(row));
  }

  std::vector<traffic::Pass> passes() {
    std::vector<traffic::Pass> all;
    for (Task& task : tasks_) {
      for (std::size_t i = 0; i < task.rows.size(); ++i) {
        traffic::Pass& pass = all.emplace_back(std::move(task.rows[i].pass));
        pass.task_id = task.id;
        pass.attempt = static_cast<std::int64_t>(i) + 1;
        pass.ending =
            i + 1 < task.rows.size() ? traffic::Ending::kReprompted : traffic::Ending::kOpen;
      }
    }
    return all;
  }

 private:
  struct Task {
    std::string id;
    std::vector<MappedRow> rows;
  };
  using Key = std::pair<std::string, std::uint64_t>;
  static constexpr std::size_t kRecent = 8;  // tasks of a user that a row may be alike to

  [[nodiscard]] bool in_window(std::size_t task, const MappedRow& row) const {
    return row.pass.started_us - end_of(tasks_[task].rows.back().pass) <= window_us_;
  }

  std::size_t task_of(const MappedRow& row) {
    if (!row.pass.task_id.empty()) {
      const auto known = by_id_.find(row.pass.task_id);
      if (known == by_id_.end()) return new_task(row.pass.task_id);
      ++counts_.by_task;
      return known->second;
    }
    if (const auto task = by_messages(row)) {
      ++counts_.by_messages;
      return *task;
    }
    if (const auto task = by_conversation(row)) {
      ++counts_.by_conversation;
      return *task;
    }
    if (const auto task = by_similarity(row)) {
      ++counts_.by_similarity;
      return *task;
    }
    std::string id =
        !row.id.empty() ? row.id
        : !row.attempt_id.empty()
            ? row.attempt_id
            : fmt::format("{}@{}", row.pass.user_id, traffic::time_text(row.pass.started_us));
    while (by_id_.contains(id)) id += '+';
    return new_task(id);
  }

  std::size_t new_task(const std::string& id) {
    by_id_[id] = tasks_.size();
    tasks_.push_back({id, {}});
    return tasks_.size() - 1;
  }

  std::optional<std::size_t> by_messages(const MappedRow& row) {
    for (std::size_t i = row.prefixes.size(); i-- > 1;) {
      const auto known = by_prefix_.find({row.pass.user_id, row.prefixes[i - 1]});
      if (known != by_prefix_.end() && in_window(known->second, row)) return known->second;
    }
    return std::nullopt;
  }

  std::optional<std::size_t> by_conversation(const MappedRow& row) {
    const bool begins = row.user_messages == 1 || (row.turn && *row.turn <= 1);
    if (begins) return std::nullopt;
    if (!row.conversation.empty()) {
      const auto known = by_conversation_.find(row.pass.user_id + '\n' + row.conversation);
      if (known != by_conversation_.end() && in_window(known->second, row)) return known->second;
      return std::nullopt;
    }
    const auto recent = recent_.find(row.pass.user_id);
    if (!row.turn || row.pass.user_id.empty() || recent == recent_.end()) return std::nullopt;
    const std::size_t task = recent->second.back();
    return in_window(task, row) ? std::optional(task) : std::nullopt;
  }

  std::optional<std::size_t> by_similarity(const MappedRow& row) {
    const auto recent = recent_.find(row.pass.user_id);
    if (row.pass.user_id.empty() || recent == recent_.end()) return std::nullopt;
    std::optional<std::size_t> best;
    double most = kAlike;
    for (const std::size_t task : recent->second) {
      const double alike = similarity(tasks_[task].rows.back().shingles, row.shingles);
      if (alike < most || !in_window(task, row)) continue;
      most = alike;
      best = task;
    }
    return best;
  }

  void remember(const MappedRow& row, std::size_t task) {
    if (!row.prefixes.empty()) by_prefix_[{row.pass.user_id, row.prefixes.back()}] = task;
    if (!row.conversation.empty())
      by_conversation_[row.pass.user_id + '\n' + row.conversation] = task;
    if (row.pass.user_id.empty()) return;
    auto& recent = recent_[row.pass.user_id];
    std::erase(recent, task);
    recent.push_back(task);
    if (recent.size() > kRecent) recent.erase(recent.begin());
  }

  /// Compares what was done with a row with what someone who knows says of it and the user's row
  /// before.
  void judge(const MappedRow& row, std::size_t task) {
    const auto before = last_.find(row.pass.user_id);
    if (before != last_.end()) {
      const bool same = before->second.first == row.true_task;
      const bool together = before->second.second == task;
      counts_.right += same && together ? 1 : 0;
      counts_.wrong += !same && together ? 1 : 0;
      counts_.missed += same && !together ? 1 : 0;
    }
    last_[row.pass.user_id] = {row.true_task, task};
  }

  std::int64_t window_us_;
  traffic::MatchCounts& counts_;
  std::vector<Task> tasks_;
  std::unordered_map<std::string, std::size_t> by_id_, by_conversation_;
  std::map<Key, std::size_t> by_prefix_;  // of a pass's whole messages
  std::unordered_map<std::string, std::vector<std::size_t>> recent_;
  std::unordered_map<std::string, std::pair<std::string, std::size_t>> last_;
};

}  // namespace

std::vector<traffic::Pass> match_reprompts(std::vector<MappedRow> rows,
                                           const std::vector<MappedFeedback>& feedback,
                                           std::int64_t window_us, traffic::MatchCounts& counts) {
  std::sort(rows.begin(), rows.end(), [](const MappedRow& a, const MappedRow& b) {
    return std::tie(a.pass.started_us, a.id, a.attempt_id) <
           std::tie(b.pass.started_us, b.id, b.attempt_id);
  });
  // Calls of one answer become one row; feedback may name either.
  std::unordered_map<std::string, std::size_t> answers;
  std::unordered_map<std::string, std::size_t> by_name;
  std::vector<MappedRow> whole;
  for (MappedRow& row : rows) {
    const auto [place, is_new] = row.attempt_id.empty()
                                     ? std::pair(answers.end(), true)
                                     : answers.try_emplace(row.attempt_id, whole.size());
    const std::size_t number = is_new ? whole.size() : place->second;
    for (const auto& name : {row.id, row.attempt_id}) {
      if (!name.empty()) by_name[name] = number;
    }
    if (is_new) {
      whole.push_back(std::move(row));
    } else {
      ++counts.merged;
      merge(whole[number], row);
    }
  }
  for (const auto& [of, outcome] : feedback) {
    const auto named = by_name.find(of);
    ++(named == by_name.end() ? counts.lost_feedback : counts.feedback);
    if (named != by_name.end()) whole[named->second].pass.outcome = outcome;
  }
  Matcher matcher(window_us, counts);
  for (MappedRow& row : whole) matcher.take(std::move(row));
  auto passes = matcher.passes();
  counts.tasks = static_cast<std::size_t>(std::count_if(
      passes.begin(), passes.end(), [](const traffic::Pass& pass) { return pass.attempt == 1; }));
  return passes;
}

}  // namespace turnout::mapping
