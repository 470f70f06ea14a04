#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "turnout/gateway/chat_request.h"
#include "turnout/gateway/gateway.h"
#include "turnout/gateway/routing.h"
#include "turnout/gateway/usage.h"

namespace turnout::gateway {

/// One request of a client: a language model's, which goes on to an upstream, or one of the gateway's
/// own (endpoints.h).
class Call final : public http::Exchange {
 public:
  explicit Call(Gateway& gateway) : gateway_(gateway) {}

  std::optional<http::Reply> screen(const http::RequestHead& head) override;
  http::Step begin(const http::Request& request) override;
  http::Step failed(http::Failure failure) override;
  std::variant<http::Relay, http::Reply, http::Forward> answered(
      const http::ResponseHead& head) override;
  void data(std::string_view part) override;
  void ended(http::Ending ending) override;

 private:
  /// What is needed until an upstream answers, and no longer.
  struct Asked {
    ChatRequest chat;
    std::string_view body;
    std::string target;               ///< behind the upstream's base path
    std::vector<std::size_t> others;  ///< models that may serve instead, the next one at the end
  };

  http::Step ask_model(const http::Request& request, Shape shape);
  std::optional<http::Reply> choose(const http::Request& request);
  http::Reply refuse(const Refusal& refusal);
  http::Forward forward(std::int64_t after_us);
  /// Another try of the same model, or of another; nothing if there is none.
  std::optional<http::Forward> next_try(std::string_view reason, std::int64_t wait_us);
  std::optional<http::Forward> next_model(std::string_view reason);
  void add_headers_of_nobody(http::Reply& reply) const;
  [[nodiscard]] bool is_from_a_page(const http::Request& request) const;
  [[nodiscard]] std::optional<double> guessed_cost() const;
  [[nodiscard]] CallMeasure measure_of(const Usage& usage, std::int64_t now_us) const;
  void record(http::Ending ending, const Usage& usage);
  [[nodiscard]] bool answers_in_json() const;
  void begin_line(const http::RequestHead& head);
  void say(http::Ending ending, const Usage& usage);

  Gateway& gateway_;
  std::shared_ptr<const Setup> setup_;
  std::unique_ptr<Asked> asked_;
  Shape shape_ = Shape::kChat;
  bool is_model_ = false;  ///< a language model is asked
  std::uint32_t key_ = Admitted::kNoKey;
  std::uint64_t seed_ = 0;  ///< of the key's ids
  std::size_t requested_ = 0;
  Assignment assignment_;
  bool assigned_ = false;
  std::size_t model_ = 0;  ///< which serves
  std::uint32_t tries_left_ = 0;
  int tries_ = 0;
  std::string fallback_;  ///< why another model serves than was assigned
  int status_ = 0;
  std::uint64_t answer_bytes_ = 0;
  std::int64_t input_guess_ = 0;
  bool streams_ = false;
  std::int64_t started_us_ = 0;
  std::optional<std::int64_t> first_us_;
  UsageReader usage_;
  std::unique_ptr<CallLine> line_;  ///< nothing: requests are not said
};

/// Why an upstream's answer is not passed on but tried again: the order of MetricWords::fallbacks.
inline constexpr std::array<std::string_view, 7> kFallbackReasons = {
    "connect", "timeout", "cut", "garbage", "busy", "error", "breaker"};

}  // namespace turnout::gateway
