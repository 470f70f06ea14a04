#include "turnout/simulation/pass_rule.h"

#include "turnout/numeric/normal.h"
#include "turnout/numeric/normal_nodes.h"

namespace turnout::simulation {

PassRule::PassRule(const game::RoutingGame& game, const game::Difficulty& difficulty)
    : game_(game), feedback_(difficulty.feedback) {
  constexpr double kNodeDistance = 0.25;
  const double sigma = difficulty.sigma;
  if (sigma == 0) {
    difficulties_ = {0};
    weights_ = {1};
  } else {
    for (const auto& node : numeric::normal_nodes(kNodeDistance)) {
      difficulties_.push_back(sigma * node.x);
      weights_.push_back(node.weight);
    }
  }
  for (std::size_t k = 0; k < game.size(); ++k)
    skills_.push_back(game::skill_of(game.model(k).success, sigma));
}

double PassRule::success(std::size_t k, double theta, std::size_t attempt) const {
  return numeric::logistic(skills_[k] - theta + feedback_ * static_cast<double>(attempt));
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
