#include "turnout/drawing/map_words.h"

#include <gtest/gtest.h>

#include "games.h"

namespace turnout::drawing {
namespace {

TEST(MapWords, every_number_of_a_game_is_called_by_what_it_is) {
  const analysis::PaperScenario pair = {
      {testing::game_of(10, 4, {0.2, 3, 1}, {0.8, 6, 5}), {"mini", "large"}}, {}};
  std::vector<std::string> names = {"rho"};
  for (const auto parameter : game::all_parameters()) names.push_back(symbol(parameter));
  for (const std::string& name : names) {
    const std::string other = name == "P" ? "V=1:2" : "P=0:1";
    const auto answer = analysis::map_answer(pair, {name + "=0.2:0.9", other, "", "2x2", ""});
    ASSERT_TRUE(answer) << name << answer.error().to_string();
    const std::string words = axis_in_words(answer->map.x(), *answer);
    EXPECT_EQ(words.rfind(name + ", ", 0), 0U) << words;
    if (name.back() == '2') {
      EXPECT_TRUE(words.ends_with("large")) << words;
    }
  }
}

}  // namespace
}  // namespace turnout::drawing
