#include "turnout/store/server_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace turnout::store {
namespace {

constexpr std::string_view kAgain =
    "see whether it runs, and do this again: what was stored before is kept, and nothing is stored "
    "twice";

/// The first line of a message, without libpq's "ERROR:  ".
std::string_view first_line(std::string_view message) {
  message = message.substr(0, message.find('\n'));
  for (const std::string_view start : {"ERROR:  ", "FATAL:  "}) {
    if (message.starts_with(start)) message.remove_prefix(start.size());
  }
  return message;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// What stands between two texts, the second of which may be missing; empty without the first.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const auto start = text.find(before);
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start + before.size());
  return text.substr(0, text.find(after));
}

/// A name as PostgreSQL wants it written.
std::string identifier(std::string_view name) {
  const bool plain =
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
  if (plain && !name.empty()) return std::string(name);
  std::string quoted(1, '"');
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

/// What a role needs on a table to run a statement on it.
std::string_view rights_for(std::string_view statement) {
  const auto begins = [&](std::string_view word) { return statement.starts_with(word); };
  if (begins("COPY (") || begins("SELECT") || begins("DECLARE")) return "SELECT";
  if (begins("DELETE")) return "SELECT, DELETE";
  if (begins("UPDATE") || contains(statement, "DO UPDATE")) return "SELECT, INSERT, UPDATE";
  return "SELECT, INSERT";
}

/// Of a role that lacks a right, by the server's words: in another language than English they stand
/// alone.
std::string right_sentence(const PostgresFailure& failure) {
  const auto words = first_line(failure.words);
  const std::string role = identifier(failure.role);
  const auto grant = [&](std::string_view rights, std::string_view on) {
    return fmt::format(
        "the role {} lacks a right ({}); its owner can give it: GRANT {} ON {} TO {}", role, words,
        rights, on, role);
  };
  if (const auto table = between(words, "permission denied for table ", "\n"); !table.empty()) {
    const auto rights = rights_for(failure.statement);
    if (rights == "SELECT" && (table == "passes" || table == "schema_version"))
      return grant(rights, "passes, schema_version");
    // Who reads does without summaries.
    if (table == "summary_state" || table == "changed_days" ||
        (table == "passes" && rights == "SELECT, INSERT")) {
      return grant("SELECT, INSERT", "passes, changed_days") +
             fmt::format("; GRANT SELECT ON schema_version, summary_state TO {}", role);
    }
    return grant(rights, identifier(table));
  }
  if (const auto view = between(words, "permission denied for view ", "\n"); !view.empty())
    return grant("SELECT", identifier(view));
  if (const auto schema = between(words, "permission denied for schema ", "\n"); !schema.empty())
    return grant(failure.statement.starts_with("CREATE") ? "USAGE, CREATE" : "USAGE",
                 "SCHEMA " + identifier(schema));
  if (const auto database = between(words, "temporary tables in database \"", "\"");
      !database.empty())
    return grant("TEMPORARY", "DATABASE " + identifier(database));
  return fmt::format("the role {} lacks a right ({}); its owner can give it: GRANT ... TO {}", role,
                     words, role);
}

/// @param setting  what to raise
std::string raise_for_role(std::string_view role, std::string_view setting) {
  return fmt::format(
      "raise it for this role (ALTER ROLE {} SET {} = '1h'), or for this run alone: "
      "?options=-c{}%3D1h at the end of the source",
      identifier(role), setting, setting);
}

std::string cancelled_sentence(const PostgresFailure& failure) {
  if (contains(failure.words, "user request"))
    return "somebody ended the statement in the server (pg_cancel_backend); do this again";
  return "the server ended the statement, which took longer than its statement_timeout; " +
         raise_for_role(failure.role, "statement_timeout");
}

}  // namespace

std::string postgres_sentence(const PostgresFailure& failure) {
  const auto state = failure.state;
  if (state == "57014") return cancelled_sentence(failure);
  if (state == "55P03") {
    return "somebody else held a lock for longer than lock_timeout; " +
           raise_for_role(failure.role, "lock_timeout");
  }
  if (state == "25P03") {
    return "the server ended the session, which waited longer than its "
           "idle_in_transaction_session_timeout; " +
           raise_for_role(failure.role, "idle_in_transaction_session_timeout");
  }
  if (state == "42501") return right_sentence(failure);
  if (state == "25006") {
    return fmt::format(
        "the server takes no writing here ({}): is it a standby? Name the primary server",
        first_line(failure.words));
  }
  if (state == "53100") {
    return fmt::format("the server's disk is full ({}); make room on it, and do this again",
                       first_line(failure.words));
  }
  // 57P01 to 57P03: it shuts down, it crashed, it starts.
  if (failure.lost || state.starts_with("57P"))
    return fmt::format("the server was lost ({}); {}", first_line(failure.words), kAgain);
  return std::string(first_line(failure.words));
}

std::string postgres_connect_sentence(std::string_view words) {
  constexpr std::string_view kFailed = " failed: ";
  auto line = first_line(words);
  if (const auto failed = line.find(kFailed);
      line.starts_with("connection to server") && failed != std::string_view::npos) {
    line.remove_prefix(failed + kFailed.size());
    const bool answered = line.starts_with("FATAL:  ");
    if (!answered) {
      return fmt::format("no server answers ({}); does it run, and are host and port right?", line);
    }
  }
  return std::string(first_line(line));
}

namespace {

/// "Code: 159, e.displayText() = " or "Code: 159. " -> 159; 0 without it.
int code_in(std::string_view answer) {
  const auto digits = between(answer, "Code: ", " ");
  int code = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), code);
  return code;
}

/// "... maximum: 1 seconds" -> " (1 seconds)"
std::string limit_in(std::string_view words) {
  auto limit = between(words, "maximum: ", " (");
  while (limit.ends_with('.')) limit.remove_suffix(1);
  return limit.empty() ? "" : fmt::format(" ({})", limit);
}

/// Of 18.16, and of servers that know GRANT: "turnout: Not enough privileges. To execute this query,
/// it's necessary to have the grant SELECT(task_id, attempt) ON default.passes. (ACCESS_DENIED) ..."
std::string access_sentence(std::string_view words) {
  auto right = between(words, "have the grant ", " (ACCESS");
  if (right.empty()) right = between(words, "have grant ", " (ACCESS");
  const auto on = right.find(" ON ");
  if (on == std::string_view::npos)
    return fmt::format("this user lacks a right ({}); the server's administrator can give it",
                       words);
  std::string_view table = right.substr(on + std::string_view(" ON ").size());
  table = table.substr(0, table.find(' '));
  while (table.ends_with('.')) table.remove_suffix(1);
  const auto what = right.substr(0, right.find_first_of("( "));
  const auto user = words.substr(0, words.find(": "));
  return fmt::format(
      "the user {} lacks a right; the server's administrator can give it: GRANT {} "
      "ON {} TO {}",
      user, what, table, user);
}

std::string clickhouse_sentence(int code, std::string_view words) {
  switch (code) {
    case 159:  // TIMEOUT_EXCEEDED
    case 160:  // TOO_SLOW
      return fmt::format(
          "the server ended the statement, which took longer than max_execution_time "
          "allows{}; raise it in this user's settings profile",
          limit_in(words));
    case 241:  // MEMORY_LIMIT_EXCEEDED
      return fmt::format(
          "the server ended the statement, which took more memory than it allows{}; "
          "raise max_memory_usage in this user's settings profile",
          limit_in(words));
    case 164:  // READONLY
      return fmt::format(
          "this user may only read ({}); its settings profile says readonly: name "
          "another user, or change it",
          words);
    case 291:  // DATABASE_ACCESS_DENIED
    case 497:  // ACCESS_DENIED
      return access_sentence(words);
    case 394:  // QUERY_WAS_CANCELLED
      return "somebody ended the statement in the server (KILL QUERY); do this again";
    default:
      return std::string(words);
  }
}

}  // namespace

std::optional<std::string> exception_in(std::string_view answer) {
  constexpr std::string_view kBefore = "DB::Exception: ";
  const auto start = answer.find(kBefore);
  if (start == std::string_view::npos) return std::nullopt;
  const int code = code_in(answer.substr(0, start));
  answer.remove_prefix(start + kBefore.size());
  return clickhouse_sentence(
      code, answer.substr(0, std::min(answer.find(", e.what()"), answer.find('\n'))));
}

std::string clickhouse_lost_sentence(std::string_view words, bool reached) {
  return reached ? fmt::format("the server was lost ({}); {}", words, kAgain)
                 : fmt::format("no server answers ({}); does it run, and are host and port right?",
                               words);
}

}  // namespace turnout::store
