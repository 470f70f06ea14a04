#include "turnout/policy/routing_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "turnout/base/number_text.h"
#include "turnout/base/split.h"

namespace turnout::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::size_t kLongestSequence = 1000;

Result<std::size_t> number_of(const std::string& name, std::span<const std::string> models) {
  const auto found = std::find(models.begin(), models.end(), name);
  if (found != models.end()) return static_cast<std::size_t>(found - models.begin());
  std::string known;
  for (const auto& model : models) known += (known.empty() ? "" : ", ") + base::printable(model);
  return Error{ErrorCode::kInvalidValue,
               fmt::format("{} is no model; known: {}", base::in_quotes(name), known), ""};
}

Result<double> probability(const std::string& text) {
  TURNOUT_TRY(auto value, base::parse_number(text));
  if (value >= 0 && value <= 1) return value;
  return Error{ErrorCode::kInvalidValue, fmt::format("{} must be a probability, 0 to 1", value),
               ""};
}

}  // namespace

Result<RoutingPolicy> RoutingPolicy::parse(const std::string& text,
                                           std::span<const std::string> models) {
  RoutingPolicy policy;
  policy.text_ = text;
  policy.models_ = models.size();
  if (auto done = policy.read(text, models); !done) {
    return done.error().within(fmt::format("policy {}", base::in_quotes(text)));
  }
  return policy;
}

Status RoutingPolicy::read(const std::string& text, std::span<const std::string> models) {
  constexpr std::string_view kExplore = "explore:";
  constexpr std::string_view kCascade = "cascade:";
  constexpr std::string_view kLottery = "lottery:";
  if (text.starts_with(kExplore)) {
    const auto slash = text.find('/');
    if (explore_ > 0 || slash == std::string::npos) {
      return Error{ErrorCode::kInvalidValue, "must be explore:PROBABILITY/POLICY, once", ""};
    }
    TURNOUT_TRY(explore_, probability(text.substr(kExplore.size(), slash - kExplore.size())));
    return read(text.substr(slash + 1), models);
  }
  if (text.starts_with(kCascade)) {
    const auto parts = base::split(text.substr(kCascade.size()), ',');
    if (parts.size() != 3)
      return Error{ErrorCode::kInvalidValue, "must be cascade:FIRST,LAST,PROBABILITY", ""};
    form_ = Form::kCascade;
    for (std::size_t i = 0; i < 2; ++i) {
      TURNOUT_TRY(auto model, number_of(parts[i], models));
      sequence_.push_back(model);
    }
    TURNOUT_TRY(switches_, probability(parts[2]));
    return base::Done{};
  }
  if (text.starts_with(kLottery)) {
    form_ = Form::kLottery;
    lottery_.assign(models.size(), 0);
    for (const auto& part : base::split(text.substr(kLottery.size()), ',')) {
      const auto equals = part.find('=');
      if (equals == std::string::npos) {
        return Error{ErrorCode::kInvalidValue, "must be lottery:MODEL=PROBABILITY,...", ""};
      }
      TURNOUT_TRY(auto model, number_of(part.substr(0, equals), models));
      TURNOUT_TRY(auto share, probability(part.substr(equals + 1)));
      lottery_[model] += share;
    }
    constexpr double kTolerance = 1e-9;
    const double sum = std::accumulate(lottery_.begin(), lottery_.end(), 0.0);
    if (std::abs(sum - 1) > kTolerance) {
      return Error{ErrorCode::kInvalidValue,
                   fmt::format("the probabilities sum to {}, must sum to 1", sum), ""};
    }
    return base::Done{};
  }
  for (const auto& name : base::split(text, ',')) {
    TURNOUT_TRY(auto model, number_of(name, models));
    sequence_.push_back(model);
  }
  if (sequence_.size() > kLongestSequence) {
    return Error{ErrorCode::kInvalidValue, fmt::format("names over {} attempts", kLongestSequence),
                 ""};
  }
  return base::Done{};
}

void RoutingPolicy::next(std::span<const std::size_t> history, std::vector<double>& weights) const {
  weights.assign(models_, 0);
  if (form_ == Form::kSequence) {
    weights[sequence_[std::min(history.size(), sequence_.size() - 1)]] = 1;
  } else if (form_ == Form::kLottery) {
    weights = lottery_;
  } else if (history.empty()) {
    weights[sequence_[0]] = 1;
  } else {
    const bool switched = history.back() == sequence_[1];
    weights[sequence_[1]] += switched ? 1 : switches_;
    if (!switched) weights[sequence_[0]] += 1 - switches_;
  }
  if (explore_ == 0) return;
  for (double& w : weights) w = (1 - explore_) * w + explore_ / static_cast<double>(models_);
}

bool RoutingPolicy::is_deterministic() const {
  return explore_ == 0 && (form_ == Form::kSequence ||
                           (form_ == Form::kCascade && (switches_ == 0 || switches_ == 1)) ||
                           (form_ == Form::kLottery &&
                            std::find(lottery_.begin(), lottery_.end(), 1) != lottery_.end()));
}

std::optional<game::Policy> RoutingPolicy::paper_policy() const {
  if (models_ != 2 || explore_ > 0) return {};
  if (form_ == Form::kCascade && sequence_[0] == 0 && sequence_[1] == 1)
    return game::Policy{0, switches_};
  if (form_ != Form::kSequence) return {};
  const std::size_t first = sequence_.front();
  const bool same =
      std::all_of(sequence_.begin(), sequence_.end(), [&](std::size_t k) { return k == first; });
  if (same) return game::Policy{first, 0};
  const bool at_once = first == 0 && std::all_of(sequence_.begin() + 1, sequence_.end(),
                                                 [](auto k) { return k == 1; });
  if (at_once) return game::Policy{0, 1};
  return {};
}

std::size_t RoutingPolicy::model_of(std::size_t attempt) const {
  if (form_ == Form::kLottery) {
    return static_cast<std::size_t>(std::find(lottery_.begin(), lottery_.end(), 1) -
                                    lottery_.begin());
  }
  if (form_ == Form::kCascade) return sequence_[attempt > 0 && switches_ == 1 ? 1 : 0];
  return sequence_[std::min(attempt, sequence_.size() - 1)];
}

}  // namespace turnout::policy
