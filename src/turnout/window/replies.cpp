#include "turnout/window/replies.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "turnout/report/solution_report.h"

namespace turnout::window {
namespace {

using base::ErrorCode;

constexpr const char* kPagePolicy =
    "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'none'";
constexpr const char* kPicturePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'none'";

http::Reply guarded(int status, std::string_view type, std::string body, const char* policy) {
  return {status,
          {{"Content-Type", std::string(type)},
           {"Content-Security-Policy", policy},
           {"X-Content-Type-Options", "nosniff"},
           {"Referrer-Policy", "no-referrer"},
           {"Cross-Origin-Resource-Policy", "same-origin"}},
          std::move(body),
          {},
          0,
          false};
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCancelled:
      return 503;
    case ErrorCode::kUnwritable:
      return 500;
    case ErrorCode::kInvalidValue:
    case ErrorCode::kMalformedInput:
    case ErrorCode::kUnreadable:
    case ErrorCode::kUnsupported:
      break;
  }
  return 400;
}

}  // namespace

http::Reply reply(int status, std::string_view type, std::string body) {
  return guarded(status, type, std::move(body), kPagePolicy);
}

http::Reply picture_reply(std::string_view type, std::string body) {
  return guarded(200, type, std::move(body), kPicturePolicy);
}

http::Reply error_reply(int status, std::string_view message, std::string_view code) {
  const nlohmann::ordered_json error = {{"error", {{"message", message}, {"code", code}}}};
  http::Reply made = reply(status, "application/json", report::to_text(error));
  made.fields.push_back({"Cache-Control", "no-store"});
  return made;
}

http::Reply error_reply(const base::Error& error) {
  return error_reply(status_of(error.code), error.to_string(), name_of(error.code));
}

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidValue:
      return "invalid_value";
    case ErrorCode::kMalformedInput:
      return "malformed_input";
    case ErrorCode::kUnreadable:
      return "unreadable";
    case ErrorCode::kUnwritable:
      return "unwritable";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kCancelled:
      return "cancelled";
  }
  return "";
}

}  // namespace turnout::window
