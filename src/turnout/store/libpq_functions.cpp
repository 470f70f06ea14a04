#include "turnout/store/libpq_functions.h"

#include "turnout/base/shared_library.h"

namespace turnout::store {
namespace {

base::Result<LibpqFunctions> load() {
  TURNOUT_TRY(const auto library, base::SharedLibrary::open("libpq.so.5", "libpq5"));
  LibpqFunctions table;
#define TURNOUT_LIBPQ_FIND(name) TURNOUT_CHECK(library.find("PQ" #name, table.name));
  TURNOUT_LIBPQ_FUNCTIONS(TURNOUT_LIBPQ_FIND)
#undef TURNOUT_LIBPQ_FIND
  return table;
}

}  // namespace

const base::Result<LibpqFunctions>& libpq_functions() {
  static const auto loaded = load();
  return loaded;
}

}  // namespace turnout::store
