#include "turnout/gateway/policy_history.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "turnout/base/line_reader.h"
#include "turnout/policy/policy.h"

namespace turnout::gateway {
namespace {

constexpr std::size_t kLongestFile = 256U << 20U;
constexpr int kMostTries = 20;  // of a change that others come before

/// Appends a line and waits until it is on the disk; if that fails the file is as it was.
bool append_line(const std::string& path, const std::string& line) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const off_t size = ::lseek(fd, 0, SEEK_END);
  const bool written = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                       ::fdatasync(fd) == 0;
  if (!written) [[maybe_unused]]
    const int cut = ::ftruncate(fd, size);
  ::close(fd);
  return written;
}

PolicyEvent configured_event(const PolicyRecord& record, const std::string& text,
                             std::int64_t now_us) {
  const auto number = record.entries.empty() ? 1 : record.entries.back().number + 1;
  return {PolicyEvent::Kind::kConfigured,
          number,
          now_us,
          {text, "configuration", {}, {}, {}},
          "configuration"};
}

bool is_stale(const PolicyRecord& record, std::optional<std::uint64_t> version) {
  return version && *version != record.version;
}

/// Reads lines behind those of a record.
base::Status read_into(PolicyTable& table, PolicyRecord& record) {
  TURNOUT_TRY(const auto lines, table.read(record.version));
  for (const auto& line : lines) {
    const auto event = read_policy_line(line);
    if (!event)
      return base::Error{base::ErrorCode::kMalformedInput, "is no change of a policy",
                         "shared policies, line " + std::to_string(record.version + 1)};
    apply(*event, record);
  }
  return base::Done{};
}

}  // namespace

PolicyHistory::PolicyHistory(std::vector<std::string> models, const std::string& configured,
                             std::int64_t now_us)
    : models_(std::move(models)) {
  configure(configured, now_us);
}

base::Result<std::unique_ptr<PolicyHistory>> PolicyHistory::open(const std::string& path,
                                                                 std::vector<std::string> models,
                                                                 const std::string& configured,
                                                                 std::int64_t now_us) {
  std::unique_ptr<PolicyHistory> history(new PolicyHistory(std::move(models)));
  history->path_ = path;
  if (std::filesystem::exists(path)) TURNOUT_CHECK(history->read_file(path));
  if (history->configure(configured, now_us) == Change::kUnwritten)
    return base::Error{base::ErrorCode::kUnwritable, std::strerror(errno), path};
  return history;
}

base::Status PolicyHistory::read_file(const std::string& path) {
  TURNOUT_TRY(const auto text, base::read_file(path, kLongestFile));
  std::size_t at = 0;
  for (std::size_t line = 1; at < text.size(); ++line) {
    const auto end = text.find('\n', at);
    if (end == std::string::npos) break;
    const auto event = read_policy_line(std::string_view(text).substr(at, end - at));
    if (!event)
      return base::Error{base::ErrorCode::kMalformedInput, "is no change of a policy",
                         path + ":" + std::to_string(line)};
    apply(*event, record_);
    at = end + 1;
  }
  std::error_code error;
  if (at < text.size()) std::filesystem::resize_file(path, at, error);
  if (error) return base::Error{base::ErrorCode::kUnwritable, error.message(), path};
  return base::Done{};
}

std::unique_ptr<PolicyHistory> PolicyHistory::shared(OpenPolicyTable table,
                                                     std::vector<std::string> models,
                                                     const std::string& configured,
                                                     const std::string& last_seen,
                                                     std::int64_t now_us) {
  std::unique_ptr<PolicyHistory> history(new PolicyHistory(std::move(models)));
  history->table_ = std::move(table);
  history->configured_ = configured;
  auto event = read_policy_line(last_seen);
  if (!event || !history->is_policy(event->proposal.text))
    event = configured_event({}, configured, now_us);
  apply(*event, history->record_);
  history->record_.version = 0;
  return history;
}

base::Status PolicyHistory::begin(PolicyTable& table, std::int64_t now_us) {
  for (int i = 0; i < kMostTries; ++i) {
    PolicyRecord fresh;
    TURNOUT_CHECK(read_into(table, fresh));
    const auto decision = configuring(fresh, false, now_us);
    if (const auto* event = std::get_if<PolicyEvent>(&decision)) {
      TURNOUT_TRY(const bool made, table.append(fresh.version + 1, line_of(*event)));
      if (!made) continue;
      apply(*event, fresh);
    }
    const std::lock_guard lock(mutex_);
    record_ = std::move(fresh);
    begun_ = true;
    return base::Done{};
  }
  return base::Error{base::ErrorCode::kUnreadable, "others change the policies all the time", ""};
}

base::Result<bool> PolicyHistory::follow(PolicyTable& table) {
  PolicyRecord next = record();
  const auto known = next.version;
  TURNOUT_CHECK(read_into(table, next));
  if (next.version == known) return false;
  const std::lock_guard lock(mutex_);
  if (next.version > record_.version) record_ = std::move(next);
  return true;
}

std::string PolicyHistory::last_seen() const {
  const auto now = record();
  const PolicyEntry& entry = now.in_force();
  const Proposal policy = {entry.text, entry.by, entry.reasons, entry.rails, entry.figures};
  return line_of({PolicyEvent::Kind::kConfigured, entry.number, entry.since_us, policy, entry.by});
}

PolicyRecord PolicyHistory::record() const {
  const std::lock_guard lock(mutex_);
  return record_;
}

/// Of several gateways one may have an old configuration: only what was changed while it ran, or what
/// nobody's has said before, is what a person wants now.
PolicyHistory::Decision PolicyHistory::configuring(const PolicyRecord& record, bool was_changed,
                                                   std::int64_t now_us) const {
  const auto text = [this] {
    const std::lock_guard lock(mutex_);
    return configured_;
  }();
  const auto& said = record.configured;
  const bool usable =
      std::any_of(record.entries.begin(), record.entries.end(), [&](const PolicyEntry& entry) {
        return entry.state == PolicyState::kInForce && is_policy(entry.text);
      });
  const bool is_old =
      table_ && !was_changed && std::find(said.begin(), said.end(), text) != said.end();
  if (usable && ((!said.empty() && said.back() == text) || is_old)) return Change::kNothing;
  return configured_event(record, text, now_us);
}

Change PolicyHistory::configure(const std::string& text, std::int64_t now_us) {
  std::string before;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(configured_, text);
  }
  if (table_ && before == text) return Change::kNothing;
  const auto made =
      change([&](const PolicyRecord& record) { return configuring(record, true, now_us); });
  if (made != Change::kUnwritten) return made;
  const std::lock_guard lock(mutex_);
  configured_ = before;
  return made;
}

Change PolicyHistory::propose(const Proposal& proposal, std::int64_t now_us,
                              std::optional<std::uint64_t> version) {
  if (!is_policy(proposal.text)) return Change::kNotPolicy;
  return change([&](const PolicyRecord& record) -> Decision {
    if (is_stale(record, version)) return Change::kStale;
    return PolicyEvent{PolicyEvent::Kind::kProposed, record.entries.back().number + 1, now_us,
                       proposal, ""};
  });
}

Change PolicyHistory::approve(std::optional<std::uint64_t> version, const std::string& by,
                              std::int64_t now_us) {
  return change([&](const PolicyRecord& record) -> Decision {
    if (is_stale(record, version)) return Change::kStale;
    const PolicyEntry* proposal = record.proposal();
    if (proposal == nullptr) return Change::kNothing;
    if (!is_policy(proposal->text)) return Change::kUnknown;
    return PolicyEvent{PolicyEvent::Kind::kApproved, proposal->number, now_us, {}, by};
  });
}

Change PolicyHistory::roll_back(std::optional<std::uint64_t> number,
                                std::optional<std::uint64_t> version, const std::string& by,
                                std::int64_t now_us) {
  return change([&](const PolicyRecord& record) -> Decision {
    if (is_stale(record, version)) return Change::kStale;
    const PolicyEntry* to = nullptr;
    for (const PolicyEntry& entry : record.entries) {
      const bool was = entry.since_us != 0 && entry.state != PolicyState::kInForce;
      if (!was || (number && entry.number != *number)) continue;
      if (!number && entry.state == PolicyState::kRolledBack) continue;
      if (to == nullptr || entry.since_us > to->since_us) to = &entry;
    }
    if (to == nullptr) return number ? Change::kUnknown : Change::kNothing;
    if (!is_policy(to->text)) return Change::kUnknown;
    return PolicyEvent{PolicyEvent::Kind::kRolledBack, to->number, now_us, {}, by};
  });
}

Change PolicyHistory::change(const Decide& decide) {
  const std::lock_guard one(changes_);
  if (table_) {
    auto table = table_();
    return table ? change(**table, decide) : Change::kUnwritten;
  }
  const auto decision = decide(record_);
  if (const auto* why_not = std::get_if<Change>(&decision)) return *why_not;
  const auto& event = std::get<PolicyEvent>(decision);
  if (!path_.empty() && !append_line(path_, line_of(event))) return Change::kUnwritten;
  const std::lock_guard lock(mutex_);
  apply(event, record_);
  return Change::kMade;
}

/// Who finds that another gateway was first decides again, by what that one has changed.
Change PolicyHistory::change(PolicyTable& table, const Decide& decide) {
  {
    const std::lock_guard lock(mutex_);
    if (!begun_) return Change::kUnwritten;
  }
  for (int i = 0; i < kMostTries; ++i) {
    if (!follow(table)) return Change::kUnwritten;
    PolicyRecord next = record();
    const auto decision = decide(next);
    if (const auto* why_not = std::get_if<Change>(&decision)) return *why_not;
    const auto& event = std::get<PolicyEvent>(decision);
    const auto made = table.append(next.version + 1, line_of(event));
    if (!made) return Change::kUnwritten;
    if (!*made) continue;
    apply(event, next);
    const std::lock_guard lock(mutex_);
    if (next.version > record_.version) record_ = std::move(next);
    return Change::kMade;
  }
  return Change::kStale;
}

bool PolicyHistory::is_policy(const std::string& text) const {
  return policy::Policy::parse(text, models_).has_value();
}

}  // namespace turnout::gateway
