#include "turnout/mapping/row_map.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "turnout/base/line_reader.h"
#include "turnout/base/number_text.h"
#include "turnout/mapping/embedded_texts.h"

namespace turnout::mapping {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

/// "/a~1b/c" as {"a/b", "c"}.
std::vector<std::string> steps_of(std::string_view pointer) {
  std::vector<std::string> steps;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    std::string& step = steps.emplace_back(pointer.substr(0, end));
    for (const auto& [code, sign] : {std::pair{"~1", "/"}, {"~0", "~"}}) {
      for (auto at = step.find(code); at != std::string::npos; at = step.find(code, at + 1))
        step.replace(at, 2, sign);
    }
    pointer.remove_prefix(end);
  }
  return steps;
}

/// Reads the tables of a map; errors name the key.
class MapReader {
 public:
  explicit MapReader(std::string source) : source_(std::move(source)) {}

  Result<RowMap> read(const toml::table& root) {
    TURNOUT_CHECK(allow_only(root, "", {"table", "join", "rows", "pass", "feedback"}));
    RowMap map;
    TURNOUT_TRY(map.table, table_name(root, ""));
    TURNOUT_TRY(map.join, read_join(root));
    if (root.contains("rows")) {
      TURNOUT_TRY(auto rows, places(root, "rows"));
      map.rows = rows;
    }
    const auto* pass = root["pass"].as_table();
    if (pass == nullptr) return wrong("pass", "must be a table");
    TURNOUT_CHECK(read_pass(*pass, map));
    if (!root.contains("feedback")) return map;
    const auto* feedback = root["feedback"].as_table();
    if (feedback == nullptr) return wrong("feedback", "must be a table");
    TURNOUT_TRY(auto read, read_feedback(*feedback));
    map.feedback = std::move(read);
    return map;
  }

 private:
  [[nodiscard]] Error wrong(const std::string& key, const std::string& what) const {
    return Error{ErrorCode::kMalformedInput, what,
                 fmt::format("{}: {}", source_, base::printable(key))};
  }

  Status allow_only(const toml::table& table, const std::string& within,
                    const std::vector<std::string_view>& keys) {
    for (const auto& [key, node] : table) {
      if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
      return wrong(within + std::string(key.str()),
                   fmt::format("is not a known key; allowed are {}", fmt::join(keys, ", ")));
    }
    return base::Done{};
  }

  Result<Place> place(const toml::node& node, const std::string& key) {
    if (const auto* table = node.as_table()) {
      if (table->contains("at")) return scaled(*table, key);
      const auto* value = table->get("value");
      if (value == nullptr || table->size() != 1)
        return wrong(key, R"(must be a place, {value = ...} or {at = "/key", times = 0.001})");
      if (value->is_string()) return Place{{}, **value->as_string(), 1};
      if (value->is_number() || value->is_boolean()) {
        std::ostringstream text;
        text << toml::node_view<const toml::node>(value);
        return Place{{}, text.str(), 1};
      }
      return wrong(key, "must have a text, a number or a boolean as its value");
    }
    const auto text = node.value<std::string>();
    if (!text || !text->starts_with('/'))
      return wrong(key, R"(must be a place, "/key/key", or a list of them)");
    return Place{steps_of(*text), {}, 1};
  }

  /// {at = "/key", times = 0.001}
  Result<Place> scaled(const toml::table& table, const std::string& key) {
    constexpr double kMost = 1e18;
    const auto at = table["at"].value<std::string>();
    const auto times = table["times"].value<double>();
    if (!at || !at->starts_with('/') || !times || table.size() != 2 || !(*times > 0) ||
        *times > kMost)
      return wrong(key, R"(must be {at = "/key", times = NUMBER}, the number over 0 to 1e18)");
    return Place{steps_of(*at), {}, *times};
  }

  Result<Places> places(const toml::table& table, const std::string& key,
                        const std::string& within = "") {
    const toml::node* node = table.get(key);
    if (node == nullptr) return wrong(within + key, "is missing");
    Places all;
    if (const auto* list = node->as_array(); list != nullptr && !list->empty()) {
      for (const auto& item : *list) {
        TURNOUT_TRY(auto one, place(item, within + key));
        all.push_back(std::move(one));
      }
      return all;
    }
    TURNOUT_TRY(auto one, place(*node, within + key));
    all.push_back(std::move(one));
    return all;
  }

  Result<std::vector<std::string>> words(const toml::node& node, const std::string& key) {
    const auto* list = node.as_array();
    if (list == nullptr || list->empty()) return wrong(key, "must be a list of texts");
    std::vector<std::string> all;
    for (const auto& item : *list) {
      const auto text = item.value<std::string>();
      if (!text || !item.is_string()) return wrong(key, "must be a list of texts");
      all.push_back(*text);
    }
    return all;
  }

  Result<std::vector<RowCondition>> conditions(const toml::table& table, const std::string& within,
                                               const std::string& which = "when") {
    std::vector<RowCondition> all;
    if (!table.contains(which)) return all;
    const auto* when = table[which].as_table();
    if (when == nullptr)
      return wrong(within + which, R"(must be a table, { "/key" = ["value", ...] })");
    for (const auto& [key, node] : *when) {
      const std::string name = fmt::format("{}{}.{}", within, which, key.str());
      if (!key.str().starts_with('/')) return wrong(name, R"(must be a place, "/key/key")");
      TURNOUT_TRY(auto values, words(node, name));
      all.push_back({{steps_of(key.str()), {}, 1}, std::move(values)});
    }
    return all;
  }

  Result<std::string> table_name(const toml::table& table, const std::string& within) {
    const auto* node = table.get("table");
    if (node == nullptr) return std::string();
    const auto name = node->value<std::string>();
    if (name && !name->empty()) return *name;
    return wrong(within + "table", "must be the name of a table");
  }

  Result<std::optional<JoinMap>> read_join(const toml::table& root) {
    if (!root.contains("join")) return std::optional<JoinMap>();
    const auto* table = root["join"].as_table();
    if (table == nullptr) return wrong("join", "must be a table");
    TURNOUT_CHECK(allow_only(*table, "join.", {"table", "on"}));
    JoinMap join;
    TURNOUT_TRY(join.table, table_name(*table, "join."));
    const auto* on = (*table)["on"].as_table();
    if (join.table.empty() || !root.contains("table"))
      return wrong("join.table", "must be the name of a table, beside that of the map");
    if (on == nullptr || on->empty())
      return wrong("join.on", R"(must be a table of columns, { trace_id = "id" })");
    for (const auto& [ours, node] : *on) {
      const auto theirs = node.value<std::string>();
      if (!theirs || theirs->empty())
        return wrong(fmt::format("join.on.{}", ours.str()), "must be the name of a column");
      join.on[std::string(ours.str())] = *theirs;
    }
    return std::optional(std::move(join));
  }

  Status read_pass(const toml::table& pass, RowMap& map) {
    TURNOUT_CHECK(allow_only(pass, "pass.", {"when", "no_answer", "helper", "columns"}));
    TURNOUT_TRY(auto when, conditions(pass, "pass."));
    map.when = std::move(when);
    TURNOUT_TRY(map.no_answer, conditions(pass, "pass.", "no_answer"));
    TURNOUT_TRY(map.helper, conditions(pass, "pass.", "helper"));
    const auto* columns = pass["columns"].as_table();
    if (columns == nullptr) return wrong("pass.columns", "must be a table");
    const std::vector<std::string_view> names(kMappedColumnNames.begin(), kMappedColumnNames.end());
    TURNOUT_CHECK(allow_only(*columns, "pass.columns.", names));
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!columns->contains(names[i])) continue;
      TURNOUT_TRY(auto found, places(*columns, std::string(names[i]), "pass.columns."));
      map.columns[static_cast<MappedColumn>(i)] = std::move(found);
    }
    for (const auto needed : {MappedColumn::kModel, MappedColumn::kStartedAt}) {
      if (map.columns.contains(needed)) continue;
      return wrong(
          fmt::format("pass.columns.{}", kMappedColumnNames.at(static_cast<std::size_t>(needed))),
          "is missing");
    }
    if (map.columns.contains(MappedColumn::kLatency) ||
        map.columns.contains(MappedColumn::kEndedAt))
      return base::Done{};
    return wrong("pass.columns.latency_s", "is missing, and so is ended_at");
  }

  Result<FeedbackMap> read_feedback(const toml::table& table) {
    constexpr const char* kWithin = "feedback.";
    TURNOUT_CHECK(allow_only(
        table, kWithin, {"table", "when", "of", "value", "success_from", "success", "failure"}));
    FeedbackMap feedback;
    TURNOUT_TRY(feedback.table, table_name(table, kWithin));
    auto when = conditions(table, kWithin);
    auto of = places(table, "of", kWithin);
    auto value = places(table, "value", kWithin);
    if (!when) return when.error();
    if (!of) return of.error();
    if (!value) return value.error();
    feedback.when = *std::move(when);
    feedback.of = *std::move(of);
    feedback.value = *std::move(value);
    if (const auto* node = table.get("success_from")) {
      const auto from = node->value<double>();  // none for an integer beyond 2^53
      if (!from) return wrong("feedback.success_from", "must be a number");
      feedback.success_from = *from;
    }
    for (auto [key, to] :
         {std::pair{"success", &feedback.success}, {"failure", &feedback.failure}}) {
      const auto* node = table.get(key);
      if (node == nullptr) continue;
      TURNOUT_TRY(*to, words(*node, kWithin + std::string(key)));
    }
    return feedback;
  }

  std::string source_;
};

constexpr std::string_view kFolder = "maps/";
constexpr std::string_view kEnding = ".toml";

}  // namespace

namespace {

void note(std::set<std::string>& columns, const Places& places) {
  for (const auto& place : places) {
    if (!place.constant && !place.steps.empty()) columns.insert(place.steps.front());
  }
}

void note(std::set<std::string>& columns, const std::vector<RowCondition>& conditions) {
  for (const auto& condition : conditions) note(columns, Places{condition.place});
}

std::set<std::string> columns_of(const FeedbackMap& map) {
  std::set<std::string> columns;
  note(columns, map.when);
  note(columns, map.of);
  note(columns, map.value);
  return columns;
}

}  // namespace

std::set<std::string> columns_read(const RowMap& map) {
  std::set<std::string> columns;
  if (!map.rows.empty()) return columns;
  for (const auto* conditions : {&map.when, &map.no_answer, &map.helper})
    note(columns, *conditions);
  for (const auto& [column, places] : map.columns) note(columns, places);
  if (map.feedback && map.feedback->table.empty()) columns.merge(columns_of(*map.feedback));
  return columns;
}

WantedRows wanted_passes(const RowMap& map, TimesWanted times) {
  for (const auto& place : map.columns.at(MappedColumn::kStartedAt)) {
    if (!place.constant && place.steps.size() == 1 && place.times == 1)
      times.columns.push_back(place.steps.front());
  }
  // A row that is no pass may say how one went.
  const bool all = map.feedback && map.feedback->table.empty();
  return {columns_read(map), all ? std::vector<RowCondition>() : map.when, std::move(times)};
}

WantedRows wanted_feedback(const FeedbackMap& map) { return {columns_of(map), map.when, {}}; }

Result<RowMap> parse_row_map(std::string_view toml, const std::string& source) {
  try {
    return MapReader(source).read(toml::parse(toml));
  } catch (const toml::parse_error& e) {
    return Error{ErrorCode::kMalformedInput, std::string(e.description()),
                 fmt::format("{}:{}", source, e.source().begin.line)};
  }
}

std::vector<std::string> row_map_names() {
  std::vector<std::string> names;
  for (const auto& [path, text] : embedded_texts()) {
    if (path.starts_with(kFolder)) {
      names.emplace_back(
          path.substr(kFolder.size(), path.size() - kFolder.size() - kEnding.size()));
    }
  }
  return names;
}

std::string_view row_map_text(std::string_view name) {
  return base::find_text(embedded_texts(), fmt::format("{}{}{}", kFolder, name, kEnding));
}

Result<RowMap> read_row_map(const std::string& name) {
  constexpr std::size_t kLargest = std::size_t{1} << 20U;
  if (const auto text = row_map_text(name); !text.empty()) return parse_row_map(text, name);
  if (!name.ends_with(kEnding)) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("{} must be a FILE.toml or one of {}", base::in_quotes(name),
                             fmt::join(row_map_names(), ", ")),
                 "--map"};
  }
  TURNOUT_TRY(auto text, base::read_file(name, kLargest));
  return parse_row_map(text, name);
}

}  // namespace turnout::mapping
