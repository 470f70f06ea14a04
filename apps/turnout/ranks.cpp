#include "ranks.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <memory>

namespace turnout::program {

cpu_set_t processors_of_this_process() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) CPU_SET(0, &set);
  return set;
}

bool started_with_others() {
  const auto names = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
  return std::any_of(names.begin(), names.end(), [](const char* name) {
    return std::getenv(name) != nullptr;  // NOLINT(concurrency-mt-unsafe): before any thread
  });
}

namespace {

class Alone final : public Ranks {
 public:
  explicit Alone(const cpu_set_t& own) : Ranks(0, 1, static_cast<unsigned>(CPU_COUNT(&own))) {}
  void send(const std::string& /*text*/) const override {}
  [[nodiscard]] std::optional<std::string> receive(
      std::uint64_t /*from*/, const std::function<bool()>& /*given_up*/) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::string broadcast(std::string text) const override { return text; }
  void abandon() const override {}
};

}  // namespace

std::unique_ptr<Ranks> alone() { return std::make_unique<Alone>(processors_of_this_process()); }

base::Result<std::unique_ptr<Ranks>> refuse_others() {
  if (!started_with_others()) return alone();
  return base::Error{base::ErrorCode::kUnsupported,
                     "was started with others by mpirun or srun: use turnout-mpi sweep", "sweep"};
}

std::string machine_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

}  // namespace turnout::program
