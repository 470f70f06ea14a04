#include "turnout/scenario/uncertainty.h"

#include <fmt/format.h>

namespace turnout::scenario {

std::string symbol(const Uncertainty& uncertain) {
  if (uncertain.difficulty == &game::Difficulty::sigma) return "sigma";
  if (uncertain.difficulty == &game::Difficulty::tau) return "tau";
  if (uncertain.difficulty == &game::Difficulty::feedback) return "feedback";
  if (uncertain.parameter.model != kEveryModel) return game::symbol(uncertain.parameter);
  std::string text = game::symbol({uncertain.parameter.quantity, 0});
  text.pop_back();  // the model's number
  return text;
}

game::Range range_of(const Uncertainty& uncertain) {
  constexpr double kWidest = 10;
  if (uncertain.difficulty == nullptr) return game::range_of(uncertain.parameter.quantity);
  return {uncertain.difficulty == &game::Difficulty::feedback ? -kWidest : 0, kWidest};
}

base::Status check(const Uncertainty& uncertain, double value) {
  if (uncertain.difficulty == nullptr) return game::check(uncertain.parameter.quantity, value);
  const auto [low, high] = range_of(uncertain);
  if (value >= low && value <= high) return base::Done{};
  return base::Error{base::ErrorCode::kInvalidValue,
                     fmt::format("{} must be from {} to {}", value, low, high), ""};
}

}  // namespace turnout::scenario
