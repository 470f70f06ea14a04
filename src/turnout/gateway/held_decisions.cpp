#include "turnout/gateway/held_decisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace turnout::gateway {
namespace {

std::string attempt_key(std::string_view task, std::int64_t attempt) {
  return fmt::format("{} {}", task, attempt);
}

}  // namespace

std::string HeldDecisions::hold(HeldDecision decision) {
  const std::lock_guard lock(mutex_);
  decision.id = ids_.next("d", decision.owner, decision.expires_us);
  std::string id = decision.id;
  const auto& assignment = decision.assignment;
  if (!assignment.task.empty())
    of_attempt_[attempt_key(assignment.task, assignment.match.attempt)].push_back(id);
  open_.emplace(decision.expires_us, id);
  entries_[id].decision = std::move(decision);
  next_us_ = open_.size() > most_ ? 0 : open_.begin()->first;
  return id;
}

HeldDecisions::Entry* HeldDecisions::find(const DecisionName& name, std::uint64_t owner) {
  const auto by_id = [&](const std::string& id) -> Entry* {
    const auto found = entries_.find(id);
    const bool is_there = found != entries_.end() && found->second.decision.owner == owner;
    return is_there ? &found->second : nullptr;
  };
  if (!name.id.empty()) return by_id(std::string(name.id));
  const auto ids = of_attempt_.find(attempt_key(name.task, name.attempt));
  if (ids == of_attempt_.end()) return nullptr;
  Entry* latest = nullptr;
  for (const std::string& id : ids->second) {
    Entry* entry = by_id(id);
    if (entry == nullptr) continue;
    latest = entry;
    if (entry->state == DecisionState::kOpen) return entry;
  }
  return latest;
}

std::optional<HeldDecisions::Taken> HeldDecisions::take(const DecisionName& name,
                                                        std::uint64_t owner) {
  const std::lock_guard lock(mutex_);
  Entry* entry = find(name, owner);
  if (entry == nullptr) return std::nullopt;
  Taken taken{entry->state, entry->decision};
  if (entry->state == DecisionState::kOpen) close(*entry, DecisionState::kReported);
  return taken;
}

std::vector<HeldDecision> HeldDecisions::expired(std::int64_t now_us) {
  std::vector<HeldDecision> expired;
  if (now_us < next_us_.load(std::memory_order_relaxed)) return expired;
  const std::lock_guard lock(mutex_);
  while (!open_.empty() && (open_.begin()->first <= now_us || open_.size() > most_)) {
    Entry& entry = entries_.at(open_.begin()->second);
    expired.push_back(entry.decision);
    expired.back().expires_us = std::min(expired.back().expires_us, now_us);
    close(entry, DecisionState::kExpired);
  }
  next_us_ = open_.empty() ? kNever : open_.begin()->first;
  return expired;
}

void HeldDecisions::close(Entry& entry, DecisionState state) {
  entry.state = state;
  open_.erase({entry.decision.expires_us, entry.decision.id});
  closed_.push_back(entry.decision.id);
  if (closed_.size() <= most_) return;
  forget(closed_.front());
  closed_.pop_front();
}

void HeldDecisions::forget(const std::string& id) {
  const auto found = entries_.find(id);
  const auto& assignment = found->second.decision.assignment;
  const auto ids = of_attempt_.find(attempt_key(assignment.task, assignment.match.attempt));
  if (ids != of_attempt_.end()) {
    std::erase(ids->second, id);
    if (ids->second.empty()) of_attempt_.erase(ids);
  }
  entries_.erase(found);
}

}  // namespace turnout::gateway
