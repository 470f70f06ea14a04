#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/gateway/policy_record.h"

/// Which policies were, are and may come into force, who wanted it, and why. docs/gateway.md, "The
/// control loop".
namespace turnout::gateway {

/// How a change went.
enum class Change : std::uint8_t {
  kMade,
  kStale,      ///< something has changed since the version that the caller knew
  kNothing,    ///< there is no proposal, or no earlier policy
  kUnknown,    ///< no entry has this number, or its models have gone
  kNotPolicy,  ///< the text is no policy of these models
  kUnwritten,  ///< it could not be written, or it is not known whether it was; record() is as before
};

/// Changes that several gateways write, each a line: 1, 2, ... Used by one thread.
class PolicyTable {
 public:
  PolicyTable() = default;
  PolicyTable(const PolicyTable&) = delete;
  PolicyTable& operator=(const PolicyTable&) = delete;
  PolicyTable(PolicyTable&&) = delete;
  PolicyTable& operator=(PolicyTable&&) = delete;
  virtual ~PolicyTable() = default;
  /// @returns all lines behind the first `after`, in their order.
  virtual base::Result<std::vector<std::string>> read(std::uint64_t after) = 0;
  /// Writes a line as that of a number. @returns false, and changes nothing, if there is one.
  virtual base::Result<bool> append(std::uint64_t number, const std::string& line) = 0;
};
/// @returns a table that is connected anew, or why there is none now; soon in either case, for
///   requests wait for it.
using OpenPolicyTable = std::function<base::Result<std::unique_ptr<PolicyTable>>()>;

/// The history of the policy: of one gateway in a file, a line a change, or of several in a table that
/// they share. A change counts when its line is on the disk, or in the table. Thread safe.
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

  /// A history that several gateways write. Until begin() has read it, the configured policy, or the
  /// one of last_seen(), is in force, and nothing can be changed.
  /// @param last_seen  what last_seen() said in an earlier process; empty: nothing
  static std::unique_ptr<PolicyHistory> shared(OpenPolicyTable table,
                                               std::vector<std::string> models,
                                               const std::string& configured,
                                               const std::string& last_seen, std::int64_t now_us);
  /// Reads all of a shared history; the first gateway begins it with its configured policy. So does one
  /// whose configuration says a policy that no gateway's has said before.
  base::Status begin(PolicyTable& table, std::int64_t now_us);
  /// Reads what other gateways have changed. @returns whether anything has.
  base::Result<bool> follow(PolicyTable& table);
  /// @returns a line that says the policy in force.
  [[nodiscard]] std::string last_seen() const;

  [[nodiscard]] PolicyRecord record() const;

  /// The configuration was read: if its policy is another than before, that comes into force.
  Change configure(const std::string& text, std::int64_t now_us);
  /// Proposes a policy in place of an earlier proposal. The same text as is proposed already replaces
  /// that proposal's reasons and figures. @param version  that the caller knows; nothing: any
  Change propose(const Proposal& proposal, std::int64_t now_us,
                 std::optional<std::uint64_t> version = std::nullopt);
  /// Puts the proposal in force.
  Change approve(std::optional<std::uint64_t> version, const std::string& by, std::int64_t now_us);
  /// Goes back to an entry that was in force; without a number to the one before.
  Change roll_back(std::optional<std::uint64_t> number, std::optional<std::uint64_t> version,
                   const std::string& by, std::int64_t now_us);

 private:
  using Decision = std::variant<Change, PolicyEvent>;  // what not, or what is to be written
  using Decide = std::function<Decision(const PolicyRecord&)>;

  explicit PolicyHistory(std::vector<std::string> models) : models_(std::move(models)) {}
  base::Status read_file(const std::string& path);
  Change change(const Decide& decide);
  Change change(PolicyTable& table, const Decide& decide);
  [[nodiscard]] Decision configuring(const PolicyRecord& record, bool was_changed,
                                     std::int64_t now_us) const;
  [[nodiscard]] bool is_policy(const std::string& text) const;

  std::mutex changes_;        // of who changes something: one at a time
  mutable std::mutex mutex_;  // of record_
  std::vector<std::string> models_;
  std::string path_;       // empty: in memory, or shared
  OpenPolicyTable table_;  // of a shared one
  bool begun_ = false;     // a shared one has been read
  PolicyRecord record_;
  std::string configured_;  // what this gateway's configuration says
};

}  // namespace turnout::gateway
