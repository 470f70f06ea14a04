#include "turnout/base/npy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

namespace turnout::base {

static_assert(std::endian::native == std::endian::little,
              "numbers are written and read as they are in memory");

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

/// What follows "'key': " in the head's dictionary.
std::string_view after_key(std::string_view head, std::string_view key) {
  const auto at = head.find(key);
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + key.size());
  const auto start = head.find_first_not_of(": ");
  return start == std::string_view::npos ? std::string_view() : head.substr(start);
}

/// The two numbers of "(5, 7)" or "(5, 7, )"; false for anything else.
bool read_shape(std::string_view text, std::size_t& rows, std::size_t& columns) {
  if (!text.starts_with('(')) return false;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data() + 1, end, rows);
  if (first.ec != std::errc() || end - first.ptr < 2 || std::string_view(first.ptr, 2) != ", ")
    return false;
  const auto second = std::from_chars(first.ptr + 2, end, columns);
  if (second.ec != std::errc()) return false;
  const std::string_view rest(second.ptr, static_cast<std::size_t>(end - second.ptr));
  return rest.starts_with(')') || rest.starts_with(", )") || rest.starts_with(",)");
}

}  // namespace

std::string npy_header(std::span<const std::size_t> shape) {
  constexpr std::size_t kAlign = 64;
  std::string sizes;
  for (const std::size_t size : shape) sizes += fmt::format("{}, ", size);
  std::string text =
      fmt::format("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}), }}", sizes);
  const std::size_t before = kMagic.size() + 2 + 2;
  text.append(kAlign - 1 - (before + text.size()) % kAlign, ' ');
  text += '\n';
  const auto size = static_cast<unsigned>(text.size());
  std::string head(kMagic);
  for (const unsigned byte : {1U, 0U, size & 0xffU, size >> 8U}) head += static_cast<char>(byte);
  return head + text;
}

NpyMatrix::NpyMatrix(NpyMatrix&& other) noexcept
    : path_(std::move(other.path_)),
      bytes_(std::exchange(other.bytes_, nullptr)),
      size_(other.size_),
      data_(other.data_),
      rows_(other.rows_),
      columns_(other.columns_),
      by_column_(other.by_column_) {}

NpyMatrix::~NpyMatrix() {
  if (bytes_ != nullptr)
    ::munmap(const_cast<char*>(bytes_), size_);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

Result<NpyMatrix> NpyMatrix::open(const std::string& path) {
  NpyMatrix matrix;
  matrix.path_ = path;
  const auto failure = [&] {
    return Error{ErrorCode::kUnreadable, std::strerror(errno), path};
  };  // NOLINT(concurrency-mt-unsafe)
  const int descriptor =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  if (descriptor < 0) return failure();
  struct stat status {};
  const bool known = ::fstat(descriptor, &status) == 0;
  matrix.size_ = known ? static_cast<std::size_t>(status.st_size) : 0;
  void* mapped = MAP_FAILED;
  if (matrix.size_ > 0)
    mapped = ::mmap(nullptr, matrix.size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  const Error problem = failure();
  ::close(descriptor);
  if (mapped == MAP_FAILED) {
    return matrix.size_ == 0
               ? Error{ErrorCode::kMalformedInput, "is empty, must be a NumPy file", path}
               : problem;
  }
  matrix.bytes_ = static_cast<const char*>(mapped);
  TURNOUT_CHECK(matrix.read_head());
  return matrix;
}

Status NpyMatrix::read_head() {
  const auto wrong = [&](const std::string& what) {
    return Error{ErrorCode::kMalformedInput,
                 what + ", must be a NumPy array of doubles ('<f8') with two dimensions", path_};
  };
  const std::string_view all(bytes_, size_);
  if (!all.starts_with(kMagic) || size_ < 12) return wrong("is no NumPy file");
  const auto byte = [&](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(all[at]));
  };
  const bool later = byte(6) >= 2;  // versions 2 and 3 have four bytes of size
  const std::size_t start = later ? 12 : 10;
  const std::size_t length =
      byte(8) | byte(9) << 8U | (later ? byte(10) << 16U | byte(11) << 24U : 0);
  if (length > size_ - start) return wrong("ends within its head");
  const std::string_view head = all.substr(start, length);
  if (!after_key(head, "'descr'").starts_with("'<f8'")) return wrong("holds no doubles");
  const auto order = after_key(head, "'fortran_order'");
  by_column_ = order.starts_with("True");
  if (!by_column_ && !order.starts_with("False")) return wrong("has no order");
  if (!read_shape(after_key(head, "'shape'"), rows_, columns_))
    return wrong("has not two dimensions");
  data_ = start + length;
  const std::size_t most = (size_ - data_) / sizeof(double);
  const bool fits = columns_ == 0 || rows_ <= most / columns_;
  if (!fits || rows_ * columns_ != most || (size_ - data_) % sizeof(double) != 0) {
    return wrong(
        fmt::format("has {} bytes of numbers for {} x {}", size_ - data_, rows_, columns_));
  }
  return Done{};
}

void NpyMatrix::copy_column(std::size_t column, std::size_t from, std::span<double> to) const {
  const char* const numbers = bytes_ + data_;
  if (by_column_) {
    std::memcpy(to.data(), numbers + (column * rows_ + from) * sizeof(double), to.size_bytes());
    return;
  }
  for (std::size_t i = 0; i < to.size(); ++i) {
    std::memcpy(&to[i], numbers + ((from + i) * columns_ + column) * sizeof(double),
                sizeof(double));
  }
}

}  // namespace turnout::base
