#include "turnout/game/sequence_search.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace turnout::game {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Search {
 public:
  Search(std::span<const SearchedGame> games, std::size_t models, std::size_t depth,
         Objective objective, ValuedSequence incumbent, double least_gain,
         const SearchLimits& limits)
      : games_(games),
        models_(models),
        depth_(depth),
        objective_(objective),
        least_gain_(least_gain),
        limits_(limits),
        best_(std::move(incumbent)),
        stops_(depth + 1) {
    for (const SearchedGame& game : games) start_.prefixes.push_back(game.bounds.start());
    start_.bound = -kInfinity;
    levels_.assign(depth, {std::vector<Node>(models, start_), std::vector<std::size_t>(models)});
    path_.push_back(&start_);
  }

  SearchedSequence run() && {
    explore(start_);
    const double bound = std::min(bound_, best_.value);
    return {std::move(best_), {bound, best_.value - bound, nodes_}};
  }

 private:
  /// A prefix in every game.
  struct Node {
    std::vector<Prefix> prefixes;
    double bound = 0;  ///< no completion is better
  };
  struct Level {
    std::vector<Node> children;
    std::vector<std::size_t> order;
  };

  [[nodiscard]] std::size_t made() const { return sequence_.size(); }

  /// What has less than this is looked for.
  [[nodiscard]] double worthwhile() const { return best_.value - least_gain_; }

  /// What the objective makes of one number a game.
  template <class CostOf>
  [[nodiscard]] double objective_of(CostOf cost_of) const {
    double value = objective_ == Objective::kMeanCost ? 0 : -kInfinity;
    for (std::size_t g = 0; g < games_.size(); ++g) {
      if (objective_ == Objective::kMeanCost) {
        value += games_[g].weight * cost_of(g);
      } else {
        value = std::max(value, cost_of(g) - games_[g].least);
      }
    }
    return value;
  }

  [[nodiscard]] double settled(const Node& node, std::size_t made) const {
    return objective_of(
        [&](std::size_t g) { return games_[g].bounds.settled(node.prefixes[g], made); });
  }

  /// Fills the node's level with its children, the one with the lowest bound first in order.
  Level& expand(const Node& node, double bound) {
    Level& level = levels_[made()];
    for (std::size_t k = 0; k < models_; ++k) {
      Node& child = level.children[k];
      const double own = objective_of([&](std::size_t g) {
        games_[g].bounds.extend(node.prefixes[g], sequence_, k, child.prefixes[g]);
        return child.prefixes[g].bound;
      });
      child.bound = std::max(own, bound);
    }
    std::iota(level.order.begin(), level.order.end(), std::size_t{0});
    std::sort(level.order.begin(), level.order.end(), [&](std::size_t a, std::size_t b) {
      return level.children[a].bound < level.children[b].bound;
    });
    return level;
  }

  void explore(const Node& node) {
    ++nodes_;
    if (nodes_ % kNodesPerReport == 0) limits_.watch.on_steps(kNodesPerReport);
    // A node of many games lasts: ask each time.
    stopped_ = stopped_ || limits_.watch.cancellation.requested();
    if (made() == depth_) return try_sequence();
    const double bound = settled(node, made());
    if (bound >= worthwhile()) {
      bound_ = std::min(bound_, bound);
      return;
    }
    Level& level = expand(node, bound);
    for (const std::size_t k : level.order) {
      const Node& child = level.children[k];
      if (child.bound >= worthwhile()) {
        bound_ = std::min(bound_, child.bound);
        continue;
      }
      if (nodes_ >= limits_.nodes || stopped_) {
        bound_ = std::min(bound_, settled(child, made() + 1));
        continue;
      }
      sequence_.push_back(k);
      path_.push_back(&child);
      explore(child);
      path_.pop_back();
      sequence_.pop_back();
    }
  }

  void try_sequence() {
    const double value = objective_of([&](std::size_t g) {
      for (std::size_t m = 0; m < path_.size(); ++m) stops_[m] = path_[m]->prefixes[g].stop;
      return games_[g].bounds.cost(stops_);
    });
    if (value < best_.value) best_ = {sequence_, value};
  }

  std::span<const SearchedGame> games_;
  std::size_t models_;
  std::size_t depth_;
  Objective objective_;
  double least_gain_;
  const SearchLimits& limits_;
  ValuedSequence best_;
  Node start_;
  std::vector<Level> levels_;
  std::vector<const Node*> path_;  ///< after 0, 1, 2, ... attempts of the prefix
  std::vector<Stop> stops_;        ///< of one game's whole sequence
  std::vector<std::size_t> sequence_;
  double bound_ = kInfinity;
  std::size_t nodes_ = 0;
  bool stopped_ = false;  ///< somebody wants no answer any more
};

}  // namespace

SearchedSequence search_sequences(std::span<const SearchedGame> games, std::size_t models,
                                  std::size_t depth, Objective objective, ValuedSequence incumbent,
                                  double least_gain, const SearchLimits& limits) {
  return Search(games, models, depth, objective, std::move(incumbent), least_gain, limits).run();
}

}  // namespace turnout::game
