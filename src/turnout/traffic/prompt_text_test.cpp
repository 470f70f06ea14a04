#include "turnout/traffic/prompt_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "turnout/base/rng.h"
#include "turnout/traffic/envelopes.h"

namespace turnout::traffic {
namespace {

TEST(PromptText, similarity_of_sketches_is_near_the_jaccard_similarity) {
  std::string a;
  std::string b;
  base::Rng rng(1);
  for (int i = 0; i < 400; ++i) {  // halves alike: a third of all runs in common
    const std::string word = fmt::format("{:06d}", static_cast<int>(rng.uniform(0, 1e6)));
    const std::string other = fmt::format("{:06d}", static_cast<int>(rng.uniform(0, 1e6)));
    a += (i < 200 ? word : other) + " ";
    b += word + " ";
  }
  EXPECT_NEAR(similarity(shingles_of(a), shingles_of(b)), 1.0 / 3, 0.2)
      << "three standard errors of 64 samples";
  EXPECT_EQ(similarity(shingles_of("  Fix\n it "), shingles_of("fix it")), 1);
  EXPECT_EQ(similarity({}, shingles_of("x")), 0);
}

TEST(PromptText, who_leaves_words_out_asks_alike_and_who_asks_for_something_else_does_not) {
  const auto first = read_prompt(
      "My landlord wants to raise the rent because of a broken boiler. Draft a polite letter");
  EXPECT_GT(likeness(read_prompt("landlord raise rent broken boiler polite letter"), first), 0.7);
  EXPECT_LT(likeness(read_prompt("Give me a recipe for four people with lentils"), first), 0.3);
  const auto chinese = read_prompt("请写一篇关于气候变化的短文，大约三百字");
  EXPECT_GT(likeness(read_prompt("写一篇气候变化的短文"), chinese), 0.5);
  EXPECT_LT(likeness(read_prompt("怎么用数据画出折线图？请给出完整代码"), chinese), 0.3);
}

TEST(PromptText, signs_speak_for_complaints_and_against_thanks) {
  for (const char* text : {"That's wrong", "No, the other way round", "funktioniert nicht",
                           "还是不行", "¡No funciona!", "неправильно", "WHY IS IT EMPTY??"})
    EXPECT_GT(signs_of(text), 1) << text;
  for (const char* text : {"Thanks a lot!", "Perfekt, danke", "谢谢", "Now write a poem"})
    EXPECT_LT(signs_of(text), -1) << text;
  EXPECT_EQ(signs_of("Write a poem about the sea"), 0);
  EXPECT_EQ(signs_of("Debugging is what ladybugs do"), 0) << "words are whole";
}

TEST(PromptText, a_memory_gives_what_reading_gives) {
  PromptMemory memory;
  base::Rng rng(2);
  for (int i = 0; i < 3'000; ++i) {
    const auto number = static_cast<int>(rng.uniform(0, 600));
    std::string text = number == 0 ? "" : fmt::format("No, {} is wrong: say more", number);
    if (number % 100 == 1) text.resize(9'000, 'x');
    const auto& found = memory.read(text);
    const auto expected = read_prompt(text);
    ASSERT_EQ(found.sketch, expected.sketch);
    ASSERT_EQ(found.words, expected.words);
    ASSERT_EQ(found.bytes, expected.bytes);
    ASSERT_EQ(found.signs, expected.signs);
  }
}

TEST(PromptText, envelopes_are_taken_off) {
  EXPECT_EQ(without_envelopes("a<system-reminder>b</system-reminder>c"), "ac");
  EXPECT_EQ(without_envelopes("<environment_context>b"), "");
  EXPECT_EQ(without_envelopes("a < b"), "a < b");
}

}  // namespace
}  // namespace turnout::traffic
