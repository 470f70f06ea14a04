// Any bytes are a table of retries that can be fitted, or an error in one line.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "turnout/estimation/difficulty_fit.h"
#include "turnout/outcomes/retry_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rows =
      turnout::base::LineReader::over({reinterpret_cast<const char*>(data), size}, "fuzz.csv");
  const auto tables = turnout::outcomes::read_retries(rows);
  if (!tables) {
    if (tables.error().to_string().empty()) std::abort();
    return 0;
  }
  constexpr std::size_t kMostRows = 2;  // a fit takes long
  const auto* retries = std::get_if<0>(&tables->at(""));
  if (retries == nullptr || retries->size() > kMostRows) return 0;
  const auto fit = turnout::estimation::fit_retries(*retries);
  if (!std::isfinite(fit.sigma.value) || !std::isfinite(fit.feedback.value) ||
      !std::isfinite(fit.chi_square))
    std::abort();
  return 0;
}
