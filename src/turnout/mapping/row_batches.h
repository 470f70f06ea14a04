#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/mapping/mapped_row.h"
#include "turnout/mapping/row_documents.h"
#include "turnout/mapping/row_matcher.h"

namespace turnout::mapping {

/// Some documents of a log, one after the other, and what they say.
struct RowBatch {
  struct Document {
    std::size_t size = 0;
    bool ended = true;
    std::string place;
  };
  struct PassedOver {};
  /// A row is sound, or has a defect; an error is of a document that is none.
  using Said = std::variant<PackedRow, traffic::Defect, MappedFeedback, PassedOver, base::Error>;
  struct Item {
    std::size_t document = 0;
    Said said;
  };

  std::string texts;
  std::vector<Document> documents;
  std::string packed;  ///< rows
  std::vector<Item> items;
  std::exception_ptr thrown;  ///< where memory ran out
};

/// Reads documents by a map on several threads, and gives what they say in the order of the documents,
/// as if one had: most of the time goes into the texts of users. A log of one batch, that is of 256
/// documents or 256 KB, is read where it is asked for. Memory: a few batches for each thread.
class RowBatches {
 public:
  /// @param documents, map  live as long as this
  /// @param threads  at least 1
  RowBatches(RowDocuments& documents, const RowMap& map, const base::Cancellation& cancellation,
             std::size_t threads);
  RowBatches(const RowBatches&) = delete;
  RowBatches& operator=(const RowBatches&) = delete;
  RowBatches(RowBatches&&) = delete;
  RowBatches& operator=(RowBatches&&) = delete;
  ~RowBatches();

  /// @returns the next batch, valid until the next call; nullptr at the end. Errors of
  ///   RowDocuments::next(), behind what was read before; kCancelled
  base::Result<const RowBatch*> next();

 private:
  struct Work {
    RowBatch batch;
    bool done = false;
  };
  base::Status fill(RowBatch& batch);
  base::Status read_ahead();
  void submit(std::unique_ptr<Work> work);
  bool start_thread();
  void run();

  RowDocuments& documents_;
  const RowMap& map_;
  base::Cancellation cancellation_;
  std::size_t most_threads_;
  std::optional<base::Error> failed_;
  bool ended_ = false;
  std::deque<std::unique_ptr<Work>> ahead_;  // in the order of the documents
  std::size_t bytes_ahead_ = 0;
  std::unique_ptr<Work> given_;

  std::mutex mutex_;  // of what follows, and of `done`
  std::condition_variable to_do_, done_;
  std::deque<Work*> waiting_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace turnout::mapping
