#pragma once

#include <optional>

#include "turnout/http/exchange.h"
#include "turnout/window/static_files.h"

namespace turnout::window {

/// The page as a gateway shows it: at /console/, which / leads to who wants HTML. The files are the same
/// as at /; what they ask for is the gateway's. Immutable after it is made.
class Console {
 public:
  Console();
  /// @param head  of a GET or HEAD
  /// @returns a file, 304, a redirection, 404 for what is not there below /console/; nothing for a path
  ///   that is not the console's.
  [[nodiscard]] std::optional<http::Reply> find(const http::RequestHead& head) const;

 private:
  StaticFiles files_;
};

}  // namespace turnout::window
