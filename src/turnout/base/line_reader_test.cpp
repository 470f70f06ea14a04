#include "turnout/base/line_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "turnout/base/temporary_files.h"

namespace turnout::base {
namespace {

std::vector<std::string> lines_of(LineReader reader) {
  std::vector<std::string> lines;
  for (;;) {
    auto line = reader.next();
    if (!line) return {"error: " + line.error().to_string()};
    if (!line->has_value()) return lines;
    lines.emplace_back(**line);
  }
}

TemporaryPath temporary(const std::string& name, const std::string& content) {
  TemporaryPath file(::testing::TempDir() + std::to_string(::getpid()) + name);
  std::ofstream(file.path(), std::ios::binary) << content;
  return file;
}

TEST(LineReader, takes_both_line_ends_a_missing_last_one_and_a_byte_order_mark) {
  EXPECT_EQ(lines_of(LineReader::over("\xEF\xBB\xBFh\r\na\n\nlast", "m")),
            (std::vector<std::string>{"h", "a", "", "last"}));
  EXPECT_TRUE(lines_of(LineReader::over("", "m")).empty());
}

TEST(LineReader, reads_lines_across_its_buffer_from_a_file) {
  std::string content;
  std::vector<std::string> expected;
  for (int i = 0; i < 60'000; ++i) {
    expected.push_back(std::to_string(i) + std::string(static_cast<std::size_t>(i % 40), 'x'));
    content += expected.back() + "\n";
  }
  const TemporaryPath file = temporary("lines.txt", content);
  EXPECT_EQ(lines_of(*LineReader::open(file.path())), expected);
}

TEST(LineReader, refuses_a_line_beyond_its_limit_and_says_which) {
  const TemporaryPath file =
      temporary("huge.txt", "ok\n" + std::string(LineReader::kLongestLine + 1, 'x'));
  const auto lines = lines_of(*LineReader::open(file.path()));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("huge.txt:2: is longer than"), std::string::npos) << lines[0];
}

TEST(LineReader, names_a_file_that_cannot_be_read) {
  EXPECT_EQ(LineReader::open("/nowhere/x").error().to_string(),
            "/nowhere/x: cannot be read: No such file or directory");
  EXPECT_NE(lines_of(*LineReader::open("/"))[0].find("Is a directory"), std::string::npos);
}

TEST(ReadFile, returns_content_and_refuses_more_than_the_limit) {
  const TemporaryPath file = temporary("small.txt", "hello");
  EXPECT_EQ(*read_file(file.path(), 5), "hello");
  EXPECT_FALSE(read_file(file.path(), 4));
  EXPECT_FALSE(read_file("/nowhere/x", 4));
}

}  // namespace
}  // namespace turnout::base
