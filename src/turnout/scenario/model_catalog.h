#pragma once

#include <string>
#include <vector>

#include "turnout/base/line_reader.h"
#include "turnout/game/parameters.h"

namespace turnout::scenario {

/// One model of a catalogue. docs/formats.md, "Catalogue".
struct CatalogModel {
  std::string name;
  game::Model model;
};

/// Which columns of a CSV hold what; other columns are passed over.
struct CatalogColumns {
  std::string name = "model";
  std::string success = "success";
  std::string latency = "latency";
  std::string cost = "cost";
};

/// @returns the models of a CSV in file order, or the first error with file, line and column: an
///   empty or missing column, a number out of range, a name that stands there twice, fewer than two
///   models.
base::Result<std::vector<CatalogModel>> read_catalog(base::LineReader& rows,
                                                     const CatalogColumns& columns);

}  // namespace turnout::scenario
