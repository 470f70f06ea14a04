#include "turnout/gateway/owned_ids.h"

#include <sys/random.h>

#include <cstddef>

#include "turnout/gateway/key_ring.h"

namespace turnout::gateway {
namespace {

constexpr std::size_t kIdBytes = 13;     // of 100 random bits
constexpr std::size_t kAtOnce = 256;     // the most that getrandom() gives whole
constexpr std::size_t kTimeLetters = 7;  // 35 bits of seconds: for a thousand years
constexpr std::size_t kRandomLetters = 20, kCheckLetters = 5;
constexpr std::string_view kLetters = "234567abcdefghijklmnopqrstuvwxyz";

/// Five bits a letter.
void append_letters(std::string& id, std::string_view bytes, std::size_t letters) {
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (count += 8; count >= 5 && letters > 0; count -= 5, --letters)
      id += kLetters[(bits >> static_cast<unsigned>(count - 5)) & 31U];
  }
}

void append_check(std::string& id, std::uint64_t owner) {
  const Digest digest = sha256(id + std::to_string(owner));
  const std::string_view bytes(reinterpret_cast<const char*>(digest.data()),  // NOLINT(*-cast)
                               digest.size());
  append_letters(id, bytes, kCheckLetters);
}

}  // namespace

std::string OwnedIds::next(std::string_view prefix, std::uint64_t owner, std::int64_t now_us) {
  if (random_.size() < kIdBytes) {
    random_.resize(16 * kAtOnce);
    for (std::size_t at = 0; at < random_.size(); at += kAtOnce)
      [[maybe_unused]] const auto got = ::getrandom(random_.data() + at, kAtOnce, 0);
  }
  std::string id;
  id.reserve(prefix.size() + 1 + kTimeLetters + kRandomLetters + kCheckLetters);
  id += prefix;
  id += '-';
  const auto seconds = static_cast<std::uint64_t>(now_us / 1'000'000);
  for (std::size_t i = kTimeLetters; i-- > 0;) id += kLetters[(seconds >> (5 * i)) & 31U];
  append_letters(id, std::string_view(random_).substr(random_.size() - kIdBytes), kRandomLetters);
  random_.resize(random_.size() - kIdBytes);
  append_check(id, owner);
  return id;
}

bool is_id_of(std::string_view id, std::uint64_t owner) {
  const std::size_t dash = id.rfind('-');
  if (dash == std::string_view::npos ||
      id.size() - dash - 1 != kTimeLetters + kRandomLetters + kCheckLetters)
    return false;
  std::string made(id.substr(0, id.size() - kCheckLetters));
  append_check(made, owner);
  return made == id;
}

}  // namespace turnout::gateway
