#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What a prompt may ask of the mock itself, so that a test of a client meets what it is about.
namespace turnout::mock {

/// What goes wrong with a request.
enum class Fault : std::uint8_t {
  kNone,
  kStatus,   ///< an error's status and body
  kHang,     ///< no head for an hour
  kCut,      ///< the answer breaks off in the middle
  kGarbage,  ///< 200 and a body that is neither JSON nor events
};

/// A call of one of the client's tools.
struct ToolCall {
  std::string name;
  std::string arguments;  ///< JSON
};

struct Directives {
  Fault fault = Fault::kNone;
  int status = 0;         ///< of Fault::kStatus, 400 to 599
  std::size_t times = 0;  ///< so many requests for the task and a model go wrong, the first ones
  std::optional<double> slow_s;  ///< the answer takes so long, 0 to 3600, whatever the speed-up
  std::optional<ToolCall> call;  ///< the answer to the prompt, before a tool's result is there
};

/// @returns what a text asks by these, wherever they stand in it; what does not read so is none:
///   [turnout:fail WHAT TIMES]       WHAT: a status, hang, cut or garbage
///   [turnout:slow SECONDS]
///   [turnout:call NAME ARGUMENTS]   ARGUMENTS: a JSON object, which has no ] in it
Directives read_directives(std::string_view text);

}  // namespace turnout::mock
