#include "turnout/report/mock_users_report.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "turnout/report/one_line.h"
#include "turnout/report/simulate_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;
using simulation::PlayedUsers;

struct Count {
  const char* key;
  const char* words;
  std::uint64_t PlayedUsers::*count;
};

constexpr std::array<Count, 11> kCounts = {{
    {"solved", "solved", &PlayedUsers::solved},
    {"misled", "ended with a wrong answer taken for right", &PlayedUsers::misled},
    {"users_left", "left after a rejected answer", &PlayedUsers::left},
    {"stayed_away", "never submitted", &PlayedUsers::stayed_away},
    {"unanswered", "ended without an answer", &PlayedUsers::failed},
    {"passes", "attempts answered", &PlayedUsers::attempts},
    {"retries", "requests repeated by clients", &PlayedUsers::retries},
    {"numbered", "attempts that the gateway numbered", &PlayedUsers::numbered},
    {"numbered_right", "of these with the right number", &PlayedUsers::numbered_right},
    {"feedback_taken", "feedback given", &PlayedUsers::feedback},
    {"feedback_refused", "feedback not taken", &PlayedUsers::feedback_refused},
}};

}  // namespace

ordered_json mock_users_json(const ServedUsers& served) {
  const PlayedUsers& played = served.played;
  ordered_json json = {
      {"schema", "turnout/mock-users/1"}, {"gateway", served.gateway}, {"tasks", played.tasks}};
  for (const auto& row : kCounts) json[row.key] = played.*row.count;
  json["by_model"] = ordered_json::array();
  for (std::size_t k = 0; k < served.names.size(); ++k) {
    json["by_model"].push_back(
        {{"model", served.names[k]}, {"passes", played.attempts_by_model[k]}});
  }
  json["by_kind"] = ordered_json::array();
  for (const auto& kind : played.by_kind) {
    json["by_kind"].push_back(
        {{"kind", kind.kind}, {"numbered", kind.numbered}, {"right", kind.right}});
  }
  json.update(payoffs_json(played.payoffs));
  return json;
}

std::string mock_users_text(const ServedUsers& served) {
  const PlayedUsers& played = served.played;
  std::string text = fmt::format("{}: {} tasks\n\n", on_one_line(served.gateway), played.tasks);
  Table counts({"", "count"});
  for (const auto& row : kCounts) counts.add({row.words, fmt::format("{}", played.*row.count)});
  for (std::size_t k = 0; k < served.names.size(); ++k) {
    counts.add({"attempts served by " + on_one_line(served.names[k]),
                fmt::format("{}", played.attempts_by_model[k])});
  }
  for (const auto& kind : played.by_kind) {
    if (kind.numbered == 0) continue;
    counts.add(
        {kind.kind + ": taken for what it is", fmt::format("{} of {}", kind.right, kind.numbered)});
  }
  return text + counts.to_string() + "\n" + payoffs_text(played.payoffs);
}

}  // namespace turnout::report
