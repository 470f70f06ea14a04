#include "turnout/gateway/event_log.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <utility>

namespace turnout::gateway {
namespace {

constexpr auto kEvery = std::chrono::milliseconds(100);
constexpr std::int64_t kPatience = 1'000'000;  // at the end

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

EventLog::EventLog(int fd, Counter& dropped) : fd_(fd), dropped_(dropped) {
  thread_ = std::thread([this] { work(); });
}

EventLog::~EventLog() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    until_us_ = now_us() + kPatience;
  }
  wakes_.notify_all();
  thread_.join();
}

void EventLog::put(CallLine call, LogFormat format) { add({std::move(call), format}); }

void EventLog::put(StateLine state, LogFormat format) { add({std::move(state), format}); }

void EventLog::add(Waiting waiting) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < kMostWaiting) {
      queue_.push_back(std::move(waiting));
      return;
    }
  }
  dropped_.add();
}

void EventLog::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    // Nobody who adds wakes it: that would be a system call for each request.
    wakes_.wait_for(lock, kEvery, [this] { return over_; });
    const auto lines = std::exchange(queue_, {});
    const bool over = over_;
    lock.unlock();
    std::string text;
    std::size_t of_text = 0;  // lines
    for (std::size_t i = 0; i < lines.size(); ++i) {
      text += std::visit([&](const auto& line) { return line_of(line, lines[i].format); },
                         lines[i].line);
      ++of_text;
      if (text.size() < PIPE_BUF && i + 1 < lines.size()) continue;
      if (!write(text)) dropped_.add(of_text);
      text.clear();
      of_text = 0;
    }
    lock.lock();
    if (over) return;
  }
}

/// @returns whether there is room, once there is; not if this is to end, or the reader has gone.
bool EventLog::may_write() {
  constexpr int kLookEvery = 100;  // milliseconds
  for (;;) {
    bool late = false;
    {
      const std::lock_guard lock(mutex_);
      late = now_us() > until_us_;
    }
    pollfd waits{fd_, POLLOUT, 0};
    const int ready = ::poll(&waits, 1, late ? 0 : kLookEvery);
    if (ready > 0) return (waits.revents & POLLOUT) != 0;
    if (late || (ready < 0 && errno != EINTR)) return false;
  }
}

/// In pieces that a pipe with room takes without blocking. @returns whether all of it went.
bool EventLog::write(const std::string& lines) {
  for (std::size_t at = 0; at < lines.size();) {
    if (!may_write()) return false;
    const std::size_t size = std::min<std::size_t>(lines.size() - at, PIPE_BUF);
    const ssize_t went = ::write(fd_, lines.data() + at, size);
    if (went < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (went > 0) at += static_cast<std::size_t>(went);
  }
  return true;
}

}  // namespace turnout::gateway
