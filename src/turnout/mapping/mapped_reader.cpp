#include "turnout/mapping/mapped_reader.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "turnout/base/number_text.h"
#include "turnout/mapping/mapped_row.h"
#include "turnout/mapping/reprompt_matcher.h"
#include "turnout/mapping/row_documents.h"
#include "turnout/store/pass_store.h"

namespace turnout::mapping {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

class MappedReader final : public traffic::PassReader {
 public:
  MappedReader(std::unique_ptr<RowDocuments> documents, RowMap map, std::int64_t window_us,
               const base::Cancellation& cancellation)
      : documents_(std::move(documents)),
        map_(std::move(map)),
        window_us_(window_us),
        cancellation_(cancellation) {}

  Result<bool> next(traffic::Pass& pass) override {
    if (documents_) {
      TURNOUT_CHECK(read_all());
      documents_.reset();
    }
    if (given_ == passes_.size()) return false;
    pass = std::move(passes_[given_++]);
    return true;
  }

 private:
  base::Status read_all() {
    RowMapper mapper(map_);
    std::vector<MappedRow> rows;
    std::vector<MappedFeedback> feedback;
    const RowMapper::Sinks sinks{
        [&](MappedRow row, traffic::Defect defect) { take(std::move(row), defect, rows); },
        [&](MappedFeedback said) { feedback.push_back(std::move(said)); },
        [&] { ++counts_.matches.passed_over; }};
    for (;;) {
      TURNOUT_CHECK(cancellation_.check());
      auto document = documents_->next();
      if (!document) return document.error();
      if (!document->has_value()) break;
      if (auto done = mapper.read(**document, sinks); !done) {
        if (documents_->ended()) return done.error().within(documents_->place());
        ++counts_.cut_off;
        break;
      }
    }
    passes_ = match_reprompts(std::move(rows), feedback, window_us_, counts_.matches);
    return base::Done{};
  }

  void take(MappedRow row, traffic::Defect defect, std::vector<MappedRow>& rows) {
    ++counts_.rows;
    if (defect == traffic::Defect::kNone) {
      traffic::Pass named = row.pass;  // the matcher numbers the attempts and names the tasks
      named.attempt = 1;
      if (named.task_id.empty()) named.task_id = row.id.empty() ? "none" : row.id;
      defect = traffic::defect_of(named);
    }
    if (defect == traffic::Defect::kNone) {
      rows.push_back(std::move(row));
      return;
    }
    if (counts_.refused() == 0)
      counts_.first_defect = fmt::format("{}: {}", documents_->place(), name_of(defect));
    ++counts_.defects.at(static_cast<std::size_t>(defect));
  }

  std::unique_ptr<RowDocuments> documents_;
  RowMap map_;
  std::int64_t window_us_;
  base::Cancellation cancellation_;
  std::vector<traffic::Pass> passes_;
  std::size_t given_ = 0;
};

}  // namespace

Result<std::unique_ptr<traffic::PassReader>> open_mapped_passes(
    const std::string& source, RowMap map, std::int64_t window_us,
    const base::Cancellation& cancellation) {
  if (store::is_store(source) && (!source.starts_with("postgres") || map.table.empty())) {
    return Error{ErrorCode::kUnsupported,
                 "cannot be read by this map: a map reads files, or the PostgreSQL table it names",
                 base::in_quotes(store::without_password(source))};
  }
  TURNOUT_TRY(auto documents, store::is_store(source) ? open_table(source, map.table, cancellation)
                                                      : open_documents(source));
  return std::unique_ptr<traffic::PassReader>(std::make_unique<MappedReader>(
      std::move(documents), std::move(map), window_us, cancellation));
}

}  // namespace turnout::mapping
