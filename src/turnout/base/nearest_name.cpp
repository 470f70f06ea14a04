#include "turnout/base/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "turnout/base/number_text.h"

namespace turnout::base {

std::size_t edits_between(std::string_view one, std::string_view other) {
  // Rows of the table of edits between beginnings; two rows back for swaps.
  std::vector<std::size_t> before(other.size() + 1), last(other.size() + 1), row(other.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= one.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const std::size_t change = one[i - 1] == other[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(last, row);
  }
  return last.back();
}

std::optional<std::string> nearest_name(std::string_view word, std::span<const std::string> names) {
  constexpr std::size_t kLongest = 200;  // nobody mistypes more
  const std::string* nearest = nullptr;
  std::size_t fewest = 0;
  if (word.size() > kLongest || std::find(names.begin(), names.end(), word) != names.end())
    return std::nullopt;
  for (const std::string& name : names) {
    if (name.size() > kLongest) continue;
    const std::size_t edits = edits_between(word, name);
    const std::size_t most = std::max<std::size_t>(1, std::max(word.size(), name.size()) / 3);
    if (edits > most || (nearest != nullptr && edits >= fewest)) continue;
    nearest = &name;
    fewest = edits;
  }
  if (nearest != nullptr && fewest < nearest->size()) return *nearest;
  const auto begins = [&](const std::string& name) { return name.starts_with(word); };
  if (word.empty() || std::count_if(names.begin(), names.end(), begins) != 1) return std::nullopt;
  return *std::find_if(names.begin(), names.end(), begins);
}

std::string did_you_mean(std::string_view word, std::span<const std::string> names) {
  const auto name = nearest_name(word, names);
  return name ? "; did you mean " + in_quotes(*name) + "?" : "";
}

}  // namespace turnout::base
