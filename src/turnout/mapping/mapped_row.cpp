#include "turnout/mapping/mapped_row.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "turnout/base/hash.h"
#include "turnout/base/number_text.h"
#include "turnout/traffic/pass_columns.h"

namespace turnout::mapping {
namespace {

namespace dom = simdjson::dom;
using base::Error;
using base::ErrorCode;

/// The element of an array that a step names: by number, or by its "key" or "name".
std::optional<dom::element> in_array(const dom::array& array, const std::string& step) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), number);
  if (error == std::errc() && end == step.data() + step.size()) {
    dom::element element;
    return array.at(number).get(element) == simdjson::SUCCESS ? std::optional(element)
                                                              : std::nullopt;
  }
  for (const dom::element item : array) {
    for (const char* key : {"key", "name"}) {
      std::string_view name;
      if (item[key].get(name) != simdjson::SUCCESS || name != step) continue;
      dom::element value;
      return item["value"].get(value) == simdjson::SUCCESS ? value : item;
    }
  }
  return std::nullopt;
}

std::optional<dom::element> find(dom::element at, const std::vector<std::string>& steps) {
  for (const auto& step : steps) {
    dom::object object;
    dom::array array;
    if (at.get(object) == simdjson::SUCCESS) {
      dom::element next;
      if (object.at_key(step).get(next) != simdjson::SUCCESS) return std::nullopt;
      at = next;
    } else if (at.get(array) == simdjson::SUCCESS) {
      const auto next = in_array(array, step);
      if (!next) return std::nullopt;
      at = *next;
    } else {
      return std::nullopt;
    }
  }
  // OpenTelemetry's {"stringValue": ...} and its like.
  dom::object object;
  if (at.get(object) == simdjson::SUCCESS && object.size() == 1) {
    for (const auto [key, value] : object) {
      if (key == "stringValue" || key == "intValue" || key == "doubleValue" || key == "boolValue")
        return value;
    }
  }
  return at;
}

/// A text, number or boolean as text; nothing for null, empty text, objects and arrays.
std::optional<std::string> as_text(dom::element element) {
  switch (element.type()) {
    case dom::element_type::STRING: {
      const std::string_view text = element.get_string().value_unsafe();
      return text.empty() ? std::nullopt : std::optional<std::string>(text);
    }
    case dom::element_type::INT64:
      return std::to_string(element.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return std::to_string(element.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE: {
      std::array<char, base::kNumberRoom> digits{};
      return std::string(digits.data(),
                         base::write_number(digits.data(), element.get_double().value_unsafe()));
    }
    case dom::element_type::BOOL:
      return element.get_bool().value_unsafe() ? "true" : "false";
    default:
      return std::nullopt;
  }
}

std::optional<std::string> text_at(dom::element row, const Place& place) {
  if (place.constant) return place.constant;
  const auto found = find(row, place.steps);
  return found ? as_text(*found) : std::nullopt;
}

std::optional<std::string> text_at(dom::element row, const Places& places) {
  for (const Place& place : places) {
    if (auto text = text_at(row, place)) return text;
  }
  return std::nullopt;
}

bool holds(dom::element row, const std::vector<RowCondition>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const RowCondition& condition) {
    const auto text = text_at(row, condition.place);
    return text && std::find(condition.values.begin(), condition.values.end(), *text) !=
                       condition.values.end();
  });
}

/// Microseconds since 1970, of RFC 3339 text or a number whose size tells its unit.
std::optional<std::int64_t> time_of(const std::string& text) {
  if (const auto time = traffic::parse_time(text)) return time;
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (whole >= 100'000'000'000'000'000) return whole / 1000;  // nanoseconds, exactly
    if (whole >= 100'000'000'000'000) return whole;
    if (whole >= 100'000'000'000) return whole * 1000;
  }
  const auto number = base::parse_number(text);
  if (!number || !(*number >= 0 && *number < 1e11)) return std::nullopt;
  return static_cast<std::int64_t>(std::llround(*number * 1e6));
}

constexpr std::array kPlainColumns = {
    std::pair{MappedColumn::kTaskId, traffic::Column::kTaskId},
    std::pair{MappedColumn::kUserId, traffic::Column::kUserId},
    std::pair{MappedColumn::kModel, traffic::Column::kModel},
    std::pair{MappedColumn::kLatency, traffic::Column::kLatency},
    std::pair{MappedColumn::kTtft, traffic::Column::kTtft},
    std::pair{MappedColumn::kInputTokens, traffic::Column::kInputTokens},
    std::pair{MappedColumn::kOutputTokens, traffic::Column::kOutputTokens},
    std::pair{MappedColumn::kCost, traffic::Column::kCost},
    std::pair{MappedColumn::kOutcome, traffic::Column::kOutcome},
    std::pair{MappedColumn::kPolicyId, traffic::Column::kPolicyId},
    std::pair{MappedColumn::kPropensity, traffic::Column::kPropensity},
};

/// The text of a message: its content, or the texts of its parts.
void append_content(std::string& to, dom::element message) {
  for (const char* key : {"content", "parts", "text"}) {
    dom::element content;
    if (message[key].get(content) != simdjson::SUCCESS) continue;
    std::string_view text;
    dom::array parts;
    if (content.get(text) == simdjson::SUCCESS) {
      to += text;
      to += '\n';
    } else if (content.get(parts) == simdjson::SUCCESS) {
      for (const dom::element part : parts) append_content(to, part);
    }
    return;
  }
  std::string_view text;
  if (message.get(text) == simdjson::SUCCESS) to += text;
}

void read_messages(const dom::array& messages, MappedRow& row) {
  std::uint64_t hash = base::kHashOfNothing;
  std::string content;
  std::string last_of_user;
  for (const dom::element message : messages) {
    std::string_view role;
    if (message["role"].get(role) != simdjson::SUCCESS) role = "";
    content.clear();
    append_content(content, message);
    hash = base::hash(content, base::hash(role, hash));
    row.prefixes.push_back(hash);
    if (role != "user") continue;
    ++row.user_messages;
    last_of_user = content;
  }
  row.shingles = shingles_of(last_of_user);
}

}  // namespace

std::vector<std::uint32_t> shingles_of(std::string_view text) {
  constexpr std::size_t kRun = 4;
  std::string plain;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (space && (plain.empty() || plain.back() == ' ')) continue;
    plain += space ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  while (!plain.empty() && plain.back() == ' ') plain.pop_back();
  std::vector<std::uint32_t> hashes;
  if (plain.empty()) return hashes;
  for (std::size_t i = 0; i == 0 || i + kRun <= plain.size(); ++i) {
    const std::uint64_t hash = base::hash(std::string_view(plain).substr(i, kRun));
    hashes.push_back(
        static_cast<std::uint32_t>((hash ^ (hash >> 29U)) * 0x9e3779b97f4a7c15ULL >> 32U));
  }
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  if (hashes.size() > kShingles) hashes.resize(kShingles);
  return hashes;
}

double similarity(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  if (a.empty() || b.empty()) return 0;
  // The smallest hashes of the union are a uniform sample of it.
  std::size_t both = 0;
  std::size_t all = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  while (all < kShingles && (i < a.size() || j < b.size())) {
    const bool from_a = j == b.size() || (i < a.size() && a[i] <= b[j]);
    const bool from_b = i == a.size() || (j < b.size() && b[j] <= a[i]);
    both += from_a && from_b ? 1 : 0;
    i += from_a ? 1 : 0;
    j += from_b ? 1 : 0;
    ++all;
  }
  return static_cast<double>(both) / static_cast<double>(all);
}

struct RowMapper::Parsers {
  dom::parser document, messages;

  static std::optional<std::string> column(const RowMap& map, dom::element row,
                                           MappedColumn column) {
    const auto places = map.columns.find(column);
    return places == map.columns.end() ? std::nullopt : text_at(row, places->second);
  }

  void find_messages(const RowMap& map, dom::element row, MappedRow& to) {
    const auto places = map.columns.find(MappedColumn::kMessages);
    if (places == map.columns.end()) return;
    for (const Place& place : places->second) {
      const auto found = find(row, place.steps);
      if (!found) continue;
      dom::array array;
      std::string_view text;
      if (found->get(array) == simdjson::SUCCESS) {
        read_messages(array, to);
      } else if (found->get(text) == simdjson::SUCCESS && !text.empty()) {
        if (messages.parse(text.data(), text.size()).get(array) == simdjson::SUCCESS) {
          read_messages(array, to);
        } else {  // the prompt alone
          to.prefixes.push_back(base::hash(text));
          to.user_messages = 1;
          to.shingles = shingles_of(text);
        }
      }
      if (!to.prefixes.empty()) return;
    }
  }

  traffic::Defect read_row(const RowMap& map, dom::element row, MappedRow& to) {
    clear(to.pass);
    traffic::Defect defect = traffic::Defect::kNone;
    for (const auto& [from, column_of_pass] : kPlainColumns) {
      const auto text = column(map, row, from);
      if (!text) continue;
      const traffic::Defect found = set_text(to.pass, column_of_pass, *text);
      if (defect == traffic::Defect::kNone) defect = found;
    }
    const auto time = [&](MappedColumn from) -> std::optional<std::int64_t> {
      const auto text = column(map, row, from);
      return text ? time_of(*text) : std::nullopt;
    };
    const auto started = time(MappedColumn::kStartedAt);
    to.pass.started_us = started.value_or(-1);
    const auto seconds_after_start = [&](MappedColumn from) -> std::optional<double> {
      const auto at = time(from);
      return at && started ? std::optional(static_cast<double>(*at - *started) / 1e6)
                           : std::nullopt;
    };
    if (std::isnan(to.pass.latency_s)) {
      to.pass.latency_s = seconds_after_start(MappedColumn::kEndedAt).value_or(to.pass.latency_s);
    }
    if (!to.pass.ttft_s) to.pass.ttft_s = seconds_after_start(MappedColumn::kFirstTokenAt);
    to.id = column(map, row, MappedColumn::kId).value_or("");
    to.attempt_id = column(map, row, MappedColumn::kAttemptId).value_or("");
    to.conversation = column(map, row, MappedColumn::kConversation).value_or("");
    to.true_task = column(map, row, MappedColumn::kTrueTask).value_or("");
    if (const auto turn = column(map, row, MappedColumn::kTurn)) {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(turn->data(), turn->data() + turn->size(), number);
      if (error == std::errc()) to.turn = number;
    }
    find_messages(map, row, to);
    return defect;
  }

  /// @returns nothing if the row says nothing of how a pass went.
  static std::optional<MappedFeedback> read_feedback(const FeedbackMap& map, dom::element row) {
    if (!holds(row, map.when)) return std::nullopt;
    auto of = text_at(row, map.of);
    const auto value = text_at(row, map.value);
    if (!of || !value) return std::nullopt;
    const auto among = [&](const std::vector<std::string>& words) {
      return std::find(words.begin(), words.end(), *value) != words.end();
    };
    if (among(map.success)) return MappedFeedback{*std::move(of), traffic::Outcome::kSuccess};
    if (among(map.failure)) return MappedFeedback{*std::move(of), traffic::Outcome::kFailure};
    const auto number = *value == "true"    ? base::Result<double>(1)
                        : *value == "false" ? 0
                                            : base::parse_number(*value);
    if (!number) return std::nullopt;
    return MappedFeedback{*std::move(of), *number >= map.success_from ? traffic::Outcome::kSuccess
                                                                      : traffic::Outcome::kFailure};
  }

  void use(const RowMap& map, dom::element row, const Sinks& sinks) {
    bool used = false;
    if (holds(row, map.when)) {
      MappedRow mapped;
      const traffic::Defect defect = read_row(map, row, mapped);
      sinks.row(std::move(mapped), defect);
      used = true;
    }
    if (map.feedback) {
      if (auto feedback = read_feedback(*map.feedback, row)) {
        sinks.feedback(*std::move(feedback));
        used = true;
      }
    }
    if (!used) sinks.passed_over();
  }

  /// All rows below an element, following the steps from `at` on.
  void walk(const RowMap& map, dom::element element, const std::vector<std::string>& steps,
            std::size_t at, const Sinks& sinks) {
    if (at == steps.size()) {
      use(map, element, sinks);
      return;
    }
    dom::array array;
    if (steps[at] == "*") {
      if (element.get(array) != simdjson::SUCCESS) return;
      for (const dom::element item : array) walk(map, item, steps, at + 1, sinks);
      return;
    }
    dom::element next;
    if (element[steps[at]].get(next) == simdjson::SUCCESS) walk(map, next, steps, at + 1, sinks);
  }
};

RowMapper::RowMapper(const RowMap& map) : map_(map), parsers_(std::make_unique<Parsers>()) {}
RowMapper::~RowMapper() = default;

base::Status RowMapper::read(std::string_view json, const Sinks& sinks) {
  dom::element top;
  const auto error = parsers_->document.parse(json.data(), json.size()).get(top);
  if (error != simdjson::SUCCESS || (!top.is_object() && !top.is_array())) {
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("is no JSON object ({}): {}", simdjson::error_message(error),
                             base::in_quotes(json)),
                 ""};
  }
  if (!map_.rows.empty()) {
    for (const Place& place : map_.rows) parsers_->walk(map_, top, place.steps, 0, sinks);
    return base::Done{};
  }
  parsers_->walk(map_, top,
                 top.is_array() ? std::vector<std::string>{"*"} : std::vector<std::string>{}, 0,
                 sinks);
  return base::Done{};
}

}  // namespace turnout::mapping
