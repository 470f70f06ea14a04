#pragma once

#include <string>
#include <string_view>

namespace turnout::policy {

/// @returns a model's name as the text of a policy has it: as it is, or in double quotes (those in
///   it doubled) where a character of the grammar, a space at an end or a reserved word would be
///   read as something else. The grammar: policy/policy.h.
std::string written_name(std::string_view name);

}  // namespace turnout::policy
