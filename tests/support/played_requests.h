#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "turnout/gateway/open_tasks.h"
#include "turnout/gateway/setup.h"

/// Requests of users, played to OpenTasks. Test code only.
namespace turnout::gateway {

inline constexpr std::int64_t kSecond = 1'000'000;
inline const std::vector<std::string> kModels = {"mini", "large", "huge"};

/// Requests of one user, one after the other, answered unless a test says otherwise.
class Played {
 public:
  explicit Played(const std::string& policy) : policy_(policy_version(policy, kModels).value()) {}

  /// A prompt in words that nothing else is like; the same number, the same words.
  traffic::Request prompt(int number) {
    traffic::Request request;
    request.person = 5;
    request.messages = {static_cast<std::uint64_t>(1000 + number)};
    request.user_messages = request.last_user = 1;
    request.last = traffic::LastItem::kUser;
    std::string words;
    for (int i = 0; i < 12; ++i) words += std::to_string(number * 7919 + i * 104'729) + " ";
    request.text = traffic::read_prompt(words);
    return request;
  }
  Assignment send(traffic::Request request) {
    request.started_us = now_us_ += kSecond;
    return tasks_.assign(ask(request));
  }
  Assignment preview(traffic::Request request) {
    request.started_us = now_us_ + kSecond;
    return tasks_.preview(ask(request));
  }
  Ask ask(traffic::Request& request) const {
    request.answered = false;
    return {request, unable_, pinned_, escalate_,      "",       9,
            "u",     policy_, shadow_, most_attempts_, most_usd_};
  }
  std::optional<traffic::Pass> end(const Assignment& assignment, bool answered = true) {
    CallEnd end;
    end.ended_us = now_us_ += kSecond;
    end.answered = answered;
    end.model = assignment.model;
    end.cost_usd = 0.5;
    end.spent_usd = 0.5;
    end.input_tokens = 10;
    end.output_tokens = 20;
    return tasks_.ended(assignment, end);
  }
  Assignment serve(const traffic::Request& request, bool answered = true) {
    const auto assignment = send(request);
    end(assignment, answered);
    return assignment;
  }

  std::int64_t now_us_ = 1'000'000 * kSecond;
  std::vector<Unable> unable_ = {Unable::kNo, Unable::kNo, Unable::kNo};
  std::optional<std::size_t> pinned_, shadow_;
  bool escalate_ = false;
  std::optional<std::uint32_t> most_attempts_;
  std::optional<double> most_usd_;
  std::shared_ptr<const PolicyVersion> policy_;
  OpenTasks tasks_ = OpenTasks({{}, kModels, 1, "t"});
};

}  // namespace turnout::gateway
