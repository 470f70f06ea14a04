#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "turnout/simulation/agents.h"

namespace turnout::simulation {

/// How prompts of one kind were taken: a task's first ones, or one way of asking again.
struct Numbering {
  std::string kind;
  std::uint64_t numbered = 0;  ///< answers that said a task and an attempt
  /// A first prompt: a new task's first attempt. Others: the next attempt of the same task.
  std::uint64_t right = 0;
};

/// What users came to who were served by a program over a network, and how the program took them.
struct PlayedUsers {
  AgentPayoffs payoffs;  ///< by task
  std::uint64_t tasks = 0;
  std::uint64_t solved = 0;       ///< right answers that were accepted
  std::uint64_t misled = 0;       ///< wrong answers that were accepted
  std::uint64_t left = 0;         ///< tasks that users left after an answer that they rejected
  std::uint64_t stayed_away = 0;  ///< tasks that users never submitted
  std::uint64_t failed = 0;       ///< tasks that ended because no answer came, after all retries
  std::uint64_t attempts = 0;     ///< prompts of users that were answered
  std::uint64_t retries = 0;      ///< requests that the clients repeated by themselves
  std::vector<std::uint64_t> attempts_by_model;
  std::uint64_t numbered = 0;        ///< attempts whose answer said which attempt it was
  std::uint64_t numbered_right = 0;  ///< and said the right number
  std::vector<Numbering> by_kind;
  std::uint64_t feedback = 0;          ///< times that users said how a task ended
  std::uint64_t feedback_refused = 0;  ///< and were not heard

  PlayedUsers& operator+=(const PlayedUsers& other);
};

}  // namespace turnout::simulation
