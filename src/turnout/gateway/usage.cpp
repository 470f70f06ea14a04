#include "turnout/gateway/usage.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace turnout::gateway {
namespace {

constexpr std::string_view kUsage = "\"usage\"";
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::size_t kLongestHead = 448;   // of a line or a body
constexpr std::size_t kLongestUsage = 512;  // the object behind "usage"
constexpr std::size_t kLongestAnswerId = 127;
constexpr std::int64_t kMostTokens = 1'000'000'000'000;

std::size_t find(std::string_view text, std::string_view what) {
  const void* found = memmem(text.data(), text.size(), what.data(), what.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

bool has(std::string_view text, std::string_view what) {
  return find(text, what) != std::string_view::npos;
}

std::string_view without_space(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// @returns what stands behind `"key":`, without white space; empty if it is not there. A quote
///   within a string is escaped: what looks like a key is one.
std::string_view value_of(std::string_view json, std::string_view quoted_key) {
  for (std::size_t at = find(json, quoted_key); at != std::string_view::npos;) {
    auto rest = without_space(json.substr(at + quoted_key.size()));
    if (rest.starts_with(':')) return without_space(rest.substr(1));
    json.remove_prefix(at + quoted_key.size());
    at = find(json, quoted_key);
  }
  return {};
}

/// @returns a string's bytes as they are written; empty if it is none, or its end is not here.
std::string_view text_of(std::string_view value) {
  if (!value.starts_with('"')) return {};
  value.remove_prefix(1);
  const std::size_t end = value.find('"');
  return end == std::string_view::npos ? std::string_view() : value.substr(0, end);
}

/// @returns whether a string has begun that is not empty.
bool says_something(std::string_view value) {
  return value.size() >= 2 && value[0] == '"' && value[1] != '"';
}

}  // namespace

void UsageReader::feed(std::string_view part) {
  const std::size_t last = part.find_last_not_of(kSpace);
  if (last == std::string_view::npos && kind_ == Kind::kUnknown) return;
  if (last != std::string_view::npos) last_ = part[last];
  if (kind_ == Kind::kUnknown)
    kind_ = part[part.find_first_not_of(kSpace)] == '{' ? Kind::kJson : Kind::kEvents;
  if (kind_ == Kind::kJson) {
    keep_head(part);
    find_usage(part);
    return;
  }
  while (!part.empty()) {
    const std::size_t end = part.find('\n');
    feed_line(part.substr(0, end), end != std::string_view::npos);
    part.remove_prefix(end == std::string_view::npos ? part.size() : end + 1);
  }
}

/// A body's first bytes are read when there are enough, or when it ends.
void UsageReader::keep_head(std::string_view segment) {
  if (head_read_) return;
  if (head_.empty() && segment.size() >= kLongestHead) {
    read_data(segment.substr(0, 4 * kLongestHead));
    head_read_ = true;
    return;
  }
  head_ += segment.substr(0, kLongestHead - std::min(kLongestHead, head_.size()));
  if (head_.size() < kLongestHead) return;
  read_data(head_);
  head_read_ = true;
  head_ = {};
}

/// @param ends  whether the line does, behind this part of it
void UsageReader::feed_line(std::string_view segment, bool ends) {
  find_usage(segment);
  if (ends && head_.empty()) {
    read_head(segment);
  } else {
    head_ += segment.substr(0, kLongestHead - std::min(kLongestHead, head_.size()));
    if (ends) {
      read_head(head_);
      head_.clear();
    }
  }
  if (!ends) return;
  end_capture();
  edge_.clear();
}

/// Looks for "usage" in what follows the bytes of edge_.
void UsageReader::find_usage(std::string_view segment) {
  constexpr std::size_t kEdge = kUsage.size() - 1;
  if (capturing_) return capture(segment);
  const std::string joined = edge_.append(segment.substr(0, kEdge));
  const std::size_t before = joined.size() - std::min(segment.size(), kEdge);
  std::size_t at = find(joined, kUsage);
  std::size_t behind = at + kUsage.size() - before;
  if (at == std::string_view::npos) {
    at = find(segment, kUsage);
    behind = at + kUsage.size();
  }
  if (at != std::string_view::npos) {
    edge_.clear();
    capturing_ = true;
    return capture(segment.substr(behind));
  }
  const std::string_view end = segment.size() < kEdge ? std::string_view(joined) : segment;
  edge_ = end.substr(end.size() - std::min(end.size(), kEdge));
}

/// Takes up what stands behind "usage", to the end of its object.
void UsageReader::capture(std::string_view segment) {
  if (captured_.empty())
    segment.remove_prefix(std::min(segment.find_first_not_of(": \t\r\n"), segment.size()));
  if (segment.empty()) return;
  const bool object = !captured_.empty() || segment.front() == '{';  // else null
  const std::size_t most = object ? kLongestUsage - captured_.size() : 0;
  std::size_t read = 0;
  bool ended = !object;
  while (!ended && read < segment.size()) {
    const char c = segment[read++];
    depth_ += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    ended = depth_ == 0 || read == most;
  }
  captured_ += segment.substr(0, read);
  if (!ended) return;
  end_capture();
  find_usage(segment.substr(read));
}

void UsageReader::end_capture() {
  if (capturing_) read_counts(captured_);
  captured_.clear();
  depth_ = 0;
  capturing_ = false;
}

void UsageReader::read_head(std::string_view head) {
  if (head.starts_with("event:")) return read_type(without_space(head.substr(6)));
  if (!head.starts_with("data:")) return;
  const auto data = without_space(head.substr(5));
  if (data == "[DONE]") complete_ = true;
  if (data.starts_with('{')) read_data(data);
}

/// @param data  the beginning of a JSON object
void UsageReader::read_data(std::string_view data) {
  constexpr std::size_t kFirst = 96;  // bytes in which a type stands, if it stands first
  const auto first = without_space(data.substr(0, kFirst));
  const auto key = text_of(without_space(first.substr(std::min<std::size_t>(1, first.size()))));
  failed_ |= key == "error" && !value_of(first, "\"error\"").starts_with("null");
  const auto type = key == "type" ? text_of(value_of(first, "\"type\"")) : std::string_view();
  read_type(type);
  if (id_.empty() || model_.empty()) read_ids(data);
  if (!content_) find_content(data, type);
}

void UsageReader::read_type(std::string_view type) {
  complete_ |=
      type == "message_stop" || type == "response.completed" || type == "response.incomplete";
  failed_ |= type == "error" || type == "response.failed";
}

void UsageReader::read_ids(std::string_view data) {
  data = data.substr(0, 4 * kLongestHead);
  if (id_.empty()) id_ = text_of(value_of(data, "\"id\"")).substr(0, kLongestAnswerId);
  if (model_.empty()) model_ = text_of(value_of(data, "\"model\"")).substr(0, kLongestAnswerId);
}

void UsageReader::find_content(std::string_view data, std::string_view type) {
  if (kind_ == Kind::kJson) {
    content_ = !failed_;
  } else if (type == "content_block_delta") {
    content_ = has(data, "\"text_delta\"") || has(data, "\"input_json_delta\"");
  } else if (type == "content_block_start") {
    content_ = has(data, "\"tool_use\"");
  } else if (type.starts_with("response.")) {
    content_ = type.ends_with(".delta") && !has(type, "reasoning");
  } else if (type.empty()) {
    content_ = says_something(value_of(data, "\"content\"")) ||
               says_something(value_of(data, "\"text\"")) ||
               value_of(data, "\"tool_calls\"").starts_with("[{");
  }
}

/// @param json  an object, which may be cut off
void UsageReader::read_counts(std::string_view json) {
  int depth = 0;
  std::string_view key;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == '"') {
      const std::size_t end = json.find('"', at + 1);
      if (end == std::string_view::npos) return;
      key = json.substr(at + 1, end - at - 1);
      at = end;
    }
    if (c < '0' || c > '9') continue;
    const char before = at == 0 ? '\0' : json[at - 1];
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(json.data() + at, json.data() + json.size(), number);
    at = static_cast<std::size_t>(end - json.data()) - 1;
    if (error != std::errc() || number > kMostTokens || depth > 2 || before == '-') continue;
    // A number that is cut off is another one.
    if (end == json.data() + json.size()) return;
    const auto set = [&](std::int64_t& count) { count = number; };
    if (depth == 1 && (key == "input_tokens" || key == "prompt_tokens")) set(counts_.input);
    if (depth == 1 && (key == "output_tokens" || key == "completion_tokens")) set(counts_.output);
    if (depth == 1 && key == "cache_read_input_tokens") set(counts_.cache_read);
    if (depth == 1 && key == "cache_creation_input_tokens") set(counts_.cache_written);
    if (key == "cached_tokens" || key == "prompt_cache_hit_tokens") set(counts_.cached);
    if (key == "reasoning_tokens") set(counts_.reasoning);
  }
}

Usage UsageReader::finish() {
  end_capture();
  if (kind_ == Kind::kJson && !head_read_) read_data(head_);
  if (kind_ == Kind::kJson) complete_ = last_ == '}';
  const auto or_0 = [](std::int64_t count) { return std::max<std::int64_t>(count, 0); };
  Usage usage;
  usage.known = counts_.input >= 0 || counts_.output >= 0;
  usage.cached_input = or_0(counts_.cached) + or_0(counts_.cache_read);
  usage.cache_write = or_0(counts_.cache_written);
  usage.input = or_0(counts_.input) + or_0(counts_.cache_read) + usage.cache_write;
  usage.output = or_0(counts_.output);
  if (counts_.reasoning >= 0) usage.reasoning = counts_.reasoning;
  usage.model = std::move(model_);
  usage.response_id = std::move(id_);
  usage.failed = failed_;
  usage.complete = complete_;
  return usage;
}

}  // namespace turnout::gateway
