#include "turnout/base/number_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "turnout/base/rng.h"

namespace turnout::base {
namespace {

TEST(ParseNumber, reads_decimal_and_scientific_notation_exactly) {
  EXPECT_EQ(*parse_number("0.1"), 0.1);
  EXPECT_EQ(*parse_number("+2"), 2.0);
  EXPECT_EQ(*parse_number("-1.5e-3"), -0.0015);
  EXPECT_EQ(*parse_number("1E5"), 100000.0);
}

TEST(ParseNumber, refuses_what_is_not_one_finite_number) {
  for (const char* text : {"", " 1", "1 ", "1x", "nan", "inf", "-inf", "NAN", "0x10", "1,5", "--1",
                           "+-1", "+", ".", "1e999", "1e-999"}) {
    EXPECT_FALSE(parse_number(text)) << "'" << text << "' was taken for a number";
  }
}

TEST(ParseNumber, says_what_it_read) {
  EXPECT_EQ(parse_number("12y").error().message, "'12y' is not a number");
}

TEST(ReadNumber, reads_what_the_library_reads_to_the_same_bits_and_end) {
  Rng rng(2);
  const std::string_view characters = "0123456789012345678901234567890123456789..-+eE, x";
  for (int i = 0; i < 500'000; ++i) {
    std::string text;
    const int length = 1 + static_cast<int>(rng.uniform(0, 20));
    for (int k = 0; k < length; ++k)
      text += characters[static_cast<std::size_t>(rng.uniform(0, 49))];
    double expected = 7;
    double actual = 7;
    const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), expected);
    const char* const end = read_number(text.data(), text.data() + text.size(), actual);
    if (status != std::errc()) {
      ASSERT_EQ(end, nullptr) << text;
    } else {
      ASSERT_EQ(end, stop) << text;
      ASSERT_EQ(std::bit_cast<std::uint64_t>(actual), std::bit_cast<std::uint64_t>(expected))
          << text;
    }
  }
}

TEST(WriteNumber, is_the_librarys_shortest_text_for_every_kind_of_double) {
  const auto written = [](double x) {
    char text[kNumberRoom];
    return std::string(text, write_number(text, x));
  };
  Rng rng(1);
  for (int i = 0; i < 300'000; ++i) {
    const double bits = std::bit_cast<double>(rng.next());
    if (std::isfinite(bits)) {
      ASSERT_EQ(written(bits), fmt::format("{}", bits));
    }
    const double scaled =
        std::floor(rng.uniform(-1e6, 1e6)) * std::pow(10.0, std::floor(rng.uniform(-20, 20)));
    ASSERT_EQ(written(scaled), fmt::format("{}", scaled));
  }
  for (const double x :
       {0.0, -0.0, 1.0, 0.1, 1e15, 1e16, 1e17, 123456789012345678.0, 0.0001, 0.00001, 5e-324,
        1.7976931348623157e308, 100.0, 12.5, 0.00012345678901234567}) {
    EXPECT_EQ(written(x), fmt::format("{}", x));
  }
}

TEST(InQuotes, escapes_control_bytes_and_cuts_long_text) {
  EXPECT_EQ(in_quotes("a\nb\x01"), "'a\\x0ab\\x01'");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "'" + std::string(40, 'x') + "...'");
}

}  // namespace
}  // namespace turnout::base
