#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/traffic/sketch.h"

/// What a user's words say of the words before: whether they ask the same again, complain, or go on
/// to something else. docs/identity.md, "The measure".
namespace turnout::traffic {

/// The kShingles smallest hashes of a text's runs of four bytes, lower case, white space as one
/// space: a sketch whose overlap estimates the Jaccard similarity of two texts of any language to
/// about 0.06 (Broder 1997, "On the resemblance and containment of documents").
std::vector<std::uint32_t> shingles_of(std::string_view text);

/// @returns the estimated Jaccard similarity, in [0, 1]; 0 if either is empty.
double similarity(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b);

/// What is kept of a user's text: no word of it.
struct PromptText {
  std::vector<std::uint32_t> sketch;  ///< shingles_of(); empty: there is no text
  /// The kShingles smallest hashes of its words; where a script has no spaces, of pairs of
  /// characters.
  std::vector<std::uint32_t> words;
  std::uint32_t bytes = 0;
  float signs = 0;  ///< log-odds that the text's own signs (signs_of()) give a re-prompt

  [[nodiscard]] bool known() const { return !sketch.empty(); }
};

/// @param text  of the user, without what clients put around it (envelopes.h). Of more than
///   kMostPromptBytes the first and the last half of as many count, so that the time is bounded.
PromptText read_prompt(std::string_view text);
inline constexpr std::size_t kMostPromptBytes = 16'384;

/// read_prompt() of texts of which many come again, as a user's words do with each step of an agent:
/// a few hundred of the latest are known. Memory: two megabytes at most. For one thread.
class PromptMemory {
 public:
  /// @returns read_prompt(text); valid until the next call.
  const PromptText& read(std::string_view text);

 private:
  struct Known {
    std::string text;
    PromptText prompt;
  };
  std::vector<Known> known_;  // by the hash of the text
  PromptText long_;
};

/// @returns the log-odds that a turn's wording alone gives to "this is a re-prompt": punctuation
///   and capitals in any language, then words of complaint, revision, thanks and of turning to
///   something else in eleven languages. 0: nothing speaks. The weights are in prompt_signs.cpp,
///   beside the words.
double signs_of(std::string_view text);
/// @param plain  plain_text() of the text, where it is known
double signs_of(std::string_view text, std::string_view plain);

/// @returns how alike a turn is to an earlier one, in [0, 1]: the larger of similarity() and 0.75
///   times the share of the turn's words that the earlier one has (of turns of four words or more).
///   The second sees who asks again with words left out.
double likeness(const PromptText& turn, const PromptText& earlier);
inline constexpr std::size_t kFewestWords = 4;
inline constexpr double kWordsWeight = 0.75;

/// What speaks for or against a turn of a conversation asking again for what the task's turns asked
/// for.
struct RepromptSigns {
  double likeness = 0;   ///< L, the largest likeness() to an earlier turn
  double signs = 0;      ///< log-odds of its wording, signs_of()
  bool shorter = false;  ///< than half of the task's first turn
  /// @returns the probability that it does, in (0, 1): 1 / (1 + exp(-z)),
  ///   z = -1.6 + 9 max(0, L - 0.2) + signs + 1.2 if it is shorter.
  [[nodiscard]] double probability() const;
};
/// @param turn     has a text
/// @param earlier  the turns of the task before it, with text or without
RepromptSigns reprompt_signs(const PromptText& turn, std::span<const PromptText> earlier);

}  // namespace turnout::traffic
