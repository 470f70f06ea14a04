#include <gtest/gtest.h>

#include <cstdlib>

#include "ranks.h"

namespace turnout::program {
namespace {

TEST(RanksWithoutMpi, are_one_process_which_keeps_its_own_text) {
  const auto ranks = refuse_others();
  ASSERT_TRUE(ranks) << ranks.error().to_string();
  EXPECT_EQ((*ranks)->rank(), 0U);
  EXPECT_EQ((*ranks)->count(), 1U);
  EXPECT_GE((*ranks)->processors(), 1U);
  EXPECT_EQ((*ranks)->broadcast("7"), "7");
}

// Each rank alone would do the whole sweep, and write over the others' checkpoint.
TEST(RanksWithoutMpi, refuse_to_be_one_of_several) {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
    ::setenv(name, "0", 1);
    const auto ranks = refuse_others();
    ::unsetenv(name);
    ASSERT_FALSE(ranks) << name;
    EXPECT_EQ(ranks.error().code, base::ErrorCode::kUnsupported);
    EXPECT_NE(ranks.error().to_string().find("turnout-mpi"), std::string::npos)
        << ranks.error().to_string();
  }
}

}  // namespace
}  // namespace turnout::program
