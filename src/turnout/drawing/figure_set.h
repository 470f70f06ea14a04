#pragma once

#include <functional>
#include <string>
#include <vector>

#include "turnout/analysis/paper_scenario.h"
#include "turnout/base/watch.h"
#include "turnout/drawing/canvas.h"
#include "turnout/scenario/model_catalog.h"

/// The figures that are drawn together.
namespace turnout::drawing {

struct Figure {
  std::string name;  ///< of its file, without ending
  Point size;
  std::function<void(Canvas&)> draw;
};

/// What the figures of the documentation are made of besides games of round numbers.
struct DocumentationData {
  std::vector<scenario::CatalogModel> catalog;
  std::string catalog_source;    ///< which it is, and of when
  analysis::PaperScenario pair;  ///< two real models, for the README's map
};

/// @returns the figures of docs/figures. Errors of analysis::map_answer(): none but kCancelled.
base::Result<std::vector<Figure>> documentation_figures(const DocumentationData& data,
                                                        const base::Watch& watch = {});

/// @returns the figures of one scenario: maps around its numbers, the user's response, the rules
///   with its own way, its Markov chain.
base::Result<std::vector<Figure>> scenario_figures(const analysis::PaperScenario& paper,
                                                   const base::Watch& watch = {});

}  // namespace turnout::drawing
