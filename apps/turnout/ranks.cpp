#include "ranks.h"

#include <sched.h>

#include <unistd.h>
#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

#ifdef TURNOUT_MPI
#include <mpi.h>
#endif

namespace turnout::program {
namespace {

cpu_set_t processors_of_this_process() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) CPU_SET(0, &set);
  return set;
}

/// Open MPI, PMIx (srun --mpi=pmix) and PMI (MPICH, srun --mpi=pmi2) each tell their processes.
bool started_with_others() {
  const auto names = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
  return std::any_of(names.begin(), names.end(), [](const char* name) {
    return std::getenv(name) != nullptr;  // NOLINT(concurrency-mt-unsafe): before any thread
  });
}

}  // namespace

Ranks::Ranks(Ranks&& other) noexcept
    : rank_(other.rank_),
      count_(other.count_),
      processors_(other.processors_),
      connected_(std::exchange(other.connected_, false)) {}

std::string machine_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

#ifdef TURNOUT_MPI

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

/// @returns whether the request was done before given_up() said so: a rank may die in the middle of a message.
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
  const auto sharing =
      std::count_if(all.begin(), all.end(), [&](const cpu_set_t& set) { return CPU_EQUAL(&own, &set); });
  return std::max(1U, static_cast<unsigned>(CPU_COUNT(&own) / std::max<std::ptrdiff_t>(1, sharing)));
}

}  // namespace

base::Result<Ranks> Ranks::connect() {
  Ranks ranks;
  if (!started_with_others()) {
    const cpu_set_t own = processors_of_this_process();
    ranks.processors_ = static_cast<unsigned>(CPU_COUNT(&own));
    return ranks;
  }
  int given = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given);
  ranks.connected_ = true;
  int rank = 0;
  int count = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  ranks.rank_ = static_cast<std::uint64_t>(rank);
  ranks.count_ = static_cast<std::uint64_t>(count);
  ranks.processors_ = fair_share();
  return ranks;
}

Ranks::~Ranks() {
  if (!connected_) return;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibarrier(MPI_COMM_WORLD, &request);  // MPI_Finalize would wait without sleeping
  wait_for(request);
  MPI_Finalize();
}

void Ranks::send(const std::string& text) const {
  assert(connected_);
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Isend(text.data(), static_cast<int>(text.size()), MPI_CHAR, 0, 0, MPI_COMM_WORLD, &request);
  wait_for(request);
}

std::optional<std::string> Ranks::receive(std::uint64_t from, const std::function<bool()>& given_up) const {
  assert(connected_);
  MPI_Message message = MPI_MESSAGE_NULL;
  MPI_Status status;
  int arrived = 0;
  Patience patience;
  while (MPI_Improbe(static_cast<int>(from), 0, MPI_COMM_WORLD, &arrived, &message, &status), arrived == 0) {
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

std::string Ranks::broadcast(std::string text) const {
  if (!connected_) return text;
  std::uint64_t size = text.size();
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibcast(&size, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, &request);
  wait_for(request);
  text.resize(size);
  MPI_Ibcast(text.data(), static_cast<int>(size), MPI_CHAR, 0, MPI_COMM_WORLD, &request);
  wait_for(request);
  return text;
}

void Ranks::abandon() const {
  if (count_ > 1) MPI_Abort(MPI_COMM_WORLD, 2);
}

// NOLINTEND(clang-analyzer-optin.mpi.MPI-Checker)

#else

base::Result<Ranks> Ranks::connect() {
  if (started_with_others()) {
    return base::Error{base::ErrorCode::kUnsupported,
                       "was started with other ranks, but built without MPI (TURNOUT_MPI=OFF)", "sweep"};
  }
  Ranks ranks;
  const cpu_set_t own = processors_of_this_process();
  ranks.processors_ = static_cast<unsigned>(CPU_COUNT(&own));
  return ranks;
}

Ranks::~Ranks() = default;
void Ranks::send(const std::string& /*text*/) const {}
std::optional<std::string> Ranks::receive(std::uint64_t /*from*/, const std::function<bool()>& /*given_up*/) const {
  return std::nullopt;
}
std::string Ranks::broadcast(std::string text) const { return text; }
void Ranks::abandon() const {}

#endif

}  // namespace turnout::program
