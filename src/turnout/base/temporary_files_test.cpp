#include "turnout/base/temporary_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace turnout::base {
namespace {

TEST(TemporaryFiles, a_folder_is_for_its_owner_alone_and_goes_with_all_that_is_in_it) {
  std::string path;
  {
    const TemporaryPath folder = temporary_folder().value();
    path = folder.path();
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
    std::ofstream(path + "/store.db") << "rows";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TemporaryFiles, what_is_alive_goes_when_the_program_must_end_and_what_is_kept_stays) {
  TemporaryPath folder = temporary_folder().value();
  const TemporaryPath other = temporary_folder().value();
  TemporaryPath moved = std::move(folder);
  const std::string kept = moved.path() + "/kept";
  std::ofstream(kept) << "complete";
  {
    TemporaryPath file(kept);
    file.keep();
  }
  EXPECT_TRUE(std::filesystem::exists(kept));
  const std::string path = moved.path();
  moved.keep();
  remove_temporary_paths();
  EXPECT_TRUE(std::filesystem::exists(kept));
  EXPECT_FALSE(std::filesystem::exists(other.path()));
  std::filesystem::remove_all(path);
}

TEST(TemporaryFiles, a_folder_that_is_not_there_is_an_error) {
  ASSERT_EQ(::setenv("TMPDIR", "/nowhere", 1), 0);
  const auto folder = temporary_folder();
  ::unsetenv("TMPDIR");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, ErrorCode::kUnwritable);
}

}  // namespace
}  // namespace turnout::base
