#pragma once

#include <string>
#include <vector>

#include "turnout/analysis/advise_answer.h"

/// Advice in words: policies, what they rest on, and why there is none.
namespace turnout::analysis {

/// @returns a sequence whose last model repeats as simulate --policy reads it: "mini*2,large".
std::string policy_text(const estimation::Sequence& sequence,
                        const std::vector<std::string>& models);

/// @returns models' shares by attempt as a policy: "mini=0.95+large=0.05,large". Shares are rounded to
///   hundredths and equal attempts at the end are written once.
/// @param shares  by attempt and model, each attempt's sum is 1
std::string shares_text(const std::vector<std::vector<double>>& shares,
                        const std::vector<std::string>& models);

/// @returns a number of the world in words: "success of mini on first attempts".
std::string in_words(const estimation::Assumption& assumption,
                     const std::vector<std::string>& models);
/// @returns its unit: "share".
std::string unit_of(estimation::Quantity quantity);
/// @returns what an operator does to learn it.
std::string how_to_learn(const estimation::Assumption& assumption,
                         const std::vector<std::string>& models);

/// @returns why the answer, complete but for this, is no advice, and what would help; nothing if it is.
std::string reason_to_decline(const AdviseAnswer& answer);

/// @returns what a reader should know besides, a sentence each.
std::vector<std::string> notes_of(const AdviseAnswer& answer);

}  // namespace turnout::analysis
