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

const char* finish_reason(const Answer& answer) {
  if (answer.call) return "tool_calls";
  return answer.cut_short ? "length" : "stop";
}

/// @param arguments  JSON as text; a stream begins with none
Json chat_call(const Answer& answer, const std::string& arguments) {
  return {{"id", "call_" + answer.id},
          {"type", "function"},
          {"function", {{"name", answer.call->name}, {"arguments", arguments}}}};
}

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
  Json message = {{"role", "assistant"},
                  {"content", text_of(answer)},
                  {"refusal", nullptr},
                  {"annotations", Json::array()}};
  if (answer.call) {
    message["content"] = nullptr;
    message["tool_calls"] = Json::array({chat_call(answer, answer.call->arguments)});
  }
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
    if (answer_.call) add_call(events);
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
  void add_call(std::vector<Event>& events) const {
    Json call = {{"index", 0}};
    call.update(chat_call(answer_, ""));
    events.push_back({chunk(choice({{"tool_calls", Json::array({call})}}, nullptr)), true});
    const Json rest = {{"index", 0}, {"function", {{"arguments", answer_.call->arguments}}}};
    events.push_back({chunk(choice({{"tool_calls", Json::array({rest})}}, nullptr)), true});
  }
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

Json output_call(const Answer& answer, const char* status, const std::string& arguments) {
  return {{"id", "fc_" + answer.id}, {"type", "function_call"},        {"status", status},
          {"arguments", arguments},  {"call_id", "call_" + answer.id}, {"name", answer.call->name}};
}

/// What an answer comes to: a message, or a call.
Json output_item(const Answer& answer, const char* status) {
  if (answer.call) return output_call(answer, status, answer.call->arguments);
  return output_message(answer, status, Json::array({output_text(text_of(answer))}));
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
  const Json output = done ? Json::array({output_item(answer, status.c_str())}) : Json::array();
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
    add("response.created", {{"response", response_object(answer_, "in_progress")}});
    add("response.in_progress", {{"response", response_object(answer_, "in_progress")}});
    if (answer_.call) {
      add_call();
    } else {
      add_text();
    }
    const char* status = end_status(answer_);
    add("response.output_item.done", {{"output_index", 0}, {"item", output_item(answer_, status)}});
    add(std::string("response.") + status, {{"response", response_object(answer_, status)}});
    return std::move(events_);
  }

 private:
  void add_call() {
    const Json place = {{"item_id", "fc_" + answer_.id}, {"output_index", 0}};
    const std::string& arguments = answer_.call->arguments;
    add("response.output_item.added",
        {{"output_index", 0}, {"item", output_call(answer_, "in_progress", "")}});
    Json delta = place;
    delta["delta"] = arguments;
    add("response.function_call_arguments.delta", delta);
    events_.back().is_text = true;
    Json done = place;
    done["arguments"] = arguments;
    add("response.function_call_arguments.done", done);
  }
  void add_text() {
    const std::string text = text_of(answer_);
    add("response.output_item.added",
        {{"output_index", 0}, {"item", output_message(answer_, "in_progress", Json::array())}});
    add_of_part("response.content_part.added", {{"part", output_text("")}});
    for (const auto& piece : answer_.pieces) {
      add_of_part("response.output_text.delta", {{"delta", piece}, {"logprobs", Json::array()}});
      events_.back().is_text = true;
    }
    add_of_part("response.output_text.done", {{"text", text}, {"logprobs", Json::array()}});
    add_of_part("response.content_part.done", {{"part", output_text(text)}});
  }
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
  if (answer.call) return "tool_use";
  return answer.cut_short ? "max_tokens" : "end_turn";
}

Json message(const Answer& answer, const Json& content, const Json& stop, const Json& usage) {
  return {{"id", "msg_" + answer.id}, {"type", "message"},  {"role", "assistant"},
          {"model", answer.model},    {"content", content}, {"stop_reason", stop},
          {"stop_sequence", nullptr}, {"usage", usage}};
}

/// @param arguments  an object; a stream begins with an empty one
Json tool_use(const Answer& answer, const Json& arguments) {
  return {{"type", "tool_use"},
          {"id", "toolu_" + answer.id},
          {"name", answer.call->name},
          {"input", arguments}};
}

Json message_answer(const Answer& answer) {
  const Json block = answer.call ? tool_use(answer, Json::parse(answer.call->arguments))
                                 : Json{{"type", "text"}, {"text", text_of(answer)}};
  return message(answer, Json::array({block}), stop_reason(answer),
                 anthropic_usage(answer.input_tokens, answer.output_tokens));
}

std::vector<Event> message_events(const Answer& answer) {
  const Json started =
      message(answer, Json::array(), nullptr, anthropic_usage(answer.input_tokens, 1));
  std::vector<Event> events;
  events.push_back({named({{"type", "message_start"}, {"message", started}})});
  const Json block =
      answer.call ? tool_use(answer, Json::object()) : Json{{"type", "text"}, {"text", ""}};
  events.push_back(
      {named({{"type", "content_block_start"}, {"index", 0}, {"content_block", block}})});
  events.push_back({named({{"type", "ping"}})});
  if (answer.call) {
    const Json delta = {{"type", "input_json_delta"}, {"partial_json", answer.call->arguments}};
    events.push_back(
        {named({{"type", "content_block_delta"}, {"index", 0}, {"delta", delta}}), true});
  }
  for (const auto& piece : answer.pieces) {
    const Json delta = {{"type", "text_delta"}, {"text", piece}};
    events.push_back(
        {named({{"type", "content_block_delta"}, {"index", 0}, {"delta", delta}}), true});
  }
  events.push_back({named({{"type", "content_block_stop"}, {"index", 0}})});
  events.push_back(
      {named({{"type", "message_delta"},
              {"delta", {{"stop_reason", stop_reason(answer)}, {"stop_sequence", nullptr}}},
              {"usage", anthropic_usage(answer.input_tokens, answer.output_tokens)}})});
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

}  // namespace turnout::mock
