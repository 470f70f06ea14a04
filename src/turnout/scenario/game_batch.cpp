#include "turnout/scenario/game_batch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/csv.h"
#include "turnout/base/number_text.h"
#include "turnout/game/remedies.h"
#include "turnout/scenario/game_block.h"

namespace turnout::scenario {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::array<std::string_view, 8> kColumns = {"V", "P", "p1", "t1", "c1", "p2", "t2", "c2"};
constexpr std::string_view kAnswers =
    ",regime,start,cascade,abandon,provider_cost,user_utility,success,latency,service_cost,"
    "user_preferred_utility,misalignment,throttled_cost,throttling_gain,penalty_floor\n";

/// Reads rows into games, by the header's order of columns.
class RowReader {
 public:
  static Result<RowReader> from_header(std::string_view header) {
    TURNOUT_TRY(auto columns, base::find_columns(header, kColumns));
    for (const auto& name : columns.unexpected) {
      if (name == "id") continue;
      return Error{
          ErrorCode::kMalformedInput,
          fmt::format(
              "the header has an unknown column {}; allowed are V,P,p1,t1,c1,p2,t2,c2 and id",
              base::in_quotes(name)),
          ""};
    }
    RowReader reader;
    reader.column_at_.assign(columns.count, kNoNumber);
    for (std::size_t i = 0; i < kColumns.size(); ++i) reader.column_at_[columns.required[i]] = i;
    return reader;
  }

  Result<game::Game> read(std::string_view row) {
    Numbers x{};
    if (!read_plain(row, x)) {
      TURNOUT_CHECK(read_any(row, x));
    }
    auto game = game::Game::make({x[0], 1}, {x[1]},
                                 {game::Model{x[2], x[3], x[4]}, game::Model{x[5], x[6], x[7]}});
    // The symbols that it names are the columns.
    if (!game)
      return Error{game.error().code, game.error().message, "column " + game.error().context};
    return game;
  }

 private:
  using Numbers = std::array<double, kColumns.size()>;
  static constexpr std::size_t kNoNumber = kColumns.size();  // the column is carried through

  /// Reads a row of plain numbers in one pass; false if it is anything else, for read_any() to read
  /// or to refuse.
  [[nodiscard]] bool read_plain(std::string_view row, Numbers& x) const {
    const char* at = row.data();
    const char* const end = row.data() + row.size();
    for (std::size_t field = 0; field < column_at_.size(); ++field) {
      if (field > 0 && (at == end || *at++ != ',')) return false;
      if (column_at_[field] == kNoNumber) {
        if (at != end && *at == '"') return false;
        at = std::find(at, end, ',');
        continue;
      }
      at = base::read_number(at, end, x[column_at_[field]]);
      if (at == nullptr || !std::isfinite(x[column_at_[field]])) return false;
    }
    return at == end;
  }

  /// The simple twin: splits the row, then reads each field, with an error for each way that can go
  /// wrong.
  Status read_any(std::string_view row, Numbers& x) {
    TURNOUT_CHECK(base::split_csv(row, fields_));
    if (fields_.size() != column_at_.size()) {
      return Error{
          ErrorCode::kMalformedInput,
          fmt::format("has {} fields, the header has {}", fields_.size(), column_at_.size()), ""};
    }
    for (std::size_t field = 0; field < fields_.size(); ++field) {
      if (column_at_[field] == kNoNumber) continue;
      auto number = base::parse_number(fields_[field]);
      if (!number)
        return number.error().within(fmt::format("column {}", kColumns[column_at_[field]]));
      x[column_at_[field]] = *number;
    }
    return base::Done{};
  }

  std::vector<std::size_t> column_at_;  // by field: which of kColumns it is, or kNoNumber
  std::vector<std::string_view> fields_;
};

/// The text of one row's answers. Printing numbers is most of a batch's work, so a number that
/// stands in the row already is copied, and nothing is allocated.
class AnswerText {
 public:
  void clear() {
    end_ = text_.data();
    count_ = 0;
  }

  void add(std::string_view word) { append(word); }

  void add(double x) {
    const auto known = static_cast<std::size_t>(
        std::find(values_.begin(), values_.begin() + count_, x) - values_.begin());
    if (known < count_) return append(texts_[known]);
    *end_++ = ',';
    char* const begin = end_;
    end_ = base::write_number(end_, x);
    values_[count_] = x;
    texts_[count_++] = {begin, static_cast<std::size_t>(end_ - begin)};
  }

  [[nodiscard]] std::string_view text() const {
    return {text_.data(), static_cast<std::size_t>(end_ - text_.data())};
  }

 private:
  void append(std::string_view word) {
    *end_++ = ',';
    end_ = std::copy(word.begin(), word.end(), end_);
  }

  static constexpr std::size_t kNumbers = 13;
  std::array<char, (kNumbers + 1) * (base::kNumberRoom)> text_{};
  char* end_ = text_.data();
  std::array<double, kNumbers> values_{};
  std::array<std::string_view, kNumbers> texts_{};
  std::size_t count_ = 0;
};

/// Rows that wait to be solved together.
class PendingRows {
 public:
  void add(std::string_view row, const game::Game& game) {
    const game::Model& first = game.model(0);
    const game::Model& second = game.model(1);
    const std::array<double, GameBlock::kIn> x = {
        game.value(), game.churn_penalty(), first.success,  first.latency,
        first.cost,   second.success,       second.latency, second.cost};
    for (std::size_t k = 0; k < x.size(); ++k) block_.in(k)[ends_.size()] = x.at(k);
    text_ += row;
    ends_.push_back(text_.size());
  }
  [[nodiscard]] std::size_t size() const { return ends_.size(); }

  /// Writes them with their answers, and forgets them.
  Status solve_and_write(base::OutputFile& out) {
    block_.solve(size());
    lines_.clear();
    for (std::size_t i = 0; i < size(); ++i) {
      const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
      lines_.append(text_, begin, ends_[i] - begin);
      append_answers(i);
    }
    text_.clear();
    ends_.clear();
    return out.write(lines_);
  }

 private:
  /// The columns of kAnswers.
  void append_answers(std::size_t i) {
    const game::Game game = *block_.game(i);
    answers_.clear();
    answers_.add(game::to_string(regime_of(game)));
    const auto add = [this](double x) { answers_.add(x == 0 ? 0.0 : x); };  // no "-0"
    for (std::size_t k = 0; k < GameBlock::kOut; ++k) add(block_.out(k)[i]);
    add(game::penalty_floor(game));
    lines_ += answers_.text();
    lines_ += '\n';
  }

  GameBlock block_;
  AnswerText answers_;
  std::string text_, lines_;       // kept, so that memory is asked for once
  std::vector<std::size_t> ends_;  // of rows in text_
};

}  // namespace

Result<std::size_t> solve_batch(base::LineReader& rows, base::OutputFile& out,
                                const std::function<void(std::size_t)>& on_rows) {
  auto header = rows.next();
  if (!header) return header.error();
  if (!header->has_value()) {
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("is empty, must start with the header {}", fmt::join(kColumns, ",")),
                 rows.name()};
  }
  TURNOUT_TRY(auto reader, RowReader::from_header(**header).within(rows.place()));
  std::string line(**header);
  line += kAnswers;
  TURNOUT_CHECK(out.write(line));

  RowReader row_reader = std::move(reader);
  PendingRows pending;
  std::size_t solved = 0;
  const auto finish = [&]() -> Status {
    solved += pending.size();
    on_rows(pending.size());
    return pending.solve_and_write(out);
  };
  for (;;) {
    auto row = rows.next();
    auto game = row && row->has_value() ? std::optional(row_reader.read(**row)) : std::nullopt;
    if (game && *game) {
      pending.add(**row, **game);
      if (pending.size() < GameBlock::kRows) continue;
    }
    TURNOUT_CHECK(finish());
    if (!row) return row.error();
    if (!row->has_value()) return solved;
    if (!*game) return game->error().within(rows.place());
  }
}

}  // namespace turnout::scenario
