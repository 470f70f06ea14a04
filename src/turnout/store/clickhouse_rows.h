#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "turnout/base/result.h"
#include "turnout/traffic/pass.h"

namespace turnout::store {

/// Passes out of the pieces of an answer in RowBinary. Where the server breaks off it says why in
/// place of the next row, which then reads as a pass of numbers that no pass has.
class ClickHouseRows {
 public:
  /// @param use  called with every pass until it returns false
  explicit ClickHouseRows(const std::function<bool(const traffic::Pass&)>& use) : use_(use) {}

  /// @returns whether more of the answer is wanted
  bool take(std::string_view piece);
  /// @returns whether the answer ended with the server's word on why it failed.
  [[nodiscard]] bool say_why() const;
  /// @returns kUnreadable if the answer ended with anything but a whole row, with what exception_in()
  ///   makes of the server's words if those are it.
  /// @param name  the store, for the message
  [[nodiscard]] base::Status done(const std::string& name) const;

 private:
  const std::function<bool(const traffic::Pass&)>& use_;
  traffic::Pass pass_;
  std::string pending_;
  bool broken_ = false, ended_ = false;
};

/// Says of passes that should come in the order of their keys whether they do. Several servers of a
/// cluster may hold the same pass, and it counts once.
class KeyOrder {
 public:
  explicit KeyOrder(std::string name) : name_(std::move(name)) {}
  enum class Place { kNext, kRepeated, kWrong };
  /// @returns kWrong for a pass out of order, and for one that has the key of the pass before it and
  ///   differs from it.
  Place next(const traffic::Pass& pass);
  /// @returns kUnreadable after a kWrong.
  [[nodiscard]] base::Status status() const;

 private:
  std::string name_;
  traffic::Pass before_;
  std::optional<base::Error> wrong_;
};

}  // namespace turnout::store
