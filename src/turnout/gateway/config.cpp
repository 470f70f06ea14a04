#include "turnout/gateway/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "turnout/gateway/config_reader.h"
#include "turnout/gateway/config_table.h"
#include "turnout/gateway/embedded_texts.h"

namespace turnout::gateway {

using base::Error;
using base::ErrorCode;
using base::Result;

std::vector<std::string> Config::model_names() const {
  std::vector<std::string> names;
  for (const Rung& rung : models) names.push_back(rung.name);
  return names;
}

policy::Policy Config::parsed_policy() const {
  return policy::Policy::parse(policy.text, model_names()).value();
}

bool Config::is_alias(std::string_view name) const {
  return std::find(policy.aliases.begin(), policy.aliases.end(), name) != policy.aliases.end();
}

std::optional<std::size_t> Config::pinned(std::string_view name) const {
  for (const auto which : {&Rung::name, &Rung::model}) {
    for (std::size_t i = 0; i < models.size(); ++i) {
      if (models[i].*which == name) return i;
    }
  }
  return std::nullopt;
}

ConfigReading check_config(std::string_view toml_text, const std::string& name) {
  ConfigProblems problems(name);
  ConfigReading reading;
  try {
    const toml::table root = toml::parse(toml_text);
    Config config = ConfigReader(root, problems).read();
    reading.problems = problems.in_order();
    if (reading.problems.empty()) reading.config = std::move(config);
  } catch (const toml::parse_error& e) {
    problems.add(e.source().begin.line, "", std::string(e.description()));
    reading.problems = problems.in_order();
  }
  return reading;
}

Result<Config> read_config(std::string_view toml_text, const std::string& name) {
  ConfigReading reading = check_config(toml_text, name);
  if (reading.config) return *std::move(reading.config);
  Error first = std::move(reading.problems.front());
  const std::size_t more = reading.problems.size() - 1;
  if (more > 0) {
    first.message += fmt::format(" ({} more problem{}; turnout serve --check lists all)", more,
                                 more == 1 ? "" : "s");
  }
  return first;
}

Result<std::string> sendable_key(std::string_view text, const std::string& place) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  text.remove_prefix(begin);
  text = text.substr(0, text.find_last_not_of(kSpace) + 1);
  if (text.empty()) return Error{ErrorCode::kInvalidValue, "has no key in it", place};
  if (std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
    return std::string(text);
  return Error{ErrorCode::kInvalidValue,
               "has a key with other than printable ASCII characters in it", place};
}

std::string_view example_config() {
  return base::find_text(embedded_texts(), "../../../examples/turnout.toml");
}

}  // namespace turnout::gateway
