#include "mpi_ranks.h"

#include <mpi.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace turnout::program {
namespace {

/// Sleeps, longer each time: messages come at most every few milliseconds.
class Patience {
 public:
  void wait() {
    constexpr auto kLongest = std::chrono::microseconds(2000);
    std::this_thread::sleep_for(next_);
    next_ = std::min(next_ * 2, kLongest);
  }

 private:
  std::chrono::microseconds next_{20};
};

// NOLINTBEGIN(clang-analyzer-optin.mpi.MPI-Checker): it knows MPI_Wait only, not polling by MPI_Test

/// @returns whether the request was done before given_up() said so: a rank may die in the middle of
///   a message.
bool wait_for(MPI_Request& request, const std::function<bool()>& given_up) {
  int done = 0;
  Patience patience;
  while (MPI_Test(&request, &done, MPI_STATUS_IGNORE), done == 0) {
    if (given_up()) return false;
    patience.wait();
  }
  return true;
}

void wait_for(MPI_Request& request) {
  wait_for(request, [] { return false; });
}

/// Processors that ranks of this machine share are divided among them.
unsigned fair_share() {
  const cpu_set_t own = processors_of_this_process();
  MPI_Comm machine = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
  int size = 1;
  MPI_Comm_size(machine, &size);
  std::vector<cpu_set_t> all(static_cast<std::size_t>(size));
  MPI_Allgather(&own, sizeof own, MPI_BYTE, all.data(), sizeof own, MPI_BYTE, machine);
  MPI_Comm_free(&machine);
  const auto sharing = std::count_if(all.begin(), all.end(),
                                     [&](const cpu_set_t& set) { return CPU_EQUAL(&own, &set); });
  return std::max(1U,
                  static_cast<unsigned>(CPU_COUNT(&own) / std::max<std::ptrdiff_t>(1, sharing)));
}

class Connected final : public Ranks {
 public:
  /// After MPI_Init_thread.
  Connected() : Ranks(number(MPI_Comm_rank), number(MPI_Comm_size), fair_share()) {}
  ~Connected() override {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);  // MPI_Finalize would wait without sleeping
    wait_for(request);
    MPI_Finalize();
  }
  Connected(const Connected&) = delete;
  Connected(Connected&&) = delete;
  Connected& operator=(const Connected&) = delete;
  Connected& operator=(Connected&&) = delete;

  void send(const std::string& text) const override {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Isend(text.data(), static_cast<int>(text.size()), MPI_CHAR, 0, 0, MPI_COMM_WORLD, &request);
    wait_for(request);
  }

  [[nodiscard]] std::optional<std::string> receive(
      std::uint64_t from, const std::function<bool()>& given_up) const override {
    MPI_Message message = MPI_MESSAGE_NULL;
    MPI_Status status;
    int arrived = 0;
    Patience patience;
    while (MPI_Improbe(static_cast<int>(from), 0, MPI_COMM_WORLD, &arrived, &message, &status),
           arrived == 0) {
      if (given_up()) return std::nullopt;
      patience.wait();
    }
    int size = 0;
    MPI_Get_count(&status, MPI_CHAR, &size);
    std::string text(static_cast<std::size_t>(size), '\0');
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Imrecv(text.data(), size, MPI_CHAR, &message, &request);
    return wait_for(request, given_up) ? std::optional(std::move(text)) : std::nullopt;
  }

  [[nodiscard]] std::string broadcast(std::string text) const override {
    std::uint64_t size = text.size();
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibcast(&size, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, &request);
    wait_for(request);
    text.resize(size);
    MPI_Ibcast(text.data(), static_cast<int>(size), MPI_CHAR, 0, MPI_COMM_WORLD, &request);
    wait_for(request);
    return text;
  }

  void abandon() const override {
    if (count() > 1) MPI_Abort(MPI_COMM_WORLD, 2);
  }

 private:
  static std::uint64_t number(int (*ask)(MPI_Comm, int*)) {
    int answer = 0;
    ask(MPI_COMM_WORLD, &answer);
    return static_cast<std::uint64_t>(answer);
  }
};

// NOLINTEND(clang-analyzer-optin.mpi.MPI-Checker)

}  // namespace

base::Result<std::unique_ptr<Ranks>> connect_by_mpi() {
  if (!started_with_others()) return alone();
  int given = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given);
  return std::unique_ptr<Ranks>(std::make_unique<Connected>());
}

}  // namespace turnout::program
