#include "turnout/gateway/shared_policies.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

namespace turnout::gateway {
namespace {

using base::Status;
using Json = nlohmann::json;

std::int64_t steady_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string text_of(const LastLook& look) {
  const Json json = {{"at_us", look.at_us},
                     {"tasks", look.tasks},
                     {"failed", look.failed},
                     {"reasons", look.reasons}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// One that has never looked, if the text says nothing.
LastLook look_of(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return {};
  try {
    return {json.at("at_us").get<std::int64_t>(), json.at("tasks").get<std::int64_t>(),
            json.at("failed").get<bool>(), json.at("reasons").get<std::vector<std::string>>()};
  } catch (const Json::exception&) {
    return {};
  }
}

}  // namespace

SharedPolicies::SharedPolicies(Options options, PolicyHistory& history, ControlDesk& desk,
                               OpenSharedLoop open, SharedPoliciesUse use)
    : options_(options),
      history_(history),
      desk_(desk),
      open_(std::move(open)),
      use_(std::move(use)),
      reached_us_(steady_us()) {
  desk_.set_turn(false);
  thread_ = std::thread([this] { work(); });
}

SharedPolicies::~SharedPolicies() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wakes_.notify_all();
  thread_.join();
}

void SharedPolicies::wait_for_first_reading() {
  std::unique_lock lock(mutex_);
  tried_.wait(lock, [this] { return has_tried_; });
}

SharedPoliciesState SharedPolicies::state() const {
  const std::lock_guard lock(mutex_);
  SharedPoliciesState state{steady_us() - reached_us_ > options_.patience_us, trouble_};
  if (state.behind && state.trouble.empty()) state.trouble = "the database does not answer";
  return state;
}

void SharedPolicies::work() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    lock.unlock();
    const Status status = exchange();
    if (!status) {
      loop_.reset();
      desk_.set_turn(false);
    }
    lock.lock();
    has_tried_ = true;
    tried_.notify_all();
    trouble_ = status ? "" : status.error().to_string();
    if (status) reached_us_ = steady_us();
    wakes_.wait_for(lock, std::chrono::microseconds(options_.every_us), [this] { return over_; });
  }
}

/// One round: connect if need be, read, say that we live.
Status SharedPolicies::exchange() {
  if (loop_) {
    TURNOUT_TRY(const bool changed, history_.follow(*loop_));
    if (changed) use_.changed();
  } else {
    TURNOUT_TRY(loop_, open_());
    TURNOUT_CHECK(history_.begin(*loop_, use_.now_us()));
    told_look_us_ = 0;
    use_.changed();
  }
  return beat();
}

/// Who has the turn keeps what it is asked for its own loop; the others hand it on.
Status SharedPolicies::beat() {
  if (!desk_.has_turn() && desk_.take_ask()) asks_ = true;
  const LastLook ours = desk_.last_look();
  LoopBeat said{use_.wants_turn(), asks_, ""};
  if (desk_.has_turn() && ours.at_us > told_look_us_) said.look = text_of(ours);
  TURNOUT_TRY(const auto state, loop_->beat(said));
  asks_ = false;
  if (!said.look.empty()) told_look_us_ = ours.at_us;
  desk_.note_other(look_of(state.look));
  if (state.asked) desk_.ask();
  desk_.set_turn(state.has_turn);
  return base::Done{};
}

}  // namespace turnout::gateway
