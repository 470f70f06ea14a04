#include "turnout/game/user_hopes.h"

#include <algorithm>
#include <array>

#include "turnout/game/attempt_outcome.h"

namespace turnout::game {
namespace {

/// A user who values each attempt at least as much as each of these does.
DecisionWeights most_hopeful(std::span<const Segment> segments) {
  DecisionWeights most(segments.front().user);
  for (const Segment& segment : segments) {
    const DecisionWeights weights(segment.user);
    most.solved = std::max(most.solved, weights.solved);
    most.misled = std::max(most.misled, weights.misled);
    most.time = std::min(most.time, weights.time);
  }
  return most;
}

}  // namespace

UserHopes::UserHopes(const RoutingGame& game, std::span<const Segment> segments,
                     const TaskTypes& types, std::size_t depth, std::size_t most_numbers)
    : types_(types.size()),
      per_group_(1 + segments.size() * types_ * (depth + 1) / most_numbers),
      groups_((segments.size() + per_group_ - 1) / per_group_),
      most_((depth + 1) * groups_ * types_, 0) {
  std::vector<DecisionWeights> hopeful;
  for (std::size_t g = 0; g < groups_; ++g) {
    const std::size_t from = g * per_group_;
    hopeful.push_back(
        most_hopeful(segments.subspan(from, std::min(per_group_, segments.size() - from))));
  }
  for (std::size_t m = depth; m-- > 0;) {
    for (std::size_t g = 0; g < groups_; ++g) {
      for (std::size_t k = 0; k < types.models(); ++k) {
        const Reception users(game, k, m);
        const auto ends = types.success_ends(k, m);  // it is linear in the success
        offer(game.model(k), users, ends.none, hopeful[g], row(m, g), row(m + 1, g));
        if (types.own_failures_tell())
          offer(game.model(k), users, ends.all, hopeful[g], row(m, g), row(m + 1, g));
      }
    }
  }
}

double UserHopes::after(std::size_t m, std::size_t group, const double* open) const {
  const double* most = most_.data() + (m * groups_ + group) * types_;
  constexpr std::size_t kLanes = 4;  // sums at once, so that they do not wait for each other
  std::array<double, kLanes> sum{};
  std::size_t i = 0;
  for (; i + kLanes <= types_; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sum[lane] += open[i + lane] * most[i + lane];
  }
  for (; i < types_; ++i) sum[0] += open[i] * most[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/// An attempt on one model, should it be the best.
void UserHopes::offer(const Model& model, const Reception& users, std::span<const double> success,
                      const DecisionWeights& user, double* most, const double* later) const {
  for (std::size_t type = 0; type < types_; ++type) {
    const double right = success[type];
    const Tally had{users.right_accepted * right, users.wrong_accepted * (1 - right), model.latency,
                    model.price};
    const double goes_on = users.patience * users.rejected(right, 1 - right);
    most[type] = std::max(most[type], user.utility(had) + goes_on * later[type]);
  }
}

}  // namespace turnout::game
