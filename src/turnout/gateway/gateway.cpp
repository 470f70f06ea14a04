#include "turnout/gateway/gateway.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "turnout/base/hash.h"
#include "turnout/base/line_reader.h"
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

/// The same but for the policy in force; as it is if the text is none of its models.
std::shared_ptr<const Setup> with_policy(const Setup& setup, const std::string& text) {
  auto changed = std::make_shared<Setup>(setup);
  if (auto policy = policy_version(text, setup.config.model_names()))
    changed->policy = *std::move(policy);
  return changed;
}

OpenTasks::Options task_options(const Setup& setup, std::uint32_t number) {
  OpenTasks::Options options;
  options.matcher.window_us = setup.config.policy.window_us;
  options.matcher.task_name_us = setup.config.policy.window_us;
  options.matcher.first = gateway_numbers(number);
  options.models = setup.config.model_names();
  // Who knows what was drawn before must not know what is drawn next.
  options.seed =
      setup.secret ^ static_cast<std::uint64_t>(Clock().now_us()) ^ gateway_numbers(number);
  return options;
}

}  // namespace

std::uint64_t models_number(const Setup& setup) {
  std::string names;
  for (const auto& name : setup.config.model_names()) names += name + '\n';
  return base::hash(names);
}

Gateway::Gateway(std::shared_ptr<Setup> setup, Recorder& recorder, std::uint32_t number)
    : requested_(requested_names(setup->config)),
      tasks_(task_options(*setup, number)),
      recorder_(recorder),
      metrics_(metric_words(), requested_, setup->config.model_names()) {
  policies_ = std::make_unique<PolicyHistory>(setup->config.model_names(),
                                              setup->policy->policy.text(), clock_.now_us());
  setup_ = std::move(setup);
}

base::Status Gateway::remember_policies(const std::string& path) {
  const auto now = setup();
  TURNOUT_TRY(policies_, PolicyHistory::open(path, now->config.model_names(),
                                             now->policy->policy.text(), clock_.now_us()));
  enforce();
  return base::Done{};
}

void Gateway::share_policies(OpenSharedLoop open, OpenPolicyTable table,
                             const std::string& last_seen) {
  constexpr std::size_t kLongestFile = 1U << 20U;
  const auto now = setup();
  const auto kept = base::read_file(last_seen, kLongestFile);
  const auto open_unless_behind = [this, table = std::move(table)]() {
    const auto state = policy_sharing();
    return state && state->behind ? base::Error{base::ErrorCode::kUnreadable, state->trouble, ""}
                                  : table();
  };
  policies_ = PolicyHistory::shared(open_unless_behind, now->config.model_names(),
                                    now->policy->policy.text(), kept ? *kept : "", clock_.now_us());
  enforce();
  SharedPoliciesUse use;
  use.wants_turn = [this] { return setup()->config.control.mode != ControlMode::kOff; };
  use.now_us = [this] { return clock_.now_us(); };
  use.changed = [this, last_seen] {
    enforce();
    write_last_seen(last_seen);
  };
  shared_policies_ = std::make_unique<SharedPolicies>(SharedPolicies::Options{}, *policies_,
                                                      control_, std::move(open), std::move(use));
  shared_policies_->wait_for_first_reading();
}

/// A reader finds the old file or the new one.
void Gateway::write_last_seen(const std::string& path) const {
  const std::string next = path + ".new";
  {
    std::ofstream file(next, std::ios::trunc);
    file << policies_->last_seen() << std::flush;
    if (!file) return;
  }
  std::error_code error;
  std::filesystem::rename(next, path, error);
}

std::optional<SharedPoliciesState> Gateway::policy_sharing() const {
  return shared_policies_ ? std::optional(shared_policies_->state()) : std::nullopt;
}

void Gateway::enforce() {
  const std::lock_guard lock(mutex_);
  setup_ = with_policy(*setup_, policies_->record().in_force().text);
}

std::shared_ptr<const PolicyVersion> Gateway::policy_of(const std::string& text) {
  auto& policy = versions_[text];
  if (!policy) {
    auto read = policy_version(text, setup()->config.model_names());
    policy = read ? *read : setup()->policy;  // its models have gone
  }
  return policy;
}

base::Status Gateway::remember(TaskJournal::Options options) {
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
  options.models = models_number(*setup_);
  TURNOUT_TRY(journal_, TaskJournal::open(options, restore));
  tasks_.write_to(*journal_);
  return base::Done{};
}

Gateway::~Gateway() {
  shared_policies_.reset();
  if (!shared_) return;
  shared_.reset();  // its last round tells the numbers that are still to be known
  store_due(false);
}

void Gateway::share(SharedTasks::Options options, OpenSharedLog open) {
  SharedTasksUse use;
  use.told = [this](const JournalEntry& entry, bool ours) { take_told(entry, ours); };
  use.gone = [this](std::uint32_t gateway) { tasks_.gone(gateway, clock_.now_us()); };
  use.read = [this] { store_due(true); };
  shared_ = std::make_unique<SharedTasks>(options, std::move(open), std::move(use));
  tasks_.share(*shared_);
  shared_->wait_for_first_reading();
}

void Gateway::take_told(const JournalEntry& entry, bool ours) {
  if (const auto* ended = std::get_if<CallEnded>(&entry)) tasks_.told(*ended, ours);
  if (ours) return;
  if (const auto* told = std::get_if<OutcomeTold>(&entry)) tasks_.told(*told);
  const auto* assigned = std::get_if<Assigned>(&entry);
  if (assigned == nullptr) return;
  const auto now = setup();
  const auto key = now->key_of(assigned->key);
  if (key) tasks_.told(*assigned, now->seed_of(*key), policy_of(assigned->policy));
}

void Gateway::store_due(bool agreeing) {
  for (auto& pass : tasks_.due(agreeing)) recorder_.put(std::move(pass));
}

void Gateway::mind_sharing() {
  if (shared_ && shared_->state().behind) store_due(false);
}

std::optional<SharedTasksState> Gateway::sharing() const {
  return shared_ ? std::optional(shared_->state()) : std::nullopt;
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

base::Status Gateway::replace(const std::shared_ptr<const Setup>& setup) {
  if (setup->config.model_names() != this->setup()->config.model_names())
    return base::Error{base::ErrorCode::kUnsupported,
                       "the models, or their order, differ from those that serve: that takes a "
                       "restart",
                       "model"};
  const auto changed = policies_->configure(setup->policy->policy.text(), clock_.now_us());
  if (changed == Change::kUnwritten)
    return base::Error{base::ErrorCode::kUnwritable, "the policies' history cannot be written",
                       "policy"};
  const std::lock_guard lock(mutex_);
  setup->keys->take_over(*setup_->keys);
  setup_ = with_policy(*setup, policies_->record().in_force().text);
  return base::Done{};
}

void Gateway::say(bool warns, std::string text) {
  if (log_ != nullptr)
    log_->put(StateLine{clock_.now_us(), warns, std::move(text)}, setup()->config.log);
}

void Gateway::expire_decisions(std::int64_t now_us) {
  for (const HeldDecision& decision : decisions_.expired(now_us))
    tasks_.expired(decision.assignment, decision.expires_us);
}

std::size_t Gateway::requested_number(std::string_view name) const {
  const auto found = std::find(requested_.begin(), requested_.end(), name);
  return static_cast<std::size_t>(found - requested_.begin());
}

}  // namespace turnout::gateway
