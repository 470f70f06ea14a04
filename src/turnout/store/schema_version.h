#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/store/pass_store.h"

namespace turnout::store {

/// @param version  the store's, 0 for nothing there
/// @param known  the version that this program writes
/// @param name  the store's, for messages
/// @returns kUnreadable for a store without tables that is not to be made; kUnsupported for a
///   version that is not known, and for an older one that is only to be read, with the command that
///   brings it up to date.
base::Status check_version(std::int64_t version, std::int64_t known, Access access,
                           const std::string& name);

/// @returns the statements that bring a store's schema from `version` up to date, oldest first: the
///   files sql/<engine>/NNN_*.sql, whose last statement writes their version. Nothing to do for a
///   store that is only to be read. Errors of check_version().
base::Result<std::vector<std::string_view>> pending_migrations(std::string_view engine,
                                                               std::int64_t version, Access access,
                                                               const std::string& name);

}  // namespace turnout::store
