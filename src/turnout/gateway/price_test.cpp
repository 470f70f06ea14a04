#include "turnout/gateway/price.h"

#include <gtest/gtest.h>

namespace turnout::gateway {
namespace {

/// Powers of two, so that sums are exact and each part shows in the result.
const Price kPrice{4, 0.5, 8, 16, 32, "2026-11-01"};

TEST(Price, each_part_has_its_own_price_per_million) {
  EXPECT_EQ(cost_usd(kPrice, {1'000'000, 0, 0, 0, 0}), 4.0);
  EXPECT_EQ(cost_usd(kPrice, {0, 1'000'000, 0, 0, 0}), 0.5);
  EXPECT_EQ(cost_usd(kPrice, {0, 0, 1'000'000, 0, 0}), 8.0);
  EXPECT_EQ(cost_usd(kPrice, {0, 0, 0, 1'000'000, 0}), 16.0);
  EXPECT_EQ(cost_usd(kPrice, {0, 0, 0, 0, 1'000'000}), 32.0);
  EXPECT_EQ(cost_usd(kPrice, {500'000, 1'000'000, 250'000, 125'000, 62'500}), 2 + 0.5 + 2 + 2 + 2);
}

TEST(Price, nothing_is_known_of_a_call_whose_tokens_are_not_and_an_empty_call_is_free) {
  EXPECT_EQ(cost_usd(kPrice, {std::nullopt, 0, 0, 7, 0}), std::nullopt);
  EXPECT_EQ(cost_usd(kPrice, {7, 0, 0, std::nullopt, 0}), std::nullopt);
  EXPECT_EQ(cost_usd(kPrice, {0, 0, 0, 0, 0}), 0.0);
}

/// 2,006 prompt tokens of which 1,920 are cached; 300 completion tokens, 192 of them reasoning.
TEST(Price, openais_cached_tokens_are_part_of_its_prompts_and_reasoning_of_its_completions) {
  EXPECT_EQ(openai_tokens(2006, 1920, 300, 192), (TokenParts{86, 1920, 0, 108, 192}));
  EXPECT_EQ(openai_tokens(10, 20, 30, 40), (TokenParts{0, 10, 0, 0, 30}));
  EXPECT_EQ(openai_tokens(std::nullopt, 20, 30, 0), (TokenParts{std::nullopt, 0, 0, 30, 0}));
  EXPECT_EQ(openai_tokens(10, 0, std::nullopt, 40), (TokenParts{10, 0, 0, std::nullopt, 0}));
}

TEST(Price, anthropics_cached_tokens_stand_beside_its_input) {
  EXPECT_EQ(anthropic_tokens(50, 100'000, 248, 503), (TokenParts{50, 100'000, 248, 503, 0}));
  EXPECT_EQ(cost_usd(kPrice, anthropic_tokens(1'000'000, 1'000'000, 1'000'000, 0)), 4 + 0.5 + 8);
}

}  // namespace
}  // namespace turnout::gateway
