#include <algorithm>
#include <utility>

#include "turnout/gateway/call.h"
#include "turnout/gateway/client_ids.h"

/// A call's last part: the answer passes, and what it came to is recorded.
namespace turnout::gateway {

void Call::data(std::string_view part) {
  if (!is_model_) return;
  usage_.feed(part);
  answer_bytes_ += part.size();
  if (!first_us_ && usage_.first_content()) first_us_ = gateway_.clock().now_us();
}

std::optional<double> Call::cost_of(const Usage& usage) const {
  const auto& price = setup_->config.models[model_].price;
  if (!price || !usage.known) return std::nullopt;
  const auto count = [](std::int64_t tokens) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, tokens));
  };
  TokenParts parts;
  parts.cached_input = count(usage.cached_input);
  parts.cache_write = count(usage.cache_write);
  parts.input = count(usage.input - usage.cached_input - usage.cache_write);
  parts.reasoning = count(usage.reasoning.value_or(0));
  parts.output = count(usage.output - usage.reasoning.value_or(0));
  return cost_usd(*price, parts);
}

/// For budgets, where the upstream does not tell: the context by its bytes; an answer has a token for
/// each four bytes, a stream one for each event, of which none is shorter than 100.
std::optional<double> Call::guessed_cost() const {
  constexpr std::uint64_t kEventBytes = 100;
  const auto& price = setup_->config.models[model_].price;
  if (!price) return std::nullopt;
  TokenParts parts;
  parts.input = static_cast<std::uint64_t>(std::max<std::int64_t>(0, input_guess_));
  parts.output = answer_bytes_ / (streams_ ? kEventBytes : 4);
  return cost_usd(*price, parts);
}

void Call::ended(http::Ending ending) {
  if (!is_model_) return;
  gateway_.metrics().request(static_cast<std::size_t>(shape_), status_);
  if (assigned_) record(ending);
}

/// What the call came to: an answer if the user has seen any of it.
void Call::record(http::Ending ending) {
  const std::int64_t now = gateway_.clock().now_us();
  const Usage usage = usage_.finish();
  const bool sound = status_ >= 200 && status_ < 300 && !usage.failed;
  CallEnd end;
  end.ended_us = now;
  end.model = model_;
  end.fell_back = !fallback_.empty();
  end.answered = sound && (ending == http::Ending::kWhole || first_us_.has_value());
  if (first_us_) end.ttft_s = static_cast<double>(*first_us_ - started_us_) * 1e-6;
  if (usage.known) {
    end.input_tokens = usage.input;
    end.output_tokens = usage.output;
  }
  end.response = id_number(setup_->seed_of(key_), usage.response_id);
  end.cost_usd = cost_of(usage);
  Metrics& metrics = gateway_.metrics();
  if (end.cost_usd) metrics.cost(model_, *end.cost_usd);
  if (answer_bytes_ > 0 || end.cost_usd) {
    end.spent_usd = end.cost_usd ? *end.cost_usd : guessed_cost().value_or(0);
    setup_->keys->add_spending(key_, end.spent_usd, now);
  }
  if (sound) {
    CallMeasure measure;
    measure.requested = requested_;
    measure.served = model_;
    measure.duration_us = now - started_us_;
    if (first_us_) measure.first_token_us = *first_us_ - started_us_;
    if (usage.known) {
      measure.input_tokens = static_cast<std::uint64_t>(std::max<std::int64_t>(0, usage.input));
      measure.output_tokens = static_cast<std::uint64_t>(std::max<std::int64_t>(0, usage.output));
    }
    metrics.call(measure);
  }
  auto pass = gateway_.tasks().ended(assignment_, end);
  if (!pass) return;
  if (assignment_.match.begins_pass) metrics.pass(model_, assignment_.match.attempt);
  gateway_.recorder().put(*std::move(pass));
}

}  // namespace turnout::gateway
