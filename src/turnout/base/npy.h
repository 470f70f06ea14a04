#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "turnout/base/result.h"

namespace turnout::base {

/// @returns the head of a NumPy file (.npy, version 1.0) of doubles in C order, to be followed by
///   the numbers themselves, little-endian (NEP 1).
/// @param shape  the sizes of its dimensions
std::string npy_header(std::span<const std::size_t> shape);

/// A NumPy file of doubles with two dimensions, mapped into memory: pages are read as they are
/// looked at.
class NpyMatrix {
 public:
  /// @returns kUnreadable with the system's reason; kMalformedInput for a file that is no array of
  ///   '<f8' with two dimensions, or is shorter than its head says.
  static Result<NpyMatrix> open(const std::string& path);
  NpyMatrix(NpyMatrix&& other) noexcept;
  NpyMatrix& operator=(NpyMatrix&&) = delete;
  NpyMatrix(const NpyMatrix&) = delete;
  NpyMatrix& operator=(const NpyMatrix&) = delete;
  ~NpyMatrix();

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] const std::string& name() const { return path_; }
  /// Copies numbers [from, from + to.size()) of a column, whichever order the file has.
  void copy_column(std::size_t column, std::size_t from, std::span<double> to) const;

 private:
  NpyMatrix() = default;
  Status read_head();
  std::string path_;
  const char* bytes_ = nullptr;  // of the whole file
  std::size_t size_ = 0;
  std::size_t data_ = 0;  // where the numbers start
  std::size_t rows_ = 0, columns_ = 0;
  bool by_column_ = false;
};

}  // namespace turnout::base
