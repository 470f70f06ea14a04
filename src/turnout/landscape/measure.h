#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/game/routing_game.h"
#include "turnout/game/solve_kernel.h"

/// The numbers of a game, and what is made of them: a parameter, a ratio, a difference of
/// parameters or ratios, or what an attempt is worth to the user.
namespace turnout::landscape {

/// How many numbers a game of two models has, and how many of them, the first, the paper's has.
inline constexpr std::size_t kNumbers = 20;
inline constexpr std::size_t kPaperNumbers = 9;
/// The numbers of a game, in the order of game::all_parameters(), and last, which nothing moves, 1
/// if the user is naive, else 0. A late churn that is not given, so that it is P, is kNotGiven. Of
/// more models those beyond the second follow, in the order of game::kModelQuantities.
using Numbers = std::array<double, kNumbers + 1>;
inline constexpr double kNotGiven = -1;
// Places of some of them.
inline constexpr std::array<std::size_t, 2> kPatiences = {10, 14};
inline constexpr std::size_t kOutside = 17;
inline constexpr std::size_t kLateChurn = 19;

Numbers numbers_of(const game::Game& game);
base::Result<game::Game> game_from(const Numbers& numbers);
std::vector<double> numbers_of(const game::RoutingGame& game);
/// @param like  whose number of models it has, and whether users may stay away
base::Result<game::RoutingGame> game_from(std::span<const double> numbers,
                                          const game::RoutingGame& like);

/// Columns of numbers, for the kernel.
/// @param columns  for each number where its column starts; null: it is the paper's in all games,
///   or as in `like`. Late churn only where it is given.
game::GameColumns columns_of(std::size_t size, const std::array<const double*, kNumbers>& columns,
                             const game::Game* like);

/// "P", "t2/t1", "c2/p2-c1/p1", "xi1" or "rho". Its first parameter is the one that moves it, all
/// else equal; xi_k, by which the user decides whether an attempt is worth it
/// (PassTerms::net_value), is moved by t_k, and so is at most what it is without a wait; rho is
/// the patience of all models. Parameters are called by their symbols, or by their key in a
/// scenario: "patience", "price2".
class Measure {
 public:
  /// @param name    a parameter, A/B, A-C, A/B-C, A-C/D, A/B-C/D, xi1, xi2, ... or rho
  /// @param models  of the games that it is of
  /// @returns kInvalidValue saying what is wrong with it
  static base::Result<Measure> parse(std::string_view name,
                                     std::size_t models = game::Game::kModels);

  /// @returns its name in symbols.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// @returns its value in a game; not a number, or infinite, where it divides by 0; not a number
  ///   for rho where the models differ in it.
  [[nodiscard]] double value_in(std::span<const double> numbers) const;
  /// Moves the first parameter so that the measure has this value; rho moves one of each model.
  /// @returns whether the parameter is in its range then; it is moved only if so.
  [[nodiscard]] bool move(std::span<double> numbers, double value) const;
  /// The parameters that move, by their places in Numbers: one, but of rho that of each model.
  [[nodiscard]] const std::vector<std::size_t>& moved() const { return moved_; }
  [[nodiscard]] bool moves(std::size_t parameter) const;
  /// Whether it moves one that the other moves too.
  [[nodiscard]] bool moves_some_of(const Measure& other) const;
  /// Whether the measure depends on a parameter that the other moves, without moving it.
  [[nodiscard]] bool depends_on(const Measure& other) const;
  /// @returns the same quantity moved by V, for xi_k where something else moves t_k already;
  ///   nothing for other quantities.
  [[nodiscard]] std::optional<Measure> moved_by_value() const;

 private:
  Measure() = default;
  void let_move(std::size_t parameter);
  [[nodiscard]] bool depends_on(std::size_t parameter) const;
  [[nodiscard]] double lessened_by(std::span<const double> numbers) const;
  std::string name_;
  std::vector<std::size_t> moved_;
  game::Range allowed_{};                        // of what it moves
  std::optional<std::size_t> over_;              // A/B: B
  std::optional<std::size_t> less_, less_over_;  // ... - C/D
  std::optional<std::size_t> net_of_;            // xi_k: k, from 0
};

}  // namespace turnout::landscape
