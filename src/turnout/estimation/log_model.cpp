#include "turnout/estimation/log_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <span>

#include "turnout/estimation/world_play.h"

namespace turnout::estimation {
namespace {

/// The attempts up to one under one policy.
struct Node {
  std::optional<std::size_t> parent;
  std::size_t model = 0, attempt = 0;
  double share = 0;       ///< of its parent's next attempts
  bool leads_on = false;  ///< it has children
  Fates fates;
  ReturnCounts returns;
};

/// What is known of attempts of one model behind kDeepestPath.
struct Deep {
  Fates fates;
  ReturnCounts returns;
};

/// What one policy's tasks went through.
struct Tree {
  double tasks = 0;
  std::vector<Node> nodes;  ///< parents first
  /// models' shares of attempts by number, where the path is not known; the last one's for all later
  std::vector<std::vector<double>> shares;
  std::vector<Deep> deep;  ///< by model
};

/// Puts a policy's cells in the order of a tree.
class TreeBuilder {
 public:
  TreeBuilder(const std::map<Path, PathTable::Cell>& cells, std::size_t models) {
    tree_.shares.assign(kDeepestPath + 1, std::vector<double>(models, 0));
    tree_.deep.resize(models);
    for (const auto& [path, cell] : cells)
      children_[Path(path.begin(), path.end() - 1)] += as_real(cell.fates.passes());
    for (std::size_t length = 1; length <= kDeepestPath; ++length) {
      for (const auto& [path, cell] : cells) {
        if (path.size() == length && cell.fates.passes() > 0) add(path, cell);
      }
    }
  }
  void add_deep(std::size_t k, const PathCounts& counts) {
    tree_.deep[k].fates += counts.fates;
    tree_.deep[k].returns += counts.returns;
    tree_.shares[kDeepestPath][k] += as_real(counts.fates.passes());
  }
  Tree finish() {
    for (std::size_t m = 0; m < tree_.shares.size(); ++m) {
      auto& shares = tree_.shares[m];
      const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
      if (total == 0 && m > 0) shares = tree_.shares[m - 1];
      for (double& share : shares) share /= total == 0 ? 1 : total;
    }
    return std::move(tree_);
  }

 private:
  void add(const Path& path, const PathTable::Cell& cell) {
    const double passes = as_real(cell.fates.passes());
    const Path before(path.begin(), path.end() - 1);
    Node node{{},    path.back(), before.size(), passes / children_[before],
              false, cell.fates,  cell.returns};
    if (before.empty()) {
      tree_.tasks += passes;
    } else {
      const auto at = place_.find(before);
      if (at == place_.end()) return;
      node.parent = at->second;
      tree_.nodes[at->second].leads_on = true;
    }
    tree_.shares[node.attempt][node.model] += passes;
    place_[path] = tree_.nodes.size();
    tree_.nodes.push_back(node);
  }
  Tree tree_;
  std::map<Path, std::size_t> place_;
  std::map<Path, double> children_;  // passes after a path
};

/// What following a tree gives.
struct Played {
  std::vector<AttemptRow> rows;
  std::vector<double> success;  ///< by node of the tree: p of the pass that ends its path
  /// attempt x models + model: of attempts whose path is not known, how many are made and solved
  std::vector<AttemptRow> adrift;
};

/// Follows tasks through a tree, none of whose users leaves of his own will.
class Follower {
 public:
  Follower(const Tree& tree, const LogWorld& world, SuccessTable& success)
      : tree_(tree),
        world_(world),
        success_(success),
        models_(world.skills.size()),
        nodes_(success.all_tasks().size()),
        adrift_((kDeepestPath + 1) * nodes_) {}
  Played follow() {
    follow_paths();
    follow_adrift();
    return std::move(played_);
  }

 private:
  /// The n-th of vectors by node of difficulty that lie one behind the other.
  [[nodiscard]] std::span<double> part(std::vector<double>& all, std::size_t n) const {
    return std::span(all).subspan(n * nodes_, nodes_);
  }

  void follow_paths() {
    std::vector<double> after(tree_.nodes.size() * nodes_);
    for (std::size_t i = 0; i < tree_.nodes.size(); ++i) {
      const Node& node = tree_.nodes[i];
      const std::span<const double> open =
          node.parent ? part(after, *node.parent) : std::span(success_.all_tasks());
      AttemptRow row;
      serve(open, node.share, node.model, node.attempt, row, part(after, i));
      played_.success.push_back(row.open > 0 ? row.solved / row.open : 0);
      if (!node.leads_on) add(part(after, i), part(adrift_, node.attempt + 1));
    }
  }

  void follow_adrift() {
    std::vector<double> open(nodes_);
    std::vector<double> still(nodes_);
    played_.adrift.resize(models_);
    for (std::size_t m = 1; m < kMostFollowed; ++m) {
      if (m <= kDeepestPath) add(part(adrift_, m), open);
      if (m >= kDeepestPath && std::accumulate(open.begin(), open.end(), 0.0) < kFewOpen) break;
      played_.adrift.resize((m + 1) * models_);
      const auto& shares = tree_.shares[std::min(m, kDeepestPath)];
      for (std::size_t k = 0; k < models_; ++k) {
        if (shares[k] > 0) serve(open, shares[k], k, m, played_.adrift[m * models_ + k], still);
      }
      std::swap(open, still);
      std::fill(still.begin(), still.end(), 0.0);
    }
  }

  static void add(std::span<const double> what, std::span<double> to) {
    for (std::size_t j = 0; j < what.size(); ++j) to[j] += what[j];
  }

  void serve(std::span<const double> open, double share, std::size_t k, std::size_t m,
             AttemptRow& row, std::span<double> still) {
    make_attempt(open, share, success_.at(m, k), world_.patience[k], row, still);
    if (played_.rows.size() <= m) played_.rows.resize(m + 1);
    AttemptRow& all = played_.rows[m];
    all.open += row.open;
    all.solved += row.solved;
    all.wait += row.open * world_.latencies[k];
    all.cost += row.open * world_.costs[k];
  }

  const Tree& tree_;
  const LogWorld& world_;
  SuccessTable& success_;
  std::size_t models_, nodes_;
  std::vector<double> adrift_;  // open tasks whose path nobody knows, by attempt
  Played played_;
};

/// Of the attempts behind kDeepestPath that a model serves: the share that succeeds, and of those
/// that fail the share whose users the next wait would keep.
std::pair<double, double> deep_means(const Played& played, const Keeping& keeping, std::size_t k,
                                     std::size_t models) {
  double made = 0;
  double solved = 0;
  double kept = 0;
  for (std::size_t m = kDeepestPath; m * models < played.adrift.size(); ++m) {
    const AttemptRow& row = played.adrift[m * models + k];
    const double here = keeping.at(m);
    made += here * row.open;
    solved += here * row.solved;
    kept += here * (row.open - row.solved) * keeping.after(m + 1);
  }
  if (made <= 0) return {0.5, 1};
  return {solved / made, made > solved ? std::min(1.0, kept / (made - solved)) : 1};
}

double plog(double count, double share) {
  return count == 0 ? 0 : count * std::log(std::max(share, 1e-300));
}

/// ln of the probability that so many of these users never came back and the others did.
double ln_returns(const ReturnCounts& returns, TaskEnd end, double leaves) {
  const auto i = static_cast<std::size_t>(end);
  return plog(as_real(returns.last[i]), leaves) +
         plog(as_real(returns.tasks[i] - returns.last[i]), 1 - leaves);
}

/// ln of the probability that passes ended so and that so many of their users never came back, up to
/// a constant. Equations (34) and (35). Returns after ends that are known are all alike and counted
/// at once, elsewhere.
double ln_ends(const Fates& fates, const ReturnCounts& returns, double p, double stays,
               const LogWorld& world) {
  const double leaves = (1 - p) * (1 - stays);
  const double solved = p / std::max(p + leaves, 1e-300);  // of those who say nothing
  return plog(as_real(fates.reprompted), (1 - p) * stays) + plog(as_real(fates.solved), p) +
         plog(as_real(fates.abandoned), leaves) + plog(as_real(fates.silent), p + leaves) +
         ln_returns(returns, TaskEnd::kSilent,
                    solved * world.leaves_solved + (1 - solved) * world.leaves_unsolved);
}

}  // namespace

struct LogModel::State {
  explicit State(const LogStatistics& statistics) : table(statistics) {
    const auto number_of = [&](const std::string& name) {
      const auto& names = table.names();
      return static_cast<std::size_t>(std::lower_bound(names.begin(), names.end(), name) -
                                      names.begin());
    };
    for (const auto& [policy, cells] : table.cells()) {
      TreeBuilder builder(cells, table.names().size());
      for (const auto& [key, counts] : statistics.paths) {
        if (key.deep && key.policy == policy)
          builder.add_deep(number_of(key.models.back()), counts);
      }
      Tree tree = builder.finish();
      if (tree.tasks == 0) continue;
      for (const Node& node : tree.nodes) returns += node.returns;
      for (const Deep& deep : tree.deep) returns += deep.returns;
      trees.push_back(std::move(tree));
    }
  }
  PathTable table;
  std::vector<Tree> trees;
  ReturnCounts returns;  ///< of all trees
};

LogModel::LogModel(const LogStatistics& statistics)
    : state_(std::make_shared<const State>(statistics)) {}

const PathTable& LogModel::table() const { return state_->table; }

double LogModel::log_likelihood(const LogWorld& world) const {
  SuccessTable success(world);
  double sum = ln_returns(state_->returns, TaskEnd::kSolved, world.leaves_solved) +
               ln_returns(state_->returns, TaskEnd::kAbandoned, world.leaves_unsolved);
  for (const Tree& tree : state_->trees) {
    const Played played = Follower(tree, world, success).follow();
    const Keeping keeping(played.rows, world);
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      const Node& node = tree.nodes[i];
      sum += ln_ends(node.fates, node.returns, played.success[i],
                     world.patience[node.model] * keeping.after(node.attempt + 1), world);
    }
    for (std::size_t k = 0; k < tree.deep.size(); ++k) {
      const Deep& deep = tree.deep[k];
      if (deep.fates.passes() == 0) continue;
      const auto [p, kept] = deep_means(played, keeping, k, tree.deep.size());
      sum += ln_ends(deep.fates, deep.returns, p, world.patience[k] * kept, world);
    }
  }
  return sum;
}

WorldPayoffs LogModel::today(const LogWorld& world) const {
  SuccessTable success(world);
  double tasks = 0;
  for (const Tree& tree : state_->trees) tasks += tree.tasks;
  WorldPayoffs mean;
  for (const Tree& tree : state_->trees) {
    const WorldPayoffs one = sum_of(Follower(tree, world, success).follow().rows, world);
    const double share = tree.tasks / tasks;
    mean.cost += share * one.cost;
    mean.success += share * one.success;
    mean.latency += share * one.latency;
  }
  return mean;
}

std::vector<std::vector<double>> LogModel::shares() const {
  const std::size_t models = names().size();
  std::vector<std::vector<double>> passes(kDeepestPath + 1, std::vector<double>(models, 0));
  for (const Tree& tree : state_->trees) {
    for (const Node& node : tree.nodes)
      passes[node.attempt][node.model] += as_real(node.fates.passes());
    for (std::size_t k = 0; k < tree.deep.size(); ++k)
      passes[kDeepestPath][k] += as_real(tree.deep[k].fates.passes());
  }
  std::vector<std::vector<double>> shares;
  for (auto& attempt : passes) {
    const double total = std::accumulate(attempt.begin(), attempt.end(), 0.0);
    if (total == 0) break;
    for (double& share : attempt) share /= total;
    shares.push_back(std::move(attempt));
  }
  return shares;
}

std::optional<std::pair<double, double>> LogModel::bars(const LogWorld& world) const {
  SuccessTable success(world);
  std::optional<std::pair<double, double>> range;
  for (const Tree& tree : state_->trees) {
    const Keeping keeping(Follower(tree, world, success).follow().rows, world);
    for (const double bar : keeping.bars()) {
      if (!std::isfinite(bar) || bar <= 0) continue;
      if (!range) range = {bar, bar};
      range = {std::min(range->first, bar), std::max(range->second, bar)};
    }
  }
  return range;
}

}  // namespace turnout::estimation
