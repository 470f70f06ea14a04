#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "turnout/base/flat_map.h"

/// How much users differ in how one model's first attempts end: what makes shares of many users' tasks
/// less certain than as many tasks of as many users. docs/theory.md, section 19.
namespace turnout::estimation {

/// What is counted of a user's first attempts on a model.
enum UserCount : std::size_t { kUserPasses, kUserEnds, kUserTold, kUserSolved };
inline constexpr std::size_t kUserCounts = 4;

/// Of one model's first attempts.
struct UserSpread {
  std::int64_t users = 0;
  std::array<std::int64_t, kUserCounts> sums{};  ///< passes, ends, told ends, solved ones
  /// Sums over users of products of two of their counts: passes with passes, ends, told, solved; ends
  /// with ends, told, solved; told with told, solved; solved with solved.
  std::array<std::int64_t, kUserCounts*(kUserCounts + 1) / 2> products{};
  friend bool operator==(const UserSpread&, const UserSpread&) = default;
};

/// How many times as large as among independent tasks the variance of a share is.
struct DesignEffects {
  double success = 1;  ///< of ends / passes x solved / told
  double ends = 1;     ///< of ends / passes, and of passes that were re-prompted
};

/// @returns the design effects (Kish 1965, "Survey Sampling"), at least 1: the variance of the linear
///   error of each share, summed by user, over that summed by pass; for few users times the square of
///   Student's quantile over the normal's. 1 where no user has two passes. O(1).
DesignEffects design_effects(const UserSpread& spread);

/// @returns what a user is known by: a hash of his id, the same on every machine and in every release, so
///   that it may be stored. Samples of users take the smallest ones.
std::uint64_t user_key(std::string_view user);

/// What is counted of one user's first attempts on one model.
using UserCounts = std::array<std::uint32_t, kUserCounts>;

/// Adds up the counts by user and model; beyond kMostCounts of these a sample of users, by their keys: in
/// whichever order they come, and in however many gatherers first, the same users are in it. Tasks of users
/// whom the log does not know count as of a user each, and take no memory.
class UserSpreadGatherer {
 public:
  static constexpr std::size_t kMostCounts = std::size_t{1} << 16U;
  explicit UserSpreadGatherer(std::size_t most = kMostCounts) : most_(most) {}

  /// @param user  its user_key(); none if the log does not know the user
  /// @param model  a number
  void add(std::optional<std::uint64_t> user, std::size_t model, bool ended, bool told,
           bool solved);
  /// Adds what is known of a user from elsewhere.
  void add(std::uint64_t user, std::size_t model, const UserCounts& counts);
  /// Adds tasks of unknown users.
  void add_unknown(std::size_t model, const std::array<std::int64_t, kUserCounts>& sums);
  /// Makes room for the counts of so many users and models, at most for as many as it may keep.
  void reserve(std::size_t counts) { counts_.reserve(std::min(counts, most_)); }
  /// Leaves out the users beyond 2^-halvings of all keys, as another gatherer has done.
  void sample(unsigned halvings);

  /// @returns the spread of each model up to the greatest number seen, of the users in the sample, and of
  ///   as large a part of the tasks of unknown users.
  [[nodiscard]] std::vector<UserSpread> finish() const;

  // For storage.
  struct One {
    std::uint64_t user = 0;
    std::size_t model = 0;
    UserCounts counts{};
  };
  [[nodiscard]] unsigned halvings() const { return halvings_; }
  [[nodiscard]] bool takes(std::uint64_t user) const { return user <= greatest(); }
  /// Calls back with what is known of each user on each model, in no order.
  template <class Use>
  void for_each(const Use& use) const {
    counts_.for_each([&](std::uint64_t, const One& one) { use(one); });
  }
  [[nodiscard]] std::size_t size() const { return counts_.size(); }
  /// @returns the same, ordered by user and model.
  [[nodiscard]] std::vector<One> ordered() const;
  /// @returns the sums of tasks of unknown users, by model.
  [[nodiscard]] const std::vector<std::array<std::int64_t, kUserCounts>>& unknown() const {
    return unknown_;
  }

 private:
  [[nodiscard]] std::uint64_t greatest() const { return ~std::uint64_t{0} >> halvings_; }
  base::FlatMap<One> counts_;  // by user and model
  std::vector<std::array<std::int64_t, kUserCounts>> unknown_;
  std::size_t most_;
  unsigned halvings_ = 0;
};

}  // namespace turnout::estimation
