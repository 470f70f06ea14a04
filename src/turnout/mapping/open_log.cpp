#include "turnout/mapping/open_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

namespace turnout::mapping {

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

Result<OpenLog> open_log(const std::string& source, const std::optional<MappedLog>& mapped,
                         const std::function<void(std::size_t)>& on_passes) {
  OpenLog log;
  if (store::is_store(source) && !mapped) {
    TURNOUT_TRY(auto opened, store::open_store(source, store::Create::kNo));
    log.store = std::move(opened);
    return log;
  }
  TURNOUT_TRY(auto reader, mapped ? open_mapped_passes(source, mapped->map, mapped->window_us)
                                  : traffic::open_passes(source));
  log.file = std::make_unique<TemporaryFile>();
  TURNOUT_TRY(auto opened, store::open_store(log.file->source(), store::Create::kYes));
  log.store = std::move(opened);
  const auto passes = std::move(reader);
  TURNOUT_TRY(auto import, store::import_passes(*passes, *log.store, on_passes));
  log.import = std::move(import);
  return log;
}

}  // namespace turnout::mapping
