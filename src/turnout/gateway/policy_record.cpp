#include "turnout/gateway/policy_record.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace turnout::gateway {
namespace {

using Json = nlohmann::ordered_json;

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

PolicyEntry* find(PolicyRecord& record, std::uint64_t number) {
  const auto found = std::find_if(record.entries.begin(), record.entries.end(),
                                  [&](const PolicyEntry& entry) { return entry.number == number; });
  return found == record.entries.end() ? nullptr : &*found;
}

void note_configured(PolicyRecord& record, const std::string& text) {
  auto& all = record.configured;
  all.erase(std::remove(all.begin(), all.end(), text), all.end());
  if (all.size() == PolicyRecord::kKept) all.erase(all.begin());
  all.push_back(text);
}

void enforce(PolicyRecord& record, PolicyEntry& entry, const PolicyEvent& event) {
  const auto before = event.kind == PolicyEvent::Kind::kRolledBack ? PolicyState::kRolledBack
                                                                   : PolicyState::kEarlier;
  for (PolicyEntry& other : record.entries) {
    if (other.state == PolicyState::kInForce) other.state = before;
  }
  record.went_back = event.kind == PolicyEvent::Kind::kRolledBack;
  entry.state = PolicyState::kInForce;
  entry.since_us = event.at_us;
  entry.enforced_by = event.by;
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

void apply(const PolicyEvent& event, PolicyRecord& record) {
  ++record.version;
  if (event.kind == PolicyEvent::Kind::kConfigured || event.kind == PolicyEvent::Kind::kProposed) {
    PolicyEntry entry;
    static_cast<Proposal&>(entry) = event.proposal;
    entry.number = event.number;
    entry.at_us = event.at_us;
    for (PolicyEntry& other : record.entries) {
      if (other.state == PolicyState::kProposed) other.state = PolicyState::kReplaced;
    }
    entry.state = PolicyState::kReplaced;  // until the lines below say
    record.entries.push_back(std::move(entry));
  }
  PolicyEntry* entry = find(record, event.number);
  if (entry == nullptr) return;
  if (event.kind == PolicyEvent::Kind::kConfigured) note_configured(record, event.proposal.text);
  if (event.kind == PolicyEvent::Kind::kProposed) {
    entry->state = PolicyState::kProposed;
  } else {
    enforce(record, *entry, event);
  }
  auto& all = record.entries;
  const auto old = std::find_if(all.begin(), all.end(), [](const PolicyEntry& one) {
    return one.state != PolicyState::kInForce && one.state != PolicyState::kProposed;
  });
  if (all.size() > PolicyRecord::kKept && old != all.end()) all.erase(old);
}

std::string line_of(const PolicyEvent& event) {
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

std::optional<PolicyEvent> read_policy_line(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto* const kind =
      std::find(kEventNames.begin(), kEventNames.end(), text_of(json, "event"));
  const auto number = json.find("number");
  const auto at = json.find("at_us");
  if (kind == kEventNames.end() || number == json.end() || !number->is_number_unsigned() ||
      at == json.end() || !at->is_number_integer())
    return std::nullopt;
  PolicyEvent event;
  event.kind = static_cast<PolicyEvent::Kind>(kind - kEventNames.begin());
  event.number = number->get<std::uint64_t>();
  event.at_us = at->get<std::int64_t>();
  event.by = text_of(json, "by");
  event.proposal = {text_of(json, "text"), event.by, texts_of(json, "reasons"),
                    texts_of(json, "rails"), text_of(json, "figures")};
  return event;
}

}  // namespace turnout::gateway
