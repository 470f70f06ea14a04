#include "turnout/analysis/sweep_answer.h"

#include <fmt/format.h>

#include <filesystem>

#include "turnout/base/line_reader.h"
#include "turnout/scenario/sweep_spec.h"

namespace turnout::analysis {
namespace {

using landscape::GroupSums;
using landscape::Statistic;
using landscape::SweepSpec;

/// FNV-1a (Fowler, Noll and Vo) of the text and of what it only names.
std::string fingerprint_of(const std::string& text, const SweepSpec& spec) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto add = [&](const void* data, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
  };
  add(text.data(), text.size());
  add(&spec.games, sizeof spec.games);
  const std::size_t drawn = spec.is_papers() ? landscape::kPaperNumbers : landscape::kNumbers;
  for (std::size_t k = 0; k < drawn; ++k) {  // of tables and scenarios
    const auto& draw = spec.draw.at(k);
    add(&draw.first, sizeof draw.first);
    add(draw.column.data(), draw.column.size() * sizeof(double));
  }
  if (spec.one_patience) add(&spec.one_patience, sizeof spec.one_patience);
  if (spec.naive) add(&spec.naive, sizeof spec.naive);
  return fmt::format("{:016x}", hash);
}

std::string grouped_by(const Statistic& statistic) {
  if (statistic.measure) return statistic.measure->name();
  if (statistic.by == landscape::Grouping::kNone) return "group";
  return statistic.by == landscape::Grouping::kRegime ? "regime" : "policy";
}

SweepStatistic statistic_of(const Statistic& asked, const std::map<std::string, GroupSums>& groups,
                            landscape::Sampling sampling) {
  SweepStatistic statistic{asked, grouped_by(asked), {}};
  for (const std::string& name : group_names(asked)) {
    const auto found = groups.find(name);
    if (found == groups.end()) continue;
    const GroupSums& sums = found->second;
    SweepGroup group{
        name.empty() ? "all" : name,       sums.total(), share_of_group(groups, name, sampling),
        mean_of(sums, sampling, asked.of), {},           sums.histogram};
    for (const double share : asked.quantiles) group.quantiles.push_back(quantile_of(sums, share));
    statistic.groups.push_back(std::move(group));
  }
  return statistic;
}

}  // namespace

base::Result<SweepPlan> plan_sweep(const std::string& path, std::uint64_t games) {
  constexpr std::size_t kLargest = std::size_t{1} << 20U;
  TURNOUT_TRY(const auto text, base::read_file(path, kLargest));
  TURNOUT_TRY(
      scenario::SweepFile file,
      scenario::parse_sweep(text, path, std::filesystem::path(path).parent_path().string()));
  SweepPlan plan{std::move(file.spec), {}, {}};
  for (const std::string& table : file.left_out) {
    plan.notes.push_back(
        fmt::format("{} is left out: the paper's game has none; see turnout plan", table));
  }
  if (games > 0) plan.spec.games = games;
  plan.fingerprint = fingerprint_of(text, plan.spec);
  return plan;
}

SweepAnswer sweep_answer(const SweepPlan& plan, const landscape::SweepSums& sums) {
  const SweepSpec& spec = plan.spec;
  const bool whole = sums.pieces_done == landscape::pieces_of(spec);
  SweepAnswer answer{
      whole ? spec.games : 0, spec.sampling, spec.seed, sums.no_games, {}, plan.notes};
  for (std::size_t s = 0; s < spec.statistics.size(); ++s)
    answer.statistics.push_back(statistic_of(spec.statistics[s], sums.groups.at(s), spec.sampling));
  return answer;
}

}  // namespace turnout::analysis
