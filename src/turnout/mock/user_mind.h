#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/simulation/agents.h"

namespace turnout::mock {

/// What a user brings to a task.
struct UserTask {
  game::User user;
  std::size_t segment = 0;  ///< of the kinds of users
};

/// How users decide: as simulation::Agents, by what a policy promises (StayRule), and by luck where
/// they misjudge answers or leave for reasons of their own. Thread-safe.
class UserMind {
 public:
  /// @param setting  its game, difficulty and behaviour count
  explicit UserMind(simulation::Setting setting);

  /// @returns a task's user: his kind, and his V.
  [[nodiscard]] UserTask draw(base::Rng& rng) const;

  /// @returns whether he accepts the answer.
  /// @param path   the models that served, this one last; not empty
  [[nodiscard]] bool accepts(const simulation::Path& path, bool right, double luck) const;

  /// @returns whether he asks again after an answer that he rejects; before the first attempt (an empty
  ///   path) whether he comes at all.
  /// @param policy  what he believes is served, as policy/policy.h reads it; one that cannot be read:
  ///   that the last model serves for good (and that it is worth coming)
  [[nodiscard]] bool goes_on(const UserTask& task, const simulation::Path& path,
                             const std::string& policy, double luck) const;

 private:
  /// A policy and when each kind of user goes on under it.
  struct Belief {
    policy::Policy policy;
    std::vector<simulation::StayRule> rules;
  };
  /// @returns nothing for a text that is no policy.
  [[nodiscard]] std::shared_ptr<const Belief> belief(const std::string& policy) const;
  [[nodiscard]] std::string always(std::size_t model) const;

  simulation::Setting setting_;
  simulation::PassRule passes_;
  std::vector<simulation::AgentSegment> segments_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const Belief>> beliefs_;
};

}  // namespace turnout::mock
