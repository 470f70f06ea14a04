#include "turnout/verification/best_sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "turnout/verification/lived_play.h"
#include "turnout/verification/reacting_routers.h"

namespace turnout::verification {
namespace {

constexpr std::size_t kLongest = 4;

struct Candidate {
  std::string policy;
  double cost = 0;
};

/// All sequences, each with its last model for good and with the offer ended.
std::vector<Candidate> all_sequences(const std::vector<std::string>& models) {
  std::vector<Candidate> all;
  std::vector<std::pair<std::string, std::string>> longer = {{"", ""}};  // text, last model
  for (std::size_t length = 1; length <= kLongest; ++length) {
    std::vector<std::pair<std::string, std::string>> these;
    for (const auto& [before, last] : longer) {
      for (const auto& model : models) {
        std::string text = before.empty() ? model : fmt::format("{},{}", before, model);
        if (last != model) all.push_back({text});
        all.push_back({text + ",end"});
        these.emplace_back(std::move(text), model);
      }
    }
    longer = std::move(these);
  }
  return all;
}

double play(const LivedWorld& world, const std::string& text, const Arrivals& tasks) {
  auto router = policy_router(policy::Policy::parse(text, world.names()).value());
  Minds minds(world);
  return mean_cost(world, tasks, 0, tasks.size(), *router, minds);
}

}  // namespace

BestSequence best_sequence(const LivedWorld& world, std::uint64_t seed) {
  struct Round {
    std::size_t tasks, kept;
  };
  constexpr std::array<Round, 4> kRounds = {{{800, 60}, {4000, 15}, {20'000, 5}, {60'000, 1}}};
  auto candidates = all_sequences(world.names());
  for (std::size_t r = 0; r < kRounds.size(); ++r) {
    const Arrivals tasks(world, seed + r, kRounds.at(r).tasks);
    for (auto& candidate : candidates) candidate.cost = play(world, candidate.policy, tasks);
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.cost < b.cost; });
    candidates.resize(std::min(candidates.size(), kRounds.at(r).kept));
  }
  const auto& best = candidates.front().policy;
  return {best, true_cost(world, best, seed + kRounds.size(), 60'000)};
}

double true_cost(const LivedWorld& world, const std::string& policy, std::uint64_t seed,
                 std::size_t tasks) {
  return play(world, policy, Arrivals(world, seed, tasks));
}

}  // namespace turnout::verification
