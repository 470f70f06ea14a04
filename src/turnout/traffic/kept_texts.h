#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "turnout/traffic/prompt_text.h"

namespace turnout::traffic {

/// A hash as KeptTexts keeps it: its first twelve bits from the first that is set. Of two texts with
/// nothing in common a sketch of 64 hashes then shows 0.003 in common on average (32 of each are in the
/// sketch of both; 32^2 pairs, of which one in 2,048 agrees in the upper half of the hashes, a quarter
/// as many in what lies below), where its own error is 0.06.
std::uint32_t rounded(std::uint32_t hash);
/// @returns a text with its hashes rounded, to be compared with kept ones.
PromptText rounded(const PromptText& text);

/// What a task keeps of its users' texts, in one block: about 120 bytes for the first of a prompt of a
/// hundred letters, 200 at most each.
class KeptTexts {
 public:
  /// Keeps a text; of more than `most` the first and the latest stay.
  void add(const PromptText& text, std::size_t most);
  /// @returns the texts, in their order, their hashes rounded.
  [[nodiscard]] std::vector<PromptText> read() const;

 private:
  // The number of bytes that follow, and texts one after the other, each behind its own number.
  std::unique_ptr<std::uint8_t[]> block_;  // NOLINT(*-avoid-c-arrays)
};

}  // namespace turnout::traffic
