#include "turnout/traffic/prompt_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <memory>

#include "turnout/base/hash.h"
#include "turnout/traffic/plain_text.h"

namespace turnout::traffic {
namespace {

/// The middle of a 64-bit hash, its bits mixed: FNV-1a leaves those of short texts uneven.
std::uint32_t shortened(std::uint64_t hash) {
  return static_cast<std::uint32_t>((hash ^ (hash >> 29U)) * 0x9e3779b97f4a7c15ULL >> 32U);
}

/// Room for the hashes of a text; for a usual prompt's it is on the stack.
class Room {
 public:
  explicit Room(std::size_t count)
      : large_(count > kUsual ? std::make_unique_for_overwrite<std::uint32_t[]>(count) : nullptr),
        all_(large_ ? large_.get() : usual_.data(), count) {}
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  Room(Room&&) = delete;
  Room& operator=(Room&&) = delete;
  ~Room() = default;
  [[nodiscard]] std::span<std::uint32_t> all() const { return all_; }

 private:
  static constexpr std::size_t kUsual = 1024;
  std::array<std::uint32_t, kUsual> usual_;  // NOLINT(*-member-init): written before it is read
  std::unique_ptr<std::uint32_t[]> large_;
  std::span<std::uint32_t> all_;
};

constexpr std::size_t kRun = 4;

std::uint32_t hash_of_run(const char* run) {
  std::uint64_t hash = base::kHashOfNothing;
  for (std::size_t i = 0; i < kRun; ++i) hash = base::hash_on(hash, run[i]);
  return shortened(hash);
}

std::size_t count_of_runs(std::string_view plain) {
  return plain.size() < kRun ? std::min<std::size_t>(plain.size(), 1) : plain.size() - kRun + 1;
}

/// Hashes of runs, in the order of the text.
void read_runs(std::string_view plain, std::span<std::uint32_t> hashes) {
  if (!plain.empty() && plain.size() < kRun) {
    hashes[0] = shortened(base::hash(plain));
    return;
  }
  for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = hash_of_run(plain.data() + i);
}

/// Hashes of words; of a run of characters of three bytes or more, which are those of scripts
/// without spaces, pairs. @returns how many: at most one for each byte.
std::size_t read_words(std::string_view plain, std::span<std::uint32_t> hashes) {
  constexpr std::size_t kWide = 3;
  std::size_t count = 0;
  const auto is_wide = [](char c) { return static_cast<unsigned char>(c) >= 0xe0; };
  for (std::size_t i = 0; i < plain.size();) {
    if (!in_word(plain[i])) {
      ++i;
    } else if (is_wide(plain[i])) {
      std::size_t end = i + 1;
      while (end < plain.size() && end - i < 2 * kWide &&
             static_cast<unsigned char>(plain[end]) >= 0x80)
        ++end;
      hashes[count++] = shortened(base::hash(plain.substr(i, end - i)));
      i = end - i > kWide ? i + kWide : end;
    } else {
      std::uint64_t hash = base::hash_on(base::kHashOfNothing, plain[i++]);
      for (; i < plain.size() && in_word(plain[i]) && static_cast<unsigned char>(plain[i]) < 0x80;
           ++i)
        hash = base::hash_on(hash, plain[i]);
      hashes[count++] = shortened(hash);
    }
  }
  return count;
}

/// Copies hashes that are below 2^bits. @returns how many.
std::size_t copy_below(std::span<const std::uint32_t> hashes, unsigned bits,
                       std::span<std::uint32_t> to) {
  std::size_t count = 0;
  for (const std::uint32_t hash : hashes) {
    to[count] = hash;
    count += (std::uint64_t{hash} >> bits) == 0 ? 1U : 0U;
  }
  return count;
}

/// Copies hashes without most repeated ones: those last seen at their places of a table.
/// @returns how many.
std::size_t copy_with_fewer_repeats(std::span<const std::uint32_t> hashes,
                                    std::span<std::uint32_t> to) {
  constexpr std::size_t kPlaces = 1024;
  std::array<std::uint32_t, kPlaces> seen{};
  std::size_t count = 0;
  for (const std::uint32_t hash : hashes) {
    const bool repeated = hash != 0 && seen[hash % kPlaces] == hash;
    seen[hash % kPlaces] = hash;
    to[count] = hash;
    count += repeated ? 0U : 1U;
  }
  return count;
}

/// The different ones of hashes below 2^bits, in order. They are spread evenly, so that their first
/// bits nearly say their places; where a text was made so that they are not, it is sorted as usual.
/// @param room  for as many
std::span<std::uint32_t> sorted_evenly(std::span<std::uint32_t> hashes, unsigned bits,
                                       std::span<std::uint32_t> room) {
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
  auto sorted = hashes;
  if (crowded) {
    std::sort(hashes.begin(), hashes.end());
  } else {
    sorted = room.first(hashes.size());
    for (const std::uint32_t hash : hashes) sorted[begins[place(hash)]++] = hash;
    for (std::size_t i = 1; i < sorted.size(); ++i) {
      const std::uint32_t hash = sorted[i];
      std::size_t at = i;
      for (; at > 0 && sorted[at - 1] > hash; --at) sorted[at] = sorted[at - 1];
      sorted[at] = hash;
    }
  }
  const auto end = std::unique(sorted.begin(), sorted.end());
  return sorted.first(static_cast<std::size_t>(end - sorted.begin()));
}

/// @returns the kShingles smallest different ones of a text's hashes, in order: of many only the
///   small ones are sorted.
std::vector<std::uint32_t> sketch_of(std::span<const std::uint32_t> hashes) {
  constexpr std::size_t kEnough = kShingles + kShingles / 2;
  const auto spare =
      static_cast<unsigned>(std::bit_width(std::max<std::size_t>(1, hashes.size() / kEnough)));
  const Room small(hashes.size());
  const Room room(hashes.size());
  const std::size_t below = copy_below(hashes, 33 - spare, small.all());
  auto sketch = sorted_evenly(small.all().first(below), 33 - spare, room.all());
  if (sketch.size() < kShingles && spare > 1) {
    const std::size_t count = copy_with_fewer_repeats(hashes, small.all());
    sketch = sorted_evenly(small.all().first(count), 32, room.all());
  }
  sketch = sketch.first(std::min(sketch.size(), kShingles));
  return {sketch.begin(), sketch.end()};
}

std::vector<std::uint32_t> sketch_of_runs(std::string_view plain) {
  const Room hashes(count_of_runs(plain));
  read_runs(plain, hashes.all());
  return sketch_of(hashes.all());
}

std::vector<std::uint32_t> sketch_of_words(std::string_view plain) {
  const Room hashes(plain.size());
  return sketch_of(hashes.all().first(read_words(plain, hashes.all())));
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
