#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/mapping/row_map.h"
#include "turnout/traffic/pass.h"

namespace turnout::mapping {

/// What another program's row says of a pass, and of where it belongs.
struct MappedRow {
  traffic::Pass pass;  ///< task_id empty and attempt 0 if the row does not tell them
  std::string id, attempt_id, conversation, true_task;
  std::optional<std::int64_t> turn;
  std::vector<std::uint64_t> prefixes;  ///< a hash of the first 1, 2, ... messages
  std::int64_t user_messages = 0;       ///< how many of them are the user's
  std::vector<std::uint32_t> shingles;  ///< of the user's last message, see shingles_of()
};

/// What a row says of how a pass went.
struct MappedFeedback {
  std::string of;  ///< an id or attempt_id
  traffic::Outcome outcome = traffic::Outcome::kUnknown;
};

/// The kShingles smallest hashes of a text's runs of four characters, lower case, white space as
/// one space: a sketch whose overlap estimates the Jaccard similarity of two texts of any language
/// to about 0.06 (Broder 1997, "On the resemblance and containment of documents").
std::vector<std::uint32_t> shingles_of(std::string_view text);
inline constexpr std::size_t kShingles = 64;
/// @returns the estimated Jaccard similarity, in [0, 1]; 0 if either is empty.
double similarity(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b);

/// Reads documents by a map. Memory: one document.
class RowMapper {
 public:
  explicit RowMapper(const RowMap& map);
  ~RowMapper();
  RowMapper(const RowMapper&) = delete;
  RowMapper& operator=(const RowMapper&) = delete;
  RowMapper(RowMapper&&) = delete;
  RowMapper& operator=(RowMapper&&) = delete;

  struct Sinks {
    std::function<void(MappedRow, traffic::Defect)>
        row;  ///< a pass; the defect is of a value that is none
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
