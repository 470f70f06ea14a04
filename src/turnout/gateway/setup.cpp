#include "turnout/gateway/setup.h"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "turnout/base/hash.h"
#include "turnout/base/line_reader.h"

namespace turnout::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<std::string> key_of(const Upstream& upstream) {
  constexpr std::size_t kLongestKey = 65'536;
  const std::string place = fmt::format("upstream {}", upstream.name);
  switch (upstream.key.source) {
    case UpstreamKey::Source::kClient:
    case UpstreamKey::Source::kNone:
      return std::string();
    case UpstreamKey::Source::kFile: {
      TURNOUT_TRY(const auto text, base::read_file(upstream.key.name, kLongestKey).within(place));
      return sendable_key(text, fmt::format("{}: {}", place, upstream.key.name));
    }
    case UpstreamKey::Source::kEnvironment:
      break;
  }
  const char* value = std::getenv(upstream.key.name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr)
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("needs its key in the environment variable {}, which is not set",
                             upstream.key.name),
                 place};
  return sendable_key(value, fmt::format("{}: {}", place, upstream.key.name));
}

}  // namespace

std::uint64_t Setup::seed_of(std::uint32_t key) const {
  if (key == Admitted::kNoKey) return secret;
  const auto& digest = keys->entry(key).sha256;
  const std::string_view bytes(reinterpret_cast<const char*>(digest.data()),  // NOLINT(*-cast)
                               digest.size());
  return base::hash(bytes, secret) | 1U;
}

std::string Setup::key_name(std::uint32_t key) const {
  return key == Admitted::kNoKey ? std::string() : keys->entry(key).name;
}

std::optional<std::uint32_t> Setup::key_of(std::string_view name) const {
  if (name.empty() && keys->size() == 0) return Admitted::kNoKey;
  for (std::uint32_t key = 0; key < keys->size(); ++key) {
    if (keys->entry(key).name == name) return key;
  }
  return std::nullopt;
}

std::vector<std::size_t> Setup::fallbacks(std::size_t model) const {
  std::vector<std::size_t> others;
  if (config.policy.fallback == Fallback::kNone) return others;
  others.reserve(config.models.size());
  for (std::size_t up = model + 1; up < config.models.size(); ++up) others.push_back(up);
  if (config.policy.fallback == Fallback::kAny) {
    for (std::size_t down = model; down-- > 0;) others.push_back(down);
  }
  return others;
}

Result<std::shared_ptr<const PolicyVersion>> policy_version(
    const std::string& text, const std::vector<std::string>& models) {
  TURNOUT_TRY(auto policy, policy::Policy::parse(text, models));
  std::string id = fmt::format("p-{:08x}", base::hash(policy.text()) & 0xffff'ffffU);
  return std::shared_ptr<const PolicyVersion>(
      std::make_shared<PolicyVersion>(PolicyVersion{std::move(id), std::move(policy)}));
}

Result<std::shared_ptr<Setup>> make_setup(Config config, std::uint64_t secret) {
  auto setup = std::make_shared<Setup>();
  TURNOUT_TRY(setup->policy, policy_version(config.policy.text, config.model_names()));
  for (const Upstream& upstream : config.upstreams) {
    TURNOUT_TRY(auto key, key_of(upstream));
    setup->upstream_keys.push_back(std::move(key));
  }
  setup->keys = std::make_shared<KeyRing>(config.keys);
  setup->breakers = std::make_shared<std::vector<Breaker>>(config.upstreams.size());
  setup->reported =
      std::make_shared<std::vector<Breaker>>((config.keys.size() + 1) * config.upstreams.size());
  setup->secret = secret;
  setup->config = std::move(config);
  return setup;
}

}  // namespace turnout::gateway
