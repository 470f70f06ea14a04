#include "turnout/mock/user_seat.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "turnout/mock/verdict.h"
#include "turnout/simulation/expected_payoffs.h"

namespace turnout::mock {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

const char* path_of(Shape shape) {
  if (shape == Shape::kMessages) return "/v1/messages";
  return shape == Shape::kResponses ? "/v1/responses" : "/v1/chat/completions";
}

/// What chance decides at an attempt: always as many numbers.
struct Luck {
  explicit Luck(base::Rng& rng)
      : takes(rng.uniform()), stays(rng.uniform()), says(rng.uniform()), way(rng.uniform()) {}
  double takes, stays, says, way;
};

// Kinds of prompts beside the ways of asking again.
constexpr std::size_t kFirst = 0;
constexpr std::size_t kFurther = kWays + 1;

}  // namespace

UserSeat::UserSeat(const simulation::Setting& setting, const UserMind& mind,
                   const UsersOptions& options, KnownPolicies& policies, http::Client client)
    : setting_(setting),
      mind_(mind),
      options_(options),
      policies_(policies),
      client_(std::move(client)) {
  played_.attempts_by_model.resize(setting_.game.size());
  played_.by_kind.push_back({"first", 0, 0});  // kFirst
  for (std::size_t way = 0; way < kWays; ++way)
    played_.by_kind.push_back({std::string(name_of(static_cast<Way>(way))), 0, 0});
  played_.by_kind.push_back({"further", 0, 0});  // kFurther
  fields_ = {"Content-Type: application/json", "Expect:"};
  if (options.writing.shape == Shape::kMessages)
    fields_.emplace_back("anthropic-version: 2023-06-01");
  if (options.key.empty()) return;
  fields_.push_back("Authorization: Bearer " + options.key);
  fields_.push_back("x-api-key: " + options.key);
}

Result<UserSeat::Answered> UserSeat::read(const http::ClientAnswer& answer) const {
  const Heard said = heard(options_.writing, answer.body);
  const auto model = std::find(setting_.names.begin(), setting_.names.end(), said.model);
  const auto right = verdict_of(said.text);
  if (!said.whole) return Error{ErrorCode::kMalformedInput, "the answer is not whole", ""};
  if (model == setting_.names.end()) {
    return Error{ErrorCode::kInvalidValue,
                 fmt::format("answers as model '{}', which is none of the scenario's", said.model),
                 options_.gateway};
  }
  if (!right) {
    return Error{ErrorCode::kInvalidValue,
                 "answers do not end with [turnout:solved] or [turnout:failed], as turnout "
                 "mock-llm's do",
                 options_.gateway};
  }
  return Answered{static_cast<std::size_t>(model - setting_.names.begin()),
                  *right,
                  said.text,
                  0,
                  answer.field("x-turnout-task"),
                  answer.field("x-turnout-attempt"),
                  answer.field("x-turnout-policy")};
}

Result<std::optional<UserSeat::Answered>> UserSeat::try_once(const std::string& body, int retry,
                                                             bool& again) {
  http::ClientCall call{false, options_.gateway + path_of(options_.writing.shape), fields_, body,
                        options_.timeout_s};
  call.fields.push_back(fmt::format("x-stainless-retry-count: {}", retry));
  const auto answer = client_.send(call);
  again = true;
  if (!answer) {
    if (answer.error().code == ErrorCode::kCancelled) return answer.error();
    failure_ = answer.error();
    return std::optional<Answered>();
  }
  if (answer->status != 200) {
    failure_ = Error{ErrorCode::kUnreadable, fmt::format("status {}", answer->status), call.url};
    constexpr int kTimeout = 408, kConflict = 409, kLimited = 429, kServer = 500;
    again = answer->field("x-should-retry") != "false" &&
            (answer->status >= kServer || answer->status == kTimeout ||
             answer->status == kConflict || answer->status == kLimited);
    return std::optional<Answered>();
  }
  auto said = read(*answer);
  if (said) return std::optional(*std::move(said));
  if (said.error().code != ErrorCode::kMalformedInput) return said.error();
  failure_ = said.error().within(call.url);
  return std::optional<Answered>();
}

Result<std::optional<UserSeat::Answered>> UserSeat::ask(const Course& course) {
  constexpr int kRetries = 2;
  constexpr double kPause = 0.5;
  const std::string body = request_body(options_.writing, course.person, course.turns);
  const auto start = std::chrono::steady_clock::now();
  for (int retry = 0; retry <= kRetries; ++retry) {
    if (retry > 0) {
      ++played_.retries;
      std::this_thread::sleep_for(std::chrono::duration<double>(kPause / options_.speedup));
    }
    bool again = false;
    TURNOUT_TRY(auto answered, try_once(body, retry, again));
    if (answered) {
      answered->seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      return answered;
    }
    if (!again) break;
  }
  return std::optional<Answered>();
}

void UserSeat::take(const Answered& answer, Course& course) {
  const bool first = course.path.empty();
  if (!first) course.cost += setting_.game.switch_cost(course.path.back(), answer.model);
  course.path.push_back(answer.model);
  course.cost += setting_.game.model(answer.model).cost;
  course.paid += setting_.game.model(answer.model).price;
  course.waited += answer.seconds * options_.speedup;
  ++played_.attempts;
  ++played_.attempts_by_model[answer.model];
  if (!answer.attempt.empty()) judge_number(answer, course);
  course.id = answer.task;
  course.attempt = answer.attempt;
  if (options_.policy.empty() && !answer.policy.empty()) learn_policy(answer);
}

void UserSeat::judge_number(const Answered& answer, const Course& course) {
  ++played_.numbered;
  if (answer.attempt == std::to_string(course.path.size())) ++played_.numbered_right;
  auto& kind = played_.by_kind[course.kind];
  ++kind.numbered;
  const bool first = course.kind == kFirst || course.kind == kFurther;
  const std::string next = std::to_string(std::atoll(course.attempt.c_str()) + 1);
  if (first ? answer.attempt == "1" && answer.task != last_task_
            : answer.task == course.id && answer.attempt == next)
    ++kind.right;
}

/// A policy's text, or a name for it: then the task's receipt says what it stands for.
void UserSeat::learn_policy(const Answered& answer) {
  if (auto known = policies_.text(answer.policy)) {
    seen_policy_ = *std::move(known);
    return;
  }
  seen_policy_ = answer.policy;
  const auto receipt = client_.send({true, options_.gateway + "/v1/turnout/tasks/" + answer.task,
                                     fields_, "", options_.timeout_s});
  if (receipt && receipt->status == 200) {
    const auto read = nlohmann::json::parse(receipt->body, nullptr, false);
    if (read.is_object() && read.value("policy_text", nlohmann::json()).is_string())
      seen_policy_ = read["policy_text"].get<std::string>();
  }
  policies_.learn(answer.policy, seen_policy_);
}

void UserSeat::say_how_it_ended(const Course& course) {
  http::ClientCall call{false, options_.gateway + "/v1/feedback", fields_, "", options_.timeout_s};
  call.body =
      nlohmann::json{{"task", course.id}, {"outcome", course.accepted ? "success" : "failure"}}
          .dump();
  const auto answer = client_.send(call);
  constexpr int kLeastError = 300;
  ++(answer && answer->status < kLeastError ? played_.feedback : played_.feedback_refused);
}

void UserSeat::count(const Course& course) {
  const game::Provider& provider = setting_.game.provider();
  const bool misled = course.accepted && !course.solved;
  const double lost =
      misled ? provider.late_churn.value_or(provider.churn_penalty) : provider.churn_penalty;
  const game::User& user = course.task.user;
  const double worth = course.solved ? user.value : misled ? -user.harm : user.outside;
  const double service = course.cost - course.paid;
  auto& sums = played_.payoffs;
  sums.provider_cost.add(service + (course.solved ? 0 : lost));
  sums.user_utility.add(worth - user.value_of_time * course.waited - course.paid);
  sums.success.add(course.solved ? 1 : 0);
  sums.latency.add(course.waited);
  sums.service_cost.add(service);
  sums.attempts.add(static_cast<double>(course.path.size()));
  ++played_.tasks;
  ++(course.solved      ? played_.solved
     : misled           ? played_.misled
     : !course.came     ? played_.stayed_away
     : !course.answered ? played_.failed
                        : played_.left);
  solved_last_ = course.solved;
}

UserSeat::Course UserSeat::begin(std::uint64_t number, const std::string& person, base::Rng& rng,
                                 base::Rng& words) const {
  Course course{mind_.draw(rng), person, first_prompt(std::to_string(number), words), {}};
  course.turns = {{true, course.prompt}};
  if (words.uniform() < options_.goes_on_with && !last_turns_.empty() && last_person_ == person) {
    course.turns = went_on(last_turns_, last_answer_, course.prompt, words);
    course.kind = kFurther;
  }
  course.came =
      !setting_.game.participates() || mind_.goes_on(course.task, {}, believed(), rng.uniform());
  return course;
}

base::Status UserSeat::play(std::uint64_t number, const std::string& person) {
  base::Rng rng(options_.seed, number);
  base::Rng words(~options_.seed, number);
  const auto& how = setting_.behaviour;
  Course course = begin(number, person, rng, words);
  std::string last;
  bool stays = course.came;
  while (stays && course.path.size() < simulation::kLongestTask) {
    const Luck luck(rng);
    TURNOUT_TRY(const auto answer, ask(course));
    course.answered = answer.has_value();
    if (!answer) break;
    take(*answer, course);
    course.accepted = mind_.accepts(course.path, answer->right, luck.takes);
    course.solved = course.accepted && answer->right;
    stays = !course.accepted && mind_.goes_on(course.task, course.path, believed(), luck.stays);
    last = answer->text;
    if (stays) {
      const auto way =
          static_cast<std::size_t>(luck.way * static_cast<double>(options_.ways.size()));
      course.kind = kFirst + 1 + static_cast<std::size_t>(options_.ways[way]);
      course.turns =
          asked_again({course.prompt, std::move(course.turns), last}, options_.ways[way], words);
    } else if (!course.id.empty() &&
               luck.says < (course.accepted ? how.feedback_solved : how.feedback_left)) {
      say_how_it_ended(course);
    }
  }
  count(course);
  remember(std::move(course), last);
  return base::Done{};
}

/// For a next task in the same conversation, of so many turns as keep requests small.
void UserSeat::remember(Course&& course, const std::string& answer) {
  constexpr std::size_t kMostTurns = 20;
  last_turns_.clear();
  last_task_ = course.id;
  last_person_ = course.person;
  if (!course.accepted || course.turns.size() > kMostTurns) return;
  last_turns_ = std::move(course.turns);
  last_answer_ = answer;
}

}  // namespace turnout::mock
