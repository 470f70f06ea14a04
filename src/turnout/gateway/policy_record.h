#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Which policies were, are and may come into force, as a record that changes, each a line of JSON.
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
  /// The policies that configurations said, each once, the latest at the end; at most kKept.
  std::vector<std::string> configured;
  /// Somebody went back to the policy in force: until a person approves another one, or the
  /// configuration says one, the loop applies nothing by itself.
  bool went_back = false;
  [[nodiscard]] const PolicyEntry& in_force() const;
  [[nodiscard]] const PolicyEntry* proposal() const;  ///< nullptr: none
  static constexpr std::size_t kKept = 200;
};

/// A change of the record.
struct PolicyEvent {
  enum class Kind : std::uint8_t { kConfigured, kProposed, kApproved, kRolledBack };
  Kind kind = Kind::kConfigured;
  std::uint64_t number = 0;  ///< of the entry that is added, or comes into force
  std::int64_t at_us = 0;
  Proposal proposal;  ///< of an entry that is added
  std::string by;     ///< of one that comes into force
};

/// Changes a record; an entry that is not there changes its version alone.
void apply(const PolicyEvent& event, PolicyRecord& record);

/// @returns a change as a line, with its end.
std::string line_of(const PolicyEvent& event);
/// @returns the change that a line says, with or without its end; nothing if it says none.
std::optional<PolicyEvent> read_policy_line(std::string_view line);

}  // namespace turnout::gateway
