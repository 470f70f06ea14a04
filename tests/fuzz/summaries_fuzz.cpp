// Any bytes are the summary of a day, which can be merged, written and read again, or an error in one line.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "turnout/estimation/log_summary.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using turnout::estimation::LogSummary;
  const auto summary = LogSummary::read({reinterpret_cast<const char*>(data), size});
  if (!summary) {
    if (summary.error().to_string().empty()) std::abort();
    return 0;
  }
  const auto again = LogSummary::read(summary->bytes());
  if (!again || again->bytes() != summary->bytes()) std::abort();
  LogSummary sum;
  sum.take(*summary, true, 7);
  sum.take(*again, false);
  if (const auto statistics = sum.statistics(0); statistics && !(*statistics == *statistics))
    std::abort();
  return 0;
}
