#include "turnout/base/cancellation.h"

#include <algorithm>

namespace turnout::base {

Deadline::Clock::duration Deadline::left(Clock::duration longest) const {
  if (!at_) return longest;
  return std::clamp(*at_ - Clock::now(), Clock::duration::zero(), longest);
}

Deadline Deadline::earlier(const Deadline& other) const {
  if (!at_) return other;
  if (!other.at_) return *this;
  return Deadline(std::min(*at_, *other.at_));
}

Status Cancellation::check() const {
  if (!requested()) return Done{};
  return Error{ErrorCode::kCancelled, deadline_.passed() ? "took too long" : "was interrupted", ""};
}

Cancellation Cancellation::until(const Deadline& deadline) const {
  Cancellation sooner = *this;
  sooner.deadline_ = deadline_.earlier(deadline);
  return sooner;
}

}  // namespace turnout::base
