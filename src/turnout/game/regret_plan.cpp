#include "turnout/game/regret_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "turnout/base/rng.h"
#include "turnout/game/neighbour_search.h"
#include "turnout/game/population_plan.h"

namespace turnout::game {
namespace {

using Point = std::vector<double>;

constexpr std::size_t kMostCorners = 64;
constexpr std::size_t kRandomGames = 64;
constexpr std::size_t kTurns = 40;
constexpr std::size_t kStarts = 6;      // of the search for a worse game
constexpr std::size_t kSweeps = 2;      // over all lines through a game
constexpr std::size_t kNewGames = 6;    // a turn
constexpr std::size_t kLooks = 8;       // along a line
constexpr std::size_t kDirections = 4;  // at random, beside the sides of the box
constexpr std::size_t kMostInPool = 64;
constexpr std::size_t kNodesForOneGame = 20'000;
constexpr double kLeastGain = 1e-6;
constexpr double kSeldom = 0.01;  // attempts that fewer make are no decision

/// Corners (all, or some at random), the middle and random games.
std::vector<Point> first_points(std::size_t dimensions, base::Rng& rng) {
  std::vector<Point> points = {Point(dimensions, 0.5)};
  if (dimensions == 0) return points;
  const bool all = dimensions < 32 && (std::size_t{1} << dimensions) <= kMostCorners;
  const std::size_t corners = all ? std::size_t{1} << dimensions : kMostCorners;
  for (std::size_t i = 0; i < corners; ++i) {
    Point corner(dimensions);
    for (std::size_t d = 0; d < dimensions; ++d) {
      const bool high = all ? ((i >> d) & 1U) != 0 : rng.uniform() < 0.5;
      corner[d] = high ? 1 : 0;
    }
    points.push_back(std::move(corner));
  }
  for (std::size_t i = 0; i < kRandomGames; ++i) {
    Point random(dimensions);
    for (double& x : random) x = rng.uniform();
    points.push_back(std::move(random));
  }
  return points;
}

/// A game of the box, with its own best sequence.
struct KnownGame {
  Point at;
  PossibleGame game;
  ValuedSequence best;
};

/// What the search knows, and how it learns.
class Regrets {
 public:
  Regrets(const GameBox& box, const RegretOptions& options)
      : box_(box), options_(options), rng_(options.seed) {
    for (Point& at : first_points(box.dimensions, rng_)) add(std::move(at));
  }

  RegretPlan find() && {
    RegretPlan plan;
    const Sequence for_middle = known_.front().best.models;
    keep(for_middle);
    add_worse(for_middle);
    for (std::size_t turn = 0; turn < kTurns && !stops(); ++turn) {
      const SearchedSequence found = least_over_known();
      plan.bound = std::max(plan.bound, found.certificate.bound);
      plan.certified = known_.size();
      keep(found.best.models);
      plan.settled = false;
      if (add_worse(found.best.models)) continue;
      // The search for a worse game has come to its end: do games drawn apart know better?
      apart_ = check_games(turn + 1);
      plan.settled = !add_worse_of(found.best.models, apart_, 2 * kStarts);
      if (plan.settled) break;
    }
    if (!stops()) report(plan);
    return plan;
  }

 private:
  [[nodiscard]] bool stops() const { return options_.limits.watch.cancellation.requested(); }

  [[nodiscard]] KnownGame known_game(Point at) const {
    SearchLimits of_one{kNodesForOneGame, {}};
    of_one.watch.cancellation = options_.limits.watch.cancellation;
    PossibleGame game = box_.game(at);
    ValuedSequence best = best_for_game(game, options_.depth, of_one);
    options_.limits.watch.on_steps(1);
    return {std::move(at), std::move(game), std::move(best)};
  }

  void add(Point at) {
    const auto same = [&](const KnownGame& known) { return known.at == at; };
    if (std::any_of(known_.begin(), known_.end(), same)) return;
    known_.push_back(known_game(std::move(at)));
    users_.push_back(merged(known_.back().game.segments));
    const Sequence& best = known_.back().best.models;
    if (pool_.size() < kMostInPool && std::find(pool_.begin(), pool_.end(), best) == pool_.end())
      pool_.push_back(best);
  }

  static RegretAt regret_at(const Sequence& sequence, const KnownGame& known) {
    return {known.at, sequence_cost(known.game, sequence), known.best};
  }

  static RegretAt worst_for(const Sequence& sequence, const std::vector<KnownGame>& games) {
    RegretAt worst = regret_at(sequence, games.front());
    for (const KnownGame& game : games) {
      RegretAt here = regret_at(sequence, game);
      if (here.regret() > worst.regret()) worst = std::move(here);
    }
    return worst;
  }

  [[nodiscard]] double mean_cost() const {
    double sum = 0;
    for (const KnownGame& known : known_) sum += std::abs(known.best.value);
    return sum / static_cast<double>(known_.size());
  }

  /// The sequence with the least greatest regret over the games known.
  [[nodiscard]] SearchedSequence least_over_known() const {
    std::vector<SearchedGame> searched;
    for (std::size_t g = 0; g < known_.size(); ++g) {
      const PossibleGame& game = known_[g].game;
      searched.push_back({PrefixBounds(game.game, users_[g], game.types, options_.depth), 1,
                          known_[g].best.value});
    }
    std::set<Sequence> candidates;
    for (const KnownGame& known : known_) candidates.insert(known.best.models);
    ValuedSequence incumbent{{}, std::numeric_limits<double>::infinity()};
    for (const Sequence& candidate : candidates) {
      const double regret = worst_for(candidate, known_).regret();
      if (regret < incumbent.value) incumbent = {candidate, regret};
    }
    const std::size_t models = known_.front().game.game.size();
    const double least_gain = kLeastGain * mean_cost();
    const SearchLimits limits = limits_now();
    SearchedSequence found =
        search_sequences(searched, models, options_.depth, Objective::kGreatestRegret,
                         std::move(incumbent), least_gain, limits);
    if (found.certificate.nodes >= limits.nodes) {  // cut short
      found.best = best_neighbour(
          std::move(found.best), models, least_gain,
          [&](const Sequence& s, double enough) { return regret_of(s, enough); },
          limits.watch.cancellation);
    }
    return found;
  }

  /// Those of a branch and bound over the games known.
  [[nodiscard]] SearchLimits limits_now() const {
    constexpr std::size_t kLeastNodes = 100;
    const PossibleGame& game = known_.front().game;
    const std::size_t each =
        game.game.size() * known_.size() * (game.types.size() + 2 * game.segments.size());
    SearchLimits limits = options_.limits;
    limits.nodes = std::min(limits.nodes, std::max(kLeastNodes, options_.work / each));
    return limits;
  }

  /// The greatest regret over the games known; where it is not below `enough`, the first such one.
  [[nodiscard]] double regret_of(const Sequence& sequence, double enough) const {
    double worst = -std::numeric_limits<double>::infinity();
    for (auto known = known_.rbegin(); known != known_.rend() && worst < enough; ++known)
      worst = std::max(worst, sequence_cost(known->game, sequence) - known->best.value);
    return worst;
  }

  void keep(const Sequence& sequence) {
    if (std::find(tried_.begin(), tried_.end(), sequence) == tried_.end())
      tried_.push_back(sequence);
  }

  /// Looks for games in which the sequence is worse than in those known, and adds them.
  /// @returns whether there were any.
  bool add_worse(const Sequence& sequence) { return add_worse_of(sequence, known_, known_.size()); }

  /// The same, starting from so many of some games at most.
  bool add_worse_of(const Sequence& sequence, const std::vector<KnownGame>& from,
                    std::size_t most) {
    const double enough = worst_for(sequence, known_).regret() + kLeastGain * mean_cost();
    std::vector<RegretAt> starts;
    for (const KnownGame& game : from) starts.push_back(regret_at(sequence, game));
    const auto worse_first = [](const RegretAt& a, const RegretAt& b) {
      return a.regret() > b.regret();
    };
    std::sort(starts.begin(), starts.end(), worse_first);
    // The worst, and some others: the worst may be neighbours.
    for (std::size_t i = kStarts; i < std::min(2 * kStarts, starts.size()); ++i) {
      const auto rest = static_cast<double>(starts.size() - i);
      std::swap(starts[i], starts[i + static_cast<std::size_t>(rng_.uniform() * rest)]);
    }
    std::size_t found = 0;
    for (std::size_t i = 0; i < std::min(most, starts.size()) && found < kNewGames && !stops();
         ++i) {
      // Where the worst lead to worse games that is enough; else the search goes on from all.
      if (i >= 2 * kStarts && found > 0) break;
      RegretAt& start = starts[i];
      RegretAt worse = climb(sequence, std::move(start), enough);
      if (!(worse.regret() > enough)) continue;
      add(std::move(worse.at));
      ++found;
    }
    return found > 0;
  }

  /// From a game to worse ones, line by line.
  /// @param enough  the regret that it is enough to exceed
  RegretAt climb(const Sequence& sequence, RegretAt from, double enough) {
    for (std::size_t sweep = 0; sweep < kSweeps; ++sweep) {
      const double before = from.regret();
      from = climb_once(sequence, std::move(from));
      if (!(from.regret() > before) || from.regret() > enough) break;
    }
    return from;
  }

  RegretAt climb_once(const Sequence& sequence, RegretAt from) {
    for (std::size_t line = 0; line < box_.dimensions + kDirections && !stops(); ++line) {
      Point direction(box_.dimensions, 0);
      if (line < box_.dimensions) {
        direction[line] = 1;
      } else {
        for (double& x : direction) x = rng_.uniform(-1, 1);
      }
      RegretAt found = worst_on_line(sequence, from, direction);
      if (found.regret() > from.regret()) from = std::move(found);
    }
    return from;
  }

  /// When users leave, one number a segment: it changes at a threshold only.
  [[nodiscard]] std::vector<std::size_t> response(const Sequence& sequence, const Point& at) const {
    const PossibleGame game = box_.game(at);
    return play_sequence_for_all(game.game, game.segments, game.types, sequence).attempts;
  }

  /// The worst game on the line through a point within the box, thresholds on it on both sides.
  RegretAt worst_on_line(const Sequence& sequence, const RegretAt& from, const Point& direction) {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    for (std::size_t d = 0; d < direction.size(); ++d) {
      if (direction[d] == 0) continue;
      const double a = -from.at[d] / direction[d];
      const double b = (1 - from.at[d]) / direction[d];
      low = std::max(low, std::min(a, b));
      high = std::min(high, std::max(a, b));
    }
    const auto point = [&](double along) {
      Point at = from.at;
      for (std::size_t d = 0; d < at.size(); ++d)
        at[d] = std::clamp(at[d] + along * direction[d], 0.0, 1.0);
      return at;
    };
    std::vector<double> looks;
    for (std::size_t i = 0; i <= kLooks; ++i)
      looks.push_back(low + (high - low) * static_cast<double>(i) / kLooks);
    std::vector<Point> points;
    for (const double along : looks) points.push_back(point(along));
    // Regret jumps where users begin to leave this sequence, and where they begin to stay with a
    // better one.
    for (const Sequence* jumps : {&sequence, &from.best.models}) {
      std::vector<std::vector<std::size_t>> responses;
      for (const double along : looks) responses.push_back(response(*jumps, point(along)));
      for (std::size_t i = 0; i < kLooks; ++i) {
        if (responses[i] == responses[i + 1]) continue;
        for (const double side : threshold(*jumps, point, looks[i], looks[i + 1], responses[i]))
          points.push_back(point(side));
      }
    }
    RegretAt worst = from;
    for (Point& at : points) {
      RegretAt here = regret_at_least(sequence, std::move(at));
      if (here.regret() > worst.regret()) worst = std::move(here);
    }
    return worst;
  }

  /// The regret against the best sequences of the games known: a lower bound, without a search.
  [[nodiscard]] RegretAt regret_at_least(const Sequence& sequence, Point at) const {
    const PossibleGame game = box_.game(at);
    options_.limits.watch.on_steps(1);
    const double cost = sequence_cost(game, sequence);
    RegretAt here{std::move(at), cost, {sequence, cost}};
    for (const Sequence& other : pool_) {
      const double value = sequence_cost(game, other);
      if (value < here.best.value) here.best = {other, value};
    }
    return here;
  }

  /// Just beside the place where the response stops being `before`, on either side.
  template <class PointAt>
  [[nodiscard]] std::array<double, 2> threshold(const Sequence& sequence, PointAt point, double low,
                                                double high,
                                                const std::vector<std::size_t>& before) const {
    // Nearer to the threshold than this users who hardly reach it do not tell the difference, and
    // rounding would decide for them.
    constexpr double kBeside = 1e-6;
    const double beside = kBeside * (high - low);
    while (high - low > beside) {
      const double middle = low + (high - low) / 2;
      (response(sequence, point(middle)) == before ? low : high) = middle;
    }
    return {low - beside, high + beside};
  }

  /// Games that the search has not seen.
  [[nodiscard]] std::vector<KnownGame> check_games(std::uint64_t stream) const {
    std::vector<KnownGame> games;
    if (box_.dimensions == 0) return games;
    base::Rng rng(options_.seed, stream);
    for (std::size_t i = 0; i < options_.checks && !stops(); ++i) {
      Point at(box_.dimensions);
      for (double& x : at) x = rng.uniform();
      games.push_back(known_game(std::move(at)));
    }
    return games;
  }

  /// Of all games, those drawn apart with them.
  [[nodiscard]] RegretAt worst_of_all(const Sequence& sequence) const {
    RegretAt worst = worst_for(sequence, known_);
    if (apart_.empty()) return worst;
    RegretAt apart = worst_for(sequence, apart_);
    return apart.regret() > worst.regret() ? apart : worst;
  }

  void report(RegretPlan& plan) {
    plan.worst_of_middle = worst_of_all(known_.front().best.models);
    plan.worst = plan.worst_of_middle;
    plan.sequence = known_.front().best.models;
    for (const Sequence& sequence : tried_) {
      RegretAt worst = worst_of_all(sequence);
      if (worst.regret() >= plan.worst.regret()) continue;
      plan.worst = std::move(worst);
      plan.sequence = sequence;
    }
    plan.middle = regret_at(plan.sequence, known_.front());
    plan.checked = apart_.size();
    if (!apart_.empty()) plan.checked_regret = worst_for(plan.sequence, apart_).regret();
    plan.decisions = shared_decisions();
  }

  /// The attempts that users make in the games' own best sequences.
  [[nodiscard]] std::vector<SharedDecision> shared_decisions() const {
    std::vector<SharedDecision> decisions(options_.depth);
    for (const auto* games : {&known_, &apart_}) {
      for (const KnownGame& known : *games) {
        const auto reach = play_sequence_for_all(known.game.game, known.game.segments,
                                                 known.game.types, known.best.models)
                               .reach;
        for (std::size_t j = 0; j < reach.size() && reach[j] >= kSeldom; ++j) {
          auto& models = decisions[j].models;
          const auto at = std::lower_bound(models.begin(), models.end(), known.best.models[j]);
          if (at == models.end() || *at != known.best.models[j])
            models.insert(at, known.best.models[j]);
          ++decisions[j].made;
        }
      }
    }
    while (!decisions.empty() && decisions.back().made == 0) decisions.pop_back();
    return decisions;
  }

  const GameBox& box_;
  const RegretOptions& options_;
  base::Rng rng_;
  std::vector<KnownGame> known_;             ///< the first is the middle
  std::vector<std::vector<Segment>> users_;  ///< of each, merged
  std::vector<Sequence> pool_;               ///< best in some game
  std::vector<KnownGame> apart_;             ///< drawn as a check
  std::vector<Sequence> tried_;
};

}  // namespace

RegretPlan least_regret(const GameBox& box, const RegretOptions& options) {
  return Regrets(box, options).find();
}

}  // namespace turnout::game
