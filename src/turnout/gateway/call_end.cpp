#include <algorithm>
#include <array>
#include <string>
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
  const Usage usage = usage_.finish();
  if (assigned_) record(ending, usage);
  if (line_) say(ending, usage);
}

/// What the call came to: an answer if the user has seen any of it; of JSON that broke off nobody has.
void Call::record(http::Ending ending, const Usage& usage) {
  const std::int64_t now = gateway_.clock().now_us();
  const bool sound = status_ >= 200 && status_ < 300 && !usage.failed;
  CallEnd end;
  end.ended_us = now;
  end.model = model_;
  end.fell_back = !fallback_.empty();
  const bool part_is_seen = first_us_ && usage_.streams();
  end.answered = sound && (ending == http::Ending::kWhole || part_is_seen);
  if (first_us_) end.ttft_s = static_cast<double>(*first_us_ - started_us_) * 1e-6;
  if (usage.known) {
    end.input_tokens = usage.input;
    end.output_tokens = usage.output;
  }
  end.response = id_number(seed_, usage.response_id);
  end.cost_usd = cost_of(setup_->config.models[model_].price, usage);
  if (answer_bytes_ > 0 || end.cost_usd)
    end.spent_usd = end.cost_usd ? *end.cost_usd : guessed_cost().value_or(0);
  std::optional<CallMeasure> measure;
  if (sound) measure = measure_of(usage, now);
  auto pass = settle(gateway_, *setup_, {key_, assignment_, end, measure});
  if (pass) gateway_.recorder().put(*std::move(pass));
}

CallMeasure Call::measure_of(const Usage& usage, std::int64_t now_us) const {
  CallMeasure measure;
  measure.requested = requested_;
  measure.served = model_;
  measure.duration_us = now_us - started_us_;
  if (first_us_) measure.first_token_us = *first_us_ - started_us_;
  if (usage.known) {
    measure.input_tokens = static_cast<std::uint64_t>(std::max<std::int64_t>(0, usage.input));
    measure.output_tokens = static_cast<std::uint64_t>(std::max<std::int64_t>(0, usage.output));
  }
  return measure;
}

void Call::begin_line(const http::RequestHead& head) {
  if (gateway_.log() == nullptr || setup_->config.log == LogFormat::kNone) return;
  line_ = std::make_unique<CallLine>();
  line_->trace = read_traceparent(http::field_of(head.fields, "traceparent"));
}

/// What the call came to, as a line.
void Call::say(http::Ending ending, const Usage& usage) {
  static constexpr std::array<std::string_view, 4> kEndings = {"", "origin_cut", "origin_idle",
                                                               "client_gone"};
  CallLine& line = *line_;
  line.ended_us = gateway_.clock().now_us();
  line.duration_us = line.ended_us - started_us_;
  if (first_us_) line.first_token_us = *first_us_ - started_us_;
  line.shape = shape_;
  line.status = status_;
  if (line.error.empty()) line.error = kEndings.at(static_cast<std::size_t>(ending));
  if (line.error.empty() && status_ >= 400) line.error = std::to_string(status_);
  if (line.error.empty() && usage.failed) line.error = "failed";
  line.key = setup_->key_name(key_);
  line.tries = tries_;
  if (tries_ > 0) {
    const Rung& rung = setup_->config.models[model_];
    line.model = rung.name;
    line.provider = setup_->config.upstreams[rung.upstream].name;
    line.response_model = usage.model;
    line.cost_usd = cost_of(setup_->config.models[model_].price, usage);
  }
  if (usage.known) {
    line.input_tokens = usage.input;
    line.output_tokens = usage.output;
  }
  if (assigned_) {
    line.task = assignment_.task;
    line.attempt = assignment_.task.empty() ? 0 : assignment_.match.attempt;
    line.rule = name_of(assignment_.match.rule);
    line.reason = reason_of(assignment_, fallback_);
    line.policy = assignment_.policy_id;
    line.shadow = assignment_.shadow;
  }
  gateway_.log()->put(std::move(line), setup_->config.log);
}

}  // namespace turnout::gateway
