#include "turnout/base/curl_functions.h"

#include "turnout/base/shared_library.h"

namespace turnout::base {
namespace {

Result<CurlFunctions> load() {
  TURNOUT_TRY(const auto library, SharedLibrary::open("libcurl.so.4", "libcurl4"));
  CurlFunctions table;
#define TURNOUT_CURL_FIND(name) TURNOUT_CHECK(library.find("curl_" #name, table.name));
  TURNOUT_CURL_FUNCTIONS(TURNOUT_CURL_FIND)
#undef TURNOUT_CURL_FIND
  return table;
}

}  // namespace

const Result<CurlFunctions>& curl_functions() {
  static const auto loaded = load();
  return loaded;
}

}  // namespace turnout::base
