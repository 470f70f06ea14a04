#include "turnout/traffic/pass_columns.h"

#include <charconv>
#include <limits>

#include "turnout/base/number_text.h"

namespace turnout::traffic {
namespace {

Defect set_count(std::optional<std::int64_t>& to, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return Defect::kTokens;
  to = value;
  return Defect::kNone;
}

template <class Number>
Defect set_number(Number& to, std::string_view text, Defect defect) {
  const auto value = base::parse_number(text);
  if (!value) return defect;
  to = *value;
  return Defect::kNone;
}

Defect set_attempt(Pass& pass, std::string_view text) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pass.attempt);
  return error == std::errc() && end == text.data() + text.size() ? Defect::kNone
                                                                  : Defect::kAttempt;
}

Defect set_time(Pass& pass, std::string_view text) {
  const auto time = parse_time(text);
  if (!time) return Defect::kTime;
  pass.started_us = *time;
  return Defect::kNone;
}

template <class Value>
Defect set_word(Value& to, const std::optional<Value>& word) {
  if (!word) return Defect::kWord;
  to = *word;
  return Defect::kNone;
}

}  // namespace

std::optional<Column> column_of(std::string_view name) {
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (kColumnNames.at(i) == name) return static_cast<Column>(i);
  }
  return std::nullopt;
}

void clear(Pass& pass) {
  pass.task_id.clear();
  pass.user_id.clear();
  pass.attempt = 0;
  pass.model.clear();
  pass.started_us = -1;
  pass.latency_s = std::numeric_limits<double>::quiet_NaN();
  pass.ttft_s.reset();
  pass.input_tokens.reset();
  pass.output_tokens.reset();
  pass.cost_usd.reset();
  pass.outcome = Outcome::kUnknown;
  pass.ending = Ending::kOpen;
  pass.policy_id.clear();
  pass.propensity.reset();
}

Defect set_text(Pass& pass, Column column, std::string_view text) {
  if (text.empty()) return Defect::kNone;
  switch (column) {
    case Column::kTaskId:
      pass.task_id = text;
      return Defect::kNone;
    case Column::kUserId:
      pass.user_id = text;
      return Defect::kNone;
    case Column::kAttempt:
      return set_attempt(pass, text);
    case Column::kModel:
      pass.model = text;
      return Defect::kNone;
    case Column::kStartedAt:
      return set_time(pass, text);
    case Column::kLatency:
      return set_number(pass.latency_s, text, Defect::kLatency);
    case Column::kTtft:
      return set_number(pass.ttft_s, text, Defect::kTokens);
    case Column::kInputTokens:
      return set_count(pass.input_tokens, text);
    case Column::kOutputTokens:
      return set_count(pass.output_tokens, text);
    case Column::kCost:
      return set_number(pass.cost_usd, text, Defect::kCost);
    case Column::kOutcome:
      return set_word(pass.outcome, outcome_of(text));
    case Column::kEnding:
      return set_word(pass.ending, ending_of(text));
    case Column::kPolicyId:
      pass.policy_id = text;
      return Defect::kNone;
    case Column::kPropensity:
      return set_number(pass.propensity, text, Defect::kPropensity);
  }
  return Defect::kNone;
}

}  // namespace turnout::traffic
