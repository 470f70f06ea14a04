#pragma once

#include <cstdint>
#include <string>

#include "turnout/base/result.h"
#include "turnout/gateway/gateway.h"

/// Open tasks in a PostgreSQL database, where several gateways share them.
namespace turnout::program {

/// @param mine   64 hexadecimal digits: of this gateway's own file
/// @returns the secret of all gateways of the database. It is kept in a file beside the spill file,
///   so that a gateway that knows it starts while the database is away; kUnreadable if neither has
///   it.
base::Result<std::string> shared_secret(const gateway::Config& config, const std::string& mine);

/// @returns a number for a gateway's process, that no other has.
std::uint32_t new_gateway_number();

/// Joins the gateways of the configuration's database.
/// @param number  what the gateway was made with
void share_tasks(gateway::Gateway& gateway, std::uint32_t number);

/// Shares policies and the control loop with them. The policy seen last is kept in a file beside the
/// spill file. Behind Server::add_origin().
void share_policies(gateway::Gateway& gateway, std::uint32_t number);

}  // namespace turnout::program
