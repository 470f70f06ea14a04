#include "turnout/report/catalog_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "turnout/report/solution_report.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::CatalogAnswer;
using nlohmann::ordered_json;
using scenario::PairResult;
using scenario::SurveyTotals;

constexpr std::array kRegimes = {game::Regime::kValueValue, game::Regime::kLatencyLatency,
                                 game::Regime::kLatencyValue, game::Regime::kValueLatency};

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string of(std::size_t part, std::size_t whole) {
  return fmt::format("{} ({})", part, percent(share(part, whole)));
}

std::string models_text(const CatalogAnswer& answer) {
  Table table({"model", "p", "t, s", "c, $", "c/p, $", "t/p, s", "net value"});
  auto models = answer.models;
  std::stable_sort(models.begin(), models.end(),
                   [](const auto& a, const auto& b) { return a.model.success < b.model.success; });
  for (const auto& [name, m] : models) {
    const double xi =
        game::net_value(answer.user.value, m.success, answer.user.value_of_time, m.latency);
    table.add({name, number(m.success), number(m.latency), number(m.cost),
               number(m.cost / m.success), number(m.latency / m.success), number(xi)});
  }
  return table.to_string(2);
}

std::string totals_text(const SurveyTotals& paper, const SurveyTotals& all) {
  Table table({"", "paper's order", "all pairs"});
  table.add({"ordered pairs of models", std::to_string(paper.pairs), std::to_string(all.pairs)});
  for (const auto regime : kRegimes) {
    const auto i = static_cast<std::size_t>(regime);
    table.add({fmt::format("  {}", game::to_string(regime)), of(paper.by_regime.at(i), paper.pairs),
               of(all.by_regime.at(i), all.pairs)});
  }
  table.add({"cascading is optimal", of(paper.cascades, paper.pairs), of(all.cascades, all.pairs)});
  table.add({"  saves of the best static cost, mean", percent(paper.cascade_saving_mean),
             percent(all.cascade_saving_mean)});
  table.add({"  saves of the best static cost, most", percent(paper.cascade_saving_most),
             percent(all.cascade_saving_most)});
  table.add({"provider and user disagree", of(paper.disagreements, paper.pairs),
             of(all.disagreements, all.pairs)});
  table.add(
      {"throttling would pay", of(paper.throttled, paper.pairs), of(all.throttled, all.pairs)});
  table.add({"  churn penalty that stops it in all pairs", number(paper.highest_floor),
             number(all.highest_floor)});
  return table.to_string(2);
}

std::string worst_text(const CatalogAnswer& answer) {
  const auto& worst = answer.worst;
  if (answer.top == 0) return "";
  if (worst.empty()) return "  Provider and user agree in every pair.\n";
  Table table({"M1 / M2", "provider plays", "user prefers", "user loses", "provider saves, $"});
  for (const std::size_t i : worst) {
    const PairResult& pair = answer.survey.pairs[i];
    table.add(
        {fmt::format("{} / {}", answer.models[pair.first].name, answer.models[pair.second].name),
         game::to_string(pair.equilibrium.best().route),
         game::to_string(pair.misalignment.preferred.route), number(pair.misalignment.gap),
         number(pair.misalignment.saving)});
  }
  return fmt::format("  The {} worst disagreements, by what the user loses per task:\n",
                     worst.size()) +
         table.to_string(4);
}

std::string pairs_text(const CatalogAnswer& answer) {
  Table table({"M1 / M2", "paper's order", "regime", "provider plays", "s", "J, $/task", "U/task",
               "misalignment", "throttling gain, $", "penalty floor, $"});
  for (const PairResult& pair : answer.survey.pairs) {
    const game::Candidate& best = pair.equilibrium.best();
    table.add(
        {fmt::format("{} / {}", answer.models[pair.first].name, answer.models[pair.second].name),
         pair.in_paper_order ? "yes" : "no", game::to_string(pair.equilibrium.regime),
         game::to_string(best.route), number(best.policy.cascade),
         number(best.payoffs.provider_cost), number(best.payoffs.user_utility),
         number(pair.misalignment.gap), number(pair.throttling.gain), number(pair.penalty_floor)});
  }
  return table.to_string(2);
}

/// The report's last lines: what the tables say, as sentences about the pairs in the paper's order.
std::string findings_text(const CatalogAnswer& answer) {
  const SurveyTotals& t = answer.survey.paper_order;
  std::string text = fmt::format(
      "In the {} pairs with a smaller and a larger model (t1 < t2, c1 < c2, p1 < p2):\n", t.pairs);
  text += t.cascades == 0 ? std::string("  Cascading is optimal in none.\n")
                          : fmt::format(
                                "  Cascading is optimal in {}; there it saves {} of the best "
                                "static policy's cost on average, {} "
                                "at most.\n",
                                of(t.cascades, t.pairs), percent(t.cascade_saving_mean),
                                percent(t.cascade_saving_most));
  text += fmt::format("  Provider and user disagree about the route in {}.\n",
                      of(t.disagreements, t.pairs));
  text += worst_text(answer);
  text += t.throttled == 0 ? std::string("  Throttling pays in none.\n")
                           : fmt::format(
                                 "  Throttling would pay in {}; a churn penalty of {} or more "
                                 "would stop it in all of them.\n",
                                 of(t.throttled, t.pairs), number(t.highest_floor));
  return text;
}

ordered_json totals_json(const SurveyTotals& t) {
  ordered_json regimes;
  for (const auto regime : kRegimes)
    regimes[game::to_string(regime)] = t.by_regime.at(static_cast<std::size_t>(regime));
  return {{"pairs", t.pairs},
          {"regimes", regimes},
          {"cascades", t.cascades},
          {"cascade_saving_mean", t.cascade_saving_mean},
          {"cascade_saving_most", t.cascade_saving_most},
          {"disagreements", t.disagreements},
          {"throttled", t.throttled},
          {"highest_penalty_floor", t.highest_floor}};
}

ordered_json pair_json(const CatalogAnswer& answer, const PairResult& pair) {
  ordered_json json = {{"first", answer.models[pair.first].name},
                       {"second", answer.models[pair.second].name},
                       {"paper_order", pair.in_paper_order},
                       {"regime", game::to_string(pair.equilibrium.regime)}};
  json.update(candidate_json(pair.equilibrium.best()));
  json["user_preferred_route"] = game::to_string(pair.misalignment.preferred.route);
  json["user_preferred_utility"] = pair.misalignment.preferred.payoffs.user_utility;
  json["misalignment"] = pair.misalignment.gap;
  json["provider_saving"] = pair.misalignment.saving;
  json["throttled_cost"] = pair.throttling.cost;
  json["throttling_gain"] = pair.throttling.gain;
  json["penalty_floor"] = pair.penalty_floor;
  json["cascade_saving"] = pair.cascade_saving;
  return json;
}

}  // namespace

std::string catalog_text(const CatalogAnswer& answer, bool list_pairs) {
  std::string text =
      fmt::format("Catalogue {}: {} models, assuming V = {}, value of time {}, P = {}\n\n",
                  answer.source, answer.models.size(), number(answer.user.value),
                  number(answer.user.value_of_time), number(answer.provider.churn_penalty));
  text += models_text(answer) + "\n";
  if (list_pairs) text += "Every ordered pair\n" + pairs_text(answer) + "\n";
  text += "Equilibria of every ordered pair\n" +
          totals_text(answer.survey.paper_order, answer.survey.all) + "\n";
  return text + findings_text(answer);
}

ordered_json catalog_json(const CatalogAnswer& answer, bool list_pairs) {
  ordered_json json = {{"schema", "turnout/catalog/1"},
                       {"source", answer.source},
                       {"models", answer.models.size()},
                       {"value", answer.user.value},
                       {"value_of_time", answer.user.value_of_time},
                       {"churn_penalty", answer.provider.churn_penalty},
                       {"paper_order", totals_json(answer.survey.paper_order)},
                       {"all", totals_json(answer.survey.all)},
                       {"worst_misaligned", ordered_json::array()}};
  for (const std::size_t i : answer.worst) {
    json["worst_misaligned"].push_back(pair_json(answer, answer.survey.pairs[i]));
  }
  if (list_pairs) {
    json["pairs"] = ordered_json::array();
    for (const PairResult& pair : answer.survey.pairs)
      json["pairs"].push_back(pair_json(answer, pair));
  }
  return json;
}

}  // namespace turnout::report
