#include "turnout/mock/conversation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "turnout/mock/vendor_answer.h"

namespace turnout::mock {
namespace {

using nlohmann::json;

const std::vector<Turn> kTurns = {{true, "task 3: a b"}, {false, "no"}, {true, "Wrong."}};
constexpr auto kShapes = {Shape::kChat, Shape::kResponses, Shape::kMessages};

TEST(Conversation, bodies_are_those_of_the_vendors_clients) {
  EXPECT_EQ(json::parse(request_body({Shape::kChat, "m", false}, "u", kTurns)), json::parse(R"({
    "model": "m", "safety_identifier": "u", "messages": [
      {"role": "user", "content": "task 3: a b"}, {"role": "assistant", "content": "no"},
      {"role": "user", "content": "Wrong."}]})"));
  EXPECT_EQ(json::parse(request_body({Shape::kMessages, "m", true}, "u", kTurns)), json::parse(R"({
    "model": "m", "stream": true, "max_tokens": 4096, "metadata": {"user_id": "u"}, "messages": [
      {"role": "user", "content": [{"type": "text", "text": "task 3: a b"}]},
      {"role": "assistant", "content": [{"type": "text", "text": "no"}]},
      {"role": "user", "content": [{"type": "text", "text": "Wrong."}]}]})"));
  const json responses = json::parse(request_body({Shape::kResponses, "m", false}, "u", kTurns));
  EXPECT_EQ(responses["input"][1]["content"][0]["type"], "output_text");
  EXPECT_EQ(responses["input"][2]["content"][0]["type"], "input_text");
  EXPECT_EQ(responses["safety_identifier"], "u");
}

TEST(Conversation, the_task_is_found_in_every_shape_and_way) {
  for (const Shape shape : kShapes) {
    for (const Way way : {Way::kComplain, Way::kEdit, Way::kRegenerate, Way::kAnew}) {
      base::Rng rng(1);
      const std::string prompt = first_prompt("17", rng);
      // It began in a conversation about another task.
      std::vector<Turn> turns = {{true, "task 16: x"}, {false, "yes"}, {true, prompt}};
      for (int i = 0; i < 3; ++i) turns = asked_again({prompt, turns, "no"}, way, rng);
      const auto asked = read_request(shape, request_body({shape, "m", true}, "u", turns));
      ASSERT_TRUE(asked) << asked.error().to_string();
      EXPECT_EQ(asked->task, "17");
      EXPECT_TRUE(asked->stream);
    }
  }
}

TEST(Conversation, each_way_of_asking_again_changes_what_its_name_says) {
  const auto again = [](Way way) {
    base::Rng rng(2);
    return asked_again({"task 3: a b", kTurns, "still no"}, way, rng);
  };
  const auto texts = [](const std::vector<Turn>& turns) {
    std::vector<std::string> all;
    for (const auto& turn : turns) all.push_back(turn.text);
    return all;
  };
  EXPECT_EQ(texts(again(Way::kRegenerate)), texts(kTurns));
  const auto complained = again(Way::kComplain);
  ASSERT_EQ(complained.size(), 5U);
  EXPECT_EQ(complained[3].text, "still no");
  EXPECT_FALSE(complained[3].user);
  EXPECT_TRUE(complained[4].user);
  const auto edited = again(Way::kEdit);
  ASSERT_EQ(edited.size(), 3U);
  EXPECT_EQ(edited[1].text, "no");
  EXPECT_TRUE(edited[2].text.starts_with("Wrong. "));
  const auto anew = again(Way::kAnew);
  ASSERT_EQ(anew.size(), 1U);
  EXPECT_TRUE(anew[0].text.starts_with("task 3: a b "));
}

TEST(Conversation, another_task_in_the_same_conversation_is_found_with_and_without_thanks) {
  std::set<std::size_t> lines;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    base::Rng rng(seed);
    const auto turns = went_on(kTurns, "yes", "task 4: c d", rng);
    ASSERT_EQ(turns.size(), 5U);
    lines.insert(turns[4].text.size());
    for (const Shape shape : kShapes)
      EXPECT_EQ(read_request(shape, request_body({shape, "m", false}, "u", turns))->task, "4");
  }
  EXPECT_EQ(lines.size(), 2U);
}

TEST(Conversation, tasks_hardly_share_words) {
  std::set<std::string> seen;
  int words = 0;
  for (std::uint64_t task = 0; task < 20; ++task) {
    base::Rng rng(1, task);
    const std::string prompt = first_prompt(std::to_string(task), rng);
    EXPECT_TRUE(prompt.starts_with("task " + std::to_string(task) + ": "));
    std::istringstream text(prompt.substr(prompt.find(": ") + 2));
    for (std::string word; text >> word; ++words) seen.insert(word);
  }
  EXPECT_EQ(words, 20 * 14);
  EXPECT_GT(seen.size(), 20 * 14 - 10U);
}

TEST(Conversation, answers_are_heard_whole_in_every_shape_plain_and_as_a_stream) {
  const Answer answer{"1", "large", {"one ", "two ", "[turnout:solved]"}, false, 5, 3};
  for (const Shape shape : kShapes) {
    const Heard plain = heard({shape, "", false}, whole_answer(shape, answer));
    EXPECT_TRUE(plain.whole);
    EXPECT_EQ(plain.model, "large");
    EXPECT_EQ(plain.text, "one two [turnout:solved]");
    std::string stream;
    for (const auto& event : streamed_answer(shape, answer, false)) {
      EXPECT_FALSE(heard({shape, "", true}, stream).whole && event.is_text);
      stream += event.bytes;
    }
    const Heard streamed = heard({shape, "", true}, stream);
    EXPECT_TRUE(streamed.whole);
    EXPECT_EQ(streamed.model, "large");
    EXPECT_EQ(streamed.text, "one two [turnout:solved]");
  }
}

TEST(Conversation, what_cannot_be_read_is_not_whole) {
  for (const Shape shape : kShapes) {
    for (const bool stream : {false, true}) {
      for (const char* body : {"", "{", "[1]", "data: {\"choices\":[{", "data: 3\n\n"})
        EXPECT_FALSE(heard({shape, "", stream}, body).whole) << body;
    }
  }
}

}  // namespace
}  // namespace turnout::mock
