#include "turnout/simulation/played_users.h"

#include <algorithm>

namespace turnout::simulation {

PlayedUsers& PlayedUsers::operator+=(const PlayedUsers& other) {
  payoffs.provider_cost += other.payoffs.provider_cost;
  payoffs.user_utility += other.payoffs.user_utility;
  payoffs.success += other.payoffs.success;
  payoffs.latency += other.payoffs.latency;
  payoffs.service_cost += other.payoffs.service_cost;
  payoffs.attempts += other.payoffs.attempts;
  for (const auto count :
       {&PlayedUsers::tasks, &PlayedUsers::solved, &PlayedUsers::misled, &PlayedUsers::left,
        &PlayedUsers::stayed_away, &PlayedUsers::failed, &PlayedUsers::attempts,
        &PlayedUsers::retries, &PlayedUsers::numbered, &PlayedUsers::numbered_right,
        &PlayedUsers::feedback, &PlayedUsers::feedback_refused})
    this->*count += other.*count;
  attempts_by_model.resize(std::max(attempts_by_model.size(), other.attempts_by_model.size()));
  for (std::size_t k = 0; k < other.attempts_by_model.size(); ++k)
    attempts_by_model[k] += other.attempts_by_model[k];
  if (by_kind.empty()) {
    by_kind = other.by_kind;
    return *this;
  }
  for (std::size_t i = 0; i < other.by_kind.size(); ++i) {
    by_kind[i].numbered += other.by_kind[i].numbered;
    by_kind[i].right += other.by_kind[i].right;
  }
  return *this;
}

}  // namespace turnout::simulation
