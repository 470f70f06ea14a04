#pragma once

#include <libpq-fe.h>

#include "turnout/base/result.h"

/// libpq's functions that the store needs, without "PQ".
// clang-format off
#define TURNOUT_LIBPQ_FUNCTIONS(X) \
  X(cancel) X(clear) X(cmdTuples) X(connectPoll) X(connectStart) X(conninfo) X(conninfoFree) \
  X(conninfoParse) X(consumeInput) X(errorMessage) X(finish) X(flush) X(freeCancel) X(freemem) \
  X(getCancel) X(getCopyData) X(getResult) X(getlength) X(getvalue) X(isBusy) X(nfields) X(ntuples) \
  X(putCopyData) X(putCopyEnd) X(resultErrorField) X(resultStatus) X(sendQuery) X(sendQueryParams) \
  X(setNoticeProcessor) X(setnonblocking) X(socket) X(status) X(user)
// clang-format on

namespace turnout::store {

/// The library, loaded when the first store of its kind is opened: its headers are enough to build.
struct LibpqFunctions {
// A member's name takes no parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses)
#define TURNOUT_LIBPQ_MEMBER(name) decltype(&::PQ##name) name = nullptr;
  TURNOUT_LIBPQ_FUNCTIONS(TURNOUT_LIBPQ_MEMBER)
#undef TURNOUT_LIBPQ_MEMBER
};

/// Loads it once. @returns kUnsupported if the system has no libpq.so.5, in every call.
const base::Result<LibpqFunctions>& libpq_functions();

/// @returns the functions. Only for what runs after libpq_functions() was found to be there.
inline const LibpqFunctions& libpq() { return *libpq_functions(); }

}  // namespace turnout::store
