#include "turnout/drawing/figure_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "turnout/drawing/catalog_figure.h"
#include "turnout/drawing/chain_figure.h"
#include "turnout/drawing/map_picture.h"
#include "turnout/drawing/response_figure.h"
#include "turnout/drawing/rules_figure.h"

namespace turnout::drawing {
namespace {

using analysis::PaperScenario;
using game::Game;
using game::Model;

constexpr const char* kMapSize = "500x400";

PaperScenario of(const Game& game) { return {{game, {"M1", "M2"}}, {}}; }

base::Result<Figure> map_figure(const std::string& name, const PaperScenario& paper,
                                const std::string& x, const std::string& y, const std::string& show,
                                const base::Watch& watch, const MapWords& words = {}) {
  TURNOUT_TRY(auto answer,
              analysis::map_answer(paper, {x, y, show, kMapSize, ""}, watch).within(name));
  const auto map = std::make_shared<const analysis::MapAnswer>(std::move(answer));
  return Figure{name, map_picture_size(*map, words),
                [map, words](Canvas& canvas) { draw_map(canvas, *map, words); }};
}

Figure response_figure(const std::string& name, const PaperScenario& paper) {
  return {name, kResponseSize, [paper](Canvas& canvas) { draw_response(canvas, paper); }};
}

Figure rules_figure(const std::optional<scenario::TwoModelScenario>& scenario) {
  return {"decision-rules", kRulesSize,
          [scenario](Canvas& canvas) { draw_rules(canvas, scenario); }};
}

Figure chain_figure(const std::optional<scenario::TwoModelScenario>& scenario) {
  return {"markov-chain", kChainSize, [scenario](Canvas& canvas) { draw_chain(canvas, scenario); }};
}

/// The README's picture.
base::Result<Figure> two_real_models(const PaperScenario& pair, const base::Watch& watch) {
  const auto& names = pair.scenario.names;
  return map_figure(
      "region-map-two-models", pair, "V=0.4:1.7", "P=0:0.3", "policy", watch,
      {"which model should answer, and who leaves?",
       fmt::format("the provider's cheapest policy for {} and {}", names[0], names[1]),
       "what a solved task is worth to the user ($)",
       "what an unsolved task costs the provider ($)",
       "the values that the example assumes",
       true,
       {470, 330}});
}

/// LOW:HIGH around a number: from a fifth of it to five times as much, or from 0 if it is 0.
std::string around(const std::string& name, double value) {
  if (value > 0) return fmt::format("{}={}:{}:log", name, value / 5, value * 5);
  return value == 0 ? name + "=0:1" : fmt::format("{}={}:{}", name, value * 5, -value * 5);
}

/// LOW:HIGH from 0 to twice of it or of what is to be seen.
std::string up_to(const std::string& name, double value, double seen) {
  const double high = 2 * std::max(value, seen);
  return fmt::format("{}=0:{}", name, high > 0 ? high : 1);
}

/// LOW:HIGH around a difference, as far as a number to both sides at least.
std::string beside(const std::string& name, double value, double size) {
  const double reach = std::max({std::abs(value), size, 1e-9});
  return fmt::format("{}={}:{}", name, value - 1.5 * reach, value + 1.5 * reach);
}

/// A map for scenario_figures().
struct AxesOf {
  std::string name, x, y, show;
};

std::vector<AxesOf> maps_around(const Game& game) {
  const Model& first = game.model(0);
  const Model& second = game.model(1);
  const double worth = game.value() / game.value_of_time();
  const double first_cost = first.cost / first.success;
  const double second_cost = second.cost / second.success;
  const std::string penalty = up_to("P", game.churn_penalty(), std::max(first_cost, second_cost));
  const std::string difference = beside("c2/p2-c1/p1", second_cost - first_cost,
                                        std::max(std::abs(first_cost), std::abs(second_cost)));
  const std::string times =
      first.latency > 0 ? around("t2/t1", second.latency / first.latency) : up_to("t2", 1, worth);
  const std::string costs = first.cost > 0 && second.cost > 0
                                ? around("c2/c1", second.cost / first.cost)
                                : beside("c2-c1", second.cost - first.cost, std::abs(first_cost));
  return {{"regions", up_to("t1", first.latency, worth * first.success),
           up_to("t2", second.latency, worth * second.success), "policy"},
          {"regions-cost", penalty, difference, "policy"},
          {"misalignment", times, costs, "misalignment"},
          {"throttling-gain", penalty, difference, "throttling-gain"},
          {"utility-s-q", "s=0:1", "q=0:1", "utility"},
          {"cost-s-q", "s=0:1", "q=0:1", "cost"}};
}

}  // namespace

base::Result<std::vector<Figure>> documentation_figures(const DocumentationData& data,
                                                        const base::Watch& watch) {
  const PaperScenario paper = of(*Game::make({7, 1}, {2}, {Model{0.45, 3, 0.4}, Model{0.8, 4, 2}}));
  const PaperScenario threshold =  // xi1 < 0 < xi2
      of(*Game::make({10, 1}, {4}, {Model{0.2, 3, 1}, Model{0.8, 6, 5}}));
  const PaperScenario quick = of(*Game::make({10, 1}, {1}, {Model{0.5, 2, 1}, Model{0.8, 4, 2}}));
  const PaperScenario phases =  // xi1 > 0 > xi2
      of(*Game::make({10, 1}, {4}, {Model{0.6, 1, 0.4}, Model{0.62, 8, 2}}));
  std::vector<Figure> figures;
  const auto add = [&](const PaperScenario& of_what, const AxesOf& axes) -> base::Status {
    TURNOUT_TRY(auto figure, map_figure(axes.name, of_what, axes.x, axes.y, axes.show, watch));
    figures.push_back(std::move(figure));
    return base::Done{};
  };
  TURNOUT_CHECK(add(paper, {"regions", "t1=0.01:8", "t2=0.01:14", "policy"}));
  TURNOUT_CHECK(add(threshold, {"regions-cost", "P=0:20", "c2/p2-c1/p1=-5:15", "policy"}));
  TURNOUT_CHECK(add(quick, {"misalignment", "t2/t1=0.3:3.9", "c2/c1=0.3:4", "misalignment"}));
  TURNOUT_CHECK(add(quick, {"throttling-gain", "P=0:4", "c2/p2-c1/p1=-1.5:3", "throttling-gain"}));
  TURNOUT_CHECK(add(phases, {"utility-s-q", "s=0:1", "q=0:1", "utility"}));
  TURNOUT_CHECK(add(phases, {"cost-s-q", "s=0:1", "q=0:1", "cost"}));
  TURNOUT_TRY(auto pair, two_real_models(data.pair, watch));
  figures.push_back(std::move(pair));
  figures.push_back(response_figure("response-three-phases", phases));
  figures.push_back(response_figure("response-one-threshold", threshold));
  figures.push_back(rules_figure({}));
  figures.push_back(chain_figure({}));
  figures.push_back({"catalog", kCatalogSize, [data](Canvas& canvas) {
                       draw_catalog(canvas, data.catalog, data.catalog_source);
                     }});
  return figures;
}

base::Result<std::vector<Figure>> scenario_figures(const PaperScenario& paper,
                                                   const base::Watch& watch) {
  std::vector<Figure> figures;
  for (const auto& [name, x, y, show] : maps_around(paper.scenario.game)) {
    TURNOUT_TRY(auto figure, map_figure(name, paper, x, y, show, watch));
    figures.push_back(std::move(figure));
  }
  figures.push_back(response_figure("response", paper));
  figures.push_back(rules_figure(paper.scenario));
  figures.push_back(chain_figure(paper.scenario));
  return figures;
}

}  // namespace turnout::drawing
