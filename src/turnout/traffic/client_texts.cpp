#include "turnout/traffic/client_texts.h"

#include <algorithm>
#include <array>

namespace turnout::traffic {
namespace {

struct Known {
  std::string_view beginning;
  ClientText kind;
};

constexpr auto kKnown = std::to_array<Known>({
    {"# AGENTS.md instructions", ClientText::kInstructions},
    {"This session is being continued from a previous conversation", ClientText::kSummary},
    {"Another language model started to solve this problem and produced a summary",
     ClientText::kSummary},
    {"[ERROR] You did not use a tool", ClientText::kReport},
    {"# Fix any errors below, if possible", ClientText::kReport},
    {"The LLM did not conform to the edit format", ClientText::kReport},
    {"You are a title generator", ClientText::kHelper},
    {"Generate a title for this conversation", ClientText::kHelper},
    {"Provide a concise, 5-word-or-less title for the conversation", ClientText::kHelper},
    {"Please generate a concise, 5-word-or-less title", ClientText::kHelper},
    {"You are an expert software engineer that generates concise, one-line Git commit messages",
     ClientText::kHelper},
    {"*Briefly* summarize this partial conversation", ClientText::kHelper},
    {"Your task is to create a detailed summary of the conversation so far", ClientText::kHelper},
    {"You are a helpful AI assistant tasked with summarizing conversations", ClientText::kHelper},
    {"Provide a detailed prompt for continuing our conversation above", ClientText::kHelper},
    {"You are performing a CONTEXT CHECKPOINT COMPACTION", ClientText::kHelper},
    {"Analyze if this message indicates a new conversation topic", ClientText::kHelper},
    {"Summarize this coding conversation in under 50 characters", ClientText::kHelper},
    {"Generate a concise, sentence-case title", ClientText::kHelper},
    {"You are an agent for Claude Code", ClientText::kHelper},
    {"You are a file search specialist for Claude Code", ClientText::kHelper},
    {"You are a software architect and planning specialist for Claude Code", ClientText::kHelper},
});

/// What stands behind Open WebUI's "### Task:".
constexpr auto kTasks = std::to_array<std::string_view>({
    "Generate a concise, 3-5 word title",
    "Generate 1-3 broad tags",
    "Suggest 3-5 relevant follow-up",
    "Analyze the chat history to determine the necessity of generating search queries",
    "You are an autocompletion system",
    "Generate a detailed prompt for am image generation task",
});

/// "[read_file for 'x'] Result:", of a tool whose name has two words as all of Cline's have.
bool is_tool_report(std::string_view text) {
  constexpr std::size_t kBeginning = 1024;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_";
  text = text.substr(0, kBeginning);
  const std::size_t name = text.find_first_not_of(kLetters, 1);
  if (name == std::string_view::npos || text.substr(0, name).find('_') == std::string_view::npos)
    return false;
  const auto behind = text.substr(name);
  if (!behind.starts_with("] Result:") && !behind.starts_with(" for ")) return false;
  return text.find("] Result:", name) != std::string_view::npos;
}

}  // namespace

ClientText client_text(std::string_view text, bool escaped) {
  constexpr std::string_view kTask = "### Task:";
  if (text.empty()) return ClientText::kNone;
  if (text.starts_with('[') && is_tool_report(text)) return ClientText::kReport;
  if (text.starts_with(kTask)) {
    const auto task = from_first_word(text.substr(kTask.size()), escaped);
    const bool known = std::any_of(kTasks.begin(), kTasks.end(), [&](std::string_view beginning) {
      return task.starts_with(beginning);
    });
    return known ? ClientText::kHelper : ClientText::kNone;
  }
  for (const Known& known : kKnown) {
    if (text.front() == known.beginning.front() && text.starts_with(known.beginning))
      return known.kind;
  }
  return ClientText::kNone;
}

std::string_view words_in_report(std::string_view text) {
  constexpr std::size_t kBeginning = 1024;
  for (const std::string_view tag : {"<feedback>", "<user_message>"}) {
    const std::size_t at = text.substr(0, kBeginning).find(tag);
    if (at == std::string_view::npos) continue;
    text.remove_prefix(at + tag.size());
    return text.substr(0, text.find("</"));
  }
  return {};
}

std::string_view from_first_word(std::string_view text, bool escaped) {
  while (!text.empty()) {
    const char c = text.front();
    const char second = text.size() > 1 ? text[1] : '\0';
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      text.remove_prefix(1);
    } else if (escaped && c == '\\' && (second == 'n' || second == 't' || second == 'r')) {
      text.remove_prefix(2);
    } else {
      break;
    }
  }
  return text;
}

}  // namespace turnout::traffic
