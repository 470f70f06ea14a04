#include "turnout/mapping/row_matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "turnout/base/hash.h"

namespace turnout::mapping {
namespace {

using traffic::Match;
using traffic::MatchRule;

std::int64_t end_of(const traffic::Pass& pass) {
  return pass.started_us + static_cast<std::int64_t>(pass.latency_s * 1e6);
}

template <class Number>
void add(std::optional<Number>& to, const std::optional<Number>& more) {
  if (more) to = to.value_or(0) + *more;
}

/// Sorts rows by what `key` says of them. Most logs are written in that order.
template <class Rows, class Key>
void sort(Rows& rows, const Key& key) {
  const auto before = [&](const auto& a, const auto& b) { return key(a) < key(b); };
  if (!std::is_sorted(rows.begin(), rows.end(), before))
    std::sort(rows.begin(), rows.end(), before);
}

/// A further call goes into its pass: the pass lasts until the last one ends, and costs what all
/// cost. The model is that of the last answer.
void merge(traffic::Pass& pass, const MappedRow& call, bool answered_before) {
  pass.latency_s =
      static_cast<double>(std::max(end_of(pass), end_of(call.pass)) - pass.started_us) / 1e6;
  add(pass.input_tokens, call.pass.input_tokens);
  add(pass.output_tokens, call.pass.output_tokens);
  add(pass.cost_usd, call.pass.cost_usd);
  if (!call.request.answered) return;
  if (!answered_before) {  // after calls that failed: the first token is this one's
    pass.ttft_s = call.pass.ttft_s;
    if (pass.ttft_s)
      *pass.ttft_s += static_cast<double>(call.pass.started_us - pass.started_us) / 1e6;
    pass.policy_id = call.pass.policy_id;
    pass.propensity = call.pass.propensity;
  }
  pass.model = call.pass.model;
  if (call.pass.outcome != traffic::Outcome::kUnknown) pass.outcome = call.pass.outcome;
}

}  // namespace

RowMatcher::RowMatcher(RowSpill spill, std::int64_t window_us)
    : spill_(std::move(spill)),
      matcher_(
          {.window_us = window_us, .task_name_us = std::numeric_limits<std::int64_t>::max() / 2}) {}

base::Result<RowMatcher> RowMatcher::create(std::int64_t window_us) {
  TURNOUT_TRY(auto spill, RowSpill::create());
  return RowMatcher(std::move(spill), window_us);
}

PackedRow pack(MappedRow& row, std::string& to) {
  row.request.started_us = row.pass.started_us;
  row.request.ended_us = end_of(row.pass);
  const std::size_t begin = to.size();
  RowSpill::pack(row, to);
  return {row.pass.started_us, row.id.empty() ? 0 : base::hash(row.id), to.size() - begin};
}

base::Status RowMatcher::take(MappedRow row) {
  std::string bytes;
  const PackedRow packed = pack(row, bytes);
  return take(packed, bytes);
}

base::Status RowMatcher::take(const PackedRow& row, std::string_view bytes) {
  TURNOUT_TRY(const std::uint64_t at, spill_.append(bytes));
  rows_.push_back({row.started_us, at, row.id});
  return base::Done{};
}

void RowMatcher::take(const MappedFeedback& feedback) {
  feedback_.emplace_back(base::hash(feedback.of), feedback.outcome);
}

/// In the order of starts; a row that was exported twice counts once.
void RowMatcher::sort_rows(traffic::MatchCounts& counts) {
  const auto same = [](const Row& row) { return std::tie(row.started_us, row.id); };
  sort(rows_, [](const Row& row) { return std::tie(row.started_us, row.id, row.at); });
  const auto end = std::unique(rows_.begin(), rows_.end(), [&](const Row& a, const Row& b) {
    return a.id != 0 && same(a) == same(b);
  });
  counts.repeated_rows = static_cast<std::size_t>(rows_.end() - end);
  rows_.erase(end, rows_.end());
  sort(rows_, [](const Row& row) { return std::tie(row.started_us, row.at); });
}

base::Status RowMatcher::match(traffic::MatchCounts& counts,
                               const base::Cancellation& cancellation) {
  sort_rows(counts);
  MappedRow mapped;
  for (Row& row : rows_) {
    TURNOUT_CHECK(cancellation.check());
    TURNOUT_CHECK(spill_.read(row.at, mapped));
    const Match match = matcher_.take(mapped.request);
    note(row, mapped, match, counts);
    if (!mapped.true_task.empty() && mapped.request.person != 0) judge(mapped, match, counts);
    if (feedback_.empty() || row.pass == kNone) continue;
    if (row.id != 0) names_.emplace_back(row.id, row.pass);
    if (mapped.request.prompt != 0) names_.emplace_back(mapped.request.prompt, row.pass);
  }
  hear_feedback(counts);
  close_tasks(counts);
  sort(rows_, [](const Row& row) { return std::tie(row.pass, row.started_us, row.at); });
  return name_doubts(counts);
}

void RowMatcher::note(Row& row, const MappedRow& mapped, const Match& match,
                      traffic::MatchCounts& counts) {
  ++counts.rules.at(static_cast<std::size_t>(match.rule));
  counts.errors += mapped.request.answered ? 0U : 1U;
  row.rule = match.rule;
  if (match.pass == Match::kNone) return;
  row.pass = static_cast<std::uint32_t>(match.pass);
  if (match.rule == MatchRule::kHelper) return;
  if (!match.begins_pass) {
    ++counts.merged;
    counts.by_pace += match.by_pace ? 1U : 0U;
  } else {
    passes_.push_back({static_cast<std::uint32_t>(match.task),
                       static_cast<float>(match.probability), match.rule});
    tasks_.resize(std::max<std::size_t>(tasks_.size(), match.task + 1));
  }
  passes_[match.pass].answered |= mapped.request.answered;
  if (!match.begins_pass) return;
  const bool joined = match.probability >= 0.5;
  counts.by_task += match.by_id ? 1U : 0U;
  if (match.rule == MatchRule::kOtherConversation) ++counts.by_similarity;
  if (match.rule == MatchRule::kCertain && !match.by_id) ++counts.by_messages;
  if (match.rule == MatchRule::kFurtherTurn) {
    if (joined) ++(match.by_history ? counts.by_messages : counts.by_conversation);
    counts.further_tasks += joined ? 0U : 1U;
    counts.without_text += match.without_text ? 1U : 0U;
  }
  if (match.rule == MatchRule::kFurtherTurn || match.rule == MatchRule::kOtherConversation)
    (joined ? counts.expected_wrong : counts.expected_missed) +=
        joined ? 1 - match.probability : match.probability;
  if (match.after != Match::kNone) doubt(row, mapped, match);
}

/// Keeps the most doubtful matches, one of each person.
void RowMatcher::doubt(const Row& row, const MappedRow& mapped, const Match& match) {
  constexpr std::size_t kKept = 3;
  constexpr double kSure = 0.4;  // from even odds
  const auto certainty = [](const Match& of) { return std::abs(of.probability - 0.5); };
  if (certainty(match) > kSure) return;
  if (doubts_.size() == kKept && certainty(match) >= certainty(doubts_.back().match)) return;
  const auto same = std::find_if(doubts_.begin(), doubts_.end(), [&](const Doubt& kept) {
    return kept.person != 0 && kept.person == mapped.request.person;
  });
  if (same != doubts_.end()) {
    if (certainty(same->match) <= certainty(match)) return;
    doubts_.erase(same);
  }
  const auto place = std::find_if(doubts_.begin(), doubts_.end(), [&](const Doubt& kept) {
    return certainty(kept.match) > certainty(match);
  });
  doubts_.insert(place, {row.at, mapped.request.person, match});
  if (doubts_.size() > kKept) doubts_.pop_back();
}

base::Result<traffic::NamedRequest> RowMatcher::named(std::uint64_t at) {
  MappedRow row;
  TURNOUT_CHECK(spill_.read(at, row));
  return traffic::NamedRequest{row.id.empty() ? row.attempt_id : row.id, row.pass.user_id,
                               row.pass.started_us, row.words};
}

/// Says what the doubtful matches are about. Rows are in the order of their passes.
base::Status RowMatcher::name_doubts(traffic::MatchCounts& counts) {
  for (const Doubt& doubt : doubts_) {
    const auto before =
        std::lower_bound(rows_.begin(), rows_.end(), doubt.match.after,
                         [](const Row& row, std::uint64_t pass) { return row.pass < pass; });
    if (before == rows_.end() || before->pass != doubt.match.after) continue;
    const Match& match = doubt.match;
    TURNOUT_TRY(auto request, named(doubt.at));
    TURNOUT_TRY(auto earlier, named(before->at));
    counts.doubtful.push_back({std::move(request), std::move(earlier), match.rule,
                               match.probability, match.without_text, match.signs});
  }
  return base::Done{};
}

/// Compares what was done with a row with what someone who knows says of it and the user's row
/// before.
void RowMatcher::judge(const MappedRow& row, const Match& match, traffic::MatchCounts& counts) {
  if (match.task == Match::kNone) return;
  const std::uint64_t truth = base::hash(row.true_task);
  const auto before = last_true_.find(row.request.person);
  if (before != last_true_.end()) {
    const bool same = before->second.first == truth;
    const bool together = before->second.second == match.task;
    auto& judged = counts.judged.at(static_cast<std::size_t>(match.rule));
    judged.right += same && together ? 1U : 0U;
    judged.wrong += !same && together ? 1U : 0U;
    judged.missed += same && !together ? 1U : 0U;
  }
  last_true_[row.request.person] = {truth, match.task};
}

void RowMatcher::hear_feedback(traffic::MatchCounts& counts) {
  std::stable_sort(names_.begin(), names_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [of, outcome] : feedback_) {
    const auto named =
        std::upper_bound(names_.begin(), names_.end(), of,
                         [](auto hash, const auto& name) { return hash < name.first; });
    const bool found = named != names_.begin() && std::prev(named)->first == of;
    ++(found ? counts.feedback : counts.lost_feedback);
    if (found) passes_[std::prev(named)->second].said = outcome;
  }
  names_ = {};
}

/// Which pass of each task is its last; passes that were never answered are none.
void RowMatcher::close_tasks(traffic::MatchCounts& counts) {
  for (std::size_t number = 0; number < passes_.size(); ++number) {
    if (!passes_[number].answered) {
      ++counts.unanswered;
      continue;
    }
    ++counts.passes;
    auto& task = tasks_[passes_[number].task];
    counts.tasks += task.last == kNone ? 1U : 0U;
    task.last = static_cast<std::uint32_t>(number);
  }
}

std::string RowMatcher::task_name(const MappedRow& row) {
  std::string name =
      !row.pass.task_id.empty() ? row.pass.task_id
      : !row.id.empty()         ? row.id
      : !row.attempt_id.empty()
          ? row.attempt_id
          : fmt::format("{}@{}", row.pass.user_id, traffic::time_text(row.pass.started_us));
  while (!taken_.insert(base::hash(name)).second) name += '+';
  return name;
}

/// Puts the rows of a pass, from given_ on, into one.
base::Status RowMatcher::gather(std::uint32_t number, traffic::Pass& pass) {
  const PassOfTask& of = passes_[number];
  MappedRow call;
  bool first = true;
  bool answered = false;
  std::string name;
  for (; given_ < rows_.size() && rows_[given_].pass == number; ++given_) {
    TURNOUT_CHECK(spill_.read(rows_[given_].at, call));
    if (rows_[given_].rule == MatchRule::kHelper) {
      add(pass.cost_usd, call.pass.cost_usd);
      continue;
    }
    if (first) {
      pass = call.pass;
      if (!tasks_[of.task].given) name = task_name(call);
    } else {
      merge(pass, call, answered);
    }
    first = false;
    answered |= call.request.answered;
  }
  if (of.said != traffic::Outcome::kUnknown) pass.outcome = of.said;
  pass.task_id = tasks_[of.task].given ? open_[of.task] : name;
  return base::Done{};
}

base::Result<bool> RowMatcher::next(traffic::Pass& pass) {
  while (given_ < rows_.size() && rows_[given_].pass != kNone) {
    const std::uint32_t number = rows_[given_].pass;
    const PassOfTask& of = passes_[number];
    if (!of.answered) {
      while (given_ < rows_.size() && rows_[given_].pass == number) ++given_;
      continue;
    }
    TURNOUT_CHECK(gather(number, pass));
    TaskOfPasses& task = tasks_[of.task];
    pass.attempt = ++task.given;
    const bool last = task.last == number;
    pass.ending = last ? traffic::Ending::kOpen : traffic::Ending::kReprompted;
    if (last) {
      open_.erase(of.task);
    } else {
      open_.try_emplace(of.task, pass.task_id);
    }
    return true;
  }
  return false;
}

}  // namespace turnout::mapping
