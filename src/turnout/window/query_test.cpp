#include "turnout/window/query.h"

#include <gtest/gtest.h>

namespace turnout::window {
namespace {

Query query(std::string_view target) { return Query::parse(target).value(); }

TEST(Query, decodes_names_and_values_and_keeps_their_order) {
  const Query asked = query("/solve?set=P%3D0.5&set=model.a+b.cost%3D1&x=%C3%A9&&empty=&bare");
  EXPECT_EQ(asked.all("set"), (std::vector<std::string>{"P=0.5", "model.a b.cost=1"}));
  EXPECT_EQ(asked.one("x").value(), "\xC3\xA9");
  EXPECT_EQ(asked.one("empty").value(), "");
  EXPECT_EQ(asked.one("bare").value(), "");
  EXPECT_FALSE(asked.one("y").value());
  EXPECT_TRUE(query("/solve").all("set").empty());
}

TEST(Query, refuses_what_is_no_byte) {
  for (const char* target : {"/?a=%", "/?a=%4", "/?a=%zz", "/?a=%00", "/?%=1", "/?a=%-1"}) {
    const auto parsed = Query::parse(target);
    ASSERT_FALSE(parsed) << target;
    EXPECT_EQ(parsed.error().code, base::ErrorCode::kMalformedInput);
  }
}

TEST(Query, refuses_a_parameter_that_is_not_known_or_stands_twice) {
  constexpr std::array<std::string_view, 2> kKnown = {"margin", "set"};
  EXPECT_TRUE(query("/?set=1&set=2&margin=1").allow_only(kKnown));
  const auto refused = query("/?margn=1").allow_only(kKnown);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("did you mean 'margin'"), std::string::npos);
  EXPECT_FALSE(query("/?margin=1&margin=1").one("margin"));
}

TEST(Query, reads_whole_numbers_in_a_range) {
  EXPECT_EQ(query("/?n=7").whole("n", 1, 7).value(), 7U);
  EXPECT_FALSE(query("/?m=7").whole("n", 1, 7).value());
  for (const char* target :
       {"/?n=0", "/?n=8", "/?n=", "/?n=1.0", "/?n=-1", "/?n=1x", "/?n=99999999999999999999999"})
    EXPECT_FALSE(query(target).whole("n", 1, 7)) << target;
}

}  // namespace
}  // namespace turnout::window
