#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "turnout/base/result.h"

namespace turnout::program {

/// The processes that mpirun or srun started together; just one if neither did, which costs nothing. All calls are made
/// by one thread; those that wait sleep, so that they leave the processor to those that work.
class Ranks {
 public:
  /// @returns kUnsupported if there are others and this program was built without MPI.
  static base::Result<Ranks> connect();
  ~Ranks();
  Ranks(Ranks&& other) noexcept;
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;
  Ranks& operator=(Ranks&&) = delete;

  [[nodiscard]] std::uint64_t rank() const { return rank_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// @returns the processors that this process may use, its fair share of those that it shares with other ranks.
  [[nodiscard]] unsigned processors() const { return processors_; }

  /// Sends to rank 0; returns when the text may be forgotten.
  void send(const std::string& text) const;
  /// Rank 0 only. @returns the next text of a rank, in the order of its sends; nothing once `given_up` says so.
  [[nodiscard]] std::optional<std::string> receive(std::uint64_t from, const std::function<bool()>& given_up) const;
  /// @returns rank 0's text, on all ranks.
  [[nodiscard]] std::string broadcast(std::string text) const;
  /// Ends the other ranks, if there are any, and does not wait for them.
  void abandon() const;

 private:
  Ranks() = default;
  std::uint64_t rank_ = 0, count_ = 1;
  unsigned processors_ = 1;
  bool connected_ = false;
};

/// @returns this machine's name.
std::string machine_name();

}  // namespace turnout::program
