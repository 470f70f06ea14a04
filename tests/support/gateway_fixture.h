#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "turnout/base/temporary_files.h"
#include "turnout/gateway/call.h"

/// A gateway in a test: its configuration, and requests without sockets.
namespace turnout::gateway {

using Json = nlohmann::json;

inline constexpr const char* kConfig = R"(
[policy]
text = "mini,large"
aliases = ["turnout/auto", "claude-turnout-auto"]
[[upstream]]
name = "a"
url = "http://127.0.0.1:1/v1"
speaks = ["openai", "anthropic"]
key = "none"
retries = 1
[[upstream]]
name = "b"
url = "http://127.0.0.1:2/base"
speaks = ["openai"]
key = "none"
retries = 0
[[model]]
name = "mini"
upstream = "a"
model = "vendor-mini-1"
context_tokens = 1000
price = { input = 1.0, output = 2.0, as_of = "2026-11-01" }
[[model]]
name = "large"
upstream = "b"
model = "vendor-large-1"
images = false
parameters = { reasoning_effort = "high" }
price = { input = 10.0, output = 20.0, as_of = "2026-11-01" }
)";

/// A gateway without sockets: requests are put in, and what it would do is looked at.
class CallTest : public testing::Test {
 protected:
  class Sink final : public PassSink {
   public:
    explicit Sink(std::map<std::string, traffic::Pass>& passes) : passes_(passes) {}
    base::Status put(std::span<const traffic::Pass> passes) override {
      for (const auto& pass : passes)
        passes_[pass.task_id + " " + std::to_string(pass.attempt)] = pass;
      return base::Done{};
    }
    base::Result<std::size_t> tell(std::span<const traffic::ToldOutcome> outcomes) override {
      std::size_t told = 0;
      for (const auto& one : outcomes) {
        const auto found =
            passes_.find(one.task_id + " " + std::to_string(one.attempt.value_or(1)));
        if (found == passes_.end()) continue;
        found->second.outcome = one.outcome;
        ++told;
      }
      return told;
    }

   private:
    std::map<std::string, traffic::Pass>& passes_;
  };

  void start(const std::string& extra = "") {
    auto config = read_config(kConfig + extra, "test.toml");
    ASSERT_TRUE(config) << config.error().to_string();
    auto setup = make_setup(*std::move(config), 77);
    ASSERT_TRUE(setup);
    (*setup)->origins = {10, 11};
    Recorder::Options options;
    options.spill = (folder_.path() + "/spill");
    recorder_ = std::make_unique<Recorder>(
        options, [this](const std::atomic<bool>&) -> base::Result<std::unique_ptr<PassSink>> {
          return std::unique_ptr<PassSink>(std::make_unique<Sink>(passes_));
        });
    gateway_ = std::make_unique<Gateway>(*setup, *recorder_);
  }

  /// One request and what became of it.
  struct Sent {
    std::unique_ptr<http::Exchange> exchange;
    std::unique_ptr<std::string> body;
    http::Step step;
    [[nodiscard]] const http::Forward& forward() const { return std::get<http::Forward>(step); }
    [[nodiscard]] const http::Reply& reply() const { return std::get<http::Reply>(step); }
    [[nodiscard]] std::string sent_body() const { return edited(*body, forward().edits); }
  };
  Sent send(const std::string& path, const std::string& body,
            std::vector<http::FieldView> fields = {}, std::string_view method = "POST") {
    Sent sent;
    sent.exchange = gateway_->exchange();
    sent.body = std::make_unique<std::string>(body);
    sent.body->reserve(body.size() + http::kPadding);
    http::RequestHead head;
    head.method = method;
    head.target = path;
    head.fields = std::move(fields);
    sent.step = sent.exchange->begin({head, *sent.body, "127.0.0.1"});
    return sent;
  }
  static std::string chat(const std::string& model, const std::string& words) {
    return Json{{"model", model}, {"messages", {{{"role", "user"}, {"content", words}}}}}.dump();
  }
  /// An upstream's answer of so many tokens; returns the lines that are added.
  static std::map<std::string, std::string> answer(Sent& sent, int status = 200) {
    http::ResponseHead head;
    head.status = status;
    auto step = sent.exchange->answered(head);
    std::map<std::string, std::string> fields;
    if (const auto* relay = std::get_if<http::Relay>(&step)) {
      for (const auto& field : relay->fields) fields[field.name] = field.value;
      sent.exchange->data(
          R"({"id":"r1","model":"vendor","choices":[{"message":{"content":"hi"}}],)"
          R"("usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150}})");
      sent.exchange->ended(http::Ending::kWhole);
    } else if (auto* again = std::get_if<http::Forward>(&step)) {
      sent.step = std::move(*again);
    }
    return fields;
  }
  static Json error_of(const http::Reply& reply) { return Json::parse(reply.body)["error"]; }

  std::map<std::string, traffic::Pass> passes_;
  base::TemporaryPath folder_ = base::temporary_folder().value();
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Gateway> gateway_;
};

}  // namespace turnout::gateway
