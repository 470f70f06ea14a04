#include "turnout/scenario/game_block.h"

namespace turnout::scenario {

game::GameColumns GameBlock::games(std::size_t count) {
  return {count, in(0), in(1), {in(2), in(5)}, {in(3), in(6)}, {in(4), in(7)}, nullptr};
}

std::size_t GameBlock::solve(std::size_t count) {
  const auto answer = [this](std::size_t k) { return in(kIn + k); };
  const game::AnswerColumns answers{routes_.data(), answer(1), answer(2),  answer(3),
                                    answer(4),      answer(5), answer(6),  answer(7),
                                    answer(8),      answer(9), answer(10), answer(11)};
  const std::size_t solved = solve_many(games(count), answers);
  for (std::size_t i = 0; i < solved; ++i) {
    const bool second =
        route(i) == game::Route::kSecondStay || route(i) == game::Route::kSecondLeave;
    answer(0)[i] = second ? 2 : 1;
  }
  return solved;
}

}  // namespace turnout::scenario
