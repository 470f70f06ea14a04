#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "turnout/base/rng.h"

/// A service and the people who use it, as the judge of the closed loop makes them up: what a model
/// does at a task and what a user does after it is drawn attempt by attempt. Nothing here is a formula
/// of the game's, and nobody who is judged sees any of it.
namespace turnout::verification {

struct LivedModel {
  std::string name;
  double success = 0;  ///< of first tries, over all tasks
  double skill = 0;    ///< the logit that gives it
  double latency = 0;  ///< mean seconds
  double cost = 0;     ///< dollars a call
};

/// What is true. Models stand in the order of what they cost.
struct LivedWorld {
  std::uint64_t seed = 0;
  std::vector<LivedModel> models;
  double sigma = 0;           ///< spread of the tasks' difficulty, logits
  double tau = 0;             ///< spread of how a task suits a model, logits
  double feedback = 0;        ///< what each failure adds to the next try's logit
  double value = 0;           ///< median of the seconds that a user would wait for a solved task
  double value_spread = 0;    ///< sd of its logarithm, half of the variance a person's own
  double patience = 0;        ///< mean share of those who a failure does not drive away at once
  double hasty = 0;           ///< share of the people who give a task a time and no more
  double budget = 0;          ///< median of that time, seconds
  double silent = 0;          ///< share of the people who never say how a task ended
  double says = 0;            ///< probability that one of the others does
  double lifetime_value = 0;  ///< dollars
  double leaves_solved = 0;   ///< probability that a person never comes back after a solved task
  double leaves_unsolved = 0;

  /// @returns P, what an unsolved task costs in people who do not come back, dollars.
  [[nodiscard]] double penalty() const {
    return lifetime_value * (leaves_unsolved - leaves_solved);
  }
  [[nodiscard]] std::vector<std::string> names() const;
};

/// @returns a world in which users live: two to four models of cents a call, of which one solves .2 and
///   another .9 of the tasks, dearer ones mostly better and slower; dollars a lost user; users who wait
///   for an answer once, twice or many times its latency; few who say how a task ended.
LivedWorld random_world(std::uint64_t seed);

/// A task as it arrives, with the person who brings it.
struct Arrival {
  std::size_t seat = 0;          ///< a person, or who came after him when he had left for good
  std::size_t conversation = 0;  ///< of the seat
  double when_s = 0;
  double hardness = 0;        ///< what is taken from every model's logit
  std::vector<double> suits;  ///< by model: what is added to its logit
  double value = 0;           ///< seconds
  double patience = 1;        ///< the person's
  bool hasty = false;         ///< waits no longer than `value`, whatever he is promised
  double says = 0;            ///< probability that he says how it ended
};

/// What chance gives an attempt, whoever serves it: so all players meet the same luck.
struct Luck {
  double choice = 0, success = 0, stays = 0, says = 0, latency = 1;
};

/// The tasks of a world in the order in which they come; task i is the same whatever happened before.
class Arrivals {
 public:
  /// @param seed  of the tasks; the people are the world's
  Arrivals(const LivedWorld& world, std::uint64_t seed, std::size_t tasks);
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  [[nodiscard]] const Arrival& operator[](std::size_t task) const { return all_[task]; }
  /// @returns the random numbers of a task's attempts: draw_luck() takes one attempt's after another.
  [[nodiscard]] base::Rng luck(std::size_t task) const { return base::Rng(~seed_, task); }

 private:
  std::uint64_t seed_;
  std::vector<Arrival> all_;
};

Luck draw_luck(base::Rng& rng);

/// Tasks a person brings a day, and what is served in one: they set how long the log lasts.
inline constexpr std::size_t kTasksPerDay = 500;
inline constexpr std::size_t kSeats = 500;

/// @returns the probability that a model solves a task after so many failures.
double solves(const LivedWorld& world, const Arrival& task, std::size_t model, std::size_t before);

}  // namespace turnout::verification
