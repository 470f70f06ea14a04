#include "turnout/outcomes/outcome_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "turnout/base/csv.h"
#include "turnout/base/number_text.h"

namespace turnout::outcomes {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::size_t kMostModels = 1000;

Result<double> number(std::string_view field, const std::string& column, double high, bool whole) {
  TURNOUT_TRY(
      auto value,
      base::parse_number(base::csv_text(field)).within("column " + base::printable(column)));
  const bool fits = value >= 0 && value <= high && (!whole || value == std::floor(value));
  if (fits) return value;
  const std::string range =
      high < std::numeric_limits<double>::infinity() ? fmt::format("in [0, {}]", high) : ">= 0";
  return Error{ErrorCode::kInvalidValue,
               fmt::format("{} must be {}{}", value, whole ? "a whole number " : "", range),
               "column " + base::printable(column)};
}

/// Collects outcomes by task and model, in the order in which they are first met.
class Collector {
 public:
  /// @param wanted  the models to keep; empty: all
  Collector(std::vector<std::string> models, const std::vector<std::string>& wanted)
      : wanted_(wanted) {
    table_.models = std::move(models);
  }

  [[nodiscard]] bool wants(const std::string& model) const {
    return wanted_.empty() || std::find(wanted_.begin(), wanted_.end(), model) != wanted_.end();
  }

  /// @returns the task's number, and whether it is new
  std::pair<std::size_t, bool> task(const std::string& name) {
    const auto [at, is_new] = task_at_.emplace(name, table_.tasks.size());
    if (is_new) {
      table_.tasks.push_back(name);
      table_.rate.emplace_back(table_.models.size(), 0);
      table_.trials.emplace_back(table_.models.size(), 0);
    }
    return {at->second, is_new};
  }
  std::size_t model(const std::string& name) {
    const std::size_t at = table_.column(name);
    if (at < table_.models.size()) return at;
    table_.models.push_back(name);
    for (auto* cells : {&table_.rate, &table_.trials}) {
      for (auto& row : *cells) row.push_back(0);
    }
    return at;
  }
  OutcomeTable& table() { return table_; }

 private:
  const std::vector<std::string>& wanted_;
  OutcomeTable table_;
  std::map<std::string, std::size_t> task_at_;
};

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// Where the columns of a form stand.
struct Row {
  const std::vector<std::string>& header;
  std::size_t task = 0;
  std::size_t model = kNone;          ///< in the forms with one row per model
  std::size_t trials = kNone;         ///< counts
  std::size_t successes = kNone;      ///< counts, or 0 or 1 of one trial
  std::vector<std::size_t> outcomes;  ///< column of each model, in the forms that have one
  std::size_t score = kNone;
  std::vector<std::string_view> fields;

  [[nodiscard]] std::string text(std::size_t column) const {
    return base::csv_text(fields[column]);
  }
};

/// @returns the task's number; reads its score when it is met first
Result<std::size_t> task_of(Collector& all, const Row& row) {
  const auto [task, is_new] = all.task(row.text(row.task));
  if (!is_new || row.score == kNone) return task;
  TURNOUT_TRY(auto score, base::parse_number(row.text(row.score))
                              .within("column " + base::printable(row.header[row.score])));
  all.table().score.push_back(score);
  return task;
}

Status add_rates(Collector& all, const Row& row) {
  const std::size_t before = all.table().tasks.size();
  TURNOUT_TRY(auto task, task_of(all, row));
  if (task < before)
    return Error{ErrorCode::kInvalidValue, "the task has a row already", "column task"};
  for (std::size_t k = 0; k < row.outcomes.size(); ++k) {
    TURNOUT_TRY(auto rate,
                number(row.fields[row.outcomes[k]], row.header[row.outcomes[k]], 1, false));
    all.table().rate[task][k] = rate;
  }
  return base::Done{};
}

Status add_trial(Collector& all, const Row& row) {
  TURNOUT_TRY(auto task, task_of(all, row));
  for (std::size_t k = 0; k < row.outcomes.size(); ++k) {
    TURNOUT_TRY(auto success,
                number(row.fields[row.outcomes[k]], row.header[row.outcomes[k]], 1, true));
    all.table().rate[task][k] += success;  // successes for now
    all.table().trials[task][k] += 1;
  }
  return base::Done{};
}

/// @returns the cell of a row that names its model, or nothing if the model is not wanted
Result<std::optional<std::pair<std::size_t, std::size_t>>> cell_of(Collector& all, const Row& row) {
  using Cell = std::optional<std::pair<std::size_t, std::size_t>>;
  const std::string name = row.text(row.model);
  if (name.empty())
    return Error{ErrorCode::kMalformedInput, "is empty, must name a model", "column model"};
  if (!all.wants(name)) return Cell();
  const std::size_t model = all.model(name);
  if (all.table().models.size() > kMostModels) {
    return Error{ErrorCode::kInvalidValue, fmt::format("more than {} models", kMostModels),
                 "column model"};
  }
  TURNOUT_TRY(auto task, task_of(all, row));
  return Cell(std::pair(task, model));
}

Status add_trial_of_model(Collector& all, const Row& row) {
  TURNOUT_TRY(auto success, number(row.fields[row.successes], row.header[row.successes], 1, true));
  TURNOUT_TRY(auto cell, cell_of(all, row));
  if (!cell) return base::Done{};
  const auto [task, model] = *cell;
  all.table().rate[task][model] += success;
  all.table().trials[task][model] += 1;
  return base::Done{};
}

Status add_counts(Collector& all, const Row& row) {
  constexpr double kMost = 1e15;
  TURNOUT_TRY(auto trials, number(row.fields[row.trials], "trials", kMost, true));
  if (trials == 0) return Error{ErrorCode::kInvalidValue, "0 must be at least 1", "column trials"};
  TURNOUT_TRY(auto successes, number(row.fields[row.successes], "successes", trials, true));
  TURNOUT_TRY(auto cell, cell_of(all, row));
  if (!cell) return base::Done{};
  const auto [task, model] = *cell;
  if (all.table().trials[task][model] > 0) {
    return Error{ErrorCode::kInvalidValue, "the task has a row for this model already",
                 "column task"};
  }
  all.table().rate[task][model] = successes;
  all.table().trials[task][model] = trials;
  return base::Done{};
}

/// The form of a file, by its header.
struct Form {
  Status (*add)(Collector&, const Row&) = nullptr;
  bool counts = false;  ///< rate holds successes until the end
  bool model_columns = false;
};

/// Finds the form, and puts the places of its columns into the row.
Result<Form> form_of(Row& row) {
  const std::vector<std::string>& header = row.header;
  const auto find = [&](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      const auto at = std::find(header.begin(), header.end(), name);
      if (at != header.end()) return static_cast<std::size_t>(at - header.begin());
    }
    return kNone;
  };
  row.task = find({"task", "task_id"});
  row.model = find({"model"});
  row.trials = find({"trials"});
  if (row.task != kNone && row.model != kNone) {
    row.successes = row.trials != kNone ? find({"successes"}) : find({"success", "reward"});
    if (row.successes != kNone && row.trials != kNone) return Form{add_counts, true, false};
    if (row.successes != kNone && find({"trial"}) != kNone)
      return Form{add_trial_of_model, true, false};
  }
  if (header.size() >= 2 && row.task == 0 && header[0] == "task" && row.model == kNone) {
    const bool trial = header.size() > 2 && header[1] == "trial";
    return trial ? Form{add_trial, true, true} : Form{add_rates, false, true};
  }
  return Error{ErrorCode::kMalformedInput,
               "the header must be task,<model>,... or task,trial,<model>,... or have "
               "task,model,trials,successes or "
               "task,model,trial,success",
               ""};
}

Status check_names(const std::vector<std::string>& header) {
  if (header.size() > kMostModels) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("has {} columns, must have at most {}", header.size(), kMostModels),
                 ""};
  }
  for (const std::string& name : header) {
    if (name.empty() || std::count(header.begin(), header.end(), name) > 1) {
      return Error{ErrorCode::kMalformedInput,
                   fmt::format("the header has column {} {}", base::in_quotes(name),
                               name.empty() ? "without a name" : "twice"),
                   ""};
    }
  }
  return base::Done{};
}

Status finish(OutcomeTable& table, bool counts) {
  if (table.tasks.empty())
    return Error{ErrorCode::kInvalidValue, "has no task, must have at least one", ""};
  for (std::size_t task = 0; counts && task < table.tasks.size(); ++task) {
    for (std::size_t k = 0; k < table.models.size(); ++k) {
      if (table.trials[task][k] == 0) {
        return Error{
            ErrorCode::kInvalidValue,
            fmt::format("task {} has no outcome of model {}", base::in_quotes(table.tasks[task]),
                        base::in_quotes(table.models[k])),
            ""};
      }
      table.rate[task][k] /= table.trials[task][k];
    }
  }
  return base::Done{};
}

Status read_rows(base::LineReader& rows, Row row, const Form& form, Collector& all) {
  const std::vector<std::string>& header = row.header;
  for (;;) {
    auto line = rows.next();
    if (!line) return line.error();
    if (!line->has_value()) return base::Done{};
    TURNOUT_CHECK(base::split_csv(**line, row.fields).within(rows.place()));
    if (row.fields.size() != header.size()) {
      return Error{
          ErrorCode::kMalformedInput,
          fmt::format("has {} fields, the header has {}", row.fields.size(), header.size()),
          rows.place()};
    }
    TURNOUT_CHECK(form.add(all, row).within(rows.place()));
  }
}

}  // namespace

std::size_t OutcomeTable::column(const std::string& model) const {
  return static_cast<std::size_t>(std::find(models.begin(), models.end(), model) - models.begin());
}

Result<OutcomeTable> OutcomeTable::of_models(const std::vector<std::string>& names) const {
  std::vector<std::size_t> columns;
  for (const std::string& name : names) {
    columns.push_back(column(name));
    if (columns.back() < models.size()) continue;
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("has no outcomes of model {}", base::in_quotes(name)), ""};
  }
  OutcomeTable chosen{names, tasks, {}, {}, score};
  for (std::size_t task = 0; task < tasks.size(); ++task) {
    auto& rates = chosen.rate.emplace_back();
    auto& counts = chosen.trials.emplace_back();
    for (const std::size_t k : columns) {
      rates.push_back(rate[task][k]);
      counts.push_back(trials[task][k]);
    }
  }
  return chosen;
}

Result<OutcomeTable> read_outcomes(base::LineReader& rows, const OutcomeColumns& columns) {
  auto first = rows.next();
  if (!first) return first.error();
  if (!first->has_value())
    return Error{ErrorCode::kMalformedInput, "is empty, must be a table of outcomes", rows.name()};
  std::vector<std::string_view> fields;
  TURNOUT_CHECK(base::split_csv(**first, fields).within(rows.place()));
  std::vector<std::string> header;
  for (const auto field : fields) header.push_back(base::csv_text(field));
  Row row{header, 0, kNone, kNone, kNone, {}, kNone, {}};
  TURNOUT_TRY(auto form, form_of(row).within(rows.place()));
  TURNOUT_CHECK(check_names(header).within(rows.place()));
  std::vector<std::string> models;
  for (std::size_t column = 0; column < header.size(); ++column) {
    const std::string& name = header[column];
    const bool is_trial = form.add == add_trial && column == 1;
    const bool wanted = columns.models.empty() ||
                        std::count(columns.models.begin(), columns.models.end(), name) > 0;
    if (name == columns.score && column != row.task) {
      row.score = column;
    } else if (form.model_columns && wanted && column != row.task && !is_trial) {
      row.outcomes.push_back(column);
      models.push_back(name);
    }
  }
  if (!columns.score.empty() && row.score == kNone) {
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("has no column {} of scores", base::in_quotes(columns.score)),
                 rows.place()};
  }
  Collector all(std::move(models), columns.models);
  TURNOUT_CHECK(read_rows(rows, row, form, all));
  TURNOUT_CHECK(finish(all.table(), form.counts).within(rows.name()));
  return std::move(all.table());
}

}  // namespace turnout::outcomes
