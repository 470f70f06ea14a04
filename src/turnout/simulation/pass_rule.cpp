#include "turnout/simulation/pass_rule.h"

#include <algorithm>
#include <limits>
#include <span>

#include "turnout/numeric/normal.h"
#include "turnout/numeric/normal_nodes.h"

namespace turnout::simulation {

PassRule::PassRule(const game::RoutingGame& game, const game::Difficulty& difficulty,
                   std::size_t attempts)
    : game_(game),
      feedback_(difficulty.feedback),
      attempts_(std::numeric_limits<std::size_t>::max()) {
  constexpr double kNodeDistance = 0.25;
  const double sigma = difficulty.sigma;
  std::vector<double> first_try;
  std::vector<game::Rejections> rejections;
  for (std::size_t k = 0; k < game.size(); ++k) {
    const auto& model = game.model(k);
    skills_.push_back(game::skill_of(model.success, difficulty.spread()));
    first_try.push_back(model.success);
    rejections.push_back({model.false_reject, 1 - model.false_accept});
  }
  if (difficulty.tau > 0) {
    attempts_ = std::max<std::size_t>(attempts, 1);
    if (feedback_ != 0)
      attempts_ = std::min(attempts_, game::TaskTypes::deepest(game.size(), difficulty));
    types_ = game::TaskTypes::rasch(first_try, difficulty, attempts_, rejections);
    weights_.assign(types_->weights().begin(), types_->weights().end());
    difficulties_.assign(weights_.size(), 0);  // chances() has them
  } else if (sigma == 0) {
    difficulties_ = {0};
    weights_ = {1};
  } else {
    for (const auto& node : numeric::normal_nodes(kNodeDistance)) {
      difficulties_.push_back(sigma * node.x);
      weights_.push_back(node.weight);
    }
  }
}

double PassRule::success(std::size_t k, double theta, std::size_t attempt) const {
  return numeric::logistic(skills_[k] - theta + feedback_ * static_cast<double>(attempt));
}

std::vector<double> PassRule::chances(std::size_t k, const Path& before) const {
  if (types_) {
    const std::size_t told = std::min(before.size(), attempts_ - 1);
    const auto row = types_->success(k, std::span(before).first(told));
    return {row.begin(), row.end()};
  }
  std::vector<double> chances;
  chances.reserve(difficulties_.size());
  for (const double theta : difficulties_) chances.push_back(success(k, theta, before.size()));
  return chances;
}

Path PassRule::told(Path before) const {
  if (!types_) {
    before.assign(before.size(), 0);
  } else if (types_->failures_commute()) {
    std::sort(before.begin(), before.end());
  }
  return before;
}

std::size_t PassRule::patience_listed() const {
  std::size_t listed = 0;
  for (const auto& list : game_.patience_by_attempt()) listed = std::max(listed, list.size());
  return listed;
}

bool PassRule::failures_discourage() const {
  for (std::size_t k = 0; k < game_.size(); ++k) {
    const game::Reception users = reception(k, 0);
    if (users.right_accepted < users.wrong_accepted) return false;
  }
  return feedback_ <= 0;
}

double PassRule::latency(std::size_t from, std::size_t to) const {
  return game_.pass(to).latency + game_.switch_latency(from, to);
}

double PassRule::latency(const Path& path) const {
  const std::size_t k = path.back();
  return game_.pass(k).latency +
         (path.size() < 2 ? 0 : game_.switch_latency(path[path.size() - 2], k));
}

double PassRule::cost(const Path& path) const {
  const std::size_t k = path.back();
  return game_.model(k).cost + (path.size() < 2 ? 0 : game_.switch_cost(path[path.size() - 2], k));
}

}  // namespace turnout::simulation
