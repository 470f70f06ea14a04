#include "turnout/gateway/config_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "turnout/base/nearest_name.h"
#include "turnout/base/number_text.h"
#include "turnout/gateway/control_reader.h"
#include "turnout/gateway/toml_json.h"
#include "turnout/gateway/upstream_url.h"

namespace turnout::gateway {
namespace {

constexpr std::size_t kMostModels = 64;
constexpr std::size_t kMostUpstreams = 64;
constexpr std::size_t kMostKeys = 10'000;
constexpr double kLongestWait = 3600;  // seconds
constexpr double kShortestWait = 0.01;
constexpr double kMostUsd = 1e9;
constexpr double kLeastUsd = 1e-6;

/// Sets what was read, and leaves the default where nothing was.
template <class To, class From>
void set(To& to, const std::optional<From>& from) {
  if (from) to = static_cast<To>(*from);
}
template <class To, class From>
void set(std::optional<To>& to, const std::optional<From>& from) {
  if (from) to = static_cast<To>(*from);
}

/// Whether only this machine reaches an address.
bool is_loopback(std::string_view address) {
  return address == "localhost" || address == "::1" ||
         (address.starts_with("127.") &&
          address.find_first_not_of("0123456789.") == std::string_view::npos);
}

/// Notes a name that an earlier one of its kind has.
template <class Named>
void check_unique(ConfigTable& table, const std::vector<Named>& before, const std::string& name) {
  const auto same = std::find_if(before.begin(), before.end(),
                                 [&](const Named& other) { return other.name == name; });
  if (!name.empty() && same != before.end())
    table.problem("name", base::in_quotes(name) + " is there twice");
}

}  // namespace

Config ConfigReader::read() {
  read_listen();
  read_store();
  read_log();
  read_policy();
  for (auto& table : upstreams_ = root_.tables("upstream", 1, kMostUpstreams)) read_upstream(table);
  for (auto& table : models_ = root_.tables("model", 1, kMostModels)) read_model(table);
  for (auto& table : keys_ = root_.tables("key", 0, kMostKeys)) read_key(table);
  config_.control = read_control(root_.table("control"), config_.models);
  root_.done();
  check_policy();
  check_aliases();
  check_keys();
  check_prices();
  return std::move(config_);
}

void ConfigReader::read_listen() {
  constexpr std::int64_t kMostPort = 65'535;
  constexpr std::int64_t kMostThreads = 256;
  constexpr std::int64_t kMostConnections = 1'000'000;
  constexpr std::int64_t kKilobyte = 1024;
  constexpr std::int64_t kMostHead = 1024 * kKilobyte;
  constexpr std::int64_t kMostBody = 1024 * kMostHead;
  http::ServerOptions& to = config_.listen;
  listen_ = root_.table("listen");
  set(to.address, listen_.text("address"));
  set(to.port, listen_.whole("port", 0, kMostPort));
  set(to.tls.certificate, listen_.path("tls_certificate"));
  set(to.tls.key, listen_.path("tls_key"));
  if (listen_.has("tls_certificate") != listen_.has("tls_key"))
    listen_.problem(listen_.has("tls_key") ? "tls_key" : "tls_certificate",
                    "is of no use alone: tls_certificate and tls_key belong together");
  set(to.threads, listen_.whole("threads", 1, kMostThreads));
  set(to.most_connections, listen_.whole("most_connections", 1, kMostConnections));
  set(to.longest_head, listen_.whole("longest_head", kKilobyte, kMostHead));
  set(to.longest_body, listen_.whole("longest_body", kKilobyte, kMostBody));
  set(to.head_us, listen_.seconds("head_s", kShortestWait, kLongestWait));
  set(to.idle_us, listen_.seconds("idle_s", kShortestWait, kLongestWait));
  set(to.write_us, listen_.seconds("write_s", kShortestWait, kLongestWait));
  set(config_.drain_us, listen_.seconds("drain_s", 0, kLongestWait));
  listen_.done();
}

void ConfigReader::read_store() {
  // ClickHouse cannot write a pass anew (store::PassStore::put).
  constexpr std::array<std::string_view, 3> kKinds = {"sqlite:", "postgres://", "postgresql://"};
  constexpr std::int64_t kLeastSpill = 1 << 20;
  constexpr std::int64_t kMostSpill = std::int64_t{1} << 40U;
  ConfigTable table = root_.table("store");
  set(config_.store.passes, table.secret("passes"));
  const std::string& passes = config_.store.passes;
  const bool known = std::any_of(kKinds.begin(), kKinds.end(), [&](std::string_view kind) {
    return passes.starts_with(kind) && passes.size() > kind.size();
  });
  // Not what was read: there may be a password in it.
  if (!known) table.problem("passes", fmt::format("must begin with {}", fmt::join(kKinds, ", ")));
  set(config_.store.tasks, table.secret("tasks"));
  const auto is_postgres = [](std::string_view uri) {
    return uri.starts_with("postgres://") || uri.starts_with("postgresql://");
  };
  if (!config_.store.tasks.empty() && !is_postgres(config_.store.tasks))
    table.problem("tasks", "must begin with postgres:// or postgresql://");
  set(config_.store.tasks_every_us, table.seconds("tasks_every_s", kShortestWait, 1));
  set(config_.store.spill, table.path("spill"));
  set(config_.store.spill_limit, table.whole("spill_limit", kLeastSpill, kMostSpill));
  set(config_.store.every_us, table.seconds("every_s", kShortestWait, kLongestWait));
  table.done();
}

void ConfigReader::read_log() {
  ConfigTable table = root_.table("log");
  set(config_.log, table.word("format", kLogFormatNames));
  table.done();
}

void ConfigReader::read_policy() {
  constexpr std::int64_t kMostAttemptsOfTask = 100'000;
  constexpr double kLongestWindow = 31 * 86'400;  // seconds
  PolicyConfig& to = config_.policy;
  policy_ = root_.table("policy");
  set(to.text, policy_.text("text"));
  if (policy_.has("aliases")) to.aliases = policy_.texts("aliases");
  for (const char* later : {"shadow", "shadow_serves"}) (void)policy_.has(later);
  set(to.fallback, policy_.word("fallback", kFallbackNames));
  set(to.most_attempts, policy_.whole("most_attempts", 1, kMostAttemptsOfTask));
  set(to.most_usd_per_task, policy_.number("most_usd_per_task", kLeastUsd, kMostUsd));
  set(to.window_us, policy_.seconds("window_s", 1, kLongestWindow));
  policy_.done();
}

void ConfigReader::read_upstream(ConfigTable& table) {
  constexpr std::int64_t kMostRetries = 10;
  Upstream upstream;
  set(upstream.name, table.text("name"));
  if (!table.has("name")) table.missing("name");
  check_unique(table, config_.upstreams, upstream.name);
  if (const auto url = table.secret("url")) {
    auto read = read_upstream_url(*url);
    if (!read) table.problem("url", read.error().message);
    if (read) {
      upstream.origin.tls = read->tls;
      upstream.origin.host = read->host;
      upstream.origin.port = read->port;
      upstream.base_path = read->path;
    }
  } else if (!table.has("url")) {
    table.missing("url");
  }
  read_upstream_key(table, upstream);
  constexpr std::array<std::string_view, 2> kShapes = {"openai", "anthropic"};
  upstream.openai = !table.has("speaks");
  for (const std::string& shape : table.texts("speaks")) {
    if (shape == kShapes[0]) upstream.openai = true;
    if (shape == kShapes[1]) upstream.anthropic = true;
    if (std::find(kShapes.begin(), kShapes.end(), shape) == kShapes.end())
      table.problem("speaks", fmt::format("{} must be one of {}", base::in_quotes(shape),
                                          fmt::join(kShapes, ", ")));
  }
  set(upstream.origin.connect_us, table.seconds("connect_s", kShortestWait, kLongestWait));
  set(upstream.origin.head_us, table.seconds("first_token_s", kShortestWait, kLongestWait));
  set(upstream.origin.idle_us, table.seconds("idle_s", kShortestWait, kLongestWait));
  set(upstream.retries, table.whole("retries", 0, kMostRetries));
  set(upstream.origin.authorities, table.path("authorities"));
  if (table.has("authorities") && table.has("url") && !upstream.origin.tls)
    table.problem("authorities", "is of no use without https://");
  table.done();
  config_.upstreams.push_back(std::move(upstream));
}

void ConfigReader::read_upstream_key(ConfigTable& table, Upstream& upstream) {
  using Source = UpstreamKey::Source;
  const bool environment = table.has("key_env");
  const bool file = table.has("key_file");
  if (environment + file + table.has("key") != 1) {
    table.problem("key",
                  "exactly one must be there: key_env = \"VARIABLE\", key_file = \"FILE\", "
                  "key = \"client\" (the client's own key is passed on) or key = \"none\"");
  }
  if (environment || file) {
    upstream.key.source = environment ? Source::kEnvironment : Source::kFile;
    set(upstream.key.name, environment ? table.text("key_env") : table.path("key_file"));
    return;
  }
  const auto word = table.secret("key");
  if (word == "client") upstream.key.source = Source::kClient;
  if (word && word != "client" && word != "none")
    table.problem("key",
                  "must be \"client\" or \"none\"; a key itself stands in a variable or a "
                  "file, which key_env or key_file names");
}

void ConfigReader::read_model(ConfigTable& table) {
  constexpr std::int64_t kMostContext = 1'000'000'000;
  Rung rung;
  set(rung.name, table.text("name"));
  if (!table.has("name")) table.missing("name");
  check_unique(table, config_.models, rung.name);
  std::vector<std::string> names;
  for (const Upstream& upstream : config_.upstreams) names.push_back(upstream.name);
  if (const auto upstream = table.text("upstream")) {
    rung.upstream =
        static_cast<std::size_t>(std::find(names.begin(), names.end(), *upstream) - names.begin());
    if (rung.upstream == names.size())
      table.problem("upstream",
                    fmt::format("{} must be the name of an [[upstream]]{}",
                                base::in_quotes(*upstream), base::did_you_mean(*upstream, names)));
  } else if (!table.has("upstream") && names.size() > 1) {
    table.problem("upstream", fmt::format("is missing; there are {}", fmt::join(names, ", ")));
  }
  rung.model = rung.name;
  set(rung.model, table.text("model"));
  set(rung.context_tokens, table.whole("context_tokens", 1, kMostContext));
  set(rung.images, table.boolean("images"));
  set(rung.tools, table.boolean("tools"));
  read_parameters(table, rung);
  read_price(table, rung);
  table.done();
  config_.models.push_back(std::move(rung));
}

void ConfigReader::read_parameters(ConfigTable& table, Rung& rung) {
  // What the request is, and in which form its answer comes, is the client's.
  constexpr std::array<std::string_view, 7> kOfTheClient = {
      "model", "messages", "input", "prompt", "system", "instructions", "stream"};
  const toml::table* values = table.values("parameters");
  if (values == nullptr) return;
  for (const auto& [key, value] : *values) {
    const auto json = json_of(value);
    const auto name = base::printable(key.str());
    if (std::find(kOfTheClient.begin(), kOfTheClient.end(), key.str()) != kOfTheClient.end()) {
      table.problem("parameters", name + " is the client's, and cannot be set");
    } else if (!json) {
      table.problem("parameters", name + " has a value that JSON has no form of");
    } else {
      rung.parameters.push_back({std::string(key.str()), *json});
    }
  }
}

void ConfigReader::read_price(ConfigTable& table, Rung& rung) {
  constexpr double kMostPrice = 1e6;
  if (!table.has("price")) return;
  ConfigTable price = table.table("price");
  const auto part = [&](std::string_view key) { return price.number(key, 0, kMostPrice); };
  Price read;
  for (const auto& [key, to] : {std::pair{"input", &read.input}, {"output", &read.output}}) {
    if (!price.has(key)) price.missing(key);
    set(*to, part(key));
  }
  read.cached_input = part("cached_input").value_or(read.input);
  read.cache_write = part("cache_write").value_or(read.input);
  read.reasoning = part("reasoning").value_or(read.output);
  set(read.as_of, price.text("as_of"));
  if (!price.has("as_of"))
    price.problem("as_of", "is missing: the date of these prices, their version, \"2026-11-01\"");
  price.done();
  rung.price = std::move(read);
}

void ConfigReader::read_key(ConfigTable& table) {
  constexpr std::int64_t kMostRequests = 1'000'000;
  KeyEntry entry;
  set(entry.name, table.text("name"));
  if (!table.has("name")) table.missing("name");
  check_unique(table, config_.keys, entry.name);
  const auto hex = table.secret("sha256");
  const auto digest = digest_of(hex.value_or(""));
  if (digest) entry.sha256 = *digest;
  if (!table.has("sha256")) table.missing("sha256");
  if (hex && !digest)
    table.problem("sha256", "must be 64 hexadecimal digits: the SHA-256 of the key, not the key");
  const bool twice = std::any_of(config_.keys.begin(), config_.keys.end(),
                                 [&](const auto& other) { return other.sha256 == entry.sha256; });
  if (digest && twice) table.problem("sha256", "is there twice");
  set(entry.traffic, table.word("class", kTrafficClassNames));
  set(entry.requests_per_minute, table.whole("requests_per_minute", 1, kMostRequests));
  set(entry.usd_per_day, table.number("usd_per_day", kLeastUsd, kMostUsd));
  set(entry.admin, table.boolean("admin"));
  set(entry.one_person, table.boolean("one_person"));
  table.done();
  config_.keys.push_back(std::move(entry));
}

void ConfigReader::check_policy() {
  const auto names = config_.model_names();
  if (!policy_.has("text")) {
    policy_.problem("text",
                    "is missing: which model serves which attempt, such as \"small,large\"");
  } else if (!config_.policy.text.empty() && !names.empty() &&
             std::find(names.begin(), names.end(), "") == names.end()) {
    auto policy = policy::Policy::parse(config_.policy.text, names);
    if (!policy) policy_.problem("text", policy.error().message);
  }
  const bool shadow = policy_.boolean("shadow").value_or(false);
  const auto serves = policy_.text("shadow_serves");
  if (shadow && !policy_.has("shadow_serves"))
    policy_.problem("shadow_serves",
                    "is missing: the model that serves while the policy is only "
                    "recorded");
  if (!serves) return;
  const auto found = std::find(names.begin(), names.end(), *serves);
  if (found == names.end()) {
    policy_.problem("shadow_serves",
                    fmt::format("{} must be the name of a [[model]]{}", base::in_quotes(*serves),
                                base::did_you_mean(*serves, names)));
  } else if (shadow) {
    config_.policy.shadow_serves = static_cast<std::size_t>(found - names.begin());
  }
}

void ConfigReader::check_aliases() {
  const auto& aliases = config_.policy.aliases;
  if (aliases.empty())
    policy_.problem("aliases", "must be at least one name: requests for it are the policy's");
  for (std::size_t i = 0; i < aliases.size(); ++i) {
    const std::string shown = base::in_quotes(aliases[i]);
    if (config_.pinned(aliases[i]))
      policy_.problem("aliases", shown + " is a model's name, which pins the model");
    if (std::find(aliases.begin(), aliases.begin() + static_cast<std::ptrdiff_t>(i), aliases[i]) !=
        aliases.begin() + static_cast<std::ptrdiff_t>(i))
      policy_.problem("aliases", shown + " is there twice");
  }
}

void ConfigReader::check_keys() {
  if (keys_.empty() && !is_loopback(config_.listen.address)) {
    listen_.problem(
        "address", fmt::format("{} can be reached from other machines, and without a [[key]] "
                               "whoever does spends your upstreams' money; add keys (turnout serve "
                               "--new-key NAME) or listen on 127.0.0.1",
                               base::in_quotes(config_.listen.address)));
  }
  if (keys_.empty()) return;
  for (std::size_t i = 0; i < config_.upstreams.size(); ++i) {
    if (config_.upstreams[i].key.source == UpstreamKey::Source::kClient)
      upstreams_[i].problem("key",
                            "\"client\" would pass on the gateway's own keys: where there "
                            "are [[key]] tables, an upstream has key_env, key_file or "
                            "\"none\"");
  }
}

void ConfigReader::check_prices() {
  const auto unpriced =
      std::find_if(config_.models.begin(), config_.models.end(),
                   [](const Rung& rung) { return !rung.price && !rung.name.empty(); });
  if (unpriced == config_.models.end()) return;
  const std::string why =
      fmt::format("cannot be kept: the model {} has no price", base::in_quotes(unpriced->name));
  if (config_.policy.most_usd_per_task) policy_.problem("most_usd_per_task", why);
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (config_.keys[i].usd_per_day) keys_[i].problem("usd_per_day", why);
  }
}

}  // namespace turnout::gateway
