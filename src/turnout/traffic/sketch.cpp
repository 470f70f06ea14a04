#include "turnout/traffic/sketch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <span>
#include <utility>

#include "turnout/base/hash.h"
#include "turnout/traffic/plain_text.h"

namespace turnout::traffic {
namespace {

/// The middle of a 64-bit hash, its bits mixed: FNV-1a leaves those of short texts uneven.
std::uint32_t shortened(std::uint64_t hash) {
  return static_cast<std::uint32_t>((hash ^ (hash >> 29U)) * 0x9e3779b97f4a7c15ULL >> 32U);
}

/// Hashes of single bytes: what the hash of every run and word begins with.
constexpr auto kOfByte = [] {
  std::array<std::uint64_t, 256> hashes{};
  for (std::size_t i = 0; i < hashes.size(); ++i)
    hashes[i] = base::hash_on(base::kHashOfNothing, static_cast<char>(i));
  return hashes;
}();
std::uint64_t hash_of(char c) { return kOfByte[static_cast<unsigned char>(c)]; }

enum class Kind : std::uint8_t {
  kNone,    ///< of no word
  kLetter,  ///< a letter or a digit
  kNarrow,  ///< of a character beyond ASCII: hashed with the letters behind it
  kWide     ///< begins a character of three bytes or more, those of scripts without spaces
};
constexpr auto kKinds = [] {
  std::array<Kind, 256> kinds{};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (!in_word(static_cast<char>(i))) continue;
    kinds[i] = i >= 0xe0 ? Kind::kWide : i >= 0x80 ? Kind::kNarrow : Kind::kLetter;
  }
  return kinds;
}();
Kind kind_of(char c) { return kKinds[static_cast<unsigned char>(c)]; }

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
  static constexpr std::size_t kUsual = 2048;
  std::array<std::uint32_t, kUsual> usual_;  // NOLINT(*-member-init): written before it is read
  std::unique_ptr<std::uint32_t[]> large_;
  std::span<std::uint32_t> all_;
};

/// Knows most hashes that come again: those that were the last ones at their places of a table.
class Repeats {
 public:
  /// @returns 1 for a hash that may be new, 0 for one that is not.
  std::size_t is_new(std::uint32_t hash) {
    return static_cast<std::size_t>(std::exchange(last_[hash % kPlaces], hash) != hash);
  }

 private:
  static constexpr std::size_t kPlaces = 1024;
  static constexpr auto kNone = [] {  // at each place a hash that belongs to another
    std::array<std::uint32_t, kPlaces> last{};
    for (std::uint32_t i = 0; i < kPlaces; ++i) last[i] = i + 1;
    return last;
  }();
  std::array<std::uint32_t, kPlaces> last_ = kNone;
};

constexpr std::size_t kRun = 4;

/// Hashes of runs, without most repeated ones. @returns how many.
/// @param hashes  for as many as there are runs
std::size_t read_runs(const char* text, std::span<std::uint32_t> hashes) {
  Repeats repeats;
  std::size_t count = 0;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const char* run = text + i;
    std::uint64_t hash = base::hash_on(hash_of(run[0]), run[1]);
    hash = base::hash_on(base::hash_on(hash, run[2]), run[3]);
    hashes[count] = shortened(hash);
    count += repeats.is_new(shortened(hash));
  }
  return count;
}

/// Hashes of words, without most repeated ones. @returns how many: at most one for each byte.
std::size_t read_words(std::string_view plain, std::span<std::uint32_t> hashes) {
  constexpr std::size_t kCharacter = 3;
  Repeats repeats;
  std::size_t count = 0;
  const auto add = [&](std::uint32_t hash) {
    hashes[count] = hash;
    count += repeats.is_new(hash);
  };
  const std::size_t size = plain.size();
  for (std::size_t i = 0; i < size;) {
    const Kind kind = kind_of(plain[i]);
    if (kind == Kind::kNone) {
      ++i;
    } else if (kind == Kind::kWide) {
      std::size_t end = i + 1;
      while (end < size && end - i < 2 * kCharacter &&
             static_cast<unsigned char>(plain[end]) >= 0x80)
        ++end;
      add(shortened(base::hash(plain.substr(i, end - i))));
      i = end - i > kCharacter ? i + kCharacter : end;
    } else {
      std::uint64_t hash = hash_of(plain[i++]);
      for (; i < size && kind_of(plain[i]) == Kind::kLetter; ++i)
        hash = base::hash_on(hash, plain[i]);
      add(shortened(hash));
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

/// The kShingles smallest different ones of hashes that are sorted but for those of one place,
/// which are neighbours.
/// @param place  of a hash; of as many as `most` hashes at most
template <std::size_t most, class Place>
std::vector<std::uint32_t> smallest_of_places(std::span<const std::uint32_t> hashes,
                                              const Place& place) {
  std::array<std::uint32_t, kShingles + most> sorted;  // NOLINT(*-member-init): written first
  std::size_t count = 0;
  for (const std::uint32_t hash : hashes) {
    if (count >= kShingles && place(hash) != place(sorted[count - 1])) break;
    std::size_t at = count;
    while (at > 0 && sorted[at - 1] > hash) --at;
    if (at > 0 && sorted[at - 1] == hash) continue;
    for (std::size_t i = count++; i > at; --i) sorted[i] = sorted[i - 1];
    sorted[at] = hash;
  }
  return {sorted.data(), sorted.data() + std::min(count, kShingles)};
}

/// The kShingles smallest different ones of hashes below 2^bits, in order. They are spread evenly,
/// so that their first bits nearly say their places; where a text was made so that they are not,
/// they are sorted as usual.
/// @param hashes  are put into another order
/// @param room    for as many
std::vector<std::uint32_t> smallest_of(std::span<std::uint32_t> hashes, unsigned bits,
                                       std::span<std::uint32_t> room) {
  constexpr unsigned kPlaceBits = 7;
  constexpr std::uint32_t kCrowded = 16;
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
    const auto end = std::unique(hashes.begin(), hashes.end());
    const auto different = static_cast<std::size_t>(end - hashes.begin());
    return {hashes.data(), hashes.data() + std::min(different, kShingles)};
  }
  const auto sorted = room.first(hashes.size());
  for (const std::uint32_t hash : hashes) sorted[begins[place(hash)]++] = hash;
  return smallest_of_places<kCrowded>(sorted, place);
}

/// @returns the kShingles smallest different ones of a text's hashes, in order: of many only the
///   small ones are sorted, 96 to 192 if no two are the same.
std::vector<std::uint32_t> sketch_of(std::span<std::uint32_t> hashes) {
  constexpr std::size_t kEnough = kShingles + kShingles / 2;
  constexpr unsigned kBits = 32;
  const auto spare =
      static_cast<unsigned>(std::bit_width(std::max<std::size_t>(1, hashes.size() / kEnough))) - 1;
  const Room room(hashes.size());
  if (spare > 0) {
    const Room small(hashes.size());
    const std::size_t below = copy_below(hashes, kBits - spare, small.all());
    auto sketch = smallest_of(small.all().first(below), kBits - spare, room.all());
    if (sketch.size() == kShingles) return sketch;
  }
  return smallest_of(hashes, kBits, room.all());
}

}  // namespace

std::vector<std::uint32_t> sketch_of_runs(std::string_view plain) {
  if (plain.empty()) return {};
  if (plain.size() < kRun) return {shortened(base::hash(plain))};
  const Room room(plain.size() - kRun + 1);
  return sketch_of(room.all().first(read_runs(plain.data(), room.all())));
}

std::vector<std::uint32_t> sketch_of_words(std::string_view plain) {
  const Room room(plain.size());
  return sketch_of(room.all().first(read_words(plain, room.all())));
}

}  // namespace turnout::traffic
