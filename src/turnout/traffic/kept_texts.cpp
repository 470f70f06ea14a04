#include "turnout/traffic/kept_texts.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

namespace turnout::traffic {
namespace {

using Size = std::uint16_t;     // of a text, and of a block: 5 texts of 400 bytes at most
constexpr unsigned kBits = 11;  // of a hash, behind the first that is set
constexpr std::uint8_t kFar = 255;

/// A number that is larger for a larger hash, and the same for those that are rounded to the same.
std::uint16_t code_of(std::uint32_t hash) {
  const auto width = static_cast<unsigned>(std::bit_width(hash));
  if (width <= kBits) return static_cast<std::uint16_t>(hash);
  const std::uint32_t behind = (hash >> (width - kBits - 1)) & ((1U << kBits) - 1);
  return static_cast<std::uint16_t>(((width - kBits) << kBits) + behind);
}

std::uint32_t hash_of(std::uint16_t code) {
  const unsigned width = code >> kBits;
  if (width == 0) return code;
  return ((1U << kBits) + (code & ((1U << kBits) - 1))) << (width - 1);
}

template <class T>
std::uint8_t* write(std::uint8_t* to, T value) {
  std::memcpy(to, &value, sizeof value);
  return to + sizeof value;
}
template <class T>
const std::uint8_t* read_to(const std::uint8_t* from, T& value) {
  std::memcpy(&value, from, sizeof value);
  return from + sizeof value;
}

/// The steps from code to code, of which most are a byte: half of a sketch's hashes share their width.
std::uint8_t* write_hashes(std::uint8_t* to, std::span<const std::uint32_t> hashes) {
  *to++ = static_cast<std::uint8_t>(hashes.size());
  std::uint16_t before = 0;
  for (const std::uint32_t hash : hashes) {
    const std::uint16_t code = code_of(hash);
    const auto step = static_cast<std::uint16_t>(code - before);
    before = code;
    // No branch: which of them are far nobody can foretell.
    *to = static_cast<std::uint8_t>(std::min<std::uint16_t>(step, kFar));
    write(to + 1, step);
    to += step < kFar ? 1 : 1 + sizeof step;
  }
  return to;
}

const std::uint8_t* read_hashes(const std::uint8_t* from, std::vector<std::uint32_t>& hashes) {
  hashes.resize(*from++);
  std::uint16_t code = 0;
  for (std::uint32_t& hash : hashes) {
    std::uint16_t step = *from++;
    if (step == kFar) from = read_to(from, step);
    code = static_cast<std::uint16_t>(code + step);
    hash = hash_of(code);
  }
  return from;
}

const std::uint8_t* read_hashes(const std::uint8_t* from, RoundedHashes& hashes) {
  hashes.count = *from++;
  std::uint16_t code = 0;
  for (std::size_t i = 0; i < hashes.count; ++i) {
    std::uint16_t step = *from++;
    if (step == kFar) from = read_to(from, step);
    code = static_cast<std::uint16_t>(code + step);
    hashes.codes[i] = code;
  }
  hashes.codes[hashes.count] = RoundedHashes::kEnd;
  return from;
}

/// similarity(), without a branch that nobody can foretell.
double similarity(const RoundedHashes& a, const RoundedHashes& b) {
  if (a.count == 0 || b.count == 0) return 0;
  std::size_t both = 0;
  std::size_t all = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  for (; all < kShingles && (i < a.count || j < b.count); ++all) {
    const std::uint16_t of_a = a.codes[i];
    const std::uint16_t of_b = b.codes[j];
    both += of_a == of_b ? 1U : 0U;
    i += of_a <= of_b ? 1U : 0U;
    j += of_b <= of_a ? 1U : 0U;
  }
  return static_cast<double>(both) / static_cast<double>(all);
}

/// Beyond its largest hash a full sketch says nothing.
std::uint16_t last_of(const RoundedHashes& words) {
  return words.count < kShingles ? RoundedHashes::kEnd : words.codes[words.count - 1];
}

double share_of_words(std::size_t found, std::size_t seen) {
  return kWordsWeight * static_cast<double>(found) / static_cast<double>(seen);
}

/// Of a text, and of what write_hashes() writes behind it in passing.
constexpr std::size_t kLongest =
    sizeof(Size) + sizeof(std::uint32_t) + sizeof(float) + 2 * (1 + 3 * kShingles) + sizeof(Size);

/// @returns the end of what was written.
std::uint8_t* write_text(std::uint8_t* to, const PromptText& text) {
  std::uint8_t* const begin = to;
  const auto few = [](const std::vector<std::uint32_t>& hashes) {
    return std::span(hashes).first(std::min(hashes.size(), kShingles));
  };
  to = write(to + sizeof(Size), text.bytes);
  to = write(to, text.signs);
  to = write_hashes(to, few(text.sketch));
  to = write_hashes(to, few(text.words));
  write(begin, static_cast<Size>(to - begin));
  return to;
}

std::span<const std::uint8_t> texts_of(const std::uint8_t* block) {
  if (block == nullptr) return {};
  Size size = 0;
  const std::uint8_t* begin = read_to(block, size);
  return {begin, size};
}

std::size_t size_of_first(std::span<const std::uint8_t> texts) {
  Size size = 0;
  read_to(texts.data(), size);
  return size;
}

}  // namespace

std::uint32_t rounded(std::uint32_t hash) { return hash_of(code_of(hash)); }

PromptText rounded(const PromptText& text) {
  PromptText near = text;
  for (auto* hashes : {&near.sketch, &near.words}) {
    for (std::uint32_t& hash : *hashes) hash = rounded(hash);
  }
  return near;
}

std::size_t ComparedText::Filter::passed(const RoundedHashes& hashes) const {
  std::size_t count = 0;
  for (const std::uint16_t code : hashes.all()) count += bits[code % kBits / 64] >> code % 64 & 1U;
  return count;
}

void ComparedText::read(const std::vector<std::uint32_t>& hashes, RoundedHashes& to,
                        Filter& filter) {
  to.count = std::min(hashes.size(), kShingles);
  for (std::size_t i = 0; i < to.count; ++i) {
    const std::uint16_t code = to.codes[i] = code_of(hashes[i]);
    filter.bits[code % Filter::kBits / 64] |= std::uint64_t{1} << code % 64;
  }
  to.codes[to.count] = RoundedHashes::kEnd;
}

ComparedText::ComparedText(const PromptText& text) : bytes_(text.bytes), signs_(text.signs) {
  read(text.sketch, sketch_, in_sketch_);
  read(text.words, words_, in_words_);
  for (std::size_t i = 1; i < words_.count; ++i)
    repeated_words_ += words_.codes[i] == words_.codes[i - 1] ? 1U : 0U;
}

/// likeness(), of rounded hashes.
double KeptTexts::likeness_of(const ComparedText& turn, const RoundedHashes& sketch,
                              const RoundedHashes& words) {
  const double alike = similarity(turn.sketch_, sketch);
  if (turn.words_.count < kFewestWords || words.count == 0) return alike;
  const std::uint16_t last = last_of(words);
  std::size_t found = 0;
  std::size_t seen = 0;
  for (std::size_t i = 0; seen < turn.words_.count && turn.words_.codes[seen] <= last;) {
    const std::uint16_t word = turn.words_.codes[seen];
    const bool before = words.codes[i] < word;
    found += words.codes[i] == word ? 1U : 0U;
    i += before ? 1U : 0U;
    seen += before ? 0U : 1U;
  }
  return seen < kFewestWords ? alike : std::max(alike, share_of_words(found, seen));
}

/// @returns no less than likeness_of(), by counting: no more hashes are in common than pass the
///   filter, and a sketch's union with another has as many as the larger of the two.
double KeptTexts::most_likeness(const ComparedText& turn, const RoundedHashes& sketch,
                                const RoundedHashes& words) {
  if (turn.sketch_.count == 0) return 0;
  const double alike = static_cast<double>(turn.in_sketch_.passed(sketch)) /
                       static_cast<double>(std::max(turn.sketch_.count, sketch.count));
  const auto of_turn = turn.words_.all();
  const auto seen = static_cast<std::size_t>(
      std::upper_bound(of_turn.begin(), of_turn.end(), last_of(words)) - of_turn.begin());
  if (seen < kFewestWords) return alike;
  return std::max(alike, share_of_words(turn.in_words_.passed(words) + turn.repeated_words_, seen));
}

std::optional<RepromptSigns> KeptTexts::compare(const ComparedText& turn, double least) const {
  RepromptSigns found;
  found.signs = static_cast<double>(turn.signs_);
  const auto texts = texts_of(block_.get());
  RoundedHashes sketch;
  RoundedHashes words;
  for (auto rest = texts; !rest.empty(); rest = rest.subspan(size_of_first(rest))) {
    std::uint32_t bytes = 0;
    float signs = 0;
    const std::uint8_t* from = read_to(rest.data() + sizeof(Size), bytes);
    read_hashes(read_hashes(read_to(from, signs), sketch), words);
    if (rest.data() == texts.data()) found.shorter = 2 * turn.bytes_ < bytes;
    if (most_likeness(turn, sketch, words) < std::max(least, found.likeness)) continue;
    found.likeness = std::max(found.likeness, likeness_of(turn, sketch, words));
  }
  return found.likeness >= least ? std::optional(found) : std::nullopt;
}

void KeptTexts::add(const PromptText& text, std::size_t most) {
  std::array<std::uint8_t, kLongest> bytes;  // NOLINT(*-member-init): written before it is read
  const auto size = static_cast<std::size_t>(write_text(bytes.data(), text) - bytes.data());
  const auto before = texts_of(block_.get());
  std::size_t count = 0;
  for (auto rest = before; !rest.empty(); rest = rest.subspan(size_of_first(rest))) ++count;
  const std::size_t first = before.empty() ? 0 : size_of_first(before);
  const std::size_t gone = count < most ? 0 : size_of_first(before.subspan(first));
  const std::size_t all = before.size() - gone + size;
  auto block = std::make_unique_for_overwrite<std::uint8_t[]>(sizeof(Size) + all);
  std::uint8_t* to = write(block.get(), static_cast<Size>(all));
  to = std::copy_n(before.data(), first, to);
  to = std::copy(before.begin() + static_cast<std::ptrdiff_t>(first + gone), before.end(), to);
  std::copy_n(bytes.data(), size, to);
  block_ = std::move(block);
}

std::vector<PromptText> KeptTexts::read() const {
  std::vector<PromptText> texts;
  for (auto rest = texts_of(block_.get()); !rest.empty();
       rest = rest.subspan(size_of_first(rest))) {
    PromptText& text = texts.emplace_back();
    const std::uint8_t* from = read_to(rest.data() + sizeof(Size), text.bytes);
    from = read_to(from, text.signs);
    read_hashes(read_hashes(from, text.sketch), text.words);
  }
  return texts;
}

}  // namespace turnout::traffic
