#include "turnout/gateway/log_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "turnout/gateway/client_ids.h"
#include "turnout/traffic/pass.h"

namespace turnout::gateway {
namespace {

/// One line of named values: a JSON object, or NAME=VALUE.
class Line {
 public:
  explicit Line(LogFormat format) : json_(format == LogFormat::kJson) {
    if (json_) line_ = "{";
  }
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    begin(name);
    const bool plain = value.find_first_of(" =\"\\") == std::string_view::npos;
    if (!json_ && plain) {
      append(value);
      return;
    }
    line_ += '"';
    append(value);
    line_ += '"';
  }
  template <class Value>
  void number(std::string_view name, const std::optional<Value>& value) {
    if (!value) return;
    begin(name);
    fmt::format_to(std::back_inserter(line_), "{}", *value);
  }
  void seconds(std::string_view name, const std::optional<std::int64_t>& us) {
    if (!us) return;
    begin(name);
    fmt::format_to(std::back_inserter(line_), "{:.6f}", static_cast<double>(*us) * 1e-6);
  }
  std::string done() && {
    if (json_) line_ += '}';
    line_ += '\n';
    return std::move(line_);
  }

 private:
  void begin(std::string_view name) {
    if (line_.size() > (json_ ? 1U : 0U)) line_ += json_ ? ',' : ' ';
    if (json_) line_ += '"';
    line_ += name;
    line_ += json_ ? "\":" : "=";
  }
  /// What upstreams and clients say is kept to one line of ASCII.
  void append(std::string_view value) {
    for (const char c : value) {
      if (c == '"' || c == '\\') line_ += '\\';
      line_ += c >= 0x20 && c < 0x7f ? c : '?';
    }
  }
  bool json_;
  std::string line_;
};

/// OpenTelemetry's word for it, where it has one.
std::string_view operation_of(Shape shape) {
  switch (shape) {
    case Shape::kChat:
    case Shape::kResponses:
    case Shape::kMessages:
      return "chat";
    case Shape::kCompletions:
      return "text_completion";
    case Shape::kCountTokens:
    case Shape::kEmbeddings:
      return name_of(shape);
  }
  return "";
}

void add_trace(Line& line, const TraceContext& trace) {
  line.text("trace_id", trace.trace_id);
  line.text("span_id", trace.span_id);
}

/// A number that counts from 1.
std::optional<std::int64_t> positive(std::int64_t number) {
  return number > 0 ? std::optional(number) : std::nullopt;
}

}  // namespace

TraceContext read_traceparent(std::string_view value) {
  constexpr std::size_t kTrace = 3;
  constexpr std::size_t kSpan = 36;
  constexpr std::size_t kLength = 55;  // of version 00; later ones may have more behind a '-'
  const auto is_hex = [](std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  };
  const auto is_zero = [](std::string_view text) {
    return text.find_first_not_of('0') == std::string_view::npos;
  };
  if (value.size() < kLength) return {};
  const auto version = value.substr(0, 2);
  const auto trace = value.substr(kTrace, 32);
  const auto span = value.substr(kSpan, 16);
  const bool dashes = value[2] == '-' && value[kSpan - 1] == '-' && value[kSpan + 16] == '-';
  const bool ends = value.size() == kLength || (version != "00" && value[kLength] == '-');
  if (!dashes || !ends || version == "ff" || !is_hex(version) || !is_hex(trace) || !is_hex(span) ||
      !is_hex(value.substr(kLength - 2, 2)) || is_zero(trace) || is_zero(span))
    return {};
  return {std::string(trace), std::string(span)};
}

std::string line_of(const CallLine& call, LogFormat format) {
  Line line(format);
  line.text("time", traffic::time_text(call.ended_us));
  line.text("severity", call.status >= 500 || call.error.starts_with("origin") ? "WARN" : "INFO");
  line.text("message", "request");
  line.text("gen_ai.operation.name", operation_of(call.shape));
  line.text("gen_ai.provider.name", call.provider);
  line.text("gen_ai.request.model", call.request_model);
  line.text("gen_ai.response.model", call.response_model);
  line.number("http.response.status_code", positive(call.status));
  line.text("error.type", call.error);
  line.number("gen_ai.usage.input_tokens", call.input_tokens);
  line.number("gen_ai.usage.output_tokens", call.output_tokens);
  line.seconds("gen_ai.server.request.duration", call.duration_us);
  line.seconds("gen_ai.server.time_to_first_token", call.first_token_us);
  line.text("turnout.shape", name_of(call.shape));
  line.text("turnout.model", call.model);
  line.text("turnout.task", call.task);
  line.number("turnout.attempt", positive(call.attempt));
  line.text("turnout.rule", call.rule);
  line.text("turnout.reason", call.reason);
  line.text("turnout.policy", call.policy);
  line.text("turnout.shadow", call.shadow);
  line.number("turnout.tries", positive(call.tries));
  line.number("turnout.cost_usd", call.cost_usd);
  line.text("turnout.key", call.key);
  if (call.person != 0) line.text("turnout.user", person_name(call.person));
  add_trace(line, call.trace);
  return std::move(line).done();
}

std::string line_of(const StateLine& state, LogFormat format) {
  if (format != LogFormat::kJson) return fmt::format("turnout: {}\n", state.text);
  Line line(format);
  line.text("time", traffic::time_text(state.time_us));
  line.text("severity", state.warns ? "WARN" : "INFO");
  line.text("message", state.text);
  return std::move(line).done();
}

}  // namespace turnout::gateway
