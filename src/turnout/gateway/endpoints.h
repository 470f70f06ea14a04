#pragma once

#include "turnout/gateway/gateway.h"

namespace turnout::gateway {

/// Answers what is asked of the gateway itself: its models, tasks, policy, feedback, decisions, health
/// and metrics; anything else is 404 in the caller's shape. docs/gateway.md, "Endpoints".
http::Reply answer_endpoint(Gateway& gateway, const Setup& setup, const http::Request& request);

}  // namespace turnout::gateway
