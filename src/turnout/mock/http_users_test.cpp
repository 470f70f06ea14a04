#include "turnout/mock/http_users.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <thread>

#include "turnout/http/server.h"
#include "turnout/mock/mock_llm.h"

namespace turnout::mock {
namespace {

/// A handler served on loopback while it lives.
class Served {
 public:
  explicit Served(http::Handler& handler) {
    http::ServerOptions options;
    options.port = 0;
    server_ = std::move(http::Server::open(options, handler)).value();
    thread_ = std::thread([this] { server_->run(0); });
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  Served(Served&&) = delete;
  Served& operator=(Served&&) = delete;
  ~Served() {
    server_->stop();
    thread_.join();
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port());
  }

 private:
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

/// mini solves 0.4 in 2 s for $1, large 0.8 in 4 s for $3; an unsolved task costs $5.
simulation::Setting setting_of(double value) {
  auto game = game::RoutingGame::make({value, 1}, {5}, {{0.4, 2, 1}, {0.8, 4, 3}}).value();
  return {std::move(game), {"mini", "large"}, {}, {}, {}, {}};
}

scenario::Scenario scenario_of(const simulation::Setting& setting) {
  return {"test", setting.game, setting.names, setting.difficulty, {}, {}, true, {}, {}};
}

MockOptions fast() {
  MockOptions options;
  options.speedup = 1e6;
  options.tokens = 20;
  options.parts = 4;
  return options;
}

UsersOptions asking(const Served& served, const std::string& model) {
  UsersOptions options;
  options.gateway = served.url();
  options.writing.model = model;
  options.tasks = 1500;
  return options;
}

/// Patient users of a model that solves p of its tries make 1 / p of them.
void expect_patient_users_of_mini(const simulation::PlayedUsers& played, std::uint64_t tasks) {
  EXPECT_EQ(played.tasks, tasks);
  EXPECT_EQ(played.solved, tasks);
  const double error = std::sqrt(0.6) / 0.4 / std::sqrt(static_cast<double>(tasks));
  EXPECT_NEAR(played.payoffs.attempts.mean(), 2.5, 4.5 * error);
  EXPECT_NEAR(played.payoffs.provider_cost.mean(), played.payoffs.attempts.mean(), 1e-9);
  EXPECT_EQ(played.attempts_by_model[0], played.attempts);
}

TEST(HttpUsers, ask_until_the_task_is_solved_in_every_shape) {
  const auto setting = setting_of(100);
  for (const Shape shape : {Shape::kChat, Shape::kResponses, Shape::kMessages}) {
    for (const bool stream : {false, true}) {
      MockLlm models(scenario_of(setting), fast());
      const Served served(models);
      auto options = asking(served, "mini");
      options.writing.shape = shape;
      options.writing.stream = stream;
      options.tasks = 400;
      const auto played = play_over_http(setting, options, {});
      ASSERT_TRUE(played) << played.error().to_string();
      expect_patient_users_of_mini(*played, options.tasks);
      EXPECT_EQ(played->retries, 0U);
      EXPECT_EQ(played->numbered, 0U);
    }
  }
}

TEST(HttpUsers, errors_cuts_and_garbage_are_repeated_and_are_no_attempts) {
  const auto setting = setting_of(100);
  auto faulty = fast();
  faulty.faults = {.errors = 0.02, .rate_limited = 0.02, .hangs = 0, .cuts = 0.02, .garbage = 0.02};
  MockLlm models(scenario_of(setting), faulty);
  const Served served(models);
  auto options = asking(served, "mini");
  options.speedup = 1000;
  const auto played = play_over_http(setting, options, {});
  ASSERT_TRUE(played) << played.error().to_string();
  // A prompt fails for good with probability 0.08^3: of some 3750, 1.9.
  EXPECT_LE(played->failed, 10U);
  EXPECT_NEAR(static_cast<double>(played->retries), 0.087 * static_cast<double>(played->attempts),
              4.5 * std::sqrt(0.087 * static_cast<double>(played->attempts)));
  EXPECT_NEAR(played->payoffs.attempts.mean(), 2.5, 4.5 * std::sqrt(0.6) / 0.4 / std::sqrt(1500));
}

TEST(HttpUsers, leave_where_the_next_try_is_not_worth_the_wait) {
  const auto setting = setting_of(4.5);  // 4.5 x 0.4 < 2 s at $1
  MockLlm models(scenario_of(setting), fast());
  const Served served(models);
  const auto played = play_over_http(setting, asking(served, "mini"), {});
  ASSERT_TRUE(played) << played.error().to_string();
  EXPECT_EQ(played->attempts, 1500U);
  EXPECT_EQ(played->solved + played->left, 1500U);
  EXPECT_NEAR(played->payoffs.success.mean(), 0.4, 4.5 * std::sqrt(0.24 / 1500));
  EXPECT_NEAR(played->payoffs.provider_cost.mean(), 1 + 5 * (1 - played->payoffs.success.mean()),
              1e-9);
}

TEST(HttpUsers, the_same_seed_is_the_same_truth_whatever_the_number_of_users) {
  const auto setting = setting_of(100);
  std::vector<std::uint64_t> attempts;
  for (const unsigned users : {1U, 5U}) {
    MockLlm models(scenario_of(setting), fast());
    const Served served(models);
    auto options = asking(served, "mini");
    options.users = users;
    options.tasks = 300;
    attempts.push_back(play_over_http(setting, options, {}).value().attempts);
  }
  EXPECT_EQ(attempts[0], attempts[1]);
}

/// A gateway that asks `large`, calls every attempt the first, and takes feedback.
class Numbering : public http::Handler {
 public:
  explicit Numbering(MockLlm& models) : models_(models) {}
  std::unique_ptr<http::Exchange> exchange() override;
  http::Reply refuse(int status, std::string_view reason, std::string_view target) override {
    return models_.refuse(status, reason, target);
  }
  http::Reply answer(const http::Request& request) {
    if (request.head.target == "/v1/feedback") {
      ++(request.body.find(R"("outcome":"success")") != std::string_view::npos ? successes
                                                                               : failures);
      return {};
    }
    if (request.head.target == "/v1/turnout/tasks/t1") {
      ++receipts;
      return {200, {}, R"({"policy": "p-1", "policy_text": "mini,mini,end"})", {}, 0, false};
    }
    auto reply = models_.answer(request);
    reply.fields.push_back({"X-Turnout-Task", "t1"});
    reply.fields.push_back({"X-Turnout-Attempt", "1"});
    reply.fields.push_back({"X-Turnout-Policy", "p-1"});
    return reply;
  }
  std::atomic<int> successes = 0, failures = 0, receipts = 0;

 private:
  MockLlm& models_;
};

class NumberingExchange : public http::Exchange {
 public:
  explicit NumberingExchange(Numbering& gateway) : gateway_(gateway) {}
  http::Step begin(const http::Request& request) override { return gateway_.answer(request); }
  http::Step failed(http::Failure) override { return http::Reply{}; }
  std::variant<http::Relay, http::Reply, http::Forward> answered(
      const http::ResponseHead&) override {
    return http::Reply{};
  }
  void data(std::string_view) override {}
  void ended(http::Ending) override {}

 private:
  Numbering& gateway_;
};

std::unique_ptr<http::Exchange> Numbering::exchange() {
  return std::make_unique<NumberingExchange>(*this);
}

TEST(HttpUsers, believe_the_policy_that_answers_name_judge_their_numbers_and_say_how_it_ended) {
  auto setting = setting_of(100);
  setting.behaviour.feedback_solved = 0.5;
  setting.behaviour.feedback_left = 1;
  MockLlm models(scenario_of(setting), fast());
  Numbering gateway(models);
  const Served served(gateway);
  const auto played = play_over_http(setting, asking(served, "mini"), {});
  ASSERT_TRUE(played) << played.error().to_string();
  // Two attempts are on offer: 1 - 0.6^2 are solved, and 0.6 make a second one.
  EXPECT_NEAR(played->payoffs.success.mean(), 0.64, 4.5 * std::sqrt(0.2304 / 1500));
  EXPECT_EQ(played->numbered, played->attempts);
  EXPECT_EQ(played->numbered_right, 1500U);
  // All tasks have one name: it is new to each of the eight users once.
  EXPECT_EQ(played->by_kind[0].right, 8U);
  EXPECT_EQ(played->by_kind[kWays + 1].numbered, 0U);
  for (std::size_t way = 1; way <= kWays; ++way) {
    EXPECT_GT(played->by_kind[way].numbered, 100U);
    EXPECT_EQ(played->by_kind[way].right, 0U);
  }
  EXPECT_GE(gateway.receipts, 1);
  EXPECT_LE(gateway.receipts, 8);
  EXPECT_EQ(gateway.failures, static_cast<int>(played->left));
  EXPECT_NEAR(gateway.successes, 0.5 * static_cast<double>(played->solved),
              4.5 * 0.5 * std::sqrt(static_cast<double>(played->solved)));
  EXPECT_EQ(played->feedback, static_cast<std::uint64_t>(gateway.successes + gateway.failures));
}

TEST(HttpUsers, some_go_on_in_the_same_conversation_and_the_model_knows_which_task_is_meant) {
  const auto setting = setting_of(100);
  MockLlm models(scenario_of(setting), fast());
  Numbering gateway(models);
  const Served served(gateway);
  auto options = asking(served, "mini");
  options.policy = "mini";
  options.goes_on_with = 0.5;
  const auto played = play_over_http(setting, options, {});
  ASSERT_TRUE(played) << played.error().to_string();
  expect_patient_users_of_mini(*played, 1500);
  const auto& further = played->by_kind[kWays + 1];
  EXPECT_EQ(further.kind, "further");
  EXPECT_EQ(played->by_kind[0].numbered + further.numbered, 1500U);
  EXPECT_NEAR(static_cast<double>(further.numbered), 750, 100);
  EXPECT_EQ(further.right, 0U);  // this gateway has one name for all tasks
}

TEST(HttpUsers, say_what_is_wrong_where_nothing_answers) {
  const auto setting = setting_of(100);
  UsersOptions options;
  options.gateway = "http://127.0.0.1:1";
  options.tasks = 3;
  options.speedup = 1000;
  const auto played = play_over_http(setting, options, {});
  ASSERT_FALSE(played);
  EXPECT_EQ(played.error().code, base::ErrorCode::kUnreadable);
  MockLlm models(scenario_of(setting), fast());
  const Served served(models);
  const auto unknown = play_over_http(setting, asking(served, "huge"), {});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().to_string().find("status 404"), std::string::npos);
}

}  // namespace
}  // namespace turnout::mock
