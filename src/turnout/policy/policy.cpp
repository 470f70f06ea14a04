#include "turnout/policy/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "turnout/base/number_text.h"
#include "turnout/policy/policy_text.h"

namespace turnout::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

/// In the order of models, each once, none that is never drawn.
Lottery in_order(const Lottery& lottery) {
  std::map<std::size_t, double> sums;
  for (const auto& [model, probability] : lottery) sums[model] += probability;
  Lottery ordered;
  for (const auto& [model, probability] : sums) {
    if (probability > 0) ordered.emplace_back(model, probability);
  }
  return ordered;
}

/// Neighbours with the same lottery are one run.
std::vector<Run> merged(std::span<const Run> runs) {
  std::vector<Run> all;
  for (const Run& run : runs) {
    if (run.times == 0) continue;
    Run next{in_order(run.lottery), run.times};
    if (!all.empty() && all.back().lottery == next.lottery) {
      all.back().times += next.times;
    } else {
      all.push_back(std::move(next));
    }
  }
  return all;
}

/// The same sequence in as few runs as the text can say it.
Sequence simplest(const Sequence& sequence) {
  const std::size_t repeated = std::min(sequence.repeated, sequence.runs.size());
  const auto all = std::span(sequence.runs);
  Sequence simple{merged(all.first(all.size() - repeated)), 0};
  auto cycle = merged(all.last(repeated));
  if (cycle.empty()) return simple;
  if (cycle.size() == 1) {
    cycle[0].times = 1;  // for ever, however often it is said
    while (!simple.runs.empty() && simple.runs.back().lottery == cycle[0].lottery)
      simple.runs.pop_back();
  }
  simple.repeated = cycle.size();
  simple.runs.insert(simple.runs.end(), cycle.begin(), cycle.end());
  return simple;
}

Form simplest(const Form& form) {
  const auto* cascade = std::get_if<Cascade>(&form.plan);
  if (cascade == nullptr) return {simplest(std::get<Sequence>(form.plan)), form.explores};
  const Run first{{{cascade->first, 1}}};
  const Run last{{{cascade->last, 1}}};
  if (cascade->switches == 0 || cascade->first == cascade->last)
    return {Sequence{{first}, 1}, form.explores};
  if (cascade->switches == 1) return {Sequence{{first, last}, 1}, form.explores};
  return form;
}

}  // namespace

Result<Policy> Policy::parse(const std::string& text, std::span<const std::string> models) {
  auto form = read_form(text, models);
  if (!form) return form.error().within(fmt::format("policy {}", base::in_quotes(text)));
  return make(*form, models);
}

Result<Policy> Policy::make(const Form& form, std::span<const std::string> models) {
  Policy policy;
  policy.models_ = models.size();
  policy.form_ = simplest(form);
  if (const auto* sequence = std::get_if<Sequence>(&policy.form_.plan)) {
    std::size_t attempts = 0;
    for (const Run& run : sequence->runs) attempts += std::min(run.times, kMostAttempts + 1);
    if (attempts == 0) return Error{ErrorCode::kInvalidValue, "offers no attempt", "policy"};
    if (attempts > kMostAttempts) {
      return Error{
          ErrorCode::kInvalidValue,
          fmt::format("names {} attempts, at most {} are allowed", attempts, kMostAttempts),
          "policy"};
    }
    policy.add_steps(*sequence);
  } else {
    policy.add_steps(std::get<Cascade>(policy.form_.plan));
  }
  policy.text_ = text_of(policy.form_, models);
  return policy;
}

/// All pairs of a model that serves and a draw of the plan below it, in the order of models, so that
/// one random number decides both: the model by its probability, then the plan's draw given the
/// model. `advances` has one entry for each model of the lottery.
std::uint32_t Policy::add_draws(const Lottery& lottery, const std::vector<std::int32_t>& advances) {
  const double explores = form_.explores;
  const auto first = static_cast<std::uint32_t>(draws_.size());
  double below = 0;
  std::vector<double> drawn(models_, 0);
  for (const auto& [model, probability] : lottery) drawn[model] = probability;
  for (std::size_t k = 0; k < models_; ++k) {
    double propensity = drawn[k];
    if (explores > 0)
      propensity = (1 - explores) * drawn[k] + explores / static_cast<double>(models_);
    if (propensity == 0) continue;
    double here = below;
    below += propensity;
    for (std::size_t i = 0; i < lottery.size(); ++i) {
      const auto& [model, probability] = lottery[i];
      const double served =
          (model == k ? 1 - explores : 0) + explores / static_cast<double>(models_);
      if (served == 0 || probability == 0) continue;
      here += probability * served;
      draws_.push_back(
          {here, probability * served, propensity, static_cast<std::uint32_t>(k), advances[i]});
    }
    draws_.back().up_to = below;
  }
  ++distinct_;
  return first;
}

void Policy::add_steps(const Sequence& sequence) {
  const auto add = [this](const Lottery& lottery, std::int32_t advance, std::size_t times) {
    if (times == 0) return;
    const std::uint32_t first = add_draws(lottery, std::vector(lottery.size(), advance));
    const auto count = static_cast<std::uint32_t>(draws_.size()) - first;
    steps_.insert(steps_.end(), times, {first, count});
  };
  std::size_t back_to = 0;
  for (std::size_t i = 0; i < sequence.runs.size(); ++i) {
    const Run& run = sequence.runs[i];
    if (i + sequence.repeated == sequence.runs.size()) back_to = steps_.size();
    const bool returns = sequence.repeated > 0 && i + 1 == sequence.runs.size();
    add(run.lottery, 1, run.times - (returns ? 1 : 0));
    if (!returns) continue;
    const auto here = static_cast<std::int32_t>(steps_.size());
    add(run.lottery, static_cast<std::int32_t>(back_to) - here, 1);
  }
}

void Policy::add_steps(const Cascade& cascade) {
  const auto add = [this](const Lottery& lottery, const std::vector<std::int32_t>& advances) {
    const std::uint32_t first = add_draws(lottery, advances);
    steps_.push_back({first, static_cast<std::uint32_t>(draws_.size()) - first});
  };
  add({{cascade.first, 1}}, {1});
  add({{cascade.first, 1 - cascade.switches}, {cascade.last, cascade.switches}}, {0, 1});
  add({{cascade.last, 1}}, {0});
}

}  // namespace turnout::policy
