#include "turnout/traffic/kept_texts.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "turnout/base/rng.h"

namespace turnout::traffic {
namespace {

/// A prompt of so many words that nothing else is like.
PromptText prompt_of(base::Rng& rng, int words) {
  std::string text;
  for (int i = 0; i < words; ++i)
    text += fmt::format("{:x} ", static_cast<int>(rng.uniform(0, 1e9)));
  return read_prompt(text);
}

void expect_same(const PromptText& kept, const PromptText& text) {
  EXPECT_EQ(kept.sketch, rounded(text).sketch);
  EXPECT_EQ(kept.words, rounded(text).words);
  EXPECT_EQ(kept.bytes, text.bytes);
  EXPECT_EQ(kept.signs, text.signs);
}

TEST(KeptTexts, gives_back_the_first_and_the_latest_with_their_hashes_rounded) {
  base::Rng rng(3);
  KeptTexts kept;
  EXPECT_TRUE(kept.read().empty());
  std::vector<PromptText> texts;
  for (const int words : {12, 1, 300, 0, 2000, 30, 7}) {
    texts.push_back(prompt_of(rng, words));
    kept.add(texts.back(), 5);
  }
  const auto found = kept.read();
  ASSERT_EQ(found.size(), 5U);
  const std::vector<std::size_t> expected = {0, 3, 4, 5, 6};
  for (std::size_t i = 0; i < expected.size(); ++i) expect_same(found[i], texts[expected[i]]);
}

TEST(KeptTexts, rounding_keeps_the_order_of_hashes_and_twelve_bits) {
  std::uint32_t before = 0;
  for (std::uint64_t hash = 0; hash <= UINT32_MAX; hash += 1 + hash / 5'000) {
    const std::uint32_t near = rounded(static_cast<std::uint32_t>(hash));
    ASSERT_LE(before, near);
    ASSERT_LE(near, hash);
    ASSERT_LE(hash - near, hash >> 11U);
    before = near;
  }
  EXPECT_EQ(rounded(UINT32_MAX), 0xfff00000U);
}

/// 2,000 pairs: the mean's standard error is below 0.0002.
TEST(KeptTexts, of_texts_with_nothing_in_common_rounding_shows_a_third_of_a_hundredth_at_most) {
  base::Rng rng(5);
  double more = 0;
  constexpr int kPairs = 2'000;
  for (int i = 0; i < kPairs; ++i) {
    const auto a = prompt_of(rng, 12);
    const auto b = prompt_of(rng, 12);
    more += similarity(rounded(a).sketch, rounded(b).sketch) - similarity(a.sketch, b.sketch);
  }
  EXPECT_LT(more / kPairs, 0.0033);
  EXPECT_GT(more / kPairs, 0) << "or it is not rounding that is measured";
}

}  // namespace
}  // namespace turnout::traffic
