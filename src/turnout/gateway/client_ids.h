#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/gateway/chat_request.h"
#include "turnout/http/message.h"

/// Who sends a request and in what, as the clients that are known say it. docs/identity.md.
namespace turnout::gateway {

/// Whose request it is, as far as the gateway knows by itself.
struct Caller {
  std::uint64_t seed = 0;   ///< of the key: what hashes of ids begin with (read_chat_request)
  bool one_person = false;  ///< all who use the key are one person, unless the request names one
  bool batch = false;       ///< identical requests are meant
};

/// What stands in no traffic::Request.
struct ClientSays {
  bool subagent = false;  ///< a helper that does a part of a pass's work
};

/// Reads the ids that clients send, in the head and in the body, into the rest of `chat.request`:
/// person, conversation, prompt, message, parent, task, retries, agent, helper, batch. Ids are
/// hashed with the caller's seed; longer than kLongestId they are passed over. One pass over the
/// fields. Total: any bytes may stand in them.
ClientSays read_client_ids(const std::vector<http::FieldView>& fields, const Caller& caller,
                           ChatRequest& chat);
inline constexpr std::size_t kLongestId = 255;

/// @returns the number by which an id is known, of what kind it is; 0 for one that is empty or too
///   long. For answers' ids too
///   (Usage::response_id): one is the `parent` of who goes on from it (TaskMatcher::named).
std::uint64_t id_number(std::uint64_t seed, std::string_view id);

/// @returns how logs name a person (traffic::Request::person, not 0): "u-" and 13 letters or digits.
///   They fit into a std::string without an allocation.
std::string person_name(std::uint64_t person);

}  // namespace turnout::gateway
