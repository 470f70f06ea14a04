#include "turnout/estimation/log_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

namespace turnout::estimation {
namespace {

using base::Result;

/// A SQLite file that is gone when the object is.
class TemporaryFile {
 public:
  TemporaryFile() {
    static int made = 0;
    std::error_code problem;
    auto folder = std::filesystem::temp_directory_path(problem);
    if (problem) folder = "/tmp";
    path_ = folder / fmt::format("turnout-{}-{}.db", ::getpid(), made++);
  }
  ~TemporaryFile() {
    std::error_code ignored;
    for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(path_.string() + ending, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  TemporaryFile(TemporaryFile&&) = delete;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  [[nodiscard]] std::string source() const { return "sqlite:" + path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

Result<LogStatistics> read_store(traffic::PassStore& store, const LogSelection& selection,
                                 const std::function<void(std::size_t)>& on_passes) {
  constexpr std::size_t kEvery = 10'000;
  auto size = store.size();
  if (!size) return size.error();
  StatisticsGatherer gatherer(selection, size->last_us.value_or(0));
  std::size_t since = 0;
  auto done = store.for_each([&](const traffic::Pass& pass) {
    gatherer.add(pass);
    if (++since == kEvery) on_passes(std::exchange(since, 0));
    return true;
  });
  if (!done) return done.error();
  auto statistics = gatherer.finish();
  if (!statistics) return statistics.error().within(store.name());
  return statistics;
}

Result<LogReading> read_log(const std::string& source, const LogSelection& selection,
                            const std::function<void(std::size_t)>& on_passes) {
  if (traffic::is_store(source)) {
    auto store = traffic::open_store(source, traffic::Create::kNo);
    if (!store) return store.error();
    auto statistics = read_store(**store, selection, on_passes);
    if (!statistics) return statistics.error();
    return LogReading{*std::move(statistics), {}};
  }
  auto reader = traffic::open_passes(source);
  if (!reader) return reader.error();
  const TemporaryFile file;
  auto store = traffic::open_store(file.source(), traffic::Create::kYes);
  if (!store) return store.error();
  auto import = traffic::import_passes(**reader, **store, on_passes);
  if (!import) return import.error();
  auto statistics = read_store(**store, selection, on_passes);
  if (!statistics) return base::Error{statistics.error().code, statistics.error().message, source};
  return LogReading{*std::move(statistics), *std::move(import)};
}

}  // namespace turnout::estimation
