#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/gateway/chat_request.h"
#include "turnout/gateway/client_ids.h"
#include "turnout/gateway/foreign_reasoning.h"
#include "turnout/gateway/usage.h"
#include "turnout/http/message.h"

/// No request and no answer may crash their readers; what is read is JSON to simdjson too; edits
/// leave a request that can be read; an answer says the same however it is cut.
namespace {

using namespace turnout;
using namespace turnout::gateway;

void must(bool holds) {
  if (!holds) std::abort();
}

base::Result<ChatRequest> read(Shape shape, const std::string& body) {
  simdjson::dom::parser parser;
  const std::string padded = body + std::string(http::kPadding, ' ');
  return read_chat_request(shape, std::string_view(padded).substr(0, body.size()), parser, 7);
}

bool is_json(const std::string& body) {
  simdjson::dom::parser parser;
  const auto error = parser.parse(simdjson::padded_string(body)).error();
  // Neither escapes nor the range of numbers are looked at by an index.
  return error == simdjson::SUCCESS || error == simdjson::STRING_ERROR ||
         error == simdjson::NUMBER_ERROR;
}

void check_request(Shape shape, const std::string& body) {
  auto chat = read(shape, body);
  if (!chat) return;
  must(is_json(body));
  std::vector<http::FieldView> fields;  // lines of the body as a head
  for (const TopField& field : chat->fields)
    fields.push_back(
        {std::string_view(body).substr(field.key.begin, field.key.end - field.key.begin),
         std::string_view(body).substr(field.value.begin, field.value.end - field.value.begin)});
  read_client_ids(fields, {.seed = 7}, *chat);
  const Parameter parameters[] = {{"max_tokens", "5"}, {"stream", "true"}};
  const std::string other = edited(body, with_parameters(*chat, body, "new \"name\"", parameters));
  const auto again = read(shape, other);
  must(again.has_value() && again->model == "new \"name\"" && again->stream &&
       again->most_tokens.value_or(6) <= 5);
  simdjson::dom::parser parser;
  const auto edits = without_foreign_reasoning(shape, body, parser);
  must(edits.has_value());
  const std::string less = edited(body, *edits);
  must(read(shape, less).has_value());
}

Usage usage_of(std::string_view answer, std::size_t part) {
  UsageReader reader;
  for (std::size_t at = 0; at < answer.size(); at += part) reader.feed(answer.substr(at, part));
  return reader.finish();
}

void check_answer(std::string_view answer) {
  const Usage whole = usage_of(answer, std::max<std::size_t>(1, answer.size()));
  for (const std::size_t part : {1U, 3U, 17U}) {
    const Usage cut = usage_of(answer, part);
    must(whole.input == cut.input && whole.output == cut.output && whole.known == cut.known);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 8 < 6) {
    check_request(static_cast<Shape>(data[0] % 8), text);
  } else {
    check_answer(text);
  }
  return 0;
}
