#include "turnout/report/plan_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "turnout/report/one_line.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::PlanAnswer;
using game::EscalationPlan;
using game::PlannedAttempt;
using game::RoutingGame;
using nlohmann::ordered_json;
using scenario::Scenario;

using Names = std::vector<std::string>;

std::string server(const PlannedAttempt& attempt, const Names& names) {
  if (attempt.models.size() == 1) return names[attempt.models[0].first];
  std::vector<std::string> shares;
  for (const auto& [model, share] : attempt.models)
    shares.push_back(fmt::format("{} {}", percent(share), names[model]));
  return fmt::format("{}", fmt::join(shares, " or "));
}

/// Neighbouring attempts on the same single model.
struct Run {
  std::size_t first = 0;
  std::size_t last = 0;
};

std::vector<Run> runs(const std::vector<PlannedAttempt>& attempts) {
  std::vector<Run> all;
  for (std::size_t j = 0; j < attempts.size(); ++j) {
    const bool repeats = j > 0 && attempts[j].models == attempts[j - 1].models &&
                         attempts[j].models.size() == 1 &&
                         (attempts[j].reach > 0) == (attempts[j - 1].reach > 0);
    if (repeats) {
      all.back().last = j;
    } else {
      all.push_back({j, j});
    }
  }
  return all;
}

std::string ending(const EscalationPlan& plan, const Names& names) {
  if (plan.leaves_after == std::optional<std::size_t>(0)) return "the user does not submit";
  if (plan.leaves_after) {
    const std::size_t after = *plan.leaves_after;
    const bool offered = after < plan.attempts.size();
    return fmt::format(
        "the user leaves if attempt {} fails{}", after,
        offered ? fmt::format(" rather than wait for {}", server(plan.attempts[after], names))
                : "");
  }
  if (plan.truncated) return "and on in the same way until solved";
  if (plan.until_solved)
    return fmt::format("and {} until solved", server(plan.attempts.back(), names));
  return "the offer ends with the last attempt";
}

/// How much less than `reference` something costs, in percent of it.
std::string saving(double cost, double reference) {
  return reference == 0 ? "-" : percent((reference - cost) / std::abs(reference));
}

ordered_json payoffs_json(const game::PlanPayoffs& p) {
  return {{"provider_cost", p.provider_cost},
          {"user_utility", p.user_utility},
          {"success", p.success},
          {"latency", p.latency},
          {"service_cost", p.service_cost}};
}

ordered_json plan_class_json(const EscalationPlan& plan, const Names& names) {
  ordered_json json = payoffs_json(plan.payoffs);
  json["plan"] = in_one_line(plan, names);
  return json;
}

ordered_json paper_policy_json(const PlanAnswer& answer, const Names& names) {
  const auto& [fixed, cascade, sequence, deterministic, plan] = answer.classes;
  if (sequence) return plan_class_json(*sequence, names);
  if (!cascade)
    return {{"provider_cost", nullptr}, {"plan", "(i,s) does not know switching costs"}};
  return {{"provider_cost", cascade->payoffs.provider_cost},
          {"user_utility", cascade->payoffs.user_utility},
          {"success", cascade->payoffs.success},
          {"first", names[cascade->first]},
          {"second", names[cascade->second]},
          {"start", cascade->policy.start + 1},
          {"cascade", cascade->policy.cascade},
          {"abandon", cascade->abandon},
          {"plan", in_one_line(*cascade, names)}};
}

/// The breakpoints of the least cost of delivering a promised utility after a failure.
ordered_json frontier_json(const PlanAnswer& answer) {
  ordered_json list = ordered_json::array();
  for (const game::Continuation& c : *answer.frontier) {
    const bool mixture = c.model == answer.scenario.game.size();
    list.push_back(
        {{"promise", c.utility},
         {"cost", c.cost},
         {"model", mixture ? ordered_json(nullptr) : ordered_json(answer.scenario.names[c.model])},
         {"then", mixture          ? "mixture"
                  : c.until_solved ? "until solved"
                                   : "leaves"}});
  }
  return list;
}

std::string classes_text(const PlanAnswer& answer, const Names& names) {
  const auto& [fixed, cascade, sequence, deterministic, plan] = answer.classes;
  const double reference = fixed.payoffs.provider_cost;
  Table table({"class", "J, $/task", "U/task", "S", "saves"});
  const auto add = [&](const char* name, const auto& p) {
    table.add({name, number(p.provider_cost), number(p.user_utility), number(p.success),
               saving(p.provider_cost, reference)});
  };
  add("best static", fixed.payoffs);
  if (cascade) {
    add("the paper's (i,s)", cascade->payoffs);
  } else if (sequence) {
    add("one switch", sequence->payoffs);
  } else {
    table.add({"the paper's (i,s)", "-", "-", "-", "-"});
  }
  add("deterministic plan", deterministic.plan.payoffs);
  add("plan", plan.plan.payoffs);
  std::string text = table.to_string(2) + "\n";
  text += fmt::format("  best static:        {}\n", in_one_line(fixed, names));
  if (cascade) text += fmt::format("  the paper's (i,s):  {}\n", in_one_line(*cascade, names));
  if (sequence) text += fmt::format("  one switch:         {}\n", in_one_line(*sequence, names));
  return text + fmt::format("  deterministic plan: {}\n  plan:               {}\n",
                            in_one_line(deterministic.plan, names), in_one_line(plan.plan, names));
}

std::string certificate_text(const game::Certificate& c) {
  if (c.nodes == 0) return "  Certificate: closed form, no plan costs less.\n";
  return fmt::format(
      "  Certificate: no plan of the class costs less than {} (gap {}, {} partial plans looked "
      "at).\n",
      number(c.bound), number(c.gap), c.nodes);
}

/// Users who make the same number of attempts, together.
std::string segments_text(const std::vector<analysis::SegmentPlay>& segments) {
  struct Alike {
    double share = 0, least = 0, most = 0, utility = 0;
  };
  std::map<std::size_t, Alike> by_attempts;
  for (const auto& [segment, attempts, payoffs] : segments) {
    Alike& alike =
        by_attempts.try_emplace(attempts, Alike{0, segment.user.value, 0, 0}).first->second;
    alike.share += segment.share;
    alike.least = std::min(alike.least, segment.user.value);
    alike.most = std::max(alike.most, segment.user.value);
    alike.utility += segment.share * payoffs.user_utility;
  }
  Table table({"attempts at most", "users", "V from", "to", "U/task"});
  for (const auto& [attempts, alike] : by_attempts) {
    table.add({std::to_string(attempts), percent(alike.share), number(alike.least),
               number(alike.most), number(alike.share > 0 ? alike.utility / alike.share : 0)});
  }
  return "\nHow long users stay\n" + table.to_string(2);
}

ordered_json segments_json(const std::vector<analysis::SegmentPlay>& segments) {
  ordered_json list = ordered_json::array();
  for (const auto& [segment, attempts, payoffs] : segments) {
    ordered_json one = {{"share", segment.share},
                        {"value", segment.user.value},
                        {"value_of_time", segment.user.value_of_time},
                        {"attempts", attempts}};
    one.update(payoffs_json(payoffs));
    list.push_back(std::move(one));
  }
  return list;
}

/// What it costs that the offer ends.
std::string end_of_offer_text(const PlanAnswer& answer) {
  const double cost = answer.classes.plan.plan.payoffs.provider_cost;
  const double most = std::max(0.0, cost - *answer.endless_bound);
  return fmt::format("  more attempts on offer could save at most {} ({})\n", number(most),
                     saving(cost - most, cost));
}

/// A line is cut behind this many changes of model.
constexpr std::size_t kMostParts = 8;

}  // namespace

std::string in_one_line(const game::PaperPolicy& policy, const Names& names) {
  if (!policy.submits) return "the user does not submit";
  const std::string leaves =
      policy.abandon == 0
          ? ""
          : fmt::format(", the user leaves with probability {}", number(policy.abandon));
  if (policy.policy.start == 1)
    return fmt::format("{} until solved or left{}", names[policy.second], leaves);
  if (policy.policy.cascade == 0)
    return fmt::format("{} until solved or left{}", names[policy.first], leaves);
  return fmt::format("{}, each re-prompt to {} for good with s = {}{}", names[policy.first],
                     names[policy.second], number(policy.policy.cascade), leaves);
}

ordered_json steps_json(const EscalationPlan& plan, const Names& names) {
  ordered_json list = ordered_json::array();
  for (std::size_t j = 0; j < plan.attempts.size(); ++j) {
    const PlannedAttempt& attempt = plan.attempts[j];
    ordered_json one = {{"attempt", j + 1}};
    if (attempt.models.size() == 1) {
      one["model"] = names[attempt.models[0].first];
    } else {
      for (const auto& [model, share] : attempt.models) {
        one["lottery"].push_back({{"model", names[model]}, {"probability", share}});
      }
    }
    one["reach"] = attempt.reach;
    list.push_back(one);
  }
  return list;
}

std::string attempts_text(const EscalationPlan& plan, const Names& names) {
  Table table({"attempt", "model", "reached by"});
  for (const Run& run : runs(plan.attempts)) {
    const PlannedAttempt& attempt = plan.attempts[run.first];
    const std::string range = run.first == run.last
                                  ? std::to_string(run.first + 1)
                                  : fmt::format("{}-{}", run.first + 1, run.last + 1);
    const double last = plan.attempts[run.last].reach;
    table.add({range, server(attempt, names),
               run.first == run.last || attempt.reach == 0
                   ? percent(attempt.reach)
                   : fmt::format("{} to {}", percent(attempt.reach), percent(last))});
  }
  return table.to_string(2) + fmt::format("  {}\n", ending(plan, names));
}

ordered_json certificate_json(const game::Certificate& c) {
  return {{"lower_bound", c.bound}, {"gap", c.gap}, {"nodes", c.nodes}};
}

std::string in_one_line(const EscalationPlan& plan, const Names& names) {
  std::vector<std::string> parts;
  for (const Run& run : runs(plan.attempts)) {
    const PlannedAttempt& attempt = plan.attempts[run.first];
    if (attempt.reach == 0 && plan.leaves_after) break;  // on offer, and nobody takes it
    if (parts.size() == kMostParts) {
      parts.emplace_back("...");
      break;
    }
    const std::string who = server(attempt, names);
    parts.push_back(run.first == run.last ? who
                                          : fmt::format("{} x {}", who, run.last - run.first + 1));
  }
  std::string end = ending(plan, names);
  if (parts.empty()) return end;
  if (plan.until_solved && parts.size() == 1 && plan.attempts.size() == 1)
    return parts[0] + " until solved";
  return fmt::format("{}; {}", fmt::join(parts, ", then "), end);
}

namespace {

/// What the user has elsewhere, and what errors of judgement cost, where there is any of it.
std::string beyond_the_paper_text(const RoutingGame& game) {
  std::string text;
  if (game.user().outside != 0)
    text +=
        fmt::format("  a user who leaves gets v0 = {} elsewhere\n", number(game.user().outside));
  if (!game.has_errors_of_judgement()) return text;
  return text +
         fmt::format(
             "  an accepted wrong answer costs the user {}, the provider {}; users decide {}\n",
             number(game.user().harm),
             number(game.provider().late_churn.value_or(game.churn_penalty())),
             game.user().naive ? "as if what they accept were right"
                               : "knowing how often they err");
}

/// Patience where it is not the same after all attempts.
std::string patience_text(const RoutingGame& game, const Names& names) {
  if (!game.has_patience_by_attempt()) return "";
  const auto line = [](const std::string& who, const std::vector<double>& list) {
    std::string text = fmt::format("  patience{} after attempts 1, 2, ...:", who);
    for (const double rho : list) text.append(1, ' ').append(number(rho));
    return text.append(1, '\n');
  };
  if (game.patience_commutes()) return line("", game.patience_by_attempt()[0]);
  std::string text;
  for (std::size_t k = 0; k < game.size(); ++k)
    text += line(fmt::format(" of {}", names[k]), game.patience_by_attempt()[k]);
  return text;
}

/// The models; columns beyond the paper's only where some model has such a number.
Table models_table(const RoutingGame& game, const Names& names) {
  const bool judged = game.has_errors_of_judgement();
  Names header = {"model", "p", "t, s", "c, $"};
  if (game.has_prices()) header.emplace_back("price, $");
  if (game.has_impatience()) header.emplace_back("patience");
  if (judged) header.insert(header.end(), {"false acc.", "false rej."});
  header.insert(header.end(), {"net value", "c/p, $", "t/p, s"});
  Table table(std::move(header));
  for (std::size_t k = 0; k < game.size(); ++k) {
    const game::Model& model = game.model(k);
    std::vector<double> numbers = {model.success, model.latency, model.cost};
    if (game.has_prices()) numbers.push_back(model.price);
    if (game.has_impatience()) numbers.push_back(game.patience(k, 0));
    if (judged) numbers.insert(numbers.end(), {model.false_accept, model.false_reject});
    numbers.insert(numbers.end(), {game.pass(k).net_value, model.cost / model.success,
                                   model.latency / model.success});
    Names cells = {names[k]};
    for (const double x : numbers) cells.push_back(number(x));
    table.add(std::move(cells));
  }
  return table;
}

}  // namespace

std::string routing_game_text(const Scenario& scenario) {
  const RoutingGame& game = scenario.game;
  std::string text =
      fmt::format("Game\n  V = {}, P = {}, value of time {}{}\n{}\n", number(game.user().value),
                  number(game.churn_penalty()), number(game.user().value_of_time),
                  game.participates() ? ", the user may decide not to submit" : "",
                  beyond_the_paper_text(game));
  text += models_table(game, scenario.names).to_string(2);
  if (scenario.difficulty) {
    const game::Difficulty& difficulty = *scenario.difficulty;
    text +=
        fmt::format("  difficulty: sigma {}{}, feedback {} (logits)\n", number(difficulty.sigma),
                    difficulty.tau == 0 ? "" : fmt::format(", tau {}", number(difficulty.tau)),
                    number(difficulty.feedback));
  }
  if (scenario.outcomes)
    text += fmt::format("  types: the outcomes of {} tasks; p is their mean\n",
                        scenario.outcomes->tasks.size());
  text += patience_text(game, scenario.names);
  for (std::size_t k = 0; k < game.size(); ++k) {
    if (game.model(k).price <= game.model(k).cost || game.model(k).price == 0) continue;
    text += fmt::format(
        "  {} earns {} on every attempt, failed ones too: the provider profits from retries\n",
        scenario.names[k], number(-game.pass(k).service));
  }
  return text;
}

ordered_json routing_game_json(const Scenario& scenario) {
  const RoutingGame& game = scenario.game;
  ordered_json json = {{"value", game.user().value},
                       {"value_of_time", game.user().value_of_time},
                       {"churn_penalty", game.churn_penalty()},
                       {"participates", game.participates()},
                       {"outside", game.user().outside},
                       {"judgement",
                        {{"harm", game.user().harm},
                         {"late_churn", game.provider().late_churn.value_or(game.churn_penalty())},
                         {"naive", game.user().naive}}},
                       {"models", ordered_json::array()}};
  for (std::size_t k = 0; k < game.size(); ++k) {
    const game::Model& model = game.model(k);
    json["models"].push_back({{"name", scenario.names[k]},
                              {"success", model.success},
                              {"latency", model.latency},
                              {"cost", model.cost},
                              {"price", model.price},
                              {"patience", model.patience},
                              {"false_accept", model.false_accept},
                              {"false_reject", model.false_reject},
                              {"net_value", game.pass(k).net_value},
                              {"profits_from_retries", model.price > model.cost}});
    if (game.has_patience_by_attempt())
      json["models"].back()["patience_by_attempt"] = game.patience_by_attempt()[k];
  }
  if (scenario.difficulty)
    json["difficulty"] = {{"sigma", scenario.difficulty->sigma},
                          {"tau", scenario.difficulty->tau},
                          {"feedback", scenario.difficulty->feedback}};
  if (scenario.outcomes) json["tasks"] = scenario.outcomes->tasks.size();
  return json;
}

ordered_json plan_json(const PlanAnswer& answer) {
  const EscalationPlan& plan = answer.classes.plan.plan;
  const Names& names = answer.scenario.names;
  ordered_json json = {{"schema", "turnout/plan/1"}};
  json.update(payoffs_json(plan.payoffs));
  json["steps"] = steps_json(plan, names);
  json["until_solved"] =
      plan.until_solved ? ordered_json(server(plan.attempts.back(), names)) : ordered_json(nullptr);
  json["leaves_after"] =
      plan.leaves_after ? ordered_json(*plan.leaves_after) : ordered_json(nullptr);
  json["truncated"] = plan.truncated;
  json["depth"] = answer.depth ? ordered_json(*answer.depth) : ordered_json(nullptr);
  json["endless_bound"] =
      answer.endless_bound ? ordered_json(*answer.endless_bound) : ordered_json(nullptr);
  json["plan"] = in_one_line(plan, names);
  json["policy"] = answer.policy ? ordered_json(*answer.policy) : ordered_json(nullptr);
  json["classes"] = {
      {"best_static", plan_class_json(answer.classes.best_static, names)},
      {"paper_policy", paper_policy_json(answer, names)},
      {"deterministic_plan", plan_class_json(answer.classes.deterministic.plan, names)},
      {"plan", plan_class_json(plan, names)}};
  json["static_is_enough"] = answer.static_is_enough;
  json["if_users_may_stay_away"] = answer.if_users_may_stay_away
                                       ? payoffs_json(*answer.if_users_may_stay_away)
                                       : ordered_json(nullptr);
  json["certificate"] = certificate_json(answer.classes.plan.certificate);
  json["deterministic_certificate"] = certificate_json(answer.classes.deterministic.certificate);
  if (answer.frontier) json["frontier"] = frontier_json(answer);
  if (!answer.by_segment.empty()) json["segments"] = segments_json(answer.by_segment);
  json["game"] = routing_game_json(answer.scenario);
  json["notes"] = answer.notes;
  return json;
}

std::string plan_text(const PlanAnswer& answer) {
  const Scenario& scenario = answer.scenario;
  const EscalationPlan& plan = answer.classes.plan.plan;
  const game::PlanPayoffs& p = plan.payoffs;
  std::string text = routing_game_text(scenario);
  text += answer.depth ? fmt::format("\nPlan ({} attempts on offer)\n", *answer.depth) : "\nPlan\n";
  text += attempts_text(plan, scenario.names);
  if (answer.policy) text += fmt::format("  policy: {}\n", on_one_line(*answer.policy));
  text += fmt::format(
      "\nPayoffs\n  provider cost J {}\n  user utility U  {}\n  success S       {}\n  latency L    "
      "   {}\n",
      number(p.provider_cost), number(p.user_utility), number(p.success), number(p.latency));
  text += fmt::format("{}\n", scenario.game.has_prices()
                                  ? fmt::format("  cost less price {}", number(p.service_cost))
                                  : fmt::format("  service cost C  {}", number(p.service_cost)));
  if (answer.endless_bound) text += end_of_offer_text(answer);
  if (answer.if_users_may_stay_away) {
    const auto& free = *answer.if_users_may_stay_away;
    text += wrapped(
        fmt::format(
            "The user would rather not have come: coming nowhere is worth {} to him, this plan "
            "{}. If he may decide so (participates = true), the best plan costs {} per task and "
            "gives him {}.",
            number(scenario.game.user().outside), number(p.user_utility),
            number(free.provider_cost), number(free.user_utility)),
        100, 2);
  }
  if (!answer.by_segment.empty()) text += segments_text(answer.by_segment);
  text += "\nWhat complexity buys (saving on the best static cost)\n" +
          classes_text(answer, scenario.names);
  text +=
      answer.static_is_enough ? "  Static is enough: no plan saves a tenth of a percent.\n" : "";
  return text + certificate_text(answer.classes.plan.certificate);
}

}  // namespace turnout::report
