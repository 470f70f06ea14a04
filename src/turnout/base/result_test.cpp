#include "turnout/base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace turnout::base {
namespace {

Result<std::unique_ptr<int>> make(int value) {
  if (value < 0) return Error{ErrorCode::kInvalidValue, "must be >= 0", "value"};
  return std::make_unique<int>(value);
}

Result<int> doubled(int value) {
  TURNOUT_TRY(const auto number, make(value).within("doubled"));
  TURNOUT_CHECK(make(*number));
  return 2 * *number;
}

TEST(Result, ReadingTheWrongHalfThrowsInEveryBuild) {
  const auto wrong = make(-1);
  const auto right = make(1);
  EXPECT_THROW((void)wrong.value(), BadResultAccess);
  EXPECT_THROW((void)*wrong, BadResultAccess);
  EXPECT_THROW((void)wrong->get(), BadResultAccess);
  EXPECT_THROW((void)right.error(), BadResultAccess);
  EXPECT_THROW((void)make(-1).value(), BadResultAccess);
}

TEST(Result, SaysWhichErrorWasPassedOver) {
  try {
    (void)*make(-1);
    FAIL();
  } catch (const BadResultAccess& e) {
    EXPECT_STREQ(e.what(), "no value: value: must be >= 0");
  }
}

TEST(Result, GivesItsValueAwayThroughTheArrow) {
  auto made = make(7);
  const std::unique_ptr<int> mine = std::move(*made);
  EXPECT_EQ(*mine, 7);
  Result<std::string> text = std::string("ab");
  text->push_back('c');
  EXPECT_EQ(*text, "abc");
}

TEST(Result, TryPassesValuesOnAndErrorsOut) {
  EXPECT_EQ(*doubled(21), 42);
  const auto wrong = doubled(-1);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().to_string(), "doubled: value: must be >= 0");
}

}  // namespace
}  // namespace turnout::base
