#include "interruption.h"

#include <semaphore.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <thread>

#include "exit_code.h"
#include "turnout/base/temporary_files.h"

namespace turnout::program {
namespace {

/// How long work may take to end by itself: it looks ten times a second.
constexpr auto kGrace = std::chrono::milliseconds(700);

// Signals reach a process, not an object.
std::atomic<bool> asked = false;
std::atomic<int> first_signal = 0;
sem_t came;  // posting it is all that a handler may do to wake a thread

static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void take_note(int signal) {
  const int saved = errno;
  int none = 0;
  if (first_signal.compare_exchange_strong(none, signal)) {
    asked = true;
    ::sem_post(&came);
  }
  errno = saved;
}

/// Ends what does not end by itself.
void wait_and_end() {
  while (::sem_wait(&came) != 0) {
  }
  std::this_thread::sleep_for(kGrace);
  base::remove_temporary_paths();
  constexpr std::string_view kSaid = "turnout: interrupted\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kSaid.data(), kSaid.size());
  ::_exit(static_cast<int>(ExitCode::kInterrupted) + first_signal);
}

}  // namespace

void watch_for_signals() {
  ::sem_init(&came, 0, 0);
  std::thread(wait_and_end).detach();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = take_note;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
  }
}

base::Cancellation interruption() { return base::Cancellation(asked); }

int interrupting_signal() { return first_signal; }

}  // namespace turnout::program
