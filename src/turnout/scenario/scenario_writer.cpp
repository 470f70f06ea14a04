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
  if (u.kind == Uncertainty::Kind::kRange)
    return fmt::format("{{ lo = {}, hi = {} }}", toml(u.low), toml(u.high));
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

  /// What is known of a number, if it is not known exactly.
  [[nodiscard]] const Uncertainty* uncertainty(game::Parameter parameter) const {
    const auto found = std::find_if(
        scenario_.uncertain.begin(), scenario_.uncertain.end(),
        [&](const Uncertainty& u) { return u.difficulty == nullptr && u.parameter == parameter; });
    return found == scenario_.uncertain.end() ? nullptr : &*found;
  }
  [[nodiscard]] std::string amount(game::Parameter parameter, double value) const {
    const Uncertainty* known = uncertainty(parameter);
    return known == nullptr ? toml(value) : toml(*known);
  }
  /// Writes a number unless it is what it is without the key.
  void key_unless(double plain, const std::string& name, game::Parameter parameter, double value) {
    if (value != plain || uncertainty(parameter) != nullptr) key(name, amount(parameter, value));
  }
  [[nodiscard]] std::string amount(double game::Difficulty::*number) const {
    for (const Uncertainty& u : scenario_.uncertain) {
      if (u.difficulty == number) return toml(u);
    }
    return toml((*scenario_.difficulty).*number);
  }

  void user() {
    table("user");
    if (scenario_.segments.empty() || scenario_.spread) {
      const Spread spread = scenario_.spread.value_or(Spread{});
      const game::User& user = scenario_.game.user();
      key("value", spread.value ? toml(*spread.value) : amount({Quantity::kValue, 0}, user.value));
      if (spread.time) key("value_of_time", toml(*spread.time));
      if (!spread.time)
        key_unless(1, "value_of_time", {Quantity::kValueOfTime, 0}, user.value_of_time);
    }
    if (scenario_.knows) key("knows", toml(std::string(word(*scenario_.knows))));
    if (scenario_.game.participates()) key("participates", "true");
    const auto& by_attempt = scenario_.game.patience_by_attempt();
    if (!by_attempt.empty() && !has_own_patience(0)) {
      key("patience", list(by_attempt[0]));
    } else if (const auto patience = common_patience())
      key_unless(1, "patience", {Quantity::kPatience, kEveryModel}, *patience);
    key_unless(0, "outside", {Quantity::kOutside, 0}, scenario_.game.user().outside);
  }

  [[nodiscard]] static std::string list(const std::vector<double>& numbers) {
    std::vector<std::string> all;
    for (const double number : numbers) all.push_back(toml(number));
    return fmt::format("[{}]", fmt::join(all, ", "));
  }
  [[nodiscard]] bool knows_patience_exactly() const {
    const auto& all = scenario_.uncertain;
    return std::none_of(all.begin(), all.end(), [](const Uncertainty& u) {
      return u.difficulty == nullptr && u.parameter.quantity == Quantity::kPatience;
    });
  }
  /// Whether a model's patience is written with it. Known exactly it does not matter who shares it:
  /// all do if it is one number.
  [[nodiscard]] bool has_own_patience(std::size_t k) const {
    const game::RoutingGame& game = scenario_.game;
    if (!knows_patience_exactly()) {
      const auto& own = scenario_.own_patience;
      return uncertainty({Quantity::kPatience, k}) != nullptr ||
             std::find(own.begin(), own.end(), k) != own.end();
    }
    for (std::size_t j = 1; j < game.size(); ++j) {
      if (game.model(j).patience != game.model(0).patience) return true;
    }
    return !game.patience_commutes();
  }
  /// The patience of the models that have none of their own; nothing if all have one.
  [[nodiscard]] std::optional<double> common_patience() const {
    for (std::size_t k = 0; k < scenario_.game.size(); ++k) {
      if (!has_own_patience(k)) return scenario_.game.model(k).patience;
    }
    return std::nullopt;
  }

  void judgement() {
    const game::User& user = scenario_.game.user();
    const auto& late = scenario_.game.provider().late_churn;
    const bool harms = user.harm != 0 || uncertainty({Quantity::kHarm, 0}) != nullptr;
    if (!harms && !user.naive && !late) return;
    table("judgement");
    key_unless(0, "harm", {Quantity::kHarm, 0}, user.harm);
    if (late) key("late_churn", amount({Quantity::kLateChurn, 0}, *late));
    if (user.naive) key("naive", "true");
  }

  void difficulty() {
    if (!scenario_.difficulty && !scenario_.outcomes) return;
    table("difficulty");
    if (scenario_.outcomes) {
      key("outcomes", toml(scenario_.outcomes_file));
      return;
    }
    key("sigma", amount(&game::Difficulty::sigma));
    if (const std::string tau = amount(&game::Difficulty::tau); tau != toml(0)) key("tau", tau);
    key("feedback", amount(&game::Difficulty::feedback));
  }

  void model(std::size_t k) {
    const game::Model& model = scenario_.game.model(k);
    element("model", k + 1);
    key("name", toml(scenario_.names[k]));
    const bool measured = scenario_.outcomes && uncertainty({Quantity::kSuccess, k}) == nullptr;
    if (!measured) key("success", amount({Quantity::kSuccess, k}, model.success));
    key("latency", amount({Quantity::kLatency, k}, model.latency));
    key("cost", amount({Quantity::kCost, k}, model.cost));
    key_unless(0, "price", {Quantity::kPrice, k}, model.price);
    if (has_own_patience(k)) {
      const auto& by_attempt = scenario_.game.patience_by_attempt();
      key("patience", by_attempt.empty() ? amount({Quantity::kPatience, k}, model.patience)
                                         : list(by_attempt[k]));
    }
    key_unless(0, "false_accept", {Quantity::kFalseAccept, k}, model.false_accept);
    key_unless(0, "false_reject", {Quantity::kFalseReject, k}, model.false_reject);
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
