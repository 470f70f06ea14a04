#include "turnout/window/static_files.h"

#include <gtest/gtest.h>

#include <array>

#include "turnout/window/gzip.h"

namespace turnout::window {
namespace {

constexpr std::string_view kPage = "<!doctype html>";
const std::string& script() {
  static const std::string kText(4000, 'x');
  return kText;
}

StaticFiles files() {
  static const std::array<base::EmbeddedText, 4> kFiles = {
      {{"web/dist/index.html", kPage},
       {"web/dist/assets/index-1A2b3c4d.js", script()},
       {"web/dist/assets/plain.css", "p {}"},
       {"docs/openapi.json", "{}"}}};
  return {kFiles, "web/dist/"};
}

std::string field(const http::Reply& reply, std::string_view name) {
  for (const auto& [candidate, value] : reply.fields) {
    if (candidate == name) return value;
  }
  return "";
}

http::Reply get(std::string_view path, std::vector<http::FieldView> fields = {}) {
  http::RequestHead head;
  head.fields = std::move(fields);
  auto found = files().find(path, head);
  return found ? *std::move(found) : http::Reply{404, {}, "", {}, 0, false};
}

TEST(StaticFiles, has_what_is_in_its_folder_and_nothing_else) {
  EXPECT_EQ(get("/").body, kPage);
  EXPECT_EQ(get("/assets/plain.css").body, "p {}");
  for (const char* path : {"/index.html", "/assets", "", "/openapi.json", "/../docs/openapi.json",
                           "/assets/plain.cs", "/assets/plain.css/"})
    EXPECT_EQ(get(path).status, 404) << path;
}

TEST(StaticFiles, says_what_each_is_and_how_long_it_may_be_kept) {
  EXPECT_EQ(field(get("/"), "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(field(get("/"), "Cache-Control"), "no-cache");
  EXPECT_EQ(field(get("/assets/plain.css"), "Cache-Control"), "no-cache");
  const auto hashed = get("/assets/index-1A2b3c4d.js");
  EXPECT_EQ(field(hashed, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(field(hashed, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(type_of("picture.unheard"), "application/octet-stream");
}

TEST(StaticFiles, sends_nothing_to_who_has_it) {
  const std::string tag = field(get("/"), "ETag");
  EXPECT_GT(tag.size(), 2U);
  EXPECT_NE(tag, field(get("/assets/plain.css"), "ETag"));
  for (const std::string& known : {tag, "\"other\", " + tag, "W/" + tag, std::string("*")}) {
    const auto reply = get("/", {{"if-none-match", known}});
    EXPECT_EQ(reply.status, 304) << known;
    EXPECT_TRUE(reply.body.empty());
  }
  EXPECT_EQ(get("/", {{"If-None-Match", "\"other\""}}).status, 200);
}

TEST(StaticFiles, compresses_for_who_takes_it) {
  const auto plain = get("/assets/index-1A2b3c4d.js");
  const auto shrunk = get("/assets/index-1A2b3c4d.js", {{"Accept-Encoding", "br, gzip;q=0.8"}});
  EXPECT_EQ(plain.body, script());
  EXPECT_EQ(field(plain, "Content-Encoding"), "");
  EXPECT_EQ(field(plain, "Vary"), "Accept-Encoding");
  EXPECT_EQ(field(shrunk, "Content-Encoding"), "gzip");
  EXPECT_LT(shrunk.body.size(), 200U);
  EXPECT_NE(field(plain, "ETag"), field(shrunk, "ETag"));
  EXPECT_EQ(get("/assets/index-1A2b3c4d.js", {{"Accept-Encoding", "gzip;q=0"}}).body, script());
  EXPECT_EQ(field(get("/", {{"Accept-Encoding", "gzip"}}), "Content-Encoding"), "")
      << "it is too small to shrink";
}

TEST(StaticFiles, knows_a_hash_in_a_name) {
  EXPECT_TRUE(has_hash("assets/index-1A2b3c4d.js"));
  EXPECT_TRUE(has_hash("assets/index-BxYzwQrs.css"));
  EXPECT_TRUE(has_hash("assets/map-view-DiwrgTd_9.js.map"));
  for (const char* name : {"assets/index.js", "assets/map-settings.js", "assets/map-1234.js",
                           "index-1A2b3c4d/plain.js", "assets/-.js", ""})
    EXPECT_FALSE(has_hash(name)) << name;
}

}  // namespace
}  // namespace turnout::window
