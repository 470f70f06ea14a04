#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <variant>

#include "turnout/base/result.h"
#include "turnout/gateway/open_tasks.h"
#include "turnout/traffic/task_matcher.h"

/// What a gateway writes down of its open tasks, so that it goes on with them after it was killed.
namespace turnout::gateway {

/// An attempt began: a request was given to a model.
struct Assigned {
  traffic::Request request;  ///< of its messages the three that TaskMatcher::restore() needs
  traffic::Match match;
  std::string task, user, key, policy;  ///< ids; the policy as text
  std::uint64_t conversation = 0;
  policy::State state = 0;  ///< of the task, behind this attempt
  AttemptRecord attempt;
};
/// The same, of what is kept elsewhere: only to be written.
struct AssignedView {
  const traffic::Request& request;
  const traffic::Match& match;
  std::string_view task, user, key, policy;
  std::uint64_t conversation = 0;
  policy::State state = 0;
  const AttemptRecord& attempt;
};
/// A call ended.
struct CallEnded {
  traffic::Match match;
  CallEnd end;
};
/// A user said how an answer was.
struct OutcomeTold {
  std::string task;
  std::int64_t attempt = 0;
  traffic::Outcome outcome = traffic::Outcome::kUnknown;
};
using JournalEntry = std::variant<Assigned, CallEnded, OutcomeTold>;

/// @returns an entry's bytes: its length, a checksum, and fields in their order. No words of a prompt
///   are in it: hashes and sketches.
std::string journal_bytes(const JournalEntry& entry);
std::string journal_bytes(const AssignedView& entry);
/// Calls back with each whole entry. @returns how many bytes they were: what follows was cut off, or is
///   no journal.
std::size_t read_journal(std::string_view bytes, const std::function<void(JournalEntry)>& use);

/// Takes what happens to tasks, for those who will go on with them. Thread safe; never blocks.
class TaskLog {
 public:
  TaskLog() = default;
  TaskLog(const TaskLog&) = delete;
  TaskLog& operator=(const TaskLog&) = delete;
  TaskLog(TaskLog&&) = delete;
  TaskLog& operator=(TaskLog&&) = delete;
  virtual ~TaskLog() = default;
  void append(const JournalEntry& entry) { take(journal_bytes(entry)); }
  void append(const AssignedView& entry) { take(journal_bytes(entry)); }

 private:
  /// @param bytes  of one entry
  virtual void take(std::string bytes) = 0;
};

/// The file, and the one before it: a new one begins when the current one is `keep_us` old, so that
/// two of them hold what a window needs, or longer than `keep_bytes`, which are more attempts than
/// OpenTasks keeps tasks. A process that is killed loses what came in the last
/// `every_us`. A disk that is full loses entries, never requests.
class TaskJournal final : public TaskLog {
 public:
  struct Options {
    std::string path;
    std::int64_t every_us = 1'000'000;
    std::int64_t keep_us = 3'600'000'000;
    std::size_t keep_bytes = std::size_t{128} << 20U;
    /// A hash of the models' names in their order, by whose numbers the entries know them: a file of
    /// other models is passed over.
    std::uint64_t models = 0;
  };
  /// Reads what is there, oldest first, and goes on behind it.
  /// @returns kUnreadable or kUnwritable with the file.
  static base::Result<std::unique_ptr<TaskJournal>> open(
      const Options& options, const std::function<void(JournalEntry)>& use);
  TaskJournal(const TaskJournal&) = delete;
  TaskJournal& operator=(const TaskJournal&) = delete;
  TaskJournal(TaskJournal&&) = delete;
  TaskJournal& operator=(TaskJournal&&) = delete;
  ~TaskJournal() override;

 private:
  explicit TaskJournal(Options options) : options_(std::move(options)) {}
  void take(std::string bytes) override;
  void work();
  void write(const std::string& bytes);

  Options options_;
  std::int64_t begun_us_ = 0;  // the current file
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::string buffer_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace turnout::gateway
