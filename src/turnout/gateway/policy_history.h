#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"

/// Which policies were, are and may come into force, who wanted it, and why. docs/gateway.md, "The
/// control loop".
namespace turnout::gateway {

enum class PolicyState : std::uint8_t {
  kProposed,
  kInForce,
  kEarlier,     ///< was in force
  kReplaced,    ///< was proposed, until another was
  kRolledBack,  ///< was in force, until somebody went back
};
inline constexpr std::array<std::string_view, 5> kPolicyStateNames = {
    "proposed", "in_force", "earlier", "replaced", "rolled_back"};

/// What is proposed, by whom, and why.
struct Proposal {
  std::string text;
  std::string by;                    ///< "configuration", "control loop", or a key's name
  std::vector<std::string> reasons;  ///< a sentence each
  std::vector<std::string> rails;    ///< guard rails that it breaks; likewise
  std::string figures;               ///< what is expected of it, a JSON object; empty: nothing is
};

struct PolicyEntry : Proposal {
  std::uint64_t number = 0;  ///< 1, 2, ... as they came
  PolicyState state = PolicyState::kProposed;
  std::int64_t at_us = 0;     ///< when it came, since 1970
  std::int64_t since_us = 0;  ///< when it last came into force; 0: never
  std::string enforced_by;    ///< who wanted that
};

/// All entries and how often anything has changed.
struct PolicyRecord {
  std::uint64_t version = 0;
  std::vector<PolicyEntry> entries;  ///< by number, the latest kKept; never empty
  /// Somebody went back to the policy in force: until a person approves another one, or the
  /// configuration says one, the loop applies nothing by itself.
  bool went_back = false;
  [[nodiscard]] const PolicyEntry& in_force() const;
  [[nodiscard]] const PolicyEntry* proposal() const;  ///< nullptr: none
  static constexpr std::size_t kKept = 200;
};

/// How a change went.
enum class Change : std::uint8_t {
  kMade,
  kStale,      ///< something has changed since the version that the caller knew
  kNothing,    ///< there is no proposal, or no earlier policy
  kUnknown,    ///< no entry has this number, or its models have gone
  kNotPolicy,  ///< the text is no policy of these models
  kUnwritten,  ///< the file could not be written; nothing has changed
};

/// The history of a gateway's policy, kept in a file, a line of JSON a change; a change counts when its
/// line is on the disk. Thread safe.
class PolicyHistory {
 public:
  /// A history of its own in memory, with the configured policy in force.
  PolicyHistory(std::vector<std::string> models, const std::string& configured,
                std::int64_t now_us);

  /// Goes on with the history in a file, which is made if it is not there. The policy that was in force
  /// stays so, unless the configuration says another than it did when it was read last, or its models
  /// have gone; a last line that a killed process left half written is cut off.
  /// @returns kUnreadable, kUnwritable or kMalformedInput with the file and line.
  static base::Result<std::unique_ptr<PolicyHistory>> open(const std::string& path,
                                                           std::vector<std::string> models,
                                                           const std::string& configured,
                                                           std::int64_t now_us);

  [[nodiscard]] PolicyRecord record() const;

  /// The configuration was read: if its policy is another than before, that comes into force.
  Change configure(const std::string& text, std::int64_t now_us);
  /// Proposes a policy in place of an earlier proposal. The same text as is proposed already replaces
  /// that proposal's reasons and figures.
  Change propose(Proposal proposal, std::int64_t now_us);
  /// Puts the proposal in force. @param version  that the caller knows; nothing: any
  Change approve(std::optional<std::uint64_t> version, const std::string& by, std::int64_t now_us);
  /// Goes back to an entry that was in force; without a number to the one before.
  Change roll_back(std::optional<std::uint64_t> number, std::optional<std::uint64_t> version,
                   const std::string& by, std::int64_t now_us);

 private:
  /// One line of the file.
  struct Event {
    enum class Kind : std::uint8_t { kConfigured, kProposed, kApproved, kRolledBack };
    Kind kind = Kind::kConfigured;
    std::uint64_t number = 0;  ///< of the entry that is added, or comes into force
    std::int64_t at_us = 0;
    Proposal proposal;  ///< of an entry that is added
    std::string by;     ///< of one that comes into force
  };
  static std::string line_of(const Event& event);
  static std::optional<Event> read_line(std::string_view line);

  explicit PolicyHistory(std::vector<std::string> models) : models_(std::move(models)) {}
  Change write(const Event& event);
  void apply(const Event& event);
  void enforce(PolicyEntry& entry, const Event& event, PolicyState before);
  [[nodiscard]] bool is_policy(const std::string& text) const;
  [[nodiscard]] bool is_stale(std::optional<std::uint64_t> version) const {
    return version && *version != record_.version;
  }
  PolicyEntry* find(std::uint64_t number);
  [[nodiscard]] std::uint64_t next_number() const {
    return record_.entries.empty() ? 1 : record_.entries.back().number + 1;
  }

  mutable std::mutex mutex_;
  std::vector<std::string> models_;
  std::string path_;  // empty: in memory
  PolicyRecord record_;
  std::string configured_;  // what the configuration said last
};

}  // namespace turnout::gateway
