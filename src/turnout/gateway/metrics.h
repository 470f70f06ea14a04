#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "turnout/traffic/task_matcher.h"

/// What a gateway counts, and Prometheus reads at /metrics.
namespace turnout::gateway {

class MetricPage;

/// A number that only grows.
class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// The words of the labels that come from a gateway's enumerations: a number given to Metrics counts
/// in this order. "other" is put behind each list for numbers beyond it.
struct MetricWords {
  std::vector<std::string> shapes;     ///< of requests: "chat", "messages", ...
  std::vector<std::string> fallbacks;  ///< why another model served than the policy drew
  std::vector<std::string> refusals;   ///< why a request was not served
};

/// What a call of a model took, for the four histograms of OpenTelemetry's GenAI conventions.
struct CallMeasure {
  std::size_t requested = 0;     ///< number of the name that the client asked for; see Metrics
  std::size_t served = 0;        ///< number of the model
  std::int64_t duration_us = 0;  ///< from the request's end to the answer's
  std::optional<std::int64_t> first_token_us;  ///< to the first byte of the answer's body
  std::optional<std::uint64_t> input_tokens, output_tokens;  ///< all of them, cached and hidden too
};

/// What has been counted since the gateway started, by word; what is on no list is "other".
struct MetricCounts {
  using ByWord = std::vector<std::pair<std::string_view, std::uint64_t>>;
  struct Model {
    std::string_view name;
    std::array<std::uint64_t, 4> passes{};  ///< by attempt: 1, 2, 3, 4 and more
    double cost_usd = 0;
  };
  std::vector<Model> models;
  ByWord matches, fallbacks, refusals;
};

/// Counters, gauges and histograms. Recording is lock-free: relaxed atomic additions, no look-up of
/// labels, an allocation at a pair's first call alone. Safe from all threads, text() at any time:
/// each number is then one that it had, but numbers of one answer may be of different moments.
///
/// Not prometheus-cpp 1.0.1: its histograms lock a mutex at each observation, and a look-up by labels
/// locks another and allocates.
class Metrics {
 public:
  /// @param requested  the names that a client may ask for: aliases and models, in any order
  /// @param served     the names of the models
  Metrics(MetricWords words, std::vector<std::string> requested, std::vector<std::string> served);
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  Metrics(Metrics&&) = delete;
  Metrics& operator=(Metrics&&) = delete;
  ~Metrics();

  /// turnout_requests_total{shape,status}: the status' class, "2xx".
  void request(std::size_t shape, int status) noexcept;
  /// The gen_ai histograms. Time per token is what follows the first token over the tokens that do.
  void call(const CallMeasure& measure);
  /// turnout_passes_total{model,attempt}: attempt 1, 2, 3 or 4+.
  void pass(std::size_t model, std::int64_t attempt) noexcept;
  /// turnout_matches_total{rule}
  void match(traffic::MatchRule rule) noexcept;
  /// turnout_fallbacks_total{reason}
  void fallback(std::size_t reason) noexcept;
  /// turnout_refused_total{reason}
  void refused(std::size_t reason) noexcept;
  /// turnout_cost_usd_total{model}; finite, >= 0, kept in nano-dollars.
  void cost(std::size_t model, double usd) noexcept;
  /// turnout_spilled_passes_total
  void spilled(std::uint64_t passes) noexcept { spilled_.add(passes); }
  /// turnout_dropped_log_lines_total
  Counter& dropped_lines() noexcept { return dropped_lines_; }
  /// turnout_queue_passes
  void set_queue(std::int64_t passes) noexcept { queue_.store(passes, std::memory_order_relaxed); }
  /// turnout_tasks_behind, turnout_tasks_queued: only once it was called
  void set_sharing(bool behind, std::int64_t queued) noexcept {
    behind_.store(behind ? 1 : 0, std::memory_order_relaxed);
    told_queue_.store(queued, std::memory_order_relaxed);
  }
  /// turnout_open_tasks
  void set_open_tasks(std::int64_t n) noexcept { tasks_.store(n, std::memory_order_relaxed); }
  /// turnout_open_connections
  void set_connections(std::int64_t n) noexcept {
    connections_.store(n, std::memory_order_relaxed);
  }

  /// @returns what was decided and what it cost; its words are valid as long as this is.
  [[nodiscard]] MetricCounts counts() const;
  /// @returns all of it as text/plain; version=0.0.4 (kMetricsType).
  [[nodiscard]] std::string text() const;

 private:
  struct Pair;
  Pair& pair(std::size_t requested, std::size_t served);
  void write_calls(MetricPage& page) const;
  void write_decisions(MetricPage& page) const;
  void write_operations(MetricPage& page) const;
  MetricWords words_;
  std::vector<std::string> requested_, served_;
  std::unique_ptr<std::atomic<Pair*>[]> pairs_;  // by requested, then served
  std::vector<Counter> requests_;                // by shape, then class of status
  std::vector<Counter> passes_;                  // by model, then attempt
  std::vector<Counter> fallbacks_, refusals_;
  std::vector<Counter> nano_usd_;  // by model
  std::array<Counter, traffic::kMatchRules> matches_;
  Counter spilled_, dropped_lines_;
  std::atomic<std::int64_t> queue_{0}, tasks_{0}, connections_{0};
  std::atomic<std::int64_t> behind_{-1}, told_queue_{0};  // -1: tasks are not shared
};
inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace turnout::gateway
