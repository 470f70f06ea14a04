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
