#include "turnout/drawing/cairo_functions.h"

#include "turnout/base/shared_library.h"

namespace turnout::drawing {
namespace {

base::Result<CairoFunctions> load() {
  TURNOUT_TRY(const auto library, base::SharedLibrary::open("libcairo.so.2", "libcairo2"));
  CairoFunctions table;
#define TURNOUT_CAIRO_FIND(name) TURNOUT_CHECK(library.find("cairo_" #name, table.name));
  TURNOUT_CAIRO_FUNCTIONS(TURNOUT_CAIRO_FIND)
#undef TURNOUT_CAIRO_FIND
  return table;
}

}  // namespace

const base::Result<CairoFunctions>& cairo_functions() {
  static const auto loaded = load();
  return loaded;
}

}  // namespace turnout::drawing
