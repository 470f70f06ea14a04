#include "turnout/window/static_files.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "turnout/base/hash.h"
#include "turnout/window/replies.h"

namespace turnout::window {
namespace {

constexpr std::size_t kLeastHash = 8;
constexpr std::size_t kLeastCompressed = 512;  // bytes; below it a packet is a packet

std::string gzipped(std::string_view bytes) {
  constexpr int kGzip = 15 + 16;  // the largest window, and gzip's head in place of zlib's
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
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

bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("image/svg") ||
         type.starts_with("application/json") || type.starts_with("application/wasm");
}

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

bool accepts(std::string_view list, std::string_view value) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (is_value(list.substr(0, end), value)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

bool has_hash(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  const std::string_view stem = path.substr(0, path.find('.', path.find('-') + 1));
  const auto dash = stem.rfind('-');
  if (dash == std::string_view::npos) return false;
  const std::string_view hash = stem.substr(dash + 1);
  const auto count = [&](int (*is)(int)) {
    return std::count_if(hash.begin(), hash.end(),
                         [&](char c) { return is(static_cast<unsigned char>(c)) != 0; });
  };
  return hash.size() >= kLeastHash && count(std::isdigit) + count(std::isupper) > 0 &&
         count(std::isalnum) + std::count(hash.begin(), hash.end(), '_') ==
             static_cast<std::ptrdiff_t>(hash.size());
}

std::string_view type_of(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTypes = {
      {{".html", "text/html; charset=utf-8"},
       {".js", "text/javascript; charset=utf-8"},
       {".mjs", "text/javascript; charset=utf-8"},
       {".css", "text/css; charset=utf-8"},
       {".txt", "text/plain; charset=utf-8"},
       {".json", "application/json"},
       {".map", "application/json"},
       {".webmanifest", "application/manifest+json"},
       {".svg", "image/svg+xml"},
       {".png", "image/png"},
       {".ico", "image/x-icon"},
       {".woff2", "font/woff2"},
       {".wasm", "application/wasm"},
       {".csv", "text/csv; charset=utf-8"}}};
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

StaticFiles::StaticFiles(std::span<const base::EmbeddedText> files, std::string_view folder) {
  for (const auto& [name, bytes] : files) {
    if (!name.starts_with(folder)) continue;
    File file;
    file.path = fmt::format("/{}", name.substr(folder.size()));
    file.bytes = bytes;
    file.type = type_of(name);
    if (is_text(file.type) && bytes.size() >= kLeastCompressed) file.gzipped = gzipped(bytes);
    file.tag = fmt::format("{:016x}", base::hash(bytes));
    file.caching = has_hash(name) ? "public, max-age=31536000, immutable" : "no-cache";
    if (file.path == "/index.html") file.path = "/";
    files_.push_back(std::move(file));
  }
}

std::optional<http::Reply> StaticFiles::find(std::string_view path,
                                             const http::RequestHead& head) const {
  const auto file = std::find_if(files_.begin(), files_.end(),
                                 [&](const File& candidate) { return candidate.path == path; });
  if (file == files_.end()) return std::nullopt;
  const bool shrunk =
      !file->gzipped.empty() && accepts(http::field_of(head.fields, "Accept-Encoding"), "gzip");
  const std::string tag = fmt::format("\"{}{}\"", file->tag, shrunk ? "-gzip" : "");
  const bool known = accepts(http::field_of(head.fields, "If-None-Match"), tag) ||
                     accepts(http::field_of(head.fields, "If-None-Match"), "W/" + tag);
  http::Reply made =
      reply(known ? 304 : 200, file->type,
            known ? std::string() : std::string(shrunk ? file->gzipped : file->bytes));
  made.fields.push_back({"ETag", tag});
  made.fields.push_back({"Cache-Control", std::string(file->caching)});
  if (!file->gzipped.empty()) made.fields.push_back({"Vary", "Accept-Encoding"});
  if (shrunk && !known) made.fields.push_back({"Content-Encoding", "gzip"});
  return made;
}

}  // namespace turnout::window
