#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/scenario/catalog_survey.h"

namespace turnout::analysis {

/// What no catalogue says of a game: the values assumed suit dollars and seconds.
struct CatalogOptions {
  game::User user{1, 0.005};
  game::Provider provider{0.1};
  scenario::CatalogColumns columns;
  std::size_t top = 5;  ///< how many of the worst disagreements to list
};

/// The equilibrium of every ordered pair of models of a catalogue.
struct CatalogAnswer {
  std::string source;
  std::vector<scenario::CatalogModel> models;
  game::User user;
  game::Provider provider;
  scenario::Survey survey;
  std::size_t top = 0;  ///< how many of the worst disagreements were asked for
  /// Positions in survey.pairs, what the user loses most first; pairs in the paper's order only.
  std::vector<std::size_t> worst;
};

/// @returns the columns that some renames say, each "KEY=COLUMN"; kMalformedInput naming the one
///   that is not of that form.
base::Result<scenario::CatalogColumns> catalog_columns(const std::vector<std::string>& renames);

/// @param path  a CSV, or "-" for standard input
/// @returns the answer; errors of scenario::read_catalog(), kInvalidValue for an amount out of
///   range, kCancelled. Cost: 0.3 microseconds a pair.
base::Result<CatalogAnswer> catalog_answer(const std::string& path, const CatalogOptions& options,
                                           const base::Cancellation& cancellation = {});

}  // namespace turnout::analysis
