#include "turnout/store/import.h"

#include <fmt/format.h>

#include <array>
#include <future>
#include <span>
#include <vector>

namespace turnout::store {

std::optional<double> ImportCounts::mean_latency_s() const {
  return passes == 0 ? std::nullopt : std::optional(latency_sum_s / static_cast<double>(passes));
}

std::vector<std::string> import_questions(const ImportCounts& counts) {
  constexpr double kSlow = 1000;     // seconds: no chat answers so late on average
  constexpr double kMuch = 0.1;      // of all passes
  constexpr double kMuchLost = 0.5;  // of all rows
  std::vector<std::string> questions;
  const traffic::MatchCounts& matches = counts.read.matches;
  const auto mean = counts.mean_latency_s();
  if (mean && *mean > kSlow) {
    questions.push_back(fmt::format(
        "the mean latency is {:.0f} s: is it in milliseconds? In a map: latency_s = {{ at = "
        "\"/KEY\", times = 0.001 }}",
        *mean));
  }
  const auto passes = static_cast<double>(matches.passes);
  const auto share = [&](double part) { return fmt::format("{:.0f} %", 100 * part / passes); };
  if (static_cast<double>(matches.without_text) > kMuch * passes) {
    questions.push_back(fmt::format(
        "{} of the passes are taken for re-prompts because their conversation goes on, with no "
        "words to judge by: an agent's steps and new questions may be among them. Does the log "
        "have messages, or an id of the user's prompt (attempt_id)?",
        share(static_cast<double>(matches.without_text))));
  }
  if (static_cast<double>(matches.by_pace) > kMuch * static_cast<double>(counts.read.rows)) {
    questions.push_back(fmt::format(
        "{} of {} rows follow the one before in their conversation within a second, with no words "
        "to judge by, and are taken for an agent's steps: are they, or are they a user's "
        "re-prompts? Does the log have messages, or names of tasks (task_id)?",
        matches.by_pace, counts.read.rows));
  }
  const double doubtful = matches.expected_wrong + matches.expected_missed -
                          0.5 * static_cast<double>(matches.without_text);
  if (doubtful > kMuch * passes) {
    questions.push_back(fmt::format(
        "rules 4 and 5 judge by the words, and expect to be wrong on {} of the passes: {:.0f} that "
        "are no re-prompts, {:.0f} that are and were not told. Does the log name its tasks "
        "(task_id), or the user's messages (message_id, parent_id)?",
        share(doubtful), matches.expected_wrong, matches.expected_missed));
  }
  const auto rows = static_cast<double>(counts.read.rows);
  if (static_cast<double>(counts.read.refused()) > kMuchLost * rows) {
    questions.emplace_back(
        "most rows were refused: is it another program's log, and a --map forgotten, or the wrong "
        "one?");
  }
  return questions;
}

std::string refused_note(const ImportCounts& counts) {
  const auto& read = counts.read;
  if (read.refused() == 0) return "";
  std::string kinds;
  for (std::size_t i = 1; i < traffic::kDefects; ++i) {
    if (read.defects.at(i) == 0) continue;
    kinds += fmt::format("{}{} because {}", kinds.empty() ? "" : ", ", read.defects.at(i),
                         name_of(static_cast<traffic::Defect>(i)));
  }
  return fmt::format("{} of {} rows were refused: {}; the first: {}", read.refused(), read.rows,
                     kinds, read.first_defect);
}

std::string cut_off_note(const ImportCounts& counts) {
  const std::size_t files = counts.read.cut_off;
  if (files == 0) return "";
  return files == 1 ? "1 file ends in the middle of a row, which was left out"
                    : fmt::format("{} files end in the middle of a row, which was left out", files);
}

namespace {

/// Stores one batch at a time on a thread of its own, so that the next one is read meanwhile.
class BatchWriter {
 public:
  explicit BatchWriter(PassStore& store) : store_(store) {}
  /// @param batch  stays as it is until finish()
  void begin(std::span<const traffic::Pass> batch) {
    size_ = batch.size();
    stored_ = std::async(std::launch::async, [this, batch] { return store_.insert(batch); });
  }
  /// Waits for what begin() began, if anything.
  base::Status finish(ImportCounts& counts, const base::Watch& watch) {
    if (!stored_.valid()) return base::Done{};
    TURNOUT_TRY(const auto stored, stored_.get());
    counts.stored += stored;
    counts.passes += size_;
    watch.on_steps(size_);
    return base::Done{};
  }

 private:
  PassStore& store_;
  std::size_t size_ = 0;
  std::future<base::Result<InsertCounts>> stored_;
};

/// Fills a batch from its front. @returns how many passes there were; fewer than it holds at the end.
base::Result<std::size_t> fill(std::vector<traffic::Pass>& batch, traffic::PassReader& reader,
                               ImportCounts& counts, const base::Watch& watch) {
  constexpr std::size_t kRowsBetweenLooks = 256;
  for (std::size_t size = 0; size < batch.size(); ++size) {
    if (size % kRowsBetweenLooks == 0) TURNOUT_CHECK(watch.cancellation.check());
    TURNOUT_TRY(const bool more, reader.next(batch[size]));
    if (!more) return size;
    counts.latency_sum_s += batch[size].latency_s;
  }
  return batch.size();
}

}  // namespace

base::Result<ImportCounts> import_passes(traffic::PassReader& reader, PassStore& store,
                                         const base::Watch& watch) {
  ImportCounts counts;
  // Two, in turn; their strings keep their memory from batch to batch.
  std::array<std::vector<traffic::Pass>, 2> batches = {std::vector<traffic::Pass>(store.batch()),
                                                       std::vector<traffic::Pass>(store.batch())};
  BatchWriter writer(store);
  for (std::size_t turn = 0;; ++turn) {
    auto& batch = batches.at(turn % 2);
    const auto size = fill(batch, reader, counts, watch);
    TURNOUT_CHECK(writer.finish(counts, watch));  // an error of an earlier batch goes first
    if (!size) return size.error();
    TURNOUT_CHECK(watch.cancellation.check());
    if (*size == 0) break;
    writer.begin({batch.data(), *size});
  }
  counts.read = reader.counts();
  if (counts.stored.added == 0) return counts;
  TURNOUT_CHECK(store.settle());
  return counts;
}

}  // namespace turnout::store
