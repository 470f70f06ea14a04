#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What servers refuse, or fail at, in words for people who run one: what happened, and what to do.
/// For what has no words here the server's own stand, their first line. Never a password: none is in
/// what goes in.
namespace turnout::store {

/// What a PostgreSQL server, or libpq in its place, said of a statement that failed.
struct PostgresFailure {
  std::string_view state;      ///< SQLSTATE, five letters; empty if libpq said it
  std::string_view words;      ///< may be several lines
  std::string_view statement;  ///< the SQL
  std::string_view role;
  bool lost = false;  ///< the connection is gone
};
std::string postgres_sentence(const PostgresFailure& failure);

/// @param words  libpq's, of a connection that could not be made
std::string postgres_connect_sentence(std::string_view words);

/// @returns what an answer of ClickHouse says went wrong: "Code: 60, e.displayText() =
///   DB::Exception: Table x doesn't exist., e.what() = ..." -> "Table x doesn't exist."; nothing if it
///   speaks of no exception.
std::optional<std::string> exception_in(std::string_view answer);

/// @param words    libcurl's
/// @param reached  whether the server had been reached before it failed
std::string clickhouse_lost_sentence(std::string_view words, bool reached);

}  // namespace turnout::store
