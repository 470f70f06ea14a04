#include "turnout/mapping/clickhouse_query.h"

#include <gtest/gtest.h>

namespace turnout::mapping {
namespace {

const ClickHouseTable kObservations{"observations",
                                    "ReplicatedReplacingMergeTree",
                                    {{"id", "String"},
                                     {"trace_id", "String"},
                                     {"type", "LowCardinality(String)"},
                                     {"level", "Enum8('ERROR' = 1)"},
                                     {"start_time", "DateTime64(3)"},
                                     {"end_time", "Nullable(DateTime64(3))"},
                                     {"output", "Nullable(String)"},
                                     {"is_deleted", "UInt8"}}};

TEST(ClickHouseQuery, reads_of_a_table_no_more_than_is_wanted) {
  WantedRows wanted;
  wanted.columns = {"id", "type", "start_time", "end_time", "absent"};
  wanted.when = {{{{"type"}, {}, 1}, {"GENERATION", "it's \\"}},
                 {{{"level"}, {}, 1}, {"ERROR"}},          // no text: judged here
                 {{{"input", "kind"}, {}, 1}, {"chat"}}};  // within a value: judged here
  wanted.times = {{"absent", "start_time"}, 100, 200};
  EXPECT_EQ(clickhouse_rows_query(kObservations, wanted, std::nullopt),
            "SELECT toUnixTimestamp64Micro(`end_time`) AS `end_time`, `id`, "
            "toUnixTimestamp64Micro(`start_time`) AS `start_time`, `type` FROM (SELECT `end_time`, "
            "`id`, `start_time`, `type` FROM `observations` FINAL WHERE is_deleted = 0 AND `type` "
            "IN ('GENERATION', 'it\\'s \\\\') AND `start_time` >= toDateTime(100) AND `start_time` "
            "< toDateTime(200)) AS read FORMAT JSONEachRow");
}

TEST(ClickHouseQuery, takes_from_a_joined_table_what_the_first_one_lacks) {
  WantedRows wanted;
  wanted.columns = {"id", "user_id", "absent"};
  const ClickHouseTable traces{
      "traces", "MergeTree", {{"id", "String"}, {"user_id", "Nullable(String)"}}};
  EXPECT_EQ(
      clickhouse_rows_query(kObservations, wanted, ClickHouseJoin{traces, {{"trace_id", "id"}}}),
      "SELECT `id`, `user_id` FROM (SELECT `id`, `trace_id` FROM `observations` FINAL WHERE "
      "is_deleted = 0) AS read ANY LEFT JOIN (SELECT `id` AS `trace_id`, `user_id` FROM `traces`) "
      "AS joined "
      "USING (`trace_id`) FORMAT JSONEachRow");
}

}  // namespace
}  // namespace turnout::mapping
