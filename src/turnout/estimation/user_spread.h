#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <vector>

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

/// Adds up the counts by user; beyond kMostUsers a sample of users by hash.
class UserSpreadGatherer {
 public:
  static constexpr std::size_t kMostUsers = std::size_t{1} << 17U;
  /// @param user  or the task, where the log does not know the user
  /// @param model  a number
  void add(std::string_view user, std::size_t model, bool ended, bool told, bool solved);
  /// @returns the spread of each model up to the greatest number seen.
  [[nodiscard]] std::vector<UserSpread> finish() const;

 private:
  using Counts = std::array<std::uint32_t, kUserCounts>;
  std::unordered_map<std::uint64_t, std::vector<Counts>> users_;  // by hash: by model
  std::uint64_t greatest_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace turnout::estimation
