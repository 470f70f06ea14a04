#include "turnout/mapping/row_spill.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <utility>

namespace turnout::mapping {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kChunk = std::size_t{1} << 18U;

/// Writes values one after the other.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  template <class Value>
  requires std::is_trivially_copyable_v<Value>
  void operator()(const Value& value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);  // NOLINT
  }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    out_ += text;
  }
  template <class Item>
  void operator()(const std::vector<Item>& items) {
    (*this)(static_cast<std::uint32_t>(items.size()));
    out_.append(reinterpret_cast<const char*>(items.data()),
                items.size() * sizeof(Item));  // NOLINT
  }

 private:
  std::string& out_;
};

/// Reads them back; the bytes are our own.
class Reader {
 public:
  explicit Reader(const char* from) : from_(from) {}
  template <class Value>
  requires std::is_trivially_copyable_v<Value>
  void operator()(Value& value) {
    std::memcpy(&value, from_, sizeof value);
    from_ += sizeof value;
  }
  void operator()(std::string& text) {
    const std::uint32_t size = count();
    text.assign(from_, size);
    from_ += size;
  }
  template <class Item>
  void operator()(std::vector<Item>& items) {
    items.resize(count());
    if (!items.empty()) std::memcpy(items.data(), from_, items.size() * sizeof(Item));
    from_ += items.size() * sizeof(Item);
  }

 private:
  std::uint32_t count() {
    std::uint32_t size = 0;
    (*this)(size);
    return size;
  }
  const char* from_;
};

/// All of a row, in one order for both ways.
template <class Do, class Row>
void for_all(Do&& act, Row& row) {
  auto& pass = row.pass;
  act(pass.task_id), act(pass.user_id), act(pass.attempt), act(pass.model), act(pass.started_us);
  act(pass.latency_s), act(pass.ttft_s), act(pass.input_tokens), act(pass.output_tokens);
  act(pass.cost_usd), act(pass.outcome), act(pass.ending), act(pass.policy_id);
  act(pass.propensity);
  act(row.id), act(row.attempt_id), act(row.true_task), act(row.words);
  auto& request = row.request;
  act(request.started_us), act(request.ended_us), act(request.answered), act(request.helper);
  act(request.batch), act(request.agent), act(request.retries), act(request.call);
  act(request.person);
  act(request.task), act(request.prompt), act(request.message), act(request.parent);
  act(request.conversation), act(request.partial), act(request.turn);
  act(request.messages);
  act(request.user_messages), act(request.last_user), act(request.last);
  act(request.text.sketch), act(request.text.words), act(request.text.bytes);
  act(request.text.signs);
}

}  // namespace

RowSpill::RowSpill(base::TemporaryPath folder, int descriptor)
    : folder_(std::move(folder)), descriptor_(descriptor) {}

RowSpill::RowSpill(RowSpill&& other) noexcept
    : folder_(std::move(other.folder_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      pending_(std::move(other.pending_)),
      written_(other.written_),
      window_(std::move(other.window_)),
      window_begin_(other.window_begin_) {}

RowSpill::~RowSpill() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<RowSpill> RowSpill::create() {
  TURNOUT_TRY(auto folder, base::temporary_folder());
  const std::string path = folder.path() + "/rows";
  constexpr int kMode = 0600;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (descriptor < 0) return Error{ErrorCode::kUnwritable, std::strerror(errno), path};
  ::unlink(path.c_str());  // without a name it goes with us, even where we are killed
  return RowSpill(std::move(folder), descriptor);
}

base::Status RowSpill::flush() {
  for (std::size_t done = 0; done < pending_.size();) {
    const auto size = ::write(descriptor_, pending_.data() + done, pending_.size() - done);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Error{ErrorCode::kUnwritable, std::strerror(errno), folder_.path()};
    done += static_cast<std::size_t>(size);
  }
  written_ += pending_.size();
  pending_.clear();
  return base::Done{};
}

void RowSpill::pack(const MappedRow& row, std::string& to) {
  const std::size_t begin = to.size();
  Writer write(to);
  write(std::uint32_t{0});
  for_all(write, row);
  const auto size = static_cast<std::uint32_t>(to.size() - begin);
  std::memcpy(to.data() + begin, &size, sizeof size);
}

Result<std::uint64_t> RowSpill::append(std::string_view packed) {
  const std::uint64_t at = written_ + pending_.size();
  pending_ += packed;
  if (pending_.size() >= kChunk) TURNOUT_CHECK(flush());
  return at;
}

/// Makes `size` bytes from `at` on stand in the window.
base::Status RowSpill::fill(std::uint64_t at, std::size_t size) {
  if (at >= window_begin_ && at + size <= window_begin_ + window_.size()) return base::Done{};
  constexpr std::size_t kNear = 16'384;  // rows come mostly in the order in which they were written
  window_.resize(std::max(size, kNear));
  window_begin_ = at;
  std::size_t done = 0;
  while (done < window_.size()) {
    const auto more = ::pread(descriptor_, window_.data() + done, window_.size() - done,
                              static_cast<off_t>(at + done));
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return Error{ErrorCode::kUnreadable, std::strerror(errno), folder_.path()};
    if (more == 0) break;
    done += static_cast<std::size_t>(more);
  }
  window_.resize(done);
  if (done >= size) return base::Done{};
  return Error{ErrorCode::kUnreadable, "the temporary file is shorter than it was", folder_.path()};
}

base::Status RowSpill::read(std::uint64_t at, MappedRow& row) {
  if (!pending_.empty()) TURNOUT_CHECK(flush());
  std::uint32_t size = 0;
  TURNOUT_CHECK(fill(at, sizeof size));
  std::memcpy(&size, window_.data() + (at - window_begin_), sizeof size);
  TURNOUT_CHECK(fill(at, size));
  for_all(Reader(window_.data() + (at - window_begin_) + sizeof size), row);
  return base::Done{};
}

}  // namespace turnout::mapping
