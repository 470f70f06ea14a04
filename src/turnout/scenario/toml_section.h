#pragma once

#include <toml++/toml.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/game/parameters.h"

namespace turnout::scenario {

/// One table of a scenario file: reads its keys, and knows how to say where something is wrong.
/// Every error is "source:line: table.key: what was read, what is allowed".
class TomlSection {
 public:
  /// @param table   must outlive the section
  /// @param name    what messages call it, for instance "model[2]"; empty for the file itself
  TomlSection(const toml::table& table, std::string source, std::string name)
      : table_(table), source_(std::move(source)), name_(std::move(name)) {}

  [[nodiscard]] base::Status allow_only(std::span<const std::string_view> keys) const;
  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
  /// @returns the node, or nullptr.
  [[nodiscard]] const toml::node* node(std::string_view key) const { return table_.get(key); }

  [[nodiscard]] base::Result<double> number(std::string_view key, game::Quantity quantity) const;
  [[nodiscard]] base::Result<double> number(std::string_view key, game::Quantity quantity,
                                            double otherwise) const;
  [[nodiscard]] base::Result<double> number_between(std::string_view key, double low,
                                                    double high) const;
  [[nodiscard]] base::Result<bool> boolean(std::string_view key, bool otherwise) const;
  /// @returns a string of 1 to `longest` printable characters.
  [[nodiscard]] base::Result<std::string> text(std::string_view key, std::size_t longest) const;
  [[nodiscard]] base::Result<TomlSection> table(std::string_view key) const;

  /// @returns the error that `key` has with its present value.
  [[nodiscard]] base::Error fail(base::ErrorCode code, std::string_view key,
                                 std::string what) const;
  [[nodiscard]] base::Error missing(std::string_view key) const;
  [[nodiscard]] base::Error wrong_type(std::string_view key, const char* expected) const;
  /// @returns "source:line: table.key"
  [[nodiscard]] std::string place(std::string_view key) const;

 private:
  const toml::table& table_;
  std::string source_;
  std::string name_;
};

/// @returns a node that is a number, rounded if it is an integer beyond 2^53.
double number_of(const toml::node& node);

/// @returns the tables of an array of tables such as [[model]]; none if the key is absent.
base::Result<std::vector<TomlSection>> sections(const toml::table& root, std::string_view key,
                                                const std::string& source);

}  // namespace turnout::scenario
