#include "turnout/window/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "turnout/base/nearest_name.h"
#include "turnout/base/number_text.h"

namespace turnout::window {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::optional<char> byte_of(std::string_view digits) {
  unsigned value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2 || value == 0)
    return std::nullopt;
  return static_cast<char>(static_cast<unsigned char>(value));
}

Result<std::string> decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const auto byte = byte_of(text.substr(i + 1, 2));
    if (!byte) {
      return Error{ErrorCode::kMalformedInput,
                   base::in_quotes(text.substr(i, 3)) + " is no byte, must be %01 to %FF", "query"};
    }
    out += *byte;
    i += 2;
  }
  return out;
}

}  // namespace

Result<Query> Query::parse(std::string_view target) {
  Query query;
  const auto mark = target.find('?');
  std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    TURNOUT_TRY(auto name, decoded(part.substr(0, equals)));
    TURNOUT_TRY(auto value, decoded(part.substr(std::min(equals + 1, part.size()))));
    query.values_.emplace_back(std::move(name), std::move(value));
  }
  return query;
}

base::Status Query::allow_only(std::span<const std::string_view> names) const {
  const std::vector<std::string> known(names.begin(), names.end());
  for (const auto& [name, value] : values_) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("{} is no parameter of this question{}", base::in_quotes(name),
                             base::did_you_mean(name, known)),
                 "query"};
  }
  return base::Done{};
}

std::vector<std::string> Query::all(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& [candidate, value] : values_) {
    if (candidate == name) found.push_back(value);
  }
  return found;
}

Result<std::optional<std::string>> Query::one(std::string_view name) const {
  const auto found = all(name);
  if (found.size() > 1)
    return Error{ErrorCode::kInvalidValue, "is given more than once", std::string(name)};
  return found.empty() ? std::nullopt : std::optional(found.front());
}

Result<std::optional<std::size_t>> Query::whole(std::string_view name, std::size_t least,
                                                std::size_t most) const {
  TURNOUT_TRY(const auto text, one(name));
  if (!text) return std::optional<std::size_t>();
  std::size_t number = 0;
  const char* const last = text->data() + text->size();
  const auto [end, error] = std::from_chars(text->data(), last, number);
  if (error == std::errc() && end == last && number >= least && number <= most)
    return std::optional(number);
  return Error{
      ErrorCode::kInvalidValue,
      fmt::format("{} must be a whole number from {} to {}", base::in_quotes(*text), least, most),
      std::string(name)};
}

}  // namespace turnout::window
