#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "turnout/base/result.h"
#include "turnout/gateway/control_desk.h"
#include "turnout/gateway/policy_history.h"

/// Policies and the control loop of several gateways. docs/gateway.md, "Several gateways";
/// decisions/0014.
namespace turnout::gateway {

/// What a gateway says of itself now and then.
struct LoopBeat {
  bool wants_turn = false;  ///< its loop is on
  bool asks = false;        ///< somebody wants the loop to look now
  std::string look;         ///< what its loop said last, new since the beat before; empty: nothing
};

/// What all gateways know of the loop.
struct LoopState {
  bool has_turn = false;  ///< this gateway is the one whose loop looks
  bool asked = false;     ///< told once, to the one that has the turn
  std::string look;       ///< what was said last; empty: nothing
};

/// The table of policies, and whose turn it is to look. Used by one thread; may block, as long as its
/// maker lets it. A turn that is not renewed by a beat goes to another gateway after some seconds, and
/// at once when the object goes that has it.
class SharedLoop : public PolicyTable {
 public:
  virtual base::Result<LoopState> beat(const LoopBeat& beat) = 0;
};
using OpenSharedLoop = std::function<base::Result<std::unique_ptr<SharedLoop>>()>;

/// What a gateway does with it: called from one thread.
struct SharedPoliciesUse {
  std::function<bool()> wants_turn;
  std::function<std::int64_t()> now_us;  ///< since 1970
  std::function<void()> changed;         ///< another gateway has changed the policies
};

struct SharedPoliciesState {
  bool behind = false;  ///< for longer than `patience_us` the table has not been read
  std::string trouble;  ///< why
};

/// Follows what other gateways change, and takes the turn of the control loop when it is free, by a
/// thread of its own. While the table is away the policy that was seen last stays in force, and no loop
/// looks.
class SharedPolicies {
 public:
  struct Options {
    std::int64_t every_us = 500'000;
    std::int64_t patience_us = 2'000'000;
  };
  /// @param history, desk  outlive this; the history is a shared one
  SharedPolicies(Options options, PolicyHistory& history, ControlDesk& desk, OpenSharedLoop open,
                 SharedPoliciesUse use);
  SharedPolicies(const SharedPolicies&) = delete;
  SharedPolicies& operator=(const SharedPolicies&) = delete;
  SharedPolicies(SharedPolicies&&) = delete;
  SharedPolicies& operator=(SharedPolicies&&) = delete;
  /// Gives the turn back, if the table is there.
  ~SharedPolicies();

  /// Waits until the history has been read, or the first try failed.
  void wait_for_first_reading();
  [[nodiscard]] SharedPoliciesState state() const;

 private:
  void work();
  base::Status exchange();
  base::Status beat();

  Options options_;
  PolicyHistory& history_;
  ControlDesk& desk_;
  OpenSharedLoop open_;
  SharedPoliciesUse use_;
  // Of the thread:
  std::unique_ptr<SharedLoop> loop_;
  bool asks_ = false;              // somebody here asked, and the table does not know it yet
  std::int64_t told_look_us_ = 0;  // the latest look that the table knows of

  mutable std::mutex mutex_;
  std::condition_variable wakes_, tried_;
  std::int64_t reached_us_;  // when the table was read last
  std::string trouble_;
  bool has_tried_ = false, over_ = false;
  std::thread thread_;
};

}  // namespace turnout::gateway
