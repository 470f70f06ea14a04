#include "sharing.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "turnout/base/hash.h"
#include "turnout/base/line_reader.h"
#include "turnout/store/postgres_policies.h"
#include "turnout/store/postgres_tasks.h"
#include "verbs.h"

namespace turnout::program {
namespace {

using base::Result;
using base::Status;

constexpr std::size_t kHexDigits = 64;

/// PostgreSQL's table as the gateway's log.
class PostgresLog final : public gateway::SharedLog {
 public:
  explicit PostgresLog(store::PostgresTasks tasks) : tasks_(std::move(tasks)) {}
  Status write(std::uint32_t gateway, std::uint64_t first,
               const std::vector<std::string>& entries) override {
    return tasks_.write(gateway, first, entries);
  }
  Result<std::vector<gateway::SharedEntry>> read(std::int64_t after) override {
    TURNOUT_TRY(auto rows, tasks_.read(after));
    std::vector<gateway::SharedEntry> entries;
    entries.reserve(rows.size());
    for (auto& row : rows) entries.push_back({row.number, row.gateway, std::move(row.bytes)});
    return entries;
  }
  Result<std::vector<std::uint32_t>> beat(std::uint32_t gateway) override {
    return tasks_.beat(gateway);
  }

 private:
  store::PostgresTasks tasks_;
};

/// PostgreSQL's tables as the gateway's.
class PostgresLoop final : public gateway::SharedLoop {
 public:
  explicit PostgresLoop(store::PostgresPolicies policies) : policies_(std::move(policies)) {}
  PostgresLoop(const PostgresLoop&) = delete;
  PostgresLoop& operator=(const PostgresLoop&) = delete;
  PostgresLoop(PostgresLoop&&) = delete;
  PostgresLoop& operator=(PostgresLoop&&) = delete;
  ~PostgresLoop() override {
    if (has_turn_) [[maybe_unused]]
      const auto released = policies_.release();
  }
  Result<std::vector<std::string>> read(std::uint64_t after) override {
    return policies_.read(after);
  }
  Result<bool> append(std::uint64_t number, const std::string& line) override {
    return policies_.append(number, line);
  }
  Result<gateway::LoopState> beat(const gateway::LoopBeat& beat) override {
    TURNOUT_TRY(auto turn, policies_.beat({beat.wants_turn, beat.asks, beat.look}));
    has_turn_ = turn.ours;
    return gateway::LoopState{turn.ours, turn.asked, std::move(turn.look)};
  }

 private:
  store::PostgresPolicies policies_;
  bool has_turn_ = false;
};

/// A task goes on within a window, and holds what came a window before.
store::PostgresTasks::Options options_of(const gateway::Config& config, std::uint64_t models) {
  return {config.store.tasks, models, 2 * config.policy.window_us};
}

std::string beside_spill(const gateway::Config& config, const char* name) {
  return std::filesystem::path(config.store.spill).replace_filename(name).string();
}

Status write_secret(const std::string& path, const std::string& hex) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string line = hex + "\n";
  const bool good =
      fd >= 0 && ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const int why = errno;
  if (fd >= 0) ::close(fd);
  if (!good) return base::Error{base::ErrorCode::kUnwritable, std::strerror(why), path};
  return base::Done{};
}

}  // namespace

Result<std::string> shared_secret(const gateway::Config& config, const std::string& mine) {
  const auto path = beside_spill(config, "turnout.shared-secret");
  auto agreed =
      store::PostgresTasks::open(options_of(config, 0)).and_then([&](store::PostgresTasks&& tasks) {
        return tasks.agree_on_secret(mine);
      });
  if (agreed) {
    TURNOUT_CHECK(write_secret(path, *agreed));
    return agreed;
  }
  auto kept = base::read_file(path, kHexDigits + 1);
  if (!kept || kept->size() < kHexDigits) return agreed.error();
  print_notes({agreed.error().to_string() + "; until it is back, tasks are this gateway's own"});
  return kept->substr(0, kHexDigits);
}

std::uint32_t new_gateway_number() {
  std::uint32_t number = 0;
  [[maybe_unused]] const auto got = ::getrandom(&number, sizeof number, 0);
  return number | 1U;
}

void share_tasks(gateway::Gateway& gateway, std::uint32_t number) {
  const auto setup = gateway.setup();
  gateway::SharedTasks::Options options;
  options.gateway = number;
  options.every_us = setup->config.store.tasks_every_us;
  const auto how = options_of(setup->config, gateway::models_number(*setup));
  gateway.share(options, [how]() -> Result<std::unique_ptr<gateway::SharedLog>> {
    TURNOUT_TRY(auto tasks, store::PostgresTasks::open(how));
    return std::unique_ptr<gateway::SharedLog>(std::make_unique<PostgresLog>(std::move(tasks)));
  });
}

void share_policies(gateway::Gateway& gateway, std::uint32_t number) {
  constexpr auto kPatience = std::chrono::seconds(2);
  constexpr auto kPatienceOfRequests = std::chrono::seconds(1);
  const auto setup = gateway.setup();
  store::PostgresPolicies::Options how{setup->config.store.tasks, gateway::models_number(*setup),
                                       number, kPatience};
  const auto open = [](const store::PostgresPolicies::Options& options)
      -> Result<std::unique_ptr<gateway::SharedLoop>> {
    TURNOUT_TRY(auto policies, store::PostgresPolicies::open(options));
    return std::unique_ptr<gateway::SharedLoop>(
        std::make_unique<PostgresLoop>(std::move(policies)));
  };
  auto soon = how;
  soon.patience = kPatienceOfRequests;
  soon.in_all = true;
  gateway.share_policies([=] { return open(how); },
                         [=]() -> Result<std::unique_ptr<gateway::PolicyTable>> {
                           TURNOUT_TRY(auto table, open(soon));
                           return std::unique_ptr<gateway::PolicyTable>(std::move(table));
                         },
                         beside_spill(setup->config, "turnout.shared-policy"));
}

}  // namespace turnout::program
