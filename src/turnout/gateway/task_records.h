#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "turnout/base/flat_map.h"
#include "turnout/gateway/task_record.h"

namespace turnout::gateway {

/// The records of tasks by their numbers. While nobody works at a task its record is one block of bytes,
/// about 90 of a task of one attempt. Not thread safe.
class TaskRecords {
 public:
  /// A record that is worked at; what is done to it counts when this goes. Of a task there may be one
  /// at a time.
  class Held {
   public:
    Held() = default;
    Held(TaskRecords& records, std::unique_ptr<TaskRecord> record)
        : records_(&records), record_(std::move(record)) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    Held(Held&&) noexcept = default;
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (record_) records_->put(std::move(record_));
    }
    explicit operator bool() const { return record_ != nullptr; }
    TaskRecord* operator->() const { return record_.get(); }
    TaskRecord& operator*() const { return *record_; }

   private:
    TaskRecords* records_ = nullptr;
    std::unique_ptr<TaskRecord> record_;
  };

  /// @returns a task's record; an empty one if there is none.
  Held hold(std::uint64_t number);
  /// @param number  of a task that is not there
  /// @returns its record, with nothing in it but the number and the policy.
  Held add(std::uint64_t number, std::shared_ptr<const PolicyVersion> policy);
  /// @returns a copy of a task's record.
  [[nodiscard]] std::optional<TaskRecord> find(std::uint64_t number) const;
  void erase(std::uint64_t number);
  [[nodiscard]] std::size_t size() const { return blocks_.size(); }
  /// @returns the tasks of which a call is under way at another gateway (AttemptRecord::elsewhere).
  [[nodiscard]] std::vector<std::uint64_t> with_calls_elsewhere() const;

 private:
  using Block = std::unique_ptr<char[]>;  // NOLINT(*-avoid-c-arrays)
  /// Many tasks have one policy.
  struct Shared {
    std::shared_ptr<const PolicyVersion> policy;
    std::size_t tasks = 0;
  };

  /// FlatMap's keys are not 0.
  static std::uint64_t key_of(std::uint64_t number) { return ~number; }
  std::unique_ptr<TaskRecord> spare();
  void put(std::unique_ptr<TaskRecord> record);
  void read(const Block& block, std::uint64_t number, TaskRecord& record) const;

  base::FlatMap<Block> blocks_;
  std::vector<Shared> policies_;
  std::vector<std::unique_ptr<TaskRecord>> spare_;  // their room is used again
  std::string bytes_;                               // of a block, likewise
};

}  // namespace turnout::gateway
