#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <utility>

#include "turnout/traffic/json_rows.h"
#include "turnout/traffic/pass_columns.h"
#include "turnout/traffic/pass_reader.h"
#include "turnout/traffic/row_text.h"

namespace turnout::traffic {
namespace {

namespace dom = simdjson::dom;
static_assert(RowLines::kPadding >= simdjson::SIMDJSON_PADDING);

/// Reads a number that may be null, or text, as some databases export it; anything else is the
/// defect.
template <class Number, class Target>
Defect read_number(dom::element value, Pass& pass, Column column, Target& to, Defect defect) {
  Number number{};
  std::string_view text;
  if (value.get(number) == simdjson::SUCCESS) {
    to = number;
    return Defect::kNone;
  }
  if (value.get(text) == simdjson::SUCCESS) return set_text(pass, column, text);
  return value.is_null() ? Defect::kNone : defect;
}

/// Reads a string that may be null, or an id that is a whole number.
Defect read_text(dom::element value, std::string& to, Defect defect) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    to.assign(text);
    return Defect::kNone;
  }
  if (value.is<std::int64_t>() || value.is<std::uint64_t>()) {
    to = simdjson::minify(value);
    return Defect::kNone;
  }
  return value.is_null() ? Defect::kNone : defect;
}

Defect read_word(dom::element value, Pass& pass, Column column, Defect defect) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return value.is_null() ? Defect::kNone : defect;
  return text.empty() ? defect : set_text(pass, column, text);
}

Defect read_column(dom::element value, Pass& pass, Column column) {
  switch (column) {
    case Column::kTaskId:
      return read_text(value, pass.task_id, Defect::kNoTask);
    case Column::kUserId:
      return read_text(value, pass.user_id, Defect::kText);
    case Column::kAttempt:
      return read_number<std::int64_t>(value, pass, column, pass.attempt, Defect::kAttempt);
    case Column::kModel:
      return read_text(value, pass.model, Defect::kNoModel);
    case Column::kStartedAt:
      return read_word(value, pass, column, Defect::kTime);
    case Column::kLatency:
      return read_number<double>(value, pass, column, pass.latency_s, Defect::kLatency);
    case Column::kTtft:
      return read_number<double>(value, pass, column, pass.ttft_s, Defect::kTokens);
    case Column::kInputTokens:
      return read_number<std::int64_t>(value, pass, column, pass.input_tokens, Defect::kTokens);
    case Column::kOutputTokens:
      return read_number<std::int64_t>(value, pass, column, pass.output_tokens, Defect::kTokens);
    case Column::kCost:
      return read_number<double>(value, pass, column, pass.cost_usd, Defect::kCost);
    case Column::kOutcome:
    case Column::kEnding:
      return read_word(value, pass, column, Defect::kWord);
    case Column::kPolicyId:
      return read_text(value, pass.policy_id, Defect::kText);
    case Column::kPropensity:
      return read_number<double>(value, pass, column, pass.propensity, Defect::kPropensity);
  }
  return Defect::kNone;
}

class JsonReader final : public PassReader {
 public:
  explicit JsonReader(ByteSource source) : lines_(std::move(source)) {}

  base::Result<bool> next(Pass& pass) override {
    for (;;) {
      auto line = lines_.next();
      if (!line) return line.error();
      if (!line->has_value()) {
        if (!lines_.closed()) ++counts_.cut_off;
        return false;
      }
      ++counts_.rows;
      clear(pass);
      Defect defect = Defect::kNone;
      const auto error = read_object(**line, pass, defect);
      if (error != simdjson::SUCCESS) {
        if (!lines_.ended()) {
          ++counts_.cut_off;
          return false;
        }
        return no_json(**line, simdjson::error_message(error)).within(lines_.place());
      }
      if (defect == Defect::kNone) defect = defect_of(pass);
      if (defect == Defect::kNone) return true;
      if (counts_.refused() == 0)
        counts_.first_defect = fmt::format("{}: {}", lines_.place(), name_of(defect));
      ++counts_.defects.at(static_cast<std::size_t>(defect));
    }
  }

 private:
  /// Reads the keys of one line. Rows mostly have their keys in one order: the column that followed
  /// last time is tried first.
  simdjson::error_code read_object(std::string_view line, Pass& pass, Defect& defect) {
    dom::object object;
    // The parser may look beyond the line, but does not change it: no copy is needed.
    if (auto error = parser_.parse(line.data(), line.size(), false).get(object)) return error;
    std::size_t place = 0;
    for (const auto [key, value] : object) {
      const auto column = expected_column(key, place++);
      if (!column) continue;
      const Defect found = read_column(value, pass, *column);
      if (defect == Defect::kNone) defect = found;
    }
    return simdjson::SUCCESS;
  }

  std::optional<Column> expected_column(std::string_view key, std::size_t place) {
    if (place >= order_.size()) return column_of(key);
    auto& expected = order_.at(place);
    if (!expected || kColumnNames.at(static_cast<std::size_t>(*expected)) != key) {
      const auto column = column_of(key);
      if (!column) return std::nullopt;
      expected = column;
    }
    return expected;
  }

  JsonRows lines_;
  dom::parser parser_;
  std::array<std::optional<Column>, 2 * kColumns> order_;
};

}  // namespace

std::unique_ptr<PassReader> json_reader(ByteSource source) {
  return std::make_unique<JsonReader>(std::move(source));
}

}  // namespace turnout::traffic
