#include "turnout/game/solve_kernel.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include "turnout/game/kernels/solve_lanes.h"
#include "turnout/game/misalignment.h"
#include "turnout/game/throttling.h"

namespace turnout::game {
namespace {

constexpr std::size_t kBlock = 256;  // games at a time: marks stay in the first cache

kernels::SolveBlock block_of(Instructions instructions, bool audit, bool timed) {
#if defined(__x86_64__)
  if (instructions == Instructions::kAvx512) return kernels::avx512_block(audit, timed);
  if (instructions == Instructions::kAvx2) return kernels::avx2_block(audit, timed);
#endif
  (void)instructions;
  return kernels::scalar_block(audit, timed);
}

std::vector<Instructions> find_instructions() {
  std::vector<Instructions> found = {Instructions::kScalar};
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  if (avx2) found.push_back(Instructions::kAvx2);
  if (avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0) {
    found.push_back(Instructions::kAvx512);
  }
#endif
  return found;
}

/// By solve() and its like, for what the lanes left.
void solve_one(const Game& game, const AnswerColumns& answers, std::size_t i, bool audit) {
  const Equilibrium equilibrium = solve(game);
  const Candidate& best = equilibrium.best();
  const auto put = [i](double* column, double x) {
    if (column != nullptr) column[i] = x + 0.0;
  };
  if (answers.route != nullptr) answers.route[i] = static_cast<std::uint8_t>(best.route);
  put(answers.cascade, best.policy.cascade);
  put(answers.abandon, best.abandon);
  put(answers.provider_cost, best.payoffs.provider_cost);
  if (!audit) return;
  put(answers.user_utility, best.payoffs.user_utility);
  put(answers.success, best.payoffs.success);
  put(answers.latency, best.payoffs.latency);
  put(answers.service_cost, best.payoffs.service_cost);
  const Misalignment misaligned = misalignment(game, equilibrium);
  put(answers.preferred_utility, misaligned.preferred.payoffs.user_utility);
  put(answers.misalignment, misaligned.gap);
  const Throttling throttled = throttling(game, equilibrium);
  put(answers.throttled_cost, throttled.cost);
  put(answers.throttling_gain, throttled.gain);
}

/// One after the other. @returns as solve_many().
std::size_t solve_each(const GameColumns& games, const AnswerColumns& answers, bool audit) {
  for (std::size_t i = 0; i < games.size; ++i) {
    const auto game = game_at(games, i);
    if (!game) return i;
    solve_one(*game, answers, i, audit);
  }
  return games.size;
}

bool wants_audit(const AnswerColumns& answers) {
  const auto columns = {answers.user_utility,   answers.success,           answers.latency,
                        answers.service_cost,   answers.preferred_utility, answers.misalignment,
                        answers.throttled_cost, answers.throttling_gain};
  return std::any_of(columns.begin(), columns.end(),
                     [](const double* column) { return column != nullptr; });
}

}  // namespace

std::string_view to_string(Instructions instructions) {
  if (instructions == Instructions::kScalar) return "scalar";
  return instructions == Instructions::kAvx2 ? "avx2" : "avx512";
}

std::span<const Instructions> available_instructions() {
  static const std::vector<Instructions> found = find_instructions();
  return found;
}

bool GameColumns::are_papers() const {
  const auto none = [](const std::array<const double*, Game::kModels>& columns) {
    return columns == std::array<const double*, Game::kModels>{};
  };
  return (like == nullptr || like->is_papers()) && none(price) && none(patience) &&
         none(false_accept) && none(false_reject) && outside == nullptr && harm == nullptr &&
         late_churn == nullptr;
}

base::Result<Game> game_at(const GameColumns& games, std::size_t i) {
  User user = games.like == nullptr ? User{} : games.like->user();
  Provider provider = games.like == nullptr ? Provider{} : games.like->provider();
  user.value = games.value[i];
  user.value_of_time = games.value_of_time == nullptr ? 1 : games.value_of_time[i];
  provider.churn_penalty = games.churn_penalty[i];
  if (games.outside != nullptr) user.outside = games.outside[i];
  if (games.harm != nullptr) user.harm = games.harm[i];
  if (games.late_churn != nullptr) provider.late_churn = games.late_churn[i];
  std::array<Model, Game::kModels> models{};
  for (std::size_t k = 0; k < models.size(); ++k) {
    if (games.like != nullptr) models.at(k) = games.like->model(k);
    models.at(k).success = games.success.at(k)[i];
    models.at(k).latency = games.latency.at(k)[i];
    models.at(k).cost = games.cost.at(k)[i];
    const auto put = [i](const double* column, double& number) {
      if (column != nullptr) number = column[i];
    };
    put(games.price.at(k), models.at(k).price);
    put(games.patience.at(k), models.at(k).patience);
    put(games.false_accept.at(k), models.at(k).false_accept);
    put(games.false_reject.at(k), models.at(k).false_reject);
  }
  return Game::make(user, provider, models);
}

std::size_t solve_many(const GameColumns& games, const AnswerColumns& answers) {
  return solve_many(games, answers, available_instructions().back());
}

std::size_t solve_many(const GameColumns& games, const AnswerColumns& answers,
                       Instructions instructions) {
  const bool audit = wants_audit(answers);
  if (!games.are_papers()) return solve_each(games, answers, audit);
  const bool timed = games.value_of_time != nullptr;
  const kernels::SolveBlock many = block_of(instructions, audit, timed);
  const kernels::SolveBlock one = kernels::scalar_block(audit, timed);
  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
  std::array<std::uint8_t, kBlock> is_rare;
  for (std::size_t from = 0; from < games.size;) {
    // The last games of an odd number go one at a time.
    const std::size_t whole = std::min(kBlock, games.size - from) / many.width * many.width;
    const kernels::SolveBlock& block = whole > 0 ? many : one;
    const std::size_t count = whole > 0 ? whole : games.size - from;
    const kernels::Block found = block.solve(games, answers, from, count, is_rare);
    for (std::size_t j = 0; (found.rare || found.unusual) && j < count; ++j) {
      const unsigned word = is_rare.at(j / block.width);
      const bool rare = (word >> (j % block.width) & 1U) != 0;
      if (!found.unusual && !rare) continue;
      const auto game = game_at(games, from + j);
      if (!game) return from + j;
      if (rare || game->model(0).cost < 0 || game->model(1).cost < 0)
        solve_one(*game, answers, from + j, audit);
    }
    from += count;
  }
  return games.size;
}

}  // namespace turnout::game
