#include "turnout/scenario/scenario_numbers.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "turnout/numeric/normal.h"

namespace turnout::scenario {
namespace {

using base::ErrorCode;
using base::Result;
using game::Quantity;

constexpr std::size_t kQuantiles = 200;

Result<Uncertainty> interval(const TomlSection& table, game::Parameter parameter) {
  constexpr std::array<std::string_view, 3> kKeys = {"mean", "lo", "hi"};
  TURNOUT_CHECK(table.allow_only(kKeys));
  Uncertainty u{parameter, Uncertainty::Kind::kInterval, 0, 0, 0, 0, 0};
  for (auto [key, to] : {std::pair{"mean", &u.mean}, {"lo", &u.low}, {"hi", &u.high}}) {
    TURNOUT_TRY(*to, table.number(key, parameter.quantity));
  }
  if (u.low <= u.mean && u.mean <= u.high) return u;
  return table.fail(ErrorCode::kInvalidValue, "mean",
                    fmt::format("{} must be between lo = {} and hi = {}", u.mean, u.low, u.high));
}

Result<Uncertainty> counts(const TomlSection& table, game::Parameter parameter) {
  constexpr std::array<std::string_view, 2> kKeys = {"successes", "trials"};
  constexpr double kMost = 1e15;
  TURNOUT_CHECK(table.allow_only(kKeys));
  if (parameter.quantity != Quantity::kSuccess) {
    return table.fail(ErrorCode::kUnsupported, "trials",
                      "counts go with success only, use {mean, lo, hi}");
  }
  TURNOUT_TRY(auto trials, table.number_between("trials", 1, kMost));
  TURNOUT_TRY(auto successes, table.number_between("successes", 0, trials));
  return Uncertainty{
      parameter, Uncertainty::Kind::kCounts, (successes + 1) / (trials + 2), 0, 0, successes,
      trials};
}

}  // namespace

Result<double> Amounts::read(const TomlSection& section, std::string_view key,
                             game::Parameter parameter) {
  const toml::node* node = section.node(key);
  if (node == nullptr || !node->is_table()) return section.number(key, parameter.quantity);
  TURNOUT_TRY(auto table, section.table(key));
  TURNOUT_TRY(auto known,
              table.has("trials") ? counts(table, parameter) : interval(table, parameter));
  uncertain_.push_back(known);
  return known.mean;
}

Result<std::optional<Lognormal>> read_lognormal(const TomlSection& section, std::string_view key,
                                                Quantity quantity) {
  const toml::node* node = section.node(key);
  if (node == nullptr || !node->is_table() || !node->as_table()->contains("median"))
    return std::optional<Lognormal>();
  constexpr std::array<std::string_view, 2> kKeys = {"median", "sigma"};
  constexpr double kWidest = 10;
  TURNOUT_TRY(auto table, section.table(key));
  TURNOUT_CHECK(table.allow_only(kKeys));
  TURNOUT_TRY(auto median, table.number("median", quantity));
  TURNOUT_TRY(auto sigma, table.number_between("sigma", 0, kWidest));
  return std::optional(Lognormal{median, sigma});
}

std::vector<Segment> spread(const Lognormal& value, const Lognormal& time) {
  constexpr std::size_t kStride = 123;  // golden section of 200, with no common divisor
  const auto quantile = [](std::size_t k) {
    return numeric::normal_quantile((static_cast<double>(k) + 0.5) /
                                    static_cast<double>(kQuantiles));
  };
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < kQuantiles; ++i) {
    segments.push_back({1 / static_cast<double>(kQuantiles),
                        {value.median * std::exp(value.sigma * quantile(i)),
                         time.median * std::exp(time.sigma * quantile(i * kStride % kQuantiles))}});
  }
  return segments;
}

}  // namespace turnout::scenario
