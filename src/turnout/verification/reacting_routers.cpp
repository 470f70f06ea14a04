#include "turnout/verification/reacting_routers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "turnout/numeric/variates.h"

namespace turnout::verification {
namespace {

using policy::Decision;
using policy::Lottery;

Lottery surely(std::size_t model) { return {{model, 1.0}}; }

class PolicyRouter final : public Router {
 public:
  explicit PolicyRouter(policy::Policy policy) : policy_(std::move(policy)) {}
  void begin(const Desk& /*desk*/) override { state_ = 0; }
  Decision serve(double chance) override {
    const Decision decision = policy::decide(policy_, state_, chance);
    state_ = decision.next;
    return decision;
  }
  void see(Seen /*seen*/) override {}
  [[nodiscard]] std::vector<Lottery> promise() const override {
    std::vector<Lottery> all;
    policy::State state = state_;
    constexpr std::size_t kFarthest = 12;
    while (all.size() < kFarthest && policy_.offers(state)) {
      Lottery lottery;
      const auto draws = policy_.draws(state);
      for (const auto& draw : draws) lottery.emplace_back(draw.model, draw.probability);
      all.push_back(std::move(lottery));
      // Where chance says how it goes on, users reckon with what is likeliest.
      const auto likeliest = std::max_element(
          draws.begin(), draws.end(),
          [](const auto& a, const auto& b) { return a.probability < b.probability; });
      if (likeliest->advance == 0) break;
      state += static_cast<policy::State>(likeliest->advance);
    }
    if (!policy_.offers(state) && !all.empty()) all.emplace_back();
    return all;
  }
  [[nodiscard]] std::uint64_t promise_key() const override { return state_; }

 private:
  policy::Policy policy_;
  policy::State state_ = 0;
};

class BlamingBandit final : public Router {
 public:
  BlamingBandit(const LivedWorld& world, std::uint64_t seed) : rng_(seed, 0xbe7a) {
    const std::size_t n = world.models.size();
    const double least = world.models.front().cost;
    const double most = world.models.back().cost;
    constexpr std::array<double, 3> kTiers = {0.3, 0.5, 0.7};
    for (std::size_t k = 0; k < n; ++k) {
      // Two models are mini and large, tiers 2 and 3, as in its documentation's example.
      const std::size_t tier = n == 2 ? k + 1 : (k * 2 + (n - 1) / 2) / (n - 1);
      const double mean = kTiers.at(tier);
      cells_.push_back({kMass * mean, kMass * (1 - mean),
                        most > least ? 1 - (world.models[k].cost - least) / (most - least) : 0.5});
    }
  }
  void begin(const Desk& /*desk*/) override {}
  Decision serve(double /*chance*/) override {
    double best = -1;
    for (std::size_t k = 0; k < cells_.size(); ++k) {
      const double score =
          0.7 * numeric::beta(cells_[k].alpha, cells_[k].beta, rng_) + 0.3 * cells_[k].cheap;
      if (score <= best) continue;
      best = score;
      last_ = k;
    }
    return {static_cast<std::uint32_t>(last_), 0, 1};
  }
  void see(Seen seen) override {
    Cell& cell = cells_[last_];
    if (seen == Seen::kNothing || cell.alpha + cell.beta + 1 > kMostMass) return;
    (seen == Seen::kSaidSolved ? cell.alpha : cell.beta) += 1;
  }
  [[nodiscard]] std::vector<Lottery> promise() const override { return {surely(last_)}; }
  [[nodiscard]] std::uint64_t promise_key() const override { return last_; }

 private:
  static constexpr double kMass = 10;
  static constexpr double kMostMass = 200;
  struct Cell {
    double alpha = 0, beta = 0, cheap = 0;
  };
  base::Rng rng_;
  std::vector<Cell> cells_;
  std::size_t last_ = 0;
};

class ConfirmingLatch final : public Router {
 public:
  explicit ConfirmingLatch(const LivedWorld& world) : strong_(world.models.size() - 1) {}
  void begin(const Desk& desk) override {
    auto& known = conversations_[desk.seat];
    if (known.first != desk.conversation) known = {desk.conversation, 0};
    confirmed_ = &known.second;
    if (*confirmed_ < kConfirmations) *confirmed_ = 0;
  }
  Decision serve(double /*chance*/) override {
    return {static_cast<std::uint32_t>(*confirmed_ >= kConfirmations ? strong_ : 0), 0, 1};
  }
  void see(Seen seen) override {
    if (seen == Seen::kAskedAgain) ++*confirmed_;
  }
  [[nodiscard]] std::vector<Lottery> promise() const override {
    std::vector<Lottery> all;
    // What the user is about to ask is a confirmation, too.
    for (std::size_t asked = *confirmed_ + 1; asked < kConfirmations; ++asked)
      all.push_back(surely(0));
    all.push_back(surely(strong_));
    return all;
  }
  [[nodiscard]] std::uint64_t promise_key() const override {
    return std::min(*confirmed_, kConfirmations);
  }

 private:
  static constexpr std::size_t kConfirmations = 2;
  std::size_t strong_;
  std::map<std::size_t, std::pair<std::size_t, std::size_t>> conversations_;
  std::size_t* confirmed_ = nullptr;
};

class StickyRandom final : public Router {
 public:
  StickyRandom(const LivedWorld& world, std::uint64_t seed)
      : seed_(seed), models_(static_cast<double>(world.models.size())) {}
  void begin(const Desk& desk) override {
    base::Rng rng(seed_ + desk.seat, desk.conversation);
    model_ = static_cast<std::size_t>(rng.uniform() * models_);
  }
  Decision serve(double /*chance*/) override { return {static_cast<std::uint32_t>(model_), 0, 1}; }
  void see(Seen /*seen*/) override {}
  [[nodiscard]] std::vector<Lottery> promise() const override { return {surely(model_)}; }
  [[nodiscard]] std::uint64_t promise_key() const override { return model_; }

 private:
  std::uint64_t seed_;
  double models_;
  std::size_t model_ = 0;
};

}  // namespace

std::unique_ptr<Router> policy_router(policy::Policy policy) {
  return std::make_unique<PolicyRouter>(std::move(policy));
}

std::string reask_ladder(const LivedWorld& world) {
  const auto& models = world.models;
  if (models.size() == 2) return fmt::format("{},{}", models[0].name, models[1].name);
  return fmt::format("{},{},{}", models.front().name, models[models.size() / 2].name,
                     models.back().name);
}

std::unique_ptr<Router> blaming_bandit(const LivedWorld& world, std::uint64_t seed) {
  return std::make_unique<BlamingBandit>(world, seed);
}

std::unique_ptr<Router> confirming_latch(const LivedWorld& world) {
  return std::make_unique<ConfirmingLatch>(world);
}

std::unique_ptr<Router> sticky_random(const LivedWorld& world, std::uint64_t seed) {
  return std::make_unique<StickyRandom>(world, seed);
}

}  // namespace turnout::verification
