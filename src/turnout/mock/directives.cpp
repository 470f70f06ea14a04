#include "turnout/mock/directives.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace turnout::mock {
namespace {

/// @returns what stands behind "[turnout:WORD " up to its bracket; nothing if it is not there.
std::optional<std::string_view> directive(std::string_view text, std::string_view word) {
  const std::string opening = "[turnout:" + std::string(word) + " ";
  const std::size_t begin = text.find(opening);
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + opening.size());
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(0, end);
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Fault fault_of(std::string_view what) {
  if (what == "hang") return Fault::kHang;
  if (what == "cut") return Fault::kCut;
  if (what == "garbage") return Fault::kGarbage;
  const auto status = number_of<int>(what);
  return status && *status >= 400 && *status <= 599 ? Fault::kStatus : Fault::kNone;
}

}  // namespace

Directives read_directives(std::string_view text) {
  constexpr double kLongest = 3600;
  Directives read;
  if (const auto fail = directive(text, "fail")) {
    const auto space = std::min(fail->find(' '), fail->size());
    const auto times = number_of<std::size_t>(fail->substr(std::min(space + 1, fail->size())));
    if (times) read.fault = fault_of(fail->substr(0, space));
    if (read.fault != Fault::kNone) read.times = *times;
    if (read.fault == Fault::kStatus) read.status = *number_of<int>(fail->substr(0, space));
  }
  if (const auto slow = directive(text, "slow")) {
    const auto seconds = number_of<double>(*slow);
    if (seconds && *seconds >= 0 && *seconds <= kLongest) read.slow_s = seconds;
  }
  if (const auto call = directive(text, "call")) {
    const auto space = std::min(call->find(' '), call->size());
    const std::string arguments(call->substr(space));
    if (nlohmann::json::parse(arguments, nullptr, false).is_object())
      read.call = ToolCall{std::string(call->substr(0, space)), arguments.substr(1)};
  }
  return read;
}

}  // namespace turnout::mock
