#include "turnout/gateway/upstream_url.h"

#include <gtest/gtest.h>

namespace turnout::gateway {
namespace {

TEST(UpstreamUrl, scheme_host_port_and_path_are_read) {
  const auto is = [](const char* text, const UpstreamUrl& expected) {
    const auto url = read_upstream_url(text);
    EXPECT_TRUE(url && *url == expected) << text;
  };
  is("https://api.openai.com/v1", {true, "api.openai.com", 443, "/v1"});
  is("https://api.anthropic.com", {true, "api.anthropic.com", 443, ""});
  is("http://127.0.0.1:8000/", {false, "127.0.0.1", 8000, ""});
  is("http://localhost//", {false, "localhost", 80, ""});
  is("https://[2001:DB8::1]:8443/a/b-c_d.e~f/", {true, "2001:db8::1", 8443, "/a/b-c_d.e~f"});
  is("http://[::1]", {false, "::1", 80, ""});
  is("https://LLM_1.Example.org:65535", {true, "llm_1.example.org", 65535, ""});
}

TEST(UpstreamUrl, what_could_be_read_in_two_ways_is_refused) {
  for (const char* text : {"",
                           "api.openai.com",
                           "ftp://a/",
                           "HTTPS://a",
                           "https:/a",
                           "https://",
                           "https:///v1",
                           "https://:443",
                           "https://a:",
                           "https://a:0",
                           "https://a:65536",
                           "https://a:-1",
                           "https://a:+1",
                           "https://a:80x",
                           "https://a:8:9",
                           "https://a b",
                           "https://a\r\nHost: b",
                           "https://a/ b",
                           "https://a/%2e%2e/b",
                           "https://a/../b",
                           "https://a/./b",
                           "https://a/b//c",
                           "https://a/b;c",
                           "https://a\\b",
                           "https://[::1",
                           "https://[]",
                           "https://[a]",
                           "https://[::1]x",
                           "https://::1",
                           "https://a[::1]",
                           "https://\xc3\xa4"})
    EXPECT_FALSE(read_upstream_url(text)) << text;
}

TEST(UpstreamUrl, secrets_in_a_url_are_refused_and_not_shown) {
  for (const char* text : {"https://user:s3cret@a/v1", "https://s3cret@a",
                           "https://a/v1?key=s3cret", "https://a/v1#s3cret", "s3cret@a"}) {
    const auto url = read_upstream_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().to_string().find("s3cret"), std::string::npos) << text;
  }
}

/// Base URLs as the vendors' pages give them to users of the SDKs.
TEST(UpstreamUrl, a_request_goes_where_the_sdks_would_send_it) {
  const std::string chat = "/chat/completions?x=1";
  EXPECT_EQ(openai_target("", chat), "/v1/chat/completions?x=1");
  EXPECT_EQ(openai_target("/v1", chat), "/v1/chat/completions?x=1");
  EXPECT_EQ(openai_target("/openai/v1", chat), "/openai/v1/chat/completions?x=1");
  EXPECT_EQ(openai_target("/v1beta/openai", chat), "/v1beta/openai/chat/completions?x=1");
  EXPECT_EQ(anthropic_target("", "/messages"), "/v1/messages");
  EXPECT_EQ(anthropic_target("/v1", "/messages"), "/v1/messages");
  EXPECT_EQ(anthropic_target("/api/v1", "/messages"), "/api/v1/messages");
  EXPECT_EQ(anthropic_target("/anthropic", "/messages"), "/anthropic/v1/messages");
}

}  // namespace
}  // namespace turnout::gateway
