#include "turnout/traffic/prompt_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "turnout/base/hash.h"
#include "turnout/traffic/plain_text.h"

namespace turnout::traffic {
namespace {

std::uint32_t short_hash(std::string_view text) {
  const std::uint64_t hash = base::hash(text);
  return static_cast<std::uint32_t>((hash ^ (hash >> 29U)) * 0x9e3779b97f4a7c15ULL >> 32U);
}

/// All different hashes of runs, in order.
std::vector<std::uint32_t> runs_of(const std::string& plain) {
  constexpr std::size_t kRun = 4;
  std::vector<std::uint32_t> hashes;
  if (plain.empty()) return hashes;
  for (std::size_t i = 0; i == 0 || i + kRun <= plain.size(); ++i) {
    hashes.push_back(short_hash(std::string_view(plain).substr(i, kRun)));
  }
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  return hashes;
}

/// All different hashes of words, in order; of a run of characters of three bytes or more, which are
/// those of scripts without spaces, pairs.
std::vector<std::uint32_t> words_of(const std::string& plain) {
  constexpr std::size_t kWide = 3;
  std::vector<std::uint32_t> hashes;
  for (std::size_t i = 0; i < plain.size();) {
    if (!in_word(plain[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    const bool wide = static_cast<unsigned char>(plain[i]) >= 0xe0;
    while (end < plain.size() && in_word(plain[end]) &&
           (end == i || wide == (static_cast<unsigned char>(plain[end]) >= 0x80)) &&
           (!wide || end - i < 2 * kWide))
      ++end;
    hashes.push_back(short_hash(std::string_view(plain).substr(i, end - i)));
    i = wide && end - i > kWide ? i + kWide : end;
  }
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  return hashes;
}

std::vector<std::uint32_t> sketch_of(std::vector<std::uint32_t> hashes) {
  if (hashes.size() > kShingles) hashes.resize(kShingles);
  hashes.shrink_to_fit();
  return hashes;
}

}  // namespace

std::vector<std::uint32_t> shingles_of(std::string_view text) {
  return sketch_of(runs_of(plain_text(text)));
}

double similarity(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  if (a.empty() || b.empty()) return 0;
  // The smallest hashes of the union are a uniform sample of it.
  std::size_t both = 0;
  std::size_t all = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  while (all < kShingles && (i < a.size() || j < b.size())) {
    const bool from_a = j == b.size() || (i < a.size() && a[i] <= b[j]);
    const bool from_b = i == a.size() || (j < b.size() && b[j] <= a[i]);
    both += from_a && from_b ? 1 : 0;
    i += from_a ? 1 : 0;
    j += from_b ? 1 : 0;
    ++all;
  }
  return static_cast<double>(both) / static_cast<double>(all);
}

PromptText read_prompt(std::string_view text) {
  const std::string plain = plain_text(text);
  PromptText prompt;
  prompt.bytes = static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), UINT32_MAX));
  prompt.signs = static_cast<float>(signs_of(text));
  prompt.sketch = sketch_of(runs_of(plain));
  prompt.words = sketch_of(words_of(plain));
  return prompt;
}

double likeness(const PromptText& turn, const PromptText& earlier) {
  constexpr std::size_t kFewest = 4;
  constexpr double kWords = 0.75;
  const double alike = similarity(turn.sketch, earlier.sketch);
  if (turn.words.size() < kFewest || earlier.words.empty()) return alike;
  // Beyond its largest hash a full sketch says nothing.
  const std::uint32_t last = earlier.words.size() < kShingles ? UINT32_MAX : earlier.words.back();
  std::size_t seen = 0;
  std::size_t found = 0;
  for (const std::uint32_t word : turn.words) {
    if (word > last) break;
    ++seen;
    found += std::binary_search(earlier.words.begin(), earlier.words.end(), word) ? 1U : 0U;
  }
  if (seen < kFewest) return alike;
  return std::max(alike, kWords * static_cast<double>(found) / static_cast<double>(seen));
}

RepromptSigns reprompt_signs(const PromptText& turn, std::span<const PromptText> earlier) {
  RepromptSigns found;
  for (const PromptText& before : earlier)
    found.likeness = std::max(found.likeness, likeness(turn, before));
  found.signs = static_cast<double>(turn.signs);
  found.shorter = !earlier.empty() && 2 * turn.bytes < earlier.front().bytes;
  return found;
}

double RepromptSigns::probability() const {
  constexpr double kPrior = -1.6;
  constexpr double kLikeness = 9;
  constexpr double kChance = 0.2;  // what two texts of one language and kind have in common
  constexpr double kShort = 1.2;
  const double z =
      kPrior + kLikeness * std::max(0.0, likeness - kChance) + signs + (shorter ? kShort : 0);
  return 1 / (1 + std::exp(-z));
}

std::string without_envelopes(std::string_view text) {
  constexpr std::array<std::string_view, 4> kNames = {"system-reminder", "environment_context",
                                                      "user_instructions", "ide_selection"};
  std::string bare;
  while (!text.empty()) {
    std::size_t begin = std::string_view::npos;
    std::string_view name;
    for (const auto candidate : kNames) {
      const auto at = text.find(fmt::format("<{}>", candidate));
      if (at < begin) {
        begin = at;
        name = candidate;
      }
    }
    bare += text.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const std::string closing = fmt::format("</{}>", name);
    const auto end = text.find(closing, begin);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + closing.size());
  }
  return bare;
}

}  // namespace turnout::traffic
