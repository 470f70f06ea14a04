#include "turnout/analysis/catalog_answer.h"

#include <fmt/format.h>

#include <utility>

#include "turnout/base/number_text.h"

namespace turnout::analysis {

base::Result<scenario::CatalogColumns> catalog_columns(const std::vector<std::string>& renames) {
  scenario::CatalogColumns columns;
  for (const std::string& rename : renames) {
    const auto equals = rename.find('=');
    const std::string key = rename.substr(0, equals);
    std::string* column = key == "model"     ? &columns.name
                          : key == "success" ? &columns.success
                          : key == "latency" ? &columns.latency
                          : key == "cost"    ? &columns.cost
                                             : nullptr;
    if (equals == std::string::npos || column == nullptr || equals + 1 == rename.size()) {
      return base::Error{
          base::ErrorCode::kMalformedInput,
          fmt::format("{} must be KEY=COLUMN with KEY one of model, success, latency, cost",
                      base::in_quotes(rename)),
          "--columns"};
    }
    *column = rename.substr(equals + 1);
  }
  return columns;
}

base::Result<CatalogAnswer> catalog_answer(const std::string& path, const CatalogOptions& options,
                                           const base::Cancellation& cancellation) {
  TURNOUT_TRY(base::LineReader reader, base::LineReader::open(path));
  TURNOUT_TRY(auto models, scenario::read_catalog(reader, options.columns));
  TURNOUT_TRY(auto survey, scenario::survey(models, options.user, options.provider, cancellation));
  auto worst = scenario::worst_misaligned(survey, options.top, true);
  return CatalogAnswer{reader.name(),     std::move(models), options.user,    options.provider,
                       std::move(survey), options.top,       std::move(worst)};
}

}  // namespace turnout::analysis
