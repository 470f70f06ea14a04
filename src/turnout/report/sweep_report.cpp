#include "turnout/report/sweep_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using landscape::GroupSums;
using landscape::Interval95;
using landscape::SweepSpec;
using landscape::SweepSums;
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

std::uint64_t games_of(const SweepSpec& spec, const SweepSums& sums) {
  return sums.pieces_done == landscape::pieces_of(spec) ? spec.games : 0;
}

std::string grouped_by(const landscape::Statistic& statistic) {
  if (statistic.measure) return statistic.measure->name();
  if (statistic.by == landscape::Grouping::kNone) return "group";
  return statistic.by == landscape::Grouping::kRegime ? "regime" : "policy";
}

/// Those of the groups that have games.
std::vector<std::string> names_in_order(const landscape::Statistic& statistic,
                                        const std::map<std::string, GroupSums>& groups) {
  std::vector<std::string> names = group_names(statistic);
  std::erase_if(names, [&](const std::string& name) { return !groups.contains(name); });
  return names;
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

}  // namespace

std::string sweep_text(const SweepSpec& spec, const SweepSums& sums) {
  std::string text = fmt::format(
      "{} games, {} sampling, seed {}\n", games_of(spec, sums),
      spec.sampling == landscape::Sampling::kSobol ? "Sobol" : "independent", spec.seed);
  if (sums.no_games > 0)
    text += fmt::format("{} draws are no game: a number is out of its range\n", sums.no_games);
  for (std::size_t s = 0; s < spec.statistics.size(); ++s) {
    const auto& statistic = spec.statistics[s];
    const auto& groups = sums.groups.at(s);
    text += fmt::format(
        "\n{}{}\n", statistic.name,
        statistic.where ? fmt::format(", where {} is above 0", name_of(*statistic.where)) : "");
    std::vector<std::string> header = {grouped_by(statistic), "share of games",
                                       "mean [95 % interval]"};
    for (const double q : statistic.quantiles) header.push_back(percent(q));
    Table table(header);
    for (const std::string& name : names_in_order(statistic, groups)) {
      const GroupSums& group = groups.at(name);
      std::vector<std::string> row = {
          name.empty() ? "all" : name, figure(share_of_group(groups, name, spec.sampling), true),
          figure(mean_of(group, spec.sampling, statistic.of), is_indicator(statistic.of))};
      for (const double q : statistic.quantiles) {
        const auto value = quantile_of(group, q);
        row.push_back(value ? number(*value) : "-");
      }
      table.add(row);
    }
    text += table.to_string(2);
    if (groups.empty()) text += "  no game\n";
    if (statistic.histogram.bins == 0) continue;
    for (const std::string& name : names_in_order(statistic, groups))
      text += fmt::format("  {}\n", name.empty() ? "all" : name) +
              histogram_text(statistic.histogram, groups.at(name).histogram);
  }
  return text;
}

ordered_json sweep_json(const SweepSpec& spec, const SweepSums& sums) {
  ordered_json statistics = ordered_json::array();
  for (std::size_t s = 0; s < spec.statistics.size(); ++s) {
    const auto& statistic = spec.statistics[s];
    ordered_json groups = ordered_json::array();
    for (const std::string& name : names_in_order(statistic, sums.groups.at(s))) {
      const GroupSums& group = sums.groups[s].at(name);
      ordered_json quantiles = ordered_json::array();
      for (const double q : statistic.quantiles) {
        const auto value = quantile_of(group, q);
        quantiles.push_back(
            {{"share", q}, {"value", value ? ordered_json(*value) : ordered_json(nullptr)}});
      }
      ordered_json one = {
          {"group", name.empty() ? "all" : name},
          {"games", group.total()},
          {"share", interval_json(share_of_group(sums.groups[s], name, spec.sampling))},
          {"mean", interval_json(mean_of(group, spec.sampling, statistic.of))}};
      if (!statistic.quantiles.empty()) one["quantiles"] = quantiles;
      if (statistic.histogram.bins > 0)
        one["histogram"] = {{"low", statistic.histogram.low},
                            {"high", statistic.histogram.high},
                            {"counts", group.histogram}};
      groups.push_back(std::move(one));
    }
    statistics.push_back({{"name", statistic.name},
                          {"of", name_of(statistic.of)},
                          {"by", grouped_by(statistic)},
                          {"groups", groups}});
  }
  return {{"games", games_of(spec, sums)},
          {"sampling", spec.sampling == landscape::Sampling::kSobol ? "sobol" : "independent"},
          {"seed", spec.seed},
          {"no_games", sums.no_games},
          {"statistics", statistics}};
}

std::string checkpoint_text(const SweepSums& sums, const std::string& fingerprint) {
  ordered_json statistics = ordered_json::array();
  for (const auto& groups : sums.groups) {
    ordered_json all = ordered_json::object();
    for (const auto& [name, group] : groups) {
      all[name] = {{"count", group.count},
                   {"sum", group.sum},
                   {"squares", group.squares},
                   {"bins", group.bins},
                   {"histogram", group.histogram}};
    }
    statistics.push_back(std::move(all));
  }
  const ordered_json all = {{"turnout_sweep", 2},
                            {"fingerprint", fingerprint},
                            {"pieces_done", sums.pieces_done},
                            {"no_games", sums.no_games},
                            {"statistics", statistics}};
  return all.dump() + "\n";
}

base::Result<SweepSums> read_checkpoint(const std::string& text, const std::string& fingerprint,
                                        const std::string& source) {
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("turnout_sweep") != 2) throw std::out_of_range("version");
    if (json.at("fingerprint") != fingerprint) {
      return base::Error{base::ErrorCode::kInvalidValue,
                         "is the checkpoint of another sweep, or its file was changed since; "
                         "delete it to start anew",
                         source};
    }
    SweepSums sums;
    json.at("pieces_done").get_to(sums.pieces_done);
    json.at("no_games").get_to(sums.no_games);
    for (const auto& groups : json.at("statistics")) {
      auto& to = sums.groups.emplace_back();
      for (const auto& [name, group] : groups.items()) {
        GroupSums& one = to[name];
        group.at("count").get_to(one.count);
        group.at("sum").get_to(one.sum);
        group.at("squares").get_to(one.squares);
        group.at("bins").get_to(one.bins);
        group.at("histogram").get_to(one.histogram);
      }
    }
    return sums;
  } catch (const std::exception&) {
    return base::Error{base::ErrorCode::kMalformedInput, "is no checkpoint of a sweep", source};
  }
}

}  // namespace turnout::report
