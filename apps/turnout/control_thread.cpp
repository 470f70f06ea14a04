#include "control_thread.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <nlohmann/json.hpp>
#include <utility>

#include "turnout/estimation/day_summaries.h"
#include "turnout/report/advise_report.h"

namespace turnout::program {
namespace {

using gateway::ControlConfig;
using gateway::ControlMode;

constexpr const char* kBy = "control loop";

control::Evidence evidence_of(const std::string& source, const gateway::Config& config,
                              std::int64_t now_us) {
  control::Evidence evidence;
  evidence.source = source;
  evidence.since_us = now_us - config.control.log_us;
  evidence.window_us = config.policy.window_us;
  evidence.lifetime_value = config.control.lifetime_value;
  evidence.penalty = config.control.penalty;
  return evidence;
}

/// Brings the summaries of the log's closed days up to date, so that a look costs as much with a log of
/// years. Begins to keep them while the log is young: later that takes the store for a while, and is for
/// `turnout log summarise`.
base::Status summarise(const std::string& source, std::int64_t window_us,
                       const base::Watch& watch) {
  constexpr std::int64_t kYoung = 2 * store::kDayUs;
  TURNOUT_TRY(auto store, store::open_store(source, store::Access::kWrite, watch.cancellation));
  TURNOUT_TRY(const auto kept, store->kept_summaries());
  if (!kept.end_day) {
    TURNOUT_TRY(const auto span, store->span());
    if (span.last_us.value_or(0) - span.first_us.value_or(0) > kYoung) return base::Done{};
  }
  TURNOUT_CHECK(estimation::summarise(*store, window_us, watch));
  return base::Done{};
}

control::GuardRails rails_of(const ControlConfig& config) {
  return {config.least_tasks, config.least_saving, config.largest_step, config.least_success,
          config.most_explored};
}

/// What is expected of a policy that was advised; empty if nothing is.
std::string figures_of(const control::Step& step) {
  if (!step.advice || step.advice->declined) return "";
  auto all = report::advise_json(*step.advice);
  nlohmann::ordered_json figures = {{"tasks", step.tasks}};
  for (const char* key :
       {"cost_per_task", "cost_per_task_today", "saving_per_task", "leaving", "leaving_today",
        "latency_per_task", "latency_per_task_today", "regret_per_task", "chance_of_regret"})
    figures[key] = std::move(all[key]);
  return figures.dump();
}

}  // namespace

ControlThread::ControlThread(gateway::Gateway& gateway, std::string source)
    : gateway_(gateway),
      source_(std::move(source)),
      looked_us_(gateway.clock().now_us()),
      thread_([this] { work(); }) {}

ControlThread::~ControlThread() {
  over_ = true;
  thread_.join();
}

void ControlThread::work() {
  constexpr int kLowest = 19;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), kLowest);
  while (!over_) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    const auto setup = gateway_.setup();
    if (!is_due(setup->config.control)) continue;
    try {
      look(*setup);
    } catch (const std::exception& problem) {
      gateway_.control().note({gateway_.clock().now_us(), 0, true, {problem.what()}});
    }
    ::malloc_trim(0);
  }
}

bool ControlThread::is_due(const ControlConfig& control) {
  auto& desk = gateway_.control();
  const auto stored = gateway_.recorder().state().stored;
  const bool many = control.mode != ControlMode::kOff && control.every_passes &&
                    stored - stored_ >= *control.every_passes;
  if (!desk.has_turn()) {
    if (many) desk.ask();  // whose turn it is
    if (many) stored_ = stored;
    return false;
  }
  const bool asked = desk.take_ask();
  if (control.mode == ControlMode::kOff) return false;
  const auto looked =
      std::max(looked_us_, desk.last_look().at_us);  // by another gateway, it may be
  if (!asked && !many && gateway_.clock().now_us() - looked < control.every_us) return false;
  looked_us_ = gateway_.clock().now_us();
  stored_ = stored;
  return true;
}

void ControlThread::look(const gateway::Setup& setup) {
  const auto before = gateway_.policies().record();
  gateway_.recorder().flush();
  const auto& config = setup.config;
  base::Watch watch;
  watch.cancellation = base::Cancellation(over_);
  // What cannot be summarised is read pass by pass.
  const auto summarised = summarise(source_, config.policy.window_us, watch);
  auto step = control::next_policy(evidence_of(source_, config, gateway_.clock().now_us()),
                                   config.model_names(), before.in_force().text,
                                   rails_of(config.control), watch);
  if (over_) return;
  const auto now = gateway_.clock().now_us();
  if (!step) {
    gateway_.control().note({now, 0, true, {step.error().to_string()}});
    return;
  }
  if (!summarised)
    step->reasons.push_back(
        fmt::format("Closed days could not be summarised, and were read whole: {}.",
                    summarised.error().to_string()));
  if (step->changes) act(*step, config.control, before);
  // Last: who waits for the look finds what came of it.
  gateway_.control().note({now, step->tasks, false, step->reasons});
}

/// What was found holds for what was looked at: if anything has changed since, it is for the next look.
void ControlThread::act(const control::Step& step, const ControlConfig& control,
                        const gateway::PolicyRecord& before) {
  auto& policies = gateway_.policies();
  gateway::Proposal proposal{step.policy, kBy, step.reasons, step.rails, figures_of(step)};
  const auto* waiting = before.proposal();
  // What a person has proposed is not put aside; what the loop would do is said in its last look.
  if (waiting != nullptr && waiting->by != kBy) return;
  if (before.went_back) proposal.rails.emplace_back("somebody went back to the policy in force");
  const bool applies = control.mode == ControlMode::kApply && proposal.rails.empty();
  if (!applies && waiting != nullptr && waiting->text == step.policy) return;
  if (policies.propose(proposal, gateway_.clock().now_us(), before.version) !=
      gateway::Change::kMade)
    return;
  const auto after = policies.record();
  const auto* ours = after.proposal();
  const bool applied =
      applies && ours != nullptr && ours->text == step.policy &&
      policies.approve(after.version, kBy, gateway_.clock().now_us()) == gateway::Change::kMade;
  if (applied) gateway_.enforce();
  gateway_.say(false, fmt::format("the control loop {} the policy {}",
                                  applied ? "serves" : "proposes", step.policy));
}

}  // namespace turnout::program
