#include "turnout/control/guard_rails.h"

#include <fmt/format.h>

#include <cmath>

namespace turnout::control {
namespace {

/// A sentence if one mean is another by more than the share that is allowed.
void check_step(const char* what, double today, double then, double largest,
                std::vector<std::string>& broken) {
  if (std::abs(then - today) <= largest * today) return;
  broken.push_back(fmt::format("{} would change from {:.4g} to {:.4g}, by more than {:.0f} %", what,
                               today, then, 100 * largest));
}

}  // namespace

std::vector<std::string> broken_rails(const GuardRails& rails,
                                      const analysis::AdviseAnswer& advice) {
  std::vector<std::string> broken;
  check_step("what models cost a task, in dollars,", advice.today.service.value,
             advice.then.service.value, rails.largest_step, broken);
  check_step("the seconds that a task waits", advice.today.latency.value, advice.then.latency.value,
             rails.largest_step, broken);
  const double solved = 1 - advice.then.leaving.high;
  if (solved < rails.least_success)
    broken.push_back(fmt::format("it may solve only {:.1f} % of the tasks, less than {:.1f} %",
                                 100 * solved, 100 * rails.least_success));
  return broken;
}

}  // namespace turnout::control
