#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/http/message.h"

/// Who may use the gateway, how often, and for how much.
namespace turnout::gateway {

using Digest = std::array<std::uint8_t, 32>;
/// @returns the SHA-256 of some bytes (FIPS 180-4), by OpenSSL.
Digest sha256(std::string_view bytes);
/// @returns 64 lower-case hexadecimal digits.
std::string hex_of(const Digest& digest);
/// @returns what 64 hexadecimal digits say, of either case; nothing for another text.
std::optional<Digest> digest_of(std::string_view hex);

/// What kind of traffic a key's requests are; the control loop estimates each by itself.
enum class TrafficClass : std::uint8_t { kInteractive, kAgent, kBatch };
inline constexpr std::array<std::string_view, 3> kTrafficClassNames = {"interactive", "agent",
                                                                       "batch"};

/// What is known of a key: never the key.
struct KeyEntry {
  std::string name;
  Digest sha256{};
  TrafficClass traffic = TrafficClass::kInteractive;
  std::optional<std::uint32_t> requests_per_minute;  ///< 1 to 1,000,000; nothing: no limit
  std::optional<double> usd_per_day;                 ///< > 0, per UTC day; nothing: no limit
  bool admin = false;
  /// All who use it are one person, unless a request names one: then the same prompt again is the same
  /// task again, even in another conversation.
  bool one_person = false;
};

/// @param random  32 bytes that nobody can guess (getrandom)
/// @returns a new key, "sk-turnout-" and 43 characters of base64url (RFC 4648, section 5).
std::string new_key(std::span<const std::uint8_t, 32> random);
/// @returns the [[key]] table of a configuration that admits `key` under `name`.
std::string key_entry_text(std::string_view name, std::string_view key);

/// @returns the key that a request presents: `Authorization: Bearer KEY`, or without an
///   Authorization `x-api-key: KEY`; empty if there is none, or if either line is there twice.
std::string_view presented_key(const std::vector<http::FieldView>& fields);

enum class Admission : std::uint8_t {
  kAdmitted,
  kUnknownKey,       ///< 401: no key, or one that is not on the ring
  kTooManyRequests,  ///< 429: the key's requests per minute are used up
  kBudgetSpent,      ///< 429, with a code of its own: the key's USD of this UTC day are spent
};
/// @returns "admitted", "unknown_key", "too_many_requests", "budget_spent".
std::string_view name_of(Admission admission);

/// Whether a request is served.
struct Admitted {
  static constexpr std::uint32_t kNoKey = 0xffff'ffff;
  Admission admission = Admission::kUnknownKey;
  std::uint32_t key = kNoKey;      ///< number of the key in the ring; kNoKey: unknown, or no ring
  std::int64_t retry_after_s = 0;  ///< 429: whole seconds until it is worth another try, >= 1
};

/// The keys, what is left of their requests and of their budgets.
///
/// A key is found by the SHA-256 of what was presented, compared with that of every key of the ring
/// in constant time, without an early exit: how long it takes tells nothing but how many keys there
/// are. No presented key is kept anywhere.
///
/// Requests: one token bucket a key, kept as the time at which it is full again. It holds what 10
/// seconds bring (requests_per_minute / 6), at least 1, and is full at first. A refused request
/// takes nothing.
///
/// Budgets: a request is refused once the spending of its UTC day has reached usd_per_day. What calls
/// in flight cost is not known before they end, so that a day may come out dearer by them. Spending
/// is in memory: after a restart the day begins at 0 unless add_spending() is told of it.
///
/// Thread safe: admit() and add_spending() lock the one key that they touch.
class KeyRing {
 public:
  /// @param keys  differ in their digests; none: everybody is admitted, as kNoKey
  explicit KeyRing(std::vector<KeyEntry> keys);

  /// @param now_us  microseconds since 1970; a clock that is set back keeps a bucket from filling for
  ///   at most 10 seconds
  Admitted admit(const std::vector<http::FieldView>& fields, std::int64_t now_us);
  /// The same whatever the key's limits, and takes nothing of them: kAdmitted or kUnknownKey.
  [[nodiscard]] Admitted known(const std::vector<http::FieldView>& fields) const;
  /// Adds what a call cost, in USD, finite and >= 0; kNoKey is passed over.
  void add_spending(std::uint32_t key, double usd, std::int64_t now_us);
  /// @returns the USD that a key has spent in the UTC day of `now_us`.
  [[nodiscard]] double spent_usd(std::uint32_t key, std::int64_t now_us) const;
  /// Shares spending and buckets with another ring, by the keys' digests: a configuration that is read
  /// again gives nobody a new budget, calls in flight under the old one count, and a key that is taken
  /// out and comes back goes on as it left. Before anybody uses this ring.
  void take_over(const KeyRing& before);

  [[nodiscard]] const KeyEntry& entry(std::uint32_t key) const { return keys_[key]; }
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  struct State {
    mutable std::mutex mutex;
    std::int64_t full_ns = 0;  // when the bucket is full again
    std::int64_t day = 0;      // of the spending, since 1970
    double spent_usd = 0;
    void begin_day(std::int64_t now_us);
    /// Takes a token, or says how long it is until there is one.
    std::int64_t wait_ns(std::uint32_t requests_per_minute, std::int64_t now_us);
  };
  [[nodiscard]] std::uint32_t find(std::string_view presented) const;
  std::vector<KeyEntry> keys_;
  std::vector<std::shared_ptr<State>> states_;
  std::map<Digest, std::shared_ptr<State>> gone_;  // of keys that earlier rings had
};

}  // namespace turnout::gateway
