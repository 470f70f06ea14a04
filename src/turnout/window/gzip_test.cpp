#include "turnout/window/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace turnout::window {
namespace {

std::string unzipped(std::string_view bytes) {
  z_stream stream{};
  EXPECT_EQ(::inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(1U << 20U, '\0');
  std::string in(bytes);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());  // NOLINT(*-reinterpret-cast)
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());  // NOLINT(*-reinterpret-cast)
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

TEST(Gzip, what_shrinks_can_be_had_back_and_what_does_not_is_left_as_it_is) {
  const std::string text(5000, 'x');
  for (const auto effort : {Effort::kFast, Effort::kSmall}) {
    const auto small = gzipped(text, effort);
    EXPECT_LT(small.size(), 100U);
    EXPECT_EQ(unzipped(small), text);
    EXPECT_EQ(gzipped("x", effort), "");
  }
}

TEST(Gzip, only_json_of_some_length_is_compressed_and_only_if_it_is_taken) {
  const auto encoding = [](std::size_t bytes, const char* type, const char* accepted) {
    http::Reply reply;
    reply.fields = {{"Content-Type", type}};
    reply.body = std::string(bytes, ' ');
    compress(reply, accepted);
    EXPECT_EQ(reply.body.size() == bytes, reply.fields.back().name != "Content-Encoding");
    return reply.fields.back().value;
  };
  EXPECT_EQ(encoding(2000, "application/json", "gzip"), "gzip");
  EXPECT_EQ(encoding(2000, "application/json", "gzip;q=0, br"), "Accept-Encoding");
  EXPECT_EQ(encoding(1024, "application/json", "gzip"), "application/json");
  EXPECT_EQ(encoding(2000, "image/png", "gzip"), "image/png");
}

}  // namespace
}  // namespace turnout::window
