#include "turnout/traffic/pass.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace turnout::traffic {
namespace {

constexpr std::array<std::string_view, 3> kOutcomes = {"unknown", "success", "failure"};
constexpr std::array<std::string_view, 4> kEndings = {"open", "resolved", "reprompted",
                                                      "abandoned"};
constexpr std::array<std::string_view, kDefects> kDefectNames = {
    "sound",
    "missing task_id",
    "missing model",
    "attempt is not in 1 to 1000000",
    "started_at is no RFC 3339 time from 1970 to 2200",
    "latency_s is missing, negative or over 1e9",
    "cost_usd is beyond 1e9 in size",
    "ttft_s or a count of tokens is negative or over 1e12",
    "propensity is not in (0, 1]",
    "outcome or ending is none of the allowed words",
    "an id is over 1000 bytes, a model's name over 200, or one holds a control character or is no "
    "UTF-8",
};

constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kLatest = 7'258'118'400 * kMicro;  // 2200-01-01

template <class Value, std::size_t N>
std::optional<Value> find_name(const std::array<std::string_view, N>& names,
                               std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Value>(i);
  }
  return std::nullopt;
}

/// Too long, with a control character, or no UTF-8, which servers refuse.
bool bad_text(const std::string& text, std::size_t longest = kLongestName) {
  unsigned char all = 0;
  for (const char c : text) {
    all |= static_cast<unsigned char>(c);
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return text.size() > longest || (all >= 0x80 && !simdjson::validate_utf8(text));
}

bool bad_count(const std::optional<std::int64_t>& count) {
  constexpr std::int64_t kMost = 1'000'000'000'000;
  return count && (*count < 0 || *count > kMost);
}

/// Reads `digits` decimal digits; -1 if there is another character.
int digits_at(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    const auto digit = static_cast<unsigned>(text[i] - '0');
    if (digit > 9) return -1;
    value = value * 10 + static_cast<int>(digit);
  }
  return value;
}

/// The offset from UTC in minutes that "Z", "UTC", "+01:00", "+0100", "+01" or nothing says; psql
/// writes "+01", BigQuery " UTC".
std::optional<int> zone_of(std::string_view text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty() || text == "Z" || text == "z" || text == "UTC") return 0;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  const bool colon = text.size() == 6 && text[3] == ':';
  if (text.size() != 3 && text.size() != 5 && !colon) return std::nullopt;
  const int hours = digits_at(text, 1, 2);
  const int minutes = text.size() == 3 ? 0 : digits_at(text, colon ? 4 : 3, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

void put_digits(char* out, std::int64_t value, int digits) {
  for (int i = digits; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  return kOutcomes.at(static_cast<std::size_t>(outcome));
}
std::string_view name_of(Ending ending) { return kEndings.at(static_cast<std::size_t>(ending)); }
std::string_view name_of(Defect defect) {
  return kDefectNames.at(static_cast<std::size_t>(defect));
}
std::optional<Outcome> outcome_of(std::string_view name) {
  return find_name<Outcome>(kOutcomes, name);
}
std::optional<Ending> ending_of(std::string_view name) { return find_name<Ending>(kEndings, name); }

Defect defect_of(const Pass& pass) {
  constexpr std::int64_t kMostAttempts = 1'000'000;
  constexpr double kLargest = 1e9;
  if (pass.task_id.empty()) return Defect::kNoTask;
  if (pass.model.empty()) return Defect::kNoModel;
  if (pass.attempt < 1 || pass.attempt > kMostAttempts) return Defect::kAttempt;
  if (pass.started_us < 0 || pass.started_us >= kLatest) return Defect::kTime;
  if (!(pass.latency_s >= 0 && pass.latency_s <= kLargest)) return Defect::kLatency;
  if (pass.cost_usd && !(std::abs(*pass.cost_usd) <= kLargest)) return Defect::kCost;
  if (bad_count(pass.input_tokens) || bad_count(pass.output_tokens)) return Defect::kTokens;
  if (pass.ttft_s && !(*pass.ttft_s >= 0 && *pass.ttft_s <= kLargest)) return Defect::kTokens;
  if (pass.propensity && !(*pass.propensity > 0 && *pass.propensity <= 1))
    return Defect::kPropensity;
  if (bad_text(pass.task_id) || bad_text(pass.user_id) || bad_text(pass.model, kLongestModel) ||
      bad_text(pass.policy_id)) {
    return Defect::kText;
  }
  return Defect::kNone;
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  constexpr std::size_t kSeconds = 19;  // "2026-11-24T10:20:30"
  if (text.size() < kSeconds || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
      text[16] != ':')
    return {};
  if (text[10] != 'T' && text[10] != ' ' && text[10] != 't') return {};
  const int year = digits_at(text, 0, 4);
  const int month = digits_at(text, 5, 2);
  const int day = digits_at(text, 8, 2);
  const int hour = digits_at(text, 11, 2);
  const int minute = digits_at(text, 14, 2);
  const int second = digits_at(text, 17, 2);
  if (year < 0 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0) return {};
  if (hour > 23 || minute > 59 || second > 60) return {};  // 60: a leap second
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {};
  std::size_t at = kSeconds;
  std::int64_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    std::int64_t unit = kMicro / 10;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
      fraction += unit * (text[at] - '0');
    }
    if (text[at - 1] == '.') return {};
  }
  const auto zone = zone_of(text.substr(at));
  if (!zone) return {};
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t minutes = hour * 60 + minute - *zone;
  return (days * kDaySeconds + minutes * 60 + second) * kMicro + fraction;
}

void write_time(char* out, std::int64_t microseconds) {
  const std::int64_t seconds = microseconds / kMicro;
  const std::chrono::year_month_day date(
      std::chrono::sys_days(std::chrono::days(seconds / kDaySeconds)));
  const std::int64_t in_day = seconds % kDaySeconds;
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000000Z";
  kShape.copy(out, kShape.size());
  put_digits(out, static_cast<int>(date.year()), 4);
  put_digits(out + 5, static_cast<unsigned>(date.month()), 2);
  put_digits(out + 8, static_cast<unsigned>(date.day()), 2);
  put_digits(out + 11, in_day / 3600, 2);
  put_digits(out + 14, in_day / 60 % 60, 2);
  put_digits(out + 17, in_day % 60, 2);
  put_digits(out + 20, microseconds % kMicro, 6);
}

std::string time_text(std::int64_t microseconds) {
  std::string text(kTimeLength, ' ');
  write_time(text.data(), microseconds);
  return text;
}

}  // namespace turnout::traffic
