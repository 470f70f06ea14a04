#include "turnout/mapping/mapped_row.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "turnout/base/hash.h"
#include "turnout/base/number_text.h"
#include "turnout/mapping/row_messages.h"
#include "turnout/mapping/row_values.h"
#include "turnout/traffic/pass_columns.h"
#include "turnout/traffic/row_text.h"

namespace turnout::mapping {
namespace {

namespace dom = simdjson::dom;

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

std::optional<std::int64_t> whole_number(const std::optional<std::string>& text) {
  std::int64_t number = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

/// "20.0" as "20": tables with gaps make floating-point numbers of counts.
std::string count_text(std::string text) {
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

/// Empties a request but keeps its memory.
void begin(traffic::Request& request) {
  auto messages = std::move(request.messages);
  request = {};
  messages.clear();
  request.messages = std::move(messages);
}

std::uint64_t id_of(const std::string& text) { return text.empty() ? 0 : base::hash(text); }

}  // namespace

struct RowMapper::Parsers {
  dom::parser document;
  JsonTexts texts;
  traffic::PromptMemory memory;
  MappedRow mapped;

  std::optional<std::string> column(const RowMap& map, dom::element row, MappedColumn column) {
    const auto places = map.columns.find(column);
    return places == map.columns.end() ? std::nullopt : text_at(row, places->second, texts);
  }

  bool any(const std::vector<RowCondition>& conditions, dom::element row) {
    return std::any_of(conditions.begin(), conditions.end(),
                       [&](const RowCondition& condition) { return holds(row, condition, texts); });
  }
  bool all(const std::vector<RowCondition>& conditions, dom::element row) {
    return std::all_of(conditions.begin(), conditions.end(),
                       [&](const RowCondition& condition) { return holds(row, condition, texts); });
  }

  /// @returns the beginning of the user's words.
  std::string find_messages(const RowMap& map, dom::element row, traffic::Request& to) {
    const auto places = map.columns.find(MappedColumn::kMessages);
    if (places == map.columns.end()) return "";
    for (const Place& place : places->second) {
      const auto found = value_at(row, place.steps, texts);
      if (!found) continue;
      if (auto words = read_messages(*found, texts, memory, to)) return *std::move(words);
    }
    return "";
  }

  traffic::Defect read_plain(const RowMap& map, dom::element row, traffic::Pass& pass) {
    traffic::Defect defect = traffic::Defect::kNone;
    for (const auto& [from, to] : kPlainColumns) {
      const auto text = column(map, row, from);
      if (!text) continue;
      const bool count = from == MappedColumn::kInputTokens || from == MappedColumn::kOutputTokens;
      const traffic::Defect found = set_text(pass, to, count ? count_text(*text) : *text);
      if (defect == traffic::Defect::kNone) defect = found;
    }
    return defect;
  }

  void read_times(const RowMap& map, dom::element row, traffic::Pass& pass) {
    const auto time = [&](MappedColumn from) -> std::optional<std::int64_t> {
      const auto text = column(map, row, from);
      return text ? time_of(*text) : std::nullopt;
    };
    const auto started = time(MappedColumn::kStartedAt);
    pass.started_us = started.value_or(-1);
    const auto seconds_after_start = [&](MappedColumn from) -> std::optional<double> {
      const auto at = time(from);
      return at && started ? std::optional(static_cast<double>(*at - *started) / 1e6)
                           : std::nullopt;
    };
    if (std::isnan(pass.latency_s))
      pass.latency_s = seconds_after_start(MappedColumn::kEndedAt).value_or(pass.latency_s);
    if (!pass.ttft_s) pass.ttft_s = seconds_after_start(MappedColumn::kFirstTokenAt);
  }

  /// Where the row belongs, but for its times.
  void read_request(const RowMap& map, dom::element row, MappedRow& to) {
    traffic::Request& request = to.request;
    begin(request);
    const auto id = [&](MappedColumn from) { return id_of(column(map, row, from).value_or("")); };
    request.person = id_of(to.pass.user_id);
    request.task = id_of(to.pass.task_id);
    request.prompt = id_of(to.attempt_id);
    request.conversation = id(MappedColumn::kConversation);
    request.message = id(MappedColumn::kMessageId);
    request.parent = id(MappedColumn::kParentId);
    request.turn = whole_number(column(map, row, MappedColumn::kTurn));
    request.retries = whole_number(column(map, row, MappedColumn::kRetries)).value_or(0);
    request.agent = column(map, row, MappedColumn::kInitiator) == "agent";
    request.helper = any(map.helper, row);
    request.answered = !any(map.no_answer, row);
    to.words = find_messages(map, row, request);
  }

  traffic::Defect read_row(const RowMap& map, dom::element row, MappedRow& to) {
    clear(to.pass);
    const traffic::Defect defect = read_plain(map, row, to.pass);
    read_times(map, row, to.pass);
    to.id = column(map, row, MappedColumn::kId).value_or("");
    to.attempt_id = column(map, row, MappedColumn::kAttemptId).value_or("");
    to.true_task = column(map, row, MappedColumn::kTrueTask).value_or("");
    read_request(map, row, to);
    return defect;
  }

  /// @returns nothing if the row says nothing of how a pass went.
  std::optional<MappedFeedback> read_feedback(const FeedbackMap& map, dom::element row) {
    if (!all(map.when, row)) return std::nullopt;
    auto of = text_at(row, map.of, texts);
    const auto value = text_at(row, map.value, texts);
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
    texts.clear();
    bool used = false;
    if (all(map.when, row)) {
      const traffic::Defect defect = read_row(map, row, mapped);
      sinks.row(mapped, defect);
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
    return traffic::no_json(json, simdjson::error_message(error));
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
