#include "turnout/analysis/estimate_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "turnout/base/number_text.h"
#include "turnout/scenario/scenario_numbers.h"

namespace turnout::analysis {
namespace {

using estimation::Basis;
using estimation::Figure;
using estimation::LogEstimate;
using estimation::ModelEstimate;
using game::Quantity;

constexpr double kMost = 1e9;
constexpr double kLeastSuccess = 1e-6;
constexpr double kWidest = 10;  ///< sigma and feedback of a scenario

std::string number(double value) { return fmt::format("{:.6g}", value == 0 ? 0.0 : value); }

/// More digits than ten would say of an estimate what nobody knows.
double ten_digits(double value) {
  return base::parse_number(fmt::format("{:.10g}", value == 0 ? 0.0 : value)).value();
}

std::string basis_of(const Figure& figure) {
  return figure.passes == 0 ? std::string(name_of(figure.basis))
                            : fmt::format("{}, {} passes", name_of(figure.basis), figure.passes);
}

/// Puts a scenario together, number by number.
class Draft {
 public:
  explicit Draft(const EstimateAnswer& answer)
      : estimate_(answer.estimate), order_(by_success(answer.estimate)) {
    comments.head.push_back(
        fmt::format("Estimated from {}: {} passes of {} tasks.", base::printable(answer.source),
                    answer.reading.statistics.passes, answer.reading.statistics.tasks));
    comments.head.emplace_back("V and latencies in seconds, P and costs in dollars.");
    const auto& e = answer.estimate;
    if (e.independence) comments.head.push_back(in_words(*e.independence));
    for (const auto& test : e.stationarity) {
      if (test.rejected) comments.head.push_back(in_words(test));
    }
    for (const auto& note : e.notes) comments.head.push_back("note: " + note);
  }

  void user(bool population) {
    const Figure& value = estimate_.value;
    const Figure& sigma = estimate_.value_sigma;
    if (population) {
      spread =
          scenario::Spread{scenario::Lognormal{ten_digits(std::clamp(value.value, 0.0, kMost)),
                                               ten_digits(std::clamp(sigma.value, 0.0, kWidest))},
                           std::nullopt};
      user_value = spread->value->median;
    } else {
      user_value = amount({Quantity::kValue, 0}, value, 0, kMost);
    }
    comments.keys["user.value"] =
        fmt::format("{}\nover the users ln V has sigma {}, {}", basis_of(value), in_words(sigma),
                    name_of(sigma.basis));
  }

  void provider() {
    churn_penalty = amount({Quantity::kChurnPenalty, 0}, estimate_.churn_penalty, 0, kMost);
    const Figure& stays = estimate_.patience;
    if (stays.basis == Basis::kIdentified) patience = ten_digits(stays.value);
    if (stays.basis == Basis::kBounded)
      patience = amount({Quantity::kPatience, scenario::kEveryModel}, stays, 0, 1);
    if (patience < 1) comments.keys["user.patience"] = basis_of(stays);
    comments.keys["provider.churn_penalty"] = basis_of(estimate_.churn_penalty);
  }

  void models() {
    for (std::size_t k = 0; k < order_.size(); ++k) {
      const ModelEstimate& model = *order_[k];
      game::Model serves;
      serves.success = amount({Quantity::kSuccess, k}, model.success, kLeastSuccess, 1);
      serves.latency = amount({Quantity::kLatency, k}, model.latency, 0, kMost);
      serves.cost = amount({Quantity::kCost, k}, model.cost, -kMost, kMost);
      serves.patience = patience;
      const std::string place = fmt::format("model[{}].", k + 1);
      comments.keys[place + "success"] = basis_of(model.success);
      comments.keys[place + "latency"] = basis_of(model.latency);
      comments.keys[place + "cost"] =
          model.cost.passes == 0 ? "assumed: the log has no costs" : basis_of(model.cost);
      names.push_back(model.model);
      served.push_back(serves);
    }
  }

  void switching() {
    costs.cost = matrix(&estimation::SwitchEstimate::cost);
    costs.latency = matrix(&estimation::SwitchEstimate::latency);
  }

  void difficulty() {
    const auto& e = estimate_;
    if (!e.independence || !e.independence->rejected || !e.sigma || !e.feedback) return;
    const bool told = e.feedback->low > 0 || e.feedback->high < 0;
    hard = game::Difficulty{ten_digits(std::min(e.sigma->value, kWidest)),
                            told ? ten_digits(std::clamp(e.feedback->value, -kWidest, kWidest)) : 0,
                            e.tau ? ten_digits(std::min(e.tau->value, kWidest)) : 0};
    if (e.tau) comments.keys["difficulty.tau"] = in_words(*e.tau);
    comments.keys["difficulty.sigma"] = in_words(*e.sigma);
    comments.keys["difficulty.feedback"] = in_words(*e.feedback);
  }

  void say_what_ranges_are() {
    const auto is_range = [](const scenario::Uncertainty& one) {
      return one.kind == scenario::Uncertainty::Kind::kRange;
    };
    if (std::any_of(uncertain.begin(), uncertain.end(), is_range))
      comments.head.emplace_back(
          "{ lo, hi } without a mean is a bound: turnout robust --regret solves over it.");
  }

  std::vector<std::string> names;
  std::vector<game::Model> served;
  game::Switching costs;
  std::optional<game::Difficulty> hard;
  std::optional<scenario::Spread> spread;
  std::vector<scenario::Uncertainty> uncertain;
  scenario::ScenarioComments comments;
  double user_value = 0;
  double churn_penalty = 0;
  double patience = 1;  ///< where the log says nothing of it, users are taken as patient

 private:
  /// A figure within the range that a scenario allows; its interval is kept if it has any width, as a
  /// range where the log does not tell where in it the number lies.
  double amount(game::Parameter parameter, const Figure& figure, double least, double most) {
    const auto inside = [&](double x) { return std::clamp(x, least, most); };
    const double low = inside(figure.low);
    const double high = inside(figure.high);
    const double value = ten_digits(std::clamp(inside(figure.value), low, high));
    if (high - low <= 1e-12 * (1 + high)) return value;
    if (figure.basis != Basis::kIdentified) {
      const double from = ten_digits(low);
      const double to = ten_digits(high);
      const double middle = (from + to) / 2;
      uncertain.push_back({parameter, scenario::Uncertainty::Kind::kRange, middle, from, to, 0, 0});
      return middle;
    }
    uncertain.push_back({parameter, scenario::Uncertainty::Kind::kInterval, value, ten_digits(low),
                         ten_digits(high), 0, 0});
    return value;
  }

  [[nodiscard]] std::size_t place(std::size_t k) const {
    return static_cast<std::size_t>(std::find(order_.begin(), order_.end(), &estimate_.models[k]) -
                                    order_.begin());
  }
  /// The switching costs whose interval is above 0; empty if there is none.
  [[nodiscard]] std::vector<double> matrix(Figure estimation::SwitchEstimate::*of) const {
    std::vector<double> numbers(order_.size() * order_.size(), 0);
    bool any = false;
    for (const auto& pair : estimate_.switching) {
      const Figure& figure = pair.*of;
      if (figure.passes == 0 || figure.low <= 0) continue;
      numbers[place(pair.from) * order_.size() + place(pair.to)] = figure.value;
      any = true;
    }
    return any ? numbers : std::vector<double>();
  }

  const LogEstimate& estimate_;
  std::vector<const ModelEstimate*> order_;
};

}  // namespace

const char* name_of(Basis basis) {
  switch (basis) {
    case Basis::kIdentified:
      return "identified";
    case Basis::kBounded:
      return "bounded";
    case Basis::kAssumed:
      break;
  }
  return "assumed";
}

std::string in_words(const Figure& figure) {
  if (figure.passes == 0 && figure.basis == Basis::kAssumed) return "-";
  if (figure.basis == Basis::kIdentified) {
    return fmt::format("{} [{}, {}]", number(figure.value), number(figure.low),
                       number(figure.high));
  }
  return fmt::format("[{}, {}]", number(figure.low), number(figure.high));
}

std::string in_words(const estimation::AssumptionTest& test) {
  return fmt::format("{} {}: chi-square {} with {} degrees of freedom, p = {:.2g}",
                     test.rejected ? "REJECTED" : "not rejected", test.what,
                     number(test.chi_square), test.degrees, test.p_value);
}

std::vector<const ModelEstimate*> by_success(const LogEstimate& estimate) {
  std::vector<const ModelEstimate*> models;
  for (const auto& model : estimate.models) models.push_back(&model);
  std::stable_sort(models.begin(), models.end(), [](const auto* a, const auto* b) {
    return a->success.value < b->success.value;
  });
  return models;
}

base::Result<EstimateAnswer> estimate_answer(const std::string& source, LogReading reading,
                                             const estimation::EstimateOptions& options,
                                             const base::Cancellation& cancellation) {
  const std::string name = store::without_password(source);
  TURNOUT_CHECK(cancellation.check());
  TURNOUT_TRY(auto estimate, estimation::estimate(reading.statistics, options).within(name));
  TURNOUT_CHECK(cancellation.check());
  return EstimateAnswer{name, std::move(reading), std::move(estimate)};
}

base::Result<EstimatedScenario> estimated_scenario(const EstimateAnswer& answer, bool population) {
  TURNOUT_CHECK(scenario::check_model_count(answer.estimate.models.size(), answer.source));
  Draft draft(answer);
  draft.user(population);
  draft.provider();
  draft.models();
  draft.switching();
  draft.difficulty();
  draft.say_what_ranges_are();
  TURNOUT_TRY(auto game, game::RoutingGame::make({draft.user_value, 1}, {draft.churn_penalty},
                                                 std::move(draft.served), std::move(draft.costs))
                             .within(answer.source));
  scenario::Scenario made{answer.source, std::move(game), std::move(draft.names)};
  made.difficulty = draft.hard;
  made.uncertain = std::move(draft.uncertain);
  made.spread = draft.spread;
  if (made.spread) made.segments = scenario::spread(*made.spread->value, {1, 0});
  return EstimatedScenario{std::move(made), std::move(draft.comments)};
}

}  // namespace turnout::analysis
