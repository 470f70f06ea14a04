#include "turnout/traffic/plain_text.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace turnout::traffic {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

constexpr auto kPlain = [] {
  std::array<char, 256> plain{};
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const char c = static_cast<char>(i);
    const bool upper = c >= 'A' && c <= 'Z';
    plain[i] = is_space(c) ? ' ' : upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return plain;
}();

/// Bytes that are handled at once.
using Bytes = unsigned char __attribute__((vector_size(16)));

Bytes load(const char* from) {
  Bytes bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

/// All bits of a byte that is white space, none of another.
Bytes spaces_in(Bytes c) {
  return std::bit_cast<Bytes>((c == ' ') | (c == '\n') | (c == '\t') | (c == '\r'));
}

Bytes plain_bytes(Bytes c, Bytes space) {
  const Bytes letter = c - 'A';
  const auto upper = std::bit_cast<Bytes>(letter < 26);
  return ((c + (upper & 32)) & ~space) | (space & ' ');
}

bool any(Bytes c) {
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(c);
  return (halves[0] | halves[1]) != 0;
}

/// Opening Spanish marks as spaces, of which two together are as good as one.
std::string without_marks(std::string_view text) {
  std::string without(text);
  for (std::size_t at = text.find('\xc2'); at != std::string_view::npos;
       at = text.find('\xc2', at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (next == '\xa1' || next == '\xbf') without[at] = without[at + 1] = ' ';
  }
  return without;
}

/// Writes a text's bytes one after the other, but for white space behind white space.
class Squeezer {
 public:
  Squeezer(std::string_view text, char* to) : text_(text), to_(to) {}

  char* squeeze() {
    if (!text_.empty()) take_one();  // from here on each has one before it
    while (at_ + sizeof(Bytes) <= text_.size()) take_block();
    while (at_ < text_.size()) take_one();
    return to_;
  }

 private:
  void take_one() {
    const char plain = kPlain[static_cast<unsigned char>(text_[at_++])];
    const bool space = plain == ' ';
    *to_ = plain;
    to_ += space && after_space_ ? 0 : 1;
    after_space_ = space;
  }

  /// Most have single spaces only.
  void take_block() {
    const Bytes now = load(&text_[at_]);
    const Bytes space = spaces_in(now);
    if (any(space & spaces_in(load(&text_[at_ - 1])))) {
      for (std::size_t i = 0; i < sizeof(Bytes); ++i) take_one();
      return;
    }
    const Bytes plain = plain_bytes(now, space);
    std::memcpy(to_, &plain, sizeof plain);
    to_ += sizeof plain;
    at_ += sizeof plain;
    after_space_ = is_space(text_[at_ - 1]);
  }

  std::string_view text_;
  char* to_;
  std::size_t at_ = 0;
  bool after_space_ = true;
};

}  // namespace

std::string plain_text(std::string_view text) {
  std::string without;
  if (text.find('\xc2') != std::string_view::npos) text = without = without_marks(text);
  std::string plain(text.size(), '\0');
  const char* end = Squeezer(text, plain.data()).squeeze();
  auto size = static_cast<std::size_t>(end - plain.data());
  if (size > 0 && plain[size - 1] == ' ') --size;
  plain.resize(size);
  return plain;
}

}  // namespace turnout::traffic
