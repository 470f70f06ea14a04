#include "turnout/scenario/starter_scenario.h"

#include <gtest/gtest.h>

#include "turnout/scenario/scenario.h"

namespace turnout::scenario {
namespace {

const std::vector<CatalogModel> kModels = {{"mini \"1\" \\", {0.45, 3, 0.4}},
                                           {"large", {0.8, 9, 2}},
                                           {"\xE5\xA4\xA7\xE6\xA8\xA1\xE5\x9E\x8B", {0.9, 10, 3}}};

TEST(StarterScenario, is_read_back_with_the_models_numbers_in_the_order_asked_for) {
  const auto text = starter_scenario(kModels, {"large", kModels[0].name, kModels[2].name}, "c.csv");
  ASSERT_TRUE(text) << text.error().to_string();
  const auto read = parse_scenario(*text, "s.toml");
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->names, (std::vector<std::string>{"large", kModels[0].name, kModels[2].name}));
  EXPECT_EQ(read->game.model(1).success, 0.45);
  EXPECT_EQ(read->game.model(2).latency, 10);
  EXPECT_EQ(read->game.model(0).cost, 2);
  EXPECT_NE(text->find("c.csv"), std::string::npos);
}

TEST(StarterScenario, has_a_comment_at_every_number_and_fits_100_columns) {
  const auto text = starter_scenario(kModels, {"large", kModels[0].name}, "c.csv");
  ASSERT_TRUE(text);
  std::size_t start = 0;
  for (std::size_t end; (end = text->find('\n', start)) != std::string::npos; start = end + 1) {
    const std::string line = text->substr(start, end - start);
    EXPECT_LE(line.size(), 100U) << line;
    if (line.find(" = ") != std::string::npos && !line.starts_with("name")) {
      EXPECT_NE(line.find('#'), std::string::npos) << line;
    }
  }
}

TEST(StarterScenario, refuses_models_that_are_not_there_or_stand_there_twice) {
  const auto unknown = starter_scenario(kModels, {"lagre", "large"}, "c.csv");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().to_string(),
            "--from-catalog: 'lagre' is no model of the catalogue; did you mean 'large'?");
  const auto twice = starter_scenario(kModels, {"large", "large"}, "c.csv");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().to_string().find("names two models"), std::string::npos);
}

}  // namespace
}  // namespace turnout::scenario
