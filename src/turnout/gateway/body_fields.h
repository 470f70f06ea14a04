#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"

namespace turnout::gateway {

/// The keys of a body that the gateway itself is sent, read strictly: each has its type and range, and
/// none is unknown. A key that has null counts as not there. What is wrong is told once, at the end.
class BodyFields {
 public:
  using Json = nlohmann::ordered_json;
  /// @param body  any bytes
  explicit BodyFields(std::string_view body);

  /// @returns a text of 1 to kLongestId bytes; empty if the key is not there.
  std::string text(std::string_view key);
  bool flag(std::string_view key);
  /// @returns a number in [0, most].
  std::optional<double> number(std::string_view key, double most);
  /// @returns a whole number in [least, most].
  std::optional<std::int64_t> count(std::string_view key, std::int64_t least, std::int64_t most);
  /// @returns what stands there, for the caller to judge; nullptr if the key is not there.
  const Json* value(std::string_view key);

  /// Says that something else is wrong.
  void refuse(std::string message);
  /// @returns kMalformedInput with the first thing that was wrong, a key that nobody asked for at last.
  [[nodiscard]] base::Status finish() const;

 private:
  Json object_;
  std::vector<std::string_view> asked_;
  std::optional<std::string> trouble_;
};

}  // namespace turnout::gateway
