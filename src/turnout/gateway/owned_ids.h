#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Ids that nobody can guess, and that say whose they are to who knows the owners.
namespace turnout::gateway {

/// Gives out ids. Not thread safe.
class OwnedIds {
 public:
  /// @param owner  the seed of a key's ids (Setup::seed_of)
  /// @returns `prefix`, a dash, seven letters or digits of the second, in the order of their codes, so
  ///   that a store which keeps rows in the order of their ids appends; 20 random ones (100 bits), and
  ///   five that rest on all of them and on the owner.
  std::string next(std::string_view prefix, std::uint64_t owner, std::int64_t now_us);

 private:
  std::string random_;  // bytes that were not used yet
};

/// @returns whether an id is one that next() gave this owner; of another's, one in 2^25 passes.
bool is_id_of(std::string_view id, std::uint64_t owner);

}  // namespace turnout::gateway
