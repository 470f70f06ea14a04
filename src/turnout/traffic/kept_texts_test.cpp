#include "turnout/traffic/kept_texts.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <string_view>

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

/// A text of words of a small vocabulary, so that two have some in common, or many.
std::string some_text(base::Rng& rng) {
  static constexpr std::array<std::string_view, 6> kParts = {"que",           "stion", "s",
                                                             " \xe4\xbd\xa0", "wrong", "a"};
  const auto words = static_cast<int>(std::exp(rng.uniform(0, std::log(300))));
  const double vocabulary = rng.uniform(2, 2000);
  std::string text;
  for (int i = 0; i < words; ++i) {
    const double word = rng.uniform(0, vocabulary);
    text +=
        fmt::format("{}{:.0f} ", kParts.at(static_cast<std::size_t>(word) % kParts.size()), word);
  }
  return text;
}

/// compare() counts first, and goes through both texts' hashes at once; likeness() is its simple twin.
TEST(KeptTexts, comparing_gives_the_signs_of_a_re_prompt_to_the_bit) {
  base::Rng rng(7);
  std::size_t alike = 0;
  for (int i = 0; i < 4'000; ++i) {
    KeptTexts kept;
    std::string text = some_text(rng);
    for (double more = rng.uniform(0, 7); more >= 1; --more) {
      kept.add(read_prompt(text), 5);
      text =
          rng.uniform(0, 1) < 0.5 ? some_text(rng) : text.substr(text.size() / 3) + some_text(rng);
    }
    const auto turn = read_prompt(text);
    const auto expected = reprompt_signs(rounded(turn), kept.read());
    const auto found = kept.compare(ComparedText(turn));
    ASSERT_TRUE(found);
    ASSERT_EQ(found->likeness, expected.likeness) << text;
    ASSERT_EQ(found->signs, expected.signs);
    ASSERT_EQ(found->shorter, expected.shorter);
    for (const double least : {0.1, 0.5, expected.likeness}) {
      const auto enough = kept.compare(ComparedText(turn), least);
      ASSERT_EQ(enough.has_value(), expected.likeness >= least);
      ASSERT_EQ(enough ? enough->likeness : 0, enough ? expected.likeness : 0);
    }
    alike += expected.likeness >= 0.5 ? 1U : 0U;
  }
  EXPECT_GT(alike, 400U) << "or the test compares strangers alone";
  EXPECT_LT(alike, 3'600U);
}

}  // namespace
}  // namespace turnout::traffic
