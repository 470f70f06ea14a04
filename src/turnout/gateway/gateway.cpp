#include "turnout/gateway/gateway.h"

#include <algorithm>
#include <map>
#include <utility>

#include "turnout/base/hash.h"
#include "turnout/gateway/answers.h"
#include "turnout/gateway/call.h"

namespace turnout::gateway {
namespace {

MetricWords metric_words() {
  MetricWords words;
  for (const auto shape : {Shape::kChat, Shape::kResponses, Shape::kMessages, Shape::kCountTokens,
                           Shape::kCompletions, Shape::kEmbeddings})
    words.shapes.emplace_back(name_of(shape));
  for (const auto reason : kFallbackReasons) words.fallbacks.emplace_back(reason);
  words.refusals = {"key", "rate", "budget", "malformed", "model", "declined", "upstream"};
  return words;
}

/// The names that a client may ask for: aliases, then models.
std::vector<std::string> requested_names(const Config& config) {
  std::vector<std::string> names = config.policy.aliases;
  for (const Rung& rung : config.models) names.push_back(rung.name);
  return names;
}

OpenTasks::Options task_options(const Setup& setup) {
  OpenTasks::Options options;
  options.matcher.window_us = setup.config.policy.window_us;
  options.matcher.task_name_us = setup.config.policy.window_us;
  options.models = setup.config.model_names();
  // Who knows what was drawn before must not know what is drawn next.
  options.seed = setup.secret ^ static_cast<std::uint64_t>(Clock().now_us());
  return options;
}

}  // namespace

Gateway::Gateway(std::shared_ptr<Setup> setup, Recorder& recorder)
    : requested_(requested_names(setup->config)),
      tasks_(task_options(*setup)),
      recorder_(recorder),
      metrics_(metric_words(), requested_, setup->config.model_names()) {
  setup_ = std::move(setup);
}

base::Status Gateway::remember(TaskJournal::Options options) {
  std::map<std::string, std::shared_ptr<const PolicyVersion>> policies;
  const auto policy_of = [&](const std::string& text) {
    auto& policy = policies[text];
    if (!policy) {
      auto read = policy_version(text, setup_->config.model_names());
      policy = read ? *read : setup_->policy;  // its models have gone
    }
    return policy;
  };
  const auto restore = [&](const JournalEntry& entry) {
    if (const auto* assigned = std::get_if<Assigned>(&entry)) {
      const auto key = setup_->key_of(assigned->key);
      if (key) tasks_.restore(*assigned, setup_->seed_of(*key), policy_of(assigned->policy));
    } else if (const auto* ended = std::get_if<CallEnded>(&entry)) {
      tasks_.restore(*ended);
    } else {
      tasks_.restore(std::get<OutcomeTold>(entry));
    }
  };
  std::string names;
  for (const auto& name : setup_->config.model_names()) names += name + '\n';
  options.models = base::hash(names);
  TURNOUT_TRY(journal_, TaskJournal::open(options, restore));
  tasks_.write_to(*journal_);
  return base::Done{};
}

std::unique_ptr<http::Exchange> Gateway::exchange() { return std::make_unique<Call>(*this); }

http::Reply Gateway::refuse(int status, std::string_view reason, std::string_view target) {
  metrics_.refused(static_cast<std::size_t>(Refused::kMalformed));
  return error_reply(status, "malformed_request", reason, speaks_anthropic(http::path_of(target)));
}

std::shared_ptr<const Setup> Gateway::setup() const {
  const std::lock_guard lock(mutex_);
  return setup_;
}

base::Status Gateway::replace(std::shared_ptr<const Setup> setup) {
  const std::lock_guard lock(mutex_);
  if (setup->config.model_names() != setup_->config.model_names())
    return base::Error{base::ErrorCode::kUnsupported,
                       "the models, or their order, differ from those that serve: that takes a "
                       "restart",
                       "model"};
  setup->keys->take_over(*setup_->keys);
  setup_ = std::move(setup);
  return base::Done{};
}

std::size_t Gateway::requested_number(std::string_view name) const {
  const auto found = std::find(requested_.begin(), requested_.end(), name);
  return static_cast<std::size_t>(found - requested_.begin());
}

}  // namespace turnout::gateway
