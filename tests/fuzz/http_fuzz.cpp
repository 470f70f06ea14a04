#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "turnout/http/head_writer.h"
#include "turnout/http/message_reader.h"

namespace {

using turnout::http::MessageReader;
using Progress = MessageReader::Progress;

/// What came of a message, however its bytes were cut.
struct Came {
  Progress head = Progress::kMore, body = Progress::kMore;
  std::size_t head_bytes = 0, taken = 0;
  std::string data;
  bool operator==(const Came&) const = default;
};

Came read(MessageReader::Kind kind, std::string_view bytes, std::size_t step) {
  MessageReader reader(kind);
  Came came;
  std::size_t at = 0;
  while (at < bytes.size() && came.head == Progress::kMore) {
    const std::size_t next = std::min(bytes.size(), at + step);
    came.head = reader.read_head(bytes.substr(0, next), at);
    at = next;
  }
  if (came.head != Progress::kReady) return came;
  came.head_bytes = reader.head_bytes();
  at = came.head_bytes;
  std::vector<std::string_view> data;
  do {
    const std::size_t next = std::min(bytes.size(), at + step);
    data.clear();
    const auto part = reader.read_body(bytes.substr(at, next - at), data);
    for (const auto one : data) came.data += one;
    came.body = part.progress;
    came.taken += part.taken;
    at = next;
  } while (at < bytes.size() && came.body == Progress::kMore);
  return came;
}

/// A request that is taken must reach an origin as one request that says the same.
void passes_on(std::string_view bytes) {
  MessageReader reader(MessageReader::Kind::kRequest);
  if (reader.read_head(bytes, 0) != Progress::kReady) return;
  const auto head = reader.request(bytes);
  turnout::http::Forward forward;
  forward.target = head.target;
  const std::string sent = turnout::http::head_for_origin(head, forward, "origin", 3);
  MessageReader again(MessageReader::Kind::kRequest);
  if (again.read_head(sent, 0) != Progress::kReady || again.head_bytes() != sent.size())
    std::abort();
  const auto second = again.request(sent);
  if (second.method != head.method || second.target != head.target || second.chunked) std::abort();
  if (second.length.value_or(3) != 3) std::abort();
}

}  // namespace

/// No bytes may crash the reader; how they are cut must not matter; what is taken is passed on as one
/// message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto kind : {MessageReader::Kind::kRequest, MessageReader::Kind::kResponse}) {
    const Came whole = read(kind, bytes, size + 1);
    const Came slow = read(kind, bytes, 1);
    if (whole.head != slow.head) std::abort();
    if (whole.head == Progress::kReady &&
        (whole.head_bytes != slow.head_bytes || whole.body != slow.body ||
         (whole.body != Progress::kBad && !(whole == slow))))
      std::abort();
  }
  passes_on(bytes);
  return 0;
}
