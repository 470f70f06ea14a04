#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "turnout/control/next_policy.h"
#include "turnout/gateway/gateway.h"

namespace turnout::program {

/// Looks at a gateway's log as often as its configuration says, or when somebody asks, and proposes a
/// better policy, or puts it in force. It gives way to threads that serve: its priority is the lowest.
class ControlThread {
 public:
  /// @param gateway  outlives this
  /// @param source   the store of the gateway's passes
  ControlThread(gateway::Gateway& gateway, std::string source);
  ControlThread(const ControlThread&) = delete;
  ControlThread& operator=(const ControlThread&) = delete;
  ControlThread(ControlThread&&) = delete;
  ControlThread& operator=(ControlThread&&) = delete;
  /// Ends a look that is under way within a second.
  ~ControlThread();

 private:
  void work();
  [[nodiscard]] bool is_due(const gateway::ControlConfig& control);
  void look(const gateway::Setup& setup);
  void act(const control::Step& step, const gateway::ControlConfig& control,
           const gateway::PolicyRecord& before);

  gateway::Gateway& gateway_;
  std::string source_;
  std::int64_t looked_us_;
  std::uint64_t stored_ = 0;  // passes when it looked last
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace turnout::program
