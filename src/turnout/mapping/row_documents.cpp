#include "turnout/mapping/row_documents.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "turnout/base/csv.h"
#include "turnout/mapping/json_text.h"
#include "turnout/mapping/table_columns.h"
#include "turnout/store/pass_store.h"
#include "turnout/store/postgres_connection.h"
#include "turnout/traffic/row_lines.h"
#include "turnout/traffic/row_text.h"

namespace turnout::mapping {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

class JsonDocuments final : public RowDocuments {
 public:
  JsonDocuments(traffic::ByteSource source, traffic::Wrappers wrappers)
      : rows_(std::move(source), kLongestDocument, wrappers) {}
  Result<std::optional<std::string_view>> next() override { return rows_.next(); }
  [[nodiscard]] std::string place() const override { return rows_.place(); }
  [[nodiscard]] bool ended() const override { return rows_.ended(); }
  /// A row that was cut off itself has been returned, and has no end.
  [[nodiscard]] std::size_t cut_off() const override {
    return rows_.closed() || !rows_.ended() ? 0 : 1;
  }

 private:
  traffic::JsonRows rows_;
};

class CsvRecords final : public RowDocuments {
 public:
  explicit CsvRecords(traffic::ByteSource source) : lines_(std::move(source), kLongestDocument) {}
  Result<std::optional<std::string_view>> next() override {
    for (;;) {
      auto record = lines_.next_record();
      if (!record || !record->has_value()) return record;
      if ((*record)->empty()) continue;
      if (auto done = read(**record); !done) {
        if (lines_.ended()) return done.error().within(place());
        cut_off_ = 1;
        return std::optional<std::string_view>();
      }
      if (!document_.empty()) return std::optional<std::string_view>(document_);
    }
  }
  [[nodiscard]] std::string place() const override { return lines_.place(); }
  [[nodiscard]] std::size_t cut_off() const override { return cut_off_; }

 private:
  /// Makes a document of a record; none of the header.
  base::Status read(std::string_view record) {
    if (!simdjson::validate_utf8(record)) return traffic::no_utf8(record);
    TURNOUT_CHECK(base::split_csv(record, fields_));
    if (header_.empty()) {
      for (const auto field : fields_) header_.push_back(base::csv_text(field));
      return base::Done{};
    }
    if (fields_.size() != header_.size()) {
      return Error{ErrorCode::kMalformedInput,
                   fmt::format("has {} fields, the header has {}", fields_.size(), header_.size()),
                   ""};
    }
    document_.assign(1, '{');
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (i > 0) document_ += ',';
      append_json_text(document_, header_[i]);
      document_ += ':';
      append_json_text(document_, base::csv_text(fields_[i]));
    }
    document_ += '}';
    return base::Done{};
  }

  traffic::RowLines lines_;
  std::size_t cut_off_ = 0;
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
  std::string document_;
};

Result<std::unique_ptr<RowDocuments>> open_file(const std::string& path,
                                                traffic::Wrappers wrappers) {
  TURNOUT_TRY(traffic::LogFile file, traffic::open_log_file(path));
  return open_documents(std::move(file), wrappers);
}

/// Files one after the other.
class Files final : public RowDocuments {
 public:
  Files(std::vector<std::string> paths, traffic::Wrappers wrappers)
      : paths_(std::move(paths)), wrappers_(wrappers) {}
  Result<std::optional<std::string_view>> next() override {
    for (;;) {
      if (!file_) {
        if (opened_ == paths_.size()) return std::optional<std::string_view>();
        TURNOUT_TRY(file_, open_file(paths_[opened_++], wrappers_));
      }
      auto document = file_->next();
      if (!document || document->has_value()) return document;
      cut_off_ += file_->cut_off();
      file_.reset();
    }
  }
  [[nodiscard]] std::string place() const override { return file_ ? file_->place() : ""; }
  [[nodiscard]] bool ended() const override { return !file_ || file_->ended(); }
  [[nodiscard]] std::size_t cut_off() const override { return cut_off_; }

 private:
  std::vector<std::string> paths_;
  traffic::Wrappers wrappers_;
  std::size_t cut_off_ = 0;
  std::size_t opened_ = 0;
  std::unique_ptr<RowDocuments> file_;
};

/// The rows of a table as PostgreSQL sends them.
class TableRows final : public RowDocuments {
 public:
  TableRows(store::PostgresConnection connection, std::string name)
      : connection_(std::move(connection)), name_(std::move(name)) {}

  base::Status start(const std::string& table, const WantedRows& wanted) {
    TURNOUT_CHECK(connection_.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    TURNOUT_TRY(const auto types, types_of(table));
    choose_columns(types, wanted.columns);
    return connection_.begin_copy_out(
        fmt::format("COPY (SELECT {} FROM {}{}) TO STDOUT (FORMAT binary)",
                    columns_.empty() ? "*" : columns_.selected(), sql_name(table),
                    within(types, wanted.times)));
  }

  /// While we read some rows, the server sends the next.
  Result<std::optional<std::string_view>> next() override {
    for (;;) {
      TURNOUT_TRY(const auto message, connection_.next_copied());
      if (!message) return std::optional<std::string_view>();
      TURNOUT_TRY(const bool is_row, columns_.read(*message, document_).within(name_));
      if (!is_row) continue;
      ++read_;
      return std::optional<std::string_view>(document_);
    }
  }
  [[nodiscard]] std::string place() const override {
    return fmt::format("{}: row {}", name_, read_);
  }

 private:
  using Types = std::vector<std::pair<std::string, std::string>>;
  /// @returns the columns of a table and their types; none of a table that is not there.
  Result<Types> types_of(const std::string& table) {
    TURNOUT_TRY(const auto there,
                connection_.query("SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
                                  "WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT "
                                  "attisdropped ORDER BY attnum",
                                  {sql_name(table)}));
    Types types;
    for (int row = 0; row < there.rows(); ++row)
      types.emplace_back(there.text(row, 0), there.text(row, 1));
    return types;
  }
  /// Those wanted that the table has, or all.
  void choose_columns(const Types& types, const std::set<std::string>& wanted) {
    const auto add = [&](const auto& is_wanted) {
      for (const auto& [name, type] : types) {
        if (is_wanted(name)) columns_.add(name, type);
      }
    };
    add([&](const std::string& name) { return wanted.contains(name); });
    if (columns_.empty()) add([](const std::string&) { return true; });
  }
  /// @returns the condition on the time, which an index can use, or "". A timestamp without a zone is
  ///   taken as UTC, as it is when it is read.
  static std::string within(const Types& types, const TimesWanted& times) {
    std::vector<std::string> conditions;
    for (const auto& column : times.columns) {
      const auto found = std::find_if(types.begin(), types.end(),
                                      [&](const auto& one) { return one.first == column; });
      if (found == types.end()) continue;
      const bool zoned = found->second == "timestamp with time zone";
      if (!zoned && found->second != "timestamp without time zone") break;
      for (const auto& [sign, time] : {std::pair{">=", times.since_s}, {"<", times.until_s}}) {
        if (!time) continue;
        conditions.push_back(fmt::format("{} {} to_timestamp({}){}", sql_name(column), sign, *time,
                                         zoned ? "" : " AT TIME ZONE 'UTC'"));
      }
      break;
    }
    return conditions.empty() ? "" : fmt::format(" WHERE {}", fmt::join(conditions, " AND "));
  }

  store::PostgresConnection connection_;
  std::string name_;
  TableColumns columns_;
  std::string document_;
  std::size_t read_ = 0;
};

}  // namespace

std::unique_ptr<RowDocuments> open_documents(traffic::LogFile file, traffic::Wrappers wrappers) {
  if (file.is_csv) return std::make_unique<CsvRecords>(std::move(file.source));
  return std::make_unique<JsonDocuments>(std::move(file.source), wrappers);
}

Result<std::unique_ptr<RowDocuments>> open_documents(const std::string& path,
                                                     traffic::Wrappers wrappers) {
  TURNOUT_TRY(auto files, traffic::log_files(path));
  if (files.empty()) return open_file(path, wrappers);
  return std::unique_ptr<RowDocuments>(std::make_unique<Files>(std::move(files), wrappers));
}

Result<std::unique_ptr<RowDocuments>> open_table(const std::string& uri, const std::string& table,
                                                 const WantedRows& wanted,
                                                 const base::Cancellation& cancellation) {
  const std::string name = store::without_password(uri);
  TURNOUT_TRY(auto connection, store::PostgresConnection::open(uri, name, cancellation));
  auto rows = std::make_unique<TableRows>(std::move(connection), name);
  TURNOUT_CHECK(rows->start(table, wanted));
  return std::unique_ptr<RowDocuments>(std::move(rows));
}

}  // namespace turnout::mapping
