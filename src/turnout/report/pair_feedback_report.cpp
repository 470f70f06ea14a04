#include "turnout/report/pair_feedback_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "turnout/report/interval_json.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using estimation::FeedbackOfPair;
using estimation::Forecaster;
using estimation::Forecasts;
using estimation::PairFeedback;
using nlohmann::ordered_json;

std::string interval_text(const numeric::Interval& x) {
  return fmt::format("{} [{}, {}]", number(x.value), number(x.low), number(x.high));
}

double off(const FeedbackOfPair& pair) { return std::abs(pair.with_own - pair.with_common); }

/// Of all second tries.
double loss_of(const Forecasts& forecasts, Forecaster by) {
  const auto& [same, other] = *forecasts.by(by);
  const auto& tries = forecasts.tries;
  return (same * tries.same + other * tries.other) / (tries.same + tries.other);
}

std::string fit_carries_over_text(const Forecasts& check) {
  constexpr double kWorthSaying = 0.03;
  const double carried = loss_of(check, Forecaster::kFit);
  const double own = loss_of(check, Forecaster::kOwnFit);
  if (carried > loss_of(check, Forecaster::kIndependent))
    return "the fit does harm there: to take retries for independent draws is better";
  if (carried <= own * (1 + kWorthSaying)) return "the fit carries over";
  return fmt::format(
      "the fit does not carry over: its loss is {} above what a fit to that table has",
      percent(carried / own - 1));
}

/// What is simpler than the fit and forecasts better.
std::string simpler_text(const Forecasts& check) {
  const double carried = loss_of(check, Forecaster::kFit);
  const double none = loss_of(check, Forecaster::kNoFeedback);
  const double constant = loss_of(check, Forecaster::kConstant);
  std::string text;
  if (carried > none) {
    text += fmt::format(
        "\n  its feedback does not carry over: without feedback the loss is {} instead of {}",
        number(none), number(carried));
  }
  if (carried > constant) {
    text += fmt::format(
        "\n  a constant, the share of second tries that solve in the table learnt from, has a loss "
        "of {}: the fit is worse than that",
        number(constant));
  }
  return text;
}

std::string by_pair_text(const Forecasts& check) {
  if (check.known_pairs == 0)
    return "\n  feedback by model cannot be tried there: that table has none of the models";
  const double common = loss_of(check, Forecaster::kFit);
  const double by_pair = loss_of(check, Forecaster::kByPair);
  const double none = loss_of(check, Forecaster::kNoFeedback);
  const char* verdict = "carries over";
  if (by_pair >= none) verdict = "gains on one for all, and is still worse than no feedback";
  if (by_pair >= common) verdict = "does not carry over";
  return fmt::format(
      "\n  feedback by model {}: a loss of {} instead of {} (that table has {} of the models or "
      "pairs)",
      verdict, number(by_pair), number(common), check.known_pairs);
}

}  // namespace

ordered_json pair_feedback_json(const PairFeedback& feedback) {
  ordered_json json = {{"of", feedback.other_models ? "pairs of models" : "models"},
                       {"mean", feedback.mean},
                       {"spread", interval_json(feedback.spread)},
                       {"likelihood_ratio", feedback.likelihood_ratio},
                       {"p_value", feedback.p_value},
                       {"told_apart", feedback.told_apart()},
                       {"error_of_common", feedback.error_of_common()},
                       {"left_out", feedback.left_out},
                       {"pairs", ordered_json::array()}};
  for (const FeedbackOfPair& pair : feedback.pairs) {
    json["pairs"].push_back({{"name", pair.name},
                             {"tries", pair.tries},
                             {"observed", pair.solved / pair.tries},
                             {"feedback", interval_json(pair.feedback)},
                             {"at_fit", interval_json(pair.at_fit)},
                             {"with_common", pair.with_common},
                             {"with_own", pair.with_own}});
  }
  return json;
}

std::string pair_feedback_text(const PairFeedback& feedback, bool all) {
  const char* of = feedback.other_models ? "pairs of models" : "models";
  std::string text = fmt::format(
      "  feedback by {}: mean {}, spread {}, likelihood ratio {} against one for all, p = {}: {}\n",
      feedback.other_models ? "pair of models" : "model", number(feedback.mean),
      interval_text(feedback.spread), number(feedback.likelihood_ratio),
      fmt::format("{:.2g}", feedback.p_value),
      feedback.told_apart() ? fmt::format("{} differ", of)
                            : fmt::format("the data do not tell {} apart", of));
  const FeedbackOfPair& worst =
      *std::max_element(feedback.pairs.begin(), feedback.pairs.end(),
                        [](const auto& a, const auto& b) { return off(a) < off(b); });
  text += fmt::format(
      "  plans take the one number, which errs by {} (root mean square) in how often a second try "
      "solves; most for {}: {} with the one, {} with its own\n",
      percent(feedback.error_of_common()), worst.name, percent(worst.with_common),
      percent(worst.with_own));
  if (feedback.left_out > 0)
    text += fmt::format("  {} {} with the fewest second tries left out\n", feedback.left_out, of);
  if (!all) return text;
  Table table({"feedback by model", "second tries", "observed", "at this sigma and tau", "at any"});
  for (const FeedbackOfPair& pair : feedback.pairs) {
    table.add({pair.name, number(pair.tries), number(pair.solved / pair.tries),
               interval_text(pair.at_fit), interval_text(pair.feedback)});
  }
  return text + "\n" + table.to_string(2);
}

std::string carry_over_text(const Forecasts& check) {
  std::string text = fit_carries_over_text(check);
  if (check.by(Forecaster::kByPair) != nullptr) text += simpler_text(check) + by_pair_text(check);
  return text;
}

}  // namespace turnout::report
