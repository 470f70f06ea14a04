#pragma once

#include <string>

#include "turnout/base/result.h"
#include "turnout/http/server.h"

/// Serving until a signal comes, with nothing to read again.
namespace turnout::program {

/// Reads "127.0.0.1:9100" or "[::1]:9100" into the options. @returns kInvalidValue naming the option.
base::Status read_listen(const std::string& option, const std::string& text,
                         http::ServerOptions& options);

/// @returns "http://127.0.0.1:9100" or "https://...": where a server listens.
std::string url_of(const http::ServerOptions& options, const http::Server& server);

/// Serves until SIGINT, SIGTERM or SIGHUP; then ends open exchanges, for at most `drain_us`.
void serve_until_signal(http::Server& server, std::int64_t drain_us);

}  // namespace turnout::program
