#include "turnout/gateway/shared_tasks.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace turnout::gateway {
namespace {

using base::Status;

constexpr std::size_t kMostQueuedBytes = 64U << 20U;
constexpr std::size_t kMostAtOnce = 500;

std::int64_t steady_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

SharedTasks::SharedTasks(Options options, OpenSharedLog open, SharedTasksUse use)
    : options_(options),
      open_(std::move(open)),
      use_(std::move(use)),
      reached_us_(steady_us()),
      thread_([this] { work(); }) {}

SharedTasks::~SharedTasks() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wakes_.notify_all();
  thread_.join();
}

void SharedTasks::take(std::string bytes) {
  const std::lock_guard lock(mutex_);
  if (queued_bytes_ + bytes.size() > kMostQueuedBytes) {
    ++state_.lost;
    return;
  }
  queued_bytes_ += bytes.size();
  queue_.push_back(std::move(bytes));
}

void SharedTasks::wait_for_first_reading() {
  std::unique_lock lock(mutex_);
  tried_.wait(lock, [this] { return has_tried_; });
}

SharedTasksState SharedTasks::state() const {
  const std::lock_guard lock(mutex_);
  SharedTasksState state = state_;
  state.queued = queue_.size();
  state.behind = steady_us() - reached_us_ > options_.patience_us;
  if (state.behind && state.trouble.empty()) state.trouble = "the database does not answer";
  return state;
}

void SharedTasks::work() {
  std::unique_lock lock(mutex_);
  for (bool over = false; !over;) {
    over = over_;
    lock.unlock();
    const Status status = exchange();
    lock.lock();
    has_tried_ = true;
    tried_.notify_all();
    state_.trouble = status ? "" : status.error().to_string();
    if (status) reached_us_ = steady_us();
    wakes_.wait_for(lock, std::chrono::microseconds(options_.every_us), [this] { return over_; });
  }
}

/// One round: connect if need be, write, read.
Status SharedTasks::exchange() {
  if (!log_) {
    if (steady_us() < next_try_us_) {
      const std::lock_guard lock(mutex_);
      return base::Error{base::ErrorCode::kUnreadable, state_.trouble, ""};
    }
    next_try_us_ = steady_us() + options_.again_us;
    TURNOUT_TRY(log_, open_());
  }
  auto status = write().and_then([&](base::Done) { return read(); });
  if (status) status = beat();
  if (!status) log_.reset();
  return status;
}

Status SharedTasks::write() {
  for (;;) {
    std::vector<std::string> entries;
    std::uint64_t first = 0;
    {
      const std::lock_guard lock(mutex_);
      first = written_;
      const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), kMostAtOnce));
      entries.assign(queue_.begin(), queue_.begin() + count);
    }
    if (entries.empty()) return base::Done{};
    TURNOUT_CHECK(log_->write(options_.gateway, first, entries));
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries) queued_bytes_ -= entry.size();
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(entries.size()));
    written_ += entries.size();
  }
}

Status SharedTasks::read() {
  for (;;) {
    TURNOUT_TRY(const auto entries, log_->read(last_));
    for (const SharedEntry& entry : entries) {
      take(entry);
      last_ = entry.number;
    }
    use_.read();
    if (entries.empty()) return base::Done{};
  }
}

void SharedTasks::take(const SharedEntry& entry) {
  const bool ours = entry.gateway == options_.gateway;
  read_journal(entry.bytes, [&](const JournalEntry& one) { use_.told(one, ours); });
  if (ours) return;
  const std::lock_guard lock(mutex_);
  ++state_.foreign;
}

Status SharedTasks::beat() {
  if (steady_us() < next_beat_us_) return base::Done{};
  next_beat_us_ = steady_us() + options_.beat_us;
  TURNOUT_TRY(auto silent, log_->beat(options_.gateway));
  for (const std::uint32_t gateway : silent) {
    if (std::find(gone_.begin(), gone_.end(), gateway) == gone_.end()) use_.gone(gateway);
  }
  gone_ = std::move(silent);
  return base::Done{};
}

}  // namespace turnout::gateway
