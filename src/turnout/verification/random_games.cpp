#include "turnout/verification/random_games.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace turnout::verification {
namespace {

using game::Game;
using game::Model;

double thousandths(double x) { return std::max(1.0, std::round(x * 1000)) / 1000; }

std::array<double, 2> exponential_pair(base::Rng& rng) {
  return {thousandths(rng.exponential(1)), thousandths(rng.exponential(1))};
}

std::array<double, 2> success_pair(base::Rng& rng) {
  return {thousandths(rng.uniform(0.02, 0.98)), thousandths(rng.uniform(0.02, 0.98))};
}

Game make(double value, double penalty, const std::array<double, 2>& p,
          const std::array<double, 2>& t, const std::array<double, 2>& c) {
  return Game::make({value, 1}, {penalty}, {Model{p[0], t[0], c[0]}, Model{p[1], t[1], c[1]}})
      .value();
}

/// Two different numbers, the smaller first.
std::array<double, 2> sorted(std::array<double, 2> pair) {
  if (pair[0] == pair[1]) pair[1] += 0.001;
  if (pair[0] > pair[1]) std::swap(pair[0], pair[1]);
  return pair;
}

double rounded(double x, int digits) {
  if (x == 0) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(x))) + 1 - digits);
  const double steps = std::round(x / unit);
  // Dividing by a whole power of ten keeps 0.3 the 0.3 that one types.
  return unit < 1 ? steps / std::round(1 / unit) : steps * unit;
}

}  // namespace

Game draw_in_paper_order(base::Rng& rng) {
  const auto p = sorted(success_pair(rng));
  const auto t = sorted(exponential_pair(rng));
  const auto c = sorted(exponential_pair(rng));
  const double value = thousandths(rng.exponential(3));
  return make(value, thousandths(rng.exponential(3)), p, t, c);
}

Game draw_in_any_order(base::Rng& rng) {
  const auto p = success_pair(rng);
  const auto t = exponential_pair(rng);
  const auto c = exponential_pair(rng);
  const double value = thousandths(rng.exponential(3));
  return make(value, thousandths(rng.exponential(3)), p, t, c);
}

Game draw_larger_first(base::Rng& rng) {
  auto p = sorted(success_pair(rng));
  std::swap(p[0], p[1]);
  p[1] = thousandths(p[1] / 8);
  const auto t = exponential_pair(rng);
  auto c = sorted(exponential_pair(rng));
  std::swap(c[0], c[1]);
  c[1] = thousandths(c[1] / 8);
  const double value = thousandths(rng.exponential(6));
  return make(value, thousandths(rng.exponential(3)), p, t, c);
}

Game draw_impatient(base::Rng& rng) {
  const Game game = draw_in_paper_order(rng);
  std::array<Model, 2> models = {game.model(0), game.model(1)};
  for (Model& model : models) model.patience = thousandths(rng.uniform(0.3, 1));
  if (rng.next() % 2 == 0) models[1].patience = models[0].patience;
  return Game::make(game.user(), game.provider(), models).value();
}

Game draw_erring(base::Rng& rng) {
  const Game game = draw_in_paper_order(rng);
  std::array<Model, 2> models = {game.model(0), game.model(1)};
  for (Model& model : models) {
    model.false_accept = thousandths(rng.uniform(0, 0.4));
    model.false_reject = thousandths(rng.uniform(0, 0.4));
  }
  game::User user = game.user();
  user.harm = thousandths(rng.exponential(1));
  user.naive = rng.next() % 2 == 0;
  game::Provider provider = game.provider();
  if (rng.next() % 2 == 0) provider.late_churn = thousandths(rng.exponential(3));
  return Game::make(user, provider, models).value();
}

Game draw_fuller(base::Rng& rng) {
  const Game game = draw_in_any_order(rng);
  const auto drawn = [&rng] { return rng.next() % 2 == 0; };
  std::array<Model, 2> models = {game.model(0), game.model(1)};
  const bool impatient = drawn();
  const bool errs = drawn();
  const bool priced = drawn();
  for (Model& model : models) {
    if (impatient) model.patience = thousandths(rng.uniform(0.3, 1));
    if (errs && drawn()) model.false_accept = thousandths(rng.uniform(0, 0.4));
    if (errs && drawn()) model.false_reject = thousandths(rng.uniform(0, 0.4));
    if (priced) model.price = thousandths(rng.exponential(0.3));
  }
  game::User user = game.user();
  if (drawn()) user.outside = thousandths(rng.exponential(0.5));
  if (errs && drawn()) user.harm = thousandths(rng.exponential(1));
  user.naive = errs && drawn();
  game::Provider provider = game.provider();
  if (errs && drawn()) provider.late_churn = thousandths(rng.exponential(3));
  return Game::make(user, provider, models).value();
}

Play random_play(base::Rng& rng) {
  const bool on_first = rng.uniform() < 0.75;
  const double s = on_first ? rng.uniform() : 0;
  return {{on_first ? std::size_t{0} : std::size_t{1}, s}, rng.uniform()};
}

std::optional<Game> draw_where(const Draw& draw, const std::function<bool(const Game&)>& wanted,
                               base::Rng& rng) {
  constexpr int kMostTries = 1'000'000;
  for (int i = 0; i < kMostTries; ++i) {
    const Game game = draw(rng);
    if (wanted(game)) return game;
  }
  return std::nullopt;
}

namespace {

/// The game with the numbers beyond the paper's put back one by one, where it still fails.
Game shrink_to_paper(const Game& game, const std::function<bool(const Game&)>& fails) {
  Game smallest = game;
  const auto accept = [&](const base::Result<Game>& plainer) {
    if (plainer && fails(*plainer)) smallest = *plainer;
  };
  const Model plain;
  for (const game::Quantity quantity :
       {game::Quantity::kPrice, game::Quantity::kPatience, game::Quantity::kFalseAccept,
        game::Quantity::kFalseReject}) {
    for (std::size_t k = 0; k < Game::kModels; ++k) {
      if (smallest.get({quantity, k}) != get(plain, quantity))
        accept(smallest.with({quantity, k}, get(plain, quantity)));
    }
  }
  for (const game::Quantity quantity : {game::Quantity::kOutside, game::Quantity::kHarm}) {
    if (smallest.get({quantity, 0}) != 0) accept(smallest.with({quantity, 0}, 0));
  }
  const std::array<Model, 2> models = {smallest.model(0), smallest.model(1)};
  game::User knows = smallest.user();
  knows.naive = false;
  if (smallest.user().naive) accept(Game::make(knows, smallest.provider(), models));
  if (smallest.provider().late_churn)
    accept(Game::make(smallest.user(), {smallest.churn_penalty()}, models));
  return smallest;
}

}  // namespace

Game shrink(const Game& game, const std::function<bool(const Game&)>& fails) {
  constexpr int kMostDigits = 6;
  Game smallest = shrink_to_paper(game, fails);
  bool changed = true;
  while (changed) {
    changed = false;
    for (const game::Parameter parameter : varied_parameters(smallest)) {
      const double now = smallest.get(parameter);
      for (int digits = 1; digits < kMostDigits && rounded(now, digits) != now; ++digits) {
        const auto shorter = smallest.with(parameter, rounded(now, digits));
        if (!shorter || !fails(*shorter)) continue;
        smallest = *shorter;
        changed = true;
        break;
      }
    }
  }
  return smallest;
}

}  // namespace turnout::verification
