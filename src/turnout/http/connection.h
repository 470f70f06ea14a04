#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "turnout/http/event_loop.h"

namespace turnout::http {

/// What came of trying to read or write.
enum class Io : std::uint8_t {
  kDone,   ///< some bytes went
  kWait,   ///< none can now; sleep until the descriptor is ready
  kEnd,    ///< read: the other side has ended in order
  kError,  ///< the connection is broken
};
struct Moved {
  Io io = Io::kError;
  std::size_t bytes = 0;
};

/// A stream socket: tries first, and says when to wait. Owned by one coroutine or one pool.
class Connection : public Descriptor {
 public:
  using Descriptor::Descriptor;
  virtual ~Connection() = default;

  /// Makes it ready for reading and writing, once it is connected. kDone: it is.
  virtual Io handshake() { return Io::kDone; }
  /// Reads at most `size` bytes, if kReadable. After less than that it clears it: the next edge sets
  /// it again.
  virtual Moved read(char* to, std::size_t size);
  /// Writes as much as goes of some parts, in order, if kWritable.
  virtual Moved write(std::span<const iovec> parts);
  /// Looks, taking nothing, whether there is nothing to read: neither bytes nor an end.
  virtual bool is_quiet();
  /// Tells the other side, in order, that nothing more is sent. kWait: once it can be written to.
  virtual Io say_end();
};

}  // namespace turnout::http
