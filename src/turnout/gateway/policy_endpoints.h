#pragma once

#include <string>

#include "turnout/gateway/gateway.h"
#include "turnout/http/exchange.h"

namespace turnout::gateway {

/// GET /v1/turnout/policies, POST /v1/turnout/policies, .../approve, .../rollback: the policy in force,
/// what is proposed instead, why, and its history; docs/gateway.md, "The control loop". A change needs
/// If-Match with the ETag of what the caller has seen: 428 without it, 412 if something has changed.
/// @param who  the name of the key, for the history; checked to be an operator's
http::Reply answer_policies(Gateway& gateway, const Setup& setup, const http::Request& request,
                            const std::string& who);

/// @returns the history as GET shows it.
std::string policies_json(const PolicyRecord& record, const LastLook& look, const Setup& setup);

}  // namespace turnout::gateway
