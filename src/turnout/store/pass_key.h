#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "turnout/traffic/pass.h"

namespace turnout::store {

/// What names a pass; the task's text is the pass's own.
using PassKey = std::pair<std::string_view, std::int64_t>;
inline PassKey key_of(const traffic::Pass& pass) { return {pass.task_id, pass.attempt}; }

struct HashPassKey {
  std::size_t operator()(const PassKey& key) const {
    return std::hash<std::string_view>{}(key.first) ^
           (static_cast<std::size_t>(key.second) * 0x9e3779b97f4a7c15ULL);
  }
};

}  // namespace turnout::store
