#include "turnout/game/columns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace turnout::game {
namespace {

TEST(Columns, start_on_a_line_each_at_a_place_of_its_own_in_a_page_and_do_not_overlap) {
  for (const std::size_t rows :
       {std::size_t{1}, std::size_t{511}, std::size_t{512}, std::size_t{1000}}) {
    Columns columns(12, rows);
    std::set<std::uintptr_t> places;
    for (std::size_t k = 0; k < 12; ++k) {
      const auto start = reinterpret_cast<std::uintptr_t>(columns[k]);
      EXPECT_EQ(start % 64, 0U) << rows << " " << k;
      places.insert(start % 4096);
      if (k > 0) {
        EXPECT_GE(columns[k], columns[k - 1] + rows);
      }
      std::fill_n(columns[k], rows, static_cast<double>(k));
    }
    EXPECT_EQ(places.size(), 12U) << rows;
    const Columns moved = std::move(columns);
    EXPECT_EQ(moved[11][rows - 1], 11);
    EXPECT_EQ(moved[0][rows - 1], 0);
  }
}

}  // namespace
}  // namespace turnout::game
