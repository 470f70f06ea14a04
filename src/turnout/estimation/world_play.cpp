#include "turnout/estimation/world_play.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "turnout/numeric/normal.h"
#include "turnout/numeric/normal_nodes.h"

namespace turnout::estimation {
namespace {

constexpr std::size_t kLanes = 4;  // sums that are added up side by side

struct Nodes {
  std::vector<double> x, weights;
};

/// The standard normal, filled up by nodes without weight to a multiple of kLanes.
const Nodes& normal_tasks() {
  static const auto kept = [] {
    constexpr double kNegligible = 1e-7;
    Nodes some;
    for (const auto& node : numeric::normal_nodes(0.5)) {
      if (node.weight <= kNegligible) continue;
      some.x.push_back(node.x);
      some.weights.push_back(node.weight);
    }
    while (some.x.size() % kLanes != 0) {
      some.x.push_back(0);
      some.weights.push_back(0);
    }
    return some;
  }();
  return kept;
}

/// The one node of tasks that are alike.
const Nodes& equal_tasks() {
  static const Nodes one = {{0}, {1}};
  return one;
}

/// exp(x), far from where a product of two overflows.
double bounded_exp(double x) { return std::exp(std::clamp(x, -300.0, 300.0)); }

/// The least expected waiting per expected success over horizons, by the number of failures before:
/// rows are joined to what comes behind them for as long as that lowers the ratio, which is where
/// the best horizon ends (Ayer and others 1955, "pool adjacent violators").
std::vector<double> least_waits(const std::vector<AttemptRow>& rows) {
  std::vector<double> least(rows.size());
  std::vector<std::pair<double, double>> blocks;  // waiting and success, the nearest one last
  for (std::size_t m = rows.size(); m-- > 0;) {
    auto [wait, solved] = std::pair(rows[m].wait, rows[m].solved);
    while (!blocks.empty() && blocks.back().first * solved <= wait * blocks.back().second) {
      wait += blocks.back().first;
      solved += blocks.back().second;
      blocks.pop_back();
    }
    blocks.emplace_back(wait, solved);
    least[m] = solved > 0 ? wait / solved : std::numeric_limits<double>::infinity();
  }
  return least;
}

}  // namespace

SuccessTable::SuccessTable(const LogWorld& world) : world_(world) {
  const Nodes& nodes = world.sigma == 0 ? equal_tasks() : normal_tasks();
  weights_ = &nodes.weights;
  for (const double x : nodes.x) harder_.push_back(bounded_exp(world.sigma * x));
}

const double* SuccessTable::at(std::size_t attempt, std::size_t k) {
  const std::size_t models = world_.skills.size();
  const std::size_t row = models * harder_.size();
  const std::size_t m = world_.feedback == 0 ? 0 : attempt;
  while (success_.size() < (m + 1) * row) {
    const std::size_t before = success_.size();
    const std::size_t failures = before / row;
    success_.resize(before + row);
    double* to = success_.data() + before;
    for (std::size_t i = 0; i < models; ++i) {
      const double odds =
          bounded_exp(-world_.skills[i] - world_.feedback * static_cast<double>(failures));
      for (const double harder : harder_) *to++ = 1 / (1 + odds * harder);
    }
  }
  return success_.data() + m * row + k * harder_.size();
}

void make_attempt(std::span<const double> open, double drawn, const double* success,
                  double patience, AttemptRow& row, std::span<double> still) {
  if (open.size() == 1) {
    const double here = drawn * open[0];
    row.open += here;
    row.solved += here * success[0];
    still[0] += here * (1 - success[0]) * patience;
    return;
  }
  std::array<double, kLanes> made{};
  std::array<double, kLanes> solved{};
  for (std::size_t i = 0; i < open.size(); i += kLanes) {
    std::array<double, kLanes> fails{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double here = drawn * open[i + lane];
      made[lane] += here;
      solved[lane] += here * success[i + lane];
      fails[lane] = here * (1 - success[i + lane]) * patience;
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) still[i + lane] += fails[lane];
  }
  row.open += std::accumulate(made.begin(), made.end(), 0.0);
  row.solved += std::accumulate(solved.begin(), solved.end(), 0.0);
}

Keeping::Keeping(const std::vector<AttemptRow>& rows, const LogWorld& world)
    : kept_(rows.size(), 1) {
  const std::vector<double> least = least_waits(rows);
  double bar = 0;
  for (std::size_t m = 1; m < rows.size(); ++m) {
    const bool higher = least[m] > bar;
    bar = std::max(bar, least[m]);
    bars_.push_back(bar);
    kept_[m] = higher ? numeric::normal_above((std::log(bar) - world.log_value) / world.value_sigma)
                      : kept_[m - 1];
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

WorldPayoffs SequencePlayer::play(const std::vector<std::size_t>& sequence) {
  std::vector<double> open = success_.all_tasks();
  std::vector<double> still(open.size());
  std::vector<AttemptRow> rows;
  for (std::size_t m = 0; m < kMostFollowed; ++m) {
    const std::size_t k = sequence[std::min(m, sequence.size() - 1)];
    AttemptRow row;
    std::fill(still.begin(), still.end(), 0.0);
    make_attempt(open, 1, success_.at(m, k), world_.patience[k], row, still);
    if (row.open < kFewOpen) break;
    row.wait = row.open * world_.latencies[k];
    row.cost = row.open * world_.costs[k];
    rows.push_back(row);
    std::swap(open, still);
  }
  return sum_of(rows, world_);
}

}  // namespace turnout::estimation
