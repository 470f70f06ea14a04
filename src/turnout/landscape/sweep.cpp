#include "turnout/landscape/sweep.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "turnout/landscape/piece_worker.h"

namespace turnout::landscape {
namespace {

std::uint64_t replicates_of(const SweepSpec& spec) {
  return spec.sampling == Sampling::kSobol ? GroupSums::kReplicates : 1;
}

std::uint64_t games_in_replicate(const SweepSpec& spec, std::uint64_t replicate) {
  const std::uint64_t all = replicates_of(spec);
  return spec.games / all + (replicate < spec.games % all ? 1 : 0);
}

/// Games of a piece: many enough to be worth a thread, few enough for some hundred pieces.
std::uint64_t piece_size(const SweepSpec& spec) {
  constexpr std::uint64_t kLeast = std::uint64_t{1} << 14U;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 22U;
  return std::clamp(spec.games / replicates_of(spec) / 128 / kLeast * kLeast, kLeast, kMost);
}

std::uint64_t pieces_in_replicate(const SweepSpec& spec, std::uint64_t replicate) {
  return (games_in_replicate(spec, replicate) + piece_size(spec) - 1) / piece_size(spec);
}

Piece piece_at(const SweepSpec& spec, std::uint64_t number) {
  Piece piece{number, 0, 0, 0};
  while (number >= pieces_in_replicate(spec, piece.replicate))
    number -= pieces_in_replicate(spec, piece.replicate++);
  piece.from = number * piece_size(spec);
  piece.count = std::min(piece_size(spec), games_in_replicate(spec, piece.replicate) - piece.from);
  return piece;
}

/// Threads that do every step-th piece; their sums come out in order, and wait if nobody takes
/// them.
class PieceThreads {
 public:
  PieceThreads(const SweepSpec& spec, std::uint64_t first, std::uint64_t step, unsigned threads)
      : spec_(spec),
        step_(step),
        begun_(first),
        taken_(first),
        ahead_(std::uint64_t{2} * threads * step) {
    for (unsigned t = 0; t < threads; ++t)
      threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }

  /// @returns the sums of the next piece, which must be one of the sweep.
  SweepSums next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_.contains(taken_); });
    SweepSums sums = std::move(done_.extract(taken_).mapped());
    taken_ += step_;
    changed_.notify_all();
    return sums;
  }

 private:
  void work(const std::stop_token& stop) {
    PieceWorker worker(spec_);
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [this] { return begun_ < taken_ + ahead_; });
      const std::uint64_t number = begun_;
      if (stop.stop_requested() || number >= pieces_of(spec_)) return;
      begun_ += step_;
      lock.unlock();
      SweepSums sums = worker.work(piece_at(spec_, number));
      lock.lock();
      done_.emplace(number, std::move(sums));
      changed_.notify_all();
    }
  }

  const SweepSpec& spec_;
  std::uint64_t step_, begun_, taken_, ahead_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::uint64_t, SweepSums> done_;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace

std::array<Distribution, kNumbers> draws_of_the_paper() {
  constexpr Numbers kPaper = {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, kNotGiven};
  std::array<Distribution, kNumbers> draw;
  for (std::size_t k = 0; k < kNumbers; ++k) draw.at(k).first = kPaper.at(k);
  return draw;
}

bool SweepSpec::is_papers() const {
  static const auto paper = draws_of_the_paper();
  for (std::size_t k = kPaperNumbers; k < kNumbers; ++k) {
    const bool constant = draw.at(k).kind == Distribution::Kind::kConstant;
    if (!constant || draw.at(k).first != paper.at(k).first) return false;
  }
  return true;
}

std::uint64_t pieces_of(const SweepSpec& spec) {
  std::uint64_t pieces = 0;
  for (std::uint64_t r = 0; r < replicates_of(spec); ++r) pieces += pieces_in_replicate(spec, r);
  return pieces;
}

SweepSums sweep(const SweepSpec& spec, SweepSums sums, unsigned threads,
                const std::function<bool(std::uint64_t, const SweepSums&)>& on_piece,
                const Ranks& ranks) {
  const std::uint64_t pieces = pieces_of(spec);
  // The first of this rank's own from pieces_done on.
  PieceThreads own(spec, (sums.pieces_done + ranks.count - 1) / ranks.count * ranks.count,
                   ranks.count, std::max(1U, threads));
  while (sums.pieces_done < pieces) {
    const std::uint64_t number = sums.pieces_done;
    const std::uint64_t rank = number % ranks.count;
    const auto piece = rank == 0 ? own.next() : ranks.receive(rank);
    if (!piece) break;
    add_piece(sums, *piece);
    if (!on_piece(piece_at(spec, number).count, sums)) break;
  }
  return sums;
}

void sweep_as_rank(const SweepSpec& spec, std::uint64_t from, std::uint64_t rank,
                   std::uint64_t ranks, unsigned threads,
                   const std::function<bool(const SweepSums&)>& on_piece) {
  std::uint64_t number = from + (rank + ranks - from % ranks) % ranks;
  PieceThreads own(spec, number, ranks, std::max(1U, threads));
  for (; number < pieces_of(spec); number += ranks) {
    if (!on_piece(own.next())) return;
  }
}

}  // namespace turnout::landscape
