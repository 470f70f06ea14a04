#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "turnout/mapping/mapped_row.h"
#include "turnout/mapping/recognise_log.h"
#include "turnout/mapping/row_matcher.h"

/// No map and no document may crash their readers, nor any bytes who looks what they are. A NUL parts the two; without a map before it, a
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
  for (const bool csv : {false, true}) (void)recognise_log(bytes, csv).has_value();
  std::erase_if(rows, [](const MappedRow& row) {
    return !(row.pass.latency_s >= 0 && row.pass.latency_s <= 1e9) || row.pass.started_us < 0 ||
           row.pass.started_us > 8'000'000'000'000'000;
  });
  const std::size_t count = rows.size();
  auto matcher = RowMatcher::create(3'600'000'000).value();
  for (auto& row : rows) (void)matcher.take(std::move(row)).has_value();
  for (const auto& said : feedback) matcher.take(said);
  MatchCounts counts;
  if (!matcher.match(counts)) std::abort();
  std::size_t passes = 0;
  for (Pass pass; *matcher.next(pass);) ++passes;
  const auto helpers = counts.rules.front();
  if (passes + counts.unanswered + counts.merged + counts.repeated_rows + helpers != count)
    std::abort();
  return 0;
}
