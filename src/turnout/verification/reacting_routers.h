#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "turnout/policy/policy.h"
#include "turnout/verification/lived_world.h"

/// Who serves the tasks of a lived world: policies, and routers of others that react to what a gateway
/// sees, each as its authors describe it. docs/experiments.md, "The closed loop".
namespace turnout::verification {

/// What a gateway sees of the end of an attempt.
enum class Seen : std::uint8_t { kAskedAgain, kSaidSolved, kSaidFailed, kNothing };

/// Where a gateway sees a task to belong.
struct Desk {
  std::size_t seat = 0, conversation = 0;
};

/// Serves one task after another.
class Router {
 public:
  Router() = default;
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;
  Router(Router&&) = delete;
  Router& operator=(Router&&) = delete;
  virtual ~Router() = default;

  virtual void begin(const Desk& desk) = 0;
  /// @param chance  uniform on [0, 1)
  virtual policy::Decision serve(double chance) = 0;
  /// Told of each attempt how it ended, before the next one is served.
  virtual void see(Seen seen) = 0;

  /// What users know of who will serve from here on: lotteries for the next attempts, the last one for
  /// good; nothing where no further attempt is on offer. Users are not fooled: they know what there is
  /// to know of the router's rule.
  [[nodiscard]] virtual std::vector<policy::Lottery> promise() const = 0;
  /// Equal for equal promises.
  [[nodiscard]] virtual std::uint64_t promise_key() const = 0;
};

/// Plays a policy; users know it.
std::unique_ptr<Router> policy_router(policy::Policy policy);

/// vLLM Semantic Router's re-ask recipe: local, at the first re-ask the specialist, at the second the
/// premium model. Rungs by cost; of four models the second one is left out.
std::string reask_ladder(const LivedWorld& world);

/// LiteLLM's adaptive router: per model Beta(alpha, beta) of mass 10 about .3, .5 or .7 by its tier, for
/// each request the greatest of 0.7 q + 0.3 (1 where cheapest, 0 where dearest), q drawn from the Beta.
/// A re-ask or a complaint is one failure of the model before, thanks are one success; at mass 200
/// learning ends. Users expect the model that they have, for good.
std::unique_ptr<Router> blaming_bandit(const LivedWorld& world, std::uint64_t seed);

/// NVIDIA Switchyard's escalation router: the cheapest model; two re-asks in a row latch the
/// conversation to the dearest, for all that is still asked in it.
std::unique_ptr<Router> confirming_latch(const LivedWorld& world);

/// One model for a conversation, drawn at random.
std::unique_ptr<Router> sticky_random(const LivedWorld& world, std::uint64_t seed);

}  // namespace turnout::verification
