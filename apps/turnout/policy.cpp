#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "interruption.h"
#include "turnout/base/number_text.h"
#include "turnout/http/client.h"
#include "turnout/report/policies_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using nlohmann::ordered_json;

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout policy show\n"
    "  turnout policy propose                      # the control loop looks at the log now\n"
    "  turnout policy propose 'small,small,large' --reason 'fewer complaints'\n"
    "  turnout policy approve\n"
    "  turnout policy rollback --number 3 --yes\n"
    "A gateway with keys wants one with admin = true in the variable TURNOUT_KEY.";

constexpr std::string_view kPath = "/v1/turnout/policies";

struct Arguments {
  std::string gateway = "http://127.0.0.1:8080", text, reason;
  std::uint64_t number = 0;  // 0: not given
  bool yes = false, json = false;
};

/// A gateway, as its operator speaks with it.
class Operator {
 public:
  static Result<Operator> of(const Arguments& arguments) {
    TURNOUT_TRY(auto client, http::Client::open(interruption()));
    return Operator(arguments.gateway, std::move(client));
  }

  struct Answer {
    ordered_json json;
    std::string etag;
  };
  /// @param if_match  for a change; else empty
  Result<Answer> send(const std::string& verb, const ordered_json* body,
                      const std::string& if_match = "") {
    http::ClientCall call{body == nullptr, gateway_ + std::string(kPath) + verb, {}, "", 60};
    if (body != nullptr) {
      call.body = body->dump();
      call.fields.emplace_back("Content-Type: application/json");
    }
    if (!if_match.empty()) call.fields.push_back("If-Match: " + if_match);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets variables
    if (const char* key = std::getenv("TURNOUT_KEY"); key != nullptr && *key != '\0')
      call.fields.push_back(fmt::format("Authorization: Bearer {}", key));
    TURNOUT_TRY(const auto answer, client_.send(call));
    auto json = ordered_json::parse(answer.body, nullptr, false);
    constexpr int kRefused = 300;
    if (answer.status >= kRefused || !json.is_object())
      return Error{ErrorCode::kUnreadable, problem_of(json, answer.status), gateway_};
    return Answer{std::move(json), answer.field("etag")};
  }

 private:
  Operator(std::string gateway, http::Client client)
      : gateway_(std::move(gateway)), client_(std::move(client)) {}
  static std::string problem_of(const ordered_json& json, int status) {
    const auto error = json.is_object() ? json.find("error") : json.end();
    if (json.is_object() && error != json.end() && error->is_object() &&
        error->contains("message") && (*error)["message"].is_string())
      return fmt::format("{} (status {})", base::printable((*error)["message"].get<std::string>()),
                         status);
    return fmt::format("answers with status {}, which is no answer of turnout serve", status);
  }
  std::string gateway_;
  http::Client client_;
};

Result<ExitCode> shown(const Arguments& arguments, const ordered_json& policies) {
  return print(arguments.json ? policies.dump(2) + "\n" : report::policies_text(policies));
}

Result<ExitCode> show(const Arguments& arguments) {
  TURNOUT_TRY(auto gateway, Operator::of(arguments));
  TURNOUT_TRY(const auto answer, gateway.send("", nullptr));
  return shown(arguments, answer.json);
}

Result<ExitCode> propose(const Arguments& arguments) {
  TURNOUT_TRY(auto gateway, Operator::of(arguments));
  ordered_json body = ordered_json::object();
  if (!arguments.text.empty()) body["text"] = arguments.text;
  if (!arguments.reason.empty()) body["reason"] = arguments.reason;
  TURNOUT_TRY(auto answer, gateway.send("", &body));
  if (!arguments.text.empty()) return shown(arguments, answer.json);
  const auto before = answer.json.value("/last_look/at"_json_pointer, ordered_json());
  while (answer.json.value("/last_look/at"_json_pointer, ordered_json()) == before) {
    TURNOUT_CHECK(interruption().check());
    constexpr unsigned kPause = 300'000;  // microseconds
    ::usleep(kPause);
    TURNOUT_TRY(answer, gateway.send("", nullptr));
  }
  return shown(arguments, answer.json);
}

/// @returns whether a change is wanted: by --yes, or by an answer on the terminal.
Result<bool> wants(const Arguments& arguments, const std::string& question) {
  if (arguments.yes) return true;
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0)
    return Error{ErrorCode::kMalformedInput, "is needed with no terminal to ask on", "--yes"};
  fmt::print(stderr, "{}", question);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

Result<ExitCode> change(const Arguments& arguments, const std::string& verb,
                        const ordered_json& body, const std::string& what) {
  TURNOUT_TRY(auto gateway, Operator::of(arguments));
  TURNOUT_TRY(const auto before, gateway.send("", nullptr));
  const auto difference = report::proposal_text(before.json);
  if (verb == "/approve" && difference.empty())
    return Error{ErrorCode::kInvalidValue, "has no proposal to approve", arguments.gateway};
  TURNOUT_TRY(const bool wanted,
              wants(arguments, (verb == "/approve" ? difference + "\n" : "") + what + " [y/N] "));
  if (!wanted) return ExitCode::kDone;
  TURNOUT_TRY(const auto after, gateway.send(verb, &body, before.etag));
  return shown(arguments, after.json);
}

Result<ExitCode> approve(const Arguments& arguments) {
  return change(arguments, "/approve", ordered_json::object(), "Put it in force?");
}

Result<ExitCode> roll_back(const Arguments& arguments) {
  ordered_json body = ordered_json::object();
  if (arguments.number != 0) body["number"] = arguments.number;
  return change(arguments, "/rollback", body,
                arguments.number != 0 ? fmt::format("Go back to number {}?", arguments.number)
                                      : std::string("Go back to the policy before?"));
}

}  // namespace

void add_policy(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "policy", "The policy of a running gateway: show, propose, approve, rollback");
  verb->require_subcommand(1);
  verb->footer(kExamples);
  auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* what,
                       Result<ExitCode> (*action)(const Arguments&)) {
    auto* part = verb->add_subcommand(name, what);
    part->add_option("--gateway", arguments->gateway,
                     "where turnout serve listens (default http://127.0.0.1:8080)")
        ->option_text("URL");
    part->callback([arguments, action, &chosen] {
      chosen = [arguments, action] { return action(*arguments); };
    });
    return part;
  };
  add_output_options(
      *add("show", "What is in force, what is proposed and why, and the history", show),
      arguments->json);
  auto* proposing =
      add("propose", "Propose a policy, or have the control loop look at the log now", propose);
  proposing->add_option("policy", arguments->text, "the policy; without it the loop looks for one")
      ->option_text("POLICY");
  proposing->add_option("--reason", arguments->reason, "why, for the history")->option_text("TEXT");
  auto* approving =
      add("approve", "Put the proposal in force, after showing what changes", approve);
  auto* back = add("rollback", "Go back to the policy that was in force before", roll_back);
  back->add_option("--number", arguments->number, "or to the one of this number in the history")
      ->check(CLI::Range(1.0, 1e15))
      ->option_text("N");
  for (auto* part : {approving, back})
    part->add_flag("--yes", arguments->yes,
                   "do not ask; needed where there is no terminal to ask on");
}

}  // namespace turnout::program
