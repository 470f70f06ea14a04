#include "turnout/store/clickhouse_rows.h"

#include <fmt/format.h>

#include <compare>
#include <tuple>

#include "turnout/base/number_text.h"
#include "turnout/store/row_binary.h"
#include "turnout/store/server_errors.h"

namespace turnout::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

bool can_be_stored(const traffic::Pass& pass) {
  constexpr std::int64_t kMostAttempts = 1'000'000;
  return pass.attempt >= 1 && pass.attempt <= kMostAttempts &&
         pass.outcome <= traffic::Outcome::kFailure && pass.ending <= traffic::Ending::kAbandoned;
}

}  // namespace

bool ClickHouseRows::take(std::string_view piece) {
  constexpr std::size_t kMostWords = std::size_t{1} << 16U;
  pending_ += piece;
  if (broken_) return pending_.size() < kMostWords;
  std::string_view rest = pending_;
  while (!rest.empty()) {
    std::string_view after = rest;
    if (!take_row_binary(after, pass_)) break;
    broken_ = !can_be_stored(pass_);
    if (broken_) break;
    ended_ = !use_(pass_);
    if (ended_) return false;
    rest = after;
  }
  pending_.erase(0, pending_.size() - rest.size());
  return true;
}

bool ClickHouseRows::say_why() const { return !ended_ && exception_in(pending_).has_value(); }

Status ClickHouseRows::done(const std::string& name) const {
  if (ended_ || pending_.empty()) return base::Done{};
  const char* otherwise = broken_ ? "the server sent something that is no pass"
                                  : "the server's answer ends within a row";
  return Error{ErrorCode::kUnreadable, exception_in(pending_).value_or(otherwise), name};
}

KeyOrder::Place KeyOrder::next(const traffic::Pass& pass) {
  const auto order =
      std::tie(before_.task_id, before_.attempt) <=> std::tie(pass.task_id, pass.attempt);
  if (std::is_lt(order)) {
    before_ = pass;
    return Place::kNext;
  }
  if (std::is_eq(order) && before_ == pass) return Place::kRepeated;
  const char* what = std::is_eq(order) ? "came twice, with different values" : "came out of order";
  wrong_ = Error{ErrorCode::kUnreadable,
                 fmt::format("attempt {} of the task {} {}", pass.attempt,
                             base::in_quotes(pass.task_id), what),
                 name_};
  return Place::kWrong;
}

Status KeyOrder::status() const {
  if (wrong_) return *wrong_;
  return base::Done{};
}

}  // namespace turnout::store
