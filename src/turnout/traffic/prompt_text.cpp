#include "turnout/traffic/prompt_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>

#include "turnout/base/hash.h"
#include "turnout/traffic/plain_text.h"

namespace turnout::traffic {
namespace {

/// The middle of a 64-bit hash, its bits mixed: FNV-1a leaves those of short texts uneven.
std::uint32_t shortened(std::uint64_t hash) {
  return static_cast<std::uint32_t>((hash ^ (hash >> 29U)) * 0x9e3779b97f4a7c15ULL >> 32U);
}

constexpr std::size_t kRun = 4;

std::uint32_t hash_of_run(const char* run) {
  std::uint64_t hash = base::kHashOfNothing;
  for (std::size_t i = 0; i < kRun; ++i) hash = base::hash_on(hash, run[i]);
  return shortened(hash);
}

/// Hashes of runs below 2^bits, in the order of the text.
std::vector<std::uint32_t> runs_of(std::string_view plain, unsigned bits) {
  if (plain.empty()) return {};
  if (plain.size() < kRun) return {shortened(base::hash(plain))};
  std::vector<std::uint32_t> hashes(plain.size() - kRun + 1);
  std::size_t count = 0;
  const std::size_t runs = hashes.size();
  for (std::size_t i = 0; i < runs; ++i) {
    const std::uint32_t hash = hash_of_run(plain.data() + i);
    hashes[count] = hash;
    count += (std::uint64_t{hash} >> bits) == 0 ? 1U : 0U;
  }
  hashes.resize(count);
  return hashes;
}

/// Hashes of words; of a run of characters of three bytes or more, which are those of scripts
/// without spaces, pairs.
std::vector<std::uint32_t> words_of(std::string_view plain) {
  constexpr std::size_t kWide = 3;
  std::vector<std::uint32_t> hashes;
  hashes.reserve(plain.size() / 4 + 1);
  const auto is_wide = [](char c) { return static_cast<unsigned char>(c) >= 0xe0; };
  for (std::size_t i = 0; i < plain.size();) {
    if (!in_word(plain[i])) {
      ++i;
    } else if (is_wide(plain[i])) {
      std::size_t end = i + 1;
      while (end < plain.size() && end - i < 2 * kWide &&
             static_cast<unsigned char>(plain[end]) >= 0x80)
        ++end;
      hashes.push_back(shortened(base::hash(plain.substr(i, end - i))));
      i = end - i > kWide ? i + kWide : end;
    } else {
      std::uint64_t hash = base::hash_on(base::kHashOfNothing, plain[i++]);
      for (; i < plain.size() && in_word(plain[i]) && static_cast<unsigned char>(plain[i]) < 0x80;
           ++i)
        hash = base::hash_on(hash, plain[i]);
      hashes.push_back(shortened(hash));
    }
  }
  return hashes;
}

/// Takes most repeated hashes out: those last seen at their places of a table.
std::vector<std::uint32_t> with_fewer_repeats(std::vector<std::uint32_t> hashes) {
  constexpr std::size_t kPlaces = 1024;
  std::array<std::uint32_t, kPlaces> seen{};
  std::erase_if(hashes, [&](std::uint32_t hash) {
    const bool repeated = hash != 0 && seen[hash % kPlaces] == hash;
    seen[hash % kPlaces] = hash;
    return repeated;
  });
  return hashes;
}

/// The different ones of hashes below 2^bits, in order. They are spread evenly, so that their first
/// bits nearly say their places; where a text was made so that they are not, it is sorted as usual.
std::vector<std::uint32_t> sorted_evenly(std::vector<std::uint32_t> hashes, unsigned bits) {
  constexpr unsigned kPlaceBits = 6;
  constexpr std::uint32_t kCrowded = 32;
  std::array<std::uint32_t, (1U << kPlaceBits) + 1> begins{};
  const auto place = [&](std::uint32_t hash) { return hash >> (bits - kPlaceBits); };
  for (const std::uint32_t hash : hashes) ++begins[place(hash) + 1];
  bool crowded = false;
  for (std::size_t i = 1; i < begins.size(); ++i) {
    crowded |= begins[i] > kCrowded;
    begins[i] += begins[i - 1];
  }
  if (crowded) {
    std::sort(hashes.begin(), hashes.end());
  } else {
    std::vector<std::uint32_t> placed(hashes.size());
    for (const std::uint32_t hash : hashes) placed[begins[place(hash)]++] = hash;
    for (std::size_t i = 1; i < placed.size(); ++i) {
      const std::uint32_t hash = placed[i];
      std::size_t at = i;
      for (; at > 0 && placed[at - 1] > hash; --at) placed[at] = placed[at - 1];
      placed[at] = hash;
    }
    hashes.swap(placed);
  }
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  return hashes;
}

/// @param hashes_below  (bits) -> the hashes below 2^bits, of `count` in all
/// @returns the kShingles smallest different ones, in order: of many only the small ones are
///   sorted.
template <class HashesBelow>
std::vector<std::uint32_t> sketch_of(std::size_t count, const HashesBelow& hashes_below) {
  constexpr std::size_t kEnough = kShingles + kShingles / 2;
  const auto spare =
      static_cast<unsigned>(std::bit_width(std::max<std::size_t>(1, count / kEnough)));
  std::vector<std::uint32_t> sketch = sorted_evenly(hashes_below(33 - spare), 33 - spare);
  if (sketch.size() < kShingles && spare > 1)
    sketch = sorted_evenly(with_fewer_repeats(hashes_below(32)), 32);
  if (sketch.size() > kShingles) sketch.resize(kShingles);
  sketch.shrink_to_fit();
  return sketch;
}

std::vector<std::uint32_t> sketch_of_runs(std::string_view plain) {
  return sketch_of(plain.size(), [&](unsigned bits) { return runs_of(plain, bits); });
}

std::vector<std::uint32_t> sketch_of_words(std::string_view plain) {
  const auto words = words_of(plain);
  return sketch_of(words.size(), [&](unsigned bits) {
    std::vector<std::uint32_t> small;
    small.reserve(words.size());
    std::copy_if(words.begin(), words.end(), std::back_inserter(small),
                 [&](std::uint32_t hash) { return (std::uint64_t{hash} >> bits) == 0; });
    return small;
  });
}

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

}  // namespace turnout::traffic
