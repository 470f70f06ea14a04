#include "turnout/scenario/model_catalog.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <string_view>

#include "turnout/base/csv.h"
#include "turnout/base/number_text.h"

namespace turnout::scenario {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using game::Quantity;

Result<double> number(std::string_view field, Quantity quantity, const std::string& column) {
  TURNOUT_TRY(auto value, base::parse_number(base::csv_text(field)).within("column " + column));
  TURNOUT_CHECK(game::check(quantity, value).within("column " + column));
  return value;
}

/// Reads rows into models, by where the header has the wanted columns.
struct CatalogRow {
  const CatalogColumns& names;
  std::vector<std::size_t> at;
  std::size_t field_count;

  [[nodiscard]] Result<CatalogModel> read(std::string_view row) const {
    std::vector<std::string_view> fields;
    TURNOUT_CHECK(base::split_csv(row, fields));
    if (fields.size() != field_count) {
      return Error{ErrorCode::kMalformedInput,
                   fmt::format("has {} fields, the header has {}", fields.size(), field_count), ""};
    }
    std::string name = base::csv_text(fields[at[0]]);
    if (name.empty())
      return Error{ErrorCode::kMalformedInput, "is empty, must name a model",
                   "column " + names.name};
    TURNOUT_TRY(auto success, number(fields[at[1]], Quantity::kSuccess, names.success));
    TURNOUT_TRY(auto latency, number(fields[at[2]], Quantity::kLatency, names.latency));
    TURNOUT_TRY(auto cost, number(fields[at[3]], Quantity::kCost, names.cost));
    return CatalogModel{std::move(name), {success, latency, cost}};
  }
};

}  // namespace

Result<std::vector<CatalogModel>> read_catalog(base::LineReader& rows,
                                               const CatalogColumns& columns) {
  auto header = rows.next();
  if (!header) return header.error();
  if (!header->has_value())
    return Error{ErrorCode::kMalformedInput, "is empty, must be a catalogue", rows.name()};
  const std::array<std::string_view, 4> wanted = {columns.name, columns.success, columns.latency,
                                                  columns.cost};
  TURNOUT_TRY(auto found, base::find_columns(**header, wanted).within(rows.place()));
  const CatalogRow reader{columns, found.required, found.count};

  std::vector<CatalogModel> models;
  std::map<std::string, std::size_t> line_of;
  for (;;) {
    auto row = rows.next();
    if (!row) return row.error();
    if (!row->has_value()) break;
    TURNOUT_TRY(auto model, reader.read(**row).within(rows.place()));
    const auto [first, is_new] = line_of.emplace(model.name, rows.line_number());
    if (!is_new) {
      return Error{ErrorCode::kInvalidValue,
                   fmt::format("{} was named on line {} already, names must differ",
                               base::in_quotes(model.name), first->second),
                   rows.place() + ": column " + columns.name};
    }
    models.push_back(std::move(model));
  }
  if (models.size() < 2) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("has {} models, must have at least 2", models.size()), rows.name()};
  }
  return models;
}

}  // namespace turnout::scenario
