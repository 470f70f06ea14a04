#include "turnout/gateway/shared_tasks.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

namespace turnout::gateway {
namespace {

/// A database in memory. All of it may be called from several threads.
class Database {
 public:
  base::Status write(std::uint32_t gateway, std::uint64_t first,
                     const std::vector<std::string>& entries) {
    const std::lock_guard lock(mutex_);
    if (away_) return gone();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!seen_.emplace(gateway, first + i).second) continue;
      entries_.push_back({static_cast<std::int64_t>(entries_.size()) + 1, gateway, entries[i]});
    }
    if (drops_next_answer_) {
      drops_next_answer_ = false;
      return gone();
    }
    return base::Done{};
  }
  base::Result<std::vector<SharedEntry>> read(std::int64_t after) {
    const std::lock_guard lock(mutex_);
    if (away_) return gone();
    std::vector<SharedEntry> page;
    for (const auto& entry : entries_) {
      if (entry.number > after && page.size() < 3) page.push_back(entry);
    }
    return page;
  }
  base::Result<std::vector<std::uint32_t>> silent() {
    const std::lock_guard lock(mutex_);
    if (away_) return gone();
    return silent_;
  }
  base::Status open() {
    const std::lock_guard lock(mutex_);
    return away_ ? base::Status(gone()) : base::Status(base::Done{});
  }
  void set_away(bool away) {
    const std::lock_guard lock(mutex_);
    away_ = away;
  }
  void drop_next_answer() {
    const std::lock_guard lock(mutex_);
    drops_next_answer_ = true;
  }
  void set_silent(std::vector<std::uint32_t> silent) {
    const std::lock_guard lock(mutex_);
    silent_ = std::move(silent);
  }

 private:
  static base::Error gone() { return {base::ErrorCode::kUnreadable, "went away", "database"}; }
  std::mutex mutex_;
  std::vector<SharedEntry> entries_;
  std::set<std::pair<std::uint32_t, std::uint64_t>> seen_;
  std::vector<std::uint32_t> silent_;
  bool away_ = false, drops_next_answer_ = false;
};

class Connection final : public SharedLog {
 public:
  explicit Connection(Database& database) : database_(database) {}
  base::Status write(std::uint32_t gateway, std::uint64_t first,
                     const std::vector<std::string>& entries) override {
    return database_.write(gateway, first, entries);
  }
  base::Result<std::vector<SharedEntry>> read(std::int64_t after) override {
    return database_.read(after);
  }
  base::Result<std::vector<std::uint32_t>> beat(std::uint32_t) override {
    return database_.silent();
  }

 private:
  Database& database_;
};

/// A gateway's end of the log: what it was told, by number of the outcome's attempt.
class Member {
 public:
  Member(Database& database, std::uint32_t gateway) {
    SharedTasks::Options options;
    options.gateway = gateway;
    options.every_us = 100;
    options.beat_us = 100;
    options.patience_us = 0;
    options.again_us = 100;
    SharedTasksUse use;
    use.told = [this](const JournalEntry& entry, bool ours) {
      const std::lock_guard lock(mutex_);
      told_.emplace_back(std::get<OutcomeTold>(entry).attempt, ours);
    };
    use.gone = [this](std::uint32_t one) {
      const std::lock_guard lock(mutex_);
      gone_.push_back(one);
    };
    use.read = [] {};
    shared_ = std::make_unique<SharedTasks>(
        options,
        [&database]() -> base::Result<std::unique_ptr<SharedLog>> {
          TURNOUT_CHECK(database.open());
          return std::unique_ptr<SharedLog>(std::make_unique<Connection>(database));
        },
        std::move(use));
  }
  void say(std::int64_t number) { shared_->append(OutcomeTold{"t-x", number, {}}); }
  void leave() { shared_.reset(); }
  std::vector<std::pair<std::int64_t, bool>> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  std::vector<std::uint32_t> gone() {
    const std::lock_guard lock(mutex_);
    return gone_;
  }
  SharedTasks& shared() { return *shared_; }

 private:
  std::mutex mutex_;
  std::vector<std::pair<std::int64_t, bool>> told_;
  std::vector<std::uint32_t> gone_;
  std::unique_ptr<SharedTasks> shared_;
};

void wait_until(const std::function<bool()>& ready) {
  while (!ready()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(SharedTasks, all_gateways_are_told_the_same_in_the_same_order_each_entry_once) {
  constexpr std::int64_t kEntries = 300;
  Database database;
  Member one(database, 1);
  Member two(database, 2);
  for (std::int64_t i = 0; i < kEntries; ++i) {
    one.say(i);
    two.say(kEntries + i);
    if (i % 50 == 0) database.drop_next_answer();
    if (i % 70 == 0) std::this_thread::yield();
  }
  wait_until(
      [&] { return one.told().size() >= 2 * kEntries && two.told().size() >= 2 * kEntries; });
  one.leave();
  two.leave();
  std::vector<std::int64_t> first;
  std::vector<std::int64_t> second;
  for (const auto& [number, ours] : one.told()) {
    first.push_back(number);
    EXPECT_EQ(ours, number < kEntries);
  }
  for (const auto& [number, ours] : two.told()) {
    second.push_back(number);
    EXPECT_EQ(ours, number >= kEntries);
  }
  EXPECT_EQ(first, second);
  EXPECT_EQ(std::set<std::int64_t>(first.begin(), first.end()).size(), first.size());
}

TEST(SharedTasks, while_the_database_is_away_it_says_so_keeps_what_happens_and_catches_up) {
  Database database;
  database.set_away(true);
  Member one(database, 1);
  one.shared().wait_for_first_reading();  // which failed, and did not wait for ever
  one.say(1);
  wait_until([&] { return one.shared().state().behind; });
  EXPECT_EQ(one.shared().state().queued, 1U);
  EXPECT_FALSE(one.shared().state().trouble.empty());
  database.set_away(false);
  wait_until([&] { return one.told().size() == 1; });
  EXPECT_EQ(one.shared().state().queued, 0U);
  Member late(database, 2);
  late.shared().wait_for_first_reading();
  EXPECT_EQ(late.told().size(), 1U);
}

TEST(SharedTasks, what_was_said_last_is_written_before_it_ends) {
  Database database;
  Member one(database, 1);
  one.shared().wait_for_first_reading();
  one.say(4);
  one.leave();
  EXPECT_EQ(one.told(), (std::vector<std::pair<std::int64_t, bool>>{{4, true}}));
}

TEST(SharedTasks, a_gateway_that_vanished_is_told_once_until_it_is_back) {
  Database database;
  Member one(database, 1);
  database.set_silent({8});
  wait_until([&] { return one.gone().size() == 1; });
  database.set_silent({8, 9});
  wait_until([&] { return one.gone().size() == 2; });
  database.set_silent({9});
  one.say(1);
  wait_until([&] { return !one.told().empty(); });
  EXPECT_EQ(one.gone(), (std::vector<std::uint32_t>{8, 9}));
}

}  // namespace
}  // namespace turnout::gateway
