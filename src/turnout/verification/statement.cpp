#include "turnout/verification/statement.h"

#include <algorithm>

#include "turnout/base/hash.h"
#include "turnout/numeric/proportion.h"

namespace turnout::verification {
namespace {

/// The games of one claim have their own streams: adding a claim changes no other row.
std::uint64_t seed_of(const Claim& claim, std::uint64_t seed) {
  return base::hash(claim.id, base::kHashOfNothing ^ seed);
}

Verdict verdict_of(const Claim& claim, bool refuted) {
  switch (claim.known) {
    case Known::kMeasured:
      return Verdict::kMeasured;
    case Known::kHoldsNarrower:
      return refuted ? Verdict::kHoldsNarrower : Verdict::kNotRefuted;
    case Known::kHolds:
      break;
  }
  return refuted ? Verdict::kFails : Verdict::kHolds;
}

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHolds:
      return "holds";
    case Verdict::kHoldsNarrower:
      return "refuted as stated";
    case Verdict::kNotRefuted:
      return "not refuted by these games";
    case Verdict::kMeasured:
      return "measured";
    case Verdict::kFails:
      break;
  }
  return "FAILS";
}

Finding check_deviation(const Claim& claim, const Budget& budget, const Domain& domain,
                        const Deviation& deviation, double tolerance, std::string detail) {
  Finding finding{claim,          0, 0.0, tolerance, std::nullopt, std::move(detail), std::nullopt,
                  Verdict::kHolds};
  const std::uint64_t seed = seed_of(claim, budget.seed);
  std::uint64_t worst_stream = 0;
  for (std::size_t i = 0; i < budget.games; ++i) {
    base::Rng drawing(seed, 2 * i);
    const auto game = draw_where(domain.draw, domain.wanted, drawing);
    if (!game || budget.watch.cancellation.requested()) break;
    base::Rng judging(seed, 2 * i + 1);
    const double found = deviation(*game, judging);
    ++finding.games;
    budget.watch.on_steps(1);
    if (found > *finding.deviation) {
      finding.deviation = found;
      worst_stream = 2 * i + 1;
      if (found > tolerance) finding.counterexample = *game;
    }
  }
  if (finding.counterexample && !budget.watch.cancellation.requested()) {
    finding.counterexample = shrink(*finding.counterexample, [&](const game::Game& smaller) {
      base::Rng judging(seed, worst_stream);
      return domain.wanted(smaller) && deviation(smaller, judging) > tolerance;
    });
  }
  finding.verdict = verdict_of(claim, finding.counterexample.has_value());
  return finding;
}

Finding measure_rate(const Claim& claim, const Budget& budget, std::size_t games,
                     const Domain& domain, const Condition& condition, std::string detail) {
  Finding finding{
      claim, 0, std::nullopt, 0, std::nullopt, std::move(detail), std::nullopt, Verdict::kMeasured};
  const std::uint64_t seed = seed_of(claim, budget.seed);
  std::size_t hits = 0;
  for (std::size_t i = 0; i < games; ++i) {
    base::Rng drawing(seed, i);
    const auto game = draw_where(domain.draw, domain.wanted, drawing);
    if (!game || budget.watch.cancellation.requested()) break;
    ++finding.games;
    budget.watch.on_steps(1);
    if (condition(*game)) ++hits;
  }
  finding.rate = numeric::proportion(hits, finding.games);
  if (!claim.meant) return finding;
  const bool inside =
      finding.rate->low >= claim.meant->low && finding.rate->high <= claim.meant->high;
  const bool outside =
      finding.rate->low > claim.meant->high || finding.rate->high < claim.meant->low;
  if (inside || outside) finding.verdict = verdict_of(claim, outside);
  return finding;
}

Statement judged(Claim claim, Domain domain, Deviation deviation, double tolerance,
                 std::string detail, std::size_t divide) {
  return {std::move(claim), 1, divide,
          [domain = std::move(domain), deviation = std::move(deviation), tolerance,
           detail = std::move(detail), divide](const Claim& c, const Budget& budget) {
            Budget fewer = budget;
            fewer.games = std::max<std::size_t>(1, budget.games / divide);
            return check_deviation(c, fewer, domain, deviation, tolerance, detail);
          }};
}

Statement counted(Claim claim, Domain domain, Condition condition, std::string detail,
                  std::size_t times) {
  return {std::move(claim), times, 1,
          [domain = std::move(domain), condition = std::move(condition), detail = std::move(detail),
           times](const Claim& c, const Budget& budget) {
            return measure_rate(c, budget, budget.games * times, domain, condition, detail);
          }};
}

Deviation unless(Condition condition) {
  return [condition = std::move(condition)](const game::Game& game, base::Rng&) {
    return condition(game) ? 0.0 : 1.0;
  };
}

}  // namespace turnout::verification
