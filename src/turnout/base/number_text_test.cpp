#include "turnout/base/number_text.h"

#include <gtest/gtest.h>

namespace turnout::base {
namespace {

TEST(ParseNumber, reads_decimal_and_scientific_notation_exactly) {
  EXPECT_EQ(*parse_number("0.1"), 0.1);
  EXPECT_EQ(*parse_number("+2"), 2.0);
  EXPECT_EQ(*parse_number("-1.5e-3"), -0.0015);
  EXPECT_EQ(*parse_number("1E5"), 100000.0);
}

TEST(ParseNumber, refuses_what_is_not_one_finite_number) {
  for (const char* text :
       {"", " 1", "1 ", "1x", "nan", "inf", "-inf", "NAN", "0x10", "1,5", "--1", "+-1", "+", ".", "1e999", "1e-999"}) {
    EXPECT_FALSE(parse_number(text)) << "'" << text << "' was taken for a number";
  }
}

TEST(ParseNumber, says_what_it_read) { EXPECT_EQ(parse_number("12y").error().message, "'12y' is not a number"); }

TEST(InQuotes, escapes_control_bytes_and_cuts_long_text) {
  EXPECT_EQ(in_quotes("a\nb\x01"), "'a\\x0ab\\x01'");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "'" + std::string(40, 'x') + "...'");
}

}  // namespace
}  // namespace turnout::base
