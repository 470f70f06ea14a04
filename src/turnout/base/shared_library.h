#pragma once

#include <string>

#include "turnout/base/result.h"

namespace turnout::base {

/// A library of the system that is loaded when it is first needed: who does not need it neither
/// waits for it at the start nor has to have it. It stays loaded until the process ends, so that
/// functions taken from it stay valid.
class SharedLibrary {
 public:
  /// @param soname   its name with the version of its interface: "libcurl.so.4"
  /// @param package  Debian's package that has it, for the message
  /// @returns kUnsupported, naming both, if the system does not have it.
  static Result<SharedLibrary> open(const char* soname, const char* package);

  /// Puts the address of the function `name` into a pointer of its type.
  /// @returns kUnsupported, naming it, if the library has no such function: it is too old.
  template <class Function>
  Status find(const char* name, Function*& function) const {
    TURNOUT_TRY(void* const address, address_of(name));
    function = reinterpret_cast<Function*>(address);  // NOLINT: what dlsym is for
    return Done{};
  }

 private:
  SharedLibrary(void* handle, const char* soname, const char* package)
      : handle_(handle), soname_(soname), package_(package) {}
  [[nodiscard]] Result<void*> address_of(const char* name) const;

  void* handle_;
  const char* soname_;
  const char* package_;
};

}  // namespace turnout::base
