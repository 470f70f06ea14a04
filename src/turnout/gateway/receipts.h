#pragma once

#include <span>
#include <string>

#include "turnout/gateway/open_tasks.h"
#include "turnout/gateway/setup.h"

/// What users and operators can read of a task: nothing is silent. JSON, as docs/formats.md has it.
namespace turnout::gateway {

/// A task's receipt: each attempt, its model, why, what it took and cost; what the policy says next.
std::string receipt_json(const TaskRecord& task, const Setup& setup);

/// The receipts of tasks, in their order.
std::string receipts_json(std::span<const TaskRecord> tasks, const Setup& setup);

/// The tasks of a conversation, for a status line: the model that served last, what all cost, what the
/// same attempts would have cost if the strongest model had served each (null where that is unknown).
std::string session_json(std::span<const TaskRecord> tasks, const Setup& setup);

/// The policy in force: its text, and who serves which attempt.
std::string policy_json(const Setup& setup);
/// The same as a page for people.
std::string policy_page(const Setup& setup);

}  // namespace turnout::gateway
