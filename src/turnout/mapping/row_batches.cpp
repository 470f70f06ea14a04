#include "turnout/mapping/row_batches.h"

#include <algorithm>
#include <system_error>

namespace turnout::mapping {
namespace {

constexpr std::size_t kMostDocuments = 256;
constexpr std::size_t kMostBytes = std::size_t{1} << 18U;
constexpr std::size_t kMostBytesAhead = std::size_t{1} << 22U;

/// Makes a row of an error whole, and says what a row has that no pass may have.
traffic::Defect settle(MappedRow& row, traffic::Defect defect) {
  traffic::Pass& pass = row.pass;
  if (!row.request.answered) {  // an error names no model, and may take no time
    if (pass.model.empty()) pass.model = "none";
    if (!(pass.latency_s >= 0)) pass.latency_s = 0;
  }
  if (defect != traffic::Defect::kNone) return defect;
  // The matcher numbers the attempts and names the tasks.
  const std::int64_t attempt = std::exchange(pass.attempt, 1);
  const bool nameless = pass.task_id.empty();
  if (nameless) pass.task_id = row.id.empty() ? "none" : row.id;
  defect = traffic::defect_of(pass);
  if (nameless) pass.task_id.clear();
  pass.attempt = attempt;
  return defect;
}

/// Reads the documents of a batch.
void read(RowMapper& mapper, RowBatch& batch) {
  std::size_t document = 0;
  const auto say = [&](RowBatch::Said said) { batch.items.push_back({document, std::move(said)}); };
  const RowMapper::Sinks sinks{[&](MappedRow& row, traffic::Defect defect) {
                                 defect = settle(row, defect);
                                 if (defect == traffic::Defect::kNone) {
                                   say(pack(row, batch.packed));
                                 } else {
                                   say(defect);
                                 }
                               },
                               [&](MappedFeedback said) { say(std::move(said)); },
                               [&] { say(RowBatch::PassedOver{}); }};
  std::string_view texts = batch.texts;
  for (; document < batch.documents.size(); ++document) {
    const std::size_t size = batch.documents[document].size;
    if (auto done = mapper.read(texts.substr(0, size), sinks); !done) say(done.error());
    texts.remove_prefix(size);
  }
}

void read_or_keep_exception(RowMapper& mapper, RowBatch& batch) {
  try {
    read(mapper, batch);
  } catch (...) {
    batch.thrown = std::current_exception();
  }
}

}  // namespace

RowBatches::RowBatches(RowDocuments& documents, const RowMap& map,
                       const base::Cancellation& cancellation, std::size_t threads)
    : documents_(documents), map_(map), cancellation_(cancellation), most_threads_(threads) {}

RowBatches::~RowBatches() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  to_do_.notify_all();
  for (auto& thread : threads_) thread.join();
}

/// Reads on, until there is enough for a batch.
base::Status RowBatches::fill(RowBatch& batch) {
  batch.texts.clear();
  batch.documents.clear();
  batch.packed.clear();
  batch.items.clear();
  while (batch.documents.size() < kMostDocuments && batch.texts.size() < kMostBytes) {
    TURNOUT_CHECK(cancellation_.check());
    auto document = documents_.next();
    if (!document) failed_ = document.error();
    ended_ = !document || !document->has_value();
    if (ended_) break;
    batch.texts += **document;
    batch.documents.push_back({(*document)->size(), documents_.ended(), documents_.place()});
  }
  return base::Done{};
}

bool RowBatches::start_thread() {
  if (threads_.size() == most_threads_) return false;
  try {
    threads_.emplace_back([this] { run(); });
  } catch (const std::system_error&) {  // none to be had
    most_threads_ = threads_.size();
    return false;
  }
  return true;
}

void RowBatches::submit(std::unique_ptr<Work> work) {
  bytes_ahead_ += work->batch.texts.size();
  const bool alone = ended_ && ahead_.empty() && threads_.empty();
  if (!alone) start_thread();
  if (threads_.empty()) {
    RowMapper mapper(map_);
    read(mapper, work->batch);
    work->done = true;
    ahead_.push_back(std::move(work));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(work.get());
  }
  to_do_.notify_one();
  ahead_.push_back(std::move(work));
}

base::Status RowBatches::read_ahead() {
  while (!ended_ && ahead_.size() < 2 * most_threads_ + 1 &&
         (ahead_.empty() || bytes_ahead_ < kMostBytesAhead)) {
    auto work = given_ ? std::move(given_) : std::make_unique<Work>();
    work->done = false;
    TURNOUT_CHECK(fill(work->batch));
    if (!work->batch.documents.empty()) submit(std::move(work));
  }
  return base::Done{};
}

base::Result<const RowBatch*> RowBatches::next() {
  TURNOUT_CHECK(read_ahead());
  if (ahead_.empty()) {
    if (failed_) return *failed_;
    return nullptr;
  }
  given_ = std::move(ahead_.front());
  ahead_.pop_front();
  bytes_ahead_ -= given_->batch.texts.size();
  {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return given_->done; });
  }
  if (given_->batch.thrown) std::rethrow_exception(given_->batch.thrown);
  return &given_->batch;
}

/// What a thread does.
void RowBatches::run() {
  RowMapper mapper(map_);
  std::unique_lock lock(mutex_);
  for (;;) {
    to_do_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
    if (stop_) return;
    Work* work = waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    read_or_keep_exception(mapper, work->batch);
    lock.lock();
    work->done = true;
    done_.notify_one();
  }
}

}  // namespace turnout::mapping
