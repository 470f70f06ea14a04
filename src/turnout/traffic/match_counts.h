#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "turnout/traffic/task_matcher.h"

namespace turnout::traffic {

/// A request, for people to find and judge.
struct NamedRequest {
  std::string id;  ///< of its row; may be empty
  std::string user_id;
  std::int64_t started_us = 0;
  std::string words;  ///< the beginning of what the user said; empty if the log does not have it
};

/// A request of which the rules are not sure whether it is a re-prompt.
struct DoubtfulMatch {
  NamedRequest request;
  NamedRequest before;  ///< the one that it asks again after, if it does
  MatchRule rule = MatchRule::kFurtherTurn;
  double probability = 0.5;  ///< that it is one; from 0.5 on it was taken for one
  bool without_text = false;
  RepromptSigns signs;  ///< what the words say
};

/// By which rule rows came to their passes and tasks.
struct MatchCounts {
  /// Rows by rule (docs/identity.md). Those of rule 4 are re-prompts and, `further_tasks` of them,
  /// new tasks.
  std::array<std::size_t, kMatchRules> rules{};
  std::size_t merged = 0;           ///< further calls of an answer: retries and steps
  std::size_t by_task = 0;          ///< re-prompts by the task's id
  std::size_t by_messages = 0;      ///< re-prompts whose messages go on from those of a pass
  std::size_t by_conversation = 0;  ///< the same conversation, or a context with earlier turns
  std::size_t by_similarity = 0;    ///< the same user asks alike
  std::size_t further_tasks = 0;    ///< further turns of a conversation that are new tasks
  std::size_t without_text = 0;     ///< re-prompts of rule 4 told by the conversation alone
  std::size_t by_pace = 0;          ///< rows taken for an agent's steps by their haste alone
  /// Of rules 4 and 5: how many re-prompts that are none, and how many that were not told, the
  /// matcher expects by its own probabilities.
  double expected_wrong = 0, expected_missed = 0;
  std::size_t passes = 0;
  std::size_t tasks = 0;
  std::size_t errors = 0;               ///< rows that ended in an error: no answers
  std::size_t unanswered = 0;           ///< passes of nothing else: no attempts
  std::size_t repeated_rows = 0;        ///< the same id at the same time again
  std::size_t feedback = 0;             ///< feedback of a pass that is there
  std::size_t lost_feedback = 0;        ///< and of one that is not
  std::size_t passed_over = 0;          ///< rows that are neither a pass nor feedback
  std::vector<DoubtfulMatch> doubtful;  ///< the three most doubtful, of different users
  /// With true_task: pairs of a user's passes, one after the other, that are of one task and were
  /// put together; that are not and were; that are and were not. By the rule of the second.
  struct Judged {
    std::size_t right = 0, wrong = 0, missed = 0;
    [[nodiscard]] double precision() const { return ratio(right, right + wrong); }
    [[nodiscard]] double recall() const { return ratio(right, right + missed); }
    [[nodiscard]] std::size_t pairs() const { return right + wrong + missed; }
  };
  std::array<Judged, kMatchRules> judged{};
  /// Of the passes: rules 3 to 6.
  [[nodiscard]] Judged all_judged() const {
    Judged all;
    for (auto i = static_cast<std::size_t>(MatchRule::kCertain); i < kMatchRules; ++i) {
      const Judged& of_rule = judged.at(i);
      all.right += of_rule.right;
      all.wrong += of_rule.wrong;
      all.missed += of_rule.missed;
    }
    return all;
  }

 private:
  static double ratio(std::size_t a, std::size_t b) {
    return b == 0 ? 1 : static_cast<double>(a) / static_cast<double>(b);
  }
};

}  // namespace turnout::traffic
