#include "turnout/base/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "turnout/base/temporary_files.h"

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

void write(const std::string& path, const std::string& text) {
  auto out = OutputFile::create(path);
  ASSERT_TRUE(out) << out.error().to_string();
  ASSERT_TRUE(out->write(text));
  ASSERT_TRUE(out->commit());
}

class OutputFileTest : public ::testing::Test {
 protected:
  std::string path() const { return (folder_ / "out.csv").string(); }

  TemporaryPath temporary_ = temporary_folder().value();
  const std::filesystem::path folder_ = temporary_.path();
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

TEST_F(OutputFileTest, a_link_stays_and_its_target_is_replaced) {
  const auto link = folder_ / "link.csv";
  std::filesystem::create_directory(folder_ / "data");
  std::ofstream(folder_ / "data" / "target.csv") << "old";
  std::filesystem::create_symlink("data/target.csv", folder_ / "first");
  std::filesystem::create_symlink("first", link);
  write(link.string(), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "first"));
  EXPECT_EQ(content_of((folder_ / "data" / "target.csv").string()), "new");
  EXPECT_EQ(files_in(folder_ / "data"), 1U);
}

TEST_F(OutputFileTest, a_dangling_link_stays_and_its_target_is_made) {
  const auto link = folder_ / "link.csv";
  std::filesystem::create_symlink(folder_ / "target.csv", link);
  write(link.string(), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(content_of((folder_ / "target.csv").string()), "new");
}

TEST_F(OutputFileTest, a_ring_of_links_and_a_folder_are_refused) {
  std::filesystem::create_symlink("b", folder_ / "a");
  std::filesystem::create_symlink("a", folder_ / "b");
  EXPECT_FALSE(OutputFile::create((folder_ / "a").string()));
  EXPECT_EQ(OutputFile::create(folder_.string()).error().message,
            "cannot be written: Is a directory");
  EXPECT_EQ(files_in(folder_), 2U);
}

TEST_F(OutputFileTest, a_fifo_and_a_link_to_one_are_written_to_and_stay) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const auto link = folder_ / "link";
  std::filesystem::create_symlink(path(), link);
  for (const auto& name : {path(), link.string()}) {
    std::string read;
    std::thread reader([&] { read = content_of(path()); });
    write(name, "through the pipe");
    reader.join();
    EXPECT_EQ(read, "through the pipe");
  }
  EXPECT_TRUE(std::filesystem::is_fifo(path()));
  EXPECT_EQ(files_in(folder_), 2U);
}

TEST_F(OutputFileTest, an_open_descriptor_is_written_to_where_it_stands) {
  const int file = ::open(path().c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_EQ(::write(file, "before ", 7), 7);
  const auto link = folder_ / "stdout";
  std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(file), link);
  write("/dev/fd/" + std::to_string(file), "by number");
  write(link.string(), ", by link");
  EXPECT_EQ(::close(file), 0);
  EXPECT_EQ(content_of(path()), "before by number, by link");
  EXPECT_EQ(files_in(folder_), 2U);
}

TEST_F(OutputFileTest, a_partial_file_goes_when_the_program_must_end) {
  temporary_.keep();  // the folder is the test's own from now on
  OutputFile out = *OutputFile::create(path());
  EXPECT_EQ(files_in(folder_), 1U);
  remove_temporary_paths();
  EXPECT_EQ(files_in(folder_), 0U);
  std::filesystem::remove_all(folder_);
}

}  // namespace
}  // namespace turnout::base
