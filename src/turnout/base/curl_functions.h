#pragma once

#include <curl/curl.h>

#include "turnout/base/result.h"

/// libcurl's functions that are needed, without "curl_".
// clang-format off
#define TURNOUT_CURL_FUNCTIONS(X) \
  X(easy_cleanup) X(easy_escape) X(easy_getinfo) X(easy_init) X(easy_perform) X(easy_reset) \
  X(easy_setopt) X(easy_strerror) X(free) X(mime_addpart) X(mime_data) X(mime_filename) \
  X(mime_free) X(mime_init) X(mime_name) X(multi_add_handle) X(multi_cleanup) X(multi_info_read) \
  X(multi_init) X(multi_perform) X(multi_poll) X(multi_remove_handle) X(multi_strerror) \
  X(slist_append) X(slist_free_all) X(url) X(url_cleanup) X(url_get) X(url_set)
// clang-format on

namespace turnout::base {

/// The library, loaded when it is needed first: its headers are enough to build.
struct CurlFunctions {
// A member's name takes no parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses)
#define TURNOUT_CURL_MEMBER(name) decltype(&::curl_##name) name = nullptr;
  TURNOUT_CURL_FUNCTIONS(TURNOUT_CURL_MEMBER)
#undef TURNOUT_CURL_MEMBER
};

/// Loads it once. @returns kUnsupported if the system has no libcurl.so.4, in every call.
const Result<CurlFunctions>& curl_functions();

/// @returns the functions. Only for what runs after curl_functions() was found to be there.
inline const CurlFunctions& libcurl() { return *curl_functions(); }

}  // namespace turnout::base
