#include "turnout/traffic/pass_reader.h"

#include <numeric>
#include <utility>

#include "turnout/traffic/log_files.h"

namespace turnout::traffic {
namespace {

using base::Result;

/// Files one after the other.
class FilesReader final : public PassReader {
 public:
  explicit FilesReader(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  Result<bool> next(Pass& pass) override {
    for (;;) {
      if (!reader_) {
        if (opened_ == paths_.size()) return false;
        TURNOUT_TRY(reader_, open_passes(paths_[opened_]));
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

}  // namespace

std::size_t RowCounts::refused() const {
  return std::accumulate(defects.begin(), defects.end(), std::size_t{0});
}

Result<std::unique_ptr<PassReader>> open_passes(const std::string& path) {
  auto files = log_files(path);
  if (!files) return files.error();
  if (!files->empty())
    return std::unique_ptr<PassReader>(std::make_unique<FilesReader>(*std::move(files)));
  TURNOUT_TRY(LogFile file, open_log_file(path));
  return file.is_csv ? csv_reader(std::move(file.source)) : json_reader(std::move(file.source));
}

}  // namespace turnout::traffic
