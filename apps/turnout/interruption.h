#pragma once

#include "turnout/base/cancellation.h"

/// SIGINT, SIGTERM and SIGHUP end any verb within a second, and leave no file that is not complete.
namespace turnout::program {

/// From here on the first such signal asks interruption() to stop; a program that has not ended
/// kGrace later is ended: temporary files go (base/temporary_files.h), and the exit code is
/// 128 + the signal's number. Signals that are ignored (nohup) stay so. A verb may set handlers of
/// its own afterwards. Called once, before any work; costs a thread.
void watch_for_signals();

/// @returns what is asked for once a signal has come; for every Watch and every wait of a verb.
base::Cancellation interruption();

/// @returns the signal that came first, 0 if none has.
int interrupting_signal();

}  // namespace turnout::program
