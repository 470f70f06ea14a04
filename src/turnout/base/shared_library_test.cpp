#include "turnout/base/shared_library.h"

#include <gtest/gtest.h>

namespace turnout::base {
namespace {

TEST(SharedLibrary, gives_functions_of_what_is_installed) {
  const auto library = SharedLibrary::open("libm.so.6", "libc6");
  ASSERT_TRUE(library) << library.error().to_string();
  double (*cosine)(double) = nullptr;
  ASSERT_TRUE(library->find("cos", cosine));
  EXPECT_EQ(cosine(0), 1);
}

TEST(SharedLibrary, names_what_is_not_installed_and_its_package) {
  const auto library = SharedLibrary::open("libnowhere.so.7", "libnowhere7");
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(library.error().to_string(),
            "libnowhere.so.7: is needed for this and cannot be loaded, install it (Debian: "
            "libnowhere7)");
}

TEST(SharedLibrary, names_a_function_that_it_does_not_have) {
  const auto library = SharedLibrary::open("libm.so.6", "libc6");
  ASSERT_TRUE(library);
  double (*cosine)(double) = nullptr;
  const auto found = library->find("cosine_of_tomorrow", cosine);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("cosine_of_tomorrow"), std::string::npos);
}

}  // namespace
}  // namespace turnout::base
