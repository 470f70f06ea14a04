#pragma once

#include <string>
#include <string_view>

#include "turnout/policy/policy.h"

/// Policies as text; the grammar stands at the class Policy.
namespace turnout::policy {

/// @returns a model's name as the text of a policy has it: as it is, or in double quotes (those in
///   it doubled) where a character of the grammar, a space at an end or a reserved word would be
///   read as something else.
std::string written_name(std::string_view name);

/// @returns what a text says; kInvalidValue with what was read and what is allowed.
base::Result<Form> read_form(std::string_view text, std::span<const std::string> models);

/// @returns the text of a form whose models are numbers of `models`. Probabilities have as many
///   digits as read back to the same bits.
std::string text_of(const Form& form, std::span<const std::string> models);

}  // namespace turnout::policy
