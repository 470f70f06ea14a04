#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "turnout/base/flat_map.h"

/// Who came back: the latest task of each user. docs/theory.md, section 19.
namespace turnout::estimation {

/// What a task's last pass says of it.
enum class TaskEnd : std::uint8_t { kSolved, kAbandoned, kSilent };
inline constexpr std::size_t kTaskEnds = 3;

/// A user's latest task. Of two that started at once the one with the greater mark is the later.
struct LatestTask {
  std::uint64_t user = 0;  ///< user_key()
  std::int64_t started_us = std::numeric_limits<std::int64_t>::min();
  std::uint64_t mark = 0;  ///< a hash of the task
  std::uint64_t path = 0;  ///< where the task ended, a number of the caller's
  TaskEnd end = TaskEnd::kSilent;
};

/// The latest task of each user; of more users than can be held those with the smallest keys: the same
/// ones in whichever order tasks come, and in however many such objects first.
class ReturningUsers {
 public:
  static constexpr std::size_t kMost = std::size_t{1} << 16U;
  explicit ReturningUsers(std::size_t most = kMost) : most_(most) {}
  void see(const LatestTask& task);
  /// Makes room for so many users, at most for as many as it may keep.
  void reserve(std::size_t users) { latest_.reserve(std::min(users, most_)); }
  /// Leaves out the users beyond 2^-halvings of all keys, as another one has done.
  void sample(unsigned halvings);
  [[nodiscard]] bool takes(std::uint64_t user) const { return user <= greatest(); }
  /// @returns log2 of how many users each one in the sample stands for.
  [[nodiscard]] unsigned halvings() const { return halvings_; }
  [[nodiscard]] std::size_t size() const { return latest_.size(); }
  /// @returns the latest tasks in the order of the users' keys.
  [[nodiscard]] std::vector<LatestTask> ordered() const;
  /// Calls back with the latest task of each user, in no order.
  template <class Use>
  void for_each(const Use& use) const {
    latest_.for_each([&](std::uint64_t, const LatestTask& task) { use(task); });
  }

 private:
  [[nodiscard]] std::uint64_t greatest() const { return ~std::uint64_t{0} >> halvings_; }
  base::FlatMap<LatestTask> latest_;  // by user
  std::size_t most_;
  unsigned halvings_ = 0;
};

}  // namespace turnout::estimation
