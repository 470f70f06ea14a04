#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/mapping/row_map.h"
#include "turnout/traffic/pass.h"
#include "turnout/traffic/task_matcher.h"

namespace turnout::mapping {

/// What another program's row says of a pass, and of where it belongs.
struct MappedRow {
  traffic::Pass pass;  ///< task_id empty and attempt 0 if the row does not tell them
  std::string id, attempt_id, true_task;
  std::string words;  ///< the beginning of the user's last message, on one line; or ""
  traffic::Request request;
};

/// What a row says of how a pass went.
struct MappedFeedback {
  std::string of;  ///< an id or attempt_id
  traffic::Outcome outcome = traffic::Outcome::kUnknown;
};

/// Reads documents by a map. A cell of CSV or a text that is itself JSON is looked into where a place
/// goes on below it. Memory: one document.
class RowMapper {
 public:
  explicit RowMapper(const RowMap& map);
  ~RowMapper();
  RowMapper(const RowMapper&) = delete;
  RowMapper& operator=(const RowMapper&) = delete;
  RowMapper(RowMapper&&) = delete;
  RowMapper& operator=(RowMapper&&) = delete;

  struct Sinks {
    /// A pass, whose memory is used again; the defect is of a value that is none.
    std::function<void(MappedRow&, traffic::Defect)> row;
    std::function<void(MappedFeedback)> feedback;
    std::function<void()> passed_over;  ///< a row that is neither
  };
  /// @returns kMalformedInput for text that is no JSON, or whose top is no object or array; no
  ///   context
  base::Status read(std::string_view json, const Sinks& sinks);

 private:
  struct Parsers;
  const RowMap& map_;
  std::unique_ptr<Parsers> parsers_;
};

}  // namespace turnout::mapping
