#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "turnout/base/result.h"
#include "turnout/store/clickhouse_statements.h"
#include "turnout/traffic/pass.h"

namespace turnout::store {

/// What a ClickHouse store holds of a pass.
enum class Held : std::uint8_t {
  kNothing,
  kSame,   ///< the pass itself
  kOther,  ///< a pass of the same task and attempt that differs
};

/// Old servers use no index for a set of keys, so more than keys must bound the question. Between the
/// first task and the last of the passes lies little of the table if ids rise with time; that answer is
/// exact. If ids are drawn at random all of the table lies there: then those keys are looked at that
/// the table pass_keys has of the passes' times, which are few if passes come in the order of time. A
/// pass that is stored with a start outside these times is missed then, and reported as kNothing;
/// whoever reads the store sees it once all the same, as it was first stored. Where neither bound helps
/// the ids of the whole table are read.
/// @returns for each of the passes what is held of its task and attempt.
base::Result<std::vector<Held>> held_of(ClickHouseStatements& store,
                                        std::span<const traffic::Pass> passes);

/// The times at which passes start, and a minute on either side, as a condition of SQL on started_us:
/// up to 16 ranges, which leave out the longest gaps of more than an hour.
/// @param passes  at least one
std::string condition_of_times(std::span<const traffic::Pass> passes);

}  // namespace turnout::store
