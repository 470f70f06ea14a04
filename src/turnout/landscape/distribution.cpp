#include "turnout/landscape/distribution.h"

#include <algorithm>
#include <cmath>

#include "turnout/landscape/kernels/loops.h"
#include "turnout/numeric/normal.h"

namespace turnout::landscape {
namespace {

double at_score(const std::vector<double>& quantiles, double score) {
  const double place = (score + kFarScore) * kScoresPerUnit;
  const std::size_t below = std::min(static_cast<std::size_t>(place), quantiles.size() - 2);
  const double part = place - static_cast<double>(below);
  return quantiles[below] + part * (quantiles[below + 1] - quantiles[below]);
}

}  // namespace

double quantile(const Distribution& d, double share) {
  switch (d.kind) {
    case Distribution::Kind::kConstant:
      return d.first;
    case Distribution::Kind::kUniform:
      return d.first + (d.second - d.first) * share;
    case Distribution::Kind::kLogUniform:
      return d.first * std::exp(std::log(d.second / d.first) * share);
    case Distribution::Kind::kLognormal:
      return d.first * std::exp(d.second * numeric::normal_quantile(share));
    case Distribution::Kind::kExponential:
      return -d.first * std::log1p(-share);
    case Distribution::Kind::kScores:
      return at_score(d.column, numeric::normal_quantile(share));
    case Distribution::Kind::kColumn:
      break;
  }
  return d.column[static_cast<std::size_t>(share * static_cast<double>(d.column.size()))];
}

void to_quantiles(const Distribution& d, std::span<double> shares) {
  if (d.kind == Distribution::Kind::kExponential)
    return kernels::loops().exponential(d.first, shares.data(), shares.size());
  if (d.kind == Distribution::Kind::kLogUniform)
    return kernels::loops().log_uniform(d.first, std::log(d.second / d.first), shares.data(),
                                        shares.size());
  if (d.kind == Distribution::Kind::kUniform) {
    for (double& x : shares) x = d.first + (d.second - d.first) * x;
    return;
  }
  for (double& x : shares) x = quantile(d, x);
}

}  // namespace turnout::landscape
