#include "turnout/base/temporary_files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <utility>

namespace turnout::base {
namespace {

struct Alive {
  std::mutex mutex;
  std::multiset<std::string> paths;
};

/// Never destroyed: a signal may come while the program's other objects are.
Alive& alive() {
  static auto* const paths = new Alive;  // NOLINT(cppcoreguidelines-owning-memory)
  return *paths;
}

void remove_all(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

}  // namespace

TemporaryPath::TemporaryPath(std::string path) : path_(std::move(path)) {
  const std::lock_guard lock(alive().mutex);
  alive().paths.insert(path_);
}

TemporaryPath::TemporaryPath(TemporaryPath&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryPath& TemporaryPath::operator=(TemporaryPath&& other) noexcept {
  if (this == &other) return *this;
  remove();
  path_ = std::exchange(other.path_, {});
  return *this;
}

TemporaryPath::~TemporaryPath() { remove(); }

void TemporaryPath::keep() {
  if (path_.empty()) return;
  const std::lock_guard lock(alive().mutex);
  const auto place = alive().paths.find(path_);
  if (place != alive().paths.end()) alive().paths.erase(place);
  path_.clear();
}

void TemporaryPath::remove() {
  if (path_.empty()) return;
  remove_all(path_);
  keep();
}

Result<TemporaryPath> temporary_folder() {
  std::error_code problem;
  const auto parent = std::filesystem::temp_directory_path(problem);
  if (problem) {
    return Error{ErrorCode::kUnwritable, "is no folder for temporary files: " + problem.message(),
                 "TMPDIR"};
  }
  std::string path = (parent / "turnout-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) {
    return Error{ErrorCode::kUnwritable,
                 fmt::format("no temporary folder can be made: {}", std::strerror(errno)),
                 parent.string()};
  }
  return TemporaryPath(std::move(path));
}

void remove_temporary_paths() {
  const std::lock_guard lock(alive().mutex);
  for (const auto& path : alive().paths) remove_all(path);
}

}  // namespace turnout::base
