#include <gtest/gtest.h>

#include <cmath>

#include "turnout/scenario/catalog_survey.h"

namespace turnout::scenario {
namespace {

base::Result<std::vector<CatalogModel>> read(const std::string& text,
                                             const CatalogColumns& columns = {}) {
  auto rows = base::LineReader::over(text, "c.csv");
  return read_catalog(rows, columns);
}

TEST(Catalog, reads_columns_by_name_and_passes_over_others) {
  const auto models = read("cost,source,model,latency,success\n1,x,\"a, b\",3,0.5\n2,y,c,4,0.6\n");
  ASSERT_TRUE(models);
  EXPECT_EQ((*models)[0].name, "a, b");
  EXPECT_EQ((*models)[1].model.latency, 4);
}

TEST(Catalog, reads_from_renamed_columns) {
  const auto models =
      read("model,p_first,s,usd\na,0.5,3,1\nb,0.6,4,2\n", {"model", "p_first", "s", "usd"});
  ASSERT_TRUE(models);
  EXPECT_EQ((*models)[1].model.cost, 2);
}

TEST(Catalog, refuses_bad_rows_with_line_and_column) {
  const std::string header = "model,success,latency,cost\n";
  const auto error = [&](const std::string& rows) {
    return read(header + rows).error().to_string();
  };
  EXPECT_EQ(error("a,0.5,3,1\nb,0,3,1\n"),
            "c.csv:3: column success: 0 must be in (0, 1], at least 1e-100");
  EXPECT_EQ(error("a,0.5,3,1\na,0.6,3,1\n"),
            "c.csv:3: column model: 'a' was named on line 2 already, names must differ");
  EXPECT_EQ(error("a,0.5,3,1\n"), "c.csv: has 1 models, must have at least 2");
  EXPECT_EQ(error(",0.5,3,1\n"), "c.csv:2: column model: is empty, must name a model");
  EXPECT_EQ(error("a,0.5,3\n"), "c.csv:2: has 3 fields, the header has 4");
  EXPECT_EQ(error("a,0.5,3,\n"), "c.csv:2: column cost: is empty, expected a number");
  EXPECT_EQ(read("").error().to_string(), "c.csv: is empty, must be a catalogue");
}

const std::vector<CatalogModel> kModels = {
    {"small", {0.2, 3, 1}}, {"large", {0.8, 6, 5}}, {"slow", {0.9, 90, 9}}};

TEST(Survey, plays_every_ordered_pair_and_counts_the_papers_order_apart) {
  const auto result = survey(kModels, {10, 1}, {100});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->all.pairs, 6U);
  EXPECT_EQ(result->paper_order.pairs, 3U);
  const PairResult& cascade = result->pairs[0];  // small, large: xi = -1, 2
  EXPECT_EQ(cascade.equilibrium.best().route, game::Route::kCascadeStay);
  // The best static policy is (1,1), the large model from the second attempt on: 1 + 0.8 * 6.25.
  EXPECT_NEAR(cascade.cascade_saving, 1 - cascade.equilibrium.best().payoffs.provider_cost / 6,
              1e-15);
  EXPECT_EQ(result->paper_order.cascades, 1U);
  std::size_t by_regime = 0;
  for (const std::size_t n : result->all.by_regime) by_regime += n;
  EXPECT_EQ(by_regime, 6U);
}

TEST(Survey, lists_the_worst_disagreements_first) {
  const auto result = survey(kModels, {10, 1}, {0.1});
  const auto worst = worst_misaligned(*result, 2, false);
  ASSERT_EQ(worst.size(), 2U);
  EXPECT_GE(result->pairs[worst[0]].misalignment.gap, result->pairs[worst[1]].misalignment.gap);
}

TEST(Survey, refuses_a_value_out_of_range) { EXPECT_FALSE(survey(kModels, {-1, 1}, {0})); }

}  // namespace
}  // namespace turnout::scenario
