#include "turnout/report/sweep_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::SweepAnswer;
using analysis::SweepGroup;
using analysis::SweepStatistic;
using landscape::Interval95;
using nlohmann::ordered_json;

std::string figure(const std::optional<Interval95>& x, bool share) {
  if (!x) return "-";
  if (share)
    return fmt::format("{:.3f} % [{:.3f}, {:.3f}]", 100 * x->value, 100 * x->low, 100 * x->high);
  return fmt::format("{} [{}, {}]", number(x->value), number(x->low), number(x->high));
}

ordered_json interval_json(const std::optional<Interval95>& x) {
  if (!x) return nullptr;
  return {{"value", x->value}, {"lo", x->low}, {"hi", x->high}};
}

const char* sampling_name(const SweepAnswer& answer, const char* independent, const char* sobol) {
  return answer.sampling == landscape::Sampling::kSobol ? sobol : independent;
}

/// A bar for each bin, the longest 40 characters.
std::string histogram_text(const landscape::Statistic::Histogram& shape,
                           const std::vector<std::uint64_t>& counts) {
  constexpr std::size_t kLongest = 40;
  std::uint64_t most = 1;
  for (const auto count : counts) most = std::max(most, count);
  std::string text;
  for (std::size_t b = 0; b < counts.size(); ++b) {
    const double width = (shape.high - shape.low) / static_cast<double>(shape.bins);
    const std::string from =
        b == 0 ? "below" : number(shape.low + (static_cast<double>(b) - 1) * width);
    text += fmt::format("    {:>12}  {:<40}  {}\n",
                        b == counts.size() - 1 ? "from " + number(shape.high) : from,
                        std::string(counts[b] * kLongest / most, '#'), counts[b]);
  }
  return text;
}

std::string groups_text(const SweepStatistic& statistic) {
  std::vector<std::string> header = {statistic.by, "share of games", "mean [95 % interval]"};
  for (const double q : statistic.asked.quantiles) header.push_back(percent(q));
  Table table(header);
  for (const SweepGroup& group : statistic.groups) {
    std::vector<std::string> row = {group.name, figure(group.share, true),
                                    figure(group.mean, is_indicator(statistic.asked.of))};
    for (const auto& quantile : group.quantiles) row.push_back(quantile ? number(*quantile) : "-");
    table.add(row);
  }
  std::string text = table.to_string(2);
  if (statistic.groups.empty()) text += "  no game\n";
  if (statistic.asked.histogram.bins == 0) return text;
  for (const SweepGroup& group : statistic.groups) {
    text += fmt::format("  {}\n", group.name) +
            histogram_text(statistic.asked.histogram, group.histogram);
  }
  return text;
}

ordered_json group_json(const SweepStatistic& statistic, const SweepGroup& group) {
  ordered_json json = {{"group", group.name},
                       {"games", group.games},
                       {"share", interval_json(group.share)},
                       {"mean", interval_json(group.mean)}};
  const auto& asked = statistic.asked;
  if (!asked.quantiles.empty()) {
    json["quantiles"] = ordered_json::array();
    for (std::size_t k = 0; k < asked.quantiles.size(); ++k) {
      const auto& value = group.quantiles[k];
      json["quantiles"].push_back(
          {{"share", asked.quantiles[k]},
           {"value", value ? ordered_json(*value) : ordered_json(nullptr)}});
    }
  }
  if (asked.histogram.bins > 0) {
    json["histogram"] = {
        {"low", asked.histogram.low}, {"high", asked.histogram.high}, {"counts", group.histogram}};
  }
  return json;
}

}  // namespace

std::string sweep_text(const SweepAnswer& answer) {
  std::string text = fmt::format("{} games, {} sampling, seed {}\n", answer.games,
                                 sampling_name(answer, "independent", "Sobol"), answer.seed);
  if (answer.no_games > 0)
    text += fmt::format("{} draws are no game: a number is out of its range\n", answer.no_games);
  for (const SweepStatistic& statistic : answer.statistics) {
    const auto& where = statistic.asked.where;
    text += fmt::format("\n{}{}\n", statistic.asked.name,
                        where ? fmt::format(", where {} is above 0", name_of(*where)) : "") +
            groups_text(statistic);
  }
  return text;
}

ordered_json sweep_json(const SweepAnswer& answer) {
  ordered_json statistics = ordered_json::array();
  for (const SweepStatistic& statistic : answer.statistics) {
    ordered_json groups = ordered_json::array();
    for (const SweepGroup& group : statistic.groups) groups.push_back(group_json(statistic, group));
    statistics.push_back({{"name", statistic.asked.name},
                          {"of", name_of(statistic.asked.of)},
                          {"by", statistic.by},
                          {"groups", groups}});
  }
  return {{"schema", "turnout/sweep/1"},
          {"games", answer.games},
          {"sampling", sampling_name(answer, "independent", "sobol")},
          {"seed", answer.seed},
          {"no_games", answer.no_games},
          {"statistics", statistics},
          {"notes", answer.notes}};
}

}  // namespace turnout::report
