#include "turnout/scenario/game_batch.h"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/csv.h"
#include "turnout/base/number_text.h"
#include "turnout/game/remedies.h"

namespace turnout::scenario {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using game::Quantity;

constexpr std::array<std::string_view, 8> kColumns = {"V", "P", "p1", "t1", "c1", "p2", "t2", "c2"};
constexpr std::array<Quantity, 8> kQuantities = {Quantity::kValue,   Quantity::kChurnPenalty, Quantity::kSuccess,
                                                 Quantity::kLatency, Quantity::kCost,         Quantity::kSuccess,
                                                 Quantity::kLatency, Quantity::kCost};
constexpr std::string_view kAnswers =
    ",regime,start,cascade,abandon,provider_cost,user_utility,success,latency,service_cost,"
    "user_preferred_utility,misalignment,throttled_cost,throttling_gain,penalty_floor\n";
constexpr std::size_t kRowsPerReport = 4096;

/// Reads rows into games, by the header's order of columns.
class RowReader {
 public:
  static Result<RowReader> from_header(std::string_view header) {
    auto columns = base::find_columns(header, kColumns);
    if (!columns) return columns.error();
    for (const auto& name : columns->unexpected) {
      if (name == "id") continue;
      return Error{ErrorCode::kMalformedInput,
                   fmt::format("the header has an unknown column {}; allowed are V,P,p1,t1,c1,p2,t2,c2 and id",
                               base::in_quotes(name)),
                   ""};
    }
    RowReader reader;
    reader.field_count_ = columns->count;
    std::copy(columns->required.begin(), columns->required.end(), reader.positions_.begin());
    return reader;
  }

  Result<game::Game> read(std::string_view row) {
    if (auto split = base::split_csv(row, fields_); !split) return split.error();
    if (fields_.size() != field_count_) {
      return Error{ErrorCode::kMalformedInput,
                   fmt::format("has {} fields, the header has {}", fields_.size(), field_count_), ""};
    }
    std::array<double, kColumns.size()> x{};
    for (std::size_t i = 0; i < x.size(); ++i) {
      auto number = base::parse_number(fields_[positions_[i]]);
      if (!number) return number.error().within(fmt::format("column {}", kColumns[i]));
      x[i] = *number;
    }
    return make(x);
  }

 private:
  static Result<game::Game> make(const std::array<double, kColumns.size()>& x) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (auto ok = game::check(kQuantities[i], x[i]); !ok) {
        return ok.error().within(fmt::format("column {}", kColumns[i]));
      }
    }
    return game::Game::make({x[0], 1}, {x[1]}, {game::Model{x[2], x[3], x[4]}, game::Model{x[5], x[6], x[7]}});
  }

  std::array<std::size_t, kColumns.size()> positions_{};
  std::size_t field_count_ = 0;
  std::vector<std::string_view> fields_;
};

/// Appends the solution of a game as the columns of kAnswers.
void append_answers(const game::Game& game, std::string& line) {
  const game::Equilibrium equilibrium = game::solve(game);
  const game::Candidate& best = equilibrium.best();
  const game::Misalignment misaligned = game::misalignment(game, equilibrium);
  const game::Throttling throttled = game::throttling(game, equilibrium);
  const auto& p = best.payoffs;
  fmt::format_to(std::back_inserter(line), FMT_COMPILE(",{},{}"), game::to_string(equilibrium.regime),
                 best.policy.start + 1);
  const std::array<double, 12> numbers = {
      best.policy.cascade, best.abandon,   p.provider_cost, p.user_utility,
      p.success,           p.latency,      p.service_cost,  misaligned.preferred.payoffs.user_utility,
      misaligned.gap,      throttled.cost, throttled.gain,  game::penalty_floor(game, equilibrium)};
  for (const double x : numbers) {
    line += ',';
    if (x == 0) {
      line += '0';
    } else if (x == 1) {
      line += '1';
    } else {
      fmt::format_to(std::back_inserter(line), FMT_COMPILE("{}"), x);
    }
  }
  line += '\n';
}

}  // namespace

Result<std::size_t> solve_batch(base::LineReader& rows, base::OutputFile& out,
                                const std::function<void(std::size_t)>& on_rows) {
  auto header = rows.next();
  if (!header) return header.error();
  if (!header->has_value()) {
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("is empty, must start with the header {}", fmt::join(kColumns, ",")), rows.name()};
  }
  auto reader = RowReader::from_header(**header);
  if (!reader) return reader.error().within(rows.place());
  std::string line(**header);
  line += kAnswers;
  if (auto written = out.write(line); !written) return written.error();

  RowReader row_reader = *std::move(reader);
  std::size_t solved = 0;
  for (;;) {
    auto row = rows.next();
    if (!row) return row.error();
    if (!row->has_value()) break;
    auto game = row_reader.read(**row);
    if (!game) return game.error().within(rows.place());
    line.assign(**row);
    append_answers(*game, line);
    if (auto written = out.write(line); !written) return written.error();
    if (++solved % kRowsPerReport == 0) on_rows(kRowsPerReport);
  }
  return solved;
}

}  // namespace turnout::scenario
