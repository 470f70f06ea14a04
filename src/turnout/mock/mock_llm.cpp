#include "turnout/mock/mock_llm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "turnout/base/hash.h"
#include "turnout/base/rng.h"

namespace turnout::mock {
namespace {

constexpr double kMicro = 1e6;
constexpr double kFirst = 0.25;  // of a stream's latency, until its head
// A server's timers tick in milliseconds: twenty waits of a tenth each would take twenty.
constexpr std::int64_t kTick = 1000;
constexpr std::int64_t kHour = 3'600'000'000;
constexpr std::string_view kGarbage = "\x01\xfe<<turnout:garbage>>{\"choices\":[{";

Vendor vendor_of(Shape shape) {
  return shape == Shape::kMessages || shape == Shape::kCountTokens ? Vendor::kAnthropic
                                                                   : Vendor::kOpenAi;
}

Vendor vendor_of(std::string_view path, std::string_view version) {
  const bool anthropic =
      !version.empty() || path.starts_with("/v1/messages") || path.starts_with("/api/");
  return anthropic ? Vendor::kAnthropic : Vendor::kOpenAi;
}

http::Reply json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body), {}, 0, false};
}

http::Reply error(Vendor vendor, int status, std::string_view message, std::string_view code = "") {
  http::Reply reply = json(status, error_body(vendor, status, message, code));
  if (status == 429) reply.fields.push_back({"retry-after", "1"});
  return reply;
}

http::Reply unknown_model(Vendor vendor, const std::string& name) {
  if (vendor == Vendor::kAnthropic) return error(vendor, 404, "model: " + name);
  return error(vendor, 404,
               fmt::format("The model `{}` does not exist or you do not have access to it.", name),
               "model_not_found");
}

/// An exchange that needs no origin.
class MockExchange : public http::Exchange {
 public:
  explicit MockExchange(MockLlm& models) : models_(models) {}
  http::Step begin(const http::Request& request) override { return models_.answer(request); }
  http::Step failed(http::Failure) override { return http::Reply{500, {}, "", {}, 0, false}; }
  std::variant<http::Relay, http::Reply, http::Forward> answered(
      const http::ResponseHead&) override {
    return http::Reply{500, {}, "", {}, 0, false};
  }
  void data(std::string_view) override {}
  void ended(http::Ending) override {}

 private:
  MockLlm& models_;
};

bool is_try(Shape shape) { return shape != Shape::kCountTokens && shape != Shape::kEmbeddings; }

std::int64_t micros(double seconds) { return std::llround(seconds * kMicro); }

}  // namespace

MockLlm::MockLlm(const scenario::Scenario& scenario, const MockOptions& options)
    : options_(options), names_(scenario.names), truth_(scenario, options.seed) {
  for (const auto& model : scenario.game.models()) latencies_.push_back(model.latency);
}

MockLlm::~MockLlm() = default;

std::unique_ptr<http::Exchange> MockLlm::exchange() {
  return std::make_unique<MockExchange>(*this);
}

http::Reply MockLlm::refuse(int status, std::string_view reason, std::string_view target) {
  return error(vendor_of(http::path_of(target), ""), status, reason);
}

http::Reply MockLlm::answer(const http::Request& request) {
  const std::string_view path = http::path_of(request.head.target);
  const std::string_view method = request.head.method;
  const Vendor vendor = vendor_of(path, http::field_of(request.head.fields, "anthropic-version"));
  if (method == "POST") {
    if (const auto shape = shape_of(path)) return post(*shape, request.body);
  }
  if (method == "GET" && path.starts_with("/v1/models")) return list(vendor, path);
  if (method == "HEAD" && path == "/api/hello") return json(200, "");
  return error(vendor, 404, fmt::format("Invalid URL ({} {})", method, path), "unknown_url");
}

http::Reply MockLlm::list(Vendor vendor, std::string_view path) const {
  path.remove_prefix(std::string_view("/v1/models").size());
  if (path.empty()) return json(200, models_body(vendor, names_));
  const std::string name(path.substr(1));
  if (path.front() != '/' || std::find(names_.begin(), names_.end(), name) == names_.end())
    return unknown_model(vendor, name);
  return json(200, model_body(vendor, name));
}

http::Reply MockLlm::post(Shape shape, std::string_view body) {
  auto asked = read_request(shape, body);
  if (!asked) return error(vendor_of(shape), 400, asked.error().message);
  const auto found = std::find(names_.begin(), names_.end(), asked->model);
  if (found == names_.end()) return unknown_model(vendor_of(shape), asked->model);
  const auto model = static_cast<std::size_t>(found - names_.begin());
  return say(take(shape, *std::move(asked), model));
}

void MockLlm::draw_fault(std::uint64_t request, Turn& turn) const {
  struct Drawn {
    double share;
    Fault fault;
    int status;
  };
  const Faults& faults = options_.faults;
  const int error = vendor_of(turn.shape) == Vendor::kAnthropic ? 529 : 500;
  double u = base::Rng(~options_.seed, request).uniform();
  for (const auto& [share, fault, status] : {Drawn{faults.errors, Fault::kStatus, error},
                                             {faults.rate_limited, Fault::kStatus, 429},
                                             {faults.hangs, Fault::kHang, 200},
                                             {faults.cuts, Fault::kCut, 200},
                                             {faults.garbage, Fault::kGarbage, 200}}) {
    if (u < share) {
      turn.fault = fault;
      turn.status = status;
      return;
    }
    u -= share;
  }
}

MockLlm::Turn MockLlm::take(Shape shape, Asked asked, std::size_t model) {
  Turn turn{shape, std::move(asked), {}, Fault::kNone, 0};
  const std::lock_guard lock(mutex_);
  if (tasks_.size() >= kMostTasks && !tasks_.contains(turn.asked.task)) tasks_.clear();
  History& history = tasks_[turn.asked.task];
  history.requests.resize(names_.size());
  history.tries.resize(names_.size());
  const std::size_t number = history.requests[model]++;
  const std::uint64_t request =
      base::hash(fmt::format("{}\n{}\n{}", turn.asked.task, model, number));
  draw_fault(request, turn);
  const Directives& directives = turn.asked.directives;
  if (number < directives.times) {
    turn.fault = directives.fault;
    turn.status = directives.fault == Fault::kStatus ? directives.status : 200;
  }
  const Try made{turn.asked.task, model, history.tries[model],
                 std::accumulate(history.tries.begin(), history.tries.end(), std::size_t{0})};
  const Luck luck = truth_.luck(made, options_.latency_sigma, options_.tokens_sigma);
  const auto tokens =
      static_cast<std::size_t>(std::max(2.0, std::round(options_.tokens * luck.tokens)));
  const std::size_t most = turn.asked.most_tokens.value_or(tokens);
  turn.answer = {fmt::format("{:016x}", request ^ options_.seed),
                 names_[model],
                 {},
                 most < tokens,
                 turn.asked.input_tokens,
                 std::min(most, tokens),
                 is_try(shape) ? directives.call : std::nullopt};
  const bool tries =
      is_try(shape) && turn.fault == Fault::kNone && !turn.answer.cut_short && !turn.answer.call;
  if (!turn.answer.call)
    turn.answer.pieces =
        text(turn.answer.output_tokens, tries ? std::optional(truth_.solves(made)) : std::nullopt);
  if (tries) ++history.tries[model];
  const double size =
      luck.tokens * static_cast<double>(turn.answer.output_tokens) / static_cast<double>(tokens);
  turn.seconds = is_try(shape) ? latencies_[model] * luck.latency * size / options_.speedup : 0;
  if (is_try(shape)) turn.seconds = directives.slow_s.value_or(turn.seconds);
  return turn;
}

std::vector<std::string> MockLlm::text(std::size_t tokens, std::optional<bool> solves) const {
  const std::size_t words = solves ? tokens - 1 : tokens;
  const std::size_t parts = std::min(words, options_.parts - 1);
  std::vector<std::string> pieces;
  for (std::size_t part = 0; part < parts; ++part) {
    std::string& piece = pieces.emplace_back();
    const std::size_t end = words * (part + 1) / parts;
    for (std::size_t word = words * part / parts; word < end; ++word) piece += "word ";
  }
  if (solves) pieces.emplace_back(*solves ? kSolved : kFailed);
  return pieces;
}

http::Reply MockLlm::say(const Turn& turn) {
  const Vendor vendor = vendor_of(turn.shape);
  if (turn.status == 429)
    return error(vendor, 429, "Rate limit reached for requests", "rate_limit_exceeded");
  if (turn.status == 529) return error(vendor, 529, "Overloaded");
  if (turn.status >= 500)
    return error(vendor, turn.status, "The server had an error while processing your request.");
  if (turn.status >= 400) return error(vendor, turn.status, "The prompt asked for this error.");
  http::Reply reply;
  if (turn.asked.stream && is_try(turn.shape)) {
    reply = stream(turn);
  } else {
    reply = json(200, whole_answer(turn.shape, turn.answer));
    reply.after_us = micros(turn.seconds);
    // In chunks, or the length would tell that all of it came.
    if (turn.fault == Fault::kCut) reply.parts = {{0, reply.body.substr(0, reply.body.size() / 2)}};
    if (turn.fault == Fault::kCut || turn.fault == Fault::kGarbage) reply.body.clear();
  }
  if (turn.fault == Fault::kGarbage) reply.parts = {{0, std::string(kGarbage)}};
  if (turn.fault == Fault::kHang) reply.after_us = kHour;
  reply.cut = turn.fault == Fault::kCut;
  return reply;
}

http::Reply MockLlm::stream(const Turn& turn) {
  http::Reply reply;
  reply.fields = {{"Content-Type", "text/event-stream; charset=utf-8"},
                  {"Cache-Control", "no-cache"}};
  auto events = streamed_answer(turn.shape, turn.answer, turn.asked.include_usage);
  const auto texts = static_cast<double>(std::count_if(
      events.begin(), events.end(), [](const Event& event) { return event.is_text; }));
  reply.after_us = micros(kFirst * turn.seconds);
  const double each = (1 - kFirst) * turn.seconds / std::max(1.0, texts);
  const bool cut = turn.fault == Fault::kCut;
  const std::size_t sent = cut ? events.size() / 2 : events.size();
  double due = 0;
  std::int64_t waited = 0;
  for (std::size_t i = 0; i < sent; ++i) {
    if (events[i].is_text) due += each;
    const std::int64_t wait = (micros(due) - waited) / kTick * kTick;
    waited += wait;
    reply.parts.push_back({wait, std::move(events[i].bytes)});
  }
  return reply;
}

}  // namespace turnout::mock
