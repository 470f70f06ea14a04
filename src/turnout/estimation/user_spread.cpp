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

void UserSpreadGatherer::add(std::string_view user, std::size_t model, bool ended, bool told,
                             bool solved) {
  const std::uint64_t hash = base::hash(user);
  if (hash > greatest_) return;
  auto& counts = users_[hash];
  if (counts.size() <= model) counts.resize(model + 1, Counts{});
  ++counts[model][kUserPasses];
  if (ended) ++counts[model][kUserEnds];
  if (told) ++counts[model][kUserTold];
  if (solved) ++counts[model][kUserSolved];
  if (users_.size() <= kMostUsers) return;
  greatest_ /= 2;
  std::erase_if(users_, [this](const auto& one) { return one.first > greatest_; });
}

std::vector<UserSpread> UserSpreadGatherer::finish() const {
  std::vector<UserSpread> spreads;
  for (const auto& [hash, models] : users_) {
    if (spreads.size() < models.size()) spreads.resize(models.size());
    for (std::size_t k = 0; k < models.size(); ++k) {
      if (models[k][kUserPasses] == 0) continue;
      UserSpread& spread = spreads[k];
      ++spread.users;
      std::size_t at = 0;
      for (std::size_t i = 0; i < kUserCounts; ++i) {
        spread.sums.at(i) += models[k].at(i);
        for (std::size_t j = i; j < kUserCounts; ++j, ++at)
          spread.products.at(at) += std::int64_t{models[k].at(i)} * models[k].at(j);
      }
    }
  }
  return spreads;
}

}  // namespace turnout::estimation
