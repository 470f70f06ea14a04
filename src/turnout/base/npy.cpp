#include "turnout/base/npy.h"

#include <fmt/format.h>

#include <bit>

namespace turnout::base {

static_assert(std::endian::native == std::endian::little, "the numbers are written as they are in memory");

std::string npy_header(std::span<const std::size_t> shape) {
  constexpr std::size_t kAlign = 64;
  std::string sizes;
  for (const std::size_t size : shape) sizes += fmt::format("{}, ", size);
  std::string text = fmt::format("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}), }}", sizes);
  const std::size_t before = std::string_view("\x93NUMPY").size() + 2 + 2;
  text.append(kAlign - 1 - (before + text.size()) % kAlign, ' ');
  text += '\n';
  const auto size = static_cast<unsigned>(text.size());
  return std::string("\x93NUMPY\x01") + '\0' + static_cast<char>(size & 0xffU) + static_cast<char>(size >> 8U) + text;
}

}  // namespace turnout::base
