#include "turnout/analysis/import_answer.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "turnout/analysis/log_summaries.h"
#include "turnout/base/number_text.h"
#include "turnout/mapping/mapped_reader.h"

namespace turnout::analysis {
namespace {

base::Error wrong(const std::string& which, const std::string& text, const char* allowed) {
  return base::Error{base::ErrorCode::kMalformedInput,
                     base::in_quotes(store::without_password(text)) + " must be " + allowed, which};
}

}  // namespace

base::Error nothing_imported(const std::string& source, const ImportAnswer& answer) {
  const traffic::RowCounts& read = answer.counts.read;
  std::string why = "holds no row";
  if (read.refused() > 0) {
    why = store::refused_note(answer.counts) +
          "; is it another program's log, and a --map forgotten, or the wrong one?";
  } else if (read.matches.passed_over > 0) {
    why = fmt::format("{} rows, and none is a pass by this map: is it the wrong one?",
                      read.matches.passed_over);
  } else if (read.matches.unanswered > 0) {
    why = fmt::format("{} rows, and each ended in an error: no answer, no pass", read.rows);
  }
  return base::Error{base::ErrorCode::kMalformedInput, "nothing was imported: " + why,
                     store::without_password(source)};
}

base::Result<ImportAnswer> import_answer(const std::string& source, const std::string& destination,
                                         const ImportOptions& options, const base::Watch& watch) {
  if (store::is_store(source) && options.map.empty()) {
    return wrong("SOURCE", source, "a file, a folder or -, or read by a --map");
  }
  if (!store::is_store(destination)) {
    return wrong("DEST", destination, "sqlite:FILE, postgres://... or clickhouse://...");
  }
  constexpr double kMicro = 1e6;
  TURNOUT_TRY(auto log,
              mapping::open_any_passes(source, options.map,
                                       static_cast<std::int64_t>(options.window_s * kMicro),
                                       watch.cancellation));
  TURNOUT_TRY(auto store,
              store::open_store(destination, store::Access::kCreate, watch.cancellation));
  TURNOUT_TRY(auto counts, store::import_passes(*log.passes, *store, watch));
  TURNOUT_CHECK(watch.cancellation.check());
  const auto kept =
      keep_summaries(*store, options.window_s, {[](std::size_t) {}, watch.cancellation});
  TURNOUT_CHECK(watch.cancellation.check());
  std::string note;
  if (!kept)
    note =
        "the passes are stored, but the summaries of closed days could not be brought up to "
        "date: " +
        kept.error().to_string();
  return ImportAnswer{std::move(counts), std::move(log.taken), std::move(note)};
}

}  // namespace turnout::analysis
