#include "turnout/window/console.h"

#include <string_view>

#include "turnout/window/embedded_files.h"
#include "turnout/window/replies.h"

namespace turnout::window {
namespace {

constexpr std::string_view kConsole = "/console";

http::Reply leads_to_console() {
  http::Reply made = reply(307, "text/plain; charset=utf-8", "the console is at /console/\n");
  // Relative, so that a proxy may have the gateway below a path of its own.
  made.fields.push_back({"Location", "console/"});
  made.fields.push_back({"Cache-Control", "no-store"});
  return made;
}

}  // namespace

Console::Console() : files_(embedded_files(), "web/dist/") {}

std::optional<http::Reply> Console::find(const http::RequestHead& head) const {
  const std::string_view path = http::path_of(head.target);
  if (path == kConsole) return leads_to_console();
  if (path == "/" &&
      http::field_of(head.fields, "Accept").find("text/html") != std::string_view::npos)
    return leads_to_console();
  if (!path.starts_with(kConsole) || path[kConsole.size()] != '/') return std::nullopt;
  auto file = files_.find(path.substr(kConsole.size()), head);
  return file ? std::move(file) : error_reply(404, "there is no such file", "not_found");
}

}  // namespace turnout::window
