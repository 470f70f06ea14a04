#include "turnout/analysis/sweep_checkpoint.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace turnout::analysis {

using landscape::GroupSums;
using landscape::SweepSums;
using nlohmann::ordered_json;

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

}  // namespace turnout::analysis
