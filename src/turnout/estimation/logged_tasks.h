#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "turnout/traffic/pass.h"

/// The tasks of a log in memory, with the tree of the paths that they took: what an evaluation goes
/// through several times. docs/theory.md, section 22.
namespace turnout::estimation {

/// How a task ended, as far as the log says.
enum class TaskFate : std::uint8_t {
  kSolved,  ///< feedback says so
  kFailed,  ///< feedback says so, or the user was seen to leave
  kSilent,  ///< solved or given up: not told
  kCut,     ///< re-prompted, and the next attempt is not in the log: unsolved
};

/// One attempt of a task.
struct LoggedStep {
  std::size_t node = 0;   ///< of the tree: the path that ends with this attempt
  double propensity = 0;  ///< of its model; 0 until it is known
  double cost = 0;        ///< dollars
  double latency = 0;     ///< seconds
};

struct LoggedTask {
  std::size_t user = 0;            ///< a number; tasks without a user have one each
  std::size_t first = 0, end = 0;  ///< its steps: [first, end)
  TaskFate fate = TaskFate::kSilent;
};

/// A path of models.
struct PathNode {
  std::size_t parent = 0;   ///< the root is its own
  std::size_t model = 0;    ///< of its last attempt
  std::size_t attempt = 0;  ///< how many attempts; 0: the root
  double passes = 0;        ///< that ended it; the root: tasks
  double went_on = 0;       ///< of them, those that have a next attempt; the root: tasks
};

/// Passes come in the order of (task_id, attempt). Memory: 32 bytes a pass, 40 a task.
class LoggedTasks {
 public:
  /// @param models  the names that numbers stand for; sorted
  explicit LoggedTasks(std::vector<std::string> models);
  /// A task counts if its attempts are 1, 2, ... without a gap.
  void add(const traffic::Pass& pass);
  /// Ends the last task, and gives each step a propensity. The log's own are used where every step
  /// of a task has one and all such tasks have one policy; tasks without are left out. Where no task has
  /// them, or tasks of several policies do, they are the shares of models after the same models, over all
  /// policies, each share drawn towards that of the attempt by kDrawn passes.
  void finish();

  [[nodiscard]] const std::vector<LoggedTask>& tasks() const { return tasks_; }
  [[nodiscard]] const std::vector<LoggedStep>& steps() const { return steps_; }
  [[nodiscard]] const std::vector<PathNode>& nodes() const { return nodes_; }  ///< parents first
  [[nodiscard]] const std::vector<std::string>& models() const { return models_; }
  /// @returns the node that follows on one by a model; 0 if no task took it.
  [[nodiscard]] std::size_t child(std::size_t node, std::size_t model) const;
  [[nodiscard]] std::size_t users() const { return users_; }
  [[nodiscard]] std::int64_t left_out() const { return left_out_; }
  [[nodiscard]] std::int64_t without_cost() const { return without_cost_; }
  [[nodiscard]] bool propensities_estimated() const { return estimated_; }
  [[nodiscard]] std::size_t policies() const { return policies_.size(); }

  static constexpr double kDrawn = 10;
  /// Beyond so many users several share a number, by hash: sums by number are still independent.
  static constexpr std::size_t kMostUsers = std::size_t{1} << 16U;
  /// Attempts of a task that are kept; later ones are left out and the task counts as cut.
  static constexpr std::size_t kMostKept = 64;

 private:
  void begin_task(const traffic::Pass& pass);
  void end_task();
  void keep_those_with_propensities();
  void count_nodes();
  void estimate_propensities();
  std::size_t number_of_user(const std::string& user);
  std::size_t node_after(std::size_t node, std::size_t model);

  std::vector<std::string> models_;
  std::vector<LoggedTask> tasks_;
  std::vector<LoggedStep> steps_;
  std::vector<PathNode> nodes_;
  std::unordered_map<std::uint64_t, std::size_t> children_;
  std::unordered_map<std::uint64_t, std::size_t> user_numbers_;
  std::unordered_map<std::string, std::size_t> policies_;  // tasks with propensities, by policy
  std::vector<char> has_propensities_;                     // by task
  std::size_t users_ = 0;
  std::int64_t left_out_ = 0, without_cost_ = 0;
  bool estimated_ = false;

  std::string task_;
  std::pair<const std::string, std::size_t>* policy_ = nullptr;  // of the task
  bool in_task_ = false, complete_ = true, with_propensity_ = true;
};

}  // namespace turnout::estimation
