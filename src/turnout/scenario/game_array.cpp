#include "turnout/scenario/game_array.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "turnout/game/solve_kernel.h"

namespace turnout::scenario {
namespace {

constexpr std::size_t kIn = 8;
constexpr std::size_t kOut = 13;
constexpr std::size_t kBlock = 2048;  // rows at a time: in cache
constexpr std::size_t kApart = 40;    // numbers by which columns start apart, see solve_many()

/// Room for a block's columns.
class Block {
 public:
  Block() {
    for (std::size_t k = 0; k < columns_.size(); ++k) columns_.at(k).resize(kBlock + k * kApart);
  }
  double* in(std::size_t k) { return columns_.at(k).data() + k * kApart; }
  double* out(std::size_t k) { return in(kIn + k); }
  std::uint8_t* routes() { return routes_.data(); }

 private:
  std::array<std::vector<double>, kIn + kOut> columns_;
  std::array<std::uint8_t, kBlock> routes_{};
};

/// The model that a route starts on, 1 or 2.
double start_of(std::uint8_t route) {
  const auto r = static_cast<game::Route>(route);
  return r == game::Route::kSecondStay || r == game::Route::kSecondLeave ? 2 : 1;
}

}  // namespace

base::Result<std::size_t> solve_array(const base::NpyMatrix& games, base::OutputFile& out,
                                      const std::function<void(std::size_t)>& on_rows) {
  if (games.columns() != kIn) {
    return base::Error{base::ErrorCode::kMalformedInput,
                       fmt::format("has {} columns, must have 8: V, P, p1, t1, c1, p2, t2, c2", games.columns()),
                       games.name()};
  }
  const std::array<std::size_t, 2> shape = {games.rows(), kOut};
  if (auto written = out.write(base::npy_header(shape)); !written) return written.error();
  Block block;
  std::vector<double> rows(kBlock * kOut);
  for (std::size_t from = 0; from < games.rows(); from += kBlock) {
    const std::size_t count = std::min(kBlock, games.rows() - from);
    for (std::size_t k = 0; k < kIn; ++k) games.copy_column(k, from, {block.in(k), count});
    const game::GameColumns in{count,
                               block.in(0),
                               block.in(1),
                               {block.in(2), block.in(5)},
                               {block.in(3), block.in(6)},
                               {block.in(4), block.in(7)},
                               nullptr};
    const game::AnswerColumns answers{block.routes(), block.out(2),  block.out(3),  block.out(4),
                                      block.out(5),   block.out(6),  block.out(7),  block.out(8),
                                      block.out(9),   block.out(10), block.out(11), block.out(12)};
    if (const std::size_t bad = solve_many(in, answers); bad < count) {
      const auto error = game_at(in, bad).error();
      return base::Error{error.code, error.message,
                         fmt::format("{}: row {}, column {}", games.name(), from + bad, error.context)};
    }
    for (std::size_t i = 0; i < count; ++i) {
      block.out(0)[i] = block.routes()[i];
      block.out(1)[i] = start_of(block.routes()[i]);
      for (std::size_t k = 0; k < kOut; ++k) rows[i * kOut + k] = block.out(k)[i] + 0.0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(rows.data()), count * kOut * sizeof(double));  // NOLINT
    if (auto written = out.write(bytes); !written) return written.error();
    on_rows(count);
  }
  return games.rows();
}

}  // namespace turnout::scenario
