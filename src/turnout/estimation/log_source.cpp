#include "turnout/estimation/log_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "turnout/estimation/engines/sql_statistics.h"

namespace turnout::estimation {

using base::Result;

TemporaryFile::TemporaryFile() {
  static int made = 0;
  std::error_code problem;
  auto folder = std::filesystem::temp_directory_path(problem);
  if (problem) folder = "/tmp";
  path_ = (folder / fmt::format("turnout-{}-{}.db", ::getpid(), made++)).string();
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + ending, ignored);
}

std::string TemporaryFile::source() const { return "sqlite:" + path_; }

Result<LogStatistics> read_store(traffic::PassStore& store, const LogSelection& selection,
                                 const std::function<void(std::size_t)>& on_passes) {
  if (auto* server = dynamic_cast<traffic::SqlStore*>(&store)) return sql_statistics(*server, selection, on_passes);
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
  return gatherer.finish();
}

Result<OpenLog> open_log(const std::string& source, const std::optional<MappedLog>& mapped,
                         const std::function<void(std::size_t)>& on_passes) {
  OpenLog log;
  if (traffic::is_store(source) && !mapped) {
    auto store = traffic::open_store(source, traffic::Create::kNo);
    if (!store) return store.error();
    log.store = *std::move(store);
    return log;
  }
  auto reader =
      mapped ? traffic::open_mapped_passes(source, mapped->map, mapped->window_us) : traffic::open_passes(source);
  if (!reader) return reader.error();
  log.file = std::make_unique<TemporaryFile>();
  auto store = traffic::open_store(log.file->source(), traffic::Create::kYes);
  if (!store) return store.error();
  log.store = *std::move(store);
  const auto passes = *std::move(reader);
  auto import = traffic::import_passes(*passes, *log.store, on_passes);
  if (!import) return import.error();
  log.import = *std::move(import);
  return log;
}

Result<LogReading> read_log(const std::string& source, const std::optional<MappedLog>& mapped,
                            const LogSelection& selection, const std::function<void(std::size_t)>& on_passes) {
  auto opened = open_log(source, mapped, on_passes);
  if (!opened) return opened.error();
  const OpenLog log = *std::move(opened);
  auto statistics = read_store(*log.store, selection, on_passes);
  if (!statistics) return statistics.error().within(traffic::without_password(source));
  return LogReading{*std::move(statistics), log.import};
}

}  // namespace turnout::estimation
