#include "turnout/window/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

namespace turnout::window {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Whether one part of a list, "gzip;q=0.5", is the value.
bool is_value(std::string_view part, std::string_view value) {
  const auto end = std::min(part.find(';'), part.size());
  const std::string_view name = trimmed(part.substr(0, end));
  std::string weight(part.substr(end));
  std::erase(weight, ' ');
  const bool refused = weight.find("q=0") != std::string::npos &&
                       weight.find_first_of("123456789") == std::string::npos;
  return !refused && (name == "*" || http::same_name(name, value));
}

}  // namespace

std::string gzipped(std::string_view bytes, Effort effort) {
  constexpr int kGzip = 15 + 16;  // the largest window, and gzip's head in place of zlib's
  z_stream stream{};
  const int level = effort == Effort::kFast ? Z_BEST_SPEED : Z_BEST_COMPRESSION;
  if (::deflateInit2(&stream, level, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string out(::deflateBound(&stream, bytes.size()), '\0');
  // zlib takes what it only reads by a pointer that may write.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());  // NOLINT(*-reinterpret-cast)
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = ::deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return whole && out.size() < bytes.size() ? out : std::string();
}

bool accepts(std::string_view list, std::string_view value) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (is_value(list.substr(0, end), value)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

void compress(http::Reply& reply, std::string_view accepted) {
  const bool is_json =
      std::any_of(reply.fields.begin(), reply.fields.end(), [](const http::Field& field) {
        return field.name == "Content-Type" && field.value == "application/json";
      });
  if (!is_json || reply.body.size() <= kLeastGzipped) return;
  reply.fields.push_back({"Vary", "Accept-Encoding"});
  if (!accepts(accepted, "gzip")) return;
  std::string small = gzipped(reply.body, Effort::kFast);
  if (small.empty()) return;
  reply.body = std::move(small);
  reply.fields.push_back({"Content-Encoding", "gzip"});
}

}  // namespace turnout::window
