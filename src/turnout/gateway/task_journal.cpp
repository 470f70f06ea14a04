#include "turnout/gateway/task_journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <type_traits>
#include <utility>

#include "turnout/base/fast_hash.h"
#include "turnout/base/line_reader.h"

namespace turnout::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kFormat = 2;  // of the entries; those of another are not read
constexpr std::size_t kLongestFile = std::size_t{1} << 32U;
constexpr std::size_t kMostMessages = 1'000'000;
constexpr std::size_t kUsualEntry = 960;  // of the sizes that malloc has at hand
constexpr std::size_t kMostBuffered = 64U << 20U;
constexpr std::size_t kEnough = 1U << 20U;  // to be written before the time has come

/// Writes numbers and texts one after the other; Reader below reads them in the same order.
class Writer {
 public:
  Writer() { bytes_.reserve(kUsualEntry); }
  template <class T>
  void operator()(const T& value) {
    if constexpr (std::is_enum_v<T> || std::is_arithmetic_v<T>) {
      bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);  // NOLINT(*-cast)
    } else {
      const auto size = static_cast<std::uint32_t>(value.size());
      (*this)(size);
      bytes_.append(reinterpret_cast<const char*>(value.data()),  // NOLINT(*-cast)
                    value.size() * sizeof *value.data());
    }
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    (*this)(value.value_or(T{}));
  }
  std::string take() { return std::move(bytes_); }
  /// What was written behind the first so many bytes, and those bytes, to be filled in.
  [[nodiscard]] std::string_view behind(std::size_t bytes) const {
    return std::string_view(bytes_).substr(bytes);
  }
  void fill_in(std::size_t at, std::uint32_t value) {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <class T>
  void operator()(T& value) {
    if constexpr (std::is_enum_v<T> || std::is_arithmetic_v<T>) {
      copy(&value, sizeof value);
    } else {
      std::uint32_t size = 0;
      (*this)(size);
      const std::size_t bytes = size * sizeof *value.data();
      if (!good_ || bytes > bytes_.size()) {
        good_ = false;
        return;
      }
      value.resize(size);
      copy(value.data(), bytes);
    }
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    bool there = false;
    T read{};
    (*this)(there);
    (*this)(read);
    if (there) value = read;
  }
  /// Whether all was there, and nothing else.
  [[nodiscard]] bool is_whole() const { return good_ && bytes_.empty(); }

 private:
  void copy(void* to, std::size_t size) {
    if (!good_ || size > bytes_.size()) {
      good_ = false;
      return;
    }
    if (size > 0) std::memcpy(to, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }
  std::string_view bytes_;
  bool good_ = true;
};

template <class Take, class MatchType>
void take_match(Take& take, MatchType& match) {
  take(match.rule);
  take(match.task);
  take(match.pass);
  take(match.other_task);
  take(match.begins_pass);
  take(match.attempt);
  take(match.probability);
}

template <class Take, class End>
void take_end(Take& take, End& end) {
  take(end.ended_us);
  take(end.answered);
  take(end.response);
  take(end.model);
  take(end.fell_back);
  take(end.ttft_s);
  take(end.input_tokens);
  take(end.output_tokens);
  take(end.cost_usd);
  take(end.spent_usd);
}

template <class Take, class Attempt>
void take_attempt(Take& take, Attempt& attempt) {
  take(attempt.pass);
  take(attempt.attempt);
  take(attempt.model);
  take(attempt.rule);
  take(attempt.reprompt);
  take(attempt.reason);
  take(attempt.skipped);
  take(attempt.shadow);
  take(attempt.propensity);
  take(attempt.policy_id);
  take(attempt.before);
  take(attempt.started_us);
}

/// What TaskMatcher::restore() looks at.
template <class Take, class RequestType>
void take_request(Take& take, RequestType& request) {
  take(request.started_us);
  take(request.retries);
  take(request.body);
  take(request.batch);
  take(request.call);
  take(request.person);
  take(request.task);
  take(request.prompt);
  take(request.message);
  take(request.parent);
  take(request.conversation);
  take(request.user_messages);
  take(request.last_user);
  take(request.last);
  take(request.text.sketch);
  take(request.text.words);
  take(request.text.bytes);
  take(request.text.signs);
}

/// The places of the messages that count: the ends of the last but one turn and of the last, and all.
std::array<std::size_t, 3> places_of(std::uint32_t last_user, std::size_t size) {
  return {last_user > 1 ? last_user - 1 : 0, last_user, size};
}

template <class Take>
void take_rest(Take& take, auto& entry) {
  take_match(take, entry.match);
  take(entry.task);
  take(entry.user);
  take(entry.key);
  take(entry.policy);
  take(entry.conversation);
  take(entry.state);
  take_attempt(take, entry.attempt);
}

void write_entry(Writer& writer, const AssignedView& entry) {
  take_request(writer, entry.request);
  const auto& messages = entry.request.messages;
  writer(static_cast<std::uint64_t>(messages.size()));
  for (const std::size_t place : places_of(entry.request.last_user, messages.size()))
    writer(place > 0 && place <= messages.size() ? messages[place - 1] : std::uint64_t{0});
  take_rest(writer, entry);
}
void write_entry(Writer& writer, const Assigned& entry) {
  write_entry(writer, AssignedView{entry.request, entry.match, entry.task, entry.user, entry.key,
                                   entry.policy, entry.conversation, entry.state, entry.attempt});
}
void write_entry(Writer& writer, const CallEnded& entry) {
  take_match(writer, entry.match);
  take_end(writer, entry.end);
}
void write_entry(Writer& writer, const OutcomeTold& entry) {
  writer(entry.task);
  writer(entry.attempt);
  writer(entry.outcome);
}

bool read_entry(Reader& reader, Assigned& entry) {
  take_request(reader, entry.request);
  std::uint64_t size = 0;
  reader(size);
  if (size > kMostMessages) return false;
  auto& messages = entry.request.messages;
  messages.resize(size);
  for (const std::size_t place : places_of(entry.request.last_user, size)) {
    std::uint64_t hash = 0;
    reader(hash);
    if (place > 0 && place <= size) messages[place - 1] = hash;
  }
  take_rest(reader, entry);
  return reader.is_whole();
}
bool read_entry(Reader& reader, CallEnded& entry) {
  take_match(reader, entry.match);
  take_end(reader, entry.end);
  return reader.is_whole();
}
bool read_entry(Reader& reader, OutcomeTold& entry) {
  reader(entry.task);
  reader(entry.attempt);
  reader(entry.outcome);
  return reader.is_whole();
}

template <class Entry>
bool use_entry(std::string_view payload, const std::function<void(JournalEntry)>& use) {
  Reader reader(payload);
  Entry entry;
  if (!read_entry(reader, entry)) return false;
  use(std::move(entry));
  return true;
}

std::uint32_t checksum(std::string_view payload) {
  return static_cast<std::uint32_t>(base::fast_hash(payload, kFormat));
}

std::int64_t wall_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string before_of(const std::string& path) { return path + ".before"; }

/// The first line of a file.
std::string head_of(std::uint64_t models) {
  return fmt::format("turnout tasks {} {:016x}\n", kFormat, models);
}

/// Reads a file's entries. @returns how many of its bytes are good; nothing if there is no file.
Result<std::optional<std::size_t>> read_file(const std::string& path, const std::string& head,
                                             const std::function<void(JournalEntry)>& use) {
  if (!std::filesystem::exists(path)) return std::optional<std::size_t>();
  TURNOUT_TRY(const auto text, base::read_file(path, kLongestFile));
  if (!std::string_view(text).starts_with(head)) return std::optional<std::size_t>(0);
  return std::optional(head.size() + read_journal(std::string_view(text).substr(head.size()), use));
}

/// @param kind  the index of JournalEntry
template <class Entry>
std::string bytes_of(std::uint8_t kind, const Entry& entry) {
  Writer writer;
  writer(std::uint32_t{0});
  writer(std::uint32_t{0});
  writer(kind);
  write_entry(writer, entry);
  constexpr std::size_t kWord = sizeof(std::uint32_t);
  writer.fill_in(0, static_cast<std::uint32_t>(writer.behind(2 * kWord).size()));
  writer.fill_in(kWord, checksum(writer.behind(2 * kWord)));
  return writer.take();
}

}  // namespace

std::string journal_bytes(const JournalEntry& entry) {
  const auto kind = static_cast<std::uint8_t>(entry.index());
  return std::visit([&](const auto& one) { return bytes_of(kind, one); }, entry);
}

std::string journal_bytes(const AssignedView& entry) { return bytes_of(0, entry); }

std::size_t read_journal(std::string_view bytes, const std::function<void(JournalEntry)>& use) {
  constexpr std::size_t kFrame = 2 * sizeof(std::uint32_t);
  std::size_t at = 0;
  while (bytes.size() - at > kFrame) {
    std::uint32_t size = 0;
    std::uint32_t sum = 0;
    Reader frame(bytes.substr(at, kFrame));
    frame(size);
    frame(sum);
    const auto payload = bytes.substr(at + kFrame, size);
    if (size == 0 || payload.size() < size || checksum(payload) != sum) break;
    const auto rest = payload.substr(1);
    const bool read = payload[0] == 0   ? use_entry<Assigned>(rest, use)
                      : payload[0] == 1 ? use_entry<CallEnded>(rest, use)
                      : payload[0] == 2 ? use_entry<OutcomeTold>(rest, use)
                                        : false;
    if (!read) break;
    at += kFrame + size;
  }
  return at;
}

Result<std::unique_ptr<TaskJournal>> TaskJournal::open(
    const Options& options, const std::function<void(JournalEntry)>& use) {
  std::unique_ptr<TaskJournal> journal(new TaskJournal(options));
  const std::string head = head_of(options.models);
  TURNOUT_CHECK(read_file(before_of(options.path), head, use));
  journal->begun_us_ = wall_us();
  const auto use_and_date = [&](JournalEntry entry) {
    if (const auto* assigned = std::get_if<Assigned>(&entry))
      journal->begun_us_ = std::min(journal->begun_us_, assigned->request.started_us);
    use(std::move(entry));
  };
  TURNOUT_TRY(const auto good, read_file(options.path, head, use_and_date));
  if (good && *good > 0) {
    // What a killed process left half written goes, so that what follows is read.
    std::error_code error;
    std::filesystem::resize_file(options.path, *good, error);
    if (error) return Error{ErrorCode::kUnwritable, error.message(), options.path};
  } else {
    journal->begun_us_ = 0;  // the first write begins a file
  }
  journal->thread_ = std::thread([raw = journal.get()] { raw->work(); });
  return journal;
}

TaskJournal::~TaskJournal() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wakes_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void TaskJournal::take(std::string bytes) {
  const std::lock_guard lock(mutex_);
  if (buffer_.size() < kMostBuffered) buffer_ += bytes;
  if (buffer_.size() > kEnough) wakes_.notify_one();
}

void TaskJournal::work() {
  std::string bytes;  // takes turns with buffer_, so that neither grows anew
  std::unique_lock lock(mutex_);
  for (bool over = false; !over;) {
    wakes_.wait_for(lock, std::chrono::microseconds(options_.every_us),
                    [this] { return over_ || buffer_.size() > kEnough; });
    over = over_;
    bytes.swap(buffer_);
    lock.unlock();
    if (!bytes.empty()) write(bytes);
    bytes.clear();
    lock.lock();
  }
}

void TaskJournal::write(const std::string& bytes) {
  const std::int64_t now = wall_us();
  struct stat before {};
  const bool is_long = ::stat(options_.path.c_str(), &before) == 0 &&
                       static_cast<std::size_t>(before.st_size) > options_.keep_bytes;
  const bool begins = is_long || now - begun_us_ > options_.keep_us;
  if (begins) {
    ::rename(options_.path.c_str(), before_of(options_.path).c_str());
    begun_us_ = now;
  }
  const int fd = ::open(options_.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  struct stat found {};
  ::fstat(fd, &found);
  const auto append = [fd](std::string_view text) {
    return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  };
  if ((found.st_size == 0 && !append(head_of(options_.models))) || !append(bytes)) [[maybe_unused]]
    const int cut = ::ftruncate(fd, found.st_size);
  ::close(fd);
}

}  // namespace turnout::gateway
