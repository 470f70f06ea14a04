#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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

/// The hashes of a text, rounded, as numbers of 16 bits in the same order.
struct RoundedHashes {
  static constexpr std::uint16_t kEnd = UINT16_MAX;  // larger than each

  [[nodiscard]] std::span<const std::uint16_t> all() const { return {codes.data(), count}; }
  std::array<std::uint16_t, kShingles + 1> codes;  // and kEnd behind them
  std::size_t count = 0;
};

/// A turn that is to be compared with kept texts.
class ComparedText {
 public:
  explicit ComparedText(const PromptText& text);

 private:
  friend class KeptTexts;
  /// Which hashes a text may have in common with others.
  struct Filter {
    static constexpr std::size_t kBits = 1024;
    std::array<std::uint64_t, kBits / 64> bits{};
    [[nodiscard]] std::size_t passed(const RoundedHashes& hashes) const;
  };
  static void read(const std::vector<std::uint32_t>& hashes, RoundedHashes& to, Filter& filter);

  RoundedHashes sketch_, words_;
  Filter in_sketch_, in_words_;
  std::size_t repeated_words_ = 0;
  std::uint32_t bytes_;
  float signs_;
};

/// What a task keeps of its users' texts, in one block: about 120 bytes for the first of a prompt of a
/// hundred letters, 200 at most each.
class KeptTexts {
 public:
  /// Keeps a text; of more than `most` the first and the latest stay.
  void add(const PromptText& text, std::size_t most);
  /// @returns the texts, in their order, their hashes rounded.
  [[nodiscard]] std::vector<PromptText> read() const;
  /// @returns reprompt_signs(rounded(turn), read()) if the likeness is at least `least`, else
  ///   nothing; and copies nothing. Of most texts that are not alike the hashes are only counted.
  [[nodiscard]] std::optional<RepromptSigns> compare(const ComparedText& turn,
                                                     double least = 0) const;

 private:
  static double likeness_of(const ComparedText& turn, const RoundedHashes& sketch,
                            const RoundedHashes& words);
  static double most_likeness(const ComparedText& turn, const RoundedHashes& sketch,
                              const RoundedHashes& words);

  // The number of bytes that follow, and texts one after the other, each behind its own number.
  std::unique_ptr<std::uint8_t[]> block_;  // NOLINT(*-avoid-c-arrays)
};

}  // namespace turnout::traffic
