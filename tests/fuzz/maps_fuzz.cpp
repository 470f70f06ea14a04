#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "turnout/mapping/mapped_row.h"
#include "turnout/mapping/reprompt_matcher.h"

/// No map and no document may crash their readers. A NUL parts the two; without a map before it, a
/// shipped one is used.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace turnout::mapping;
  using namespace turnout::traffic;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(bytes.find('\0'), bytes.size());
  const auto own = parse_row_map(bytes.substr(0, end), "f");
  const auto map =
      own ? *own : read_row_map(bytes.size() % 2 == 0 ? "opentelemetry" : "langfuse").value();
  RowMapper mapper(map);
  std::vector<MappedRow> rows;
  std::vector<MappedFeedback> feedback;
  const auto done =
      mapper.read(own ? bytes.substr(std::min(end + 1, bytes.size())) : bytes,
                  {[&](MappedRow row, Defect) { rows.push_back(std::move(row)); },
                   [&](MappedFeedback said) { feedback.push_back(std::move(said)); }, [] {}});
  (void)done;
  std::erase_if(rows, [](const MappedRow& row) {
    return !(row.pass.latency_s >= 0 && row.pass.latency_s <= 1e9) || row.pass.started_us < 0 ||
           row.pass.started_us > 8'000'000'000'000'000;
  });
  const std::size_t count = rows.size();
  MatchCounts counts;
  if (match_reprompts(std::move(rows), feedback, 3'600'000'000, counts).size() + counts.merged !=
      count)
    std::abort();
  return 0;
}
