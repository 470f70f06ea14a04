#include "turnout/http/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

namespace turnout::http {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

std::uint32_t ready_of(std::uint32_t events) {
  std::uint32_t ready = 0;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) ready |= kReadable;
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) ready |= kWritable;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) ready |= kHungUp;
  return ready;
}

}  // namespace

Descriptor::Descriptor(EventLoop& loop, int fd) : fd_(fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  checked(::epoll_ctl(loop.epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

// Closing the only descriptor of a socket takes it out of the epoll set.
Descriptor::~Descriptor() { ::close(fd_); }

Sleeper::Sleeper(EventLoop& loop) : loop_(loop), place_(loop.sleepers_.size()) {
  loop.sleepers_.push_back(this);
}

Sleeper::~Sleeper() {
  loop_.drop_alarm(*this);
  auto& all = loop_.sleepers_;
  all[place_] = all.back();
  all[place_]->place_ = place_;
  all.pop_back();
  const auto leave = [this](std::vector<Sleeper*>& list) {
    std::replace(list.begin(), list.end(), this, static_cast<Sleeper*>(nullptr));
  };
  {
    const std::lock_guard lock(loop_.called_mutex_);
    std::erase(loop_.called_, this);
  }
  if (queued_) leave(loop_.queued_);
  if (!sends_) return;
  leave(loop_.to_send_);
  leave(loop_.sending_);
}

EventLoop::EventLoop()
    : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      interruption_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, interruption_, &event), "epoll_ctl");
  read_clock();
  swept_us_ = now_us_;
}

EventLoop::~EventLoop() {
  ::close(interruption_);
  ::close(epoll_);
}

void EventLoop::read_clock() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  now_us_ = std::int64_t{time.tv_sec} * kSecond + time.tv_nsec / 1000;
}

int EventLoop::wait_ms() const {
  if (!to_send_.empty()) return 0;
  std::int64_t until = swept_us_ + kSecond;
  if (!alarms_.empty()) until = std::min(until, alarms_.begin()->first);
  return static_cast<int>(std::clamp<std::int64_t>((until - now_us_ + 999) / 1000, 0, 1000));
}

void EventLoop::set_alarm(Sleeper& sleeper, std::int64_t at_us) {
  drop_alarm(sleeper);
  sleeper.alarm_ = alarms_.emplace(at_us, &sleeper);
  sleeper.has_alarm_ = true;
}

void EventLoop::drop_alarm(Sleeper& sleeper) {
  if (sleeper.has_alarm_) alarms_.erase(sleeper.alarm_);
  sleeper.has_alarm_ = false;
}

void EventLoop::queue(Sleeper& sleeper) {
  if (sleeper.queued_) return;
  sleeper.queued_ = true;
  queued_.push_back(&sleeper);
}

/// Those who wake may open and close descriptors, and go; then their place is empty.
void EventLoop::wake_queued() {
  for (Sleeper*& place : queued_) {  // nobody is queued by who wakes
    Sleeper* sleeper = std::exchange(place, nullptr);
    if (sleeper == nullptr) continue;
    sleeper->queued_ = false;
    const bool late = sleeper->late_;
    sleeper->late_ = false;
    drop_alarm(*sleeper);
    sleeper->wake(late);
  }
  queued_.clear();
}

void EventLoop::send_later(Sleeper& sleeper) {
  if (sleeper.sends_) return;
  sleeper.sends_ = true;
  to_send_.push_back(&sleeper);
}

/// Who has more to send when he is woken sends at the end of the next turn: others have theirs first.
void EventLoop::send_all() {
  sending_.swap(to_send_);
  for (Sleeper* sleeper : sending_) {
    if (sleeper != nullptr) sleeper->send();
  }
  for (Sleeper*& place : sending_) {
    Sleeper* sleeper = std::exchange(place, nullptr);
    if (sleeper == nullptr) continue;
    sleeper->sends_ = false;
    sleeper->wake(false);
  }
  sending_.clear();
}

void EventLoop::call(Sleeper& sleeper) {
  {
    const std::lock_guard lock(called_mutex_);
    called_.push_back(&sleeper);
  }
  interrupt();
}

void EventLoop::queue_called() {
  const std::lock_guard lock(called_mutex_);
  for (Sleeper* sleeper : called_) queue(*sleeper);
  called_.clear();
}

void EventLoop::ring_alarms() {
  while (!alarms_.empty() && alarms_.begin()->first <= now_us_) {
    Sleeper& sleeper = *alarms_.begin()->second;
    drop_alarm(sleeper);
    queue(sleeper);
  }
}

void EventLoop::sweep() {
  if (now_us_ - swept_us_ < kSecond) return;
  swept_us_ = now_us_;
  for (Sleeper* sleeper : sleepers_) {
    if (sleeper->deadline_us > now_us_) continue;
    sleeper->late_ = true;
    queue(*sleeper);
  }
}

void EventLoop::turn() {
  std::array<epoll_event, kMostEvents> events{};
  const int count = ::epoll_wait(epoll_, events.data(), kMostEvents, wait_ms());
  read_clock();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    auto* descriptor = static_cast<Descriptor*>(event.data.ptr);
    if (descriptor == nullptr) continue;  // an interruption
    const std::uint32_t ready = ready_of(event.events);
    descriptor->ready_ |= ready;
    if (descriptor->sleeper != nullptr && (ready & descriptor->interest) != 0)
      queue(*descriptor->sleeper);
  }
  queue_called();
  ring_alarms();
  sweep();
  wake_queued();
  send_all();
}

void EventLoop::stop_all() {
  const auto all = sleepers_;
  for (Sleeper* sleeper : all) sleeper->stop();
}

void EventLoop::end_all() {
  const auto all = sleepers_;
  for (Sleeper* sleeper : all) sleeper->end();
}

void EventLoop::interrupt() const noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(interruption_, &one, sizeof one);
}

}  // namespace turnout::http
