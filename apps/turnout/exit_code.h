#pragma once

namespace turnout::program {

/// What the program tells its caller. README, "Exit codes".
enum class ExitCode {
  kDone = 0,
  kInternalError = 1,  ///< a defect of turnout itself
  kBadInput =
      2,  ///< arguments, input or output that cannot be used; one line on standard error says which
  kClaimFailed = 3,    ///< verify: a statement failed that is not known to fail
  kInterrupted = 128,  ///< and the signal's number: 130 for Ctrl-C
  /// nobody reads standard output any more (| head): silent, as if SIGPIPE had ended it
  kReaderGone = 141,
};

}  // namespace turnout::program
