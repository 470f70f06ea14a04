#include "turnout/scenario/game_batch.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <vector>

#include "turnout/base/csv.h"
#include "turnout/base/number_text.h"
#include "turnout/base/rng.h"
#include "turnout/game/remedies.h"

namespace turnout::scenario {
namespace {

const std::string kHeader = "V,P,p1,t1,c1,p2,t2,c2\n";
const std::string kAnswers =
    "regime,start,cascade,abandon,provider_cost,user_utility,success,latency,service_cost,user_"
    "preferred_utility,"
    "misalignment,throttled_cost,throttling_gain,penalty_floor";

struct BatchRun {
  std::string output;
  std::string error;
  std::size_t rows = 0;
};

BatchRun run(const std::string& input) {
  const std::string path = ::testing::TempDir() + "batch_" + std::to_string(::getpid());
  BatchRun result;
  {
    auto rows = base::LineReader::over(input, "games.csv");
    base::OutputFile out = *base::OutputFile::create(path);
    auto solved = solve_batch(rows, out, [](std::size_t) {});
    if (!solved) return {"", solved.error().to_string(), 0};
    EXPECT_TRUE(out.commit());
    result.rows = *solved;
  }
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  result.output = text.str();
  return result;
}

TEST(Batch, gives_each_row_its_solution_in_order) {
  const BatchRun batch = run(kHeader + "12,4,0.45,3,0.4,0.8,9,2\n20,1,0.5,5,1,0.8,4,2\n");
  EXPECT_EQ(batch.rows, 2U);
  EXPECT_EQ(batch.output,
            "V,P,p1,t1,c1,p2,t2,c2," + kAnswers +
                "\n12,4,0.45,3,0.4,0.8,9,2,value-value,1,0,0,0.888888888888889,5.333333333333334,1,"
                "6.666666666666667,0.888888888888889,5.333333333333334,0,0.888888888888889,0,0."
                "888888888888889\n"
                "20,1,0.5,5,1,0.8,4,2,value-value,1,0,0,2,10,1,10,2,15,5,1.5,0.5,2\n");
}

TEST(Batch, takes_columns_in_any_order_and_carries_an_id_through) {
  const BatchRun batch = run("c2,id,t2,p2,c1,t1,p1,P,V\n2,\"a,b\",4,0.8,1,5,0.5,1,20\r\n");
  EXPECT_NE(batch.output.find("\n2,\"a,b\",4,0.8,1,5,0.5,1,20,value-value,1,0,0,2,10,"),
            std::string::npos)
      << batch.output;
}

TEST(Batch, of_a_header_alone_is_a_header_alone) { EXPECT_EQ(run(kHeader).rows, 0U); }

TEST(Batch, numbers_read_back_to_the_engines_bits) {
  base::Rng rng(4);
  std::string input = kHeader;
  std::vector<game::Game> games;
  for (int i = 0; i < 200; ++i) {
    const auto draw = [&] { return std::pow(10, rng.uniform(-3, 3)); };
    games.push_back(game::Game::make({draw(), 1}, {draw()},
                                     {game::Model{rng.uniform(0.01, 1), draw(), draw()},
                                      game::Model{rng.uniform(0.01, 1), draw(), draw()}})
                        .value());
    const game::Game& g = games.back();
    std::ostringstream row;
    row.precision(17);
    row << g.value() << ',' << g.churn_penalty();
    for (std::size_t k = 0; k < 2; ++k)
      row << ',' << g.model(k).success << ',' << g.model(k).latency << ',' << g.model(k).cost;
    input += row.str() + "\n";
  }
  std::istringstream lines(run(input).output);
  std::string line;
  std::getline(lines, line);
  for (const game::Game& game : games) {
    ASSERT_TRUE(std::getline(lines, line));
    std::vector<std::string_view> fields;
    ASSERT_TRUE(base::split_csv(line, fields));
    ASSERT_EQ(fields.size(), 22U);
    const game::Equilibrium e = game::solve(game);
    EXPECT_EQ(fields[8], game::to_string(e.regime));
    EXPECT_EQ(*base::parse_number(fields[10]), e.best().policy.cascade);
    EXPECT_EQ(*base::parse_number(fields[12]), e.best().payoffs.provider_cost);
    EXPECT_EQ(*base::parse_number(fields[13]), e.best().payoffs.user_utility);
    EXPECT_EQ(*base::parse_number(fields[18]), game::misalignment(game, e).gap);
    EXPECT_EQ(*base::parse_number(fields[20]), game::throttling(game, e).gain);
    EXPECT_EQ(*base::parse_number(fields[21]), game::penalty_floor(game, e));
  }
}

struct BadBatch {
  const char* name;
  std::string text;
  std::string message;
  friend void PrintTo(const BadBatch& bad, std::ostream* out) { *out << bad.name; }
};

class BadBatchTest : public ::testing::TestWithParam<BadBatch> {};

TEST_P(BadBatchTest, is_refused_with_line_column_and_value) {
  EXPECT_EQ(run(GetParam().text).error, GetParam().message);
}

const std::string kRow = "12,4,0.45,3,0.4,0.8,9,2\n";

INSTANTIATE_TEST_SUITE_P(
    Batch, BadBatchTest,
    ::testing::Values(
        BadBatch{"empty", "",
                 "games.csv: is empty, must start with the header V,P,p1,t1,c1,p2,t2,c2"},
        BadBatch{"missing_column", "V,P,p1,t1,c1,p2,t2\n",
                 "games.csv:1: the header 'V,P,p1,t1,c1,p2,t2' has no column 'c2'; it needs "
                 "V,P,p1,t1,c1,p2,t2,c2"},
        BadBatch{"no_header", kRow,
                 "games.csv:1: the header '12,4,0.45,3,0.4,0.8,9,2' has no column 'V'; it needs "
                 "V,P,p1,t1,c1,p2,t2,c2"},
        BadBatch{"duplicate_column", "V,P,p1,t1,c1,p2,t2,c2,V\n",
                 "games.csv:1: the header has column 'V' twice"},
        BadBatch{"unknown_column", "V,P,p1,t1,c1,p2,t2,c2,price\n",
                 "games.csv:1: the header has an unknown column 'price'; allowed are "
                 "V,P,p1,t1,c1,p2,t2,c2 and id"},
        BadBatch{"short_row", kHeader + kRow + "1,2,3\n",
                 "games.csv:3: has 3 fields, the header has 8"},
        BadBatch{"long_row", kHeader + "1,2,3,4,5,6,7,8,9\n",
                 "games.csv:2: has 9 fields, the header has 8"},
        BadBatch{"blank_row", kHeader + "\n" + kRow, "games.csv:2: has 1 fields, the header has 8"},
        BadBatch{"not_a_number", kHeader + "12,4,0.45,3,0.4,0.8,nine,2\n",
                 "games.csv:2: column t2: 'nine' is not a number"},
        BadBatch{"nan", kHeader + "nan,4,0.45,3,0.4,0.8,9,2\n",
                 "games.csv:2: column V: 'nan' is not a finite number"},
        BadBatch{"infinity", kHeader + "12,4,0.45,3,0.4,0.8,9,inf\n",
                 "games.csv:2: column c2: 'inf' is not a finite number"},
        BadBatch{"empty_field", kHeader + "12,,0.45,3,0.4,0.8,9,2\n",
                 "games.csv:2: column P: is empty, expected a number"},
        BadBatch{"out_of_range", kHeader + "12,4,0,3,0.4,0.8,9,2\n",
                 "games.csv:2: column p1: 0 must be in (0, 1], at least 1e-100"},
        BadBatch{"trailing_junk", kHeader + "12,4,0.45,3,0.4,0.8,9,2 x\n",
                 "games.csv:2: column c2: '2 x' is not a number"},
        BadBatch{"binary", kHeader + std::string("\x00\x01,4,0.45,3,0.4,0.8,9,2\n", 24),
                 "games.csv:2: column V: '\\x00\\x01' is not a number"},
        BadBatch{"open_quote", kHeader + "\"12,4,0.45,3,0.4,0.8,9,2\n",
                 "games.csv:2: has a quote that is not closed"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace turnout::scenario
