#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// What a call of a model costs.
namespace turnout::gateway {

/// The tokens of a call in parts that do not overlap: each token is in one of them. Nothing: the
/// upstream did not say. Vendors' `usage` overlaps in different ways; openai_tokens() and
/// anthropic_tokens() take it apart.
struct TokenParts {
  std::optional<std::uint64_t> input;   ///< read at the full price
  std::uint64_t cached_input = 0;       ///< read from a prompt cache
  std::uint64_t cache_write = 0;        ///< read and put into a prompt cache
  std::optional<std::uint64_t> output;  ///< written, without reasoning
  std::uint64_t reasoning = 0;          ///< written where users do not see them
  friend bool operator==(const TokenParts&, const TokenParts&) = default;
};

/// The parts of OpenAI's usage, whose cached tokens are among the prompt's and whose reasoning is
/// among the completion's (`prompt_tokens_details.cached_tokens`,
/// `completion_tokens_details.reasoning_tokens`; input_, output_ in responses).
/// A part that exceeds its whole counts as the whole.
TokenParts openai_tokens(std::optional<std::uint64_t> prompt, std::uint64_t cached,
                         std::optional<std::uint64_t> completion, std::uint64_t reasoning);

/// The parts of Anthropic's usage, whose `input_tokens` hold neither `cache_read_input_tokens` nor
/// `cache_creation_input_tokens`, and whose output is not told apart from reasoning.
TokenParts anthropic_tokens(std::optional<std::uint64_t> input, std::uint64_t cache_read,
                            std::uint64_t cache_creation, std::optional<std::uint64_t> output);

/// What a model's tokens cost, in USD per million, each finite and >= 0.
struct Price {
  double input = 0;
  double cached_input = 0;
  double cache_write = 0;
  double output = 0;
  double reasoning = 0;
  std::string as_of;  ///< the version of these numbers: a date, "2026-11-01"
  friend bool operator==(const Price&, const Price&) = default;
};

/// @returns the cost of a call in USD, the sum of tokens x price / 1,000,000 over the parts; nothing
///   where the tokens of input or of output are not known: an unknown cost is not 0. O(1).
std::optional<double> cost_usd(const Price& price, const TokenParts& tokens);

}  // namespace turnout::gateway
