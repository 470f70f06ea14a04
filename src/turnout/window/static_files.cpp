#include "turnout/window/static_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "turnout/base/hash.h"
#include "turnout/window/gzip.h"
#include "turnout/window/replies.h"

namespace turnout::window {
namespace {

constexpr std::size_t kLeastHash = 8;
constexpr std::size_t kLeastCompressed = 512;  // bytes; below it a packet is a packet

bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("image/svg") ||
         type.starts_with("application/json") || type.starts_with("application/wasm");
}

}  // namespace

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
    if (is_text(file.type) && bytes.size() >= kLeastCompressed)
      file.gzipped = gzipped(bytes, Effort::kSmall);
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
