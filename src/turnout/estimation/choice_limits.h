#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "turnout/estimation/sequence_choice.h"

/// How far a number of the world may be from what is thought before another sequence is better.
/// docs/theory.md, section 25.
namespace turnout::estimation {

/// The numbers that a choice rests on. Of a model where it has one.
enum class Quantity {
  kPenalty,     ///< P, dollars
  kPatience,    ///< rho, share
  kValue,       ///< median V, seconds of waiting
  kDifficulty,  ///< sigma, logits
  kSuccess,     ///< of a model's first attempts, share
  kLatency,     ///< of a model, mean seconds
  kCost,        ///< of a model, mean dollars
};

struct Assumption {
  Quantity quantity = Quantity::kPenalty;
  std::size_t model = 0;  ///< for kSuccess, kLatency, kCost
};

/// @returns the assumptions that a choice among these models rests on.
std::vector<Assumption> assumptions_of(std::size_t models);

/// @returns the number in a world. @param penalty  P there
double number_of(const Assumption& assumption, const LogWorld& world, double penalty);

struct ChoiceLimit {
  Assumption assumption;
  double value = 0;  ///< mean over the draws
  /// The mean over the draws at the nearest shift of all of them at which another sequence costs at
  /// least kWorthChanging less; nothing: there is none within the range that is searched (shares and
  /// sigma by 3 logits, the others to a twentieth and twentyfold).
  std::optional<double> flips_at;
  Sequence then;  ///< that other sequence
  /// The shift to flips_at in standard deviations of the draws; infinite without one.
  double deviations = 0;
};
inline constexpr double kWorthChanging = 0.01;

/// @returns the limits of a choice, the nearest in deviations first. Found by a search of growing
///   steps and bisection, on 30 of the draws and 40 sequences, those of one or two models and then the cheapest:
///   to within a hundredth of the range, and a flip that comes and goes within a step is missed.
/// @param chosen  number of the sequence in `played`
/// Cost: some 500 choices among 40 sequences in 30 draws, about two seconds.
std::vector<ChoiceLimit> choice_limits(const LogPosterior& posterior, const PlayedSequences& played,
                                       const std::vector<double>& penalties, std::size_t chosen,
                                       const base::Cancellation& cancellation = {});

}  // namespace turnout::estimation
