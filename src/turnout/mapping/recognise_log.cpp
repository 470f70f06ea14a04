#include "turnout/mapping/recognise_log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "turnout/base/csv.h"
#include "turnout/base/number_text.h"
#include "turnout/mapping/row_documents.h"
#include "turnout/traffic/row_lines.h"

namespace turnout::mapping {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Keys = std::vector<std::string>;

bool has(const Keys& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// The keys of a document's top object.
Keys keys_of(simdjson::dom::parser& parser, std::string_view document) {
  Keys keys;
  simdjson::dom::object object;
  if (parser.parse(document.data(), document.size()).get(object) != simdjson::SUCCESS) return keys;
  for (const auto [key, value] : object) keys.emplace_back(key);
  return keys;
}

/// The columns of CSV.
Keys header_of(std::string_view first_bytes) {
  Keys keys;
  traffic::RowLines lines(traffic::ByteSource::over(first_bytes, ""), first_bytes.size());
  std::vector<std::string_view> fields;
  for (;;) {
    const auto record = lines.next_record();
    if (!record || !record->has_value()) return keys;
    if ((*record)->empty()) continue;
    if (!base::split_csv(**record, fields)) return keys;
    for (const auto field : fields) keys.push_back(base::csv_text(field));
    return keys;
  }
}

/// What no log begins with, and what to do.
constexpr std::array<std::pair<std::string_view, const char*>, 8> kForeign = {{
    {"\xff\xfe", "is UTF-16; a log must be UTF-8: iconv -f UTF-16 -t UTF-8 FILE"},
    {"\xfe\xff", "is UTF-16; a log must be UTF-8: iconv -f UTF-16 -t UTF-8 FILE"},
    {"PK\x03\x04", "is a ZIP archive or an Excel file; unzip it, or save it as CSV"},
    {"PAR1", "is Parquet; write it as JSON Lines or CSV"},
    {"SQLite format 3", "is an SQLite file; a store is named sqlite:FILE"},
    {"BZh", "is compressed by bzip2; bunzip2 it (gzip and Zstandard are read as they are)"},
    {"\xfd\x37zXZ", "is compressed by xz; unxz it (gzip and Zstandard are read as they are)"},
    {"%PDF", "is a PDF; a log is JSON or CSV"},
}};

constexpr std::array<std::string_view, 5> kOwn = {"task_id", "attempt", "model", "started_at",
                                                  "latency_s"};

/// @returns the map, "" for a traffic log of our own; nothing for another row.
std::optional<std::string> kind_of(const Keys& keys) {
  const auto own =
      std::count_if(kOwn.begin(), kOwn.end(), [&](auto key) { return has(keys, key); });
  if (own >= 3 || (has(keys, "task_id") && has(keys, "attempt"))) return "";
  if (has(keys, "request_id") && has(keys, "call_type") && has(keys, "startTime")) return "litellm";
  if (has(keys, "resourceSpans") || has(keys, "resourceLogs")) return "opentelemetry";
  const bool trace = has(keys, "trace_id") || has(keys, "traceId");
  const bool start = has(keys, "start_time") || has(keys, "startTime");
  if (trace && ((has(keys, "type") && start) || (has(keys, "name") && has(keys, "value"))))
    return "langfuse";
  return std::nullopt;
}

/// What other programs call the columns that a map needs.
struct Guess {
  const char* column;
  std::span<const std::string_view> names;
};
constexpr auto kModels =
    std::to_array<std::string_view>({"model", "model_name", "model_id", "response_model", "llm"});
constexpr auto kStarts = std::to_array<std::string_view>(
    {"started_at", "start_time", "startTime", "start", "created_at", "createdAt", "created",
     "timestamp", "time", "request_time", "ts", "date", "startTimestamp"});
constexpr auto kLatencies = std::to_array<std::string_view>(
    {"latency_s", "latency", "duration", "duration_s", "response_time", "elapsed", "total_time"});
constexpr auto kMilliseconds = std::to_array<std::string_view>(
    {"latency_ms", "duration_ms", "latencyMs", "durationMs", "response_time_ms", "elapsed_ms"});
constexpr auto kEnds = std::to_array<std::string_view>(
    {"ended_at", "end_time", "endTime", "end", "completed_at", "finished_at"});
constexpr auto kUsers = std::to_array<std::string_view>(
    {"user_id", "user", "userId", "username", "user_name", "customer_id"});
constexpr auto kConversations = std::to_array<std::string_view>(
    {"conversation_id", "conversation", "session_id", "sessionId", "thread_id", "chat_id"});
constexpr auto kMessages =
    std::to_array<std::string_view>({"messages", "prompt", "input", "request", "question"});
constexpr std::array kGuesses = {Guess{"model", kModels},
                                 Guess{"started_at", kStarts},
                                 Guess{"latency_s", kLatencies},
                                 Guess{"latency_s in ms", kMilliseconds},
                                 Guess{"ended_at", kEnds},
                                 Guess{"user_id", kUsers},
                                 Guess{"conversation", kConversations},
                                 Guess{"messages", kMessages}};

std::string guesses_of(const Keys& keys) {
  std::vector<std::string> lines;
  for (const auto& [column, names] : kGuesses) {
    for (const auto name : names) {
      if (!has(keys, name)) continue;
      lines.push_back(std::string_view(column) == "latency_s in ms"
                          ? fmt::format("latency_s = {{ at = \"/{}\", times = 0.001 }}", name)
                          : fmt::format("{} = \"/{}\"", column, name));
      break;
    }
  }
  return lines.empty() ? "" : fmt::format("; perhaps {}", fmt::join(lines, ", "));
}

Error unknown(const std::string& form, const Keys& keys) {
  constexpr std::size_t kShown = 12;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(keys.size(), kShown); ++i)
    shown.push_back(base::printable(keys[i]));
  if (keys.size() > kShown) shown.push_back(fmt::format("{} more", keys.size() - kShown));
  const bool parted = keys.size() == 1 && keys[0].find_first_of(";\t") != std::string::npos;
  if (parted) {
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("its columns are parted by {}, CSV's by commas",
                             keys[0].find('\t') != std::string::npos ? "tabs" : "semicolons"),
                 ""};
  }
  return Error{
      ErrorCode::kMalformedInput,
      fmt::format("is no log that turnout knows: {} with {}; a --map FILE.toml says where model, "
                  "started_at and latency_s (or ended_at) are (docs/formats.md, Maps){}",
                  form, fmt::join(shown, ", "), guesses_of(keys)),
      ""};
}

constexpr std::array<std::pair<const char*, const char*>, 3> kNames = {{
    {"litellm", "LiteLLM's spend logs"},
    {"langfuse", "Langfuse's observations"},
    {"opentelemetry", "OpenTelemetry's GenAI spans"},
}};

}  // namespace

std::string RecognisedLog::taken() const {
  for (const auto& [name, words] : kNames) {
    if (map == name) return fmt::format("taken for {} ({}): read by --map {}", words, form, name);
  }
  return "";
}

Result<RecognisedLog> recognise_log(std::string_view first_bytes, bool is_csv) {
  constexpr int kRows = 200;
  for (const auto& [begin, what] : kForeign) {
    if (first_bytes.starts_with(begin)) return Error{ErrorCode::kMalformedInput, what, ""};
  }
  if (is_csv) {
    const Keys header = header_of(first_bytes);
    const auto kind = kind_of(header);
    if (header.empty() || kind) return RecognisedLog{kind.value_or(""), "CSV", kind.has_value()};
    return unknown("CSV", header);
  }
  auto source = traffic::ByteSource::over(first_bytes, "");
  const std::string form = traffic::form_of_json(first_bytes);
  const auto documents =
      open_documents(traffic::LogFile{std::move(source), false}, traffic::Wrappers::kOpened);
  simdjson::dom::parser parser;
  Keys seen;
  for (int row = 0; row < kRows; ++row) {
    const auto document = documents->next();
    if (!document || !document->has_value()) break;
    const Keys keys = keys_of(parser, **document);
    if (keys.empty()) break;
    if (const auto kind = kind_of(keys)) return RecognisedLog{*kind, form, true};
    if (seen.empty()) seen = keys;
  }
  if (seen.empty()) return RecognisedLog{"", form, false};
  return unknown(form, seen);
}

}  // namespace turnout::mapping
