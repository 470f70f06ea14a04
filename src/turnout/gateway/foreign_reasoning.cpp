#include "turnout/gateway/foreign_reasoning.h"

#include <algorithm>
#include <optional>

#include "turnout/traffic/json_index.h"

namespace turnout::gateway {
namespace {

using traffic::JsonIndex;
using traffic::JsonValue;

/// An element of an array, or a field of an object with its key.
struct Member {
  Span span;
  bool goes = false;
};

/// Takes members out, each with a comma beside it.
void take_out(const std::vector<Member>& members, std::vector<http::Edit>& edits) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!members[i].goes) continue;
    std::size_t last = i;
    while (last + 1 < members.size() && members[last + 1].goes) ++last;
    std::size_t begin = members[i].span.begin;
    std::size_t end = members[last].span.end;
    if (i > 0) {
      begin = members[i - 1].span.end;
    } else if (last + 1 < members.size()) {
      end = members[last + 1].span.begin;
    }
    edits.push_back({begin, end, ""});
    i = last;
  }
}

std::optional<JsonValue> field(const JsonValue& object, std::string_view key) {
  std::optional<JsonValue> found;
  object.each_field([&](std::string_view name, const JsonValue& value) {
    if (name == key) found = value;
  });
  return found;
}

std::string_view text(const JsonValue& object, std::string_view key) {
  const auto found = field(object, key);
  return found ? found->raw_text() : std::string_view();
}

Span span_of(const JsonValue& value) { return {value.begin(), value.end()}; }

class Remover {
 public:
  Remover(std::string_view body, const JsonValue& root) : body_(body), root_(root) {}

  std::vector<http::Edit> from_messages() {
    const auto messages = field(root_, "messages");
    if (!messages) return {};
    std::vector<Member> members;
    bool call_thought = false;  // the message before had thinking, and called tools
    bool open_call = false;     // and this one answers it
    messages->each_element([&](const JsonValue& message) {
      open_call = call_thought && holds(message, "tool_result");
      members.push_back({span_of(message), from_message(message, call_thought)});
    });
    take_out(members, edits_);
    const auto thinking = field(root_, "thinking");
    if (open_call && thinking)
      edits_.push_back({thinking->begin(), thinking->end(), R"({"type":"disabled"})"});
    return in_order(std::move(edits_));
  }

  std::vector<http::Edit> from_items() {
    const auto items = field(root_, "input");
    if (!items) return {};
    std::vector<Member> members;
    bool any = false;
    items->each_element([&](const JsonValue& item) {
      const auto type = text(item, "type");
      const bool goes =
          type == "reasoning" || (type == "item_reference" && text(item, "id").starts_with("rs_"));
      any |= goes;
      members.push_back({span_of(item), goes});
    });
    if (!any) return {};
    take_out(members, edits_);
    items->each_element([&](const JsonValue& item) {
      const auto type = text(item, "type");
      if (type == "function_call" || type == "custom_tool_call" ||
          text(item, "role") == "assistant")
        take_fields(item, [](std::string_view key) { return key == "id"; });
    });
    return in_order(std::move(edits_));
  }

  std::vector<http::Edit> from_chat() {
    const auto messages = field(root_, "messages");
    if (!messages) return {};
    messages->each_element([&](const JsonValue& message) {
      take_fields(message, [](std::string_view key) {
        return key == "reasoning" || key == "reasoning_content" || key == "reasoning_details";
      });
    });
    return in_order(std::move(edits_));
  }

 private:
  static bool holds(const JsonValue& message, std::string_view type) {
    bool found = false;
    const auto content = field(message, "content");
    if (content)
      content->each_element([&](const JsonValue& part) { found |= text(part, "type") == type; });
    return found;
  }

  /// @returns whether nothing is left of it
  bool from_message(const JsonValue& message, bool& call_thought) {
    call_thought = false;
    const auto content = field(message, "content");
    if (!content || text(message, "role") != "assistant") return false;
    std::vector<Member> parts;
    content->each_element([&](const JsonValue& part) {
      const auto type = text(part, "type");
      parts.push_back({span_of(part), type == "thinking" || type == "redacted_thinking"});
    });
    const auto goes = [](const Member& part) { return part.goes; };
    const bool any = std::any_of(parts.begin(), parts.end(), goes);
    if (any && std::all_of(parts.begin(), parts.end(), goes)) return true;
    call_thought = any && holds(message, "tool_use");
    take_out(parts, edits_);
    return false;
  }

  template <class Goes>
  void take_fields(const JsonValue& object, const Goes& goes) {
    std::vector<Member> fields;
    object.each_field([&](std::string_view key, const JsonValue& value) {
      const auto quote = static_cast<std::size_t>(key.data() - body_.data()) - 1;
      fields.push_back({{quote, value.end()}, goes(key)});
    });
    take_out(fields, edits_);
  }

  std::string_view body_;
  JsonValue root_;
  std::vector<http::Edit> edits_;
};

}  // namespace

base::Result<std::vector<http::Edit>> without_foreign_reasoning(Shape shape, std::string_view body,
                                                                simdjson::dom::parser& parser) {
  TURNOUT_TRY(const JsonIndex index, JsonIndex::build(body, parser));
  Remover remover(body, index.root());
  if (is_anthropic(shape)) return remover.from_messages();
  if (shape == Shape::kResponses) return remover.from_items();
  if (shape == Shape::kChat) return remover.from_chat();
  return std::vector<http::Edit>{};
}

std::vector<http::Edit> in_order(std::vector<http::Edit> edits) {
  std::stable_sort(edits.begin(), edits.end(),
                   [](const http::Edit& a, const http::Edit& b) { return a.begin < b.begin; });
  std::size_t end = 0;
  std::erase_if(edits, [&](const http::Edit& edit) {
    if (edit.begin < end) return true;
    end = edit.end;
    return false;
  });
  return edits;
}

}  // namespace turnout::gateway
