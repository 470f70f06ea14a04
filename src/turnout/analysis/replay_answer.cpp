#include "turnout/analysis/replay_answer.h"

#include <fmt/format.h>

#include <utility>

#include "turnout/analysis/paper_scenario.h"
#include "turnout/base/line_reader.h"
#include "turnout/base/number_text.h"
#include "turnout/base/option_range.h"
#include "turnout/game/belief_plan.h"
#include "turnout/scenario/scenario_scope.h"

namespace turnout::analysis {
namespace {

base::Status check(const ReplayOptions& options) {
  TURNOUT_CHECK(base::check_option("depth", options.depth, 1, game::kDeepest));
  TURNOUT_CHECK(base::check_option("splits", options.splits, 1, kMostSplits));
  return base::check_option("bootstrap", options.bootstrap, kLeastResamples, kMostResamples);
}

base::Result<outcomes::OutcomeTable> read_table(const std::string& path,
                                                const outcomes::OutcomeColumns& columns) {
  TURNOUT_TRY(base::LineReader rows, base::LineReader::open(path));
  TURNOUT_TRY(auto table, outcomes::read_outcomes(rows, columns));
  if (table.tasks.size() >= 2) return table;
  return base::Error{base::ErrorCode::kInvalidValue,
                     "has 1 task, replay needs at least 2: one to learn from", rows.name()};
}

/// The outcomes of the scenario's models, in its order.
base::Result<simulation::Recorded> recorded(const outcomes::OutcomeTable& table,
                                            const std::vector<std::string>& names,
                                            const std::string& path) {
  TURNOUT_TRY(auto chosen, table.of_models(names).within(path));
  return simulation::Recorded{std::move(chosen.rate), std::move(chosen.score),
                              std::move(chosen.trials)};
}

}  // namespace

base::Result<ReplayAnswer> replay_answer(scenario::Scenario scenario, const std::string& outcomes,
                                         const std::string& score, const ReplayOptions& options,
                                         const base::Watch& watch) {
  TURNOUT_CHECK(check(options));
  TURNOUT_TRY(auto notes, take_means(scenario));
  TURNOUT_CHECK(scenario::check_for_plans(scenario, "replay"));
  if (scenario.difficulty || scenario.outcomes) {
    return base::Error{base::ErrorCode::kUnsupported,
                       "replay takes its types of task from OUTCOMES.csv, leave it out",
                       scenario.source + ": difficulty"};
  }
  if (!scenario.game.has_papers_users()) {
    return base::Error{
        base::ErrorCode::kUnsupported,
        "replay plays patient users who make no errors of judgement and have nothing "
        "elsewhere; leave patience, [judgement] and outside out",
        scenario.source};
  }
  TURNOUT_TRY(const auto table, read_table(outcomes, {scenario.names, score}));
  TURNOUT_TRY(const auto chosen, recorded(table, scenario.names, outcomes));
  auto replay = simulation::replay(scenario.game, scenario.names, chosen, options, watch);
  TURNOUT_CHECK(watch.cancellation.check());
  return ReplayAnswer{options, std::move(replay), std::move(notes)};
}

base::Result<RandomReplayAnswer> random_replay_answer(const std::string& outcomes,
                                                      const std::string& score, std::size_t games,
                                                      const ReplayOptions& options,
                                                      const base::Watch& watch) {
  TURNOUT_CHECK(check(options));
  TURNOUT_CHECK(base::check_option("random", games, 1, kMostRandomGames));
  TURNOUT_TRY(const auto table, read_table(outcomes, {{}, score}));
  if (table.models.size() < 2) {
    return base::Error{base::ErrorCode::kInvalidValue, "has 1 model, --random needs at least 2",
                       outcomes};
  }
  auto survey = simulation::survey({table.rate, table.score, table.trials}, games, options, watch);
  TURNOUT_CHECK(watch.cancellation.check());
  return RandomReplayAnswer{options, std::move(survey)};
}

}  // namespace turnout::analysis
