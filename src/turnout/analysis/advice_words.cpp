#include "turnout/analysis/advice_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <utility>

#include "turnout/policy/policy_text.h"

namespace turnout::analysis {
namespace {

using estimation::Assumption;
using estimation::Quantity;

/// One attempt's lottery, in hundredths; models below a hundredth are left out.
std::string lottery_text(const std::vector<double>& shares,
                         const std::vector<std::string>& models) {
  std::vector<std::pair<std::size_t, int>> parts;
  int left = 100;
  std::size_t largest = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const int hundredths = static_cast<int>(std::lround(shares[k] * 100));
    if (hundredths == 0) continue;
    if (!parts.empty() && hundredths > parts[largest].second) largest = parts.size();
    parts.emplace_back(k, hundredths);
    left -= hundredths;
  }
  if (parts.empty()) return "";
  parts[largest].second += left;  // so that they sum to 1
  if (parts.size() == 1) return policy::written_name(models[parts[0].first]);
  std::string text;
  for (const auto& [k, hundredths] : parts)
    text += fmt::format("{}{}={:g}", text.empty() ? "" : "+", policy::written_name(models[k]),
                        hundredths / 100.0);
  return text;
}

/// Of the tasks' ends, the share whose outcome is known.
double feedback_share(const estimation::LogStatistics& statistics) {
  std::int64_t known = 0;
  std::int64_t ends = 0;
  for (const auto& [key, counts] : statistics.paths) {
    known += counts.fates.solved + counts.fates.abandoned;
    ends += counts.fates.ends();
  }
  return ends == 0 ? 0 : estimation::as_real(known) / estimation::as_real(ends);
}

std::string what_would_help(const AdviseAnswer& answer) {
  std::string text;
  for (const auto& worth : answer.worth_most) {
    if (worth.gain < answer.regret / 10 || worth.gain <= 0) break;
    text += fmt::format(" Knowing the {} would save up to ${:.2g} a task: {}.", worth.what,
                        worth.gain, worth.how);
  }
  const double now = feedback_share(answer.reading.statistics);
  const int wanted = static_cast<int>(std::ceil(100 * std::min(1.0, std::max(0.05, 2 * now))));
  return text + fmt::format(
                    " Log feedback on {} % of answers (now {:.1f} %) and serve --policy '{}' for "
                    "two weeks, then ask again.",
                    wanted, 100 * now, answer.exploring);
}

/// Dollars without an exponent: "0.012", "3.5", "400".
std::string dollars(double x) {
  return x >= 10 ? fmt::format("${:.0f}", x) : fmt::format("${:.2g}", x);
}

std::string without_lifetime_value(const AdviseAnswer& answer) {
  std::string text =
      "What a lost user costs is not known (--ltv, a customer's lifetime value in dollars), and it "
      "decides:";
  for (const auto& range : answer.ranges) {
    text += range.to ? fmt::format(" {} from {} to {};", range.policy, dollars(range.from),
                                   dollars(*range.to))
                     : fmt::format(" {} from {} on.", range.policy, dollars(range.from));
  }
  return text;
}

}  // namespace

std::string policy_text(const estimation::Sequence& sequence,
                        const std::vector<std::string>& models) {
  std::string text;
  for (std::size_t i = 0; i < sequence.size();) {
    std::size_t run = 1;
    while (i + run < sequence.size() && sequence[i + run] == sequence[i]) ++run;
    if (!text.empty()) text += ',';
    text += policy::written_name(models[sequence[i]]);
    if (run > 1) text += fmt::format("*{}", run);
    i += run;
  }
  return text;
}

std::string shares_text(const std::vector<std::vector<double>>& shares,
                        const std::vector<std::string>& models) {
  std::vector<std::string> attempts;
  for (const auto& one : shares) {
    auto text = lottery_text(one, models);
    if (!text.empty()) attempts.push_back(std::move(text));
  }
  while (attempts.size() > 1 && attempts.back() == attempts[attempts.size() - 2])
    attempts.pop_back();
  return fmt::format("{}", fmt::join(attempts, ","));
}

std::string in_words(const Assumption& assumption, const std::vector<std::string>& models) {
  const std::string& model = models.at(assumption.model);
  switch (assumption.quantity) {
    case Quantity::kPenalty:
      return "cost of an unsolved task in lost users, dollars";
    case Quantity::kPatience:
      return "patience, share of users who do not leave at once after a failure";
    case Quantity::kValue:
      return "waiting that a solved task is worth to the median user, seconds";
    case Quantity::kDifficulty:
      return "spread of the tasks' difficulty, logits";
    case Quantity::kSuccess:
      return fmt::format("success of {} on first attempts, share", model);
    case Quantity::kLatency:
      return fmt::format("latency of {}, seconds", model);
    case Quantity::kCost:
      return fmt::format("cost of a call of {}, dollars", model);
  }
  return {};
}

std::string how_to_learn(const Assumption& assumption, const std::vector<std::string>& models) {
  switch (assumption.quantity) {
    case Quantity::kPenalty:
      return "log user_id, and ask how tasks ended, to see who comes back";
    case Quantity::kPatience:
    case Quantity::kDifficulty:
      return "ask how re-prompted tasks ended";
    case Quantity::kValue:
      return "serve slower and faster models after failures to some users";
    case Quantity::kSuccess:
      return fmt::format("serve {} more often, and ask how its tasks ended",
                         models.at(assumption.model));
    case Quantity::kLatency:
    case Quantity::kCost:
      return "log it with each pass";
  }
  return {};
}

std::string reason_to_decline(const AdviseAnswer& answer) {
  if (answer.ranges.size() > 1) return without_lifetime_value(answer);
  const double cost = std::abs(answer.then.cost.value);
  if (answer.regret <= kMostRegret * cost) return {};
  return fmt::format(
             "The log does not decide: the best choice so far, {}, is expected to cost {:.1f} % "
             "more than what would be chosen if all that the log leaves open were known.",
             answer.policy, 100 * answer.regret / cost) +
         what_would_help(answer);
}

std::vector<std::string> notes_of(const AdviseAnswer& answer) {
  std::vector<std::string> notes;
  const auto& returns = answer.reading.statistics.returns;
  if (returns.tasks[0] + returns.tasks[1] + returns.tasks[2] == 0)
    notes.emplace_back(
        "the log is too short, or has no user_id, to tell who comes back: what a lost user costs "
        "is a guess");
  if (feedback_share(answer.reading.statistics) == 0)
    notes.emplace_back("no task's outcome is known: success is told by who re-prompts alone");
  if (answer.models.size() == 1)
    notes.emplace_back("one model served all passes: there is nothing to choose");
  if (answer.models.size() > estimation::kMostTriedModels)
    notes.push_back(fmt::format("of {} models the {} that are cheapest alone were tried",
                                answer.models.size(), estimation::kMostTriedModels));
  if (answer.saving.low < 0 && answer.saving.high > 0 && !answer.declined)
    notes.emplace_back("that it saves anything is not certain: 0 is in the interval");
  return notes;
}

}  // namespace turnout::analysis
