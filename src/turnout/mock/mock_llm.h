#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "turnout/http/exchange.h"
#include "turnout/mock/truth.h"
#include "turnout/mock/vendor_answer.h"
#include "turnout/mock/verdict.h"

namespace turnout::mock {

/// Shares of requests that are not answered as they should be; their sum is at most 1.
struct Faults {
  double errors = 0;        ///< 500 in OpenAI's shapes, 529 in Anthropic's
  double rate_limited = 0;  ///< 429
  double hangs = 0;         ///< no head for an hour
  double cuts = 0;          ///< the answer breaks off in the middle
  double garbage = 0;       ///< 200 and a body that is neither JSON nor events
};

struct MockOptions {
  std::uint64_t seed = 1;
  double speedup = 1;        ///< all times are divided by it, > 0
  double latency_sigma = 0;  ///< of the latency's logarithm about the model's mean, 0 to 3
  double tokens = 300;       ///< mean number of output tokens, >= 1
  double tokens_sigma = 0;   ///< of their logarithm, 0 to 3; latency is in proportion
  std::size_t parts = 20;    ///< a stream has at most so many parts of text, >= 2
  Faults faults = {};
};

/// Models of a scenario as OpenAI and Anthropic would serve them: chat, responses, messages and their
/// count of tokens, completions, embeddings, models, each plain or as a stream, in the vendors' words.
/// Whether an answer is right is Truth's, by the task that the user's text names (Asked::task) and how
/// often the model tried it; the answer's text says so at its end. A try is an answer to chat,
/// responses, messages or completions that is sent whole: faults are none, nor are answers cut short by
/// the request's limit of tokens. Latency: a quarter until a stream's head, the rest spread over its text.
/// A prompt may ask for a fault, a time or a call of a tool (directives.h); a call is no try.
/// Reads no header that is not the vendors'. Thread-safe. Remembers kMostTasks tasks, then starts anew.
class MockLlm : public http::Handler {
 public:
  MockLlm(const scenario::Scenario& scenario, const MockOptions& options);
  ~MockLlm() override;

  std::unique_ptr<http::Exchange> exchange() override;
  http::Reply refuse(int status, std::string_view reason, std::string_view target) override;

  /// @returns the answer to a request; what an exchange says.
  [[nodiscard]] http::Reply answer(const http::Request& request);
  static constexpr std::size_t kMostTasks = std::size_t{1} << 20U;

 private:
  /// What came of a task so far, by model.
  struct History {
    std::vector<std::uint32_t> requests, tries;
  };
  /// What a request is answered with.
  struct Turn {
    Shape shape = Shape::kChat;
    Asked asked;
    Answer answer;
    Fault fault = Fault::kNone;
    int status = 200;    ///< other than 200 with Fault::kStatus
    double seconds = 0;  ///< the answer's latency, sped up
  };
  [[nodiscard]] http::Reply list(Vendor vendor, std::string_view path) const;
  [[nodiscard]] http::Reply post(Shape shape, std::string_view body);
  /// Counts a request and says what comes of it.
  [[nodiscard]] Turn take(Shape shape, Asked asked, std::size_t model);
  void draw_fault(std::uint64_t request, Turn& turn) const;
  /// @param solves  nothing: the text does not say
  [[nodiscard]] std::vector<std::string> text(std::size_t tokens, std::optional<bool> solves) const;
  static http::Reply say(const Turn& turn);
  static http::Reply stream(const Turn& turn);

  MockOptions options_;
  std::vector<std::string> names_;
  std::vector<double> latencies_;
  Truth truth_;
  std::mutex mutex_;
  std::unordered_map<std::string, History> tasks_;
};

}  // namespace turnout::mock
