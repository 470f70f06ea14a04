#include "turnout/estimation/pair_feedback.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "turnout/base/rng.h"
#include "turnout/estimation/held_out.h"
#include "turnout/numeric/variates.h"

namespace turnout::estimation {
namespace {

/// A board that was drawn case by case from the model's definition, and what it was drawn with.
struct Board {
  std::vector<outcomes::RetryCounts> rows;
  std::vector<double> feedback;  ///< by row
};

struct Truth {
  game::Difficulty difficulty;
  double spread = 0;  ///< of feedback between models or pairs
};

bool solves(double logit, base::Rng& rng) { return rng.uniform() < 1 / (1 + std::exp(-logit)); }

outcomes::RetryCounts draw_row(const std::string& failed, const std::string& next, double skill,
                               double skill_next, const Truth& truth, double feedback, int cases,
                               base::Rng& rng) {
  outcomes::RetryCounts row{failed, static_cast<double>(cases), 0, 0, next};
  for (int i = 0; i < cases; ++i) {
    const double theta = truth.difficulty.sigma * numeric::normal(rng);
    const double own = truth.difficulty.tau * numeric::normal(rng);
    const double others = failed == next ? own : truth.difficulty.tau * numeric::normal(rng);
    const bool first = solves(skill - theta + own, rng);
    const bool second = first || solves(skill_next - theta + others + feedback, rng);
    row.solved_first += first ? 1 : 0;
    row.solved_by_second += second ? 1 : 0;
  }
  return row;
}

/// Second tries of the model that failed; skills from -2 to 2.
Board draw_models(const Truth& truth, int models, int cases, base::Rng& rng) {
  Board board;
  for (int k = 0; k < models; ++k) {
    const std::string name = "m" + std::to_string(k);
    const double skill = -2 + 4.0 * k / models;
    board.feedback.push_back(truth.difficulty.feedback + truth.spread * numeric::normal(rng));
    board.rows.push_back(
        draw_row(name, name, skill, skill, truth, board.feedback.back(), cases, rng));
  }
  return board;
}

/// Second tries of every model after every other's failure, and after its own.
Board draw_pairs(const Truth& truth, int models, int cases, base::Rng& rng) {
  Board board;
  for (int k = 0; k < models; ++k) {
    for (int next = 0; next < models; ++next) {
      board.feedback.push_back(truth.difficulty.feedback + truth.spread * numeric::normal(rng));
      board.rows.push_back(draw_row("m" + std::to_string(k), "m" + std::to_string(next),
                                    -1.5 + 3.0 * k / models, -1.5 + 3.0 * next / models, truth,
                                    board.feedback.back(), cases, rng));
    }
  }
  return board;
}

PairFeedback of_models(const Board& board) {
  return *feedback_by_pair(evidence_of(board.rows), fit_retries(board.rows));
}

/// Intervals that hold the feedback that their row was drawn with.
int covered(const PairFeedback& found, const Board& board,
            numeric::Interval FeedbackOfPair::*interval) {
  int holding = 0;
  for (std::size_t c = 0; c < board.feedback.size(); ++c) {
    const numeric::Interval& of = found.pairs[c].*interval;
    holding += of.low <= board.feedback[c] && board.feedback[c] <= of.high ? 1 : 0;
  }
  return holding;
}

/// A fit that is right about difficulty; the search for one takes long.
DifficultyFit known(const game::Difficulty& truth) {
  DifficultyFit fit;
  fit.sigma = {{truth.sigma, truth.sigma, truth.sigma}, false};
  fit.tau = {{truth.tau, truth.tau, truth.tau}, false};
  fit.feedback = {{truth.feedback, truth.feedback, truth.feedback}, false};
  return fit;
}

TEST(PairFeedback, recovers_the_feedback_of_each_model_and_its_spread) {
  const Truth truth{{1.5, 0.8, 0}, 0.7};
  base::Rng rng(31);
  const Board board = draw_models(truth, 24, 4000, rng);
  const PairFeedback found = *feedback_by_pair(evidence_of(board.rows), known(truth.difficulty));
  EXPECT_FALSE(found.other_models);
  EXPECT_TRUE(found.told_apart());
  EXPECT_LE(found.spread.low, truth.spread);
  EXPECT_GE(found.spread.high, truth.spread);
  EXPECT_NEAR(found.mean, truth.difficulty.feedback, 0.43);  // 3 x 0.7 / sqrt(24)
  for (std::size_t c = 0; c < 24; ++c)                       // errors of 0.04 to 0.1
    EXPECT_NEAR(found.pairs[c].at_fit.value, board.feedback[c], 0.3) << c;
}

TEST(PairFeedback, recovers_the_feedback_of_each_pair) {
  const Truth truth{{1.2, 0.6, 1}, 0.8};
  base::Rng rng(32);
  const Board board = draw_pairs(truth, 4, 8000, rng);
  const PairFeedback found = *feedback_by_pair(evidence_of(board.rows), known(truth.difficulty));
  EXPECT_TRUE(found.other_models);
  EXPECT_TRUE(found.told_apart());
  EXPECT_EQ(found.pairs[1].name, "m0, then m1");
  EXPECT_LE(found.spread.low, truth.spread);
  EXPECT_GE(found.spread.high, truth.spread);
  for (std::size_t c = 0; c < 16; ++c)
    EXPECT_NEAR(found.pairs[c].at_fit.value, board.feedback[c], 0.25) << c;
}

TEST(PairFeedback, intervals_at_a_known_difficulty_cover_as_often_as_they_say) {
  const Truth truth{{1, 0.5, 0}, 0.6};
  constexpr int kRounds = 200;
  constexpr int kModels = 8;
  int holding = 0;
  for (int round = 0; round < kRounds; ++round) {
    base::Rng rng(38, static_cast<std::uint64_t>(round));
    const Board board = draw_models(truth, kModels, 300, rng);
    const PairFeedback found = *feedback_by_pair(evidence_of(board.rows), known(truth.difficulty));
    holding += covered(found, board, &FeedbackOfPair::at_fit);
  }
  // 1600 intervals: a standard error of 0.5 % if they err apart.
  EXPECT_NEAR(holding / static_cast<double>(kRounds * kModels), 0.95, 0.02);
}

TEST(PairFeedback, intervals_at_any_difficulty_cover_where_the_fit_is_wrong_about_it) {
  constexpr int kRounds = 200;
  constexpr int kModels = 8;
  int holding = 0;
  int holding_at_fit = 0;
  for (int round = 0; round < kRounds; ++round) {
    base::Rng rng(33, static_cast<std::uint64_t>(round));
    // As the prior has it, so that 95 % is what intervals should hold over all rounds.
    const Truth truth{{std::min(8.0, std::abs(3 * numeric::normal(rng))), 0.5, 0}, 0.6};
    const Board board = draw_models(truth, kModels, 300, rng);
    const PairFeedback found = of_models(board);
    holding += covered(found, board, &FeedbackOfPair::feedback);
    holding_at_fit += covered(found, board, &FeedbackOfPair::at_fit);
  }
  // A board's intervals err together: if they did all at once, with a standard error of 1.5 %.
  EXPECT_NEAR(holding / static_cast<double>(kRounds * kModels), 0.95, 0.045);
  EXPECT_LT(holding_at_fit, 0.8 * kRounds * kModels);  // sigma and tau were taken as known
}

TEST(PairFeedback, models_with_one_feedback_are_seldom_told_apart) {
  const Truth truth{{1, 0.5, 0}, 0};
  constexpr int kRounds = 100;
  int apart = 0;
  for (int round = 0; round < kRounds; ++round) {
    base::Rng rng(34, static_cast<std::uint64_t>(round));
    apart += of_models(draw_models(truth, 12, 200, rng)).told_apart() ? 1 : 0;
  }
  EXPECT_LE(apart, 5 + 7);  // 5 % of 100 and three standard errors
}

TEST(PairFeedback, pairs_that_share_models_with_one_feedback_are_seldom_told_apart) {
  const Truth truth{{1, 0.5, 0}, 0};
  constexpr int kRounds = 100;
  int apart = 0;
  for (int round = 0; round < kRounds; ++round) {
    base::Rng rng(35, static_cast<std::uint64_t>(round));
    const RetryEvidence evidence = evidence_of(draw_pairs(truth, 3, 60, rng).rows);
    apart += feedback_by_pair(evidence, known(truth.difficulty))->told_apart() ? 1 : 0;
  }
  EXPECT_LE(apart, 5 + 7);
}

TEST(PairFeedback, few_pairs_and_tables_without_feedback_have_none) {
  const std::vector<outcomes::RetryCounts> two = {{"a", 100, 40, 60}, {"b", 100, 50, 60}};
  EXPECT_FALSE(feedback_by_pair(evidence_of(two), fit_retries(two)));
  const outcomes::TrialCounts trials{{"a", "b", "c"}, {{2, 2, 2}}, {{1, 1, 1}}};
  EXPECT_FALSE(feedback_by_pair(evidence_of(trials), {}));
}

TEST(PairFeedback, is_finite_where_none_or_all_of_the_second_tries_solve) {
  const std::vector<outcomes::RetryCounts> rows = {
      {"a", 10, 0, 0}, {"b", 10, 5, 10}, {"c", 10, 9, 9}, {"d", 1, 0, 1}, {"e", 10, 10, 10}};
  const PairFeedback found = *feedback_by_pair(evidence_of(rows), fit_retries(rows));
  EXPECT_EQ(found.pairs.size(), 4U);
  for (const FeedbackOfPair& pair : found.pairs) {
    EXPECT_TRUE(std::isfinite(pair.feedback.value)) << pair.name;
    EXPECT_LT(pair.feedback.low, pair.feedback.value);
    EXPECT_GT(pair.feedback.high, pair.feedback.value);
  }
}

TEST(HeldOut, feedback_by_model_forecasts_the_same_models_better_where_models_differ) {
  const Truth truth{{1, 0.5, 0}, 1};
  base::Rng rng(36);
  const Board learnt = draw_models(truth, 12, 2000, rng);
  outcomes::RetryTable again = std::vector<outcomes::RetryCounts>{};
  for (std::size_t k = 0; k < 12; ++k) {
    const double skill = -2 + 4.0 * static_cast<double>(k) / 12;
    const std::string name = "m" + std::to_string(k);
    std::get<0>(again).push_back(
        draw_row(name, name, skill, skill, truth, learnt.feedback[k], 2000, rng));
  }
  const DifficultyFit fit = fit_retries(learnt.rows);
  const Forecasts check =
      forecast_other(fit.difficulty(), of_models(learnt), fit.difficulty(), again);
  EXPECT_EQ(check.known_pairs, 12U);
  EXPECT_LT(check.by(Forecaster::kByPair)->same, check.by(Forecaster::kFit)->same - 0.005);
}

TEST(HeldOut, feedback_that_was_learnt_does_harm_where_there_is_none) {
  base::Rng rng(37);
  const Board learnt = draw_models({{1, 1.5, 0}, 0}, 12, 1000, rng);
  const Board other = draw_models({{1, 0, 0}, 0}, 12, 1000, rng);
  const DifficultyFit fit = fit_retries(learnt.rows);
  const Forecasts check =
      forecast_other(fit.difficulty(), of_models(learnt), fit.difficulty(), other.rows);
  EXPECT_GT(check.by(Forecaster::kFit)->same, check.by(Forecaster::kNoFeedback)->same);
  EXPECT_GT(check.by(Forecaster::kByPair)->same, check.by(Forecaster::kNoFeedback)->same);
}

}  // namespace
}  // namespace turnout::estimation
