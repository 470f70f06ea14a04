#include "turnout/mapping/row_batches.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <atomic>

namespace turnout::mapping {
namespace {

constexpr const char* kMap =
    "[pass]\nwhen = { \"/kind\" = [\"row\"] }\n"
    "[pass.columns]\nid = \"/id\"\nmodel = \"/m\"\nlatency_s = \"/t\"\nstarted_at = \"/at\"\n"
    "messages = \"/said\"\n"
    "[feedback]\nof = \"/of\"\nvalue = \"/value\"\n";

/// Documents that are made when they are asked for.
class Made final : public RowDocuments {
 public:
  Made(std::size_t count, std::size_t fails_at) : count_(count), fails_at_(fails_at) {}
  base::Result<std::optional<std::string_view>> next() override {
    if (made_ == fails_at_) return base::Error{base::ErrorCode::kUnreadable, "went away", "log"};
    if (made_ == count_) return std::optional<std::string_view>();
    text_ = text_of(made_++);
    return std::optional<std::string_view>(text_);
  }
  [[nodiscard]] std::string place() const override { return fmt::format("row {}", made_); }

 private:
  /// Rows, a few of them with a defect, what is neither, feedback, no JSON, and long ones.
  static std::string text_of(std::size_t number) {
    if (number % 10 == 7) return R"({"kind": "other"})";
    if (number % 10 == 8) return fmt::format(R"({{"of": "{}", "value": 1}})", number - 1);
    if (number % 1000 == 999) return "no JSON";
    const std::string said(number % 100 == 5 ? 5'000 : 20, 'x');
    return fmt::format(
        R"({{"kind": "row", "id": "{}", "m": "mini", "t": {}, "at": {}, "said": "{} {}"}})", number,
        number % 10 == 9 ? -1 : 2, 1'700'000'000 + number, said, number);
  }

  std::size_t count_, fails_at_;
  std::size_t made_ = 0;
  std::string text_;
};

/// What batches say, in their order: a line each.
struct Read {
  std::vector<std::string> said;
  std::string error;
};

/// What a packed row holds.
std::string unpacked(RowSpill& spill, std::string_view bytes) {
  MappedRow row;
  EXPECT_TRUE(spill.read(spill.append(bytes).value(), row));
  return fmt::format("{} {} {} {} {} {} {}", row.id, row.words, row.pass.model, row.pass.started_us,
                     row.request.messages.size(), row.request.text.bytes,
                     fmt::join(row.request.text.sketch, ","));
}

Read read(std::size_t count, std::size_t threads, std::size_t fails_at = SIZE_MAX) {
  Made documents(count, fails_at);
  const auto map = parse_row_map(kMap, "map").value();
  RowBatches batches(documents, map, {}, threads);
  auto spill = RowSpill::create().value();
  Read read;
  for (;;) {
    const auto batch = batches.next();
    if (!batch) read.error = batch.error().to_string();
    if (!batch || *batch == nullptr) return read;
    std::string_view packed = (*batch)->packed;
    for (const auto& [number, said] : (*batch)->items) {
      std::string line = (*batch)->documents[number].place + ": ";
      if (const auto* row = std::get_if<PackedRow>(&said)) {
        line += unpacked(spill, packed.substr(0, row->size));
        packed.remove_prefix(row->size);
      } else if (const auto* defect = std::get_if<traffic::Defect>(&said)) {
        line += name_of(*defect);
      } else if (const auto* feedback = std::get_if<MappedFeedback>(&said)) {
        line += "of " + feedback->of;
      } else if (const auto* error = std::get_if<base::Error>(&said)) {
        line += error->message;
      } else {
        line += "passed over";
      }
      read.said.push_back(std::move(line));
    }
  }
}

TEST(RowBatches, say_the_same_in_the_same_order_on_any_number_of_threads) {
  for (const std::size_t count : {0U, 1U, 255U, 256U, 257U, 20'000U}) {
    const Read alone = read(count, 1);
    EXPECT_EQ(alone.said.size(), count);
    EXPECT_EQ(alone.error, "");
    for (const std::size_t threads : {2U, 4U}) {
      const Read together = read(count, threads);
      EXPECT_TRUE(together.said == alone.said) << count << " documents, " << threads << " threads";
    }
    if (count < 1000) continue;
    EXPECT_TRUE(alone.said[999].starts_with("row 1000: is no JSON")) << alone.said[999];
    EXPECT_EQ(alone.said[7], "row 8: passed over");
    EXPECT_EQ(alone.said[8], "row 9: of 7");
    EXPECT_EQ(alone.said[9], "row 10: " + std::string(name_of(traffic::Defect::kLatency)));
  }
}

TEST(RowBatches, an_error_of_the_log_comes_behind_what_was_read_before) {
  for (const std::size_t fails_at : {0U, 100U, 10'000U}) {
    const Read found = read(20'000, 4, fails_at);
    EXPECT_EQ(found.said.size(), fails_at);
    EXPECT_NE(found.error.find("went away"), std::string::npos);
  }
}

TEST(RowBatches, end_where_they_are_told_to_and_may_go_before_their_end) {
  Made documents(100'000, SIZE_MAX);
  const auto map = parse_row_map(kMap, "map").value();
  std::atomic<bool> stop = false;
  RowBatches batches(documents, map, base::Cancellation(stop), 4);
  ASSERT_TRUE(batches.next());
  stop = true;
  const auto next = batches.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, base::ErrorCode::kCancelled);
}

}  // namespace
}  // namespace turnout::mapping
