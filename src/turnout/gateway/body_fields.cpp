#include "turnout/gateway/body_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "turnout/gateway/client_ids.h"

namespace turnout::gateway {

BodyFields::BodyFields(std::string_view body) : object_(Json::parse(body, nullptr, false)) {
  if (object_.is_object()) return;
  object_ = Json::object();
  refuse("the body is no JSON object");
}

void BodyFields::refuse(std::string message) {
  if (!trouble_) trouble_ = std::move(message);
}

const BodyFields::Json* BodyFields::value(std::string_view key) {
  asked_.push_back(key);
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::string BodyFields::text(std::string_view key) {
  const Json* found = value(key);
  if (found == nullptr) return {};
  if (found->is_string()) {
    const auto& text = found->get_ref<const std::string&>();
    if (!text.empty() && text.size() <= kLongestId) return text;
  }
  refuse(fmt::format("`{}` is a text of 1 to {} bytes", key, kLongestId));
  return {};
}

bool BodyFields::flag(std::string_view key) {
  const Json* found = value(key);
  if (found == nullptr) return false;
  if (!found->is_boolean()) refuse(fmt::format("`{}` is true or false", key));
  return found->is_boolean() && found->get<bool>();
}

std::optional<double> BodyFields::number(std::string_view key, double most) {
  const Json* found = value(key);
  if (found == nullptr) return std::nullopt;
  if (found->is_number()) {
    const auto number = found->get<double>();
    if (number >= 0 && number <= most) return number;
  }
  refuse(fmt::format("`{}` is a number from 0 to {:g}", key, most));
  return std::nullopt;
}

std::optional<std::int64_t> BodyFields::count(std::string_view key, std::int64_t least,
                                              std::int64_t most) {
  const Json* found = value(key);
  if (found == nullptr) return std::nullopt;
  if (found->is_number_integer()) {
    const bool fits = !found->is_number_unsigned() ||
                      found->get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
    const auto number = found->get<std::int64_t>();
    if (fits && number >= least && number <= most) return number;
  }
  refuse(fmt::format("`{}` is a whole number from {} to {}", key, least, most));
  return std::nullopt;
}

base::Status BodyFields::finish() const {
  const auto error = [](std::string message) {
    return base::Error{base::ErrorCode::kMalformedInput, std::move(message), ""};
  };
  if (trouble_) return error(*trouble_);
  for (const auto& [key, unused] : object_.items()) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end())
      return error(fmt::format("the key {:?} is not known here", key.substr(0, 64)));
  }
  return base::Done{};
}

}  // namespace turnout::gateway
