#include "turnout/http/connection.h"

#include <sys/socket.h>

#include <cerrno>

namespace turnout::http {

Moved Connection::read(char* to, std::size_t size) {
  if (!is(kReadable)) return {Io::kWait, 0};
  for (;;) {
    const ssize_t got = ::recv(fd(), to, size, 0);
    if (got > 0) {
      // What hung up has more to say, if only that it has ended, and no edge will tell.
      if (static_cast<std::size_t>(got) < size && !is(kHungUp)) clear(kReadable);
      return {Io::kDone, static_cast<std::size_t>(got)};
    }
    if (got == 0) return {Io::kEnd, 0};
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return {Io::kError, 0};
    clear(kReadable);
    return {Io::kWait, 0};
  }
}

Moved Connection::write(std::span<const iovec> parts) {
  if (!is(kWritable)) return {Io::kWait, 0};
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());  // NOLINT(*-const-cast): sendmsg's old face
  message.msg_iovlen = parts.size();
  for (;;) {
    const ssize_t sent = parts.size() == 1 ? ::send(fd(), parts.front().iov_base,
                                                    parts.front().iov_len, MSG_NOSIGNAL)
                                           : ::sendmsg(fd(), &message, MSG_NOSIGNAL);
    if (sent >= 0) return {Io::kDone, static_cast<std::size_t>(sent)};
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return {Io::kError, 0};
    clear(kWritable);
    return {Io::kWait, 0};
  }
}

bool Connection::is_quiet() {
  char byte = 0;
  const bool quiet = ::recv(fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  if (quiet) clear(kReadable);
  return quiet;
}

Io Connection::say_end() {
  ::shutdown(fd(), SHUT_WR);
  return Io::kDone;
}

}  // namespace turnout::http
