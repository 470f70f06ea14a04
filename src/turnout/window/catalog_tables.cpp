#include "turnout/window/catalog_tables.h"

#include <nlohmann/json.hpp>

#include "turnout/report/solution_report.h"
#include "turnout/scenario/model_catalog.h"
#include "turnout/window/embedded_files.h"

namespace turnout::window {
namespace {

using nlohmann::ordered_json;

/// "catalog/aider_edit.csv" is "aider_edit".
std::string name_of(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  return std::string(path.substr(0, path.rfind('.')));
}

base::Result<ordered_json> table_json(const base::EmbeddedText& file) {
  auto rows = base::LineReader::over(file.text, std::string(file.name));
  TURNOUT_TRY(const auto models, scenario::read_catalog(rows, {}));
  ordered_json table = {
      {"name", name_of(file.name)}, {"file", file.name}, {"models", ordered_json::array()}};
  for (const auto& [name, model] : models) {
    table["models"].push_back({{"name", name},
                               {"success", model.success},
                               {"latency", model.latency},
                               {"cost", model.cost}});
  }
  return table;
}

}  // namespace

base::Result<std::string> catalog_json() {
  ordered_json tables = ordered_json::array();
  for (const auto& file : embedded_files()) {
    if (!file.name.starts_with("catalog/")) continue;
    TURNOUT_TRY(auto table, table_json(file));
    tables.push_back(std::move(table));
  }
  return report::to_text(tables);
}

}  // namespace turnout::window
