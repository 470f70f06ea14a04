#include "turnout/scenario/game_array.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "turnout/scenario/game_block.h"

namespace turnout::scenario {
base::Result<std::size_t> solve_array(const base::NpyMatrix& games, base::OutputFile& out,
                                      const std::function<void(std::size_t)>& on_rows) {
  if (games.columns() != GameBlock::kIn) {
    return base::Error{
        base::ErrorCode::kMalformedInput,
        fmt::format("has {} columns, must have 8: V, P, p1, t1, c1, p2, t2, c2", games.columns()),
        games.name()};
  }
  constexpr std::size_t kOut = 1 + GameBlock::kOut;  // the route's number and the block's
  const std::array<std::size_t, 2> shape = {games.rows(), kOut};
  TURNOUT_CHECK(out.write(base::npy_header(shape)));
  GameBlock block;
  std::vector<double> rows(GameBlock::kRows * kOut);
  for (std::size_t from = 0; from < games.rows(); from += GameBlock::kRows) {
    const std::size_t count = std::min(GameBlock::kRows, games.rows() - from);
    for (std::size_t k = 0; k < GameBlock::kIn; ++k)
      games.copy_column(k, from, {block.in(k), count});
    if (const std::size_t bad = block.solve(count); bad < count) {
      const auto error = block.game(bad).error();
      return base::Error{
          error.code, error.message,
          fmt::format("{}: row {}, column {}", games.name(), from + bad, error.context)};
    }
    for (std::size_t i = 0; i < count; ++i) {
      rows[i * kOut] = static_cast<double>(block.route(i));
      for (std::size_t k = 0; k < GameBlock::kOut; ++k)
        rows[i * kOut + 1 + k] = block.out(k)[i] + 0.0;  // no "-0"
    }
    const std::string_view bytes(reinterpret_cast<const char*>(rows.data()),
                                 count * kOut * sizeof(double));  // NOLINT
    TURNOUT_CHECK(out.write(bytes));
    on_rows(count);
  }
  return games.rows();
}

}  // namespace turnout::scenario
