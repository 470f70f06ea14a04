#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "turnout/base/csv.h"
#include "turnout/base/number_text.h"
#include "turnout/traffic/pass_columns.h"
#include "turnout/traffic/pass_reader.h"
#include "turnout/traffic/row_lines.h"
#include "turnout/traffic/row_text.h"

namespace turnout::traffic {
namespace {

using base::Error;
using base::ErrorCode;

class CsvReader final : public PassReader {
 public:
  explicit CsvReader(ByteSource source) : lines_(std::move(source)) {}

  base::Result<bool> next(Pass& pass) override {
    if (columns_.empty()) {
      TURNOUT_CHECK(read_header());
    }
    for (;;) {
      auto line = lines_.next_record();
      if (!line) return line.error();
      if (!line->has_value()) return false;
      if ((*line)->empty()) continue;
      ++counts_.rows;
      clear(pass);
      const auto split = base::split_csv(**line, fields_);
      if (!split || fields_.size() != columns_.size()) {
        if (!lines_.ended()) {
          ++counts_.cut_off;
          return false;
        }
        if (!split) return split.error().within(lines_.place());
        return Error{
            ErrorCode::kMalformedInput,
            fmt::format("has {} fields, the header has {}", fields_.size(), columns_.size()),
            lines_.place()};
      }
      const Defect defect = read_fields(pass);
      if (defect == Defect::kNone) return true;
      if (defect == Defect::kText && !simdjson::validate_utf8(**line)) {
        if (lines_.ended()) return no_utf8(**line).within(lines_.place());
        ++counts_.cut_off;
        return false;
      }
      if (counts_.refused() == 0)
        counts_.first_defect = fmt::format("{}: {}", lines_.place(), name_of(defect));
      ++counts_.defects.at(static_cast<std::size_t>(defect));
    }
  }

 private:
  base::Status read_header() {
    auto line = lines_.next_record();
    if (!line) return line.error();
    if (!line->has_value())
      return Error{ErrorCode::kMalformedInput, "is empty, must have a header", lines_.name()};
    TURNOUT_CHECK(base::split_csv(**line, fields_).within(lines_.place()));
    for (const auto field : fields_) columns_.push_back(column_of(base::csv_text(field)));
    for (const Column needed : {Column::kTaskId, Column::kAttempt, Column::kModel,
                                Column::kStartedAt, Column::kLatency}) {
      const auto times = std::count(columns_.begin(), columns_.end(), std::optional(needed));
      if (times == 1) continue;
      return Error{ErrorCode::kMalformedInput,
                   fmt::format("the header has the column {} {} times, must have it once",
                               kColumnNames.at(static_cast<std::size_t>(needed)), times),
                   lines_.place()};
    }
    return base::Done{};
  }

  Defect read_fields(Pass& pass) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!columns_[i]) continue;
      const std::string_view field = fields_[i];
      const Defect defect = field.starts_with('"')
                                ? set_text(pass, *columns_[i], base::csv_text(field))
                                : set_text(pass, *columns_[i], field);
      if (defect != Defect::kNone) return defect;
    }
    return defect_of(pass);
  }

  RowLines lines_;
  std::vector<std::optional<Column>> columns_;
  std::vector<std::string_view> fields_;
};

}  // namespace

std::unique_ptr<PassReader> csv_reader(ByteSource source) {
  return std::make_unique<CsvReader>(std::move(source));
}

}  // namespace turnout::traffic
