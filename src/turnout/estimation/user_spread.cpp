#include "turnout/estimation/user_spread.h"

#include <algorithm>
#include <cmath>

#include "turnout/base/hash.h"
#include "turnout/numeric/normal.h"
#include "turnout/numeric/student.h"

namespace turnout::estimation {
namespace {

using Factors = std::array<double, kUserCounts>;
using Products = std::array<std::int64_t, kUserCounts*(kUserCounts + 1) / 2>;

/// The sum over users of the square of a linear combination of their counts; 0 where nothing but
/// rounding is left of it, as where all tasks end alike.
double sum_of_squares(const Factors& factors, const Products& products) {
  constexpr double kRounding = 1e-12;
  double sum = 0;
  double size = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < kUserCounts; ++i) {
    for (std::size_t j = i; j < kUserCounts; ++j, ++at) {
      const double term =
          (i == j ? 1 : 2) * factors.at(i) * factors.at(j) * static_cast<double>(products.at(at));
      sum += term;
      size += std::abs(term);
    }
  }
  return sum > kRounding * size ? sum : 0;
}

/// The products if each pass were of another user: an ended pass counts as one of both, and so on.
Products of_single_passes(const std::array<std::int64_t, kUserCounts>& sums) {
  Products products{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < kUserCounts; ++i) {
    for (std::size_t j = i; j < kUserCounts; ++j, ++at) products.at(at) = sums.at(j);
  }
  return products;
}

}  // namespace

DesignEffects design_effects(const UserSpread& spread) {
  const Products single = of_single_passes(spread.sums);
  if (spread.users < 2 || spread.products[0] == single[0]) return {};
  const auto sum = [&](UserCount what) { return static_cast<double>(spread.sums.at(what)); };
  const double ends = sum(kUserEnds) / sum(kUserPasses);
  const double t = numeric::student_quantile95(static_cast<double>(spread.users - 1));
  const double few = t * t / (numeric::kNormal95 * numeric::kNormal95);
  const auto effect = [&](const Factors& factors) {
    const double apart = sum_of_squares(factors, single);
    return apart > 0 ? std::max(1.0, few * sum_of_squares(factors, spread.products) / apart) : 1.0;
  };
  DesignEffects effects;
  effects.ends = effect({-ends, 1, 0, 0});
  effects.success = effects.ends;
  if (spread.sums[kUserTold] == 0) return effects;
  const double solved = sum(kUserSolved) / sum(kUserTold);
  const double share = solved / sum(kUserPasses);
  const double told = ends / sum(kUserTold);
  effects.success = effect({-share * ends, share, -told * solved, told});
  return effects;
}

std::uint64_t user_key(std::string_view user) {
  // The finisher of SplitMix64 (Steele, Lea, Flood 2014): the high bits, which samples go by, of ids that
  // differ in their last letter only.
  std::uint64_t key = base::hash(user);
  key = (key ^ key >> 30U) * 0xbf58476d1ce4e5b9ULL;
  key = (key ^ key >> 27U) * 0x94d049bb133111ebULL;
  return key ^ key >> 31U;
}

void UserSpreadGatherer::add(std::optional<std::uint64_t> user, std::size_t model, bool ended,
                             bool told, bool solved) {
  const auto one = [](bool is) { return std::uint32_t{is ? 1U : 0U}; };
  if (user) return add(*user, model, {1, one(ended), one(told), one(solved)});
  add_unknown(model, {1, one(ended), one(told), one(solved)});
}

void UserSpreadGatherer::add(std::uint64_t user, std::size_t model, const UserCounts& counts) {
  if (user > greatest()) return;
  const std::uint64_t key = user ^ (model + 1) * 0x9e3779b97f4a7c15ULL;
  if (One* known = counts_.find(key); known != nullptr) {
    for (std::size_t i = 0; i < kUserCounts; ++i) known->counts.at(i) += counts.at(i);
    return;
  }
  counts_.set(key, {user, model, counts});
  while (counts_.size() > most_) sample(halvings_ + 1);
}

void UserSpreadGatherer::add_unknown(std::size_t model,
                                     const std::array<std::int64_t, kUserCounts>& sums) {
  if (unknown_.size() <= model) unknown_.resize(model + 1);
  for (std::size_t i = 0; i < kUserCounts; ++i) unknown_[model].at(i) += sums.at(i);
}

void UserSpreadGatherer::sample(unsigned halvings) {
  if (halvings <= halvings_) return;
  halvings_ = halvings;
  counts_.erase_if([this](std::uint64_t, const One& one) { return one.user > greatest(); });
}

std::vector<UserSpreadGatherer::One> UserSpreadGatherer::ordered() const {
  std::vector<One> all;
  all.reserve(counts_.size());
  counts_.for_each([&](std::uint64_t, const One& one) { all.push_back(one); });
  std::sort(all.begin(), all.end(), [](const One& a, const One& b) {
    return a.user != b.user ? a.user < b.user : a.model < b.model;
  });
  return all;
}

std::vector<UserSpread> UserSpreadGatherer::finish() const {
  std::vector<UserSpread> spreads(unknown_.size());
  for (std::size_t k = 0; k < unknown_.size(); ++k) {
    const std::int64_t part = std::int64_t{1} << halvings_;
    for (std::size_t i = 0; i < kUserCounts; ++i)
      spreads[k].sums.at(i) = (unknown_[k].at(i) + part / 2) / part;
    spreads[k].users = spreads[k].sums[kUserPasses];
    spreads[k].products = of_single_passes(spreads[k].sums);
  }
  counts_.for_each([&](std::uint64_t, const One& one) {
    if (spreads.size() <= one.model) spreads.resize(one.model + 1);
    UserSpread& spread = spreads[one.model];
    ++spread.users;
    std::size_t at = 0;
    for (std::size_t i = 0; i < kUserCounts; ++i) {
      spread.sums.at(i) += one.counts.at(i);
      for (std::size_t j = i; j < kUserCounts; ++j, ++at)
        spread.products.at(at) += std::int64_t{one.counts.at(i)} * one.counts.at(j);
    }
  });
  return spreads;
}

}  // namespace turnout::estimation
