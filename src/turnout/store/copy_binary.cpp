#include "turnout/store/copy_binary.h"

#include <bit>
#include <cstdint>
#include <optional>

namespace turnout::store {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
constexpr std::int16_t kStored = 14;  // columns of kStoredColumns

/// Reads big-endian fields from the front of a message; `whole` turns false where one is missing or
/// of another size than its type.
class Fields {
 public:
  explicit Fields(std::string_view from) : from_(from) {}
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] bool at_end() const { return from_.empty(); }
  void skip(std::size_t bytes) { take(bytes); }

  template <class Integer>
  Integer bare() {
    return number<Integer>(take(sizeof(Integer)));
  }
  /// A field that must not be NULL.
  template <class Integer>
  Integer integer() {
    const auto bytes = field();
    if (!bytes || bytes->size() != sizeof(Integer)) return wrong<Integer>();
    return number<Integer>(*bytes);
  }
  double real() { return std::bit_cast<double>(integer<std::uint64_t>()); }
  std::optional<std::int64_t> integer_or_null() {
    const auto bytes = field();
    if (!bytes) return std::nullopt;
    if (bytes->size() != sizeof(std::int64_t)) return wrong<std::int64_t>();
    return number<std::int64_t>(*bytes);
  }
  std::optional<double> real_or_null() {
    const auto bits = integer_or_null();
    if (!bits) return std::nullopt;
    return std::bit_cast<double>(*bits);
  }
  /// NULL is empty text.
  std::string_view text() { return field().value_or(std::string_view()); }

 private:
  template <class Integer>
  Integer wrong() {
    whole_ = false;
    return {};
  }
  std::string_view take(std::size_t bytes) {
    if (from_.size() < bytes) {
      whole_ = false;
      from_ = {};
      return {};
    }
    const auto taken = from_.substr(0, bytes);
    from_.remove_prefix(bytes);
    return taken;
  }
  std::optional<std::string_view> field() {
    const auto size = bare<std::int32_t>();
    if (size < 0) return std::nullopt;
    return take(static_cast<std::size_t>(size));
  }
  template <class Integer>
  static Integer number(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
    return static_cast<Integer>(value);
  }

  std::string_view from_;
  bool whole_ = true;
};

void read_fields(Fields& row, traffic::Pass& pass) {
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
base::Result<bool> begin_row(Fields& row, std::string_view message, std::int16_t stored,
                             const char* table) {
  if (message.starts_with(kSignature)) {
    row.skip(kSignature.size() + sizeof(std::uint32_t));  // flags
    row.skip(row.bare<std::uint32_t>());                  // an extension of the header
    if (row.whole() && row.at_end()) return false;
  }
  const auto columns = row.bare<std::int16_t>();
  if (columns == -1 && row.whole() && row.at_end()) return false;
  if (columns != stored) return broken("the server sent something that is no row", table);
  return true;
}

base::Status end_row(const Fields& row, const char* table) {
  if (row.whole() && row.at_end()) return base::Done{};
  return broken("the server sent a row that is not whole", table);
}

}  // namespace

base::Result<bool> read_copied_pass(std::string_view message, traffic::Pass& pass) {
  Fields row(message);
  TURNOUT_TRY(const bool is_row, begin_row(row, message, kStored, "passes"));
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
  Fields row(message);
  TURNOUT_TRY(const bool is_row, begin_row(row, message, kColumns, "day_summaries"));
  if (!is_row) return false;
  summary.model = row.text();
  summary.policy = row.text();
  summary.last_us = row.integer<std::int64_t>();
  summary.bytes = row.text();
  TURNOUT_CHECK(end_row(row, "day_summaries"));
  return true;
}

}  // namespace turnout::store
