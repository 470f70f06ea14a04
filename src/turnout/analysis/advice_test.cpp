// Refusals and notes send the user to another verb ("see turnout plan"). Whoever follows them, from
// any verb and with any scenario, is never sent back to a verb that he has been to.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "scenarios.h"
#include "turnout/analysis/audit_answer.h"
#include "turnout/analysis/explain_answer.h"
#include "turnout/analysis/participation_answer.h"
#include "turnout/analysis/plan_answer.h"
#include "turnout/analysis/population_answer.h"
#include "turnout/analysis/regret_answer.h"
#include "turnout/analysis/response_answer.h"
#include "turnout/analysis/robust_answer.h"
#include "turnout/analysis/simulate_answer.h"
#include "turnout/analysis/solve_answer.h"
#include "turnout/analysis/transparency_answer.h"

namespace turnout::analysis {
namespace {

using scenario::Scenario;

/// What a verb says besides its numbers.
struct Said {
  bool refused = false;
  std::vector<std::string> sentences;
};
using Verb = std::function<Said(const Scenario&)>;

template <class Answer, class Notes>
Said said(const base::Result<Answer>& answer, Notes notes) {
  if (!answer) return {true, {answer.error().to_string()}};
  return {false, notes(*answer)};
}

constexpr auto kPaper = [](const auto& answer) { return answer.paper.notes; };
constexpr auto kOwn = [](const auto& answer) { return answer.notes; };

SimulateOptions few_tasks() {
  SimulateOptions options;
  options.policies = {"mini"};
  options.tasks = 1;
  options.threads = 1;
  return options;
}

RobustOptions few_draws() {
  RobustOptions options;
  options.draws = RobustOptions::kLeastDraws;
  options.depth = 1;
  options.nodes = 1;
  return options;
}

/// `solve` as the program has it.
Said solve(const Scenario& s) {
  const bool may_stay_away = s.game.participates();
  if (!s.segments.empty() && (may_stay_away || s.game.size() != game::Game::kModels))
    return said(plan_answer(s, {1, 1}), kOwn);
  if (may_stay_away) return said(participation_answer(s), kOwn);
  return s.segments.empty() ? said(solve_answer(s), kPaper) : said(population_answer(s), kPaper);
}

const std::map<std::string, Verb>& verbs() {
  static const std::map<std::string, Verb> all = {
      {"solve", solve},
      {"plan",
       [](const Scenario& s) {
         return said(plan_answer(s, {1, 1}), kOwn);
       }},
      {"robust", [](const Scenario& s) { return said(robust_answer(s, few_draws()), kOwn); }},
      {"robust --regret",
       [](const Scenario& s) {
         RegretOptions options;
         options.depth = 1;
         options.checks = 0;
         return said(regret_answer(s, options), kOwn);
       }},
      {"audit", [](const Scenario& s) { return said(audit_answer(s, {}), kPaper); }},
      {"explain", [](const Scenario& s) { return said(explain_answer(s), kPaper); }},
      {"response", [](const Scenario& s) { return said(response_answer(s, {}), kPaper); }},
      {"transparency", [](const Scenario& s) { return said(transparency_answer(s), kPaper); }},
      {"simulate", [](const Scenario& s) { return said(simulate_answer(s, few_tasks()), kOwn); }}};
  return all;
}

/// The verbs that a sentence sends its reader to.
std::vector<std::string> advised(const std::string& sentence) {
  const std::string mark = "see turnout ";
  std::vector<std::string> found;
  for (auto at = sentence.find(mark); at != std::string::npos; at = sentence.find(mark, at + 1)) {
    const auto from = at + mark.size();
    found.push_back(sentence.substr(from, sentence.find_first_of(" ,;.", from) - from));
    const std::string regret = " --regret";
    if (sentence.compare(from + found.back().size(), regret.size(), regret) == 0)
      found.back() += regret;
  }
  return found;
}

/// Follows all advice from `verb` on; `path` holds the verbs that led to it.
void follow(const Scenario& scenario, const std::string& verb, std::vector<std::string> path) {
  ASSERT_EQ(std::count(path.begin(), path.end(), verb), 0)
      << "sent back to " << verb << " from " << path.back();
  ASSERT_TRUE(verbs().contains(verb)) << verb;
  const Said answer = verbs().at(verb)(scenario);
  path.push_back(verb);
  for (const std::string& sentence : answer.sentences) {
    for (const std::string& next : advised(sentence)) {
      follow(scenario, next, path);
      if (answer.refused) {
        EXPECT_FALSE(verbs().at(next)(scenario).refused)
            << sentence << "\n  but " << next << " refuses, too";
      }
    }
  }
}

Scenario with_models(std::size_t count, double price, bool participates, double switching) {
  Scenario scenario = testing::scenario_of(10, 100, {0.2, 3, 1}, {0.8, 6, 5});
  std::vector<game::Model> models;
  const std::vector<std::string> names = {"mini", "large", "huge"};
  for (std::size_t k = 0; k < count; ++k) {
    models.push_back({0.2 + 0.3 * static_cast<double>(k), 3, 1, price});
  }
  scenario.names.assign(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count));
  game::Switching switches;
  if (switching > 0) {
    switches.cost.assign(count * count, switching);
    switches.latency.assign(count * count, 0);
    for (std::size_t k = 0; k < count; ++k) switches.cost[k * count + k] = 0;
  }
  scenario.game =
      game::RoutingGame::make({10, 1}, {100}, std::move(models), std::move(switches), participates)
          .value();
  return scenario;
}

/// The scenarios with each combination of what goes beyond the paper's game, by the bits of `i`.
Scenario combination(unsigned i) {
  const auto bit = [&](unsigned k) { return ((i >> k) & 1U) != 0; };
  Scenario scenario = with_models(bit(0) ? 3 : 2, bit(1) ? 0.5 : 0, bit(2), bit(3) ? 1 : 0);
  if (bit(4)) scenario.difficulty = game::Difficulty{1, 0.5};
  if (bit(5)) scenario.commits = false;
  if (bit(6)) scenario.segments = {{0.4, {8, 1}}, {0.6, {12, 1}}};
  if (bit(7)) {
    scenario::Uncertainty cost{{game::Quantity::kCost, 0}};
    cost.mean = 1;
    cost.low = 0.9;
    cost.high = 1.1;
    scenario.uncertain = {cost};
  }
  if (bit(8) || bit(9)) {
    scenario.knows = !bit(8)   ? scenario::Knows::kPolicy
                     : !bit(9) ? scenario::Knows::kModel
                               : scenario::Knows::kAttempt;
  }
  return scenario;
}

TEST(Advice, of_a_refusal_is_taken_by_the_verb_it_names_and_never_leads_back) {
  for (unsigned i = 0; i < 1024; ++i) {
    const Scenario scenario = combination(i);
    for (const auto& [verb, answer] : verbs()) {
      SCOPED_TRACE(::testing::Message() << "scenario " << i << ", first " << verb);
      follow(scenario, verb, {});
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Advice, on_ranges_leads_to_the_regret_that_takes_them) {
  // Price, participation, switching, difficulty and an interval change no refusal of these.
  constexpr unsigned kWithoutWeight = 0b10011110;
  for (unsigned i = 0; i < 1024; ++i) {
    if ((i & kWithoutWeight) != 0) continue;
    Scenario scenario = combination(i);
    scenario::Uncertainty range{{game::Quantity::kCost, 0}};
    range.kind = scenario::Uncertainty::Kind::kRange;
    range.mean = 1;
    range.low = 0.9;
    range.high = 1.1;
    scenario.uncertain = {range};
    for (const auto& [verb, answer] : verbs()) {
      SCOPED_TRACE(::testing::Message() << "scenario " << i << ", first " << verb);
      const bool takes = scenario::takes_plans(scenario) && scenario.commits;
      EXPECT_EQ(answer(scenario).refused, verb != "robust --regret" || !takes);
      follow(scenario, verb, {});
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Advice, names_what_keeps_the_other_verb_from_it_where_none_does_all) {
  Scenario scenario = with_models(3, 0, false, 0);
  scenario.segments = {{0.4, {8, 1}}, {0.6, {12, 1}}};
  EXPECT_TRUE(robust_answer(scenario, few_draws()));
  EXPECT_NE(transparency_answer(scenario).error().to_string().find(
                "has 3 [[model]] tables, transparency needs 2; see turnout plan"),
            std::string::npos);
  scenario.commits = false;
  EXPECT_NE(
      plan_answer(scenario, {})
          .error()
          .to_string()
          .find(
              "plan needs a provider that commits; turnout transparency can, but not with 3 models "
              "and users who differ (model)"),
      std::string::npos);
}

}  // namespace
}  // namespace turnout::analysis
