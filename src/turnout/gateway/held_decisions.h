#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "turnout/gateway/open_tasks.h"
#include "turnout/gateway/owned_ids.h"

namespace turnout::gateway {

/// A decision that another gateway asked for, and has not said yet what came of it.
struct HeldDecision {
  std::string id;           ///< see OwnedIds
  std::uint64_t owner = 0;  ///< the seed of the key's ids
  Assignment assignment;
  std::size_t requested = 0;  ///< number of the name that was asked for (Metrics)
  std::size_t model = 0;      ///< that was said to serve
  std::int64_t started_us = 0;
  std::int64_t expires_us = 0;  ///< from when on it counts as not answered
};

/// By what a report names its decision: the id, or task and attempt.
struct DecisionName {
  std::string_view id;
  std::string_view task;
  std::int64_t attempt = 0;
};

/// How a decision stands.
enum class DecisionState : std::uint8_t { kOpen, kReported, kExpired };

/// Decisions until they are reported or expire: at most `most`, beyond which the next one to expire does
/// so at once. So that a report that comes twice is known as such, the latest `most` of those stay.
/// About 500 bytes each. Thread safe.
class HeldDecisions {
 public:
  explicit HeldDecisions(std::size_t most = 100'000) : most_(most) {}

  /// Keeps a decision. @returns its id.
  std::string hold(HeldDecision decision);

  struct Taken {
    DecisionState state = DecisionState::kOpen;  ///< kOpen: it is reported from now on
    HeldDecision decision;
  };
  /// Takes a decision for its report; of several of one attempt (an agent's calls) the oldest that is
  /// open. @returns nothing if this owner has no such decision.
  std::optional<Taken> take(const DecisionName& name, std::uint64_t owner);

  /// @returns the decisions that expired since the last time. A comparison if there can be none.
  std::vector<HeldDecision> expired(std::int64_t now_us);

 private:
  struct Entry {
    DecisionState state = DecisionState::kOpen;
    HeldDecision decision;
  };
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  Entry* find(const DecisionName& name, std::uint64_t owner);
  void close(Entry& entry, DecisionState state);
  void forget(const std::string& id);

  std::size_t most_;
  std::atomic<std::int64_t> next_us_ = kNever;  // before it nothing expires
  std::mutex mutex_;
  OwnedIds ids_;
  std::unordered_map<std::string, Entry> entries_;
  std::set<std::pair<std::int64_t, std::string>> open_;  // when each open one expires
  std::deque<std::string> closed_;                       // the oldest first
  std::unordered_map<std::string, std::vector<std::string>> of_attempt_;  // ids, the oldest first
};

}  // namespace turnout::gateway
