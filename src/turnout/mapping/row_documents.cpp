#include "turnout/mapping/row_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "turnout/base/csv.h"
#include "turnout/store/pass_store.h"
#include "turnout/store/postgres_connection.h"
#include "turnout/traffic/log_files.h"
#include "turnout/traffic/row_lines.h"

namespace turnout::mapping {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

void append_json_text(std::string& to, std::string_view text) {
  to += '"';
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      to += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
      continue;
    }
    if (c == '"' || c == '\\') to += '\\';
    to += c;
  }
  to += '"';
}

class JsonLines final : public RowDocuments {
 public:
  explicit JsonLines(traffic::ByteSource source) : lines_(std::move(source), kLongestDocument) {}
  Result<std::optional<std::string_view>> next() override {
    for (;;) {
      auto line = lines_.next();
      if (!line || !line->has_value() ||
          (*line)->find_first_not_of(" \t") != std::string_view::npos)
        return line;
    }
  }
  [[nodiscard]] std::string place() const override { return lines_.place(); }
  [[nodiscard]] bool ended() const override { return lines_.ended(); }

 private:
  traffic::RowLines lines_;
};

class CsvRecords final : public RowDocuments {
 public:
  explicit CsvRecords(traffic::ByteSource source) : lines_(std::move(source), kLongestDocument) {}
  Result<std::optional<std::string_view>> next() override {
    for (;;) {
      auto line = lines_.next();
      if (!line || !line->has_value()) return line;
      TURNOUT_CHECK(base::split_csv(**line, fields_).within(place()));
      if (!header_.empty()) break;
      for (const auto field : fields_) header_.push_back(base::csv_text(field));
    }
    if (fields_.size() != header_.size()) {
      return Error{ErrorCode::kMalformedInput,
                   fmt::format("has {} fields, the header has {}", fields_.size(), header_.size()),
                   place()};
    }
    document_.assign(1, '{');
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (i > 0) document_ += ',';
      append_json_text(document_, header_[i]);
      document_ += ':';
      append_json_text(document_, base::csv_text(fields_[i]));
    }
    document_ += '}';
    return std::optional<std::string_view>(document_);
  }
  [[nodiscard]] std::string place() const override { return lines_.place(); }

 private:
  traffic::RowLines lines_;
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
  std::string document_;
};

Result<std::unique_ptr<RowDocuments>> open_file(const std::string& path) {
  TURNOUT_TRY(traffic::LogFile file, traffic::open_log_file(path));
  if (file.is_csv)
    return std::unique_ptr<RowDocuments>(std::make_unique<CsvRecords>(std::move(file.source)));
  return std::unique_ptr<RowDocuments>(std::make_unique<JsonLines>(std::move(file.source)));
}

/// Files one after the other.
class Files final : public RowDocuments {
 public:
  explicit Files(std::vector<std::string> paths) : paths_(std::move(paths)) {}
  Result<std::optional<std::string_view>> next() override {
    for (;;) {
      if (!file_) {
        if (opened_ == paths_.size()) return std::optional<std::string_view>();
        TURNOUT_TRY(file_, open_file(paths_[opened_++]));
      }
      auto document = file_->next();
      if (!document || document->has_value()) return document;
      file_.reset();
    }
  }
  [[nodiscard]] std::string place() const override { return file_ ? file_->place() : ""; }
  [[nodiscard]] bool ended() const override { return !file_ || file_->ended(); }

 private:
  std::vector<std::string> paths_;
  std::size_t opened_ = 0;
  std::unique_ptr<RowDocuments> file_;
};

/// The rows of a table as PostgreSQL writes them in JSON.
class TableRows final : public RowDocuments {
 public:
  TableRows(store::PostgresConnection connection, std::string name)
      : connection_(std::move(connection)), name_(std::move(name)) {}

  base::Status start(const std::string& table) {
    std::string quoted(1, '"');
    for (const char c : table) quoted.append(c == '"' ? 2 : 1, c);
    TURNOUT_CHECK(connection_.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    return connection_.run(fmt::format(
        "DECLARE in_order NO SCROLL CURSOR FOR SELECT row_to_json(t)::text FROM {}\" AS t",
        quoted));
  }

  Result<std::optional<std::string_view>> next() override {
    if (!rows_ || at_ == rows_->rows()) {
      TURNOUT_TRY(rows_, connection_.query("FETCH 1000 FROM in_order"));
      at_ = 0;
      if (rows_->rows() == 0) return std::optional<std::string_view>();
    }
    ++read_;
    return std::optional(rows_->text(at_++, 0));
  }
  [[nodiscard]] std::string place() const override {
    return fmt::format("{}: row {}", name_, read_);
  }

 private:
  store::PostgresConnection connection_;
  std::string name_;
  std::optional<store::PostgresRows> rows_;
  int at_ = 0;
  std::size_t read_ = 0;
};

}  // namespace

Result<std::unique_ptr<RowDocuments>> open_documents(const std::string& path) {
  TURNOUT_TRY(auto files, traffic::log_files(path));
  if (files.empty()) return open_file(path);
  return std::unique_ptr<RowDocuments>(std::make_unique<Files>(std::move(files)));
}

Result<std::unique_ptr<RowDocuments>> open_table(const std::string& uri, const std::string& table,
                                                 const base::Cancellation& cancellation) {
  const std::string name = store::without_password(uri);
  TURNOUT_TRY(auto connection, store::PostgresConnection::open(uri, name, cancellation));
  auto rows = std::make_unique<TableRows>(std::move(connection), name);
  TURNOUT_CHECK(rows->start(table));
  return std::unique_ptr<RowDocuments>(std::move(rows));
}

}  // namespace turnout::mapping
