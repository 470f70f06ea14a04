#pragma once

#include <optional>
#include <string_view>

namespace turnout::mock {

/// What an answer of a mock ends with: whether it is right, for who may know.
inline constexpr std::string_view kSolved = "[turnout:solved]";
inline constexpr std::string_view kFailed = "[turnout:failed]";

/// @returns whether an answer is right; nothing if it does not say.
inline std::optional<bool> verdict_of(std::string_view answer) {
  if (answer.ends_with(kSolved)) return true;
  if (answer.ends_with(kFailed)) return false;
  return {};
}

}  // namespace turnout::mock
