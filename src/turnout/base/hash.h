#pragma once

#include <cstdint>
#include <string_view>

namespace turnout::base {

/// What the FNV-1a hash of nothing is.
inline constexpr std::uint64_t kHashOfNothing = 0xcbf29ce484222325ULL;

/// @returns the hash of the bytes that `so_far` is of, and one more.
constexpr std::uint64_t hash_on(std::uint64_t so_far, char c) {
  return (so_far ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
}

/// @returns the 64-bit FNV-1a hash of some bytes (Fowler, Noll, Vo): the same on every machine and
///   in every release, so that it may be stored; no protection against who wants two texts to
///   agree.
/// @param so_far  the hash of the bytes before these
constexpr std::uint64_t hash(std::string_view bytes, std::uint64_t so_far = kHashOfNothing) {
  for (const char c : bytes) so_far = hash_on(so_far, c);
  return so_far;
}

}  // namespace turnout::base
