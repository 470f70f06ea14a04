#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/base/error.h"

namespace turnout::gateway {

/// What is wrong with a configuration.
class ConfigProblems {
 public:
  explicit ConfigProblems(std::string source) : source_(std::move(source)) {}
  /// @param line  0: none
  void add(std::uint32_t line, const std::string& key, std::string what);
  /// @returns all of them, by line; those of a line in the order in which they were found.
  [[nodiscard]] std::vector<base::Error> in_order() const;

 private:
  struct Problem {
    std::uint32_t line = 0;
    base::Error error;
  };
  std::string source_;
  std::vector<Problem> problems_;
};

/// One table of a configuration. What is asked for under a key is returned if it is there and
/// sound; if it is unsound that is noted, and the answer is that of a key that is not there, so that
/// one reading finds all problems. Keys that nobody asked for are unknown.
class ConfigTable {
 public:
  /// @param table     nullptr: a table that is not there, and has no keys
  /// @param name      what messages call it, "model[2]"; empty for the file itself
  /// @param problems  must outlive it, as `table` must
  ConfigTable(const toml::table* table, std::string name, ConfigProblems& problems)
      : table_(table), name_(std::move(name)), problems_(&problems) {}

  [[nodiscard]] bool has(std::string_view key);
  /// A text of 1 to `kLongestText` printable ASCII characters, no space at its ends: what can stand
  /// in a head of HTTP.
  std::optional<std::string> text(std::string_view key);
  /// The name of a file: not empty, no control characters.
  std::optional<std::string> path(std::string_view key);
  /// A string of any kind that no message may show: a key may stand in it, be it by mistake.
  std::optional<std::string> secret(std::string_view key);
  /// The number of one of some words.
  std::optional<std::size_t> word(std::string_view key, std::span<const std::string_view> words);
  std::vector<std::string> texts(std::string_view key);
  std::optional<std::int64_t> whole(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<double> number(std::string_view key, double least, double most);
  /// Seconds as microseconds.
  std::optional<std::int64_t> seconds(std::string_view key, double least, double most);
  std::optional<bool> boolean(std::string_view key);
  /// A table; one that is not there if it is missing.
  ConfigTable table(std::string_view key);
  /// The tables of an array; that there are `least` to `most` of them is checked too.
  std::vector<ConfigTable> tables(std::string_view key, std::size_t least, std::size_t most);
  /// The keys and values of a table under a key.
  const toml::table* values(std::string_view key);

  void problem(std::string_view key, std::string what);
  void missing(std::string_view key) { problem(key, "is missing"); }
  /// Notes the keys that nobody has asked for.
  void done();

  static constexpr std::size_t kLongestText = 4096;

 private:
  const toml::node* node(std::string_view key);
  void wrong_type(std::string_view key, const toml::node& node, std::string_view expected);
  bool check_text(std::string_view key, const std::string& value);
  const toml::table* table_;
  std::string name_;
  ConfigProblems* problems_;
  std::vector<std::string> asked_;
};

}  // namespace turnout::gateway
