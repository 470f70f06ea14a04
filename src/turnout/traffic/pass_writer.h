#pragma once

#include <string>

#include "turnout/traffic/pass.h"

namespace turnout::traffic {

/// Appends a pass as one line of JSON with all columns in their order; unknown ones are null.
void append_json(std::string& out, const Pass& pass);

/// Appends a pass as one line of CSV; unknown columns are empty.
void append_csv(std::string& out, const Pass& pass);

/// @returns the header of append_csv()'s lines, with its line end.
std::string csv_header();

}  // namespace turnout::traffic
