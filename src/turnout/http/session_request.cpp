#include <algorithm>
#include <utility>
#include <vector>

#include "turnout/http/session.h"

/// A session's first part: from a client's bytes to what is to be done.
namespace turnout::http {

/// Forgets the request before, but for what came behind it.
void Session::expect_request() {
  reader_.start(MessageReader::Kind::kRequest);
  message_.clear();
  read_ = head_bytes_ = body_bytes_ = 0;
  head_whole_ = false;
  head_ = {};
  phase_ = Phase::kReading;
}

Session::Go Session::greet() {
  switch (client_->handshake()) {
    case Io::kDone:
      return enter(Phase::kReading);
    case Io::kWait:
      wait_for(client_.get(), kReadable | kWritable, 0);
      deadline_us = begun_us_ + worker_.options.head_us;
      return Go::kWait;
    default:  // no TLS, or none that we speak
      return enter(Phase::kOver);
  }
}

Session::Go Session::read_request() {
  if (!next_.empty()) {
    const std::string bytes = std::exchange(next_, {});
    return take_bytes(bytes);
  }
  // A body of a known length is read to where it stays.
  const bool in_place = head_whole_ && !reader_.chunked();
  char* to = in_place ? message_.data() + read_ : worker_.scratch.data();
  const std::size_t room = in_place ? head_bytes_ + body_bytes_ - read_ : worker_.scratch.size();
  const Moved moved = client_->read(to, room);
  switch (moved.io) {
    case Io::kWait:
      if (read_ == 0 && worker_.draining) return leave();
      wait_for(client_.get(), kReadable,
               read_ == 0 ? worker_.options.idle_us : worker_.options.head_us);
      // A head that comes byte by byte has no more time than one that comes at once.
      if (read_ > 0 && !head_whole_) deadline_us = begun_us_ + worker_.options.head_us;
      return Go::kWait;
    case Io::kEnd:
    case Io::kError:
      return enter(Phase::kOver);
    case Io::kDone:
      break;
  }
  if (!in_place) return take_bytes({to, moved.bytes});
  read_ += moved.bytes;
  return read_ == head_bytes_ + body_bytes_ ? ask() : Go::kOn;
}

Session::Go Session::take_bytes(std::string_view bytes) {
  if (head_whole_) return take_body(bytes);
  if (read_ == 0) {
    begun_us_ = loop_.now_us();
    return take_head(bytes);
  }
  read_ = message_.size();
  message_.append(bytes);
  const Bytes head = std::exchange(message_, {});
  return take_head(head.view());
}

/// @param bytes  all that has come of the request, of which read_ were looked at before
Session::Go Session::take_head(std::string_view bytes) {
  const auto progress = reader_.read_head(bytes, read_);
  if (progress == MessageReader::Progress::kBad) return refuse(reader_.status(), reader_.reason());
  const bool whole = progress == MessageReader::Progress::kReady;
  if ((whole ? reader_.head_bytes() : bytes.size()) > worker_.options.longest_head)
    return refuse(431, "the head of the request is too long");
  if (!whole) {
    message_.assign(bytes);
    read_ = bytes.size();
    return Go::kOn;
  }
  head_whole_ = true;
  head_bytes_ = reader_.head_bytes();
  if (reader_.length() > worker_.options.longest_body) {
    head_ = reader_.request(bytes);
    return refuse(413, "the body of the request is too long");
  }
  body_bytes_ = static_cast<std::size_t>(reader_.length());
  if (const auto go = turn_away(bytes)) return *go;
  message_.reserve(head_bytes_ + body_bytes_ + kPadding);
  message_.assign(bytes.substr(0, head_bytes_));
  if (!reader_.chunked()) message_.resize(head_bytes_ + body_bytes_);
  read_ = head_bytes_;
  const std::string_view rest = bytes.substr(head_bytes_);
  const bool has_body = reader_.chunked() || body_bytes_ > 0;
  if (has_body && rest.empty() && reader_.expects_continue(bytes))
    write("HTTP/1.1 100 Continue\r\n\r\n", {});
  if (!reader_.chunked() && rest.empty() && body_bytes_ == 0) return ask();
  return rest.empty() ? Go::kOn : take_body(rest);
}

Session::Go Session::take_body(std::string_view bytes) {
  if (!reader_.chunked()) {
    const std::size_t mine = std::min(bytes.size(), head_bytes_ + body_bytes_ - read_);
    std::copy_n(bytes.data(), mine, message_.data() + read_);
    read_ += mine;
    next_.assign(bytes.substr(mine));
    return read_ == head_bytes_ + body_bytes_ ? ask() : Go::kOn;
  }
  data_.clear();
  const auto part = reader_.read_body(bytes, data_);
  if (part.progress == MessageReader::Progress::kBad)
    return refuse(400, "the chunks of the body cannot be read");
  for (const std::string_view data : data_) {
    message_.append(data);
    body_bytes_ += data.size();
    if (body_bytes_ > worker_.options.longest_body)
      return refuse(413, "the body of the request is too long");
  }
  if (part.progress == MessageReader::Progress::kMore) return Go::kOn;
  next_.assign(bytes.substr(part.taken));
  return ask();
}

/// A client that is not served need not send all of its body, nor is it kept.
/// @param bytes  the head, and what has come of the body
std::optional<Session::Go> Session::turn_away(std::string_view bytes) {
  if (!reader_.chunked() && bytes.size() - head_bytes_ >= body_bytes_) return std::nullopt;
  auto exchange = worker_.handler.exchange();
  auto reply = exchange->screen(reader_.request(bytes));
  if (!reply) return std::nullopt;
  exchange_ = std::move(exchange);
  return refuse(*std::move(reply));
}

/// What came cannot be a request, and nobody knows where the next one begins.
Session::Go Session::refuse(int status, std::string_view reason) {
  return refuse(worker_.handler.refuse(status, reason, std::string(head_.target)));
}

Session::Go Session::refuse(Reply reply) {
  client_speaks_ = {1, false};
  next_.clear();
  head_ = {};  // its bytes may go before the reply has
  head_whole_ = false;
  return begin_reply(std::move(reply));
}

/// The request is whole.
Session::Go Session::ask() {
  message_.reserve(message_.size() + kPadding);
  head_ = reader_.request(message_.view());
  client_speaks_ = {head_.minor, head_.keep_alive && !worker_.draining};
  exchange_ = worker_.handler.exchange();
  const auto body = message_.view().substr(head_bytes_, body_bytes_);
  fresh_ = false;
  return take_step(exchange_->begin({head_, body, peer_}));
}

Session::Go Session::take_step(Step step) {
  if (auto* reply = std::get_if<Reply>(&step)) return begin_reply(std::move(*reply));
  // No edge will tell of a client that left while its request was read.
  if (client_->is(kHungUp)) return end_with(Ending::kClientGone);
  if (auto* later = std::get_if<Later>(&step)) {
    pending_ = std::move(later->reply);
    return enter(Phase::kPondering);
  }
  forward_ = std::get<Forward>(std::move(step));
  forward_at_us_ = loop_.now_us() + forward_.after_us;
  return enter(Phase::kPausing);
}

/// Waits for a reply that another thread puts.
Session::Go Session::ponder() {
  auto reply = pending_->take_or([this] { loop_.call(*this); });
  if (!reply) {
    wait_for(nullptr, 0, 0);
    deadline_us = INT64_MAX;
    return Go::kWait;
  }
  forget_pending();
  return begin_reply(*std::move(reply));
}

void Session::forget_pending() {
  if (pending_) pending_->forget();
  pending_.reset();
}

}  // namespace turnout::http
