#include "turnout/numeric/sobol.h"

#include <bit>

namespace turnout::numeric {
namespace {

constexpr std::size_t kBits = 40;

/// A primitive polynomial over two elements, x^degree + ... + 1 with the inner coefficients as
/// bits, and first directions.
struct Polynomial {
  unsigned degree;
  unsigned inner;
  std::array<unsigned, 7> first;
};
constexpr std::array<Polynomial, Sobol::kDimensions - 1> kPolynomials = {
    {{1, 0, {1}},
     {2, 1, {1, 3}},
     {3, 1, {1, 3, 1}},
     {3, 2, {1, 1, 1}},
     {4, 1, {1, 1, 3, 3}},
     {4, 4, {1, 3, 5, 13}},
     {5, 2, {1, 1, 5, 5, 17}},
     {5, 4, {1, 1, 5, 5, 5}},
     {5, 7, {1, 1, 7, 11, 19}},
     {5, 11, {1, 1, 5, 1, 1}},
     {5, 13, {1, 1, 1, 3, 11}},
     {5, 14, {1, 3, 5, 5, 31}},
     {6, 1, {1, 3, 3, 9, 7, 49}},
     {6, 13, {1, 1, 1, 15, 21, 21}},
     {6, 16, {1, 3, 1, 13, 27, 49}},
     {6, 19, {1, 1, 1, 15, 7, 5}},
     {6, 22, {1, 3, 1, 15, 13, 25}},
     {6, 25, {1, 1, 5, 5, 19, 61}},
     {7, 1, {1, 3, 7, 11, 23, 15, 103}}}};

using Directions = std::array<std::array<std::uint64_t, kBits>, Sobol::kDimensions>;

Directions make_directions() {
  Directions all{};
  for (std::size_t j = 0; j < kBits; ++j)
    all[0].at(j) = std::uint64_t{1} << (63 - j);  // van der Corput
  for (std::size_t k = 1; k < Sobol::kDimensions; ++k) {
    const Polynomial& polynomial = kPolynomials.at(k - 1);
    auto& v = all.at(k);
    for (std::size_t j = 0; j < kBits; ++j) {
      const std::size_t degree = polynomial.degree;
      if (j < degree) {
        v.at(j) = std::uint64_t{polynomial.first.at(j)} << (63 - j);
        continue;
      }
      v.at(j) = v.at(j - degree) ^ (v.at(j - degree) >> degree);
      for (std::size_t i = 1; i < degree; ++i) {
        if ((polynomial.inner >> (degree - 1 - i) & 1U) != 0) v.at(j) ^= v.at(j - i);
      }
    }
  }
  return all;
}

const Directions& directions() {
  static const Directions all = make_directions();
  return all;
}

}  // namespace

Sobol::Sobol(const std::array<std::uint64_t, kDimensions>& shift, std::size_t dimensions)
    : dimensions_(dimensions), shift_(shift) {}

void Sobol::seek(std::uint64_t index) {
  index_ = index;
  const std::uint64_t gray = index ^ (index >> 1U);
  digits_.fill(0);
  for (std::size_t j = 0; j < kBits; ++j) {
    if ((gray >> j & 1U) == 0) continue;
    for (std::size_t k = 0; k < kDimensions; ++k) digits_.at(k) ^= directions().at(k).at(j);
  }
}

std::array<double, Sobol::kDimensions> Sobol::next() {
  std::array<double, kDimensions> point{};
  for (std::size_t k = 0; k < dimensions_; ++k) {
    // The middle of an interval of 2^-53: neither 0 nor 1.
    point.at(k) = (static_cast<double>((digits_.at(k) ^ shift_.at(k)) >> 12U) + 0.5) * 0x1p-52;
  }
  const auto changed = static_cast<std::size_t>(std::countr_one(index_++));
  for (std::size_t k = 0; k < dimensions_; ++k) digits_.at(k) ^= directions().at(k).at(changed);
  return point;
}

}  // namespace turnout::numeric
