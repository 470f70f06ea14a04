#pragma once

#include <cstddef>

namespace turnout::traffic {

/// By which rule rows came to their tasks.
struct MatchCounts {
  std::size_t merged = 0;           ///< further calls of an answer (the same attempt_id)
  std::size_t by_task = 0;          ///< re-prompts by the task's id
  std::size_t by_messages = 0;      ///< the messages go on from those of a pass
  std::size_t by_conversation = 0;  ///< the same conversation, or a context with earlier turns
  std::size_t by_similarity = 0;    ///< the same user asks alike
  std::size_t tasks = 0;
  std::size_t feedback = 0;       ///< feedback of a pass that is there
  std::size_t lost_feedback = 0;  ///< and of one that is not
  std::size_t passed_over = 0;    ///< rows that are neither a pass nor feedback
  /// With true_task: pairs of a user's rows, one after the other, that are of one task and were put
  /// together; that are not and were; that are and were not.
  std::size_t right = 0, wrong = 0, missed = 0;
  [[nodiscard]] double precision() const { return ratio(right, right + wrong); }
  [[nodiscard]] double recall() const { return ratio(right, right + missed); }

 private:
  static double ratio(std::size_t a, std::size_t b) {
    return b == 0 ? 1 : static_cast<double>(a) / static_cast<double>(b);
  }
};

}  // namespace turnout::traffic
