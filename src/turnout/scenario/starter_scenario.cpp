#include "turnout/scenario/starter_scenario.h"

#include <fmt/format.h>

#include <algorithm>

#include "turnout/base/nearest_name.h"
#include "turnout/base/number_text.h"
#include "turnout/scenario/scenario.h"

namespace turnout::scenario {
namespace {

using base::Error;
using base::ErrorCode;

constexpr const char* kHead =
    "# A service with {0} models, for turnout solve, plan, audit, map and other verbs.\n"
    "# Units: US dollars and seconds. A number may also be what is known of it:\n"
    "# cost = {{ mean = 0.02, lo = 0.015, hi = 0.03 }} or success = {{ successes = 41, trials = 90 "
    "}}\n"
    "\n"
    "[user]\n"
    "value = 1.0            # V: what a solved task is worth to a user (assumed: a dollar)\n"
    "value_of_time = 0.005  # w: what a second of waiting costs him (assumed: 18 dollars an hour)\n"
    "\n"
    "[provider]\n"
    "churn_penalty = 0.1    # P: what an unsolved task costs the provider (assumed: ten cents)\n"
    "\n"
    "# What one attempt of each model comes to: measured, {1}.\n";

constexpr const char* kTail =
    "\n"
    "# [difficulty]         # some tasks are harder than others: failures tell of it (turnout "
    "plan)\n"
    "# sigma = 1.0          # spread of the difficulty, in logits\n"
    "#\n"
    "# [switching]          # what a change of model between attempts costs (turnout plan)\n"
    "# cost = 0.001\n"
    "# latency = 0.5\n";

/// A basic string of TOML.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// A key, its number, and from the same column on what it is.
std::string line(const char* key, double value, const char* meaning) {
  return fmt::format("{:<22} # {}\n", fmt::format("{} = {}", key, value), meaning);
}

base::Result<CatalogModel> find(std::span<const CatalogModel> models, const std::string& name) {
  std::vector<std::string> names;
  for (const CatalogModel& model : models) {
    if (model.name == name) return model;
    names.push_back(model.name);
  }
  return Error{
      ErrorCode::kInvalidValue,
      base::in_quotes(name) + " is no model of the catalogue" + base::did_you_mean(name, names),
      "--from-catalog"};
}

}  // namespace

base::Result<std::string> starter_scenario(std::span<const CatalogModel> models,
                                           const std::vector<std::string>& names,
                                           const std::string& catalog) {
  std::string text = fmt::format(kHead, names.size(), catalog);
  for (const std::string& name : names) {
    TURNOUT_TRY(const CatalogModel found, find(models, name));
    const game::Model& model = found.model;
    text += fmt::format("[[model]]\nname = {}\n", quoted(name)) +
            line("success", model.success, "p: probability that one attempt solves the task") +
            line("latency", model.latency, "t: seconds that the user waits for one attempt") +
            line("cost", model.cost, "c: dollars that one attempt costs the provider") + '\n';
  }
  text.pop_back();
  text += kTail;
  TURNOUT_CHECK(parse_scenario(text, "--from-catalog"));
  return text;
}

}  // namespace turnout::scenario
