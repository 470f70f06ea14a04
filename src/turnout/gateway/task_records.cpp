#include "turnout/gateway/task_records.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "turnout/gateway/packed_fields.h"

namespace turnout::gateway {
namespace {

/// OwnedIds' ids end in so many letters of five bits each, eight of which are five bytes.
constexpr std::string_view kLetters = "234567abcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kIdLetters = 32;
constexpr std::size_t kAtOnce = 8;
constexpr unsigned kLetterBits = 5;

constexpr auto kLetterNumbers = [] {
  std::array<std::uint8_t, 256> numbers{};
  numbers.fill(0xff);
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    numbers.at(static_cast<unsigned char>(kLetters[i])) = static_cast<std::uint8_t>(i);
  return numbers;
}();

bool ends_in_letters(std::string_view id) {
  if (id.size() < kIdLetters) return false;
  const auto letters = id.substr(id.size() - kIdLetters);
  return std::all_of(letters.begin(), letters.end(), [](char c) {
    return kLetterNumbers[static_cast<unsigned char>(c)] != 0xff;  // NOLINT(*-constant-array-index)
  });
}

void take_id(Packer& take, const std::string& id) {
  const bool packs = ends_in_letters(id);
  take.byte(packs);
  if (!packs) return take.text(id);
  const std::size_t begin = id.size() - kIdLetters;
  take.text(std::string_view(id).substr(0, begin));
  for (std::size_t i = begin; i < id.size(); i += kAtOnce) {
    std::uint64_t bits = 0;
    for (const char c : std::string_view(id).substr(i, kAtOnce))
      bits = bits << kLetterBits | kLetterNumbers.at(static_cast<unsigned char>(c));
    for (unsigned shift = 0; shift < kAtOnce * kLetterBits; shift += 8) take.byte(bits >> shift);
  }
}
void take_id(Unpacker& take, std::string& id) {
  bool packs = false;
  take.byte(packs);
  take.text(id);
  for (std::size_t i = 0; packs && i < kIdLetters; i += kAtOnce) {
    std::uint64_t bits = 0;
    for (unsigned shift = 0; shift < kAtOnce * kLetterBits; shift += 8) {
      std::uint64_t byte = 0;
      take.byte(byte);
      bits |= byte << shift;
    }
    for (std::size_t left = kAtOnce; left-- > 0;)
      id += kLetters[bits >> (kLetterBits * left) & 31U];
  }
}

/// An attempt's policy_id is nearly always that of the task's policy, or made of it (OpenTasks::choose).
enum class PolicyId : std::uint8_t { kTasks, kPinned, kShadow, kOther };
constexpr std::string_view kPinned = "pinned";
constexpr std::string_view kShadow = "shadow-";

void take_policy_id(Packer& take, const std::string& id, const std::string& of_task) {
  if (id == of_task) return take.byte(PolicyId::kTasks);
  if (id == kPinned) return take.byte(PolicyId::kPinned);
  const bool shadow = id.starts_with(kShadow) && std::string_view(id).substr(7) == of_task;
  if (shadow) return take.byte(PolicyId::kShadow);
  take.byte(PolicyId::kOther);
  take.text(id);
}
void take_policy_id(Unpacker& take, std::string& id, const std::string& of_task) {
  PolicyId kind{};
  take.byte(kind);
  if (kind == PolicyId::kOther) return take.text(id);
  id = kind == PolicyId::kPinned ? kPinned : kind == PolicyId::kShadow ? kShadow : "";
  if (kind != PolicyId::kPinned) id += of_task;
}

template <class Take, class Attempt, class Task>
void take_attempt(Take& take, Attempt& attempt, Task& task) {
  take.near(attempt.pass, task.number);
  take.count(attempt.attempt);
  take.count(attempt.model);
  take.byte(attempt.rule);
  take.real(attempt.reprompt);
  take.byte(attempt.reason);
  take.text(attempt.skipped);
  take.text(attempt.shadow);
  take.real(attempt.propensity);
  take_policy_id(take, attempt.policy_id, task.policy->id);
  take.count(attempt.before);
  take.near(attempt.started_us, static_cast<std::uint64_t>(task.began_us));
  take.near(attempt.ended_us, static_cast<std::uint64_t>(attempt.started_us));
  take.real(attempt.ttft_s);
  take.tokens(attempt.input_tokens);
  take.tokens(attempt.output_tokens);
  take.real(attempt.cost_usd);
  take.near(attempt.calls, 0);
  take.near(attempt.in_flight, 0);
  take.flags(attempt.answered, attempt.cost_known, attempt.elsewhere, attempt.agreed,
             attempt.kept_here);
  take.byte(attempt.outcome);
}

template <class Task>
void take_attempts(Packer& take, const std::vector<AttemptRecord>& attempts, const Task& task) {
  take.count(attempts.size());
  for (const AttemptRecord& one : attempts) take_attempt(take, one, task);
}
void take_attempts(Unpacker& take, std::vector<AttemptRecord>& attempts, TaskRecord& task) {
  std::size_t size = 0;
  take.count(size);
  attempts.resize(size);
  for (AttemptRecord& one : attempts) take_attempt(take, one, task);
}

/// All but the number and the policy.
template <class Take, class Task>
void take_task(Take& take, Task& task) {
  take_id(take, task.id);
  take.text(task.user);
  take.bits(task.owner);
  take.count(task.conversation);
  take.count(task.began_us);
  take.near(task.last_us, static_cast<std::uint64_t>(task.began_us));
  take.count(task.answered);
  take.near(task.agreed, static_cast<std::uint64_t>(task.answered));
  take.count(task.state);
  take_attempts(take, task.attempts, task);
  take_attempts(take, task.unanswered, task);
  take.real(task.forgotten_usd);
  take.real(task.spent_usd);
}

bool has_call_elsewhere(const TaskRecord& task) {
  return std::any_of(task.attempts.begin(), task.attempts.end(),
                     [](const AttemptRecord& one) { return one.elsewhere; });
}

/// What a block has room in: a number takes ten bytes at most, and a task and an attempt have fewer than
/// 25 fields each.
std::size_t most_bytes(const TaskRecord& task) {
  constexpr std::size_t kFields = 250;
  std::size_t most = kFields + task.id.size() + task.user.size();
  for (const auto* list : {&task.attempts, &task.unanswered}) {
    for (const AttemptRecord& one : *list)
      most += kFields + one.skipped.size() + one.shadow.size() + one.policy_id.size();
  }
  return most;
}

/// What a block begins with.
template <class Take, class Place>
void take_head(Take& take, bool& elsewhere, Place& policy) {
  take.flags(elsewhere);
  take.count(policy);
}

}  // namespace

TaskRecords::Held TaskRecords::hold(std::uint64_t number) {
  const Block* block = blocks_.find(key_of(number));
  if (block == nullptr) return {};
  auto record = spare();
  read(*block, number, *record);
  return {*this, std::move(record)};
}

TaskRecords::Held TaskRecords::add(std::uint64_t number,
                                   std::shared_ptr<const PolicyVersion> policy) {
  auto place = std::find_if(policies_.begin(), policies_.end(),
                            [&](const Shared& one) { return one.policy == policy; });
  if (place == policies_.end())
    place = std::find_if(policies_.begin(), policies_.end(),
                         [](const Shared& one) { return one.tasks == 0; });
  if (place == policies_.end()) place = policies_.insert(place, Shared{});
  place->policy = policy;
  ++place->tasks;
  auto record = spare();
  *record = TaskRecord{};
  record->number = number;
  record->policy = std::move(policy);
  return {*this, std::move(record)};
}

std::optional<TaskRecord> TaskRecords::find(std::uint64_t number) const {
  const Block* block = blocks_.find(key_of(number));
  if (block == nullptr) return std::nullopt;
  std::optional<TaskRecord> record(std::in_place);
  read(*block, number, *record);
  return record;
}

void TaskRecords::erase(std::uint64_t number) {
  const Block* block = blocks_.find(key_of(number));
  if (block == nullptr) return;
  bool elsewhere = false;
  std::size_t place = 0;
  Unpacker head(block->get());
  take_head(head, elsewhere, place);
  Shared& shared = policies_[place];
  if (--shared.tasks == 0) shared.policy.reset();
  blocks_.erase(key_of(number));
}

std::vector<std::uint64_t> TaskRecords::with_calls_elsewhere() const {
  std::vector<std::uint64_t> numbers;
  blocks_.for_each([&](std::uint64_t key, const Block& block) {
    bool elsewhere = false;
    Unpacker(block.get()).flags(elsewhere);
    if (elsewhere) numbers.push_back(key_of(key));
  });
  return numbers;
}

std::unique_ptr<TaskRecord> TaskRecords::spare() {
  if (spare_.empty()) return std::make_unique<TaskRecord>();
  auto record = std::move(spare_.back());
  spare_.pop_back();
  return record;
}

void TaskRecords::put(std::unique_ptr<TaskRecord> record) {
  const auto shared = std::find_if(policies_.begin(), policies_.end(),
                                   [&](const Shared& one) { return one.policy == record->policy; });
  const auto place = shared - policies_.begin();
  bool elsewhere = has_call_elsewhere(*record);
  bytes_.resize(most_bytes(*record));
  Packer packer(bytes_.data());
  take_head(packer, elsewhere, place);
  take_task(packer, *record);
  const auto size = static_cast<std::size_t>(packer.end() - bytes_.data());
  auto block = std::make_unique_for_overwrite<char[]>(size);
  std::memcpy(block.get(), bytes_.data(), size);
  blocks_.set(key_of(record->number), std::move(block));
  record->policy.reset();
  spare_.push_back(std::move(record));
}

void TaskRecords::read(const Block& block, std::uint64_t number, TaskRecord& record) const {
  bool elsewhere = false;
  std::size_t place = 0;
  Unpacker unpacker(block.get());
  take_head(unpacker, elsewhere, place);
  record.number = number;
  record.policy = policies_[place].policy;
  take_task(unpacker, record);
}

}  // namespace turnout::gateway
