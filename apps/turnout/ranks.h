#pragma once

#include <sched.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "turnout/base/result.h"

namespace turnout::program {

/// The processes that mpirun or srun started together; just one if neither did, which costs
/// nothing. All calls are made by one thread; those that wait sleep, so that they leave the
/// processor to those that work.
class Ranks {
 public:
  virtual ~Ranks() = default;
  Ranks(const Ranks&) = delete;
  Ranks(Ranks&&) = delete;
  Ranks& operator=(const Ranks&) = delete;
  Ranks& operator=(Ranks&&) = delete;

  [[nodiscard]] std::uint64_t rank() const { return rank_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// @returns the processors that this process may use, its fair share of those that it shares with
  ///   other ranks.
  [[nodiscard]] unsigned processors() const { return processors_; }

  /// Sends to rank 0; returns when the text may be forgotten.
  virtual void send(const std::string& text) const = 0;
  /// Rank 0 only. @returns the next text of a rank, in the order of its sends; nothing once
  /// `given_up` says so.
  [[nodiscard]] virtual std::optional<std::string> receive(
      std::uint64_t from, const std::function<bool()>& given_up) const = 0;
  /// @returns rank 0's text, on all ranks.
  [[nodiscard]] virtual std::string broadcast(std::string text) const = 0;
  /// Ends the other ranks, if there are any, and does not wait for them.
  virtual void abandon() const = 0;

 protected:
  Ranks(std::uint64_t rank, std::uint64_t count, unsigned processors)
      : rank_(rank), count_(count), processors_(processors) {}

 private:
  std::uint64_t rank_, count_;
  unsigned processors_;
};

/// How a program finds the processes that were started with it.
using ConnectRanks = base::Result<std::unique_ptr<Ranks>> (*)();

/// @returns this process on its own.
std::unique_ptr<Ranks> alone();
/// @returns alone(); kUnsupported if mpirun or srun started others too: each would do the whole work,
///   and write over the others' checkpoint.
base::Result<std::unique_ptr<Ranks>> refuse_others();

/// @returns whether mpirun or srun started this process, by what Open MPI, PMIx (srun --mpi=pmix)
///   and PMI (MPICH, srun --mpi=pmi2) leave in the environment.
bool started_with_others();
cpu_set_t processors_of_this_process();
/// @returns this machine's name.
std::string machine_name();

}  // namespace turnout::program
