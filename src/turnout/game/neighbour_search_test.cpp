#include "turnout/game/neighbour_search.h"

#include <gtest/gtest.h>

#include <vector>

namespace turnout::game {
namespace {

using Models = std::vector<std::size_t>;

TEST(NeighbourSearch, finds_the_best_where_attempts_count_one_by_one) {
  const Models wanted = {2, 0, 1, 1, 2};
  const ObjectiveBelow misses = [&](const Models& sequence, double) {
    double wrong = 0;
    for (std::size_t j = 0; j < wanted.size(); ++j) wrong += sequence[j] == wanted[j] ? 0 : 1;
    return wrong;
  };
  const auto found = best_neighbour({Models(5, 0), 4}, 3, 1e-9, misses, {});
  EXPECT_EQ(found.models, wanted);
  EXPECT_EQ(found.value, 0);
}

TEST(NeighbourSearch, swaps_where_no_single_change_helps) {
  // Only sequences with one of each model are allowed, in increasing order best.
  const ObjectiveBelow disorder = [](const Models& s, double) {
    if (s[0] == s[1] || s[1] == s[2] || s[0] == s[2]) return 100.0;
    return static_cast<double>((s[0] > s[1]) + (s[1] > s[2]) + (s[0] > s[2]));
  };
  const auto found = best_neighbour({{2, 1, 0}, 3}, 3, 1e-9, disorder, {});
  EXPECT_EQ(found.models, (Models{0, 1, 2}));
}

TEST(NeighbourSearch, keeps_what_gains_too_little_to_change) {
  const ObjectiveBelow first = [](const Models& s, double) { return s[0] == 1 ? 0.95 : 1.0; };
  EXPECT_EQ(best_neighbour({{0}, 1}, 2, 0.1, first, {}).models, Models{0});
  EXPECT_EQ(best_neighbour({{0}, 1}, 2, 0.01, first, {}).models, Models{1});
}

}  // namespace
}  // namespace turnout::game
