#include "turnout/policy/state_filter.h"

#include <algorithm>
#include <map>

namespace turnout::policy {

void StateFilter::next(std::vector<double>& weights) const {
  weights.assign(policy_->models(), 0);
  for (const auto& [state, probability] : belief_) {
    std::uint32_t before = kNoModel;
    for (const Draw& draw : policy_->draws(state)) {
      if (draw.model != before) weights[draw.model] += probability * draw.propensity;
      before = draw.model;
    }
  }
}

void StateFilter::see(std::size_t model) {
  std::map<State, double> masses;
  double sum = 0;
  for (const auto& [state, probability] : belief_) {
    for (const Draw& draw : policy_->draws(state)) {
      if (draw.model != model) continue;
      masses[state + static_cast<State>(draw.advance)] += probability * draw.probability;
      sum += probability * draw.probability;
    }
  }
  belief_.clear();
  for (const auto& [state, mass] : masses) {
    if (mass > 0) belief_.emplace_back(state, mass / sum);
  }
}

bool StateFilter::offers() const {
  return std::any_of(belief_.begin(), belief_.end(),
                     [this](const auto& at) { return policy_->offers(at.first); });
}

}  // namespace turnout::policy
