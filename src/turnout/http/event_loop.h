#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

/// One thread's waiting: descriptors that become ready, times that pass. Linux's epoll, edge
/// triggered, each descriptor registered once (decisions/0010).
namespace turnout::http {

class EventLoop;
class Sleeper;

/// What a descriptor can be ready for; bits that stay until who reads or writes clears them.
enum Ready : std::uint32_t {
  kReadable = 1,
  kWritable = 2,
  kHungUp = 4,  ///< the other side sends no more; never cleared
};

/// An open descriptor, owned. Registered with one loop until it is destroyed.
class Descriptor {
 public:
  /// @param fd  does not block
  Descriptor(EventLoop& loop, int fd);
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is(std::uint32_t ready) const { return (ready_ & ready) != 0; }
  void clear(std::uint32_t ready) { ready_ &= ~ready; }
  void set(std::uint32_t ready) { ready_ |= ready; }

  Sleeper* sleeper = nullptr;  ///< is woken when what happens is of `interest`
  std::uint32_t interest = 0;

 protected:
  ~Descriptor();

 private:
  friend class EventLoop;
  int fd_;
  std::uint32_t ready_ = 0;
};

/// Somebody who does what can be done and then sleeps until a descriptor of his is ready, a time has
/// come, or his deadline has passed.
class Sleeper {
 public:
  explicit Sleeper(EventLoop& loop);
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  Sleeper(Sleeper&&) = delete;
  Sleeper& operator=(Sleeper&&) = delete;
  virtual ~Sleeper();

  /// Something that is waited for has happened. May end its own life, nobody else's.
  /// @param late  the deadline has passed
  virtual void wake(bool late) = 0;
  /// Sends what was put off (EventLoop::send_later). Ends nobody's life; wake() follows.
  virtual void send() {}
  /// The loop is to end: stop unless something is under way. May end its own life.
  virtual void stop() = 0;
  /// The loop has ended: nothing that is under way can go on. Ends its own life or gives up what it has.
  virtual void end() = 0;

  std::int64_t deadline_us = INT64_MAX;  ///< kept to within a second

 protected:
  EventLoop& loop_;  // NOLINT(*-non-private-member-variables-in-classes): of those who sleep

 private:
  friend class EventLoop;
  std::size_t place_ = 0;
  bool queued_ = false, late_ = false, has_alarm_ = false, sends_ = false;
  std::multimap<std::int64_t, Sleeper*>::iterator alarm_;
};

/// Not thread safe, but for interrupt() and call(). Time is CLOCK_MONOTONIC in microseconds.
class EventLoop {
 public:
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  EventLoop(EventLoop&&) = delete;
  EventLoop& operator=(EventLoop&&) = delete;
  ~EventLoop();

  /// Waits for events, for at most a second, and wakes whom they are for.
  void turn();
  /// Wakes a sleeper at a time, to the millisecond, if nothing does before.
  void set_alarm(Sleeper& sleeper, std::int64_t at_us);
  /// Has a sleeper send when all who were woken with it have done what they can, and then wakes it.
  /// What is sent one after the other finds its receivers awake: on one machine waking them takes
  /// longer than sending.
  void send_later(Sleeper& sleeper);
  [[nodiscard]] std::int64_t now_us() const { return now_us_; }
  /// Tells everybody to stop.
  void stop_all();
  /// Tells everybody that the loop has ended.
  void end_all();
  /// Wakes a sleeper, from any thread. It must live until this returns.
  void call(Sleeper& sleeper);
  /// Ends a wait of turn(); from any thread or signal handler.
  void interrupt() const noexcept;

 private:
  friend class Descriptor;
  friend class Sleeper;
  static constexpr int kMostEvents = 256;
  void drop_alarm(Sleeper& sleeper);
  void queue(Sleeper& sleeper);
  void wake_queued();
  void send_all();
  void ring_alarms();
  void queue_called();
  void sweep();
  [[nodiscard]] int wait_ms() const;
  void read_clock();

  int epoll_ = -1, interruption_ = -1;
  std::int64_t now_us_ = 0, swept_us_ = 0;
  std::vector<Sleeper*> sleepers_, queued_;
  std::vector<Sleeper*> to_send_, sending_;  // who is to send; who does just now
  std::multimap<std::int64_t, Sleeper*> alarms_;
  std::mutex called_mutex_;
  std::vector<Sleeper*> called_;  // by other threads, since the last turn
};

}  // namespace turnout::http
