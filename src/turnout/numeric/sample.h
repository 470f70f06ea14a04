#pragma once

#include <cmath>
#include <cstddef>

namespace turnout::numeric {

/// Running mean and variance of a sample (Welford 1962): stable, one pass, constant memory.
class Sample {
 public:
  /// A sample of which only this much is known.
  static Sample of(std::size_t count, double mean, double variance) {
    Sample sample;
    sample.count_ = count;
    sample.mean_ = mean;
    sample.squares_ = count < 2 ? 0 : variance * static_cast<double>(count - 1);
    return sample;
  }
  void add(double x) {
    ++count_;
    const double delta = x - mean_;
    mean_ += delta / static_cast<double>(count_);
    squares_ += delta * (x - mean_);
  }
  /// Adds all values of another sample (Chan, Golub and LeVeque 1979).
  Sample& operator+=(const Sample& other) {
    if (other.count_ == 0) return *this;
    const auto count = static_cast<double>(count_ + other.count_);
    const double delta = other.mean_ - mean_;
    squares_ += other.squares_ + delta * delta * static_cast<double>(count_) *
                                     static_cast<double>(other.count_) / count;
    mean_ += delta * static_cast<double>(other.count_) / count;
    count_ += other.count_;
    return *this;
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] double mean() const { return mean_; }
  /// Unbiased; 0 for fewer than two values.
  [[nodiscard]] double variance() const {
    return count_ < 2 ? 0 : squares_ / static_cast<double>(count_ - 1);
  }
  /// Standard error of the mean.
  [[nodiscard]] double standard_error() const {
    return count_ < 2 ? 0 : std::sqrt(variance() / static_cast<double>(count_));
  }

 private:
  std::size_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

}  // namespace turnout::numeric
