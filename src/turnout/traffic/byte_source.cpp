#include "turnout/traffic/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "turnout/base/number_text.h"

namespace turnout::traffic {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

/// Turns compressed bytes into plain ones.
class ByteSource::Decoder {
 public:
  struct Step {
    std::size_t read = 0;     // compressed bytes used
    std::size_t written = 0;  // plain bytes made
    bool damaged = false;
  };
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  Decoder(Decoder&&) = delete;
  Decoder& operator=(Decoder&&) = delete;
  virtual ~Decoder() = default;
  virtual Step decode(std::string_view from, char* to, std::size_t room) = 0;
  /// Whether the stream may end here.
  [[nodiscard]] virtual bool between_frames() const = 0;
};

class ByteSource::Gzip final : public ByteSource::Decoder {
 public:
  Gzip() { inflateInit2(&stream_, 15 + 16); }  // 16: gzip's header
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  Gzip(Gzip&&) = delete;
  Gzip& operator=(Gzip&&) = delete;

  Step decode(std::string_view from, char* to, std::size_t room) override {
    if (between_ && !from.empty()) {
      inflateReset(&stream_);  // a file may hold several streams, as `cat a.gz b.gz` makes it
      between_ = false;
    }
    // zlib takes its input as non-const but does not write to it.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from.data()));  // NOLINT
    stream_.avail_in = static_cast<uInt>(from.size());
    stream_.next_out = reinterpret_cast<Bytef*>(to);  // NOLINT
    stream_.avail_out = static_cast<uInt>(room);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    between_ = code == Z_STREAM_END;
    return {from.size() - stream_.avail_in, room - stream_.avail_out,
            code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR};
  }
  [[nodiscard]] bool between_frames() const override { return between_; }

 private:
  z_stream stream_{};
  bool between_ = false;
};

class ByteSource::Zstandard final : public ByteSource::Decoder {
 public:
  Step decode(std::string_view from, char* to, std::size_t room) override {
    ZSTD_inBuffer in{from.data(), from.size(), 0};
    ZSTD_outBuffer out{to, room, 0};
    const std::size_t code = ZSTD_decompressStream(stream_.get(), &out, &in);
    between_ = code == 0;
    return {in.pos, out.pos, ZSTD_isError(code) != 0};
  }
  [[nodiscard]] bool between_frames() const override { return between_; }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ZSTD_DStream, Free> stream_{ZSTD_createDStream()};
  bool between_ = false;
};

ByteSource::ByteSource(int descriptor, std::string name)
    : descriptor_(descriptor), name_(std::move(name)) {}

ByteSource::ByteSource(ByteSource&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      memory_(other.memory_),
      raw_(std::move(other.raw_)),
      raw_begin_(other.raw_begin_),
      raw_ended_(other.raw_ended_),
      detected_(other.detected_),
      peeked_(std::move(other.peeked_)),
      peeked_begin_(other.peeked_begin_),
      decoder_(std::move(other.decoder_)) {}

ByteSource::~ByteSource() {
  if (descriptor_ > STDIN_FILENO) close(descriptor_);
}

Result<ByteSource> ByteSource::open(const std::string& path) {
  if (path == "-") return ByteSource(STDIN_FILENO, "standard input");
  const int descriptor =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  if (descriptor < 0) return Error{ErrorCode::kUnreadable, std::strerror(errno), path};
  return ByteSource(descriptor, path);
}

ByteSource ByteSource::over(std::string_view bytes, std::string name) {
  ByteSource source(-1, std::move(name));
  source.memory_ = bytes;
  return source;
}

Result<std::size_t> ByteSource::read_raw(char* to, std::size_t room) {
  if (descriptor_ < 0) {
    const std::size_t size = std::min(room, memory_.size());
    memory_.copy(to, size);
    memory_.remove_prefix(size);
    return size;
  }
  for (;;) {
    const auto size = ::read(descriptor_, to, room);
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno != EINTR) return Error{ErrorCode::kUnreadable, std::strerror(errno), name_};
  }
}

/// Puts more compressed bytes behind those that are left.
Status ByteSource::refill() {
  constexpr std::size_t kChunk = std::size_t{1} << 18U;
  raw_.erase(0, raw_begin_);
  raw_begin_ = 0;
  const std::size_t kept = raw_.size();
  raw_.resize(kept + kChunk);
  TURNOUT_TRY(auto size, read_raw(raw_.data() + kept, kChunk));
  raw_.resize(kept + size);
  raw_ended_ = size == 0;
  return base::Done{};
}

Status ByteSource::detect() {
  constexpr std::string_view kGzip = "\x1f\x8b";
  constexpr std::string_view kZstandard = "\x28\xb5\x2f\xfd";
  detected_ = true;
  while (!raw_ended_ && raw_.size() < kZstandard.size()) {
    TURNOUT_CHECK(refill());
  }
  if (raw_.starts_with(kGzip)) decoder_ = std::make_unique<Gzip>();
  if (raw_.starts_with(kZstandard)) decoder_ = std::make_unique<Zstandard>();
  return base::Done{};
}

Result<std::string_view> ByteSource::peek(std::size_t room) {
  peeked_.erase(0, std::exchange(peeked_begin_, 0));
  if (peeked_.size() < room) {
    const std::size_t known = peeked_.size();
    peeked_.resize(room);
    auto size = read_plain(peeked_.data() + known, room - known);
    peeked_.resize(known + (size ? *size : 0));
    if (!size) return std::move(size).error();
  }
  return std::string_view(peeked_).substr(0, room);
}

Result<std::size_t> ByteSource::read(char* to, std::size_t room) {
  if (peeked_begin_ == peeked_.size()) return read_plain(to, room);
  const std::size_t size = peeked_.copy(to, room, peeked_begin_);
  peeked_begin_ += size;
  return size;
}

Result<std::size_t> ByteSource::read_plain(char* to, std::size_t room) {
  if (!detected_) {
    TURNOUT_CHECK(detect());
  }
  if (!decoder_) {
    if (raw_begin_ == raw_.size()) return raw_ended_ ? std::size_t{0} : read_raw(to, room);
    const std::size_t size = std::min(room, raw_.size() - raw_begin_);
    raw_.copy(to, size, raw_begin_);
    raw_begin_ += size;
    return size;
  }
  for (;;) {
    if (raw_begin_ == raw_.size() && !raw_ended_) {
      TURNOUT_CHECK(refill());
    }
    if (raw_ended_ && raw_begin_ == raw_.size() && decoder_->between_frames())
      return std::size_t{0};
    const auto step = decoder_->decode(std::string_view(raw_).substr(raw_begin_), to, room);
    raw_begin_ += step.read;
    if (step.damaged)
      return Error{ErrorCode::kMalformedInput, "the compressed data are damaged", name_};
    if (step.written > 0) return step.written;
    if (raw_ended_ && raw_begin_ == raw_.size() && !decoder_->between_frames()) {
      return Error{ErrorCode::kMalformedInput, "the compressed data are cut off", name_};
    }
  }
}

}  // namespace turnout::traffic
