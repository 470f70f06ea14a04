#include "turnout/gateway/policy_history.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "turnout/base/line_reader.h"
#include "turnout/policy/policy.h"

namespace turnout::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestFile = 256U << 20U;
constexpr std::array<std::string_view, 4> kEventNames = {"configured", "proposed", "approved",
                                                         "rolled_back"};

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> texts_of(const Json& json, const char* key) {
  std::vector<std::string> texts;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) return texts;
  for (const auto& text : *found) {
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  return texts;
}

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

}  // namespace

const PolicyEntry& PolicyRecord::in_force() const {
  return *std::find_if(entries.begin(), entries.end(), [](const PolicyEntry& entry) {
    return entry.state == PolicyState::kInForce;
  });
}

const PolicyEntry* PolicyRecord::proposal() const {
  const auto found = std::find_if(entries.begin(), entries.end(), [](const PolicyEntry& entry) {
    return entry.state == PolicyState::kProposed;
  });
  return found == entries.end() ? nullptr : &*found;
}

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
  if (std::filesystem::exists(path)) {
    TURNOUT_TRY(const auto text, base::read_file(path, kLongestFile));
    std::size_t at = 0;
    for (std::size_t line = 1; at < text.size(); ++line) {
      const auto end = text.find('\n', at);
      if (end == std::string::npos) break;
      const auto event = read_line(std::string_view(text).substr(at, end - at));
      if (!event)
        return base::Error{base::ErrorCode::kMalformedInput, "is no change of a policy",
                           path + ":" + std::to_string(line)};
      history->apply(*event);
      at = end + 1;
    }
    std::error_code error;
    if (at < text.size()) std::filesystem::resize_file(path, at, error);
    if (error) return base::Error{base::ErrorCode::kUnwritable, error.message(), path};
  }
  const auto& entries = history->record_.entries;
  const bool usable = std::any_of(entries.begin(), entries.end(), [&](const PolicyEntry& entry) {
    return entry.state == PolicyState::kInForce && history->is_policy(entry.text);
  });
  if (!usable) history->configured_.clear();
  if (history->configure(configured, now_us) == Change::kUnwritten)
    return base::Error{base::ErrorCode::kUnwritable, std::strerror(errno), path};
  return history;
}

PolicyRecord PolicyHistory::record() const {
  const std::lock_guard lock(mutex_);
  return record_;
}

Change PolicyHistory::configure(const std::string& text, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  if (text == configured_) return Change::kNothing;
  return write({Event::Kind::kConfigured,
                next_number(),
                now_us,
                {text, "configuration", {}, {}, {}},
                "configuration"});
}

Change PolicyHistory::propose(Proposal proposal, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  if (!is_policy(proposal.text)) return Change::kNotPolicy;
  return write({Event::Kind::kProposed, next_number(), now_us, std::move(proposal), ""});
}

Change PolicyHistory::approve(std::optional<std::uint64_t> version, const std::string& by,
                              std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  if (is_stale(version)) return Change::kStale;
  const PolicyEntry* proposal = record_.proposal();
  if (proposal == nullptr) return Change::kNothing;
  if (!is_policy(proposal->text)) return Change::kUnknown;
  return write({Event::Kind::kApproved, proposal->number, now_us, {}, by});
}

Change PolicyHistory::roll_back(std::optional<std::uint64_t> number,
                                std::optional<std::uint64_t> version, const std::string& by,
                                std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  if (is_stale(version)) return Change::kStale;
  const PolicyEntry* to = nullptr;
  for (const PolicyEntry& entry : record_.entries) {
    const bool was = entry.since_us != 0 && entry.state != PolicyState::kInForce;
    if (!was || (number && entry.number != *number)) continue;
    if (!number && entry.state == PolicyState::kRolledBack) continue;
    if (to == nullptr || entry.since_us > to->since_us) to = &entry;
  }
  if (to == nullptr) return number ? Change::kUnknown : Change::kNothing;
  if (!is_policy(to->text)) return Change::kUnknown;
  return write({Event::Kind::kRolledBack, to->number, now_us, {}, by});
}

Change PolicyHistory::write(const Event& event) {
  if (!path_.empty() && !append_line(path_, line_of(event))) return Change::kUnwritten;
  apply(event);
  return Change::kMade;
}

void PolicyHistory::apply(const Event& event) {
  ++record_.version;
  if (event.kind == Event::Kind::kConfigured || event.kind == Event::Kind::kProposed) {
    PolicyEntry entry;
    static_cast<Proposal&>(entry) = event.proposal;
    entry.number = event.number;
    entry.at_us = event.at_us;
    for (PolicyEntry& other : record_.entries) {
      if (other.state == PolicyState::kProposed) other.state = PolicyState::kReplaced;
    }
    entry.state = PolicyState::kReplaced;  // until the lines below say
    record_.entries.push_back(std::move(entry));
  }
  PolicyEntry* entry = find(event.number);
  if (entry == nullptr) return;
  if (event.kind == Event::Kind::kConfigured) configured_ = event.proposal.text;
  if (event.kind == Event::Kind::kProposed) {
    entry->state = PolicyState::kProposed;
  } else {
    enforce(
        *entry, event,
        event.kind == Event::Kind::kRolledBack ? PolicyState::kRolledBack : PolicyState::kEarlier);
  }
  auto& all = record_.entries;
  const auto old = std::find_if(all.begin(), all.end(), [](const PolicyEntry& one) {
    return one.state != PolicyState::kInForce && one.state != PolicyState::kProposed;
  });
  if (all.size() > PolicyRecord::kKept && old != all.end()) all.erase(old);
}

void PolicyHistory::enforce(PolicyEntry& entry, const Event& event, PolicyState before) {
  for (PolicyEntry& other : record_.entries) {
    if (other.state == PolicyState::kInForce) other.state = before;
  }
  record_.went_back = event.kind == Event::Kind::kRolledBack;
  entry.state = PolicyState::kInForce;
  entry.since_us = event.at_us;
  entry.enforced_by = event.by;
}

bool PolicyHistory::is_policy(const std::string& text) const {
  return policy::Policy::parse(text, models_).has_value();
}

PolicyEntry* PolicyHistory::find(std::uint64_t number) {
  const auto found = std::find_if(record_.entries.begin(), record_.entries.end(),
                                  [&](const PolicyEntry& entry) { return entry.number == number; });
  return found == record_.entries.end() ? nullptr : &*found;
}

std::string PolicyHistory::line_of(const Event& event) {
  Json json = {{"event", kEventNames.at(static_cast<std::size_t>(event.kind))},
               {"number", event.number},
               {"at_us", event.at_us},
               {"by", event.proposal.by.empty() ? event.by : event.proposal.by}};
  if (!event.proposal.text.empty()) {
    json["text"] = event.proposal.text;
    json["reasons"] = event.proposal.reasons;
    json["rails"] = event.proposal.rails;
    json["figures"] = event.proposal.figures;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<PolicyHistory::Event> PolicyHistory::read_line(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto* const kind =
      std::find(kEventNames.begin(), kEventNames.end(), text_of(json, "event"));
  const auto number = json.find("number");
  const auto at = json.find("at_us");
  if (kind == kEventNames.end() || number == json.end() || !number->is_number_unsigned() ||
      at == json.end() || !at->is_number_integer())
    return std::nullopt;
  Event event;
  event.kind = static_cast<Event::Kind>(kind - kEventNames.begin());
  event.number = number->get<std::uint64_t>();
  event.at_us = at->get<std::int64_t>();
  event.by = text_of(json, "by");
  event.proposal = {text_of(json, "text"), event.by, texts_of(json, "reasons"),
                    texts_of(json, "rails"), text_of(json, "figures")};
  return event;
}

}  // namespace turnout::gateway
