#pragma once

#include <memory>
#include <string>

#include "turnout/base/cancellation.h"
#include "turnout/store/pass_store.h"

namespace turnout::store {

/// Makes a store for this process alone, of which nothing is wanted later: a log that is read needs one
/// to bring its passes in order. A batch that fails leaves it unusable. Half the time that a store takes
/// which is to outlive its process.
/// @param path  of a file that is not there
base::Result<std::unique_ptr<PassStore>> create_scratch_store(
    const std::string& path, const base::Cancellation& cancellation = {});

}  // namespace turnout::store
