#include "turnout/window/window.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <thread>
#include <utility>

#include "turnout/window/catalog_tables.h"
#include "turnout/window/embedded_files.h"
#include "turnout/window/gzip.h"
#include "turnout/window/map_answers.h"
#include "turnout/window/query.h"
#include "turnout/window/replies.h"
#include "turnout/window/verb_answers.h"

namespace turnout::window {
namespace {

using base::Result;

constexpr std::string_view kInterface = "/v1/explore/";
constexpr std::string_view kJson = "application/json";

/// An answer of the interface, and what it is.
using File = MapFile;

/// A question that names a scenario.
struct Asked {
  WrittenScenario written;
  const Query& query;
  base::Watch watch;
};

using JsonOfScenario = Result<std::string> (*)(scenario::Scenario, const Query&,
                                               const base::Watch&);

template <JsonOfScenario json>
Result<File> verb(const Asked& asked) {
  TURNOUT_TRY(auto scenario, read(asked.written));
  TURNOUT_TRY(auto text, json(std::move(scenario), asked.query, asked.watch));
  return File{std::move(text), std::string(kJson), ""};
}

Result<File> scenario_question(const Asked& asked) {
  TURNOUT_TRY(auto text, scenario_json(asked.written));
  return File{std::move(text), std::string(kJson), ""};
}

Result<File> map_question(const Asked& asked) {
  TURNOUT_TRY(auto scenario, read(asked.written));
  return map_file(std::move(scenario), asked.query, asked.watch);
}

/// A question about a scenario, and the parameters that it takes besides.
struct Question {
  std::string_view name;
  Pace pace;
  Result<File> (*answer)(const Asked& asked);
  std::array<std::string_view, 5> parameters;
};

constexpr std::array<Question, 7> kQuestions = {
    {{"scenario", Pace::kQuick, scenario_question, {}},
     {"solve", Pace::kQuick, verb<solve_json>, {"margin"}},
     {"explain", Pace::kQuick, verb<explain_json>, {}},
     {"response", Pace::kQuick, verb<response_json>, {"points"}},
     {"plan", Pace::kLong, verb<plan_json>, {"depth", "nodes"}},
     {"audit", Pace::kQuick, verb<audit_json>, {"margin"}},
     {"map", Pace::kLong, map_question, {"x", "y", "show", "size", "format"}}}};

/// Maps without their lines are for sliders.
Pace pace_of(const Question& question, std::string_view target) {
  const auto format = http::query_of(target, "format");
  return format == "cells" || format == "legend" ? Pace::kQuick : question.pace;
}

Result<File> answered(const Question& question, std::string_view target, const WrittenScenario& own,
                      const base::Watch& watch) {
  TURNOUT_TRY(const Query query, Query::parse(target));
  std::vector<std::string_view> allowed = {kScenarioParameter, kSettingParameter};
  for (const auto name : question.parameters) {
    if (!name.empty()) allowed.push_back(name);
  }
  TURNOUT_CHECK(query.allow_only(allowed));
  TURNOUT_TRY(auto written, asked_text(query, own));
  return question.answer({std::move(written), query, watch});
}

http::Reply reply_of(Result<File> file, std::string_view accepted) {
  if (!file) return error_reply(file.error());
  auto& [bytes, type, name] = *file;
  http::Reply made = type == "image/svg+xml" ? picture_reply(type, std::move(bytes))
                                             : reply(200, type, std::move(bytes));
  made.fields.push_back({"Cache-Control", "no-store"});
  if (!name.empty())
    made.fields.push_back({"Content-Disposition", "attachment; filename=\"" + name + "\""});
  compress(made, accepted);
  return made;
}

/// The interface's description, and the schemas that it refers to by relative addresses.
std::optional<File> described(std::string_view name) {
  if (name == "catalog") {
    auto text = catalog_json();
    if (text) return File{*std::move(text), std::string(kJson), ""};
  }
  if (name != "openapi.json" && !name.starts_with("schemas/")) return std::nullopt;
  const auto text = base::find_text(embedded_files(), "docs/" + std::string(name));
  if (text.empty()) return std::nullopt;
  return File{std::string(text), std::string(kJson), ""};
}

std::string_view name_in(std::string_view host) {
  if (!host.starts_with('[')) return host.substr(0, host.rfind(':'));
  const auto end = host.find(']');
  return end == std::string_view::npos ? "" : host.substr(1, end - 1);
}

bool is_address(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

/// An exchange that needs no origin.
class WindowExchange : public http::Exchange {
 public:
  explicit WindowExchange(Window& window) : window_(window) {}
  http::Step begin(const http::Request& request) override {
    auto answer = window_.answer(request.head);
    if (auto* at_hand = std::get_if<http::Reply>(&answer)) return std::move(*at_hand);
    return window_.begin(std::get<Window::Work>(std::move(answer)), given_up_);
  }
  http::Step failed(http::Failure) override { return error_reply(500, "no origin", "internal"); }
  std::variant<http::Relay, http::Reply, http::Forward> answered(
      const http::ResponseHead&) override {
    return error_reply(500, "no origin", "internal");
  }
  void data(std::string_view) override {}
  void ended(http::Ending) override { *given_up_ = true; }

 private:
  Window& window_;
  std::shared_ptr<std::atomic<bool>> given_up_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace

bool is_own_host(std::string_view host, std::string_view address) {
  const std::string name(name_in(host));
  if (http::same_name(name, "localhost") || name == "127.0.0.1" || name == "::1") return true;
  const bool is_any = address == "0.0.0.0" || address == "::";
  return is_any ? is_address(name) : http::same_name(name, address);
}

Window::Window(WindowOptions options)
    : options_(std::move(options)),
      files_(embedded_files(), "web/dist/"),
      workers_(std::clamp(std::thread::hardware_concurrency(), 2U, 4U)) {}

std::unique_ptr<http::Exchange> Window::exchange() {
  return std::make_unique<WindowExchange>(*this);
}

http::Reply Window::refuse(int status, std::string_view reason, std::string_view /*target*/) {
  return error_reply(status, reason, "bad_request");
}

std::variant<http::Reply, Window::Work> Window::answer(const http::RequestHead& head) const {
  if (!is_own_host(http::field_of(head.fields, "Host"), options_.address)) {
    return error_reply(421, "turnout explore answers by the address that it printed alone",
                       "misdirected");
  }
  if (head.method != "GET" && head.method != "HEAD") {
    auto made = error_reply(405, "turnout explore takes GET and HEAD", "method_not_allowed");
    made.fields.push_back({"Allow", "GET, HEAD"});
    return made;
  }
  const std::string_view path = http::path_of(head.target);
  if (!path.starts_with(kInterface)) {
    auto file = files_.find(path, head);
    return file ? *std::move(file) : error_reply(404, "there is no such file", "not_found");
  }
  if (http::field_of(head.fields, "Sec-Fetch-Site") == "cross-site")
    return error_reply(403, "turnout explore answers its own page alone", "cross_site");
  const std::string_view name = path.substr(kInterface.size());
  const std::string accepted(http::field_of(head.fields, "Accept-Encoding"));
  if (auto file = described(name)) return reply_of(*std::move(file), accepted);
  for (const Question& question : kQuestions) {
    if (question.name != name) continue;
    return Work{
        [this, &question, accepted, target = std::string(head.target)](const auto& cancellation) {
          const auto until = base::Deadline::after(options_.longest);
          return reply_of(answered(question, target, options_.scenario,
                                   {[](std::size_t) {}, cancellation.until(until)}),
                          accepted);
        },
        pace_of(question, head.target)};
  }
  return error_reply(404, "there is no such question", "not_found");
}

http::Step Window::begin(Work work, std::shared_ptr<const std::atomic<bool>> given_up) {
  auto reply = std::make_shared<http::PendingReply>();
  if (workers_.take({std::move(work.answer), reply, std::move(given_up), work.pace}))
    return http::Later{std::move(reply)};
  auto busy = error_reply(503, "too many questions wait for an answer", "busy");
  busy.fields.push_back({"Retry-After", "1"});
  return busy;
}

}  // namespace turnout::window
