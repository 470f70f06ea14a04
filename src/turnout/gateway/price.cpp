#include "turnout/gateway/price.h"

#include <algorithm>

namespace turnout::gateway {

TokenParts openai_tokens(std::optional<std::uint64_t> prompt, std::uint64_t cached,
                         std::optional<std::uint64_t> completion, std::uint64_t reasoning) {
  TokenParts parts;
  if (prompt) {
    parts.cached_input = std::min(cached, *prompt);
    parts.input = *prompt - parts.cached_input;
  }
  if (completion) {
    parts.reasoning = std::min(reasoning, *completion);
    parts.output = *completion - parts.reasoning;
  }
  return parts;
}

TokenParts anthropic_tokens(std::optional<std::uint64_t> input, std::uint64_t cache_read,
                            std::uint64_t cache_creation, std::optional<std::uint64_t> output) {
  return {input, cache_read, cache_creation, output, 0};
}

std::optional<double> cost_usd(const Price& price, const TokenParts& tokens) {
  if (!tokens.input || !tokens.output) return std::nullopt;
  constexpr double kPricedTokens = 1e6;
  const auto part = [](std::uint64_t count, double usd) {
    return static_cast<double>(count) * usd;
  };
  return (part(*tokens.input, price.input) + part(tokens.cached_input, price.cached_input) +
          part(tokens.cache_write, price.cache_write) + part(*tokens.output, price.output) +
          part(tokens.reasoning, price.reasoning)) /
         kPricedTokens;
}

}  // namespace turnout::gateway
