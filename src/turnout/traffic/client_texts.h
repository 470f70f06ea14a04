#pragma once

#include <cstdint>
#include <string_view>

namespace turnout::traffic {

/// What a text is that a client, not a user, writes into a message without an envelope
/// (envelopes.h).
enum class ClientText : std::uint8_t {
  kNone,          ///< anybody's
  kInstructions,  ///< a project's, as a message of the user's: Codex's AGENTS.md
  kSummary,       ///< of a longer conversation, in place of it
  kReport,  ///< of a program that runs what the model said: a tool's result, errors to be fixed
  kHelper,  ///< what a title, a summary, a query for a search is asked for with
};

/// Knows the texts of Claude Code, Codex, OpenCode, Cline, Open WebUI, LibreChat and aider by their
/// beginnings; docs/identity.md has the table.
/// @param text     of a message, from its first character on that is no white space
/// @param escaped  as it is written in JSON
ClientText client_text(std::string_view text, bool escaped);

/// @returns what a user said to a program that reports it, as Cline does: <feedback> or
///   <user_message>; empty if there is none.
std::string_view words_in_report(std::string_view text);

/// @returns a text from its first character on that is no white space, written or escaped.
std::string_view from_first_word(std::string_view text, bool escaped);

}  // namespace turnout::traffic
