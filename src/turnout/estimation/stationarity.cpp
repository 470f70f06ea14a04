#include "turnout/estimation/stationarity.h"

#include <fmt/format.h>

#include <cmath>

#include "turnout/estimation/path_table.h"
#include "turnout/numeric/chi_square.h"

namespace turnout::estimation {
namespace {

constexpr double kSignificant = 0.05;

struct Slice {
  Fates first;
  Moments latency;
};

/// Periods in at most ten slices of about as many passes.
std::vector<Slice> slices_of(const std::map<std::int64_t, PeriodCounts>& periods) {
  constexpr std::int64_t kSlices = 10;
  std::int64_t total = 0;
  for (const auto& [period, counts] : periods) total += counts.latency.count;
  std::vector<Slice> slices;
  for (const auto& [period, counts] : periods) {
    if (slices.empty() || slices.back().latency.count * kSlices >= total) slices.emplace_back();
    slices.back().first += counts.first;
    slices.back().latency += counts.latency;
  }
  std::erase_if(slices, [](const Slice& slice) { return slice.first.passes() < kLeastPasses; });
  return slices;
}

}  // namespace

std::vector<AssumptionTest> test_stationarity(const LogStatistics& statistics) {
  std::vector<AssumptionTest> tests;
  for (const auto& [model, periods] : statistics.periods) {
    const auto slices = slices_of(periods);
    if (slices.size() < 2) continue;
    Fates all;
    Moments latency;
    double within = 0;
    for (const auto& slice : slices) {
      all += slice.first;
      latency += slice.latency;
      within += slice.latency.variance() * (as_real(slice.latency.count) - 1);
    }
    within /= as_real(latency.count) - static_cast<double>(slices.size());
    const double share = as_real(all.reprompted) / as_real(all.passes());
    AssumptionTest prompts{fmt::format("re-prompts after {} do not change over time", model), 0, 0,
                           1, false};
    AssumptionTest waits{fmt::format("the latency of {} does not change over time", model), 0, 0, 1,
                         false};
    prompts.degrees = waits.degrees = static_cast<double>(slices.size()) - 1;
    for (const auto& slice : slices) {
      const double n = as_real(slice.first.passes());
      const double off = as_real(slice.first.reprompted) - n * share;
      if (share > 0 && share < 1) prompts.chi_square += off * off / (n * share * (1 - share));
      const double late = slice.latency.mean() - latency.mean();
      if (within > 0) {
        waits.chi_square += as_real(slice.latency.count) * late * late / within;
      } else if (std::abs(late) > 1e-9 * latency.mean()) {
        waits.chi_square = 1e9;  // latencies do not vary, but for this
      }
    }
    for (auto* test : {&prompts, &waits}) {
      test->p_value = numeric::chi_square_above(test->chi_square, test->degrees);
      tests.push_back(*test);
    }
  }
  for (auto& test : tests) {
    test.rejected = test.p_value * static_cast<double>(tests.size()) < kSignificant;
  }
  return tests;
}

}  // namespace turnout::estimation
