#include "turnout/store/server_errors.h"

#include <gtest/gtest.h>

namespace turnout::store {
namespace {

std::string postgres(std::string_view state, std::string_view words,
                     std::string_view statement = "", bool lost = false) {
  return postgres_sentence({state, words, statement, "reader", lost});
}

TEST(ServerErrors, a_missing_right_in_postgres_says_what_to_grant) {
  const auto sentence = [](std::string_view words, std::string_view statement) {
    const auto said =
        postgres("42501", "ERROR:  permission denied for " + std::string(words), statement);
    return said.substr(said.find("GRANT"));
  };
  EXPECT_EQ(sentence("table passes\n", "COPY (SELECT task_id FROM passes) TO STDOUT"),
            "GRANT SELECT ON passes, schema_version TO reader");
  const std::string writing =
      "GRANT SELECT, INSERT ON passes, changed_days TO reader; GRANT SELECT ON schema_version, "
      "summary_state TO reader";
  EXPECT_EQ(sentence("table passes\n", "COPY passes (task_id) FROM STDIN"), writing);
  EXPECT_EQ(sentence("table summary_state\n", "SELECT closed_before FROM summary_state"), writing);
  EXPECT_EQ(sentence("table passes\n", "DELETE FROM passes"),
            "GRANT SELECT, DELETE ON passes TO reader");
  EXPECT_EQ(sentence("table LiteLLM_SpendLogs\n", "DECLARE in_order CURSOR FOR SELECT"),
            "GRANT SELECT ON \"LiteLLM_SpendLogs\" TO reader");
  EXPECT_EQ(sentence("schema public\nLINE 1: CREATE TABLE", "CREATE TABLE schema_version"),
            "GRANT USAGE, CREATE ON SCHEMA public TO reader");
  EXPECT_EQ(postgres("42501", "FEHLER:  keine Berechtigung für Tabelle passes\n", "SELECT 1"),
            "the role reader lacks a right (FEHLER:  keine Berechtigung für Tabelle passes); its "
            "owner can give it: GRANT ... TO reader");
}

TEST(ServerErrors, a_time_out_in_postgres_is_told_from_a_cancelled_statement) {
  EXPECT_EQ(
      postgres("57014", "ERROR:  canceling statement due to statement timeout\n"),
      "the server ended the statement, which took longer than its statement_timeout; raise it "
      "for this role (ALTER ROLE reader SET statement_timeout = '1h'), or for this run alone: "
      "?options=-cstatement_timeout%3D1h at the end of the source");
  EXPECT_EQ(postgres("57014", "ERROR:  canceling statement due to user request\n"),
            "somebody ended the statement in the server (pg_cancel_backend); do this again");
}

TEST(ServerErrors, what_libpq_says_in_several_lines_comes_as_one) {
  EXPECT_EQ(postgres("",
                     "server closed the connection unexpectedly\n\tThis probably means the "
                     "server terminated abnormally\n",
                     "", true),
            "the server was lost (server closed the connection unexpectedly); see whether it runs, "
            "and do this again: what was stored before is kept, and nothing is stored twice");
  EXPECT_EQ(
      postgres_connect_sentence(
          "connection to server at \"127.0.0.1\", port 1 failed: Connection refused\n\tIs the "
          "server running on that host and accepting TCP/IP connections?\n"),
      "no server answers (Connection refused); does it run, and are host and port right?");
  EXPECT_EQ(postgres_connect_sentence("connection to server at \"127.0.0.1\", port 1 failed: "
                                      "FATAL:  password authentication failed for user \"u\"\n"),
            "password authentication failed for user \"u\"");
  EXPECT_EQ(postgres("42P01", "ERROR:  relation \"passes\" does not exist\nLINE 1: ...\n"),
            "relation \"passes\" does not exist");
}

TEST(ServerErrors, those_of_clickhouse_are_known_as_old_and_new_servers_write_them) {
  const std::string slow =
      "the server ended the statement, which took longer than max_execution_time allows (";
  EXPECT_EQ(exception_in("Code: 159, e.displayText() = DB::Exception: Timeout exceeded: elapsed "
                         "1.06 seconds, maximum: 1, e.what() = DB::Exception\n"),
            slow + "1); raise it in this user's settings profile");
  EXPECT_EQ(exception_in("Code: 159. DB::Exception: Timeout exceeded: elapsed 1003.5 ms, maximum: "
                         "1000 ms. (TIMEOUT_EXCEEDED) (version 26.9.1.1)\n"),
            slow + "1000 ms); raise it in this user's settings profile");
  EXPECT_EQ(
      exception_in("Code: 497. DB::Exception: reader: Not enough privileges. To execute this "
                   "query, it's necessary to have the grant SELECT(task_id, attempt) ON "
                   "default.passes. (ACCESS_DENIED) (version 26.9.1.1)\n"),
      "the user reader lacks a right; the server's administrator can give it: GRANT SELECT ON "
      "default.passes TO reader");
  EXPECT_EQ(exception_in("Code: 60, e.displayText() = DB::Exception: Table x doesn't exist., "
                         "e.what() = DB::Exception"),
            "Table x doesn't exist.");
  EXPECT_FALSE(exception_in("rows"));
}

}  // namespace
}  // namespace turnout::store
