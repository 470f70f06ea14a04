#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "turnout/gateway/chat_request.h"
#include "turnout/gateway/client_ids.h"
#include "turnout/http/message.h"
#include "turnout/traffic/task_matcher.h"

/// Sessions of known clients, request by request, against what the gateway makes of them. A session
/// is a file beside this one: who it is, and for each request when it was sent and ended, its head
/// and body, and what it is: the rule, and, by names that hold within the file, its task and pass.
namespace turnout::gateway {
namespace {

namespace dom = simdjson::dom;
using traffic::Match;

struct Sent {
  std::string why, rule, task, pass, answer, body;
  std::int64_t attempt = 0, started_us = 0, ended_us = 0;
  bool answered = true;
  Shape shape = Shape::kChat;
  std::vector<std::pair<std::string, std::string>> fields;
};
struct Session {
  bool one_person = false;
  std::vector<Sent> requests;
};

std::string text(dom::element value, const char* key) {
  std::string_view found;
  return value[key].get(found) == simdjson::SUCCESS ? std::string(found) : "";
}

/// @returns what a key has; `otherwise` if it is not there.
template <class T>
T value_or(dom::element value, const char* key, T otherwise) {
  T found{};
  return value[key].get(found) == simdjson::SUCCESS ? found : otherwise;
}

std::int64_t microseconds(dom::element value, const char* key) {
  return static_cast<std::int64_t>(double(value[key]) * 1e6);
}

Sent read_sent(dom::element value) {
  Sent sent;
  const dom::element expected = value["expect"];
  sent.why = text(value, "why");
  sent.rule = text(expected, "rule");
  sent.task = text(expected, "task");
  sent.pass = text(expected, "pass");
  sent.attempt = value_or<std::int64_t>(expected, "attempt", 0);
  sent.answer = text(value, "answer_id");
  sent.started_us = microseconds(value, "at_s");
  sent.ended_us = microseconds(value, "ended_s");
  sent.answered = value_or(value, "answered", true);
  sent.shape = shape_of(text(value, "path")).value();
  for (const auto field : dom::object(value["headers"]))
    sent.fields.emplace_back(field.key, std::string_view(field.value));
  sent.body = simdjson::minify(value["body"]);
  return sent;
}

Session read_session(const std::filesystem::path& path) {
  dom::parser parser;
  const dom::element file = parser.load(path.string());
  Session session;
  session.one_person = value_or(file, "one_person", false);
  for (const dom::element request : dom::array(file["requests"]))
    session.requests.push_back(read_sent(request));
  std::stable_sort(session.requests.begin(), session.requests.end(),
                   [](const Sent& a, const Sent& b) { return a.started_us < b.started_us; });
  return session;
}

/// A gateway that knows nothing but the requests, as they come.
class Gateway {
 public:
  explicit Gateway(bool one_person) : caller_{.seed = 99, .one_person = one_person} {}

  Match take(const Sent& sent) {
    end_until(sent.started_us);
    const std::string padded = sent.body + std::string(http::kPadding, ' ');
    auto chat = read_chat_request(sent.shape, std::string_view(padded).substr(0, sent.body.size()),
                                  parser_, caller_.seed);
    if (!chat) throw std::runtime_error(chat.error().to_string());
    std::vector<http::FieldView> fields;
    for (const auto& [name, value] : sent.fields) fields.push_back({name, value});
    read_client_ids(fields, caller_, *chat);
    chat->request.started_us = sent.started_us;
    const Match match = matcher_.take(chat->request);
    in_flight_.emplace_back(&sent, match);
    return match;
  }

 private:
  void end_until(std::int64_t now_us) {
    std::erase_if(in_flight_, [&](const auto& open) {
      const auto& [sent, match] = open;
      if (sent->ended_us > now_us) return false;
      matcher_.ended(match, sent->ended_us, sent->answered);
      matcher_.named(match, id_number(caller_.seed, sent->answer));
      return true;
    });
  }

  Caller caller_;
  simdjson::dom::parser parser_;
  traffic::TaskMatcher matcher_{{}};
  std::vector<std::pair<const Sent*, Match>> in_flight_;
};

/// Names of a file stand for numbers of the matcher, each for one.
class Names {
 public:
  /// @returns the number of a name; a new name is given `found`, unless another has it.
  std::uint64_t number(const std::string& name, std::uint64_t found) {
    if (name.empty()) return Match::kNone;
    if (const auto known = numbers_.find(name); known != numbers_.end()) return known->second;
    const bool taken = std::any_of(numbers_.begin(), numbers_.end(),
                                   [&](const auto& other) { return other.second == found; });
    return numbers_[name] = taken ? Match::kNone - 1 : found;
  }

 private:
  std::map<std::string, std::uint64_t> numbers_;
};

class Clients : public testing::TestWithParam<std::string> {};

TEST_P(Clients, every_request_is_taken_for_what_it_is) {
  const Session session =
      read_session(std::filesystem::path(TURNOUT_CLIENTS) / (GetParam() + ".json"));
  ASSERT_FALSE(session.requests.empty());
  Gateway gateway(session.one_person);
  Names tasks;
  Names passes;
  for (const Sent& sent : session.requests) {
    const Match match = gateway.take(sent);
    SCOPED_TRACE(sent.why + ": " + std::string(name_of(match.rule)) + ", probability " +
                 std::to_string(match.probability));
    EXPECT_EQ(name_of(match.rule), sent.rule);
    EXPECT_EQ(match.attempt, sent.attempt);
    EXPECT_EQ(match.task, tasks.number(sent.task, match.task)) << sent.task;
    EXPECT_EQ(match.pass, passes.number(sent.pass, match.pass)) << sent.pass;
  }
}

std::vector<std::string> all_clients() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(TURNOUT_CLIENTS)) {
    if (file.path().extension() == ".json") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(OfDocsIdentity, Clients, testing::ValuesIn(all_clients()),
                         [](const auto& client) { return client.param; });

}  // namespace
}  // namespace turnout::gateway
