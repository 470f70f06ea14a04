#include "turnout/analysis/import_answer.h"

#include <memory>
#include <utility>

#include "turnout/base/number_text.h"
#include "turnout/mapping/mapped_reader.h"

namespace turnout::analysis {
namespace {

base::Error wrong(const std::string& which, const std::string& text, const char* allowed) {
  return base::Error{base::ErrorCode::kMalformedInput,
                     base::in_quotes(store::without_password(text)) + " must be " + allowed, which};
}

base::Result<std::unique_ptr<traffic::PassReader>> open_source(const std::string& source,
                                                               const ImportOptions& options,
                                                               const base::Cancellation& stop) {
  constexpr double kMicro = 1e6;
  if (options.map.empty()) return traffic::open_passes(source);
  TURNOUT_TRY(auto map, mapping::read_row_map(options.map));
  return mapping::open_mapped_passes(source, std::move(map),
                                     static_cast<std::int64_t>(options.window_s * kMicro), stop);
}

}  // namespace

base::Result<ImportAnswer> import_answer(const std::string& source, const std::string& destination,
                                         const ImportOptions& options, const base::Watch& watch) {
  if (store::is_store(source) && options.map.empty()) {
    return wrong("SOURCE", source, "a file, a folder or -, or read by a --map");
  }
  if (!store::is_store(destination)) {
    return wrong("DEST", destination, "sqlite:FILE, postgres://... or clickhouse://...");
  }
  TURNOUT_TRY(auto reader, open_source(source, options, watch.cancellation));
  TURNOUT_TRY(auto store,
              store::open_store(destination, store::Access::kCreate, watch.cancellation));
  TURNOUT_TRY(auto counts, store::import_passes(*reader, *store, watch));
  TURNOUT_CHECK(watch.cancellation.check());
  return ImportAnswer{std::move(counts)};
}

}  // namespace turnout::analysis
