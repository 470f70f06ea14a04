#include "turnout/traffic/log_files.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace turnout::traffic {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kFirstBytes = 4096;

/// The name without the ending of a compressed file.
std::string_view plain_name(std::string_view name) {
  for (const std::string_view ending : {".gz", ".zst"}) {
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  }
  return name;
}

bool is_log(const std::string& path) {
  const auto name = plain_name(path);
  return name.ends_with(".jsonl") || name.ends_with(".ndjson") || name.ends_with(".json") ||
         name.ends_with(".csv");
}

/// JSON rows begin with a bracket, behind white space and a byte order mark.
Result<bool> looks_like_csv(ByteSource& source) {
  for (std::size_t known = 0;;) {
    TURNOUT_TRY(const auto bytes, source.peek(kFirstBytes));
    const auto first = bytes.find_first_not_of("\xef\xbb\xbf \t\r\n");
    if (first != std::string_view::npos) return bytes[first] != '{' && bytes[first] != '[';
    if (bytes.size() == known || bytes.size() == kFirstBytes) return false;
    known = bytes.size();
  }
}

}  // namespace

Result<LogFile> open_log_file(const std::string& path) {
  TURNOUT_TRY(auto opened, ByteSource::open(path));
  const auto name = plain_name(path);
  LogFile file{std::move(opened), name.ends_with(".csv")};
  if (!is_log(path)) {
    TURNOUT_TRY(file.is_csv, looks_like_csv(file.source));
  }
  return file;
}

Result<std::vector<std::string>> log_files(const std::string& path) {
  std::vector<std::string> files;
  std::error_code problem;
  if (path == "-" || !std::filesystem::is_directory(path, problem)) return files;
  for (auto entry = std::filesystem::recursive_directory_iterator(path, problem);
       !problem && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(problem)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && is_log(entry->path().string()))
      files.push_back(entry->path().string());
  }
  if (problem) return Error{ErrorCode::kUnreadable, problem.message(), path};
  if (files.empty()) {
    return Error{ErrorCode::kMalformedInput,
                 "holds no file *.jsonl, *.ndjson, *.json or *.csv, plain, .gz or .zst", path};
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace turnout::traffic
