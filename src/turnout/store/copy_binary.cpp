#include "turnout/store/copy_binary.h"

#include <cstdint>

#include "turnout/store/copied_fields.h"

namespace turnout::store {
namespace {

constexpr std::int16_t kStored = 14;  // columns of kStoredColumns

void read_fields(CopiedFields& row, traffic::Pass& pass) {
  pass.task_id = row.text();
  pass.attempt = row.integer<std::int32_t>();
  pass.user_id = row.text();
  pass.model = row.text();
  pass.started_us = row.integer<std::int64_t>();
  pass.latency_s = row.real();
  pass.ttft_s = row.real_or_null();
  pass.input_tokens = row.integer_or_null();
  pass.output_tokens = row.integer_or_null();
  pass.cost_usd = row.real_or_null();
}

base::Error broken(const char* what, const char* table) {
  return {base::ErrorCode::kUnreadable, what, table};
}

/// Reads what comes before the columns of a row.
/// @returns whether a row follows.
base::Result<bool> begin_row(CopiedFields& row, std::int16_t stored, const char* table) {
  const auto columns = row.begin();
  if (!columns) return false;
  if (columns != stored) return broken("the server sent something that is no row", table);
  return true;
}

base::Status end_row(const CopiedFields& row, const char* table) {
  if (row.whole() && row.at_end()) return base::Done{};
  return broken("the server sent a row that is not whole", table);
}

}  // namespace

base::Result<bool> read_copied_pass(std::string_view message, traffic::Pass& pass) {
  CopiedFields row(message);
  TURNOUT_TRY(const bool is_row, begin_row(row, kStored, "passes"));
  if (!is_row) return false;
  read_fields(row, pass);
  const auto outcome = traffic::outcome_of(row.text());
  const auto ending = traffic::ending_of(row.text());
  pass.policy_id = row.text();
  pass.propensity = row.real_or_null();
  TURNOUT_CHECK(end_row(row, "passes"));
  if (!outcome || !ending)
    return broken("a stored pass has an outcome or ending that is none", "passes");
  pass.outcome = *outcome;
  pass.ending = *ending;
  return true;
}

base::Result<bool> read_copied_summary(std::string_view message, DaySummary& summary) {
  constexpr std::int16_t kColumns = 4;
  CopiedFields row(message);
  TURNOUT_TRY(const bool is_row, begin_row(row, kColumns, "day_summaries"));
  if (!is_row) return false;
  summary.model = row.text();
  summary.policy = row.text();
  summary.last_us = row.integer<std::int64_t>();
  summary.bytes = row.text();
  TURNOUT_CHECK(end_row(row, "day_summaries"));
  return true;
}

}  // namespace turnout::store
