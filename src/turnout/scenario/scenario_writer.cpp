#include "turnout/scenario/scenario_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace turnout::scenario {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using game::Quantity;

/// A number as TOML. One without a point is an integer there, which need not be exact as a number
/// beyond 2^53: those get one.
std::string toml(double value) {
  constexpr double kMostInteger = 9007199254740992;
  std::string text = fmt::format("{}", value);
  if (std::abs(value) >= kMostInteger && text.find_first_of(".en") == std::string::npos) {
    text += ".0";
  }
  return text;
}

/// A basic string of TOML. Control characters are escaped, for the reader to refuse.
std::string toml(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      quoted += fmt::format("\\u{:04x}", byte);
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string toml(const Lognormal& lognormal) {
  return fmt::format("{{ median = {}, sigma = {} }}", toml(lognormal.median),
                     toml(lognormal.sigma));
}

std::string toml(const Uncertainty& u) {
  if (u.kind == Uncertainty::Kind::kCounts) {
    return fmt::format("{{ successes = {}, trials = {} }}", toml(u.successes), toml(u.trials));
  }
  return fmt::format("{{ mean = {}, lo = {}, hi = {} }}", toml(u.mean), toml(u.low), toml(u.high));
}

/// A comment in one line, with what TOML does not allow there replaced.
std::string comment(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte >= 0x7f;
      },
      '?');
  return "# " + text + "\n";
}

const char* word(Knows knows) {
  switch (knows) {
    case Knows::kPolicy:
      return "policy";
    case Knows::kModel:
      return "model";
    case Knows::kAttempt:
      break;
  }
  return "attempt";
}

class Writer {
 public:
  Writer(const Scenario& scenario, const ScenarioComments& comments)
      : scenario_(scenario), comments_(comments) {}

  std::string write() && {
    for (const std::string& line : comments_.head) text_ += comment(line);
    user();
    table("provider");
    key("churn_penalty", amount({Quantity::kChurnPenalty, 0}, scenario_.game.churn_penalty()));
    if (!scenario_.commits) key("commits", "false");
    judgement();
    for (std::size_t k = 0; k < scenario_.game.size(); ++k) model(k);
    switching();
    difficulty();
    if (!scenario_.spread) segments();
    return std::move(text_);
  }

 private:
  void table(const std::string& name) {
    text_ += fmt::format("{}[{}]\n", text_.empty() ? "" : "\n", name);
    name_ = name;
  }
  void element(const std::string& name, std::size_t number) {
    text_ += fmt::format("\n[[{}]]\n", name);
    name_ = fmt::format("{}[{}]", name, number);
  }
  void key(const std::string& name, const std::string& value) {
    text_ += fmt::format("{} = {}", name, value);
    const auto said = comments_.keys.find(name_ + "." + name);
    if (said == comments_.keys.end()) {
      text_ += "\n";
      return;
    }
    text_ += "  ";
    for (std::size_t at = 0; at <= said->second.size();) {
      const auto end = std::min(said->second.find('\n', at), said->second.size());
      text_ += comment(said->second.substr(at, end - at));
      at = end + 1;
    }
  }

  /// What is known of a number: an interval, counts, or the number itself.
  [[nodiscard]] const Uncertainty* uncertainty(game::Parameter parameter) const {
    const auto found = std::find_if(
        scenario_.uncertain.begin(), scenario_.uncertain.end(), [&](const Uncertainty& u) {
          return u.parameter.quantity == parameter.quantity && u.parameter.model == parameter.model;
        });
    return found == scenario_.uncertain.end() ? nullptr : &*found;
  }
  [[nodiscard]] std::string amount(game::Parameter parameter, double value) const {
    const Uncertainty* known = uncertainty(parameter);
    return known == nullptr ? toml(value) : toml(*known);
  }

  void user() {
    table("user");
    if (scenario_.segments.empty() || scenario_.spread) {
      const Spread spread = scenario_.spread.value_or(Spread{});
      const game::User& user = scenario_.game.user();
      key("value", spread.value ? toml(*spread.value) : amount({Quantity::kValue, 0}, user.value));
      if (spread.time || user.value_of_time != 1) {
        key("value_of_time", spread.time ? toml(*spread.time) : toml(user.value_of_time));
      }
    }
    if (scenario_.knows) key("knows", toml(std::string(word(*scenario_.knows))));
    if (scenario_.game.participates()) key("participates", "true");
    if (const auto patience = common_patience(); patience && *patience != 1)
      key("patience", toml(*patience));
    if (const double outside = scenario_.game.user().outside; outside != 0)
      key("outside", toml(outside));
  }

  /// The patience that all models have; nothing if they differ.
  [[nodiscard]] std::optional<double> common_patience() const {
    const game::RoutingGame& game = scenario_.game;
    for (std::size_t k = 1; k < game.size(); ++k) {
      if (game.model(k).patience != game.model(0).patience) return std::nullopt;
    }
    return game.model(0).patience;
  }

  void judgement() {
    const game::User& user = scenario_.game.user();
    const auto& late = scenario_.game.provider().late_churn;
    if (user.harm == 0 && !user.naive && !late) return;
    table("judgement");
    if (user.harm != 0) key("harm", toml(user.harm));
    if (late) key("late_churn", toml(*late));
    if (user.naive) key("naive", "true");
  }

  void difficulty() {
    if (!scenario_.difficulty && !scenario_.outcomes) return;
    table("difficulty");
    if (scenario_.outcomes) {
      key("outcomes", toml(scenario_.outcomes_file));
      return;
    }
    key("sigma", toml(scenario_.difficulty->sigma));
    if (scenario_.difficulty->tau != 0) key("tau", toml(scenario_.difficulty->tau));
    key("feedback", toml(scenario_.difficulty->feedback));
  }

  void model(std::size_t k) {
    const game::Model& model = scenario_.game.model(k);
    element("model", k + 1);
    key("name", toml(scenario_.names[k]));
    const bool measured = scenario_.outcomes && uncertainty({Quantity::kSuccess, k}) == nullptr;
    if (!measured) key("success", amount({Quantity::kSuccess, k}, model.success));
    key("latency", amount({Quantity::kLatency, k}, model.latency));
    key("cost", amount({Quantity::kCost, k}, model.cost));
    if (model.price != 0) key("price", toml(model.price));
    if (!common_patience()) key("patience", toml(model.patience));
    if (model.false_accept != 0) key("false_accept", toml(model.false_accept));
    if (model.false_reject != 0) key("false_reject", toml(model.false_reject));
  }

  void switching() {
    const game::Switching& costs = scenario_.game.switching();
    if (costs.empty()) return;
    table("switching");
    if (!costs.cost.empty()) key("cost", matrix(costs.cost));
    if (!costs.latency.empty()) key("latency", matrix(costs.latency));
  }
  [[nodiscard]] std::string matrix(const std::vector<double>& numbers) const {
    const std::size_t n = scenario_.game.size();
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<std::string> row;
      for (std::size_t j = 0; j < n; ++j) row.push_back(toml(numbers[i * n + j]));
      rows.push_back(fmt::format("[{}]", fmt::join(row, ", ")));
    }
    return fmt::format("[{}]", fmt::join(rows, ", "));
  }

  void segments() {
    for (std::size_t i = 0; i < scenario_.segments.size(); ++i) {
      const auto& [share, user] = scenario_.segments[i];
      element("segment", i + 1);
      key("share", toml(share));
      key("value", toml(user.value));
      if (user.value_of_time != 1) key("value_of_time", toml(user.value_of_time));
    }
  }

  const Scenario& scenario_;
  const ScenarioComments& comments_;
  std::string text_;
  std::string name_;  ///< of the table that is being written
};

}  // namespace

Result<std::string> write_scenario(const Scenario& scenario, const ScenarioComments& comments) {
  std::string text = Writer(scenario, comments).write();
  if (text.size() > kLargestScenario) {
    return Error{ErrorCode::kMalformedInput,
                 fmt::format("is larger than {} bytes, the most it may have", kLargestScenario),
                 scenario.source};
  }
  TURNOUT_CHECK(check_scenario(text, scenario.source));
  return text;
}

}  // namespace turnout::scenario
