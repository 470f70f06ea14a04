#include "turnout/base/shared_library.h"

#include <dlfcn.h>

namespace turnout::base {

Result<SharedLibrary> SharedLibrary::open(const char* soname, const char* package) {
  void* const handle = ::dlopen(soname, RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return SharedLibrary(handle, soname, package);
  return Error{
      ErrorCode::kUnsupported,
      std::string("is needed for this and cannot be loaded, install it (Debian: ") + package + ")",
      soname};
}

Result<void*> SharedLibrary::address_of(const char* name) const {
  if (void* const address = ::dlsym(handle_, name); address != nullptr) return address;
  return Error{ErrorCode::kUnsupported,
               std::string("has no ") + name + ", a newer one is needed (Debian: " + package_ + ")",
               soname_};
}

}  // namespace turnout::base
