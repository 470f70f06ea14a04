#include "turnout/base/nearest_name.h"

#include <gtest/gtest.h>

#include <vector>

namespace turnout::base {
namespace {

const std::vector<std::string> kVerbs = {"solve", "plan", "response", "audit", "sweep", "verify"};

TEST(NearestName, counts_edits_with_swaps_of_neighbours_as_one) {
  EXPECT_EQ(edits_between("solve", "solve"), 0U);
  EXPECT_EQ(edits_between("slove", "solve"), 1U);
  EXPECT_EQ(edits_between("solv", "solve"), 1U);
  EXPECT_EQ(edits_between("", "abc"), 3U);
  EXPECT_EQ(edits_between("kitten", "sitting"), 3U);  // Levenshtein's example
  EXPECT_EQ(edits_between("ca", "abc"), 3U);          // no part is edited twice
}

TEST(NearestName, finds_what_was_mistyped_or_cut_short) {
  EXPECT_EQ(nearest_name("slove", kVerbs), "solve");
  EXPECT_EQ(nearest_name("respnse", kVerbs), "response");
  EXPECT_EQ(nearest_name("res", kVerbs), "response");
}

TEST(NearestName, says_nothing_where_nothing_is_near) {
  EXPECT_EQ(nearest_name("frobnicate", kVerbs), std::nullopt);
  EXPECT_EQ(nearest_name("", kVerbs), std::nullopt);
  EXPECT_EQ(nearest_name("solve", kVerbs), std::nullopt);  // it is one of them
  EXPECT_EQ(nearest_name(std::string(100'000, 's'), kVerbs), std::nullopt);
  EXPECT_EQ(did_you_mean("x", {}), "");
}

TEST(NearestName, does_not_offer_a_name_that_shares_no_character) {
  EXPECT_EQ(nearest_name("P", std::vector<std::string>{"V"}), std::nullopt);
}

TEST(NearestName, ends_a_message) {
  EXPECT_EQ(did_you_mean("adit", kVerbs), "; did you mean 'audit'?");
}

}  // namespace
}  // namespace turnout::base
