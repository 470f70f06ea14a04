#include "turnout/scenario/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "turnout/base/line_reader.h"
#include "turnout/base/number_text.h"
#include "turnout/scenario/scenario_numbers.h"
#include "turnout/scenario/scenario_scope.h"
#include "turnout/scenario/scenario_setting.h"
#include "turnout/scenario/setting_table.h"
#include "turnout/scenario/toml_section.h"

namespace turnout::scenario {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using game::Quantity;

constexpr std::size_t kLongestName = 200;

/// The packaged library reports by exception; here its reports become errors like any other.
Result<toml::table> parse_toml(std::string_view text, const std::string& source) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return Error{ErrorCode::kMalformedInput, std::string(error.description()),
                 fmt::format("{}:{}", source, error.source().begin.line)};
  }
}

/// Everything that is read, before it is put together.
struct Draft {
  game::User user;
  game::Provider provider;
  std::vector<game::Model> models;
  game::Switching switching;
  bool participates = false;
  double patience = 1;                     ///< with every model that has none of its own
  std::vector<double> patience_list;       ///< the same by attempt; empty: that number
  game::PatienceByAttempt patience_lists;  ///< by model; empty: its number
  std::optional<std::string> outcomes;
  std::string outcomes_place;
};

/// Reads a scenario's tables into a Scenario and a Draft.
class Reader {
 public:
  Reader(const toml::table& root, std::string source)
      : root_(root), source_(std::move(source)), top_(root, source_, "") {}

  /// Reads all but the table of outcomes.
  base::Status read_text() {
    constexpr std::array<std::string_view, 7> kKeys = {
        "user", "provider", "model", "segment", "switching", "difficulty", "judgement"};
    TURNOUT_CHECK(top_.allow_only(kKeys));
    for (const auto part : {&Reader::user, &Reader::provider, &Reader::judgement,
                            &Reader::difficulty, &Reader::models, &Reader::switching}) {
      TURNOUT_CHECK((this->*part)());
    }
    TURNOUT_CHECK(check_patience_is_known());
    return base::Done{};
  }

  Result<Scenario> read(const std::string& folder) {
    TURNOUT_CHECK(read_text());
    TURNOUT_CHECK(read_outcome_file(folder));
    TURNOUT_TRY(auto made, game::RoutingGame::make(draft_.user, draft_.provider, draft_.models,
                                                   draft_.switching, draft_.participates,
                                                   patience_by_attempt())
                               .within(source_));
    return Scenario{source_,
                    std::move(made),
                    names_,
                    difficulty_,
                    std::move(outcomes_),
                    knows_,
                    commits_,
                    segments_,
                    uncertain_,
                    spread_,
                    draft_.outcomes.value_or(""),
                    own_patience_};
  }

 private:
  Result<TomlSection> table_of(std::string_view key) const {
    const toml::node* node = top_.node(key);
    if (node == nullptr)
      return Error{ErrorCode::kMalformedInput, fmt::format("the table [{}] is missing", key),
                   source_};
    if (!node->is_table()) {
      return Error{ErrorCode::kMalformedInput,
                   fmt::format("{} must be a table, written [{}]", key, key),
                   fmt::format("{}:{}", source_, node->source().begin.line)};
    }
    return TomlSection(*node->as_table(), source_, std::string(key));
  }

  Status user() {
    constexpr std::array<std::string_view, 6> kKeys = {"value",        "value_of_time", "knows",
                                                       "participates", "patience",      "outside"};
    TURNOUT_TRY(auto table, table_of("user"));
    TURNOUT_CHECK(table.allow_only(kKeys));
    TURNOUT_TRY(auto participates, table.boolean("participates", false));
    draft_.participates = participates;
    TURNOUT_CHECK(knowledge(table));
    TURNOUT_TRY(draft_.patience_list, read_patience(table, "patience"));
    if (draft_.patience_list.empty()) {
      TURNOUT_TRY(
          draft_.patience,
          Amounts(uncertain_).read(table, "patience", {Quantity::kPatience, kEveryModel}, 1));
    }
    TURNOUT_CHECK(top_.has("segment") ? segments(table) : values(table));
    TURNOUT_TRY(draft_.user.outside,
                Amounts(uncertain_).read(table, "outside", {Quantity::kOutside, 0}, 0));
    for (Segment& segment : segments_) segment.user.outside = draft_.user.outside;
    return base::Done{};
  }

  Status knowledge(const TomlSection& table) {
    if (!table.has("knows")) return base::Done{};
    TURNOUT_TRY(auto word, table.text("knows", kLongestName));
    if (word == "policy") knows_ = Knows::kPolicy;
    if (word == "model") knows_ = Knows::kModel;
    if (word == "attempt") knows_ = Knows::kAttempt;
    if (knows_) return base::Done{};
    return table.fail(
        ErrorCode::kInvalidValue, "knows",
        fmt::format(R"({} must be "policy", "model" or "attempt")", base::in_quotes(word)));
  }

  /// V and the value of time: numbers, intervals, or lognormals over the users.
  Status values(const TomlSection& table) {
    TURNOUT_TRY(auto value, read_lognormal(table, "value", Quantity::kValue));
    TURNOUT_TRY(auto time, read_lognormal(table, "value_of_time", Quantity::kValueOfTime));
    Amounts amounts(uncertain_);
    TURNOUT_TRY(auto plain_value,
                value ? value->median : amounts.read(table, "value", {Quantity::kValue, 0}));
    TURNOUT_TRY(
        auto plain_time,
        time ? time->median : amounts.read(table, "value_of_time", {Quantity::kValueOfTime, 0}, 1));
    draft_.user = {plain_value, plain_time};
    if (!value && !time) return base::Done{};
    spread_ = Spread{value, time};
    segments_ =
        spread(value ? *value : Lognormal{plain_value, 0}, time ? *time : Lognormal{plain_time, 0});
    return base::Done{};
  }

  Status segments(const TomlSection& user) {
    for (const char* key : {"value", "value_of_time"}) {
      if (user.has(key))
        return user.fail(ErrorCode::kMalformedInput, key,
                         "must be absent: each [[segment]] has its own");
    }
    TURNOUT_TRY(auto tables, sections(root_, "segment", source_));
    double total = 0;
    for (const TomlSection& table : tables) {
      constexpr std::array<std::string_view, 3> kKeys = {"share", "value", "value_of_time"};
      TURNOUT_CHECK(table.allow_only(kKeys));
      TURNOUT_TRY(auto share, table.number_between("share", 0, 1));
      TURNOUT_TRY(auto value, table.number("value", Quantity::kValue));
      TURNOUT_TRY(auto time, table.number("value_of_time", Quantity::kValueOfTime, 1));
      segments_.push_back({share, {value, time}});
      total += share;
      draft_.user.value += share * value;
    }
    constexpr double kRounding = 1e-6;
    if (std::abs(total - 1) > kRounding) {
      return Error{ErrorCode::kInvalidValue,
                   fmt::format("the shares sum to {}, must sum to 1", total),
                   source_ + ": segment"};
    }
    for (Segment& segment : segments_) segment.share /= total;
    draft_.user = {draft_.user.value / total, segments_.front().user.value_of_time};
    return base::Done{};
  }

  Status provider() {
    constexpr std::array<std::string_view, 2> kKeys = {"churn_penalty", "commits"};
    TURNOUT_TRY(auto table, table_of("provider"));
    TURNOUT_CHECK(table.allow_only(kKeys));
    TURNOUT_TRY(auto penalty,
                Amounts(uncertain_).read(table, "churn_penalty", {Quantity::kChurnPenalty, 0}));
    TURNOUT_TRY(auto commits, table.boolean("commits", true));
    draft_.provider.churn_penalty = penalty;
    commits_ = commits;
    return base::Done{};
  }

  /// What errors of judgement cost; how often they happen is each model's.
  Status judgement() {
    if (!top_.has("judgement")) return base::Done{};
    constexpr std::array<std::string_view, 3> kKeys = {"harm", "late_churn", "naive"};
    TURNOUT_TRY(auto table, table_of("judgement"));
    TURNOUT_CHECK(table.allow_only(kKeys));
    Amounts amounts(uncertain_);
    TURNOUT_TRY(draft_.user.harm, amounts.read(table, "harm", {Quantity::kHarm, 0}, 0));
    TURNOUT_TRY(draft_.user.naive, table.boolean("naive", false));
    for (Segment& segment : segments_) {
      segment.user.harm = draft_.user.harm;
      segment.user.naive = draft_.user.naive;
    }
    if (!table.has("late_churn")) return base::Done{};
    TURNOUT_TRY(draft_.provider.late_churn,
                amounts.read(table, "late_churn", {Quantity::kLateChurn, 0}));
    return base::Done{};
  }

  Status difficulty() {
    if (!top_.has("difficulty")) return base::Done{};
    constexpr std::array<std::string_view, 4> kKeys = {"sigma", "tau", "feedback", "outcomes"};
    TURNOUT_TRY(auto table, table_of("difficulty"));
    TURNOUT_CHECK(table.allow_only(kKeys));
    if (table.has("outcomes")) {
      for (const char* key : {"sigma", "tau", "feedback"}) {
        if (table.has(key))
          return table.fail(ErrorCode::kMalformedInput, key, "does not go with outcomes");
      }
      TURNOUT_TRY(auto path, table.text("outcomes", 4096));
      draft_.outcomes = path;
      draft_.outcomes_place = table.place("outcomes");
      return base::Done{};
    }
    Amounts amounts(uncertain_);
    TURNOUT_TRY(auto sigma, amounts.read(table, "sigma", &game::Difficulty::sigma, 0));
    TURNOUT_TRY(auto feedback, amounts.read(table, "feedback", &game::Difficulty::feedback, 0));
    TURNOUT_TRY(auto tau, amounts.read(table, "tau", &game::Difficulty::tau, 0));
    difficulty_ = game::Difficulty{sigma, feedback, tau};
    return base::Done{};
  }

  Status models() {
    TURNOUT_TRY(auto tables, sections(root_, "model", source_));
    TURNOUT_CHECK(check_model_count(tables.size(), source_));
    for (const TomlSection& table : tables) {
      TURNOUT_CHECK(model(table));
    }
    return base::Done{};
  }

  Status model(const TomlSection& table) {
    constexpr std::array<std::string_view, 8> kKeys = {
        "name", "success", "latency", "cost", "price", "patience", "false_accept", "false_reject"};
    const std::size_t k = draft_.models.size();
    Amounts amounts(uncertain_);
    TURNOUT_CHECK(table.allow_only(kKeys));
    TURNOUT_TRY(auto name, table.text("name", kLongestName));
    if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
      return table.fail(
          ErrorCode::kInvalidValue, "name",
          fmt::format("{} names two models, names must differ", base::in_quotes(name)));
    }
    // The success rates of a table of outcomes take the place of the key.
    const bool measured = draft_.outcomes.has_value() && !table.has("success");
    Result<double> success = 1.0;
    if (!measured) success = amounts.read(table, "success", {Quantity::kSuccess, k});
    if (!success) return success.error();
    TURNOUT_TRY(auto latency, amounts.read(table, "latency", {Quantity::kLatency, k}));
    TURNOUT_TRY(auto cost, amounts.read(table, "cost", {Quantity::kCost, k}));
    TURNOUT_TRY(auto price, amounts.read(table, "price", {Quantity::kPrice, k}, 0));
    TURNOUT_TRY(auto wears_off, read_patience(table, "patience"));
    Result<double> patience = 1.0;
    if (wears_off.empty())
      patience = amounts.read(table, "patience", {Quantity::kPatience, k}, draft_.patience);
    if (!patience) return patience.error();
    if (!table.has("patience")) wears_off = draft_.patience_list;
    draft_.patience_lists.push_back(std::move(wears_off));
    TURNOUT_TRY(auto accepts, amounts.read(table, "false_accept", {Quantity::kFalseAccept, k}, 0));
    TURNOUT_TRY(auto rejects, amounts.read(table, "false_reject", {Quantity::kFalseReject, k}, 0));
    names_.push_back(name);
    if (table.has("patience")) own_patience_.push_back(k);
    draft_.models.push_back({*success, latency, cost, price, *patience, accepts, rejects});
    return base::Done{};
  }

  /// A list for each model if some model has one.
  [[nodiscard]] game::PatienceByAttempt patience_by_attempt() const {
    auto lists = draft_.patience_lists;
    const auto is_list = [](const auto& one) { return !one.empty(); };
    if (std::none_of(lists.begin(), lists.end(), is_list)) return {};
    for (std::size_t k = 0; k < lists.size(); ++k) {
      if (lists[k].empty()) lists[k] = {draft_.models[k].patience};
    }
    return lists;
  }

  /// Patience by attempt is known exactly.
  [[nodiscard]] Status check_patience_is_known() const {
    if (patience_by_attempt().empty()) return base::Done{};
    for (const Uncertainty& u : uncertain_) {
      if (u.difficulty != nullptr || u.parameter.quantity != Quantity::kPatience) continue;
      return Error{ErrorCode::kUnsupported,
                   "is uncertain, which does not go with patience by attempt", u.place};
    }
    return base::Done{};
  }

  Status switching() {
    if (!top_.has("switching")) return base::Done{};
    constexpr std::array<std::string_view, 2> kKeys = {"cost", "latency"};
    auto table = table_of("switching");
    if (!table) return table.error();
    TURNOUT_CHECK(table->allow_only(kKeys));
    for (auto [key, to] :
         {std::pair{"cost", &draft_.switching.cost}, {"latency", &draft_.switching.latency}}) {
      if (!table->has(key)) continue;
      TURNOUT_TRY(*to, switching_matrix(*table, key));
    }
    return base::Done{};
  }

  /// One number for every switch, or a row per model switched from.
  Result<std::vector<double>> switching_matrix(const TomlSection& table,
                                               std::string_view key) const {
    const std::size_t n = draft_.models.size();
    const toml::node* node = table.node(key);
    std::vector<double> matrix(n * n, 0);
    if (!node->is_array()) {
      TURNOUT_TRY(auto number, table.number(key, Quantity::kLatency));
      for (std::size_t i = 0; i < n * n; ++i) matrix[i] = i / n == i % n ? 0 : number;
      return matrix;
    }
    const toml::array& rows = *node->as_array();
    for (std::size_t i = 0; i < n * n; ++i) {
      const toml::array* row = rows.size() == n ? rows[i / n].as_array() : nullptr;
      if (row == nullptr || row->size() != n || !(*row)[i % n].is_number()) {
        return table.fail(
            ErrorCode::kMalformedInput, key,
            fmt::format("must be a number or {0} rows of {0} numbers, from model by to model", n));
      }
      matrix[i] = number_of((*row)[i % n]);
      if (auto ok = game::check(Quantity::kLatency, matrix[i]); !ok)
        return table.fail(ErrorCode::kInvalidValue, key, ok.error().message);
      if (i / n == i % n && matrix[i] != 0) {
        return table.fail(
            ErrorCode::kInvalidValue, key,
            fmt::format("{} on the diagonal must be 0: staying on a model is no switch",
                        matrix[i]));
      }
    }
    return matrix;
  }

  /// Takes the scenario's models out of the table of outcomes; their mean success is what the table
  /// says.
  Status read_outcome_file(const std::string& folder) {
    if (!draft_.outcomes) return base::Done{};
    const std::filesystem::path path = std::filesystem::path(folder) / *draft_.outcomes;
    TURNOUT_TRY(base::LineReader rows,
                base::LineReader::open(path.string()).within(draft_.outcomes_place));
    TURNOUT_TRY(auto read,
                outcomes::read_outcomes(rows, {names_, ""}).within(draft_.outcomes_place));
    auto chosen = read.of_models(names_);
    if (!chosen) {
      return Error{chosen.error().code, fmt::format("{} {}", path.string(), chosen.error().message),
                   draft_.outcomes_place};
    }
    outcomes::OutcomeTable table = *std::move(chosen);
    constexpr double kLeast =
        1e-100;  // the least success that a game may have, for a model that solved nothing
    for (std::size_t k = 0; k < names_.size(); ++k) {
      double mean = 0;
      for (const auto& row : table.rate) mean += row[k] / static_cast<double>(table.rate.size());
      draft_.models[k].success = std::clamp(mean, kLeast, 1.0);
    }
    outcomes_ = std::move(table);
    return base::Done{};
  }

  const toml::table& root_;
  std::string source_;
  TomlSection top_;
  Draft draft_;
  std::vector<std::string> names_;
  std::optional<game::Difficulty> difficulty_;
  std::optional<outcomes::OutcomeTable> outcomes_;
  std::optional<Knows> knows_;
  bool commits_ = true;
  std::vector<Segment> segments_;
  std::vector<Uncertainty> uncertain_;
  std::optional<Spread> spread_;
  std::vector<std::size_t> own_patience_;
};

}  // namespace

base::Status check_model_count(std::size_t models, const std::string& source) {
  if (models >= 1 && models <= game::RoutingGame::kMostModels) return base::Done{};
  return Error{ErrorCode::kMalformedInput,
               fmt::format("has {} [[model]] tables, must have 1 to {}", models,
                           game::RoutingGame::kMostModels),
               source};
}

base::Status check_scenario(std::string_view text, const std::string& source) {
  TURNOUT_TRY(auto parsed, parse_toml(text, source));
  return Reader(parsed, source).read_text();
}

Result<Scenario> parse_scenario(std::string_view text, const std::string& source,
                                const std::string& folder) {
  return parse_scenario(text, source, folder, {});
}

Result<Scenario> parse_scenario(std::string_view text, const std::string& source,
                                const std::string& folder, std::span<const std::string> settings,
                                Ranges ranges) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Error{ErrorCode::kMalformedInput, "is empty, must be a scenario", source};
  }
  TURNOUT_TRY(auto parsed, parse_toml(text, source));
  for (const std::string& setting : settings) TURNOUT_CHECK(apply_setting(parsed, setting));
  TURNOUT_TRY(auto scenario, Reader(parsed, source).read(folder));
  if (ranges == Ranges::kRefused) TURNOUT_CHECK(check_has_no_ranges(scenario));
  return scenario;
}

Result<Scenario> read_scenario(const std::string& path) { return read_scenario(path, {}); }

Result<Scenario> read_scenario(const std::string& path, std::span<const std::string> settings,
                               Ranges ranges) {
  TURNOUT_TRY(auto text, base::read_file(path, kLargestScenario));
  if (path == "-") return parse_scenario(text, "standard input", "", settings, ranges);
  return parse_scenario(text, path, std::filesystem::path(path).parent_path().string(), settings,
                        ranges);
}

}  // namespace turnout::scenario
