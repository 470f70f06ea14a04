// Any bytes are a table of outcomes with rates in [0, 1], or an error in one line.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "turnout/outcomes/outcome_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rows =
      turnout::base::LineReader::over({reinterpret_cast<const char*>(data), size}, "fuzz.csv");
  const auto table = turnout::outcomes::read_outcomes(rows);
  if (!table) {
    if (table.error().to_string().empty()) std::abort();
    return 0;
  }
  if (table->tasks.empty() || table->rate.size() != table->tasks.size()) std::abort();
  for (const auto& row : table->rate) {
    if (row.size() != table->models.size()) std::abort();
    for (const double rate : row) {
      if (!(rate >= 0 && rate <= 1)) std::abort();
    }
  }
  return 0;
}
