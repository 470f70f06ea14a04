#include "turnout/outcomes/retry_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "turnout/base/csv.h"
#include "turnout/base/number_text.h"
#include "turnout/outcomes/outcome_table.h"

namespace turnout::outcomes {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

/// One row with its header.
struct Row {
  const std::vector<std::string>& header;
  std::vector<std::string_view> fields;

  [[nodiscard]] std::size_t find(std::string_view column) const {
    return static_cast<std::size_t>(std::find(header.begin(), header.end(), column) -
                                    header.begin());
  }
  [[nodiscard]] bool has(std::string_view column) const { return find(column) < header.size(); }
  [[nodiscard]] std::string text(std::string_view column) const {
    return base::csv_text(fields[find(column)]);
  }
  [[nodiscard]] Result<double> number(const std::string& column, double low, double high) const {
    TURNOUT_TRY(auto value, base::parse_number(text(column)).within("column " + column));
    if (value >= low && value <= high) return value;
    return Error{ErrorCode::kInvalidValue, fmt::format("{} must be in [{}, {}]", value, low, high),
                 "column " + column};
  }
};

constexpr double kMostCases = 1e12;

Status add_retries(const Row& row, std::vector<RetryCounts>& all) {
  const bool catalogue = row.has("solved_first") && row.has("solved_within_two");
  TURNOUT_TRY(auto cases, row.number("cases", 1, kMostCases));
  TURNOUT_TRY(auto both, row.number(catalogue ? "solved_within_two" : "pass2", 0, cases));
  TURNOUT_TRY(auto first, row.number(catalogue ? "solved_first" : "pass1", 0, both));
  const std::string second = row.has("second_model") ? row.text("second_model") : "";
  all.push_back({row.text("model"), cases, first, both, second});
  return base::Done{};
}

Status add_powers(const Row& row, std::vector<PassPowers>& all) {
  constexpr double kPercent = 100;
  PassPowers powers{row.text("model"), {}};
  for (std::size_t k = 1;; ++k) {
    const std::string column = fmt::format("pass_{}", k);
    if (!row.has(column) || row.text(column).empty()) break;
    TURNOUT_TRY(
        auto power,
        row.number(column, 0, powers.all_succeed.empty() ? kPercent : powers.all_succeed.back()));
    powers.all_succeed.push_back(power);
  }
  if (powers.all_succeed.size() >= 2)
    all.push_back(std::move(powers));  // one power says nothing of retries
  return base::Done{};
}

/// Trials as they come, before they become a table.
struct Trial {
  std::string task, model;
  double success = 0;
};

Status add_trial(const Row& row, std::vector<Trial>& all) {
  TURNOUT_TRY(auto success, row.number(row.has("reward") ? "reward" : "success", 0, 1));
  if (success != 0 && success != 1)
    return Error{ErrorCode::kInvalidValue, fmt::format("{} must be 0 or 1", success),
                 "column reward"};
  all.push_back({row.text(row.has("task_id") ? "task_id" : "task"), row.text("model"), success});
  return base::Done{};
}

TrialCounts counts_of(const std::vector<Trial>& trials) {
  TrialCounts counts;
  std::map<std::string, std::size_t> tasks;
  std::map<std::string, std::size_t> models;
  for (const Trial& t : trials) {
    if (models.emplace(t.model, models.size()).second) counts.models.push_back(t.model);
    tasks.emplace(t.task, tasks.size());
  }
  counts.trials.assign(tasks.size(), std::vector<double>(models.size(), 0));
  counts.successes = counts.trials;
  for (const Trial& t : trials) {
    counts.trials[tasks[t.task]][models[t.model]] += 1;
    counts.successes[tasks[t.task]][models[t.model]] += t.success;
  }
  return counts;
}

/// A model whose second tries are counted must have first ones, or nothing tells how good it is.
Status check_second_models(const std::vector<RetryCounts>& rows) {
  for (const RetryCounts& row : rows) {
    const bool known =
        !row.by_another() || std::any_of(rows.begin(), rows.end(), [&](const RetryCounts& other) {
          return other.model == row.second_model;
        });
    if (known) continue;
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("{} makes second tries and has no first ones, must be the model of "
                             "some row too",
                             base::in_quotes(row.second_model)),
                 "column second_model"};
  }
  return base::Done{};
}

/// The rows of one group, in whichever form the header has.
struct Gathered {
  std::vector<RetryCounts> retries;
  std::vector<PassPowers> powers;
  std::vector<Trial> trials;
};

enum class Form { kRetries, kPowers, kTrials };

std::optional<Form> form_of(const Row& header) {
  const auto all = [&](std::initializer_list<const char*> names) {
    return std::all_of(names.begin(), names.end(),
                       [&](const char* name) { return header.has(name); });
  };
  if (all({"model", "cases", "pass1", "pass2"}) ||
      all({"model", "cases", "solved_first", "solved_within_two"})) {
    return Form::kRetries;
  }
  if (all({"model", "pass_1", "pass_2"})) return Form::kPowers;
  const bool named =
      header.has("model") && header.has("trial") && (header.has("task_id") || header.has("task"));
  if (named && (header.has("reward") || header.has("success"))) return Form::kTrials;
  return std::nullopt;
}

/// pass^k may be given in percent: they are if any exceeds 1.
void to_shares(std::vector<PassPowers>& rows) {
  constexpr double kPercent = 100;
  const bool percent = std::any_of(rows.begin(), rows.end(),
                                   [](const PassPowers& r) { return r.all_succeed.front() > 1; });
  if (!percent) return;
  for (PassPowers& row : rows) {
    for (double& p : row.all_succeed) p /= kPercent;
  }
}

Result<RetryTable> table_of(Gathered gathered, Form form) {
  const auto nothing = [](const char* what) { return Error{ErrorCode::kInvalidValue, what, ""}; };
  if (form == Form::kRetries) {
    const bool failed = std::any_of(gathered.retries.begin(), gathered.retries.end(),
                                    [](const RetryCounts& r) { return r.solved_first < r.cases; });
    if (!failed) return nothing("has no failed first try, so that there are no second ones");
    TURNOUT_CHECK(check_second_models(gathered.retries));
    return RetryTable(std::move(gathered.retries));
  }
  if (form == Form::kPowers) {
    if (gathered.powers.empty()) return nothing("has no row with pass_1 and pass_2");
    to_shares(gathered.powers);
    return RetryTable(std::move(gathered.powers));
  }
  if (gathered.trials.empty()) return nothing("has no trial");
  return RetryTable(counts_of(gathered.trials));
}

/// A table of outcomes as counts; rates without counts must be single trials.
Result<RetryTable> from_outcomes(const OutcomeTable& table, const std::string& name) {
  TrialCounts counts{table.models, table.trials, table.rate};
  for (std::size_t task = 0; task < table.tasks.size(); ++task) {
    for (std::size_t k = 0; k < table.models.size(); ++k) {
      const double rate = table.rate[task][k];
      double& trials = counts.trials[task][k];
      if (trials == 0 && rate != 0 && rate != 1) {
        return Error{ErrorCode::kUnsupported,
                     fmt::format("task {} has the rate {} of an unknown number of trials; give "
                                 "task,model,trials,successes",
                                 base::in_quotes(table.tasks[task]), rate),
                     name};
      }
      if (trials == 0) trials = 1;
      counts.successes[task][k] = rate * trials;
    }
  }
  return RetryTable(std::move(counts));
}

}  // namespace

Result<std::map<std::string, RetryTable>> read_retries(base::LineReader& rows,
                                                       const std::string& group) {
  auto first = rows.next();
  if (!first) return first.error();
  if (!first->has_value())
    return Error{ErrorCode::kMalformedInput, "is empty, must be a table of retries", rows.name()};
  std::vector<std::string> header;
  Row row{header, {}};
  TURNOUT_CHECK(base::split_csv(**first, row.fields).within(rows.place()));
  for (const auto field : row.fields) header.push_back(base::csv_text(field));
  const auto form = form_of(row);
  if (!form) {
    return Error{
        ErrorCode::kMalformedInput,
        "the header must have model,cases,solved_first,solved_within_two (or pass1,pass2) or "
        "model,pass_1,pass_2 or model,task,trial,success; "
        "for a table of outcomes see --outcomes",
        rows.place()};
  }
  if (!group.empty() && !row.has(group)) {
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("the header has no column {} to group by", base::in_quotes(group)),
                 rows.place()};
  }
  std::map<std::string, Gathered> groups;
  for (;;) {
    auto line = rows.next();
    if (!line) return line.error();
    if (!line->has_value()) break;
    TURNOUT_CHECK(base::split_csv(**line, row.fields).within(rows.place()));
    if (row.fields.size() != header.size()) {
      return Error{
          ErrorCode::kMalformedInput,
          fmt::format("has {} fields, the header has {}", row.fields.size(), header.size()),
          rows.place()};
    }
    Gathered& g = groups[group.empty() ? "" : row.text(group)];
    const Status added = *form == Form::kRetries  ? add_retries(row, g.retries)
                         : *form == Form::kPowers ? add_powers(row, g.powers)
                                                  : add_trial(row, g.trials);
    if (!added) return added.error().within(rows.place());
  }
  std::map<std::string, RetryTable> tables;
  if (groups.empty()) groups.emplace();
  for (auto& [name, gathered] : groups) {
    auto table = table_of(std::move(gathered), *form);
    if (!table)
      return table.error().within(
          name.empty() ? rows.name()
                       : fmt::format("{}: group {}", rows.name(), base::in_quotes(name)));
    tables.emplace(name, *std::move(table));
  }
  return tables;
}

Result<RetryTable> outcomes_as_retries(base::LineReader& rows, const std::string& score) {
  const std::string name = rows.name();
  TURNOUT_TRY(auto table, read_outcomes(rows, {{}, score}));
  return from_outcomes(table, name);
}

}  // namespace turnout::outcomes
