#include "turnout/traffic/pass_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <utility>

#include "turnout/base/number_text.h"

namespace turnout::traffic {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

/// The name without the ending of a compressed file.
std::string_view plain_name(std::string_view name) {
  for (const std::string_view ending : {".gz", ".zst"}) {
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  }
  return name;
}

bool is_log(const std::string& path) {
  const auto name = plain_name(path);
  return name.ends_with(".jsonl") || name.ends_with(".ndjson") || name.ends_with(".csv");
}

/// Files one after the other.
class FilesReader final : public PassReader {
 public:
  explicit FilesReader(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  Result<bool> next(Pass& pass) override {
    for (;;) {
      if (!reader_) {
        if (opened_ == paths_.size()) return false;
        auto reader = open_passes(paths_[opened_]);
        if (!reader) return reader.error();
        reader_ = *std::move(reader);
        before_ = counts_;
        ++opened_;
      }
      auto more = reader_->next(pass);
      add(reader_->counts());
      if (!more || *more) return more;
      reader_.reset();
    }
  }

 private:
  void add(const RowCounts& counts) {
    counts_ = before_;
    counts_.rows += counts.rows;
    counts_.cut_off += counts.cut_off;
    if (before_.first_defect.empty()) counts_.first_defect = counts.first_defect;
    for (std::size_t i = 0; i < kDefects; ++i) counts_.defects.at(i) += counts.defects.at(i);
  }

  std::vector<std::string> paths_;
  std::size_t opened_ = 0;
  std::unique_ptr<PassReader> reader_;
  RowCounts before_;
};

Result<std::vector<std::string>> files_of(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
    if (entry.is_regular_file(problem) && is_log(entry.path().string())) files.push_back(entry.path().string());
  }
  if (problem) return Error{ErrorCode::kUnreadable, problem.message(), folder};
  if (files.empty()) {
    return Error{ErrorCode::kMalformedInput, "holds no file *.jsonl, *.ndjson or *.csv, plain, .gz or .zst", folder};
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::size_t RowCounts::refused() const { return std::accumulate(defects.begin(), defects.end(), std::size_t{0}); }

Result<std::unique_ptr<PassReader>> open_passes(const std::string& path) {
  std::error_code problem;
  if (path != "-" && std::filesystem::is_directory(path, problem)) {
    auto files = files_of(path);
    if (!files) return files.error();
    return std::unique_ptr<PassReader>(std::make_unique<FilesReader>(*std::move(files)));
  }
  auto opened = ByteSource::open(path);
  if (!opened) return opened.error();
  ByteSource source = *std::move(opened);
  bool csv = plain_name(path).ends_with(".csv");
  if (path == "-") {
    auto byte = source.first();
    if (!byte) return byte.error();
    csv = *byte && **byte != '{';
  }
  return csv ? csv_reader(std::move(source)) : json_reader(std::move(source));
}

}  // namespace turnout::traffic
