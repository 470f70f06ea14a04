#include "turnout/window/console.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace turnout::window {
namespace {

std::optional<http::Reply> ask(std::string_view target, std::string_view accept = "text/html") {
  static const Console console;
  http::RequestHead head;
  head.method = "GET";
  head.target = target;
  head.fields = {{"Accept", accept}};
  return console.find(head);
}

std::string field(const http::Reply& reply, std::string_view name) {
  const auto found = std::find_if(reply.fields.begin(), reply.fields.end(),
                                  [&](const http::Field& one) { return one.name == name; });
  return found == reply.fields.end() ? "" : found->value;
}

TEST(Console, shows_the_page_below_a_path_of_its_own) {
  const auto page = ask("/console/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_NE(page->body.find("./page.js"), std::string::npos) << "addresses hold below any path";
  EXPECT_NE(field(*page, "Content-Security-Policy").find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(ask("/console/page.js?x")->status, 200);
  EXPECT_EQ(ask("/console/nothing")->status, 404);
  EXPECT_EQ(ask("/console/../console/")->status, 404);
}

TEST(Console, is_found_by_people_and_takes_no_path_of_the_gateway) {
  EXPECT_EQ(ask("/console")->status, 307);
  EXPECT_EQ(field(*ask("/console"), "Location"), "console/");
  EXPECT_EQ(field(*ask("/", "text/html,*/*"), "Location"), "console/");
  EXPECT_FALSE(ask("/", "application/json"));
  for (const char* other : {"/consoles", "/v1/models", "/page.js", ""})
    EXPECT_FALSE(ask(other)) << other;
}

}  // namespace
}  // namespace turnout::window
