#pragma once

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

#include "turnout/base/error.h"

namespace turnout::base {

/// A value, or the Error that kept it from being made. The names are those of C++23's
/// std::expected, which GCC 12 does not offer in C++20 mode, so that replacing this file is a
/// rename. Reading the wrong half is a broken invariant (assert).
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] const T& value() const& {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    assert(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  [[nodiscard]] const Error& error() const {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }

  /// @returns f(value), itself a Result, or this error.
  template <class F>
  [[nodiscard]] auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
    if (has_value()) return std::forward<F>(f)(std::move(*this).value());
    return error();
  }

 private:
  std::variant<T, Error> state_;
};

/// What a function returns that has nothing to say but whether it worked.
struct Done {};
using Status = Result<Done>;

}  // namespace turnout::base
