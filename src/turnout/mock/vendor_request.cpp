#include "turnout/mock/vendor_request.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace turnout::mock {
namespace {

using nlohmann::json;

/// What somebody said.
struct Said {
  bool user = false;
  std::string text;
};

base::Error malformed(const std::string& message) {
  return {base::ErrorCode::kMalformedInput, message, ""};
}

/// @returns the text of a string, of a block with a text, or of a list of such.
std::string text_of(const json& content) {
  if (content.is_string()) return content.get<std::string>();
  if (content.is_object()) {
    const auto text = content.find("text");
    return text != content.end() && text->is_string() ? text->get<std::string>() : std::string();
  }
  std::string all;
  if (content.is_array()) {
    for (const json& part : content) all += text_of(part);
  }
  return all;
}

/// @returns each turn of a list of messages, or the text itself where it is none.
std::vector<Said> turns_of(const json& messages) {
  if (!messages.is_array()) return {{true, text_of(messages)}};
  std::vector<Said> turns;
  for (const json& message : messages) {
    if (message.is_string()) turns.push_back({true, message.get<std::string>()});
    if (!message.is_object() || !message.contains("content")) continue;
    turns.push_back({message.value("role", json()) == "user", text_of(message["content"])});
  }
  return turns;
}

/// @returns NAME of the first line "task NAME: ..."; empty if there is none.
std::string_view named_task(std::string_view text) {
  constexpr std::string_view kTask = "task ";
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t colon = line.find(':');
    if (line.starts_with(kTask) && colon != std::string_view::npos)
      return line.substr(kTask.size(), colon - kTask.size());
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return {};
}

std::string task_of(const std::vector<Said>& turns) {
  const auto named = std::find_if(turns.rbegin(), turns.rend(), [](const Said& turn) {
    return turn.user && !named_task(turn.text).empty();
  });
  if (named != turns.rend()) return std::string(named_task(named->text).substr(0, kLongestName));
  const auto first =
      std::find_if(turns.begin(), turns.end(), [](const Said& turn) { return turn.user; });
  return first == turns.end() ? std::string() : first->text.substr(0, kLongestName);
}

/// Whether the last of what was said is what a tool returned, in the form of any API.
bool ends_in_a_tools_result(const json& messages) {
  if (!messages.is_array() || messages.empty() || !messages.back().is_object()) return false;
  const json& last = messages.back();
  if (last.value("role", json()) == "tool" || last.value("type", json()) == "function_call_output")
    return true;
  const json content = last.value("content", json());
  return content.is_array() && std::any_of(content.begin(), content.end(), [](const json& block) {
           return block.is_object() && block.value("type", json()) == "tool_result";
         });
}

Directives directives_of(const json& messages, const std::vector<Said>& turns) {
  const auto last = std::find_if(turns.rbegin(), turns.rend(),
                                 [](const Said& turn) { return turn.user && !turn.text.empty(); });
  if (last == turns.rend()) return {};
  Directives directives = read_directives(last->text);
  if (ends_in_a_tools_result(messages)) directives.call.reset();
  return directives;
}

/// The key under which a shape has what the user says.
const char* prompt_key(Shape shape) {
  switch (shape) {
    case Shape::kChat:
    case Shape::kMessages:
    case Shape::kCountTokens:
      return "messages";
    case Shape::kResponses:
    case Shape::kEmbeddings:
      return "input";
    case Shape::kCompletions:
      return "prompt";
  }
  return "";
}

std::optional<std::size_t> most_tokens(const json& body) {
  for (const char* key : {"max_completion_tokens", "max_output_tokens", "max_tokens"}) {
    const auto found = body.find(key);
    if (found != body.end() && found->is_number_unsigned()) return found->get<std::size_t>();
  }
  return {};
}

bool is_true(const json& object, const char* key) {
  return object.is_object() && object.value(key, json()) == true;
}

}  // namespace

std::optional<Shape> shape_of(std::string_view path) {
  static constexpr auto kShapes = std::to_array<std::pair<std::string_view, Shape>>({
      {"/v1/chat/completions", Shape::kChat},
      {"/v1/responses", Shape::kResponses},
      {"/v1/messages", Shape::kMessages},
      {"/v1/messages/count_tokens", Shape::kCountTokens},
      {"/v1/completions", Shape::kCompletions},
      {"/v1/embeddings", Shape::kEmbeddings},
  });
  for (const auto& [known, shape] : kShapes) {
    if (known == path) return shape;
  }
  return {};
}

base::Result<Asked> read_request(Shape shape, std::string_view body) {
  const json read = json::parse(body, nullptr, false);
  if (!read.is_object()) return malformed("We could not parse the JSON body of your request.");
  const auto model = read.find("model");
  if (model == read.end() || !model->is_string())
    return malformed("you must provide a model parameter");
  const char* key = prompt_key(shape);
  if (!read.contains(key))
    return malformed(std::string("Missing required parameter: '") + key + "'.");
  const std::vector<Said> turns = turns_of(read[key]);
  Asked asked;
  asked.model = model->get<std::string>();
  asked.task = task_of(turns);
  asked.directives = directives_of(read[key], turns);
  constexpr std::size_t kBytesPerToken = 4;
  std::size_t bytes = 0;
  for (const Said& turn : turns) bytes += turn.text.size();
  for (const char* more : {"system", "instructions"}) {
    if (read.contains(more)) bytes += text_of(read[more]).size();
  }
  asked.input_tokens = bytes / kBytesPerToken + 1;
  asked.most_tokens = most_tokens(read);
  asked.stream = is_true(read, "stream");
  asked.include_usage = is_true(read.value("stream_options", json()), "include_usage");
  return asked;
}

}  // namespace turnout::mock
