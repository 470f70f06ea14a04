#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "turnout/http/client.h"
#include "turnout/mock/conversation.h"
#include "turnout/mock/user_mind.h"
#include "turnout/simulation/played_users.h"

namespace turnout::mock {

struct UsersOptions {
  std::string gateway = "http://127.0.0.1:8080";
  std::string key;  ///< sent as a bearer's and as x-api-key; empty: none
  Writing writing;
  /// What users believe; empty: what answers name in x-turnout-policy, and the task's receipt explains.
  std::string policy;
  std::vector<Way> ways = {Way::kComplain, Way::kEdit, Way::kRegenerate, Way::kAnew};
  /// Share of tasks that begin in the conversation of the user's last one, if he had an answer to it that
  /// he accepted.
  double goes_on_with = 0;
  std::uint64_t tasks = 1000;
  unsigned users = 8;  ///< at the same time, each with a connection and a thread
  std::uint64_t seed = 1;
  std::uint64_t first = 1;  ///< the first task's number: its name
  double speedup = 1;       ///< waiting counts so many times as long as it was
  double timeout_s = 60;    ///< for an answer, in real seconds
};
inline constexpr unsigned kMostUsers = 1024;

/// What the gateway calls the policies that it plays, as users look it up.
class KnownPolicies {
 public:
  [[nodiscard]] std::optional<std::string> text(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = texts_.find(name);
    return found == texts_.end() ? std::nullopt : std::optional(found->second);
  }
  void learn(const std::string& name, const std::string& text) {
    const std::lock_guard lock(mutex_);
    texts_[name] = text;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> texts_;
};

/// One user after another at one connection.
class UserSeat {
 public:
  /// All but the client outlive it.
  UserSeat(const simulation::Setting& setting, const UserMind& mind, const UsersOptions& options,
           KnownPolicies& policies, http::Client client);

  /// Plays one task. @returns an error that ends all.
  base::Status play(std::uint64_t number, const std::string& person);
  [[nodiscard]] const simulation::PlayedUsers& played() const { return played_; }
  [[nodiscard]] bool solved_last() const { return solved_last_; }
  [[nodiscard]] const std::optional<base::Error>& failure() const { return failure_; }

 private:
  /// An answer to an attempt.
  struct Answered {
    std::size_t model = 0;
    bool right = false;
    std::string text;
    double seconds = 0;                 // of all tries
    std::string task, attempt, policy;  // as the gateway's head says
  };
  /// A task as it goes.
  struct Course {
    UserTask task;
    std::string person;
    std::string prompt;  // the first
    std::vector<Turn> turns;
    simulation::Path path = {};
    double waited = 0, cost = 0, paid = 0;
    bool accepted = false, solved = false, came = true, answered = true;
    std::size_t kind = 0;  // of the last prompt, in PlayedUsers::by_kind
    // What the gateway calls the task, and which attempt it took the last prompt for.
    std::string id = {}, attempt = {};
  };
  [[nodiscard]] Course begin(std::uint64_t number, const std::string& person, base::Rng& rng,
                             base::Rng& words) const;
  base::Result<std::optional<Answered>> ask(const Course& course);
  [[nodiscard]] base::Result<Answered> read(const http::ClientAnswer& answer) const;
  /// @returns nothing if what came is to be asked for again.
  base::Result<std::optional<Answered>> try_once(const std::string& body, int retry, bool& again);
  void take(const Answered& answer, Course& course);
  void judge_number(const Answered& answer, const Course& course);
  void learn_policy(const Answered& answer);
  void say_how_it_ended(const Course& course);
  void count(const Course& course);
  void remember(Course&& course, const std::string& answer);
  [[nodiscard]] const std::string& believed() const {
    return options_.policy.empty() ? seen_policy_ : options_.policy;
  }

  const simulation::Setting& setting_;
  const UserMind& mind_;
  const UsersOptions& options_;
  KnownPolicies& policies_;
  http::Client client_;
  std::vector<std::string> fields_;
  simulation::PlayedUsers played_;
  std::string seen_policy_;
  // Of the user's last task, if he accepted its answer: what was said, and the answer.
  std::vector<Turn> last_turns_;
  std::string last_answer_, last_task_, last_person_;
  std::optional<base::Error> failure_;  // the last one
  bool solved_last_ = false;
};

}  // namespace turnout::mock
