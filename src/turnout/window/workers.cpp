#include "turnout/window/workers.h"

#include <exception>
#include <utility>

#include "turnout/window/replies.h"

namespace turnout::window {
namespace {

http::Reply reply_to(const Workers::Job& job) {
  try {
    return job.work(base::Cancellation(*job.given_up));
  } catch (const std::exception& defect) {  // of a library, or no memory: it ends this answer alone
    return error_reply(500, defect.what(), "internal");
  }
}

}  // namespace

Workers::Workers(unsigned threads) {
  for (unsigned i = 0; i <= threads; ++i)
    threads_.emplace_back([this, quick_alone = i == 0] { run(quick_alone); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool Workers::take(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (quick_.size() + long_.size() >= kMostWaiting) return false;
    (job.pace == Pace::kQuick ? quick_ : long_).push_back(std::move(job));
  }
  changed_.notify_all();  // the one that is notified may be the one that does not take it
  return true;
}

std::optional<Workers::Job> Workers::next(bool quick_alone) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return over_ || !quick_.empty() || (!quick_alone && !long_.empty()); });
  if (over_) return std::nullopt;
  auto& jobs = quick_.empty() ? long_ : quick_;
  Job job = std::move(jobs.front());
  jobs.pop_front();
  return job;
}

void Workers::run(bool quick_alone) {
  while (const auto job = next(quick_alone)) {
    if (!job->given_up->load(std::memory_order_relaxed)) job->reply->put(reply_to(*job));
  }
}

}  // namespace turnout::window
