#include "turnout/numeric/exact_sum.h"

#include <cmath>

namespace turnout::numeric {

ExactSum& ExactSum::operator+=(const ExactSum& other) {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < kWords; ++i) {
    const std::uint64_t with_carry = other.words_[i] + carry;
    const std::uint64_t wrapped = with_carry < carry ? 1 : 0;
    words_[i] += with_carry;
    carry = wrapped + (words_[i] < with_carry ? 1 : 0);
  }
  return *this;
}

double ExactSum::value() const {
  const bool negative = words_.back() >> (kBits - 1) != 0;
  Words size = words_;
  if (negative) {
    std::uint64_t carry = 1;
    for (auto& word : size) {
      word = ~word + carry;
      carry = carry != 0 && word == 0 ? 1 : 0;
    }
  }
  std::size_t top = kWords;
  while (top > 0 && size[top - 1] == 0) --top;
  if (top == 0) return 0;
  // The highest 64 bits in one number, with its lowest bit set if anything below is: one rounding.
  const auto zeros = static_cast<unsigned>(std::countl_zero(size[top - 1]));
  std::uint64_t first = size[top - 1] << zeros;
  bool rest = false;
  for (std::size_t i = 0; i + 1 < top; ++i) {
    std::uint64_t below = size[i];
    if (i + 2 == top && zeros > 0) {
      first |= below >> (kBits - zeros);
      below <<= zeros;
    }
    rest = rest || below != 0;
  }
  first |= rest ? 1 : 0;
  const int exponent = kUnit + static_cast<int>(kBits * (top - 1)) - static_cast<int>(zeros);
  const double value = std::ldexp(static_cast<double>(first), exponent);
  return negative ? -value : value;
}

}  // namespace turnout::numeric
