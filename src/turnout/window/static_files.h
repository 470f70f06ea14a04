#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/embedded_text.h"
#include "turnout/http/exchange.h"

namespace turnout::window {

/// The files of a page, by their paths below its folder, each with what HTTP says of it. Files that
/// shrink by it are kept compressed, too. Immutable after it is made.
class StaticFiles {
 public:
  /// @param files   whose names begin with `folder`; they outlive this
  /// @param folder  "web/dist/"; "/" is its index.html
  StaticFiles(std::span<const base::EmbeddedText> files, std::string_view folder);

  /// @returns the file at a path, or 304 if the client has it; nothing if there is none.
  [[nodiscard]] std::optional<http::Reply> find(std::string_view path,
                                                const http::RequestHead& head) const;

 private:
  struct File {
    std::string path;  ///< "/assets/index-1a2b3c4d.js"
    std::string_view bytes;
    std::string gzipped;  ///< empty: it does not shrink
    std::string tag;      ///< of its bytes, without quotes
    std::string_view type;
    std::string_view caching;
  };
  std::vector<File> files_;
};

/// @returns whether a file's name has a hash of what it contains: "index-1a2b3c4d.js". It may be kept
///   for ever.
bool has_hash(std::string_view path);

/// @returns the media type of a file by its ending; application/octet-stream for another one.
std::string_view type_of(std::string_view path);

}  // namespace turnout::window
