#include "turnout/scenario/sweep_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "turnout/base/csv.h"
#include "turnout/base/line_reader.h"
#include "turnout/base/number_text.h"
#include "turnout/scenario/posterior.h"
#include "turnout/scenario/toml_section.h"

namespace turnout::scenario {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using landscape::Distribution;
using landscape::SweepSpec;

template <std::size_t N>
std::optional<std::size_t> place_of(const std::array<std::string_view, N>& names,
                                    std::string_view name) {
  const auto* const at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? std::nullopt
                           : std::optional(static_cast<std::size_t>(at - names.begin()));
}

/// All but the policy, which is no number.
constexpr auto kNumbersShown = [] {
  std::array<std::string_view, landscape::kShownNames.size() - 1> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = landscape::kShownNames[i + 1];
  return names;
}();

constexpr const char* kPatience = "rho";  // of both models

class SweepReader {
 public:
  SweepReader(std::string source, std::string folder)
      : source_(std::move(source)), folder_(std::move(folder)) {}

  Result<SweepFile> read(const toml::table& root) {
    constexpr std::array<std::string_view, 6> kKeys = {"games",   "seed", "sampling",
                                                       "ordered", "draw", "statistic"};
    constexpr double kMostGames = 1e12;
    constexpr double kMostSeed = 9e15;
    const TomlSection file(root, source_, "");
    TURNOUT_CHECK(file.allow_only(kKeys));
    TURNOUT_TRY(auto games, file.has("games") ? file.number_between("games", 1, kMostGames)
                                              : Result<double>(1e6));
    TURNOUT_TRY(auto seed,
                file.has("seed") ? file.number_between("seed", 0, kMostSeed) : Result<double>(1));
    spec_.games = static_cast<std::uint64_t>(games);
    spec_.seed = static_cast<std::uint64_t>(seed);
    TURNOUT_CHECK(read_sampling(file));
    TURNOUT_CHECK(read_draws(file));
    TURNOUT_TRY(auto statistics, sections(root, "statistic", source_));
    if (statistics.empty()) return file.missing("statistic");
    for (const auto& section : statistics) {
      TURNOUT_CHECK(read_statistic(section));
    }
    return SweepFile{std::move(spec_), std::move(left_out_)};
  }

 private:
  Status read_sampling(const TomlSection& file) {
    if (file.has("sampling")) {
      TURNOUT_TRY(auto word, file.text("sampling", 20));
      if (word != "independent" && word != "sobol") {
        return file.fail(ErrorCode::kInvalidValue, "sampling",
                         base::in_quotes(word) + R"( must be "independent" or "sobol")");
      }
      spec_.sampling =
          word == "sobol" ? landscape::Sampling::kSobol : landscape::Sampling::kIndependent;
    }
    const auto* node = file.node("ordered");
    if (node == nullptr) return base::Done{};
    constexpr std::array<std::string_view, 3> kPairs = {"p", "t", "c"};
    const auto* list = node->as_array();
    if (list == nullptr) return file.wrong_type("ordered", R"(a list of "p", "t", "c")");
    for (const auto& item : *list) {
      const auto place = place_of(kPairs, item.value<std::string>().value_or(""));
      if (!place) return file.wrong_type("ordered", R"(a list of "p", "t", "c")");
      spec_.ordered.at(*place) = true;
    }
    return base::Done{};
  }

  Status read_draws(const TomlSection& file) {
    auto section = file.table("draw");
    if (!section) return section.error();
    std::vector<std::string> names;
    for (const auto parameter : game::all_parameters()) names.push_back(symbol(parameter));
    std::vector<std::string_view> allowed(names.begin(), names.end());
    allowed.emplace_back(kPatience);
    allowed.emplace_back("scenario");
    TURNOUT_CHECK(section->allow_only(allowed));
    if (section->has("scenario")) {
      TURNOUT_CHECK(read_posterior(*section));
    }
    TURNOUT_CHECK(read_patience_of_both(*section));
    for (std::size_t k = 0; k < names.size(); ++k) {
      const bool optional =
          section->has("scenario") || names[k] == "w" || k >= landscape::kPaperNumbers;
      if (optional && !section->has(names[k])) continue;
      TURNOUT_TRY(auto distribution, read_distribution(*section, names[k]));
      const bool constant = distribution.kind == Distribution::Kind::kConstant;
      if (k == landscape::kLateChurn && constant && distribution.first < 0)
        return section->fail(ErrorCode::kInvalidValue, names[k], "must be >= 0");
      spec_.draw.at(k) = std::move(distribution);
      const auto& patiences = landscape::kPatiences;
      if (std::find(patiences.begin(), patiences.end(), k) != patiences.end())
        spec_.one_patience = false;
    }
    return base::Done{};
  }

  /// "rho": the models' patience, unless one has its own.
  Status read_patience_of_both(const TomlSection& draws) {
    if (!draws.has(kPatience)) return base::Done{};
    if (!own_patience_.empty()) {
      return draws.fail(ErrorCode::kInvalidValue, kPatience,
                        "a model of the scenario has a patience of its own; draw rho1 or rho2");
    }
    TURNOUT_TRY(const auto distribution, read_distribution(draws, kPatience));
    for (const std::size_t k : landscape::kPatiences) spec_.draw.at(k) = distribution;
    spec_.one_patience = true;
    return base::Done{};
  }

  /// All numbers from a scenario: those that it knows as they are, the others from their
  /// posteriors.
  Status read_posterior(const TomlSection& draws) {
    constexpr std::size_t kLongest = 1000;
    TURNOUT_TRY(auto file, draws.text("scenario", kLongest));
    TURNOUT_TRY(Scenario scenario, read_scenario((std::filesystem::path(folder_) / file).string())
                                       .within(draws.place("scenario")));
    TURNOUT_TRY(left_out_,
                leave_out_what_the_paper_lacks(scenario).within(draws.place("scenario")));
    TURNOUT_CHECK(check_for_one_patience(scenario, "sweep").within(draws.place("scenario")));
    TURNOUT_TRY(auto mean, paper_game(scenario, "sweep").within(draws.place("scenario")));
    const auto numbers = landscape::numbers_of(mean.game);
    for (std::size_t k = 0; k < landscape::kNumbers; ++k)
      spec_.draw.at(k) = {Distribution::Kind::kConstant, numbers.at(k), 0, {}, 0};
    spec_.naive = mean.game.user().naive;
    own_patience_ = scenario.own_patience;
    const auto all = game::all_parameters();
    for (const Uncertainty& uncertain : scenario.uncertain) {
      TURNOUT_TRY(auto posterior, distribution_of(uncertain).within(draws.place("scenario")));
      if (uncertain.difficulty != nullptr) continue;  // left out above
      if (uncertain.parameter.model == kEveryModel) {
        draw_shared_patience(scenario.own_patience, posterior);
        continue;
      }
      const auto number = std::find(all.begin(), all.end(), uncertain.parameter);
      spec_.draw.at(static_cast<std::size_t>(number - all.begin())) = std::move(posterior);
    }
    return base::Done{};
  }

  /// @param own  the models that have a patience of their own
  void draw_shared_patience(const std::vector<std::size_t>& own, const Distribution& posterior) {
    for (std::size_t k = 0; k < landscape::kPatiences.size(); ++k) {
      if (std::find(own.begin(), own.end(), k) == own.end())
        spec_.draw.at(landscape::kPatiences.at(k)) = posterior;
    }
    spec_.one_patience = own.empty();
  }

  Result<Distribution> read_distribution(const TomlSection& draws, const std::string& key) {
    constexpr double kFar = 1e100;
    const auto* node = draws.node(key);
    if (node == nullptr) return draws.missing(key);
    if (node->is_array() && key.starts_with(kPatience)) {
      return draws.fail(ErrorCode::kUnsupported, key,
                        "patience by attempt has no closed form, which sweep needs; must be a "
                        "number or a distribution");
    }
    if (!node->is_table()) {
      TURNOUT_TRY(auto number, draws.number_between(key, -kFar, kFar));
      return Distribution{Distribution::Kind::kConstant, number, 0, {}, 0};
    }
    TURNOUT_TRY(auto table, draws.table(key));
    if (table.has("csv")) return read_column(table);
    if (table.has("median")) return read_lognormal_draw(table);
    constexpr std::array<std::string_view, 3> kKinds = {"uniform", "log_uniform", "exponential"};
    TURNOUT_CHECK(table.allow_only(kKinds));
    if (table.has("exponential")) {
      TURNOUT_TRY(auto mean, table.number_between("exponential", 0, kFar));
      return Distribution{Distribution::Kind::kExponential, mean, 0, {}, 0};
    }
    const bool logarithmic = table.has("log_uniform");
    const char* kind = logarithmic ? "log_uniform" : "uniform";
    const auto* range = table.node(kind);
    const auto* list = range == nullptr ? nullptr : range->as_array();
    if (list == nullptr || list->size() != 2 || !list->get(0)->is_number() ||
        !list->get(1)->is_number()) {
      return draws.wrong_type(
          key,
          "a number, {uniform = [low, high]}, {log_uniform = [low, high]}, {exponential = mean}, "
          "{median = m, sigma = s} or {csv = \"file\", column = \"name\"}");
    }
    const double low = number_of(*list->get(0));
    const double high = number_of(*list->get(1));
    if (!(low <= high) || (logarithmic && !(low > 0)) || std::abs(low) > kFar ||
        std::abs(high) > kFar) {
      return table.fail(
          ErrorCode::kInvalidValue, kind,
          fmt::format("[{}, {}] must rise{}", low, high, logarithmic ? " from above 0" : ""));
    }
    return Distribution{
        logarithmic ? Distribution::Kind::kLogUniform : Distribution::Kind::kUniform,
        low,
        high,
        {},
        0};
  }

  static Result<Distribution> read_lognormal_draw(const TomlSection& table) {
    constexpr std::array<std::string_view, 2> kKeys = {"median", "sigma"};
    TURNOUT_CHECK(table.allow_only(kKeys));
    TURNOUT_TRY(auto median, table.number_between("median", 1e-100, 1e100));
    TURNOUT_TRY(auto sigma, table.number_between("sigma", 0, 10));
    return Distribution{Distribution::Kind::kLognormal, median, sigma, {}, 0};
  }

  /// One column of a CSV; columns of one file are drawn together, row by row.
  Result<Distribution> read_column(const TomlSection& table) {
    constexpr std::array<std::string_view, 2> kKeys = {"csv", "column"};
    constexpr std::size_t kLongest = 1000;
    TURNOUT_CHECK(table.allow_only(kKeys));
    TURNOUT_TRY(auto file, table.text("csv", kLongest));
    TURNOUT_TRY(auto name, table.text("column", kLongest));
    const std::string path = (std::filesystem::path(folder_) / file).string();
    TURNOUT_TRY(base::LineReader rows, base::LineReader::open(path).within(table.place("csv")));
    TURNOUT_TRY(auto header, rows.next());
    const std::array<std::string_view, 1> wanted = {name};
    TURNOUT_TRY(auto columns, base::find_columns(header.value_or(""), wanted).within(rows.place()));
    Distribution drawn{Distribution::Kind::kColumn, 0, 0, {}, 0};
    std::vector<std::string_view> fields;
    for (;;) {
      auto row = rows.next();
      if (!row) return row.error();
      if (!row->has_value()) break;
      TURNOUT_CHECK(base::split_csv(**row, fields).within(rows.place()));
      if (fields.size() != columns.count)
        return Error{ErrorCode::kMalformedInput,
                     fmt::format("has {} fields, the header has {}", fields.size(), columns.count),
                     rows.place()};
      auto number = base::parse_number(fields[columns.required[0]]);
      if (!number) return number.error().within(fmt::format("{}: column {}", rows.place(), name));
      drawn.column.push_back(*number);
    }
    if (drawn.column.empty()) return Error{ErrorCode::kMalformedInput, "has no rows", path};
    const auto known = std::find(tables_.begin(), tables_.end(), path);
    drawn.table = static_cast<std::size_t>(known - tables_.begin());
    if (known == tables_.end()) tables_.push_back(path);
    return drawn;
  }

  Status read_statistic(const TomlSection& section) {
    constexpr std::array<std::string_view, 6> kKeys = {"name",  "of",        "by",
                                                       "where", "quantiles", "histogram"};
    constexpr std::array<std::string_view, 3> kGroupings = {"all", "regime", "policy"};
    TURNOUT_CHECK(section.allow_only(kKeys));
    landscape::Statistic statistic;
    const auto word = [&](const char* key, const auto& names) -> Result<std::size_t> {
      TURNOUT_TRY(auto text, section.text(key, 40));
      if (const auto place = place_of(names, text)) return *place;
      return section.fail(
          ErrorCode::kInvalidValue, key,
          fmt::format("{} must be one of {}", base::in_quotes(text), fmt::join(names, ", ")));
    };
    TURNOUT_TRY(auto of, word("of", kNumbersShown));
    statistic.of = static_cast<landscape::Shown>(of + 1);
    TURNOUT_TRY(auto name, section.has("name")
                               ? section.text("name", 200)
                               : Result<std::string>(std::string(name_of(statistic.of))));
    statistic.name = name;
    const auto* by = section.node("by");
    if (by != nullptr && by->is_table()) {
      if (auto done = read_ranges(section, statistic); !done) return done;
    } else if (by != nullptr) {
      TURNOUT_TRY(auto place, word("by", kGroupings));
      statistic.by = static_cast<landscape::Grouping>(place);
    }
    if (section.has("where")) {
      TURNOUT_TRY(auto where, word("where", kNumbersShown));
      statistic.where = static_cast<landscape::Shown>(where + 1);
    }
    if (const auto* node = section.node("quantiles")) {
      const auto* list = node->as_array();
      if (list == nullptr)
        return section.wrong_type("quantiles", "a list of shares between 0 and 1");
      for (const auto& item : *list) {
        const double share = item.is_number() ? number_of(item) : -1;
        if (!(share > 0 && share < 1))
          return section.wrong_type("quantiles", "a list of shares between 0 and 1");
        statistic.quantiles.push_back(share);
      }
    }
    if (section.has("histogram")) {
      TURNOUT_TRY(auto histogram, read_histogram(section));
      statistic.histogram = histogram;
    }
    spec_.statistics.push_back(std::move(statistic));
    return base::Done{};
  }

  /// by = { quantity = "t2/t1", edges = [1, 2] }
  static Status read_ranges(const TomlSection& section, landscape::Statistic& statistic) {
    constexpr std::array<std::string_view, 2> kKeys = {"quantity", "edges"};
    constexpr std::size_t kMostEdges = 100;
    constexpr const char* kAllowed = "a list of 1 to 100 rising numbers";
    TURNOUT_TRY(auto table, section.table("by"));
    TURNOUT_CHECK(table.allow_only(kKeys));
    TURNOUT_TRY(auto name, table.text("quantity", 40));
    auto measure = landscape::Measure::parse(name);
    if (!measure) return table.fail(measure.error().code, "quantity", measure.error().message);
    const auto* node = table.node("edges");
    const auto* list = node == nullptr ? nullptr : node->as_array();
    if (list == nullptr || list->empty() || list->size() > kMostEdges)
      return table.wrong_type("edges", kAllowed);
    for (const auto& item : *list) {
      const auto edge = item.value<double>();
      const bool rises = edge && std::isfinite(*edge) &&
                         (statistic.edges.empty() || *edge > statistic.edges.back());
      if (!rises) return table.wrong_type("edges", kAllowed);
      statistic.edges.push_back(*edge);
    }
    statistic.by = landscape::Grouping::kMeasure;
    statistic.measure = *std::move(measure);
    return base::Done{};
  }

  static Result<landscape::Statistic::Histogram> read_histogram(const TomlSection& section) {
    constexpr std::array<std::string_view, 3> kKeys = {"low", "high", "bins"};
    constexpr double kMostBins = 10'000;
    TURNOUT_TRY(auto table, section.table("histogram"));
    TURNOUT_CHECK(table.allow_only(kKeys));
    TURNOUT_TRY(auto low, table.number_between("low", -1e100, 1e100));
    TURNOUT_TRY(auto high, table.number_between("high", -1e100, 1e100));
    TURNOUT_TRY(auto bins, table.number_between("bins", 1, kMostBins));
    if (!(low < high))
      return table.fail(ErrorCode::kInvalidValue, "high",
                        fmt::format("{} must be over low = {}", high, low));
    return landscape::Statistic::Histogram{low, high, static_cast<std::size_t>(bins)};
  }

  std::string source_, folder_;
  SweepSpec spec_;
  std::vector<std::string> tables_, left_out_;
  std::vector<std::size_t> own_patience_;  // of the scenario's models
};

}  // namespace

Result<SweepFile> parse_sweep(std::string_view text, const std::string& source,
                              const std::string& folder) {
  try {
    const toml::table root = toml::parse(text);
    return SweepReader(source, folder).read(root);
  } catch (const toml::parse_error& e) {
    return Error{ErrorCode::kMalformedInput, std::string(e.description()),
                 fmt::format("{}:{}", source, e.source().begin.line)};
  }
}

}  // namespace turnout::scenario
