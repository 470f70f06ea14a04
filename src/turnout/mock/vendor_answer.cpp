#include "turnout/mock/vendor_answer.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace turnout::mock {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Answer& answer) {
  std::string all;
  for (const auto& piece : answer.pieces) all += piece;
  return all;
}

std::string data(const Json& event) { return "data: " + event.dump() + "\n\n"; }
/// An event that is named as its type.
std::string named(const Json& event) {
  return "event: " + event["type"].get<std::string>() + "\n" + data(event);
}

// Chat and the older completions.

const char* finish_reason(const Answer& answer) { return answer.cut_short ? "length" : "stop"; }

Json openai_usage(const Answer& answer) {
  return {{"prompt_tokens", answer.input_tokens},
          {"completion_tokens", answer.output_tokens},
          {"total_tokens", answer.input_tokens + answer.output_tokens},
          {"prompt_tokens_details", {{"cached_tokens", 0}, {"audio_tokens", 0}}},
          {"completion_tokens_details",
           {{"reasoning_tokens", 0},
            {"audio_tokens", 0},
            {"accepted_prediction_tokens", 0},
            {"rejected_prediction_tokens", 0}}}};
}

Json chat_answer(const Answer& answer) {
  const Json message = {{"role", "assistant"},
                        {"content", text_of(answer)},
                        {"refusal", nullptr},
                        {"annotations", Json::array()}};
  return {{"id", "chatcmpl-" + answer.id},
          {"object", "chat.completion"},
          {"created", kCreated},
          {"model", answer.model},
          {"choices", Json::array({{{"index", 0},
                                    {"message", message},
                                    {"logprobs", nullptr},
                                    {"finish_reason", finish_reason(answer)}}})},
          {"usage", openai_usage(answer)},
          {"service_tier", "default"},
          {"system_fingerprint", "fp_turnout"}};
}

Json completion(const Answer& answer, const Json& choice) {
  return {{"id", "cmpl-" + answer.id},
          {"object", "text_completion"},
          {"created", kCreated},
          {"model", answer.model},
          {"choices", Json::array({choice})}};
}

Json completion_choice(const std::string& text, const Json& finish) {
  return {{"text", text}, {"index", 0}, {"logprobs", nullptr}, {"finish_reason", finish}};
}

/// The chunks of a stream of chat, or of completions: they differ in how a choice is written.
class ChunkWriter {
 public:
  ChunkWriter(Shape shape, const Answer& answer, bool include_usage)
      : chat_(shape == Shape::kChat), answer_(answer), include_usage_(include_usage) {}

  [[nodiscard]] std::vector<Event> write() const {
    std::vector<Event> events;
    if (chat_) {
      const Json role = {{"role", "assistant"}, {"content", ""}, {"refusal", nullptr}};
      events.push_back({chunk(choice(role, nullptr))});
    }
    for (const auto& piece : answer_.pieces) {
      const Json part =
          chat_ ? choice({{"content", piece}}, nullptr) : completion_choice(piece, nullptr);
      events.push_back({chunk(part), true});
    }
    const Json finish = finish_reason(answer_);
    events.push_back(
        {chunk(chat_ ? choice(Json::object(), finish) : completion_choice("", finish))});
    if (include_usage_) {
      Json last = head();
      last["choices"] = Json::array();
      last["usage"] = openai_usage(answer_);
      events.push_back({data(last)});
    }
    events.push_back({"data: [DONE]\n\n"});
    return events;
  }

 private:
  static Json choice(const Json& delta, const Json& finish) {
    return {{"index", 0}, {"delta", delta}, {"logprobs", nullptr}, {"finish_reason", finish}};
  }
  [[nodiscard]] Json head() const {
    if (!chat_) {
      Json whole = completion(answer_, Json());
      whole.erase("choices");
      return whole;
    }
    return {{"id", "chatcmpl-" + answer_.id},
            {"object", "chat.completion.chunk"},
            {"created", kCreated},
            {"model", answer_.model},
            {"service_tier", "default"},
            {"system_fingerprint", "fp_turnout"}};
  }
  [[nodiscard]] std::string chunk(const Json& one_choice) const {
    Json event = head();
    event["choices"] = Json::array({one_choice});
    if (include_usage_) event["usage"] = nullptr;
    return data(event);
  }
  bool chat_;
  const Answer& answer_;
  bool include_usage_;
};

// Responses.

Json output_text(const std::string& text) {
  return {{"type", "output_text"},
          {"text", text},
          {"annotations", Json::array()},
          {"logprobs", Json::array()}};
}

Json output_message(const Answer& answer, const char* status, const Json& content) {
  return {{"id", "msg_" + answer.id},
          {"type", "message"},
          {"status", status},
          {"content", content},
          {"role", "assistant"}};
}

Json responses_usage(const Answer& answer) {
  return {{"input_tokens", answer.input_tokens},
          {"input_tokens_details", {{"cached_tokens", 0}}},
          {"output_tokens", answer.output_tokens},
          {"output_tokens_details", {{"reasoning_tokens", 0}}},
          {"total_tokens", answer.input_tokens + answer.output_tokens}};
}

/// @param status  "in_progress", "completed" or "incomplete"
Json response_object(const Answer& answer, const std::string& status) {
  const bool done = status != "in_progress";
  const Json cut = status == "incomplete" ? Json{{"reason", "max_output_tokens"}} : Json();
  const Json output =
      done ? Json::array({output_message(answer, status.c_str(),
                                         Json::array({output_text(text_of(answer))}))})
           : Json::array();
  return {{"id", "resp_" + answer.id},
          {"object", "response"},
          {"created_at", kCreated},
          {"status", status},
          {"background", false},
          {"error", nullptr},
          {"incomplete_details", cut},
          {"instructions", nullptr},
          {"max_output_tokens", nullptr},
          {"model", answer.model},
          {"output", output},
          {"parallel_tool_calls", true},
          {"previous_response_id", nullptr},
          {"reasoning", {{"effort", nullptr}, {"summary", nullptr}}},
          {"store", false},
          {"temperature", 1.0},
          {"text", {{"format", {{"type", "text"}}}}},
          {"tool_choice", "auto"},
          {"tools", Json::array()},
          {"top_p", 1.0},
          {"truncation", "disabled"},
          {"usage", done ? responses_usage(answer) : Json()},
          {"user", nullptr},
          {"metadata", Json::object()}};
}

const char* end_status(const Answer& answer) {
  return answer.cut_short ? "incomplete" : "completed";
}

/// Events numbered in their order.
class ResponseEvents {
 public:
  explicit ResponseEvents(const Answer& answer) : answer_(answer) {}

  std::vector<Event> write() {
    const std::string text = text_of(answer_);
    add("response.created", {{"response", response_object(answer_, "in_progress")}});
    add("response.in_progress", {{"response", response_object(answer_, "in_progress")}});
    add("response.output_item.added",
        {{"output_index", 0}, {"item", output_message(answer_, "in_progress", Json::array())}});
    add_of_part("response.content_part.added", {{"part", output_text("")}});
    for (const auto& piece : answer_.pieces) {
      add_of_part("response.output_text.delta", {{"delta", piece}, {"logprobs", Json::array()}});
      events_.back().is_text = true;
    }
    add_of_part("response.output_text.done", {{"text", text}, {"logprobs", Json::array()}});
    add_of_part("response.content_part.done", {{"part", output_text(text)}});
    const char* status = end_status(answer_);
    add("response.output_item.done",
        {{"output_index", 0},
         {"item", output_message(answer_, status, Json::array({output_text(text)}))}});
    add(std::string("response.") + status, {{"response", response_object(answer_, status)}});
    return std::move(events_);
  }

 private:
  void add(const std::string& type, const Json& more) {
    Json event = {{"type", type}, {"sequence_number", events_.size()}};
    event.update(more);
    events_.push_back({named(event)});
  }
  void add_of_part(const std::string& type, const Json& more) {
    Json whole = {{"item_id", "msg_" + answer_.id}, {"output_index", 0}, {"content_index", 0}};
    whole.update(more);
    add(type, whole);
  }
  const Answer& answer_;
  std::vector<Event> events_;
};

// Messages.

Json anthropic_usage(std::size_t input, std::size_t output) {
  return {{"input_tokens", input},
          {"cache_creation_input_tokens", 0},
          {"cache_read_input_tokens", 0},
          {"output_tokens", output},
          {"service_tier", "standard"}};
}

const char* stop_reason(const Answer& answer) {
  return answer.cut_short ? "max_tokens" : "end_turn";
}

Json message(const Answer& answer, const Json& content, const Json& stop, const Json& usage) {
  return {{"id", "msg_" + answer.id}, {"type", "message"},  {"role", "assistant"},
          {"model", answer.model},    {"content", content}, {"stop_reason", stop},
          {"stop_sequence", nullptr}, {"usage", usage}};
}

Json message_answer(const Answer& answer) {
  return message(answer, Json::array({{{"type", "text"}, {"text", text_of(answer)}}}),
                 stop_reason(answer), anthropic_usage(answer.input_tokens, answer.output_tokens));
}

std::vector<Event> message_events(const Answer& answer) {
  const Json started =
      message(answer, Json::array(), nullptr, anthropic_usage(answer.input_tokens, 1));
  std::vector<Event> events;
  events.push_back({named({{"type", "message_start"}, {"message", started}})});
  events.push_back({named({{"type", "content_block_start"},
                           {"index", 0},
                           {"content_block", {{"type", "text"}, {"text", ""}}}})});
  events.push_back({named({{"type", "ping"}})});
  for (const auto& piece : answer.pieces) {
    const Json delta = {{"type", "text_delta"}, {"text", piece}};
    events.push_back(
        {named({{"type", "content_block_delta"}, {"index", 0}, {"delta", delta}}), true});
  }
  events.push_back({named({{"type", "content_block_stop"}, {"index", 0}})});
  events.push_back(
      {named({{"type", "message_delta"},
              {"delta", {{"stop_reason", stop_reason(answer)}, {"stop_sequence", nullptr}}},
              {"usage", {{"output_tokens", answer.output_tokens}}}})});
  events.push_back({named({{"type", "message_stop"}})});
  return events;
}

Json embedding_answer(const Answer& answer) {
  const Json vector = {0.5, -0.5, 0.5, -0.5};
  return {
      {"object", "list"},
      {"data", Json::array({{{"object", "embedding"}, {"index", 0}, {"embedding", vector}}})},
      {"model", answer.model},
      {"usage", {{"prompt_tokens", answer.input_tokens}, {"total_tokens", answer.input_tokens}}}};
}

// Errors and lists.

/// What vendors call an error.
struct Kind {
  const char* openai;
  const char* anthropic;
};

Kind kind_of(int status) {
  switch (status) {
    case 401:
      return {"invalid_request_error", "authentication_error"};
    case 404:
      return {"invalid_request_error", "not_found_error"};
    case 413:
      return {"invalid_request_error", "request_too_large"};
    case 429:
      return {"rate_limit_exceeded", "rate_limit_error"};
    case 529:
      return {"server_error", "overloaded_error"};
    default:
      return status < 500 ? Kind{"invalid_request_error", "invalid_request_error"}
                          : Kind{"server_error", "api_error"};
  }
}

Json model_object(Vendor vendor, const std::string& name) {
  if (vendor == Vendor::kAnthropic) {
    return {{"type", "model"},
            {"id", name},
            {"display_name", name},
            {"created_at", "2026-01-01T00:00:00Z"}};
  }
  return {{"id", name}, {"object", "model"}, {"created", kCreated}, {"owned_by", "turnout"}};
}

}  // namespace

std::string whole_answer(Shape shape, const Answer& answer) {
  switch (shape) {
    case Shape::kChat:
      return chat_answer(answer).dump();
    case Shape::kResponses:
      return response_object(answer, end_status(answer)).dump();
    case Shape::kMessages:
      return message_answer(answer).dump();
    case Shape::kCountTokens:
      return Json{{"input_tokens", answer.input_tokens}}.dump();
    case Shape::kEmbeddings:
      return embedding_answer(answer).dump();
    case Shape::kCompletions:
      break;
  }
  Json whole = completion(answer, completion_choice(text_of(answer), finish_reason(answer)));
  whole["usage"] = openai_usage(answer);
  return whole.dump();
}

std::vector<Event> streamed_answer(Shape shape, const Answer& answer, bool include_usage) {
  if (shape == Shape::kMessages) return message_events(answer);
  if (shape == Shape::kResponses) return ResponseEvents(answer).write();
  return ChunkWriter(shape, answer, include_usage).write();
}

std::string error_body(Vendor vendor, int status, std::string_view message, std::string_view code) {
  const Kind kind = kind_of(status);
  if (vendor == Vendor::kAnthropic) {
    return Json{{"type", "error"},
                {"error", {{"type", kind.anthropic}, {"message", message}}},
                {"request_id", nullptr}}
        .dump();
  }
  return Json{{"error",
               {{"message", message},
                {"type", kind.openai},
                {"param", nullptr},
                {"code", code.empty() ? Json() : Json(code)}}}}
      .dump();
}

std::string models_body(Vendor vendor, const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const auto& name : names) list.push_back(model_object(vendor, name));
  if (vendor == Vendor::kOpenAi) return Json{{"object", "list"}, {"data", list}}.dump();
  return Json{{"data", list},
              {"has_more", false},
              {"first_id", names.empty() ? Json() : Json(names.front())},
              {"last_id", names.empty() ? Json() : Json(names.back())}}
      .dump();
}

std::string model_body(Vendor vendor, const std::string& name) {
  return model_object(vendor, name).dump();
}

}  // namespace turnout::mock
