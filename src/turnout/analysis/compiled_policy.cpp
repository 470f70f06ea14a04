#include "turnout/analysis/compiled_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "turnout/game/promised_utility.h"

namespace turnout::analysis {
namespace {

using game::EscalationPlan;
using policy::Form;
using policy::Run;
using policy::Sequence;

/// Puts the models with which a user who failed on the last listed one is kept from going on behind
/// the sequence, the worst after each for ever.
void add_threats(Sequence& sequence, const game::RoutingGame& game) {
  const game::Threats threats(game);
  std::vector<std::size_t> chain = {sequence.runs.back().lottery[0].first};
  for (;;) {
    const std::size_t next = threats.worst_after(chain.back());
    const auto again = std::find(chain.begin(), chain.end(), next);
    if (again == chain.end()) {
      chain.push_back(next);
      sequence.runs.push_back({{{next, 1}}});
      continue;
    }
    // From here on the chain repeats. Its first model is the last listed attempt's.
    sequence.repeated = static_cast<std::size_t>(chain.end() - again);
    return;
  }
}

base::Result<Sequence> sequence_of(const EscalationPlan& plan, const game::RoutingGame& game) {
  Sequence sequence;
  for (const auto& attempt : plan.attempts) sequence.runs.push_back({attempt.models});
  for (const auto& run : plan.rest) sequence.runs.push_back({run.models, run.times});
  if (plan.ends) sequence.repeated = 0;
  if (plan.leaves_after && !plan.ends) add_threats(sequence, game);
  if (plan.truncated && plan.rest.empty()) {
    return base::Error{base::ErrorCode::kUnsupported,
                       fmt::format("the plan has more than {} attempts before it goes on with one "
                                   "model: no policy holds it",
                                   game::kMostCounted),
                       "policy"};
  }
  return sequence;
}

/// Six decimals, a little more for the model that serves behind the lottery.
void round_to_the_safe_side(Run& run, std::size_t keeps) {
  constexpr double kUnits = 1e6;
  if (run.lottery.size() != 2) return;
  const std::size_t safe_one = run.lottery[0].first == keeps ? 0 : 1;
  auto& safe = run.lottery[safe_one];
  auto& other = run.lottery[1 - safe_one];
  if (safe.first != keeps) return;
  const double units = std::min(kUnits, std::floor(safe.second * kUnits) + 1);
  safe.second = units / kUnits;
  other.second = (kUnits - units) / kUnits;
}

}  // namespace

base::Result<policy::Policy> compiled_policy(const EscalationPlan& plan,
                                             const game::RoutingGame& game,
                                             std::span<const std::string> names) {
  TURNOUT_TRY(auto sequence, sequence_of(plan, game));
  return policy::Policy::make({std::move(sequence)}, names);
}

base::Result<policy::Policy> deployable_policy(const EscalationPlan& plan,
                                               const game::RoutingGame& game,
                                               std::span<const std::string> names) {
  TURNOUT_TRY(auto sequence, sequence_of(plan, game));
  for (std::size_t i = 0; i + 1 < sequence.runs.size(); ++i)
    round_to_the_safe_side(sequence.runs[i], sequence.runs[i + 1].lottery[0].first);
  return policy::Policy::make({std::move(sequence)}, names);
}

base::Result<std::string> policy_text_of(const EscalationPlan& plan, const game::RoutingGame& game,
                                         std::span<const std::string> names) {
  TURNOUT_TRY(const auto policy, deployable_policy(plan, game, names));
  return policy.text();
}

policy::Policy compiled_policy(const game::PaperPolicy& paper, std::span<const std::string> names) {
  const std::size_t start = paper.policy.start == 0 ? paper.first : paper.second;
  const Form form{policy::Cascade{start, paper.second, paper.policy.cascade}};
  return policy::Policy::make(form, names).value();  // it has an attempt
}

std::optional<game::Policy> paper_policy(const policy::Policy& policy) {
  const Form& form = policy.form();
  if (policy.models() != game::Game::kModels || form.explores > 0) return {};
  if (const auto* cascade = std::get_if<policy::Cascade>(&form.plan)) {
    if (cascade->first != 0 || cascade->last != 1) return {};
    return game::Policy{0, cascade->switches};
  }
  if (!policy.is_deterministic()) return {};
  const auto& sequence = std::get<Sequence>(form.plan);
  const auto serves = [&](std::size_t run, std::size_t model) {
    return sequence.runs[run].lottery[0].first == model;
  };
  if (sequence.repeated != 1) return {};
  if (sequence.runs.size() == 1) return game::Policy{serves(0, 0) ? 0U : 1U, 0};
  const bool at_once = sequence.runs.size() == 2 && serves(0, 0) && sequence.runs[0].times == 1;
  if (at_once && serves(1, 1)) return game::Policy{0, 1};
  return {};
}

}  // namespace turnout::analysis
