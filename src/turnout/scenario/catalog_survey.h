#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/game/remedies.h"
#include "turnout/scenario/model_catalog.h"

namespace turnout::scenario {

/// The game that two models of a catalogue make.
struct PairResult {
  std::size_t first = 0;  ///< position in the catalogue of the model that plays M1
  std::size_t second = 0;
  bool in_paper_order = false;  ///< t1 < t2, c1 < c2, p1 < p2
  game::Equilibrium equilibrium;
  game::Misalignment misalignment;
  game::Throttling throttling;
  double penalty_floor = 0;
  double cascade_saving =
      0;  ///< share of the best static policy's cost that an optimal interior cascade saves
};

/// What a group of pairs comes to.
struct SurveyTotals {
  std::size_t pairs = 0;
  std::array<std::size_t, 4> by_regime{};  ///< indexed by game::Regime
  std::size_t cascades = 0;                ///< pairs with an interior cascade as the optimum
  double cascade_saving_mean = 0;          ///< over those
  double cascade_saving_most = 0;
  std::size_t disagreements = 0;  ///< pairs with Delta_U > 0
  std::size_t throttled = 0;      ///< pairs in which throttling would pay
  double highest_floor = 0;       ///< the penalty that stops throttling in all pairs
};

struct Survey {
  std::vector<PairResult> pairs;  ///< every ordered pair of different models, in catalogue order
  SurveyTotals paper_order;       ///< the pairs in the paper's order: smaller model first
  SurveyTotals all;
};

/// @returns the equilibrium of every ordered pair of models at one V, value of time and P. The
///   values must be in range (game::check); else the error says which is not. Cost: about 0.3
///   microseconds a pair; kCancelled.
base::Result<Survey> survey(const std::vector<CatalogModel>& models, const game::User& user,
                            const game::Provider& provider,
                            const base::Cancellation& cancellation = {});

/// @returns the positions in survey.pairs with the largest misalignment, worst first, at most
///   `most`.
/// @param paper_order_only  leave out pairs that are not in the paper's order
std::vector<std::size_t> worst_misaligned(const Survey& survey, std::size_t most,
                                          bool paper_order_only);

}  // namespace turnout::scenario
