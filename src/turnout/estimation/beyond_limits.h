#pragma once

#include "turnout/estimation/logged_tasks.h"
#include "turnout/estimation/policy_paths.h"
#include "turnout/policy/policy.h"

/// What a task may come to where a log does not support a policy: not told, but bounded by what its
/// models did elsewhere. docs/theory.md, section 22.
namespace turnout::estimation {

struct Limits {
  double low = 0, high = 0;
};

/// Of a task, from the first attempt that is not supported on.
struct BeyondLimits {
  Limits attempts = {1, 1};
  Limits cost, latency;
  Limits solved = {0, 1};
};

/// For each model that the policy may use there, two shares are read off the log by attempt: of its
/// passes behind which users go on, and of its told ends that are solved. Their mean is one end of the
/// range, with two standard errors; where a line through their logits over attempts is steeper than its
/// error, what it says of two attempts behind the first that is not supported is the other. A share that
/// goes on and rises may come to that of failures. Where a model served one attempt only nothing says
/// how it changes: its share of passes is bounded by those of all models, its share of ends by 0 and
/// 1. Tasks go on with a share from the range, end once, and cost what the models cost on average.
/// Cost: the log's passes, once.
BeyondLimits beyond_limits(const LoggedTasks& tasks, const policy::Policy& policy,
                           const PolicyPaths& paths);

}  // namespace turnout::estimation
