#include "turnout/gateway/shared_policies.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace turnout::gateway {
namespace {

const std::vector<std::string> kModels = {"mini", "large"};

Proposal proposal(const std::string& text) { return {text, "control loop", {}, {}, ""}; }

/// A database in memory. All of it may be called from several threads.
class Database {
 public:
  base::Result<std::vector<std::string>> read(std::uint64_t after) {
    const std::lock_guard lock(mutex_);
    if (away_) return gone();
    return std::vector<std::string>(lines_.begin() + static_cast<std::ptrdiff_t>(after),
                                    lines_.end());
  }
  base::Result<bool> append(std::uint64_t number, const std::string& line) {
    const std::lock_guard lock(mutex_);
    if (away_) return gone();
    if (between_) std::exchange(between_, nullptr)(lines_);
    if (number != lines_.size() + 1) return false;
    lines_.push_back(line);
    return true;
  }
  base::Result<LoopState> beat(int gateway, const LoopBeat& beat) {
    const std::lock_guard lock(mutex_);
    if (away_) return gone();
    if (beat.wants_turn && holder_ == 0) holder_ = gateway;
    if (!beat.look.empty()) look_ = beat.look;
    asked_ = asked_ || beat.asks;
    const bool ours = holder_ == gateway;
    return LoopState{ours, ours && std::exchange(asked_, asked_ && !ours), look_};
  }
  base::Status open() {
    const std::lock_guard lock(mutex_);
    return away_ ? base::Status(gone()) : base::Status(base::Done{});
  }
  void set_away(bool away) {
    const std::lock_guard lock(mutex_);
    away_ = away;
  }
  /// The turn of whoever has it is over.
  void expire() {
    const std::lock_guard lock(mutex_);
    holder_ = 0;
  }
  /// Before the next line is written another gateway writes this.
  void write_between(const std::string& line) {
    const std::lock_guard lock(mutex_);
    between_ = [line](std::vector<std::string>& lines) { lines.push_back(line); };
  }

 private:
  static base::Error gone() { return {base::ErrorCode::kUnreadable, "went away", "database"}; }
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::function<void(std::vector<std::string>&)> between_;
  std::string look_;
  int holder_ = 0;
  bool asked_ = false, away_ = false;
};

class Connection final : public SharedLoop {
 public:
  Connection(Database& database, int gateway) : database_(database), gateway_(gateway) {}
  base::Result<std::vector<std::string>> read(std::uint64_t after) override {
    return database_.read(after);
  }
  base::Result<bool> append(std::uint64_t number, const std::string& line) override {
    return database_.append(number, line);
  }
  base::Result<LoopState> beat(const LoopBeat& beat) override {
    return database_.beat(gateway_, beat);
  }

 private:
  Database& database_;
  int gateway_;
};

/// A gateway's end of the policies.
class Member {
 public:
  Member(Database& database, int gateway, const std::string& configured = "large",
         const std::string& last_seen = "")
      : history_(PolicyHistory::shared(
            [&database, gateway]() -> base::Result<std::unique_ptr<PolicyTable>> {
              TURNOUT_CHECK(database.open());
              return std::unique_ptr<PolicyTable>(std::make_unique<Connection>(database, gateway));
            },
            kModels, configured, last_seen, 1)) {
    SharedPolicies::Options options;
    options.every_us = 100;
    options.patience_us = 0;
    SharedPoliciesUse use;
    use.wants_turn = [this] { return wants_.load(); };
    use.now_us = [] { return std::int64_t{1}; };
    use.changed = [] {};
    policies_ = std::make_unique<SharedPolicies>(
        options, *history_, desk_,
        [&database, gateway]() -> base::Result<std::unique_ptr<SharedLoop>> {
          TURNOUT_CHECK(database.open());
          return std::unique_ptr<SharedLoop>(std::make_unique<Connection>(database, gateway));
        },
        std::move(use));
    policies_->wait_for_first_reading();
  }
  PolicyHistory& history() { return *history_; }
  ControlDesk& desk() { return desk_; }
  SharedPolicies& policies() { return *policies_; }
  void turn_loop_off() { wants_ = false; }
  void stop() { policies_.reset(); }
  std::string in_force() { return history_->record().in_force().text; }

 private:
  std::atomic<bool> wants_ = true;
  ControlDesk desk_;
  std::unique_ptr<PolicyHistory> history_;
  std::unique_ptr<SharedPolicies> policies_;
};

void wait_until(const std::function<bool()>& ready) {
  while (!ready()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(SharedPolicies, what_one_proposes_another_approves_and_all_serve) {
  Database database;
  Member one(database, 1);
  Member two(database, 2);
  EXPECT_EQ(one.history().propose(proposal("mini"), 2), Change::kMade);
  wait_until([&] { return two.history().record().proposal() != nullptr; });
  EXPECT_EQ(two.history().approve(two.history().record().version, "ann", 3), Change::kMade);
  EXPECT_EQ(two.in_force(), "mini");
  wait_until([&] { return one.in_force() == "mini"; });
  EXPECT_EQ(one.history().record().version, two.history().record().version);
  EXPECT_EQ(one.history().record().in_force().enforced_by, "ann");
  EXPECT_EQ(one.history().roll_back({}, {}, "bob", 4), Change::kMade);
  wait_until([&] { return two.in_force() == "large"; });
  EXPECT_TRUE(two.history().record().went_back);
}

TEST(SharedPolicies, who_knows_an_older_version_than_another_gateway_wrote_changes_nothing) {
  Database database;
  Member one(database, 1);
  Member two(database, 2);
  one.history().propose(proposal("mini"), 2);
  const auto seen = one.history().record().version;
  two.stop();  // it reads no more by itself
  EXPECT_EQ(two.history().propose(proposal("mini,large"), 3), Change::kMade);
  EXPECT_EQ(two.history().approve(seen, "ann", 4), Change::kStale);
  EXPECT_EQ(two.history().propose(proposal("mini"), 4, seen), Change::kStale);
  EXPECT_EQ(two.history().record().in_force().text, "large");
}

TEST(SharedPolicies, of_two_that_write_at_once_the_second_decides_by_what_the_first_has_written) {
  Database database;
  Member one(database, 1);
  one.history().propose(proposal("mini"), 2);
  one.stop();
  database.write_between(line_of({PolicyEvent::Kind::kApproved, 2, 3, {}, "ann"}));
  EXPECT_EQ(one.history().approve({}, "bob", 4), Change::kNothing)
      << "there is no proposal any more";
  EXPECT_EQ(one.history().record().in_force().enforced_by, "ann");
  const auto seen = one.history().record().version;
  database.write_between(line_of({PolicyEvent::Kind::kProposed, 3, 5, proposal("mini,large"), ""}));
  EXPECT_EQ(one.history().roll_back({}, seen, "bob", 6), Change::kStale);
  EXPECT_EQ(one.in_force(), "mini");
}

TEST(SharedPolicies, one_has_the_turn_and_another_takes_it_when_that_one_is_gone) {
  Database database;
  auto one = std::make_unique<Member>(database, 1);
  wait_until([&] { return one->desk().has_turn(); });
  Member two(database, 2);
  EXPECT_FALSE(two.desk().has_turn());
  one.reset();
  EXPECT_FALSE(two.desk().has_turn());
  database.expire();
  wait_until([&] { return two.desk().has_turn(); });
}

TEST(SharedPolicies, a_gateway_whose_loop_is_off_takes_no_turn) {
  Database database;
  Member one(database, 1);
  one.turn_loop_off();
  database.expire();
  wait_until([&] { return !one.desk().has_turn(); });
  Member two(database, 2);
  wait_until([&] { return two.desk().has_turn(); });
}

TEST(SharedPolicies, who_is_asked_hands_it_on_to_the_one_that_looks_and_shows_what_it_said) {
  Database database;
  Member one(database, 1);
  Member two(database, 2);
  two.desk().ask();
  wait_until([&] { return one.desk().take_ask(); });
  one.desk().note({77, 12, false, {"Too few tasks."}});
  wait_until([&] { return two.desk().last_look().at_us == 77; });
  EXPECT_EQ(two.desk().last_look().tasks, 12);
  EXPECT_EQ(two.desk().last_look().reasons.at(0), "Too few tasks.");
  EXPECT_FALSE(two.desk().take_ask());
}

TEST(SharedPolicies, while_the_database_is_away_the_policy_stays_nothing_changes_and_nobody_looks) {
  Database database;
  Member one(database, 1);
  one.history().propose(proposal("mini"), 2);
  one.history().approve({}, "ann", 3);
  database.set_away(true);
  wait_until([&] { return !one.desk().has_turn() && one.policies().state().behind; });
  EXPECT_FALSE(one.policies().state().trouble.empty());
  EXPECT_EQ(one.in_force(), "mini");
  EXPECT_EQ(one.history().roll_back({}, {}, "ann", 4), Change::kUnwritten);
  EXPECT_EQ(one.in_force(), "mini");
  Member started(database, 2, "large", one.history().last_seen());
  EXPECT_EQ(started.in_force(), "mini") << "what was seen last";
  EXPECT_EQ(started.history().propose(proposal("large"), 5), Change::kUnwritten);
  database.set_away(false);
  wait_until([&] { return started.history().record().version == 3; });
  EXPECT_EQ(started.in_force(), "mini");
  wait_until([&] { return one.desk().has_turn(); });
}

TEST(SharedPolicies, a_configuration_counts_when_it_changes_or_says_what_none_has_said) {
  Database database;
  Member one(database, 1, "large");
  Member old(database, 2, "mini");
  EXPECT_EQ(old.in_force(), "mini") << "nobody's has said it before";
  wait_until([&] { return one.in_force() == "mini"; });
  Member again(database, 3, "large");
  EXPECT_EQ(again.in_force(), "mini") << "an old one started again";
  EXPECT_EQ(again.history().configure("large", 2), Change::kNothing) << "read again, unchanged";
  EXPECT_EQ(again.history().configure("mini", 3), Change::kNothing) << "as the others";
  EXPECT_EQ(again.history().configure("large", 4), Change::kMade) << "changed while it ran";
  wait_until([&] { return one.in_force() == "large"; });
}

}  // namespace
}  // namespace turnout::gateway
