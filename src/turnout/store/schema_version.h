#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/store/pass_store.h"

namespace turnout::store {

/// @returns the statements that bring a store's schema from `version` (0: nothing there) up to
///   date, oldest first: the files sql/<engine>/NNN_*.sql, whose last statement writes their
///   version. kUnreadable for a store without tables that is not to be made; kUnsupported for a
///   version that is not known.
/// @param name  the store's, for messages
base::Result<std::vector<std::string_view>> pending_migrations(std::string_view engine,
                                                               std::int64_t version, Create create,
                                                               const std::string& name);

}  // namespace turnout::store
