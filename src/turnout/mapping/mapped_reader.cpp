#include "turnout/mapping/mapped_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "turnout/base/number_text.h"
#include "turnout/mapping/clickhouse_documents.h"
#include "turnout/mapping/mapped_row.h"
#include "turnout/mapping/recognise_log.h"
#include "turnout/mapping/row_batches.h"
#include "turnout/mapping/row_documents.h"
#include "turnout/mapping/row_matcher.h"
#include "turnout/store/pass_store.h"

namespace turnout::mapping {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

/// A map that says where rows are wants the documents as they are.
traffic::Wrappers wrappers_of(const RowMap& map) {
  return map.rows.empty() ? traffic::Wrappers::kOpened : traffic::Wrappers::kKept;
}

class MappedReader final : public traffic::PassReader {
 public:
  MappedReader(std::unique_ptr<RowDocuments> documents, RowMap map, std::int64_t window_us,
               const base::Cancellation& cancellation)
      : documents_(std::move(documents)),
        map_(std::move(map)),
        window_us_(window_us),
        cancellation_(cancellation) {}

  Result<bool> next(traffic::Pass& pass) override {
    if (!rows_) {
      TURNOUT_TRY(auto rows, RowMatcher::create(window_us_));
      rows_.emplace(std::move(rows));
      TURNOUT_CHECK(read_all());
      TURNOUT_CHECK(rows_->match(counts_.matches, cancellation_));
      documents_.reset();
    }
    return rows_->next(pass);
  }

 private:
  base::Status read_all() {
    constexpr std::size_t kMostThreads = 4;
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    RowBatches batches(*documents_, map_, cancellation_, std::min(cores, kMostThreads));
    for (;;) {
      TURNOUT_TRY(const RowBatch* batch, batches.next());
      if (batch == nullptr) break;
      TURNOUT_CHECK(take(*batch));
    }
    counts_.cut_off += documents_->cut_off();
    return base::Done{};
  }

  base::Status take(const RowBatch& batch) {
    std::string_view packed = batch.packed;
    for (const auto& [number, said] : batch.items) {
      const auto& document = batch.documents[number];
      if (const auto* row = std::get_if<PackedRow>(&said)) {
        ++counts_.rows;
        TURNOUT_CHECK(rows_->take(*row, packed.substr(0, row->size)));
        packed.remove_prefix(row->size);
      } else if (const auto* defect = std::get_if<traffic::Defect>(&said)) {
        ++counts_.rows;
        if (counts_.refused() == 0)
          counts_.first_defect = fmt::format("{}: {}", document.place, name_of(*defect));
        ++counts_.defects.at(static_cast<std::size_t>(*defect));
      } else if (const auto* feedback = std::get_if<MappedFeedback>(&said)) {
        rows_->take(*feedback);
      } else if (const auto* error = std::get_if<Error>(&said)) {
        if (document.ended) return Error(*error).within(document.place);
        ++counts_.cut_off;
      } else {
        ++counts_.matches.passed_over;
      }
    }
    return base::Done{};
  }

  std::unique_ptr<RowDocuments> documents_;
  RowMap map_;
  std::int64_t window_us_;
  base::Cancellation cancellation_;
  std::optional<RowMatcher> rows_;
};

/// The times of a table's rows that may belong to the tasks wanted. A task goes on until its user has
/// not come back for a window, so that a row by which one that began before `since` is known lies at
/// most a window and an answer before it.
TimesWanted times_of(const WantedTasks& tasks, std::int64_t window_us) {
  constexpr std::int64_t kSecond = 1'000'000;
  const std::int64_t around = window_us / kSecond + 1 + kRowsAround.count();
  TimesWanted times;
  if (tasks.since_us) times.since_s = std::max<std::int64_t>(*tasks.since_us / kSecond - around, 0);
  if (tasks.until_us) times.until_s = std::max<std::int64_t>(*tasks.until_us / kSecond + around, 0);
  return times;
}

Result<std::unique_ptr<RowDocuments>> open_tables(const std::string& source, const RowMap& map,
                                                  const TimesWanted& times,
                                                  const base::Cancellation& cancellation) {
  const bool clickhouse = source.starts_with("clickhouse:");
  if (map.table.empty() || source.starts_with("sqlite:")) {
    return Error{ErrorCode::kUnsupported,
                 "cannot be read by this map: a map reads files, or the table of a server "
                 "(postgres://, clickhouse://) that it names",
                 base::in_quotes(store::without_password(source))};
  }
  if (clickhouse) return open_clickhouse_tables(source, map, times, cancellation);
  if (map.join || (map.feedback && !map.feedback->table.empty())) {
    return Error{ErrorCode::kUnsupported,
                 "cannot be read by this map: it names several tables, which only clickhouse:// "
                 "sources may have",
                 base::in_quotes(store::without_password(source))};
  }
  return open_table(source, map.table, wanted_passes(map, times), cancellation);
}

}  // namespace

Result<std::unique_ptr<traffic::PassReader>> open_mapped_passes(
    const std::string& source, RowMap map, std::int64_t window_us,
    const base::Cancellation& cancellation, const WantedTasks& tasks) {
  TURNOUT_TRY(auto documents,
              store::is_store(source)
                  ? open_tables(source, map, times_of(tasks, window_us), cancellation)
                  : open_documents(source, wrappers_of(map)));
  return mapped_passes(std::move(documents), std::move(map), window_us, cancellation);
}

std::unique_ptr<traffic::PassReader> mapped_passes(std::unique_ptr<RowDocuments> documents,
                                                   RowMap map, std::int64_t window_us,
                                                   const base::Cancellation& cancellation) {
  return std::make_unique<MappedReader>(std::move(documents), std::move(map), window_us,
                                        cancellation);
}

namespace {

/// Looks at no more of a file than it takes: it may be a pipe that is still being written to.
Result<RecognisedLog> recognise(traffic::LogFile& file) {
  std::string_view bytes = file.source.peeked();
  std::size_t enough = 1;
  for (bool all = false;;) {
    if (all || bytes.size() >= enough) {
      auto found = recognise_log(bytes, file.is_csv);
      if (all || (found && found->seen)) return std::move(found).within(file.source.name());
      enough = 2 * bytes.size();
    }
    const std::size_t known = bytes.size();
    TURNOUT_TRY(bytes, file.source.peek(kLookedAt));
    all = bytes.size() == known || bytes.size() == kLookedAt;
  }
}

/// What the first file that says anything is.
Result<RecognisedLog> recognise(const std::vector<std::string>& files) {
  std::optional<Error> unknown;
  for (const auto& path : files) {
    TURNOUT_TRY(auto file, traffic::open_log_file(path));
    auto found = recognise(file);
    if (found) return found;
    if (!unknown) unknown = found.error();
  }
  return *unknown;
}

}  // namespace

Result<AnyPasses> open_any_passes(const std::string& source, const std::string& map,
                                  std::int64_t window_us, const base::Cancellation& cancellation,
                                  const WantedTasks& tasks) {
  if (!map.empty()) {
    TURNOUT_TRY(auto known, read_row_map(map));
    TURNOUT_TRY(auto passes,
                open_mapped_passes(source, std::move(known), window_us, cancellation, tasks));
    return AnyPasses{std::move(passes), ""};
  }
  TURNOUT_TRY(const auto files, traffic::log_files(source));
  if (!files.empty()) {
    TURNOUT_TRY(const auto found, recognise(files));
    if (!found.map.empty()) {
      TURNOUT_TRY(auto any, open_any_passes(source, found.map, window_us, cancellation));
      any.taken = found.taken();
      return any;
    }
    TURNOUT_TRY(auto passes, traffic::open_passes(source));
    return AnyPasses{std::move(passes), ""};
  }
  TURNOUT_TRY(auto file, traffic::open_log_file(source));  // once: it may be standard input
  TURNOUT_TRY(const auto found, recognise(file));
  if (found.map.empty()) {
    return AnyPasses{file.is_csv ? traffic::csv_reader(std::move(file.source))
                                 : traffic::json_reader(std::move(file.source)),
                     ""};
  }
  TURNOUT_TRY(auto known, read_row_map(found.map));
  const auto wrappers = wrappers_of(known);
  return AnyPasses{mapped_passes(open_documents(std::move(file), wrappers), std::move(known),
                                 window_us, cancellation),
                   found.taken()};
}

}  // namespace turnout::mapping
