#include "turnout/analysis/advice_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "turnout/policy/policy_text.h"

namespace turnout::analysis {
namespace {

using estimation::Assumption;
using estimation::Quantity;

/// One attempt's lottery, in hundredths that sum to 1; models below a hundredth are left out, but for
/// the one with the largest share.
policy::Lottery in_hundredths(const std::vector<double>& shares) {
  std::vector<int> hundredths;
  for (const double share : shares)
    hundredths.push_back(static_cast<int>(std::lround(share * 100)));
  const auto largest = std::max_element(shares.begin(), shares.end()) - shares.begin();
  hundredths[static_cast<std::size_t>(largest)] +=
      100 - std::accumulate(hundredths.begin(), hundredths.end(), 0);
  policy::Lottery lottery;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    if (hundredths[k] > 0) lottery.emplace_back(k, hundredths[k] / 100.0);
  }
  return lottery;
}

/// The text of one lottery after the other, the last one repeated.
std::string text_of(const std::vector<policy::Lottery>& attempts,
                    const std::vector<std::string>& models) {
  policy::Sequence sequence;
  for (const auto& lottery : attempts) {
    if (!sequence.runs.empty() && sequence.runs.back().lottery == lottery) {
      ++sequence.runs.back().times;
    } else {
      sequence.runs.push_back({lottery, 1});
    }
  }
  sequence.runs.back().times = 1;  // it repeats
  return policy::text_of({sequence, 0}, models);
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
  constexpr std::size_t kShown = 2;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, answer.worth_most.size()); ++i) {
    const WorthOfData& worth = answer.worth_most[i];
    if (worth.gain < answer.regret / 10) break;
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
  std::vector<policy::Lottery> attempts;
  for (const std::size_t k : sequence) attempts.push_back({{k, 1.0}});
  return text_of(attempts, models);
}

std::string shares_text(const std::vector<std::vector<double>>& shares,
                        const std::vector<std::string>& models) {
  std::vector<policy::Lottery> attempts;
  for (const auto& one : shares) attempts.push_back(in_hundredths(one));
  return text_of(attempts, models);
}

std::string in_words(const Assumption& assumption, const std::vector<std::string>& models) {
  const std::string& model = models.at(assumption.model);
  switch (assumption.quantity) {
    case Quantity::kPenalty:
      return "cost of an unsolved task in lost users";
    case Quantity::kPatience:
      return "patience (users who do not leave at once after a failure)";
    case Quantity::kValue:
      return "waiting that a solved task is worth to the median user";
    case Quantity::kDifficulty:
      return "spread of the tasks' difficulty";
    case Quantity::kSuccess:
      return fmt::format("success of {} on first attempts", model);
    case Quantity::kLatency:
      return fmt::format("latency of {}", model);
    case Quantity::kCost:
      return fmt::format("cost of a call of {}", model);
  }
  return {};
}

std::string unit_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::kPenalty:
    case Quantity::kCost:
      return "dollars";
    case Quantity::kPatience:
    case Quantity::kSuccess:
      return "share";
    case Quantity::kValue:
    case Quantity::kLatency:
      return "seconds";
    case Quantity::kDifficulty:
      return "logits";
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
  if (answer.models.size() == 1) return {};  // nothing to choose
  if (!answer.costs_known)
    return "The log does not say of each model what a call costs (cost_usd), so that none can be "
           "said to be cheaper.";
  if (!answer.penalty_known && answer.ranges.empty())
    return "The log does not tell whether users whose task failed come back: it has no user_id, or "
           "is too short. That is what a lost user costs, and it decides.";
  if (answer.ranges.size() > 1) return without_lifetime_value(answer);
  if (answer.chance_of_regret <= kMostChanceOfRegret) return {};
  return fmt::format(
             "The log does not decide: with a chance of {:.0f} % the best choice so far, {}, costs "
             "over {:.0f} % more than what would be chosen if all that the log leaves open were "
             "known; in expectation ${:.2g} a task more.",
             100 * answer.chance_of_regret, answer.policy, 100 * estimation::kNotableRegret,
             answer.regret) +
         what_would_help(answer);
}

std::vector<std::string> notes_of(const AdviseAnswer& answer) {
  std::vector<std::string> notes;
  if (feedback_share(answer.reading.statistics) == 0)
    notes.emplace_back("no task's outcome is known: success is told by who re-prompts alone");
  if (answer.models.size() == 1)
    notes.emplace_back("one model served all passes: there is nothing to choose");
  if (answer.models.size() > estimation::kMostTriedModels)
    notes.push_back(fmt::format("of {} models the {} that are cheapest alone were tried",
                                answer.models.size(), estimation::kMostTriedModels));
  if (!answer.declined && answer.saving.low < 0 && answer.saving.high > 0)
    notes.emplace_back("that it saves anything is not certain: 0 is in the interval");
  return notes;
}

}  // namespace turnout::analysis
