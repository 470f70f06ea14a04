#include "turnout/gateway/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "turnout/gateway/metric_page.h"

namespace turnout::gateway {
namespace {

constexpr std::size_t kMostBounds = 16;
constexpr double kMicro = 1e6;
constexpr double kNano = 1e9;

/// The bounds that OpenTelemetry's GenAI conventions advise, in the units that are recorded.
constexpr std::array<std::uint64_t, 14> kTokenBounds = {
    1,     4,      16,      64,        256,       1024,       4096,
    16384, 65'536, 262'144, 1'048'576, 4'194'304, 16'777'216, 67'108'864};
constexpr std::array<std::uint64_t, 14> kDurationBounds = {  // microseconds
    10'000,    20'000,    40'000,    80'000,     160'000,    320'000,    640'000,
    1'280'000, 2'560'000, 5'120'000, 10'240'000, 20'480'000, 40'960'000, 81'920'000};
constexpr std::array<std::uint64_t, 16> kFirstTokenBounds = {  // microseconds
    1000,    5000,    10'000,  20'000,    40'000,    60'000,    80'000,    100'000,
    250'000, 500'000, 750'000, 1'000'000, 2'500'000, 5'000'000, 7'500'000, 10'000'000};
constexpr std::array<std::uint64_t, 13> kPerTokenBounds = {  // nanoseconds
    10'000'000,  25'000'000,  50'000'000,  75'000'000,  100'000'000,   150'000'000,  200'000'000,
    300'000'000, 400'000'000, 500'000'000, 750'000'000, 1'000'000'000, 2'500'000'000};

constexpr std::array<std::string_view, 4> kAttempts = {"1", "2", "3", "4+"};
constexpr std::array<std::string_view, 5> kStatuses = {"2xx", "3xx", "4xx", "5xx", "other"};

/// A value on either side of bounds, counted in whole units.
class Histogram {
 public:
  /// @param unit  how many of the recorded units are one of the shown
  Histogram(std::span<const std::uint64_t> bounds, double unit) : bounds_(bounds), unit_(unit) {}

  void record(std::uint64_t value) noexcept {
    std::size_t i = 0;
    while (i < bounds_.size() && value > bounds_[i]) ++i;
    buckets_[i].add();
    sum_.add(value);
  }
  [[nodiscard]] bool empty() const {
    return std::all_of(buckets_.begin(), buckets_.end(),
                       [](const Counter& bucket) { return bucket.value() == 0; });
  }
  void write(MetricPage& page, const std::string& labels) const {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= bounds_.size(); ++i) {
      count += buckets_[i].value();
      const std::string bound =
          i == bounds_.size() ? "+Inf" : fmt::format("{}", static_cast<double>(bounds_[i]) / unit_);
      page.sample("_bucket", fmt::format("{},le=\"{}\"", labels, bound), count);
    }
    page.sample("_sum", labels, static_cast<double>(sum_.value()) / unit_);
    page.sample("_count", labels, count);
  }

 private:
  std::span<const std::uint64_t> bounds_;
  double unit_;
  std::array<Counter, kMostBounds + 1> buckets_;
  Counter sum_;
};

std::uint64_t not_negative(std::int64_t value) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
}

/// Puts a word behind a list for what is not on it.
void add_other(std::vector<std::string>& words) { words.emplace_back("other"); }

/// @returns the number of a word, the last one's for a number beyond the list.
std::size_t within(const std::vector<std::string>& words, std::size_t number) {
  return std::min(number, words.size() - 1);
}

void write_counters(MetricPage& page, std::string_view name, const std::vector<std::string>& words,
                    std::span<const Counter> counters) {
  for (std::size_t i = 0; i < words.size(); ++i)
    page.sample("", metric_label(name, words[i]), counters[i].value());
}

/// Counters by two labels, those of the second side by side.
void write_counters(MetricPage& page, std::string_view outer,
                    const std::vector<std::string>& outer_words, std::string_view inner,
                    std::span<const std::string_view> inner_words,
                    std::span<const Counter> counters) {
  for (std::size_t i = 0; i < outer_words.size(); ++i) {
    for (std::size_t j = 0; j < inner_words.size(); ++j) {
      page.sample("",
                  metric_label(outer, outer_words[i]) + "," + metric_label(inner, inner_words[j]),
                  counters[i * inner_words.size() + j].value());
    }
  }
}

}  // namespace

/// What is known of the calls for one name that one model served.
struct Metrics::Pair {
  Histogram input{kTokenBounds, 1}, output{kTokenBounds, 1};
  Histogram duration{kDurationBounds, kMicro};
  Histogram first_token{kFirstTokenBounds, kMicro};
  Histogram per_token{kPerTokenBounds, kNano};
};

Metrics::Metrics(MetricWords words, std::vector<std::string> requested,
                 std::vector<std::string> served)
    : words_(std::move(words)), requested_(std::move(requested)), served_(std::move(served)) {
  for (auto* list : {&words_.shapes, &words_.fallbacks, &words_.refusals, &requested_, &served_})
    add_other(*list);
  pairs_ = std::make_unique<std::atomic<Pair*>[]>(requested_.size() * served_.size());
  requests_ = std::vector<Counter>(words_.shapes.size() * kStatuses.size());
  passes_ = std::vector<Counter>(served_.size() * kAttempts.size());
  fallbacks_ = std::vector<Counter>(words_.fallbacks.size());
  refusals_ = std::vector<Counter>(words_.refusals.size());
  nano_usd_ = std::vector<Counter>(served_.size());
}

Metrics::~Metrics() {
  for (std::size_t i = 0; i < requested_.size() * served_.size(); ++i)
    const std::unique_ptr<Pair> owned(pairs_[i].load());
}

void Metrics::request(std::size_t shape, int status) noexcept {
  constexpr int kClass = 100;
  const bool known = status >= 2 * kClass && status < 6 * kClass;
  const std::size_t which =
      known ? static_cast<std::size_t>(status / kClass - 2) : kStatuses.size() - 1;
  requests_[within(words_.shapes, shape) * kStatuses.size() + which].add();
}

Metrics::Pair& Metrics::pair(std::size_t requested, std::size_t served) {
  auto& place = pairs_[within(requested_, requested) * served_.size() + within(served_, served)];
  Pair* there = place.load(std::memory_order_acquire);
  if (there != nullptr) return *there;
  auto made = std::make_unique<Pair>();
  if (!place.compare_exchange_strong(there, made.get(), std::memory_order_acq_rel)) return *there;
  return *made.release();
}

void Metrics::call(const CallMeasure& measure) {
  constexpr std::uint64_t kNanoInMicro = 1000;
  Pair& to = pair(measure.requested, measure.served);
  const std::uint64_t duration = not_negative(measure.duration_us);
  to.duration.record(duration);
  if (measure.input_tokens) to.input.record(*measure.input_tokens);
  if (measure.output_tokens) to.output.record(*measure.output_tokens);
  if (!measure.first_token_us) return;
  const std::uint64_t first = std::min(not_negative(*measure.first_token_us), duration);
  to.first_token.record(first);
  if (measure.output_tokens.value_or(0) < 2) return;
  to.per_token.record((duration - first) * kNanoInMicro / (*measure.output_tokens - 1));
}

void Metrics::pass(std::size_t model, std::int64_t attempt) noexcept {
  const auto which = std::clamp<std::int64_t>(attempt, 1, kAttempts.size()) - 1;
  passes_[within(served_, model) * kAttempts.size() + static_cast<std::size_t>(which)].add();
}

void Metrics::match(traffic::MatchRule rule) noexcept {
  matches_[static_cast<std::size_t>(rule)].add();
}

void Metrics::fallback(std::size_t reason) noexcept {
  fallbacks_[within(words_.fallbacks, reason)].add();
}

void Metrics::refused(std::size_t reason) noexcept {
  refusals_[within(words_.refusals, reason)].add();
}

void Metrics::cost(std::size_t model, double usd) noexcept {
  constexpr double kMostUsd = 1e9;
  if (!(usd > 0)) return;
  const double nano = std::round(std::min(usd, kMostUsd) * kNano);
  nano_usd_[within(served_, model)].add(static_cast<std::uint64_t>(nano));
}

void Metrics::write_calls(MetricPage& page) const {
  const auto write = [&](const Histogram Pair::*which, const std::string& more) {
    for (std::size_t i = 0; i < requested_.size() * served_.size(); ++i) {
      const Pair* pair = pairs_[i].load(std::memory_order_acquire);
      if (pair == nullptr || (pair->*which).empty()) continue;
      (pair->*which)
          .write(page, metric_label("gen_ai_request_model", requested_[i / served_.size()]) + "," +
                           metric_label("gen_ai_response_model", served_[i % served_.size()]) +
                           more);
    }
  };
  page.family("gen_ai_client_token_usage", "histogram",
              "Tokens of a call, cached and hidden ones too.");
  write(&Pair::input, fmt::format(",{}", metric_label("gen_ai_token_type", "input")));
  write(&Pair::output, fmt::format(",{}", metric_label("gen_ai_token_type", "output")));
  page.family("gen_ai_server_request_duration_seconds", "histogram",
              "From the end of a request to the end of its answer.");
  write(&Pair::duration, "");
  page.family("gen_ai_server_time_to_first_token_seconds", "histogram",
              "From the end of a request to the first byte of its answer's body.");
  write(&Pair::first_token, "");
  page.family("gen_ai_server_time_per_output_token_seconds", "histogram",
              "Time of each output token behind the first.");
  write(&Pair::per_token, "");
}

void Metrics::write_decisions(MetricPage& page) const {
  page.family("turnout_requests_total", "counter", "Requests by their shape and their answer.");
  write_counters(page, "shape", words_.shapes, "status", kStatuses, requests_);
  page.family("turnout_passes_total", "counter", "Passes begun, by the model that serves them.");
  write_counters(page, "model", served_, "attempt", kAttempts, passes_);
  page.family("turnout_matches_total", "counter",
              "Requests by the rule that says which task they belong to.");
  for (std::size_t i = 0; i < matches_.size(); ++i) {
    const auto rule = traffic::name_of(static_cast<traffic::MatchRule>(i));
    page.sample("", metric_label("rule", rule), matches_.at(i).value());
  }
  page.family("turnout_fallbacks_total", "counter",
              "Passes that another model serves than the policy drew.");
  write_counters(page, "reason", words_.fallbacks, fallbacks_);
  page.family("turnout_refused_total", "counter", "Requests that are not served.");
  write_counters(page, "reason", words_.refusals, refusals_);
}

void Metrics::write_operations(MetricPage& page) const {
  page.family("turnout_cost_usd_total", "counter", "USD that calls cost, by the price table.");
  for (std::size_t i = 0; i < served_.size(); ++i) {
    page.sample("", metric_label("model", served_[i]),
                static_cast<double>(nano_usd_[i].value()) / kNano);
  }
  page.family("turnout_spilled_passes_total", "counter",
              "Passes that went to the spill file since the store did not take them.");
  page.sample("", "", spilled_.value());
  page.family("turnout_dropped_log_lines_total", "counter",
              "Lines that were not written since nobody read them.");
  page.sample("", "", dropped_lines_.value());
  const auto gauge = [&](const char* name, const char* help, const auto& value) {
    page.family(name, "gauge", help);
    page.sample("", "", value.load(std::memory_order_relaxed));
  };
  gauge("turnout_queue_passes", "Passes that wait for the store.", queue_);
  if (behind_.load(std::memory_order_relaxed) >= 0) {
    gauge("turnout_tasks_behind", "1: the gateways' shared tasks are not to be reached.", behind_);
    gauge("turnout_tasks_queued", "Entries that wait for the other gateways.", told_queue_);
  }
  gauge("turnout_open_tasks", "Tasks whose users may still come back.", tasks_);
  gauge("turnout_open_connections", "Connections of clients.", connections_);
}

MetricCounts Metrics::counts() const {
  MetricCounts counts;
  for (std::size_t i = 0; i < served_.size(); ++i) {
    MetricCounts::Model model{served_[i], {}, static_cast<double>(nano_usd_[i].value()) / kNano};
    for (std::size_t j = 0; j < kAttempts.size(); ++j)
      model.passes.at(j) = passes_[i * kAttempts.size() + j].value();
    counts.models.push_back(model);
  }
  for (std::size_t i = 0; i < matches_.size(); ++i)
    counts.matches.emplace_back(traffic::name_of(static_cast<traffic::MatchRule>(i)),
                                matches_.at(i).value());
  for (std::size_t i = 0; i < fallbacks_.size(); ++i)
    counts.fallbacks.emplace_back(words_.fallbacks[i], fallbacks_[i].value());
  for (std::size_t i = 0; i < refusals_.size(); ++i)
    counts.refusals.emplace_back(words_.refusals[i], refusals_[i].value());
  return counts;
}

std::string Metrics::text() const {
  MetricPage page;
  write_calls(page);
  write_decisions(page);
  write_operations(page);
  return std::move(page).done();
}

}  // namespace turnout::gateway
