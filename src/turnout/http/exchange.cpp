#include "turnout/http/exchange.h"

#include <utility>

namespace turnout::http {

void PendingReply::put(Reply reply) {
  const std::lock_guard lock(mutex_);
  if (reply_) return;
  reply_ = std::move(reply);
  if (told_) told_();
}

std::optional<Reply> PendingReply::take_or(std::function<void()> told) {
  const std::lock_guard lock(mutex_);
  if (!reply_) told_ = std::move(told);
  return std::exchange(reply_, std::nullopt);
}

void PendingReply::forget() {
  const std::lock_guard lock(mutex_);
  told_ = nullptr;
}

}  // namespace turnout::http
