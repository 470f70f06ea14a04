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

Result<double> plain(const TomlSection& section, std::string_view key, const Uncertainty& known) {
  if (known.difficulty == nullptr) return section.number(key, known.parameter.quantity);
  const auto [low, high] = range_of(known);
  return section.number_between(key, low, high);
}

/// {mean, lo, hi}, or without a mean a range.
Result<Uncertainty> interval(const TomlSection& table, Uncertainty known) {
  constexpr std::array<std::string_view, 3> kKeys = {"mean", "lo", "hi"};
  TURNOUT_CHECK(table.allow_only(kKeys));
  TURNOUT_TRY(known.low, plain(table, "lo", known));
  TURNOUT_TRY(known.high, plain(table, "hi", known));
  if (!table.has("mean")) {
    known.kind = Uncertainty::Kind::kRange;
    known.mean = known.low + (known.high - known.low) / 2;
    if (known.low <= known.high) return known;
    return table.fail(ErrorCode::kInvalidValue, "hi",
                      fmt::format("{} must be at least lo = {}", known.high, known.low));
  }
  TURNOUT_TRY(known.mean, plain(table, "mean", known));
  if (known.low <= known.mean && known.mean <= known.high) return known;
  return table.fail(
      ErrorCode::kInvalidValue, "mean",
      fmt::format("{} must be between lo = {} and hi = {}", known.mean, known.low, known.high));
}

Result<Uncertainty> counts(const TomlSection& table, Uncertainty known) {
  constexpr std::array<std::string_view, 2> kKeys = {"successes", "trials"};
  constexpr double kMost = 1e15;
  TURNOUT_CHECK(table.allow_only(kKeys));
  if (known.difficulty != nullptr || known.parameter.quantity != Quantity::kSuccess) {
    return table.fail(ErrorCode::kUnsupported, "trials",
                      "counts go with success only, use {mean, lo, hi}");
  }
  known.kind = Uncertainty::Kind::kCounts;
  TURNOUT_TRY(known.trials, table.number_between("trials", 1, kMost));
  TURNOUT_TRY(known.successes, table.number_between("successes", 0, known.trials));
  known.mean = (known.successes + 1) / (known.trials + 2);
  return known;
}

}  // namespace

Result<double> Amounts::take(const TomlSection& section, std::string_view key, Uncertainty known) {
  const toml::node* node = section.node(key);
  if (node == nullptr || !node->is_table()) return plain(section, key, known);
  known.place = section.place(key);
  TURNOUT_TRY(auto table, section.table(key));
  TURNOUT_TRY(known, table.has("trials") ? counts(table, known) : interval(table, known));
  uncertain_.push_back(known);
  return known.mean;
}

Result<double> Amounts::read(const TomlSection& section, std::string_view key,
                             game::Parameter parameter) {
  Uncertainty known;
  known.parameter = parameter;
  return take(section, key, std::move(known));
}

Result<double> Amounts::read(const TomlSection& section, std::string_view key,
                             game::Parameter parameter, double otherwise) {
  if (!section.has(key)) return otherwise;
  return read(section, key, parameter);
}

Result<double> Amounts::read(const TomlSection& section, std::string_view key,
                             double game::Difficulty::*number, double otherwise) {
  if (!section.has(key)) return otherwise;
  Uncertainty known;
  known.difficulty = number;
  return take(section, key, std::move(known));
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

Result<std::vector<double>> read_patience(const TomlSection& section, std::string_view key) {
  constexpr std::size_t kMost = game::RoutingGame::kLongestPatience;
  const toml::node* node = section.node(key);
  std::vector<double> shares;
  if (node == nullptr || !node->is_array()) return shares;
  const toml::array& entries = *node->as_array();
  if (entries.empty() || entries.size() > kMost) {
    return section.fail(ErrorCode::kInvalidValue, key,
                        fmt::format("has {} entries, must have 1 to {}", entries.size(), kMost));
  }
  for (const toml::node& entry : entries) {
    if (!entry.is_number())
      return section.wrong_type(key, "a number, or a list of numbers by attempt");
    shares.push_back(number_of(entry));
    if (auto ok = game::check(Quantity::kPatience, shares.back()); !ok)
      return section.fail(ErrorCode::kInvalidValue, key, ok.error().message);
  }
  return shares;
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
