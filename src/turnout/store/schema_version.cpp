#include "turnout/store/schema_version.h"

#include <fmt/format.h>

#include "turnout/store/embedded_texts.h"

namespace turnout::store {

using base::Error;
using base::ErrorCode;

base::Status check_version(std::int64_t version, std::int64_t known, Access access,
                           const std::string& name) {
  if (version == 0 && access != Access::kCreate) {
    return Error{ErrorCode::kUnreadable, "has no table of passes; turnout import makes one", name};
  }
  if (version < 0 || version > known) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("has schema version {}, this program knows up to {}", version, known),
                 name};
  }
  if (version < known && access == Access::kRead) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("has schema version {}, this program reads {}; turnout log create "
                             "STORE brings it up to date",
                             version, known),
                 name};
  }
  return base::Done{};
}

base::Result<std::vector<std::string_view>> pending_migrations(std::string_view engine,
                                                               std::int64_t version, Access access,
                                                               const std::string& name) {
  std::vector<std::string_view> migrations;
  for (const auto& [path, text] : embedded_texts()) {  // in the order of their names
    if (path.starts_with(fmt::format("sql/{}/0", engine))) migrations.push_back(text);
  }
  const auto known = static_cast<std::int64_t>(migrations.size());
  TURNOUT_CHECK(check_version(version, known, access, name));
  migrations.erase(migrations.begin(), migrations.begin() + static_cast<std::ptrdiff_t>(version));
  return migrations;
}

}  // namespace turnout::store
