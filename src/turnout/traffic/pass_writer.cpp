#include "turnout/traffic/pass_writer.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "turnout/base/csv.h"
#include "turnout/base/number_text.h"
#include "turnout/traffic/pass_columns.h"

namespace turnout::traffic {
namespace {

void append_number(std::string& out, double value) {
  std::array<char, base::kNumberRoom> text{};
  out.append(text.data(), base::write_number(text.data(), value));
}
void append_number(std::string& out, std::int64_t value) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}

/// A JSON string. Control characters are escaped; bytes beyond ASCII stay as they are.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

/// How one of the two formats writes keys, texts and unknown values.
struct JsonFormat {
  static void key(std::string& out, Column column) {
    out += column == Column::kTaskId ? "{\"" : ",\"";
    out += kColumnNames.at(static_cast<std::size_t>(column));
    out += "\":";
  }
  static void text(std::string& out, std::string_view text) { append_quoted(out, text); }
  static void unknown(std::string& out) { out += "null"; }
  static constexpr std::string_view kEnd = "}\n";
};

struct CsvFormat {
  static void key(std::string& out, Column column) {
    if (column != Column::kTaskId) out += ',';
  }
  static void text(std::string& out, std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
      out += text;
    } else {
      out += base::csv_field(text);
    }
  }
  static void unknown(std::string& /*out*/) {}
  static constexpr std::string_view kEnd = "\n";
};

template <class Format>
void append(std::string& out, const Pass& pass) {
  const auto text = [&](Column column, std::string_view value) {
    Format::key(out, column);
    if (value.empty()) {
      Format::unknown(out);
    } else {
      Format::text(out, value);
    }
  };
  const auto number = [&](Column column, const auto& value) {
    Format::key(out, column);
    if (value) {
      append_number(out, *value);
    } else {
      Format::unknown(out);
    }
  };
  text(Column::kTaskId, pass.task_id);
  text(Column::kUserId, pass.user_id);
  number(Column::kAttempt, std::optional(pass.attempt));
  text(Column::kModel, pass.model);
  std::array<char, kTimeLength> time{};
  write_time(time.data(), pass.started_us);
  text(Column::kStartedAt, {time.data(), time.size()});
  number(Column::kLatency, std::optional(pass.latency_s));
  number(Column::kTtft, pass.ttft_s);
  number(Column::kInputTokens, pass.input_tokens);
  number(Column::kOutputTokens, pass.output_tokens);
  number(Column::kCost, pass.cost_usd);
  text(Column::kOutcome, name_of(pass.outcome));
  text(Column::kEnding, name_of(pass.ending));
  text(Column::kPolicyId, pass.policy_id);
  number(Column::kPropensity, pass.propensity);
  out += Format::kEnd;
}

}  // namespace

void append_json(std::string& out, const Pass& pass) { append<JsonFormat>(out, pass); }
void append_csv(std::string& out, const Pass& pass) { append<CsvFormat>(out, pass); }

std::string csv_header() {
  std::string header;
  for (const auto name : kColumnNames) {
    if (!header.empty()) header += ',';
    header += name;
  }
  return header + "\n";
}

}  // namespace turnout::traffic
