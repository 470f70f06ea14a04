#include "turnout/estimation/world_play.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

/// The least expected waiting per expected success over horizons, after m failures.
double least_wait(const std::vector<AttemptRow>& rows, std::size_t m) {
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

}  // namespace

SuccessTable::SuccessTable(const LogWorld& world) : models_(world.skills.size()) {
  success_.reserve(kMostFollowed * models_ * nodes().size());
  for (std::size_t m = 0; m < kMostFollowed; ++m) {
    for (std::size_t k = 0; k < models_; ++k) {
      for (const auto& node : nodes()) {
        success_.push_back(numeric::logistic(world.skills[k] - world.sigma * node.x +
                                             world.feedback * static_cast<double>(m)));
      }
    }
  }
}

const double* SuccessTable::at(std::size_t attempt, std::size_t k) const {
  return success_.data() + (attempt * models_ + k) * nodes().size();
}

std::vector<double> all_tasks() {
  std::vector<double> open;
  for (const auto& node : nodes()) open.push_back(node.weight);
  return open;
}

void make_attempt(const std::vector<double>& open, double drawn, const double* success,
                  double patience, AttemptRow& row, std::vector<double>& still) {
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

Keeping::Keeping(const std::vector<AttemptRow>& rows, const LogWorld& world)
    : kept_(rows.size(), 1) {
  double bar = 0;
  for (std::size_t m = 1; m < rows.size(); ++m) {
    bar = std::max(bar, least_wait(rows, m));
    bars_.push_back(bar);
    kept_[m] =
        bar > 0 ? numeric::normal_above((std::log(bar) - world.log_value) / world.value_sigma) : 1;
  }
}

double Keeping::after(std::size_t m) const {
  return m < kept_.size() ? kept_[m] / std::max(kept_[m - 1], 1e-300) : 1;
}

WorldPayoffs sum_of(const std::vector<AttemptRow>& rows, const LogWorld& world) {
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

SequencePlayer::SequencePlayer(const LogWorld& world) : world_(world), success_(world) {}

WorldPayoffs SequencePlayer::play(const std::vector<std::size_t>& sequence) const {
  std::vector<double> open = all_tasks();
  std::vector<AttemptRow> rows;
  for (std::size_t m = 0; m < kMostFollowed; ++m) {
    const std::size_t k = sequence[std::min(m, sequence.size() - 1)];
    AttemptRow row;
    std::vector<double> still(open.size(), 0);
    make_attempt(open, 1, success_.at(m, k), world_.patience[k], row, still);
    row.wait = row.open * world_.latencies[k];
    row.cost = row.open * world_.costs[k];
    rows.push_back(row);
    open = std::move(still);
    if (row.open < 1e-12) break;
  }
  return sum_of(rows, world_);
}

}  // namespace turnout::estimation
