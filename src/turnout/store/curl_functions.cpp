#include "turnout/store/curl_functions.h"

#include "turnout/base/shared_library.h"

namespace turnout::store {
namespace {

base::Result<CurlFunctions> load() {
  TURNOUT_TRY(const auto library, base::SharedLibrary::open("libcurl.so.4", "libcurl4"));
  CurlFunctions table;
#define TURNOUT_CURL_FIND(name) TURNOUT_CHECK(library.find("curl_" #name, table.name));
  TURNOUT_CURL_FUNCTIONS(TURNOUT_CURL_FIND)
#undef TURNOUT_CURL_FIND
  return table;
}

}  // namespace

const base::Result<CurlFunctions>& curl_functions() {
  static const auto loaded = load();
  return loaded;
}

}  // namespace turnout::store
