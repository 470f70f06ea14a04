#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/gateway/key_ring.h"
#include "turnout/gateway/log_line.h"
#include "turnout/gateway/price.h"
#include "turnout/http/server.h"
#include "turnout/policy/policy.h"

/// What `turnout serve -c turnout.toml` is told. docs/formats.md, "Gateway configuration".
namespace turnout::gateway {

/// Where recorded passes go.
struct StoreConfig {
  std::string passes = "sqlite:turnout.db";  ///< any store of `turnout import`
  /// Open tasks, where gateways share them: postgres://...; empty: a file beside the spill file.
  std::string tasks;
  std::int64_t tasks_every_us = 20'000;   ///< between two looks at what the others say
  std::string spill = "turnout.spill";    ///< a file, for when the store is slow or down
  std::uint64_t spill_limit = 1U << 30U;  ///< bytes
  std::int64_t every_us = 1'000'000;      ///< between two commits
};

/// What may serve instead of a model that cannot be reached.
enum class Fallback : std::uint8_t {
  kNone,
  kUp,   ///< models later in the list only
  kAny,  ///< those first, then earlier ones
};
inline constexpr std::array<std::string_view, 3> kFallbackNames = {"none", "up", "any"};

struct PolicyConfig {
  std::string text;  ///< Policy::parse() reads it with the models' names
  /// Names of models that mean: the policy decides. At least one.
  std::vector<std::string> aliases = {"turnout/auto", "claude-turnout-auto"};
  std::optional<std::size_t> shadow_serves;  ///< the policy is only recorded; this model serves
  Fallback fallback = Fallback::kUp;
  std::optional<std::uint32_t> most_attempts;  ///< of a task
  std::optional<double> most_usd_per_task;
  std::int64_t window_us = 3'600'000'000;  ///< traffic::TaskMatcher's
};

/// What the gateway does with what its log says.
enum class ControlMode : std::uint8_t {
  kOff,
  kPropose,  ///< a better policy is proposed; a person approves it
  kApply,    ///< it comes into force by itself, within the guard rails
};
inline constexpr std::array<std::string_view, 3> kControlModeNames = {"off", "propose", "apply"};

/// The control loop: how often it looks at the log, what users are worth, and what it must not do by
/// itself. The numbers are those of control::Evidence and control::GuardRails.
struct ControlConfig {
  ControlMode mode = ControlMode::kOff;
  std::int64_t every_us = 3'600'000'000;
  std::optional<std::uint64_t> every_passes;      ///< also after so many
  std::optional<double> lifetime_value, penalty;  ///< dollars; one of them unless it is off
  std::int64_t log_us = 30 * std::int64_t{86'400'000'000};  ///< how far back it looks
  std::size_t least_tasks = 30;
  double least_saving = 0.01, largest_step = 0.5, least_success = 0, most_explored = 0.3;
};

/// Whose key an upstream is sent.
struct UpstreamKey {
  enum class Source : std::uint8_t {
    kEnvironment,  ///< the variable `name`
    kFile,         ///< the file `name`, without the line's end
    kClient,       ///< the client's own header is passed on
    kNone,         ///< no key at all
  };
  Source source = Source::kNone;
  std::string name;
};

struct Upstream {
  std::string name;
  http::Origin origin;
  std::string base_path;  ///< of the URL: "/v1", or "" for none; never ends in '/'
  UpstreamKey key;
  bool openai = false, anthropic = false;  ///< the shapes of requests that it takes
  std::uint32_t retries = 1;               ///< before the first byte, of one model
};

/// A model with parameters: what an attempt can be served by. They are in the order of escalation.
struct Rung {
  /// A parameter that is set in the request's body.
  struct Parameter {
    std::string name, json;  ///< "max_tokens", "2000"
  };
  std::string name;                             ///< in the policy, in answers' headers, in the log
  std::size_t upstream = 0;                     ///< number of it
  std::string model;                            ///< the upstream's name for it
  std::optional<std::uint64_t> context_tokens;  ///< nothing: no limit is known
  bool images = true, tools = true;             ///< whether it takes them
  std::vector<Parameter> parameters;            ///< by name
  std::optional<Price> price;                   ///< nothing: its cost is unknown
};

/// A sound configuration: names are unique and refer to what is there, the policy can be read.
struct Config {
  http::ServerOptions listen;
  std::int64_t drain_us = 30'000'000;  ///< how long open exchanges may take when it stops
  StoreConfig store;
  LogFormat log = LogFormat::kNone;
  PolicyConfig policy;
  ControlConfig control;
  std::vector<Upstream> upstreams;
  std::vector<Rung> models;
  std::vector<KeyEntry> keys;  ///< none: whoever reaches the address may use it

  [[nodiscard]] std::vector<std::string> model_names() const;
  /// @returns the policy that policy.text says.
  [[nodiscard]] policy::Policy parsed_policy() const;
  /// @returns whether a request for this model leaves the choice to the policy.
  [[nodiscard]] bool is_alias(std::string_view name) const;
  /// @returns the rung that a request for this model pins: the one of that name, else the first
  ///   whose upstream calls it so; nothing if there is none.
  [[nodiscard]] std::optional<std::size_t> pinned(std::string_view name) const;
};

/// A configuration, or everything that is wrong with it, in the order of the text.
struct ConfigReading {
  std::optional<Config> config;  ///< there if `problems` is empty
  /// Each names file:line, table and key, what was read and what is allowed.
  std::vector<base::Error> problems;
};
/// Reads a whole configuration. Opens no file and no socket: whether a store, an address or a key is
/// there shows when they are used.
/// @param name  of the file, for messages
ConfigReading check_config(std::string_view toml_text, const std::string& name);
/// @returns the configuration, or its first problem and how many more there are.
base::Result<Config> read_config(std::string_view toml_text, const std::string& name);

/// @returns a key of an upstream as it can be sent: `text` without white space at its ends;
///   kInvalidValue, without the key, if it is empty or has anything but printable ASCII in it.
/// @param place  for messages: the variable or the file
base::Result<std::string> sendable_key(std::string_view text, const std::string& place);

/// @returns the commented example that `turnout serve --example` prints; check_config() takes it.
std::string_view example_config();

}  // namespace turnout::gateway
