#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a user's words say of the words before: whether they ask the same again, complain, or go on
/// to something else. docs/identity.md, "The measure".
namespace turnout::traffic {

/// The kShingles smallest hashes of a text's runs of four bytes, lower case, white space as one
/// space: a sketch whose overlap estimates the Jaccard similarity of two texts of any language to
/// about 0.06 (Broder 1997, "On the resemblance and containment of documents").
std::vector<std::uint32_t> shingles_of(std::string_view text);
inline constexpr std::size_t kShingles = 64;

/// @returns the estimated Jaccard similarity, in [0, 1]; 0 if either is empty.
double similarity(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b);

/// What is kept of a user's text: no word of it.
struct PromptText {
  std::vector<std::uint32_t> sketch;  ///< shingles_of(); empty: there is no text
  std::uint32_t runs = 0;             ///< different runs that the text has
  std::uint32_t bytes = 0;
  float signs = 0;  ///< log-odds that the text's own signs (signs_of()) give a re-prompt

  [[nodiscard]] bool known() const { return !sketch.empty(); }
};

/// @param text  of the user, without what clients put around it (without_envelopes())
PromptText read_prompt(std::string_view text);

/// @returns the log-odds that a turn's wording alone gives to "this is a re-prompt": punctuation and
///   capitals in any language, then words of complaint, revision, thanks and of turning to something
///   else in eleven languages. 0: nothing speaks. The weights are in the source, beside the words.
double signs_of(std::string_view text);

/// @returns how much of the shorter text is in the longer, in [0, 1], estimated from the sketches:
///   with J of similarity(), |A and B| = J / (1 + J) (|A| + |B|).
double containment(const PromptText& a, const PromptText& b);

/// @param turn     a user's turn, with text
/// @param earlier  the turns of the task before it, with text or without
/// @returns the probability that the turn asks again for what the task's turns asked for, in (0, 1):
///   1 / (1 + exp(-z)), z = kPrior + 9 max(0, likeness - 0.2) + signs; likeness is the largest of
///   similarity and 0.8 containment to an earlier turn.
double reprompt_probability(const PromptText& turn, std::span<const PromptText> earlier);
inline constexpr double kPrior = -1.6;

/// @returns a text without what clients, not users, write: <system-reminder>, <environment_context>
///   and their like, with all between their tags.
std::string without_envelopes(std::string_view text);

}  // namespace turnout::traffic
