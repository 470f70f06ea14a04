#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>

#include "control_thread.h"
#include "process_memory.h"
#include "secret_file.h"
#include "serving.h"
#include "sharing.h"
#include "turnout/base/line_reader.h"
#include "turnout/gateway/gateway.h"
#include "turnout/http/server.h"
#include "turnout/http/tls_listener.h"
#include "turnout/store/pass_store.h"
#include "turnout/window/console.h"
#include "verbs.h"

namespace turnout::program {
namespace {

using base::Result;
using gateway::Config;
using gateway::Setup;

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout serve --example > turnout.toml\n"
    "  turnout serve -c turnout.toml --check\n"
    "  turnout serve -c turnout.toml\n"
    "  turnout serve --new-key team-a\n"
    "Clients talk to it as to OpenAI or Anthropic: OPENAI_BASE_URL=http://127.0.0.1:8080/v1,\n"
    "ANTHROPIC_BASE_URL=http://127.0.0.1:8080, and turnout/auto as the model. SIGHUP reads the\n"
    "configuration again; SIGTERM ends what is under way first. What is recorded is a log for\n"
    "estimate, evaluate, audit and advise. A browser shows what it does at /console/.";

constexpr std::size_t kLongestConfig = 1U << 20U;

struct Arguments {
  std::string config = "turnout.toml";
  std::string new_key;
  bool check = false, example = false;
};

/// The store that passes go to.
class StoreSink final : public gateway::PassSink {
 public:
  explicit StoreSink(std::unique_ptr<store::PassStore> store) : store_(std::move(store)) {}
  base::Status put(std::span<const traffic::Pass> passes) override { return store_->put(passes); }
  Result<std::size_t> tell(std::span<const traffic::ToldOutcome> outcomes) override {
    return store_->tell(outcomes);
  }

 private:
  std::unique_ptr<store::PassStore> store_;
};

Result<std::unique_ptr<gateway::PassSink>> open_sink(const std::string& source,
                                                     const std::atomic<bool>& give_up) {
  TURNOUT_TRY(auto opened,
              store::open_store(source, store::Access::kCreate, base::Cancellation(give_up)));
  return std::unique_ptr<gateway::PassSink>(std::make_unique<StoreSink>(std::move(opened)));
}

/// A path that is not absolute is beside the configuration, wherever the program was started.
std::string beside(const std::string& config, const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(config).parent_path();
  return folder.empty() || config == "-" ? path : (folder / path).string();
}

void place_tls_files(const std::string& path, Config& config) {
  http::TlsFiles& tls = config.listen.tls;
  if (!tls.empty()) tls = {beside(path, tls.certificate), beside(path, tls.key)};
}

/// As messages have it.
std::string name_of_file(const std::string& path) { return path == "-" ? "standard input" : path; }

Result<Config> read_config_file(const std::string& path) {
  TURNOUT_TRY(const auto text, base::read_file(path, kLongestConfig));
  TURNOUT_TRY(auto config, gateway::read_config(text, name_of_file(path)));
  place_tls_files(path, config);
  config.store.spill = beside(path, config.store.spill);
  static constexpr std::string_view kSqlite = "sqlite:";
  if (config.store.passes.starts_with(kSqlite))
    config.store.passes =
        std::string(kSqlite) + beside(path, config.store.passes.substr(kSqlite.size()));
  return config;
}

/// Gives each upstream its number; one that was there before keeps its own, and its connections.
base::Status set_origins(Setup& setup, const Setup* before, http::Server& server) {
  const auto same = [](const http::Origin& a, const http::Origin& b) {
    return a.host == b.host && a.port == b.port && a.tls == b.tls &&
           a.authorities == b.authorities && a.connect_us == b.connect_us &&
           a.head_us == b.head_us && a.idle_us == b.idle_us;
  };
  for (const auto& upstream : setup.config.upstreams) {
    std::optional<std::uint32_t> number;
    for (std::size_t i = 0; before != nullptr && i < before->config.upstreams.size(); ++i) {
      if (same(before->config.upstreams[i].origin, upstream.origin)) number = before->origins[i];
    }
    if (!number) {
      TURNOUT_TRY(number, server.add_origin(upstream.origin).within("upstream " + upstream.name));
    }
    setup.origins.push_back(*number);
  }
  return base::Done{};
}

std::atomic<int> signals_fd = -1;
std::atomic<bool> asked_to_end = false;
std::atomic<bool> asked_to_reload = false;

void take_signal(int signal) {
  const int saved = errno;
  if (signal == SIGHUP) {
    asked_to_reload = true;
  } else if (asked_to_end.exchange(true)) {
    ::_exit(128 + signal);  // asked twice: what is under way is dropped
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(signals_fd, &one, sizeof one);
  errno = saved;
}

void take_signals() {
  signals_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    action.sa_handler = take_signal;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
  }
}

/// @returns what of a configuration that was read again waits for a restart.
std::string waits_for_restart(const Config& before, const Config& now) {
  const auto& a = before.listen;
  const auto& b = now.listen;
  std::string waits;
  if (a.address != b.address || a.port != b.port || a.tls.empty() != b.tls.empty() ||
      a.threads != b.threads || a.most_connections != b.most_connections ||
      a.longest_head != b.longest_head || a.longest_body != b.longest_body ||
      a.head_us != b.head_us || a.idle_us != b.idle_us || a.write_us != b.write_us ||
      before.drain_us != now.drain_us)
    waits += ", listen";
  if (before.store.passes != now.store.passes || before.store.spill != now.store.spill ||
      before.store.tasks != now.store.tasks ||
      before.store.tasks_every_us != now.store.tasks_every_us ||
      before.store.spill_limit != now.store.spill_limit ||
      before.store.every_us != now.store.every_us)
    waits += ", store";
  if (before.policy.window_us != now.policy.window_us) waits += ", policy.window_s";
  return waits.empty() ? waits : waits.substr(2);
}

/// All of a setup, or nothing: certificates and keys are files that may be half written.
base::Status put_in_force(const std::shared_ptr<Setup>& setup, const Setup* before,
                          gateway::Gateway& gateway, http::Server& server) {
  const auto& files = setup->config.listen.tls;
  std::shared_ptr<const http::TlsListener> tls;
  if (!files.empty() && !before->config.listen.tls.empty()) {
    TURNOUT_TRY(tls, http::TlsListener::make(files));
  }
  TURNOUT_CHECK(set_origins(*setup, before, server));
  TURNOUT_CHECK(gateway.replace(setup));
  if (tls) server.renew(std::move(tls));
  return base::Done{};
}

/// Reads the configuration again; what is wrong with it is said, and the one in force stays.
void reload(const Arguments& arguments, gateway::Gateway& gateway, http::Server& server) {
  const auto before = gateway.setup();
  auto config = read_config_file(arguments.config);
  auto setup = std::move(config).and_then(
      [&](Config&& read) { return gateway::make_setup(std::move(read), before->secret); });
  base::Status status = base::Done{};
  if (setup) {
    status = put_in_force(*setup, before.get(), gateway, server);
  } else {
    status = setup.error();
  }
  if (!status) {
    gateway.say(true, "the configuration was not changed: " + status.error().to_string());
    return;
  }
  const auto waits = waits_for_restart(before->config, (*setup)->config);
  const auto in_force = gateway.setup()->policy;  // may be another than the configuration says
  gateway.say(false, fmt::format("the configuration was read again, policy {} ({}){}",
                                 in_force->policy.text(), in_force->id,
                                 waits.empty() ? "" : "; these wait for a restart: " + waits));
}

/// What was said last of policies that gateways share.
struct SeenPolicies {
  std::string id;
  bool apart = false;
};

/// Says what other gateways, or this one, have put in force, and whether that can be known.
void mind_policies(gateway::Gateway& gateway, SeenPolicies& seen) {
  const auto sharing = gateway.policy_sharing();
  if (!sharing) return;
  const auto policy = gateway.setup()->policy;
  if (policy->id != seen.id)
    gateway.say(false, fmt::format("the gateways now serve the policy {} ({})",
                                   policy->policy.text(), policy->id));
  if (sharing->behind != seen.apart)
    gateway.say(sharing->behind,
                sharing->behind ? fmt::format("policies are not shared now, {} stays in force: {}",
                                              policy->policy.text(), sharing->trouble)
                                : "policies are shared again");
  seen = {policy->id, sharing->behind};
}

/// Waits for signals beside the server.
void mind(const Arguments& arguments, gateway::Gateway& gateway, http::Server& server,
          const std::atomic<bool>& over) {
  std::string trouble;
  bool alone = false;
  SeenPolicies policies{gateway.setup()->policy->id, false};
  Tidying tidying;
  while (!over) {
    const auto store = gateway.recorder().state();
    tidying.look(store.stored);
    if (store.trouble != trouble)
      gateway.say(!store.trouble.empty(), store.trouble.empty()
                                              ? "the store takes passes again"
                                              : "passes wait in the spill file: " + store.trouble);
    trouble = store.trouble;
    gateway.mind_sharing();
    if (const auto sharing = gateway.sharing(); sharing && sharing->behind != alone) {
      alone = sharing->behind;
      gateway.say(alone, alone ? "tasks are not shared now: " + sharing->trouble
                               : "tasks are shared again");
    }
    mind_policies(gateway, policies);
    pollfd waits{signals_fd, POLLIN, 0};
    ::poll(&waits, 1, 500);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(signals_fd, &count, sizeof count);
    gateway.metrics().set_connections(static_cast<std::int64_t>(server.connections()));
    if (asked_to_reload.exchange(false)) reload(arguments, gateway, server);
    if (asked_to_end) server.stop();
  }
}

gateway::TaskJournal::Options journal_of(const Config& config) {
  gateway::TaskJournal::Options journal;
  journal.path =
      std::filesystem::path(config.store.spill).replace_filename("turnout.tasks").string();
  journal.every_us = config.store.every_us;
  journal.keep_us = config.policy.window_us;
  return journal;
}

Result<ExitCode> serve(const Arguments& arguments, Config config) {
  keep_memory();
  raise_descriptor_limit();
  TURNOUT_TRY(const auto secret, read_secret(config));
  const auto source = config.store.passes;
  // A file that cannot be made is a mistake; a server may be down now and up later.
  const std::atomic<bool> never = false;
  if (auto opened = open_sink(source, never); !opened) {
    if (source.starts_with("sqlite:") || opened.error().code == base::ErrorCode::kUnsupported)
      return opened.error();
    print_notes({opened.error().to_string() + "; passes wait in " + config.store.spill});
  }
  gateway::Recorder::Options how;
  how.every_us = config.store.every_us;
  how.spill = config.store.spill;
  how.spill_limit = config.store.spill_limit;
  const auto number = config.store.tasks.empty() ? 0 : new_gateway_number();
  const auto drain_us = config.drain_us;
  const auto listen = config.listen;
  TURNOUT_TRY(auto setup, gateway::make_setup(std::move(config), secret.value));
  gateway::Recorder recorder(how,
                             [source](const auto& give_up) { return open_sink(source, give_up); });
  gateway::Gateway gateway(setup, recorder, number);
  gateway::EventLog log(STDERR_FILENO, gateway.metrics().dropped_lines());
  gateway.write_to(log);
  const window::Console console;
  gateway.show([&console](const http::RequestHead& head) { return console.find(head); });
  if (number == 0) {
    TURNOUT_CHECK(gateway.remember(journal_of(setup->config)));
  } else {
    share_tasks(gateway, number);
  }
  TURNOUT_TRY(auto server, http::Server::open(listen, gateway));
  TURNOUT_CHECK(set_origins(*setup, nullptr, *server));
  if (number == 0) {
    TURNOUT_CHECK(gateway.remember_policies(std::filesystem::path(setup->config.store.spill)
                                                .replace_filename("turnout.policies")
                                                .string()));
  } else {
    share_policies(gateway, number);
  }
  take_signals();
  const auto in_force = gateway.setup()->policy;
  TURNOUT_CHECK(print(fmt::format("turnout: listening on {}, policy {} ({})\n",
                                  url_of(listen, *server), in_force->policy.text(), in_force->id)));
  const ControlThread control(gateway, source);
  std::atomic<bool> over = false;
  std::thread minder([&] { mind(arguments, gateway, *server, over); });
  server->run(drain_us);
  over = true;
  minder.join();
  return ExitCode::kDone;
}

Result<ExitCode> say_what_is_wrong(const Arguments& arguments) {
  TURNOUT_TRY(const auto text, base::read_file(arguments.config, kLongestConfig));
  const auto reading = gateway::check_config(text, name_of_file(arguments.config));
  for (std::size_t i = 0; i + 1 < reading.problems.size(); ++i)
    fmt::print(stderr, "turnout: {}\n", reading.problems[i].to_string());
  if (!reading.config) return reading.problems.back();
  auto config = *reading.config;
  place_tls_files(arguments.config, config);
  if (!config.listen.tls.empty()) {
    TURNOUT_CHECK(http::TlsListener::make(config.listen.tls));
  }
  TURNOUT_TRY(const auto setup, gateway::make_setup(config, 1));
  return print(fmt::format("{} is sound: {} models, policy {}, passes to {}\n", arguments.config,
                           config.models.size(), setup->policy->policy.text(),
                           store::without_password(config.store.passes)));
}

Result<ExitCode> new_key(const std::string& name) {
  std::array<std::uint8_t, 32> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
    return base::Error{base::ErrorCode::kUnreadable, "the system gives no random bytes", ""};
  const auto key = gateway::new_key(random);
  return print(
      fmt::format("{}\n\n# of turnout.toml:\n{}", key, gateway::key_entry_text(name, key)));
}

Result<ExitCode> run(const Arguments& arguments) {
  if (arguments.example) return print(std::string(gateway::example_config()));
  if (!arguments.new_key.empty()) return new_key(arguments.new_key);
  if (arguments.check) return say_what_is_wrong(arguments);
  TURNOUT_TRY(auto config, read_config_file(arguments.config));
  return serve(arguments, std::move(config));
}

}  // namespace

void add_serve(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "serve", "A gateway for applications: each attempt goes to the model that the policy says");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("-c,--config", arguments->config, "the configuration (default turnout.toml)")
      ->option_text("FILE");
  verb->add_flag("--check", arguments->check, "say what is wrong with the configuration, and end");
  verb->add_flag("--example", arguments->example, "print a configuration with all of its keys");
  verb->add_option("--new-key", arguments->new_key, "make a key for clients, and its entry")
      ->option_text("NAME");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
