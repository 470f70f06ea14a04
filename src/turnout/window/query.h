#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "turnout/base/result.h"

namespace turnout::window {

/// What stands behind the question mark of a target, decoded. (Forms of the URL standard: "+" is a
/// space.)
class Query {
 public:
  /// @returns kMalformedInput for a %xx that is none, and for a zero byte.
  static base::Result<Query> parse(std::string_view target);

  /// @returns kInvalidValue, with what may have been meant, for a parameter that is not among the
  ///   names: a misspelled one must not be passed over.
  [[nodiscard]] base::Status allow_only(std::span<const std::string_view> names) const;
  /// @returns the parameter's values, in order.
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  /// @returns the parameter's value, or nothing; kInvalidValue if it stands there twice.
  [[nodiscard]] base::Result<std::optional<std::string>> one(std::string_view name) const;
  /// @returns a whole number from `least` to `most`, or nothing; kInvalidValue with the range.
  [[nodiscard]] base::Result<std::optional<std::size_t>> whole(std::string_view name,
                                                               std::size_t least,
                                                               std::size_t most) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace turnout::window
