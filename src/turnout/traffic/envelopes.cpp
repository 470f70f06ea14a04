#include "turnout/traffic/envelopes.h"

#include <array>
#include <cstring>

namespace turnout::traffic {
namespace {

/// Claude Code's, Codex's and Cline's.
constexpr std::array<std::string_view, 6> kNames = {"system-reminder",     "environment_context",
                                                    "environment_details", "ide_selection",
                                                    "ide_opened_file",     "user_instructions"};

/// @param text  begins behind a '<'
std::string_view name_at(std::string_view text) {
  for (const auto name : kNames) {
    if (text.starts_with(name) && text.substr(name.size()).starts_with('>')) return name;
  }
  return {};
}

/// @returns where the closing tag ends; npos if it is missing.
std::size_t end_of(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const auto tag = text.substr(at + 1);
    if (tag.starts_with('/') && name_at(tag.substr(1)) == name) return at + name.size() + 3;
  }
  return std::string_view::npos;
}

}  // namespace

std::string_view EnvelopeSkipper::next(std::string_view& text) {
  std::string_view bare;
  if (open_.empty()) {
    std::size_t at = text.find('<');
    while (at != std::string_view::npos && (open_ = name_at(text.substr(at + 1))).empty())
      at = text.find('<', at + 1);
    bare = text.substr(0, at);
    text.remove_prefix(bare.size());
  }
  if (open_.empty()) return bare;
  const std::size_t end = end_of(text, open_);
  if (end != std::string_view::npos) open_ = {};
  text = end == std::string_view::npos ? std::string_view() : text.substr(end);
  return bare;
}

std::string without_envelopes(std::string_view text) {
  EnvelopeSkipper skipper;
  std::string bare;
  while (!text.empty()) bare += skipper.next(text);
  return bare;
}

}  // namespace turnout::traffic
