// What the gateway reads of a request and an answer: bodies of 603 bytes, 20 KB and 200 KB of chat
// history, one message of 200 KB, the ids of a head, and a stream of 50 chunks. Items are bytes.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "turnout/gateway/chat_request.h"
#include "turnout/gateway/client_ids.h"
#include "turnout/gateway/usage.h"
#include "turnout/http/message.h"

namespace {

using namespace turnout;  // NOLINT(google-build-using-namespace)

constexpr const char* kLetter =
    "My landlord wants to raise the rent by twelve percent because of a new boiler that was "
    "installed last winter, although the old one had worked without trouble for years. Please "
    "draft a polite but firm letter which asks for the exact costs, quotes the rules on "
    "modernisation, and proposes a meeting next week. Keep it under two hundred words, in plain "
    "English, and mention that I have been a tenant since 2014.";

std::string message(std::string_view role, std::string_view text) {
  return fmt::format(R"({{"role":"{}","content":"{}"}})", role, text);
}

const std::string kSystem = message("system", "You are a helpful assistant. Answer briefly.");

std::string chat(std::string_view messages) {
  return fmt::format(R"({{"model":"turnout/auto","stream":true,"messages":[{}]}})", messages);
}

std::string small() { return chat(fmt::format("{},{}", kSystem, message("user", kLetter))); }

/// A history of about so many bytes: questions, and answers with code.
std::string history(std::size_t bytes) {
  std::string messages = kSystem;
  for (int i = 0; messages.size() + 600 < bytes; ++i) {
    std::string text;
    for (int j = 0; j < (i % 2 == 0 ? 4 : 25); ++j)
      text += fmt::format(R"(Line {} says what the loop does:\n  if (x == \"y\") {{ return; }}\n)",
                          i * 31 + j);
    messages += fmt::format(",{}", message(i % 2 == 0 ? "user" : "assistant", text));
  }
  return chat(fmt::format("{},{}", messages, message("user", kLetter)));
}

std::string one_message(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i)
    text += fmt::format(R"(Line {} of the log: <b>x</b> == \"y\"\n)", i);
  return chat(message("user", text));
}

void read_request(benchmark::State& state, const std::string& body) {
  const std::string padded = body + std::string(http::kPadding, ' ');
  simdjson::dom::parser parser;
  for (auto _ : state) {
    const auto read = gateway::read_chat_request(
        gateway::Shape::kChat, std::string_view(padded).substr(0, body.size()), parser, 7);
    if (!read) state.SkipWithError("refused");
    benchmark::DoNotOptimize(read);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void read_ids(benchmark::State& state) {
  const std::vector<http::FieldView> fields = {{"Host", "127.0.0.1:8080"},
                                               {"Authorization", "Bearer sk-0123456789abcdef"},
                                               {"Content-Type", "application/json"},
                                               {"Accept", "application/json"},
                                               {"User-Agent", "OpenAI/Python 2.8.0"},
                                               {"X-Stainless-Lang", "python"},
                                               {"X-Stainless-Retry-Count", "0"},
                                               {"x-stainless-read-timeout", "600"},
                                               {"Accept-Encoding", "gzip, deflate"},
                                               {"Content-Length", "603"}};
  gateway::ChatRequest request;
  request.user = "customer-17";
  for (auto _ : state)
    benchmark::DoNotOptimize(gateway::read_client_ids(fields, {.seed = 7}, request));
}

void read_stream(benchmark::State& state) {
  const std::string chunk =
      R"(data: {"id":"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz123","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o-2024-08-06","system_fingerprint":"fp_0123456789","choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}]})"
      "\n\n";
  for (auto _ : state) {
    gateway::UsageReader reader;
    for (int i = 0; i < 50; ++i) reader.feed(chunk);
    reader.feed("data: [DONE]\n\n");
    benchmark::DoNotOptimize(reader.finish());
  }
  state.SetItemsProcessed(state.iterations() * 50 * static_cast<std::int64_t>(chunk.size()));
}

BENCHMARK_CAPTURE(read_request, small, small());
BENCHMARK_CAPTURE(read_request, history_20_kb, history(20'000));
BENCHMARK_CAPTURE(read_request, history_200_kb, history(200'000));
BENCHMARK_CAPTURE(read_request, one_message_200_kb, one_message(200'000));
BENCHMARK(read_ids)->Name("read_client_ids");
BENCHMARK(read_stream)->Name("usage_of_50_chunks");

}  // namespace
