#include "turnout/base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace turnout::base {

using std::chrono::duration;
using std::chrono::steady_clock;

Progress::Progress(std::string what, std::size_t total)
    : what_(std::move(what)),
      total_(total),
      terminal_(::isatty(STDERR_FILENO) == 1),
      started_(steady_clock::now()),
      last_drawn_(started_) {}

Progress::~Progress() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
}

void Progress::step(std::size_t count) {
  done_ += count;
  if (!terminal_ || done_ < next_look_) return;
  next_look_ = done_ + (total_ > 0 ? total_ / 1000 : 10'000) + 1;
  const auto now = steady_clock::now();
  if (now - started_ < std::chrono::seconds(2) ||
      now - last_drawn_ < std::chrono::milliseconds(100))
    return;
  last_drawn_ = now;
  draw();
}

void Progress::draw() {
  drawn_ = true;
  const double seconds = duration<double>(last_drawn_ - started_).count();
  const double rate = static_cast<double>(done_) / seconds;
  if (total_ == 0) {
    fmt::print(stderr, "\r\033[K{}: {} done, {:.3g}/s", what_, done_, rate);
    return;
  }
  constexpr int kWidth = 30;
  const double share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
  const int filled = static_cast<int>(share * kWidth);
  fmt::print(stderr, "\r\033[K{} [{:#<{}}{:.<{}}] {:3.0f} %, {:.3g}/s, {:.0f} s left", what_, "",
             filled, "", kWidth - filled, 100 * share, rate,
             static_cast<double>(total_ - std::min(done_, total_)) / rate);
  std::fflush(stderr);
}

}  // namespace turnout::base
