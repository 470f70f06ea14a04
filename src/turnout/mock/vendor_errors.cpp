#include <nlohmann/json.hpp>

#include "turnout/mock/vendor_answer.h"

/// Errors and lists of models, as vendors write them.
namespace turnout::mock {
namespace {

using Json = nlohmann::ordered_json;

/// What vendors call an error.
struct Kind {
  const char* openai;
  const char* anthropic;
};

Kind kind_of(int status) {
  switch (status) {
    case 401:
      return {"invalid_request_error", "authentication_error"};
    case 404:
      return {"invalid_request_error", "not_found_error"};
    case 413:
      return {"invalid_request_error", "request_too_large"};
    case 429:
      return {"rate_limit_exceeded", "rate_limit_error"};
    case 529:
      return {"server_error", "overloaded_error"};
    default:
      return status < 500 ? Kind{"invalid_request_error", "invalid_request_error"}
                          : Kind{"server_error", "api_error"};
  }
}

Json model_object(Vendor vendor, const std::string& name) {
  if (vendor == Vendor::kAnthropic) {
    return {{"type", "model"},
            {"id", name},
            {"display_name", name},
            {"created_at", "2026-01-01T00:00:00Z"}};
  }
  return {{"id", name}, {"object", "model"}, {"created", kCreated}, {"owned_by", "turnout"}};
}

}  // namespace

std::string error_body(Vendor vendor, int status, std::string_view message, std::string_view code) {
  const Kind kind = kind_of(status);
  if (vendor == Vendor::kAnthropic) {
    return Json{{"type", "error"},
                {"error", {{"type", kind.anthropic}, {"message", message}}},
                {"request_id", nullptr}}
        .dump();
  }
  return Json{{"error",
               {{"message", message},
                {"type", kind.openai},
                {"param", nullptr},
                {"code", code.empty() ? Json() : Json(code)}}}}
      .dump();
}

std::string models_body(Vendor vendor, const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const auto& name : names) list.push_back(model_object(vendor, name));
  if (vendor == Vendor::kOpenAi) return Json{{"object", "list"}, {"data", list}}.dump();
  return Json{{"data", list},
              {"has_more", false},
              {"first_id", names.empty() ? Json() : Json(names.front())},
              {"last_id", names.empty() ? Json() : Json(names.back())}}
      .dump();
}

std::string model_body(Vendor vendor, const std::string& name) {
  return model_object(vendor, name).dump();
}

}  // namespace turnout::mock
