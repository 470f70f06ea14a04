#include "turnout/scenario/catalog_survey.h"

#include <algorithm>

namespace turnout::scenario {
namespace {

double saving_of_cascade(const game::Game& game, const game::Equilibrium& equilibrium) {
  if (!game::is_cascade(equilibrium.best().route)) return 0;
  return 1 - equilibrium.best().payoffs.provider_cost / game::best_static_cost(game);
}

void add(SurveyTotals& totals, const PairResult& pair) {
  ++totals.pairs;
  ++totals.by_regime.at(static_cast<std::size_t>(pair.equilibrium.regime));
  if (game::is_cascade(pair.equilibrium.best().route)) {
    ++totals.cascades;
    totals.cascade_saving_mean +=
        (pair.cascade_saving - totals.cascade_saving_mean) / static_cast<double>(totals.cascades);
    totals.cascade_saving_most = std::max(totals.cascade_saving_most, pair.cascade_saving);
  }
  if (pair.misalignment.gap > 0) ++totals.disagreements;
  if (pair.throttling.gain > 0) {
    ++totals.throttled;
    totals.highest_floor = std::max(totals.highest_floor, pair.penalty_floor);
  }
}

bool paper_order(const game::Model& a, const game::Model& b) {
  return a.latency < b.latency && a.cost < b.cost && a.success < b.success;
}

}  // namespace

base::Result<Survey> survey(const std::vector<CatalogModel>& models, const game::User& user,
                            const game::Provider& provider,
                            const base::Cancellation& cancellation) {
  Survey result;
  for (std::size_t i = 0; i < models.size(); ++i) {
    TURNOUT_CHECK(cancellation.check());
    for (std::size_t j = 0; j < models.size(); ++j) {
      if (i == j) continue;
      const auto game = game::Game::make(user, provider, {models[i].model, models[j].model});
      if (!game) return game.error();
      PairResult pair;
      pair.first = i;
      pair.second = j;
      pair.in_paper_order = paper_order(models[i].model, models[j].model);
      pair.equilibrium = game::solve(*game);
      pair.misalignment = game::misalignment(*game, pair.equilibrium);
      pair.throttling = game::throttling(*game, pair.equilibrium);
      pair.penalty_floor = game::penalty_floor(*game, pair.equilibrium);
      pair.cascade_saving = saving_of_cascade(*game, pair.equilibrium);
      add(result.all, pair);
      if (pair.in_paper_order) add(result.paper_order, pair);
      result.pairs.push_back(pair);
    }
  }
  return result;
}

std::vector<std::size_t> worst_misaligned(const Survey& survey, std::size_t most,
                                          bool paper_order_only) {
  std::vector<std::size_t> worst;
  for (std::size_t i = 0; i < survey.pairs.size(); ++i) {
    const PairResult& pair = survey.pairs[i];
    if (pair.misalignment.gap > 0 && (pair.in_paper_order || !paper_order_only)) worst.push_back(i);
  }
  std::stable_sort(worst.begin(), worst.end(), [&](std::size_t a, std::size_t b) {
    return survey.pairs[a].misalignment.gap > survey.pairs[b].misalignment.gap;
  });
  worst.resize(std::min(worst.size(), most));
  return worst;
}

}  // namespace turnout::scenario
