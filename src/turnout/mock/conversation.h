#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/rng.h"
#include "turnout/mock/vendor_request.h"

/// What simulated users write, and what of an answer they read.
namespace turnout::mock {

/// What was said in turn.
struct Turn {
  bool user = true;  ///< or the model
  std::string text;
};

/// How requests are written.
struct Writing {
  Shape shape = Shape::kChat;  ///< kChat, kResponses or kMessages
  std::string model;           ///< what is asked for: an alias of the gateway's, or a model
  bool stream = false;
};

/// @returns the body of a request with all turns so far, as the vendor's client writes it.
/// @param person  who asks: `safety_identifier`, or Anthropic's metadata.user_id
std::string request_body(const Writing& writing, const std::string& person,
                         std::span<const Turn> turns);

/// What an answer says.
struct Heard {
  bool whole = false;  ///< it has the end that its shape has
  std::string model;   ///< who answered, as the body says
  std::string text;
};
/// @returns what the body of an answer to such a request says; not whole if it cannot be read.
Heard heard(const Writing& writing, std::string_view body);

/// How a user asks again.
enum class Way : std::uint8_t {
  kComplain,    ///< goes on in the conversation: "That is wrong, ..."
  kEdit,        ///< changes the words of the last turn
  kRegenerate,  ///< the same request again
  kAnew,        ///< a new conversation with nearly the same words
};
/// @returns "complain", "edit", "regenerate", "anew".
std::string_view name_of(Way way);
inline constexpr std::size_t kWays = 4;

/// @returns a task's first prompt: "task NAME: " and 14 words that other tasks hardly share.
std::string first_prompt(const std::string& name, base::Rng& rng);

/// @returns the turns with which a user goes on in the same conversation with another task, the last of
///   them his: half of them say thanks first.
/// @param turns   what was said, the prompt that was answered last
std::vector<Turn> went_on(std::vector<Turn> turns, const std::string& answer,
                          const std::string& prompt, base::Rng& rng);

/// A task's prompts so far, and the answer to the last one.
struct Exchanged {
  std::string prompt;       ///< the task's first, as first_prompt() made it
  std::vector<Turn> turns;  ///< of the conversation, the user's last prompt at the end
  std::string answer;
};

/// @returns the turns with which a user who rejects the answer asks again, the last of them his.
std::vector<Turn> asked_again(Exchanged so_far, Way way, base::Rng& rng);

}  // namespace turnout::mock
