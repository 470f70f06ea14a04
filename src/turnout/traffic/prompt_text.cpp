#include "turnout/traffic/prompt_text.h"

#include <algorithm>
#include <cmath>

#include "turnout/base/fast_hash.h"
#include "turnout/traffic/plain_text.h"

namespace turnout::traffic {
namespace {

/// The first and the last half of what counts of a long text.
std::string ends_of(std::string_view text) {
  std::string ends(text.substr(0, kMostPromptBytes / 2));
  ends += ' ';
  return ends += text.substr(text.size() - kMostPromptBytes / 2);
}

}  // namespace

std::vector<std::uint32_t> shingles_of(std::string_view text) {
  return sketch_of_runs(plain_text(text));
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
  const std::string plain =
      plain_text(text.size() > kMostPromptBytes ? std::string_view(ends_of(text)) : text);
  PromptText prompt;
  prompt.bytes = static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), UINT32_MAX));
  prompt.signs = static_cast<float>(signs_of(text, plain));
  prompt.sketch = sketch_of_runs(plain);
  prompt.words = sketch_of_words(plain);
  return prompt;
}

const PromptText& PromptMemory::read(std::string_view text) {
  constexpr std::size_t kPlaces = 256;
  constexpr std::size_t kLongest = 8192;
  if (text.size() > kLongest) return long_ = read_prompt(text);
  known_.resize(kPlaces);
  Known& known = known_[base::fast_hash(text, 0) % kPlaces];
  if (known.text != text || text.empty()) {
    known.prompt = read_prompt(text);
    known.text = text;
  }
  return known.prompt;
}

double likeness(const PromptText& turn, const PromptText& earlier) {
  const double alike = similarity(turn.sketch, earlier.sketch);
  if (turn.words.size() < kFewestWords || earlier.words.empty()) return alike;
  // Beyond its largest hash a full sketch says nothing.
  const std::uint32_t last = earlier.words.size() < kShingles ? UINT32_MAX : earlier.words.back();
  std::size_t seen = 0;
  std::size_t found = 0;
  for (const std::uint32_t word : turn.words) {
    if (word > last) break;
    ++seen;
    found += std::binary_search(earlier.words.begin(), earlier.words.end(), word) ? 1U : 0U;
  }
  if (seen < kFewestWords) return alike;
  return std::max(alike, kWordsWeight * static_cast<double>(found) / static_cast<double>(seen));
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

}  // namespace turnout::traffic
