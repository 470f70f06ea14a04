#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "turnout/gateway/control_desk.h"
#include "turnout/gateway/event_log.h"
#include "turnout/gateway/held_decisions.h"
#include "turnout/gateway/key_ring.h"
#include "turnout/gateway/live.h"
#include "turnout/gateway/metrics.h"
#include "turnout/gateway/open_tasks.h"
#include "turnout/gateway/policy_history.h"
#include "turnout/gateway/recorder.h"
#include "turnout/gateway/setup.h"
#include "turnout/gateway/shared_policies.h"
#include "turnout/gateway/shared_tasks.h"
#include "turnout/gateway/task_journal.h"
#include "turnout/http/exchange.h"

namespace turnout::gateway {

/// Time that never goes back, as of 1970.
class Clock {
 public:
  /// @returns microseconds since 1970-01-01T00:00:00Z: the system's time when this was made, and what
  ///   has passed since.
  [[nodiscard]] std::int64_t now_us() const {
    return start_us_ + std::chrono::duration_cast<std::chrono::microseconds>(
                           std::chrono::steady_clock::now() - start_)
                           .count();
  }
  /// @returns now_us() as it was when this was made.
  [[nodiscard]] std::int64_t start_us() const { return start_us_; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::int64_t start_us_ = std::chrono::duration_cast<std::chrono::microseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
};

/// @returns a hash of the models' names in their order: entries of tasks know models by their
///   numbers.
std::uint64_t models_number(const Setup& setup);

/// A running gateway, all but its sockets and its store: what every exchange shares. docs/gateway.md.
class Gateway final : public http::Handler {
 public:
  /// @param setup     its origins are filled in by set_origins() before the first request
  /// @param recorder  outlives this
  /// @param number    of a gateway that shares tasks; 0: it does not
  Gateway(std::shared_ptr<Setup> setup, Recorder& recorder, std::uint32_t number = 0);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  Gateway(Gateway&&) = delete;
  Gateway& operator=(Gateway&&) = delete;
  ~Gateway() override;

  std::unique_ptr<http::Exchange> exchange() override;
  http::Reply refuse(int status, std::string_view reason, std::string_view target) override;

  /// What holds for requests that begin now.
  [[nodiscard]] std::shared_ptr<const Setup> setup() const;
  /// Puts another one in force. Requests and tasks under way go on as they began. The policy stays that
  /// of policies(), unless the configuration says another one than before.
  /// @returns kUnsupported if its models are not those of this gateway, in their order.
  base::Status replace(const std::shared_ptr<const Setup>& setup);

  /// Goes on with the tasks that an earlier process wrote down, and writes down what happens from here
  /// on. Before the first request.
  /// @returns kUnreadable or kUnwritable with the journal's file.
  base::Status remember(TaskJournal::Options options);

  /// Goes on with the policies of an earlier process and writes down what becomes of them. Before the
  /// first request, behind set_origins(). @returns as PolicyHistory::open()
  base::Status remember_policies(const std::string& path);
  /// Shares the policies and the turn of the control loop with other gateways, in place of
  /// remember_policies(). Waits until they have been read once, or could not be.
  /// @param table      of a change, which a request waits for
  /// @param last_seen  a file that keeps the policy seen last, for a start without the table
  void share_policies(OpenSharedLoop open, OpenPolicyTable table, const std::string& last_seen);
  /// @returns how sharing the policies goes; nothing where they are not shared.
  [[nodiscard]] std::optional<SharedPoliciesState> policy_sharing() const;
  /// Puts the policy in force that policies() says; whoever changes them calls it then.
  void enforce();

  [[nodiscard]] PolicyHistory& policies() { return *policies_; }
  [[nodiscard]] ControlDesk& control() { return control_; }
  /// Says from here on what requests came to, as the configuration wants it. @param log  outlives this,
  ///   or all exchanges
  void write_to(EventLog& log) { log_ = &log; }
  /// @returns nullptr: nothing is said.
  [[nodiscard]] EventLog* log() const { return log_; }
  /// Says that something has changed, without waiting for who reads it. @param warns  somebody should
  ///   look
  void say(bool warns, std::string text);

  /// Shares tasks with other gateways: reads what they are at, and tells them what happens here, in
  /// place of remember(). Before the first request; waits until the log has been read once, or
  /// could not be.
  /// @param options  its `gateway` is that of the constructor
  void share(SharedTasks::Options options, OpenSharedLog open);
  /// To be called about twice a second: passes whose numbers wait for a log that does not answer
  /// are stored with those that this gateway knows.
  void mind_sharing();
  /// @returns how sharing goes; nothing where tasks are not shared.
  [[nodiscard]] std::optional<SharedTasksState> sharing() const;

  /// A page for people, of which the gateway knows nothing: asked for a GET of what is no endpoint that
  /// answers everybody. @returns nothing if it is not the page's either.
  using Pages = std::function<std::optional<http::Reply>(const http::RequestHead&)>;
  /// Before the first request.
  void show(Pages pages) { pages_ = std::move(pages); }
  [[nodiscard]] std::optional<http::Reply> page(const http::RequestHead& head) const {
    return pages_ ? pages_(head) : std::nullopt;
  }
  [[nodiscard]] LiveFeed& live() { return live_; }

  [[nodiscard]] OpenTasks& tasks() { return tasks_; }
  [[nodiscard]] HeldDecisions& decisions() { return decisions_; }
  /// Tells the tasks of decisions that nobody has reported in time: such an attempt has not happened.
  void expire_decisions(std::int64_t now_us);
  [[nodiscard]] Recorder& recorder() { return recorder_; }
  [[nodiscard]] Metrics& metrics() { return metrics_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  /// Counts what has been spilled since the last time. @param spilled  in all
  void report_spilled(std::uint64_t spilled) {
    metrics_.spilled(spilled - std::min(spilled, spilled_.exchange(spilled)));
  }
  /// @returns the number of a requested model's name, for Metrics::call().
  [[nodiscard]] std::size_t requested_number(std::string_view name) const;

 private:
  std::shared_ptr<const PolicyVersion> policy_of(const std::string& text);
  void take_told(const JournalEntry& entry, bool ours);
  void store_due(bool agreeing);
  void write_last_seen(const std::string& path) const;

  mutable std::mutex mutex_;
  std::shared_ptr<const Setup> setup_;
  std::vector<std::string> requested_;
  std::unique_ptr<PolicyHistory> policies_;
  ControlDesk control_;
  std::unique_ptr<TaskJournal> journal_;
  std::map<std::string, std::shared_ptr<const PolicyVersion>> versions_;  // of tasks told, by text
  OpenTasks tasks_;
  HeldDecisions decisions_;
  Recorder& recorder_;
  EventLog* log_ = nullptr;
  Metrics metrics_;
  LiveFeed live_;
  Pages pages_;
  std::atomic<std::uint64_t> spilled_ = 0;
  Clock clock_;
  std::unique_ptr<SharedTasks> shared_;  // its thread uses all of the above; so does the next one's
  std::unique_ptr<SharedPolicies> shared_policies_;
};

/// What kinds of refusals are counted under; the order of MetricWords::refusals.
enum class Refused : std::uint8_t {
  kKey,
  kRate,
  kBudget,
  kMalformed,
  kModel,
  kDeclined,
  kUpstream
};

}  // namespace turnout::gateway
