#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace turnout::game {

/// Columns of numbers as solve_many() likes them: each starts on a line of the cache, so that no
/// vector lies across two, at another place of a page, so that they do not push each other out of
/// the first cache, and some pages further on than the one before, which is faster from memory. The
/// spacing was found by trying: docs/kernel.md.
class Columns {
 public:
  /// All numbers are 0.
  Columns(std::size_t count, std::size_t rows)
      : stride_((rows + kPage - 1) / kPage * kPage + kApart), numbers_(count * stride_ + kLine) {
    void* start = numbers_.data();
    std::size_t room = numbers_.size() * sizeof(double);
    first_ = static_cast<double*>(
        std::align(kLine * sizeof(double), count * stride_ * sizeof(double), start, room));
  }
  Columns(Columns&&) noexcept = default;
  Columns& operator=(Columns&&) noexcept = default;
  Columns(const Columns&) = delete;
  Columns& operator=(const Columns&) = delete;
  ~Columns() = default;

  /// @returns the first number of column k.
  double* operator[](std::size_t k) { return first_ + k * stride_; }
  const double* operator[](std::size_t k) const { return first_ + k * stride_; }

 private:
  static constexpr std::size_t kLine = 8, kPage = 512;  // numbers
  static constexpr std::size_t kApart = 5 * (kPage + kLine);
  std::size_t stride_;
  std::vector<double> numbers_;
  double* first_ = nullptr;
};

}  // namespace turnout::game
