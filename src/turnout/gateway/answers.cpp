#include "turnout/gateway/answers.h"

#include <nlohmann/json.hpp>

namespace turnout::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::string_view openai_type(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 429:
      return "rate_limit_error";
    default:
      return status < 500 ? "invalid_request_error" : "api_error";
  }
}

std::string_view anthropic_type(int status) {
  return status == 413 ? "request_too_large" : openai_type(status);
}

/// JSON of any bytes: what is no UTF-8 is replaced.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

http::Reply error_reply(int status, std::string_view code, std::string_view message, bool anthropic,
                        bool retry) {
  Json json;
  if (anthropic) {
    json = {{"type", "error"},
            {"error", {{"type", anthropic_type(status)}, {"message", message}, {"code", code}}}};
  } else {
    json = {{"error",
             {{"message", message},
              {"type", openai_type(status)},
              {"param", nullptr},
              {"code", code}}}};
  }
  http::Reply reply = json_reply(text_of(json), status);
  reply.fields.push_back({"x-should-retry", retry ? "true" : "false"});
  return reply;
}

http::Reply json_reply(std::string body, int status) {
  http::Reply reply;
  reply.status = status;
  reply.fields = {{"Content-Type", "application/json"}};
  reply.body = std::move(body);
  return reply;
}

http::Reply text_reply(std::string body, std::string_view type) {
  http::Reply reply;
  reply.fields = {{"Content-Type", std::string(type)}};
  reply.body = std::move(body);
  return reply;
}

bool speaks_anthropic(std::string_view path) {
  return path == "/v1/messages" || path.starts_with("/v1/messages/");
}

}  // namespace turnout::gateway
