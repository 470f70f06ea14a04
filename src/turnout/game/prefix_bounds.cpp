#include "turnout/game/prefix_bounds.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace turnout::game {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The most that can be at stake in `depth` attempts.
Tally most_at_stake(const RoutingGame& game, std::size_t depth) {
  Tally most{1, 1, 0, 0};
  for (std::size_t k = 0; k < game.size(); ++k) {
    double latency = game.model(k).latency;
    for (std::size_t from = 0; from < game.size(); ++from)
      latency = std::max(latency, game.model(k).latency + game.switch_latency(from, k));
    most.latency = std::max(most.latency, static_cast<double>(depth) * latency);
    most.paid = std::max(most.paid, static_cast<double>(depth) * game.model(k).price);
  }
  return most;
}

}  // namespace

std::vector<Segment> merged(std::span<const Segment> segments) {
  const auto key = [](const Segment& s) {
    return std::tuple(s.user.value, s.user.value_of_time, s.user.outside, s.user.harm,
                      s.user.naive);
  };
  std::vector<Segment> all(segments.begin(), segments.end());
  std::stable_sort(all.begin(), all.end(),
                   [&](const Segment& a, const Segment& b) { return key(a) < key(b); });
  std::vector<Segment> distinct;
  for (const Segment& segment : all) {
    if (segment.share <= 0) continue;
    if (distinct.empty() || key(distinct.back()) != key(segment)) {
      distinct.push_back(segment);
    } else {
      distinct.back().share += segment.share;
    }
  }
  return distinct;
}

PrefixBounds::PrefixBounds(const RoutingGame& game, std::span<const Segment> segments,
                           const TaskTypes& types, std::size_t depth, std::size_t hopes)
    : game_(&game),
      segments_(segments),
      types_(&types),
      depth_(depth),
      informed_(informed_costs(game, types, depth)),
      hopes_(game, segments, types, depth, hopes) {
  const Tally most = most_at_stake(game, depth);
  for (const Segment& segment : segments) {
    const DecisionWeights weights(segment.user);
    users_.share.push_back(segment.share);
    users_.solved.push_back(weights.solved);
    users_.misled.push_back(weights.misled);
    users_.time.push_back(weights.time);
    users_.tie.push_back(kNegligible * at_stake(segment.user, most));
  }
}

Prefix PrefixBounds::start() const {
  const bool may_stay_out = first_stop(*game_) == 0;
  Prefix none;
  none.stop = {{}, game_->churn_penalty()};
  none.going_on = -kInfinity;
  none.bound = -kInfinity;
  none.open.assign(types_->weights().begin(), types_->weights().end());
  none.best_utility.assign(segments_.size(), may_stay_out ? 0 : -kInfinity);
  none.best_cost.assign(segments_.size(), may_stay_out ? none.stop.cost : kInfinity);
  return none;
}

void PrefixBounds::extend(const Prefix& before, std::span<const std::size_t> made, std::size_t k,
                          Prefix& after) const {
  const std::size_t n = types_->size();
  const bool last = made.size() + 1 == depth_;
  const std::vector<double>& informed = last ? informed_.least : informed_.going_on;
  const AttemptTerms t = attempt_terms(*game_, made, k);
  const Model& model = game_->model(k);
  const Reception users(*game_, k, made.size());
  const AttemptSums sums = advance(users, before.open.data(), types_->success(k, made).data(),
                                   informed.data() + (made.size() + 1) * n, after.open.data(), n);
  const double wrong = before.left - sums.right;
  const AttemptOutcome outcome{sums.right, wrong, users.rejected(sums.right, wrong)};
  after.left = sums.left;
  after.spent = before.spent + before.left * t.cost;
  after.spent += loss_of(game_->provider(), users, outcome);
  after.stop = before.stop;
  after.stop.had.solved += users.right_accepted * sums.right;
  after.stop.had.misled += users.wrong_accepted * wrong;
  after.stop.had.latency += before.left * t.latency;
  after.stop.had.paid += before.left * model.price;
  after.stop.cost = after.spent + game_->churn_penalty() * after.left;
  after.going_on = last ? kInfinity : after.spent + sums.bound;
  after.bound = add_stop(before, after);
}

/// Adds the stop of `after` to each user's best, and @returns the least cost of any completion.
double PrefixBounds::add_stop(const Prefix& before, Prefix& after) const {
  const Stop& stop = after.stop;
  double bound = 0;
  for (std::size_t s = 0; s < users_.share.size(); ++s) {
    const double now = utility(s, stop.had);
    const double most = before.best_utility[s];
    const double tied = std::min(before.best_cost[s], stop.cost);
    const double unless_beaten = now >= most - users_.tie[s] ? tied : before.best_cost[s];
    const double cost = now > most + users_.tie[s] ? stop.cost : unless_beaten;
    after.best_utility[s] = std::max(most, now);
    after.best_cost[s] = cost;
    bound += users_.share[s] * std::min(cost, after.going_on);
  }
  return bound;
}

double PrefixBounds::settled(const Prefix& prefix, std::size_t made) const {
  double bound = 0;
  double hope = 0;
  std::size_t group = segments_.size();  // none yet
  for (std::size_t s = 0; s < segments_.size(); ++s) {
    double cost = prefix.best_cost[s];
    if (cost > prefix.going_on) {
      if (group != hopes_.group_of(s)) {
        group = hopes_.group_of(s);
        hope = hopes_.after(made, group, prefix.open.data());
      }
      if (utility(s, prefix.stop.had) + hope >= prefix.best_utility[s] - users_.tie[s])
        cost = prefix.going_on;
    }
    bound += users_.share[s] * cost;
  }
  return std::max(prefix.bound, bound);
}

double PrefixBounds::cost(std::span<const Stop> stops) const {
  double cost = 0;
  for (const Segment& segment : segments_)
    cost += segment.share * stops[best_stop(segment.user, stops, first_stop(*game_))].cost;
  return cost;
}

}  // namespace turnout::game
