#include "turnout/estimation/log_world.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "turnout/numeric/normal.h"
#include "turnout/numeric/normal_nodes.h"

namespace turnout::estimation {
namespace {

const std::vector<numeric::WeightedNode>& nodes() {
  static const auto kept = [] {
    constexpr double kNegligible = 1e-9;
    std::vector<numeric::WeightedNode> some;
    for (const auto& node : numeric::normal_nodes(0.5)) {
      if (node.weight > kNegligible) some.push_back(node);
    }
    return some;
  }();
  return kept;
}

/// By attempt (from 0), model and node.
std::vector<double> success_table(const LogWorld& world, std::size_t attempts) {
  const std::size_t models = world.skills.size();
  std::vector<double> table(attempts * models * nodes().size());
  double* entry = table.data();
  for (std::size_t m = 0; m < attempts; ++m) {
    for (std::size_t k = 0; k < models; ++k) {
      for (const auto& node : nodes()) {
        *entry++ = numeric::logistic(world.skills[k] - world.sigma * node.x +
                                     world.feedback * static_cast<double>(m));
      }
    }
  }
  return table;
}

const double* success_of(const std::vector<double>& table, std::size_t models, std::size_t attempt,
                         std::size_t k) {
  return table.data() + (attempt * models + k) * nodes().size();
}

/// An attempt of a policy whose users never leave of their own will, per task submitted.
struct Row {
  double open = 0, solved = 0, wait = 0, cost = 0;
};

/// Users whom the wait keeps: by the number of failures the share of all who go on then, if they are
/// still there. They go on if some horizon's waiting is worth its success.
class Keeping {
 public:
  Keeping(const std::vector<Row>& rows, const LogWorld& world) : kept_(rows.size(), 1) {
    double bar = 0;
    for (std::size_t m = 1; m < rows.size(); ++m) {
      bar = std::max(bar, least_wait(rows, m));
      bars_.push_back(bar);
      kept_[m] = bar > 0
                     ? numeric::normal_above((std::log(bar) - world.log_value) / world.value_sigma)
                     : 1;
    }
  }
  /// Of all users, who would make attempt m + 1 (0: all).
  [[nodiscard]] double at(std::size_t m) const { return kept_[m]; }
  /// Of those who would make attempt m, who make the next one.
  [[nodiscard]] double after(std::size_t m) const {
    return m < kept_.size() ? kept_[m] / std::max(kept_[m - 1], 1e-300) : 1;
  }
  [[nodiscard]] const std::vector<double>& bars() const { return bars_; }

 private:
  /// The least expected waiting per expected success over horizons, after m failures.
  static double least_wait(const std::vector<Row>& rows, std::size_t m) {
    double wait = 0;
    double solved = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t j = m; j < rows.size(); ++j) {
      wait += rows[j].wait;
      solved += rows[j].solved;
      if (solved > 0) least = std::min(least, wait / solved);
    }
    return least;
  }
  std::vector<double> kept_;
  std::vector<double> bars_;
};

WorldPayoffs sum_of(const std::vector<Row>& rows, const LogWorld& world) {
  const Keeping keeping(rows, world);
  WorldPayoffs sum;
  for (std::size_t m = 0; m < rows.size(); ++m) {
    const double made = keeping.at(m);
    sum.cost += made * rows[m].cost;
    sum.success += made * rows[m].solved;
    sum.latency += made * rows[m].wait;
  }
  return sum;
}

/// Makes one attempt on `open` tasks, by node, with a model that serves the share `drawn` of them.
/// Adds to the row what it makes and solves, and to `still` those who may go on.
void attempt(const std::vector<double>& open, double drawn, const double* success, double patience,
             Row& row, std::vector<double>& still) {
  double made = 0;
  double solved = 0;
  for (std::size_t i = 0; i < open.size(); ++i) {
    const double here = drawn * open[i];
    made += here;
    solved += here * success[i];
    still[i] += here * (1 - success[i]) * patience;
  }
  row.open += made;
  row.solved += solved;
}

std::vector<double> all_tasks() {
  std::vector<double> open;
  for (const auto& node : nodes()) open.push_back(node.weight);
  return open;
}

double plog(double count, double share) {
  return count == 0 ? 0 : count * std::log(std::max(share, 1e-300));
}

}  // namespace

double LogWorld::churn_penalty(double lifetime_value) const {
  return lifetime_value * std::max(0.0, leaves_unsolved - leaves_solved);
}

double first_try(const LogWorld& world, std::size_t k) {
  double sum = 0;
  double weights = 0;
  for (const auto& node : nodes()) {
    sum += node.weight * numeric::logistic(world.skills[k] - world.sigma * node.x);
    weights += node.weight;
  }
  return sum / weights;
}

SequencePlayer::SequencePlayer(const LogWorld& world)
    : world_(world), success_(success_table(world, kMostFollowed)) {}

WorldPayoffs SequencePlayer::play(const std::vector<std::size_t>& sequence) const {
  std::vector<double> open = all_tasks();
  std::vector<Row> rows;
  for (std::size_t m = 0; m < kMostFollowed; ++m) {
    const std::size_t k = sequence[std::min(m, sequence.size() - 1)];
    Row row;
    std::vector<double> still(open.size(), 0);
    attempt(open, 1, success_of(success_, world_.skills.size(), m, k), world_.patience[k], row,
            still);
    row.wait = row.open * world_.latencies[k];
    row.cost = row.open * world_.costs[k];
    rows.push_back(row);
    open = std::move(still);
    if (row.open < 1e-12) break;
  }
  return sum_of(rows, world_);
}

namespace {

/// The attempts up to one under one policy.
struct Node {
  std::optional<std::size_t> parent;
  std::size_t model = 0, attempt = 0;
  double share = 0;       ///< of its parent's next attempts
  bool leads_on = false;  ///< it has children
  Fates fates;
};

/// What one policy's tasks went through.
struct Tree {
  double tasks = 0;
  std::vector<Node> nodes;  ///< parents first
  /// models' shares of attempts by number, where the path is not known; the last one's for all later
  std::vector<std::vector<double>> shares;
  std::vector<Fates> deep;  ///< by model, of attempts behind kDeepestPath
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
        if (path.size() == length && cell.fates.passes() > 0) add(path, cell.fates);
      }
    }
  }
  void add_deep(std::size_t k, const Fates& fates) {
    tree_.deep[k] += fates;
    tree_.shares[kDeepestPath][k] += as_real(fates.passes());
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
  void add(const Path& path, const Fates& fates) {
    const Path before(path.begin(), path.end() - 1);
    Node node{{},    path.back(), before.size(), as_real(fates.passes()) / children_[before],
              false, fates};
    if (before.empty()) {
      tree_.tasks += as_real(fates.passes());
    } else {
      const auto at = place_.find(before);
      if (at == place_.end()) return;
      node.parent = at->second;
      tree_.nodes[at->second].leads_on = true;
    }
    tree_.shares[node.attempt][node.model] += as_real(fates.passes());
    place_[path] = tree_.nodes.size();
    tree_.nodes.push_back(node);
  }
  Tree tree_;
  std::map<Path, std::size_t> place_;
  std::map<Path, double> children_;  // passes after a path
};

/// What following a tree gives.
struct Played {
  std::vector<Row> rows;
  std::vector<double> success;  ///< by node of the tree: p of the pass that ends its path
  /// [attempt][model]: of attempts whose path is not known, how many are made and solved
  std::vector<std::vector<Row>> adrift;
};

/// Follows tasks through a tree, none of whose users leaves of his own will.
class Follower {
 public:
  Follower(const Tree& tree, const LogWorld& world, const std::vector<double>& success)
      : tree_(tree),
        world_(world),
        success_(success),
        models_(world.skills.size()),
        adrift_(kMostFollowed + 1, std::vector<double>(nodes().size(), 0)) {
    played_.rows.resize(kMostFollowed);
    played_.adrift.assign(kMostFollowed, std::vector<Row>(models_));
  }
  Played follow() {
    follow_paths();
    follow_adrift();
    return std::move(played_);
  }

 private:
  void follow_paths() {
    const std::vector<double> all = all_tasks();
    std::vector<std::vector<double>> after(tree_.nodes.size());
    for (std::size_t i = 0; i < tree_.nodes.size(); ++i) {
      const Node& node = tree_.nodes[i];
      after[i].assign(all.size(), 0);
      Row row;
      serve(node.parent ? after[*node.parent] : all, node.share, node.model, node.attempt, row,
            after[i]);
      played_.success.push_back(row.open > 0 ? row.solved / row.open : 0);
      if (node.leads_on) continue;
      for (std::size_t j = 0; j < all.size(); ++j) adrift_[node.attempt + 1][j] += after[i][j];
    }
  }

  void follow_adrift() {
    for (std::size_t m = 1; m < kMostFollowed; ++m) {
      const auto& shares = tree_.shares[std::min(m, kDeepestPath)];
      for (std::size_t k = 0; k < models_; ++k) {
        if (shares[k] > 0) serve(adrift_[m], shares[k], k, m, played_.adrift[m][k], adrift_[m + 1]);
      }
    }
  }

  void serve(const std::vector<double>& open, double share, std::size_t k, std::size_t m, Row& row,
             std::vector<double>& still) {
    attempt(open, share, success_of(success_, models_, m, k), world_.patience[k], row, still);
    Row& all = played_.rows[m];
    all.open += row.open;
    all.solved += row.solved;
    all.wait += row.open * world_.latencies[k];
    all.cost += row.open * world_.costs[k];
  }

  const Tree& tree_;
  const LogWorld& world_;
  const std::vector<double>& success_;
  std::size_t models_;
  std::vector<std::vector<double>> adrift_;  // open tasks by node whose path nobody knows
  Played played_;
};

/// Of the attempts behind kDeepestPath that a model serves: the share that succeeds, and of those
/// that fail the share whose users the next wait would keep.
std::pair<double, double> deep_means(const Played& played, const Keeping& keeping, std::size_t k) {
  double made = 0;
  double solved = 0;
  double kept = 0;
  for (std::size_t m = kDeepestPath; m < kMostFollowed; ++m) {
    const Row& row = played.adrift[m][k];
    const double here = keeping.at(m);
    made += here * row.open;
    solved += here * row.solved;
    kept += here * (row.open - row.solved) * keeping.after(m + 1);
  }
  if (made <= 0) return {0.5, 1};
  return {solved / made, made > solved ? std::min(1.0, kept / (made - solved)) : 1};
}

/// ln of the probability that passes ended so, up to a constant. Equation (34).
class FatesLikelihood {
 public:
  void count(const Fates& fates, double p, double stays) {
    const double leaves = (1 - p) * (1 - stays);
    sum_ += plog(as_real(fates.reprompted), (1 - p) * stays) + plog(as_real(fates.solved), p) +
            plog(as_real(fates.abandoned), leaves) + plog(as_real(fates.silent), p + leaves);
    silent_ += as_real(fates.silent);
    silent_solved_ += as_real(fates.silent) * p / std::max(p + leaves, 1e-300);
  }
  [[nodiscard]] double sum() const { return sum_; }
  /// Of silent ends, the share that was solved.
  [[nodiscard]] double silent_solved() const {
    return silent_ > 0 ? silent_solved_ / silent_ : 0.5;
  }

 private:
  double sum_ = 0, silent_ = 0, silent_solved_ = 0;
};

/// ln of the probability that so many never came back. Equation (35).
double likelihood_of(const ReturnCounts& returns, const LogWorld& world, double silent_solved) {
  const auto likelihood = [&](TaskEnd end, double leaves) {
    const double all = as_real(returns.tasks.at(static_cast<std::size_t>(end)));
    const double last = as_real(returns.last.at(static_cast<std::size_t>(end)));
    return plog(last, leaves) + plog(all - last, 1 - leaves);
  };
  return likelihood(TaskEnd::kSolved, world.leaves_solved) +
         likelihood(TaskEnd::kAbandoned, world.leaves_unsolved) +
         likelihood(TaskEnd::kSilent, silent_solved * world.leaves_solved +
                                          (1 - silent_solved) * world.leaves_unsolved);
}

}  // namespace

struct LogModel::State {
  explicit State(const LogStatistics& statistics) : table(statistics), returns(statistics.returns) {
    const auto number_of = [&](const std::string& name) {
      const auto& names = table.names();
      return static_cast<std::size_t>(std::lower_bound(names.begin(), names.end(), name) -
                                      names.begin());
    };
    for (const auto& [policy, cells] : table.cells()) {
      TreeBuilder builder(cells, table.names().size());
      for (const auto& [key, counts] : statistics.paths) {
        if (key.deep && key.policy == policy)
          builder.add_deep(number_of(key.models.back()), counts.fates);
      }
      Tree tree = builder.finish();
      if (tree.tasks > 0) trees.push_back(std::move(tree));
    }
  }
  PathTable table;
  ReturnCounts returns;
  std::vector<Tree> trees;
};

LogModel::LogModel(const LogStatistics& statistics)
    : state_(std::make_shared<const State>(statistics)) {}

const PathTable& LogModel::table() const { return state_->table; }

double LogModel::log_likelihood(const LogWorld& world) const {
  const auto success = success_table(world, kMostFollowed);
  FatesLikelihood likelihood;
  for (const Tree& tree : state_->trees) {
    const Played played = Follower(tree, world, success).follow();
    const Keeping keeping(played.rows, world);
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      const Node& node = tree.nodes[i];
      likelihood.count(node.fates, played.success[i],
                       world.patience[node.model] * keeping.after(node.attempt + 1));
    }
    for (std::size_t k = 0; k < tree.deep.size(); ++k) {
      if (tree.deep[k].passes() == 0) continue;
      const auto [p, kept] = deep_means(played, keeping, k);
      likelihood.count(tree.deep[k], p, world.patience[k] * kept);
    }
  }
  return likelihood.sum() + likelihood_of(state_->returns, world, likelihood.silent_solved());
}

WorldPayoffs LogModel::today(const LogWorld& world) const {
  const auto success = success_table(world, kMostFollowed);
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
      passes[kDeepestPath][k] += as_real(tree.deep[k].passes());
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
  const auto success = success_table(world, kMostFollowed);
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
