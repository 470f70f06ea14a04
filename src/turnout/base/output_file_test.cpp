#include "turnout/base/output_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace turnout::base {
namespace {

std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

class OutputFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
  std::string path() const { return (folder_ / "out.csv").string(); }
  std::filesystem::path folder_;
};

TEST_F(OutputFileTest, appears_only_when_committed) {
  {
    auto file = OutputFile::create(path());
    ASSERT_TRUE(file);
    OutputFile out = *std::move(file);
    ASSERT_TRUE(out.write("half"));
    EXPECT_FALSE(std::filesystem::exists(path()));
    ASSERT_TRUE(out.commit());
  }
  EXPECT_EQ(content_of(path()), "half");
  EXPECT_EQ(files_in(folder_), 1U);
}

TEST_F(OutputFileTest, leaves_nothing_behind_and_an_old_file_alone_if_not_committed) {
  std::ofstream(path()) << "old";
  {
    OutputFile out = *OutputFile::create(path());
    ASSERT_TRUE(out.write(std::string(1'000'000, 'x')));
  }
  EXPECT_EQ(content_of(path()), "old");
  EXPECT_EQ(files_in(folder_), 1U);
}

TEST_F(OutputFileTest, reports_a_full_disk_and_a_missing_folder) {
  OutputFile full = *OutputFile::create("/dev/full");
  ASSERT_TRUE(full.write("x"));
  EXPECT_EQ(full.commit().error().to_string(),
            "/dev/full: cannot be written: No space left on device");
  EXPECT_FALSE(OutputFile::create("/nowhere/x"));
}

}  // namespace
}  // namespace turnout::base
