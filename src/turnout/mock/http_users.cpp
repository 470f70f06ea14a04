#include "turnout/mock/http_users.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace turnout::mock {
namespace {

using base::Error;
using base::Result;
using simulation::PlayedUsers;

/// The seats together: who sits where plays tasks seat, seat + users, ...
class Seats {
 public:
  Seats(const simulation::Setting& setting, const UsersOptions& options, const base::Watch& watch)
      : setting_(setting), options_(options), watch_(watch), mind_(setting) {}

  Result<PlayedUsers> play() {
    std::vector<std::thread> others;
    for (unsigned seat = 1; seat < options_.users; ++seat)
      others.emplace_back([this, seat] { sit(seat); });
    sit(0);
    for (auto& other : others) other.join();
    if (error_) return *error_;
    if (played_.attempts == 0 && failure_) return *failure_;
    return std::move(played_);
  }

 private:
  void sit(unsigned number) {
    auto client = http::Client::open(watch_.cancellation);
    if (!client) return finish(nullptr, client.error());
    UserSeat seat(setting_, mind_, options_, policies_, *std::move(client));
    const base::Status status = play_all(number, seat);
    finish(&seat, status ? std::nullopt : std::optional(status.error()));
  }

  base::Status play_all(unsigned number, UserSeat& seat) {
    std::size_t generation = 0;
    for (std::uint64_t task = number; task < options_.tasks; task += options_.users) {
      if (stopped_) return base::Done{};
      TURNOUT_CHECK(watch_.cancellation.check());
      TURNOUT_CHECK(
          seat.play(options_.first + task, fmt::format("user-{}-{}", number, generation)));
      const auto& how = setting_.behaviour;
      const double leaves = seat.solved_last() ? how.leaves_solved : how.leaves_unsolved;
      // A user who never comes back leaves his seat to another one.
      if (base::Rng(options_.seed + 1, options_.first + task).uniform() < leaves) ++generation;
      if (number == 0)
        watch_.on_steps(std::min<std::size_t>(options_.users, options_.tasks - task));
    }
    return base::Done{};
  }

  void finish(const UserSeat* seat, const std::optional<Error>& error) {
    const std::lock_guard lock(mutex_);
    if (error && !error_) error_ = error;
    if (error) stopped_ = true;
    if (seat == nullptr) return;
    played_ += seat->played();
    if (seat->failure()) failure_ = seat->failure();
  }

  const simulation::Setting& setting_;
  const UsersOptions& options_;
  const base::Watch& watch_;
  UserMind mind_;
  KnownPolicies policies_;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::optional<Error> error_, failure_;
  PlayedUsers played_;
};

}  // namespace

Result<PlayedUsers> play_over_http(const simulation::Setting& setting, const UsersOptions& options,
                                   const base::Watch& watch) {
  // libcurl's own set-up is no work for several threads at once.
  TURNOUT_TRY(const auto first, http::Client::open(watch.cancellation));
  return Seats(setting, options, watch).play();
}

}  // namespace turnout::mock
