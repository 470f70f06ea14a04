#pragma once

#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include "turnout/base/error.h"

namespace turnout::base {

/// Reading the half of a Result that is not there: a defect of the caller, in every build.
/// what() names the error that was passed over.
class BadResultAccess : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// A value, or the Error that kept it from being made. The names are those of C++23's std::expected,
/// which GCC 12 does not offer in C++20 mode, so that replacing this file is a rename.
/// Reading the wrong half throws BadResultAccess.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] T& value() & {
    need_value();
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    need_value();
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    need_value();
    return std::move(*std::get_if<0>(&state_));
  }
  [[nodiscard]] const Error& error() const& {
    need_error();
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Error&& error() && {
    need_error();
    return std::move(*std::get_if<1>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// @returns f(value), itself a Result, or this error.
  template <class F>
  [[nodiscard]] auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
    if (has_value()) return std::forward<F>(f)(std::move(*this).value());
    return std::move(*this).error();
  }

  /// @returns this value, or this error seen from further out (Error::within).
  [[nodiscard]] Result within(const std::string& outer) && {
    if (has_value()) return std::move(*this);
    return error().within(outer);
  }

 private:
  void need_value() const {
    if (!has_value()) throw BadResultAccess("no value: " + std::get_if<1>(&state_)->to_string());
  }
  void need_error() const {
    if (has_value()) throw BadResultAccess("no error: there is a value");
  }
  std::variant<T, Error> state_;
};

/// What a function returns that has nothing to say but whether it worked.
struct Done {};
using Status = Result<Done>;

}  // namespace turnout::base

#define TURNOUT_JOINED_(a, b) a##b
#define TURNOUT_JOINED(a, b) TURNOUT_JOINED_(a, b)
#define TURNOUT_TRY_AS(result, declaration, ...)   \
  auto result = (__VA_ARGS__);                     \
  if (!(result)) return std::move(result).error(); \
  declaration = *std::move(result) /* NOLINT(bugprone-macro-parentheses) */
#define TURNOUT_CHECK_AS(result, ...) \
  if (auto result = (__VA_ARGS__); !(result)) return std::move(result).error()

/// TURNOUT_TRY(auto x, f(y)); declares x as the value of the Result that f(y) is, or returns its
/// error from the function around it, which returns a Result too.
#define TURNOUT_TRY(declaration, ...) \
  TURNOUT_TRY_AS(TURNOUT_JOINED(turnout_try_, __COUNTER__), declaration, __VA_ARGS__)

/// TURNOUT_CHECK(f(y)); returns the error of the Result that f(y) is, if it is one; its value is
/// dropped.
#define TURNOUT_CHECK(...) \
  TURNOUT_CHECK_AS(TURNOUT_JOINED(turnout_checked_, __COUNTER__), __VA_ARGS__)
