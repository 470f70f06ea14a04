#include "turnout/gateway/recorder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <tuple>
#include <utility>

#include "turnout/traffic/pass_reader.h"
#include "turnout/traffic/pass_writer.h"

namespace turnout::gateway {
namespace {

using base::Status;
using traffic::Pass;

constexpr std::int64_t kRetryTime = 1'000'000;  // between two tries to reach a store that is down
constexpr std::size_t kBatch = 5'000;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Of passes of the same name the last, in the order of their names: a store that keeps rows in that
/// order then writes each of its pages once.
std::vector<Pass> latest(std::vector<Pass> passes) {
  std::vector<std::size_t> order(passes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto name = [&](std::size_t i) { return std::tie(passes[i].task_id, passes[i].attempt); };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const int tasks = passes[a].task_id.compare(passes[b].task_id);
    return tasks != 0 ? tasks < 0 : std::tie(passes[a].attempt, a) < std::tie(passes[b].attempt, b);
  });
  std::vector<Pass> kept;
  kept.reserve(passes.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i + 1 < order.size() && name(order[i]) == name(order[i + 1])) continue;
    kept.push_back(std::move(passes[order[i]]));
  }
  return kept;
}

std::uint64_t bytes_of(const std::string& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  return error ? 0 : bytes;
}

/// Appends bytes to a file, whole or not at all, and has them on the disk.
bool append_to(const std::string& path, const std::string& bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  struct stat before {};
  ::fstat(fd, &before);
  const bool written =
      ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
      ::fdatasync(fd) == 0;
  if (!written) [[maybe_unused]]
    const int cut = ::ftruncate(fd, before.st_size);
  ::close(fd);
  return written;
}

/// A process that was killed may have left the beginning of a line: it goes, so that the next one is
/// read.
void cut_to_whole_lines(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  struct stat found {};
  ::fstat(fd, &found);
  off_t end = found.st_size;
  for (char last = 0; end > 0; --end) {
    if (::pread(fd, &last, 1, end - 1) != 1 || last == '\n') break;
  }
  if (end < found.st_size) [[maybe_unused]]
    const int cut = ::ftruncate(fd, end);
  ::close(fd);
}

}  // namespace

Recorder::Recorder(Options options, OpenSink open)
    : options_(std::move(options)), open_(std::move(open)) {
  cut_to_whole_lines(options_.spill);
  state_.spill_bytes = bytes_of(options_.spill);
  thread_ = std::thread([this] { work(); });
  watch_ = std::thread([this] { watch(); });
}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wakes_.notify_all();
  thread_.join();
  watch_.join();
}

/// Ends a put() that takes too long, so that what comes in the meantime goes to the file.
void Recorder::watch() {
  std::unique_lock lock(mutex_);
  while (!over_ || busy_since_us_ != 0 || !queue_.empty()) {
    wakes_.wait_for(lock, std::chrono::microseconds(std::min(options_.every_us, kRetryTime)));
    const std::int64_t since = busy_since_us_;
    if (since != 0 && now_us() - since > options_.patience_us) give_up_ = true;
  }
}

void Recorder::put(Pass pass) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(pass));
  ++taken_;
}

bool Recorder::tell(traffic::ToldOutcome outcome) {
  const std::lock_guard lock(mutex_);
  if (outcomes_.size() >= kMostOutcomes) return false;
  outcomes_.push_back(std::move(outcome));
  ++untried_;
  ++taken_;
  return true;
}

void Recorder::flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t until = taken_;
  hurry_ = true;
  wakes_.notify_all();
  flushed_.wait(lock, [&] { return done_ >= until; });
}

RecorderState Recorder::state() const {
  const std::lock_guard lock(mutex_);
  RecorderState state = state_;
  state.queued = queue_.size();
  state.outcomes = outcomes_.size();
  return state;
}

void Recorder::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wakes_.wait_for(lock, std::chrono::microseconds(options_.every_us),
                    [this] { return over_ || hurry_; });
    hurry_ = false;
    auto passes = std::exchange(queue_, {});
    queue_.reserve(std::min(passes.size(), kBatch));
    const bool over = over_;
    const std::size_t count = passes.size() + std::exchange(untried_, 0);
    busy_since_us_ = now_us();
    lock.unlock();
    write(std::move(passes));
    lock.lock();
    busy_since_us_ = 0;
    done_ += count;
    flushed_.notify_all();
    if (over && queue_.empty()) return;
  }
}

void Recorder::write(std::vector<Pass> passes) {
  if (passes.empty() && !spill_waits_ && state().outcomes == 0) return;
  passes = latest(std::move(passes));
  std::span<const Pass> left(passes);
  if (connect()) {
    Status status = spill_waits_ ? unspill() : Status(base::Done{});
    while (status && !left.empty()) {
      const auto batch = left.first(std::min(left.size(), kBatch));
      busy_since_us_ = now_us();
      status = sink_->put(batch);
      if (!status) break;
      left = left.subspan(batch.size());
      const std::lock_guard lock(mutex_);
      state_.stored += batch.size();
    }
    if (status && !spill_waits_) status = write_outcomes();
    note(status);
  }
  if (!left.empty()) spill(left);
}

/// Behind all passes: an older version of one must not come after what was said of it.
Status Recorder::write_outcomes() {
  std::vector<traffic::ToldOutcome> outcomes;
  {
    const std::lock_guard lock(mutex_);
    outcomes = outcomes_;
  }
  if (outcomes.empty()) return base::Done{};
  busy_since_us_ = now_us();
  TURNOUT_TRY(const auto told, sink_->tell(outcomes));
  const std::lock_guard lock(mutex_);
  outcomes_.erase(outcomes_.begin(),
                  outcomes_.begin() + static_cast<std::ptrdiff_t>(outcomes.size()));
  state_.told += told;
  state_.untold += outcomes.size() - std::min(told, outcomes.size());
  return base::Done{};
}

/// @returns whether there is a sink; one that failed is opened anew, once a second.
bool Recorder::connect() {
  if (sink_) return true;
  if (now_us() < next_try_us_) return false;
  give_up_ = false;
  auto opened = open_(give_up_);
  if (opened) {
    sink_ = *std::move(opened);
    return true;
  }
  note(opened.error());
  return false;
}

void Recorder::note(const Status& status) {
  if (!status) {
    sink_.reset();
    next_try_us_ = now_us() + kRetryTime;
  }
  const std::lock_guard lock(mutex_);
  if (status) {
    state_.trouble.clear();
  } else if (give_up_) {
    state_.trouble = fmt::format("the store took longer than {:g} s for a commit",
                                 static_cast<double>(options_.patience_us) * 1e-6);
  } else {
    state_.trouble = status.error().to_string();
  }
}

/// Gives the file's passes to the sink; the file goes when it has taken them all.
Status Recorder::unspill() {
  if (bytes_of(options_.spill) == 0) {
    spill_waits_ = false;
    return base::Done{};
  }
  TURNOUT_TRY(auto source, traffic::ByteSource::open(options_.spill));
  const auto reader = traffic::json_reader(std::move(source));
  std::vector<Pass> batch;
  Pass pass;
  for (bool more = true; more;) {
    TURNOUT_TRY(more, reader->next(pass));
    if (more) batch.push_back(pass);
    if (batch.empty() || (more && batch.size() < kBatch)) continue;
    busy_since_us_ = now_us();  // patience is for each put, however many there are
    TURNOUT_CHECK(sink_->put(latest(std::exchange(batch, {}))));
  }
  if (::unlink(options_.spill.c_str()) != 0 && errno != ENOENT)
    return base::Error{base::ErrorCode::kUnwritable, std::strerror(errno), options_.spill};
  spill_waits_ = false;
  const std::lock_guard lock(mutex_);
  state_.spill_bytes = 0;
  return base::Done{};
}

void Recorder::spill(std::span<const Pass> passes) {
  std::string lines;
  for (const Pass& pass : passes) traffic::append_json(lines, pass);
  const std::uint64_t before = bytes_of(options_.spill);
  const bool fits = before + lines.size() <= options_.spill_limit;
  const bool spilled = fits && append_to(options_.spill, lines);
  spill_waits_ = spill_waits_ || spilled;
  const std::lock_guard lock(mutex_);
  (spilled ? state_.spilled : state_.lost) += passes.size();
  cut_to_whole_lines(options_.spill);
  state_.spill_bytes = bytes_of(options_.spill);
}

}  // namespace turnout::gateway
