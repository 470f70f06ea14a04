#include "turnout/report/match_report.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "turnout/report/one_line.h"
#include "turnout/report/table.h"
#include "turnout/traffic/pass.h"

namespace turnout::report {
namespace {

using nlohmann::ordered_json;
using traffic::DoubtfulMatch;
using traffic::MatchRule;
using traffic::NamedRequest;

constexpr double kReprompt = 0.5;

/// Why it was taken for what it was taken for.
std::string why(const DoubtfulMatch& doubt) {
  if (doubt.without_text) return "its conversation goes on, and the log has no words to judge by";
  constexpr double kSpeaks = 0.5;  // log-odds
  std::string text = doubt.rule == MatchRule::kOtherConversation
                         ? "the same user asks alike in another conversation"
                         : "its conversation goes on";
  text +=
      fmt::format("; its words are {:.0f} % like an earlier turn's", 100 * doubt.signs.likeness);
  if (doubt.signs.signs >= kSpeaks) {
    text += fmt::format("; some complain, revise or point back ({:+.1f})", doubt.signs.signs);
  } else if (doubt.signs.signs <= -kSpeaks) {
    text += fmt::format("; some thank or turn to something else ({:+.1f})", doubt.signs.signs);
  }
  if (doubt.signs.shorter) text += "; it is much shorter than the task's first";
  return text;
}

ordered_json request_json(const NamedRequest& request) {
  return {{"id", request.id},
          {"user_id", request.user_id},
          {"started_at", traffic::time_text(request.started_us)},
          {"words", request.words.empty() ? ordered_json(nullptr) : ordered_json(request.words)}};
}

ordered_json doubt_json(const DoubtfulMatch& doubt) {
  return {{"request", request_json(doubt.request)},
          {"before", request_json(doubt.before)},
          {"rule", name_of(doubt.rule)},
          {"probability", doubt.probability},
          {"taken_for", doubt.probability >= kReprompt ? "reprompt" : "new_task"},
          {"why", why(doubt)}};
}

/// How many rows each rule of docs/identity.md decided.
std::string rules_text(const traffic::MatchCounts& matches) {
  constexpr std::array kWords = {"helpers: no pass",
                                 "a client's retries: the same pass",
                                 "an agent's steps: the same pass",
                                 "certain re-prompts",
                                 "further turns of a conversation",
                                 "re-prompts in another conversation",
                                 "new tasks"};
  std::string text;
  for (std::size_t i = 0; i < traffic::kMatchRules; ++i) {
    const auto rows = matches.rules.at(i);
    if (rows == 0) continue;
    text += fmt::format("  rule {} {:>9} {}", i, rows, kWords.at(i));
    if (i == static_cast<std::size_t>(traffic::MatchRule::kFurtherTurn)) {
      text += fmt::format(": {} re-prompts, {} new tasks", rows - matches.further_tasks,
                          matches.further_tasks);
    }
    text += "\n";
  }
  return text;
}

/// A user's words for a terminal: what would steer it is written as \xNN.
std::string shown(const std::string& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto byte = static_cast<unsigned char>(words[i]);
    const auto next = static_cast<unsigned char>(i + 1 < words.size() ? words[i + 1] : 0);
    const bool steers = byte < 0x20 || byte == 0x7f || (byte == 0xc2 && next < 0xa0);
    out += steers ? fmt::format("\\x{:02x}", byte == 0xc2 ? next : byte) : std::string(1, words[i]);
    i += steers && byte == 0xc2 ? 1U : 0U;
  }
  return out;
}

std::string name_of_request(const NamedRequest& request) {
  return request.id.empty() ? traffic::time_text(request.started_us) : on_one_line(request.id);
}

std::string about(double count) {
  constexpr double kMany = 10;
  return count > 0 && count < kMany ? fmt::format("{:.1f}", count) : fmt::format("{:.0f}", count);
}

std::string doubt_text(const DoubtfulMatch& doubt, std::size_t width) {
  const auto& [request, before, rule, probability, without_text, signs] = doubt;
  const double seconds = static_cast<double>(request.started_us - before.started_us) / 1e6;
  std::string text = name_of_request(request);
  if (!request.user_id.empty()) text.append(" of user ").append(on_one_line(request.user_id));
  text = wrapped(
      fmt::format("- {}, {:.0f} s after {}: taken for {} (probability of a re-prompt "
                  "{:.2f}), since {}.",
                  text, seconds, name_of_request(before),
                  probability >= kReprompt ? "a re-prompt" : "a new task", probability, why(doubt)),
      width, 2);
  if (!before.words.empty()) text.append("    before: ").append(shown(before.words)).append("\n");
  if (!request.words.empty()) text.append("    then:   ").append(shown(request.words)).append("\n");
  return text;
}

}  // namespace

ordered_json rules_json(const traffic::MatchCounts& matches) {
  ordered_json rules = ordered_json::object();
  for (std::size_t i = 0; i < traffic::kMatchRules; ++i)
    rules[std::string(name_of(static_cast<MatchRule>(i)))] = matches.rules.at(i);
  return rules;
}

ordered_json matched_json(const traffic::MatchCounts& matches) {
  ordered_json judged = ordered_json::object();
  for (std::size_t i = 0; i < traffic::kMatchRules; ++i) {
    const std::string name(name_of(static_cast<traffic::MatchRule>(i)));
    const auto& of_rule = matches.judged.at(i);
    if (of_rule.pairs() == 0) continue;
    judged[name] = {{"pairs", of_rule.pairs()},
                    {"precision", of_rule.precision()},
                    {"recall", of_rule.recall()}};
  }
  ordered_json matched = {{"passes", matches.passes},
                          {"tasks", matches.tasks},
                          {"rules", rules_json(matches)},
                          {"by_task", matches.by_task},
                          {"by_messages", matches.by_messages},
                          {"by_conversation", matches.by_conversation},
                          {"by_similarity", matches.by_similarity},
                          {"further_tasks", matches.further_tasks},
                          {"without_text", matches.without_text},
                          {"by_pace", matches.by_pace},
                          {"expected_wrong", matches.expected_wrong},
                          {"expected_missed", matches.expected_missed},
                          {"merged", matches.merged},
                          {"errors", matches.errors},
                          {"unanswered", matches.unanswered},
                          {"repeated_rows", matches.repeated_rows},
                          {"feedback_rows", matches.feedback},
                          {"lost_feedback_rows", matches.lost_feedback},
                          {"passed_over", matches.passed_over}};
  matched["doubtful"] = ordered_json::array();
  for (const auto& doubt : matches.doubtful) matched["doubtful"].push_back(doubt_json(doubt));
  if (const auto all = matches.all_judged(); all.pairs() > 0) {
    matched["precision"] = all.precision();
    matched["recall"] = all.recall();
    matched["judged"] = judged;
  }
  return matched;
}

std::string matches_text(const traffic::MatchCounts& matches) {
  std::string text;
  const auto line = [&](std::size_t count, const char* words) {
    if (count > 0) text += fmt::format("{} {}\n", count, words);
  };
  line(matches.passed_over, "rows are no passes: passed over");
  line(matches.repeated_rows, "rows stand there twice: counted once");
  line(matches.errors, "rows ended in an error: no answers");
  line(matches.unanswered, "prompts were never answered: no attempts");
  line(matches.merged, "further calls of the same answers: added to them");
  if (matches.tasks > 0) {
    text += fmt::format("{} tasks of {} passes; rows by rule (docs/identity.md):\n", matches.tasks,
                        matches.passes) +
            rules_text(matches);
  }
  line(matches.feedback, "rows of feedback on passes that are there");
  line(matches.lost_feedback, "rows of feedback name a pass that the log does not hold: left out");
  if (const auto all = matches.all_judged(); all.pairs() > 0) {
    text += fmt::format("against true_task: precision {:.1f} %, recall {:.1f} %\n",
                        100 * all.precision(), 100 * all.recall());
  }
  return text;
}

std::string doubts_text(const traffic::MatchCounts& matches) {
  constexpr std::size_t kWide = 100;
  if (matches.doubtful.empty()) return "";
  std::string text = "Do these users ask again because the answer before failed?\n";
  for (const auto& doubt : matches.doubtful) text += doubt_text(doubt, kWide);
  return text +
         wrapped(fmt::format("In all, by the rules' own probabilities, {} that were taken for "
                             "re-prompts are none, and {} that were not are. If that is too "
                             "much, let the log name its tasks (task_id) or the user's messages "
                             "(message_id, parent_id): docs/identity.md.",
                             about(matches.expected_wrong), about(matches.expected_missed)),
                 kWide, 0);
}

}  // namespace turnout::report
