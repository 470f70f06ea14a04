#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace turnout::base {

/// @returns the head of a NumPy file (.npy, version 1.0) of doubles in C order, to be followed by the numbers
/// themselves,
///   little-endian (NEP 1).
/// @param shape  the sizes of its dimensions
std::string npy_header(std::span<const std::size_t> shape);

}  // namespace turnout::base
