#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "turnout/http/session.h"

/// A session's middle part: an origin is asked, and its answer relayed.
namespace turnout::http {
namespace {

constexpr std::size_t kSmall = 8192;  // bytes of an answer

iovec part_of(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};  // NOLINT(*-const-cast): only read
}

/// The body with its edits, in parts that copy none of it.
void append_edited(std::vector<iovec>& parts, std::string_view body,
                   const std::vector<Edit>& edits) {
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    if (edit.begin > at) parts.push_back(part_of(body.substr(at, edit.begin - at)));
    if (!edit.text.empty()) parts.push_back(part_of(edit.text));
    at = edit.end;
  }
  if (at < body.size()) parts.push_back(part_of(body.substr(at)));
}

}  // namespace

Session::Go Session::pause() {
  if (forward_at_us_ <= loop_.now_us()) return forward();
  loop_.set_alarm(*this, forward_at_us_);
  return wait_for(nullptr, 0, forward_at_us_ - loop_.now_us() + 2'000'000);
}

/// Makes the request that the origin gets, and finds a connection for it.
Session::Go Session::forward() {
  origin_ = worker_.origins.find(forward_.origin);
  const auto body = message_.view().substr(head_bytes_, body_bytes_);
  to_send_.assign(1, iovec{});
  append_edited(to_send_, body, forward_.edits);
  std::uint64_t bytes = 0;
  for (const iovec& part : to_send_) bytes += part.iov_len;
  sent_head_ = head_for_origin(head_, forward_, origin_->host, bytes);
  to_send_.front() = part_of(sent_head_);
  sent_ = 0;
  answer_.clear();
  answer_reader_.start(MessageReader::Kind::kResponse);
  addresses_ = origin_->addresses;
  address_ = 0;
  reused_ = false;
  if (!fresh_) upstream_ = worker_.pool.take(forward_.origin);
  if (!upstream_) return enter(Phase::kConnecting);
  reused_ = true;
  upstream_->sleeper = this;
  phase_ = Phase::kSending;
  return send_later();
}

bool Session::open_socket(const Address& address) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  upstream_ =
      origin_->tls ? origin_->tls->connection(loop_, fd) : std::make_unique<Connection>(loop_, fd);
  upstream_->sleeper = this;
  const auto* to =
      reinterpret_cast<const sockaddr*>(&address.storage);  // NOLINT(*-reinterpret-cast)
  return ::connect(fd, to, address.size) == 0 || errno == EINPROGRESS;
}

Session::Go Session::connect() {
  while (!upstream_) {
    if (address_ == addresses_->size()) return fail(Failure::kConnect);
    if (!open_socket((*addresses_)[address_++])) upstream_.reset();
  }
  int error = 0;
  socklen_t size = sizeof error;
  if (!upstream_->is(kWritable | kHungUp))
    return wait_for(upstream_.get(), kWritable | kHungUp, origin_->origin.connect_us);
  ::getsockopt(upstream_->fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  const Io ready = error == 0 ? upstream_->handshake() : Io::kError;
  if (ready == Io::kDone) return enter(Phase::kSending);
  if (ready == Io::kWait)
    return wait_for(upstream_.get(), kReadable | kWritable, origin_->origin.connect_us);
  upstream_.reset();
  return Go::kOn;
}

Io Session::send_parts() {
  while (sent_ < to_send_.size()) {
    const Moved moved = upstream_->write(std::span(to_send_).subspan(sent_));
    if (moved.io != Io::kDone) return moved.io;
    std::size_t left = moved.bytes;
    while (sent_ < to_send_.size() && left >= to_send_[sent_].iov_len)
      left -= to_send_[sent_++].iov_len;
    if (left == 0) continue;
    to_send_[sent_].iov_base = static_cast<char*>(to_send_[sent_].iov_base) + left;
    to_send_[sent_].iov_len -= left;
  }
  return Io::kDone;
}

Session::Go Session::send_request() {
  const Io sent = send_parts();
  if (sent == Io::kError) return fail(Failure::kCut);
  // If it can be read, it answers before it has heard all.
  if (sent == Io::kWait && !upstream_->is(kReadable))
    return wait_for(upstream_.get(), kWritable | kReadable, origin_->origin.idle_us);
  return enter(Phase::kAwaiting);
}

Session::Go Session::await_answer() {
  const Moved moved = upstream_->read(worker_.scratch.data(), worker_.scratch.size());
  switch (moved.io) {
    case Io::kWait:
      // What woke it was no answer (TLS has messages of its own): the request goes on.
      if (sent_ < to_send_.size()) return enter(Phase::kSending);
      return wait_for(upstream_.get(), kReadable, origin_->origin.head_us);
    case Io::kEnd:
    case Io::kError:
      return fail(Failure::kCut);
    case Io::kDone:
      break;
  }
  const std::string_view bytes(worker_.scratch.data(), moved.bytes);
  if (answer_.empty()) return take_answer(bytes);
  answer_.append(bytes);
  const std::string all = std::exchange(answer_, {});
  return take_answer(all);
}

/// @param bytes  all that has come of the answer's head, and what follows it
Session::Go Session::take_answer(std::string_view bytes) {
  answer_reader_.start(MessageReader::Kind::kResponse);
  const auto progress = answer_reader_.read_head(bytes, 0);
  if (progress == MessageReader::Progress::kBad) return fail(Failure::kGarbage);
  if (progress == MessageReader::Progress::kMore) {
    if (bytes.size() > worker_.options.longest_head) return fail(Failure::kGarbage);
    answer_.assign(bytes);
    return Go::kOn;
  }
  const std::string_view rest = bytes.substr(answer_reader_.head_bytes());
  const int status = answer_reader_.response_status();
  if (status < 200) {  // an interim answer: the final one follows
    if (status == 101) return fail(Failure::kGarbage);
    return rest.empty() ? Go::kOn : take_answer(rest);
  }
  ResponseHead head = answer_reader_.response(bytes);
  if (forward_.looks_at_body) {
    head.begins = body_begins(bytes);
    if (!head.begins) {
      if (rest.size() > worker_.options.longest_head) return fail(Failure::kGarbage);
      answer_.assign(bytes);
      return Go::kOn;
    }
  }
  auto step = exchange_->answered(head);
  if (const auto* how = std::get_if<Relay>(&step)) return begin_relay(head, *how, rest);
  upstream_.reset();
  fresh_ = false;
  if (auto* reply = std::get_if<Reply>(&step)) return begin_reply(std::move(*reply));
  return take_step(std::get<Forward>(std::move(step)));
}

/// @returns what has come of the body, empty if nothing will; nothing until it is known.
std::optional<std::string_view> Session::body_begins(std::string_view bytes) {
  const auto rest = bytes.substr(answer_reader_.head_bytes());
  if (!answer_reader_.chunked()) {
    const bool goes_on = answer_reader_.length() > 0 || answer_reader_.until_end();
    return rest.empty() && goes_on ? std::nullopt : std::optional(rest);
  }
  data_.clear();
  const auto part = answer_reader_.read_body(rest, data_);
  answer_reader_.start(
      MessageReader::Kind::kResponse);  // the body is read once more when it is relayed
  answer_reader_.read_head(bytes, 0);
  if (!data_.empty()) return data_.front();
  return part.progress == MessageReader::Progress::kMore ? std::nullopt
                                                         : std::optional(std::string_view());
}

Session::Go Session::begin_relay(const ResponseHead& head, const Relay& how,
                                 std::string_view rest) {
  if (head_.method == "HEAD") answer_reader_.skip_body();
  const bool endless = answer_reader_.until_end() && head_.method != "HEAD";
  if (endless || (head.chunked && client_speaks_.minor == 0)) client_speaks_.keep_alive = false;
  raw_ = !head.chunked || client_speaks_.minor > 0;
  answer_ended_ = false;
  phase_ = Phase::kRelaying;
  keeps_origin_ = head.keep_alive && !endless && sent_ == to_send_.size();
  const std::string text =
      head_for_client(head, how, client_speaks_, head.chunked && client_speaks_.minor > 0);
  message_.clear();  // nobody asks for it again
  head_.fields.clear();
  return relay_bytes(rest, text);
}

/// Follows the framing of what came and sends it on.
Session::Go Session::relay_bytes(std::string_view bytes, std::string_view head) {
  data_.clear();
  const auto part = answer_reader_.read_body(bytes, data_);
  if (part.progress == MessageReader::Progress::kBad) return end_with(Ending::kOriginCut);
  if (part.progress == MessageReader::Progress::kReady) {
    answer_ended_ = true;
    if (part.taken < bytes.size()) keeps_origin_ = false;  // bytes that belong to nobody
  }
  // A little is copied and sent with what others have; much goes at once.
  const bool small = raw_ && head.size() + part.taken <= kSmall;
  const bool written = small  ? keep(head, bytes.substr(0, part.taken))
                       : raw_ ? write(head, bytes.substr(0, part.taken))
                              : write_data(head);
  for (const std::string_view data : data_) exchange_->data(data);
  if (!written) return end_with(Ending::kClientGone);
  return small ? send_later() : Go::kOn;
}

/// The answer's bytes without the chunks that they came in.
bool Session::write_data(std::string_view head) {
  bool written = head.empty() || write(head, {});
  for (const std::string_view data : data_) written = written && write(data, {});
  return written;
}

Session::Go Session::relay() {
  if (const auto go = finish_writing()) return *go;
  if (answer_ended_) {
    give_back();
    if (exchange_) exchange_->ended(Ending::kWhole);
    exchange_.reset();
    return client_speaks_.keep_alive ? next_request() : enter(Phase::kClosing);
  }
  const Moved moved = upstream_->read(worker_.scratch.data(), worker_.scratch.size());
  switch (moved.io) {
    case Io::kWait:
      return wait_for(upstream_.get(), kReadable, origin_->origin.idle_us);
    case Io::kEnd:
      if (!answer_reader_.at_end()) return end_with(Ending::kOriginCut);
      answer_ended_ = true;
      keeps_origin_ = false;
      return Go::kOn;
    case Io::kError:
      return end_with(Ending::kOriginCut);
    case Io::kDone:
      break;
  }
  return relay_bytes({worker_.scratch.data(), moved.bytes}, {});
}

/// The origin's answer has been read whole: its connection may be used again.
void Session::give_back() {
  if (keeps_origin_ && !worker_.draining) {
    upstream_->sleeper = nullptr;
    worker_.pool.put(forward_.origin, std::move(upstream_), loop_.now_us());
  }
  upstream_.reset();
}

/// No answer came. What the pool had may have been closed by the origin in the meantime: the request
/// goes once more, on a new connection, before the exchange hears of it.
Session::Go Session::fail(Failure failure) {
  upstream_.reset();
  if (reused_ && failure == Failure::kCut && answer_.empty()) {
    fresh_ = true;
    return forward();
  }
  fresh_ = false;
  return take_step(exchange_->failed(failure));
}

}  // namespace turnout::http
