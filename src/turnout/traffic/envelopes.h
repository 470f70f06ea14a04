#pragma once

#include <string>
#include <string_view>

namespace turnout::traffic {

/// Passes over what clients, not users, write into a user's message: <system-reminder>,
/// <environment_context> and their like, with all between their tags. One that is not closed takes
/// the rest, and the next text too.
class EnvelopeSkipper {
 public:
  /// @returns what stands before the next envelope; `text` becomes what stands behind it. To be
  ///   called until `text` is empty. O(bytes) in all.
  std::string_view next(std::string_view& text);
  /// @returns whether the next text begins within an envelope.
  [[nodiscard]] bool inside() const { return !open_.empty(); }

 private:
  std::string_view open_;  // the name of the one that is not closed yet
};

/// @returns a text without envelopes.
std::string without_envelopes(std::string_view text);

}  // namespace turnout::traffic
