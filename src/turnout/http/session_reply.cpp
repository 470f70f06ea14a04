#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

#include "turnout/http/session.h"

/// A session's last part: what the client is sent.
namespace turnout::http {
namespace {

constexpr std::int64_t kSlowCloseTime = 2'000'000;  // for a client to read why it was refused

iovec part_of(std::string_view bytes) {
  // sendmsg takes what it only reads by a pointer that may write.
  return {const_cast<char*>(bytes.data()), bytes.size()};  // NOLINT(*-const-cast)
}

}  // namespace

bool Session::write(std::string_view head, std::string_view rest) {
  std::size_t sent = 0;
  if (out_.empty()) {
    const std::array<iovec, 2> parts = {part_of(head), part_of(rest)};
    const Moved moved = client_->write(parts);
    if (moved.io == Io::kError) return false;
    sent = moved.bytes;
  }
  if (sent < head.size()) out_.append(head.substr(sent));
  out_.append(rest.substr(sent - std::min(sent, head.size())));
  return true;
}

bool Session::keep(std::string_view head, std::string_view rest) {
  out_.reserve(out_.size() + head.size() + rest.size());
  out_.append(head).append(rest);
  return true;
}

Io Session::flush() {
  while (out_sent_ < out_.size()) {
    const iovec part = part_of(std::string_view(out_).substr(out_sent_));
    const Moved moved = client_->write({&part, 1});
    if (moved.io != Io::kDone) return moved.io;
    out_sent_ += moved.bytes;
  }
  out_ = std::string();
  out_sent_ = 0;
  return Io::kDone;
}

/// Nothing if all is out.
std::optional<Session::Go> Session::finish_writing() {
  switch (flush()) {
    case Io::kDone:
      return std::nullopt;
    case Io::kWait:
      return wait_for(client_.get(), kWritable, worker_.options.write_us);
    default:
      return end_with(Ending::kClientGone);
  }
}

Session::Go Session::begin_reply(Reply reply) {
  reply_ = std::move(reply);
  if (reply_.cut) client_speaks_.keep_alive = false;
  if (client_speaks_.minor == 0 && (!reply_.parts.empty() || reply_.more))
    client_speaks_.keep_alive = false;
  part_ = 0;
  reply_begun_ = false;
  due_us_ = loop_.now_us() + reply_.after_us;
  return enter(Phase::kReplying);
}

/// Sends the head and the parts of a reply as they fall due.
Session::Go Session::send_reply() {
  if (const auto go = finish_writing()) return *go;
  if (reply_begun_ && part_ == reply_.parts.size() && reply_.more) take_more();
  if (reply_begun_ && part_ == reply_.parts.size()) {
    if (exchange_) exchange_->ended(Ending::kWhole);
    exchange_.reset();
    if (reply_.cut) return enter(Phase::kOver);
    return client_speaks_.keep_alive ? next_request() : enter(Phase::kClosing);
  }
  if (due_us_ > loop_.now_us()) {
    loop_.set_alarm(*this, due_us_);
    return wait_for(nullptr, 0, due_us_ - loop_.now_us() + kSlowCloseTime);
  }
  const bool written = reply_begun_ ? send_part() : send_head();
  if (part_ < reply_.parts.size()) due_us_ = loop_.now_us() + reply_.parts[part_].after_us;
  return written ? Go::kOn : end_with(Ending::kClientGone);
}

bool Session::send_head() {
  reply_begun_ = true;
  const bool no_body = head_whole_ && head_.method == "HEAD";
  const std::string head = head_of(reply_, client_speaks_, worker_.date());
  if (no_body) {
    reply_.parts.clear();
    reply_.more = nullptr;
  }
  return write(head, no_body ? std::string_view() : std::string_view(reply_.body));
}

bool Session::send_part() {
  std::string bytes = std::move(reply_.parts[part_].bytes);
  const bool last = ++part_ == reply_.parts.size() && !reply_.more;
  if (client_speaks_.minor > 0 && !bytes.empty())
    bytes = chunk_of(bytes);  // an empty one is the end
  if (client_speaks_.minor > 0 && last && !reply_.cut) bytes += kLastChunk;
  return write(bytes, {});
}

/// The part that comes next, or behind the last one an empty one, which ends the answer.
void Session::take_more() {
  auto part = worker_.draining ? std::nullopt : reply_.more();
  if (!part) reply_.more = nullptr;
  reply_.parts.assign(1, part ? *std::move(part) : TimedPart{});
  part_ = 0;
  due_us_ = loop_.now_us() + reply_.parts.front().after_us;
}

Session::Go Session::next_request() {
  if (worker_.draining) return leave();
  expect_request();
  return Go::kOn;
}

/// A socket that is closed with bytes unread resets the connection, and the client may not see the
/// answer: what it still sends is read and thrown away.
Session::Go Session::close_slowly() {
  constexpr std::size_t kMostThrownAway = 1U << 20U;
  if (!said_end_ && client_->say_end() == Io::kWait)
    return wait_for(client_.get(), kWritable, worker_.options.write_us);
  said_end_ = true;
  if (closing_until_us_ == 0) closing_until_us_ = loop_.now_us() + kSlowCloseTime;
  for (;;) {
    const Moved moved = client_->read(worker_.scratch.data(), worker_.scratch.size());
    thrown_away_ += moved.bytes;
    if (moved.io == Io::kDone && thrown_away_ < kMostThrownAway) continue;
    if (moved.io != Io::kWait) return enter(Phase::kOver);
    wait_for(client_.get(), kReadable, 0);
    deadline_us = closing_until_us_;
    return Go::kWait;
  }
}

}  // namespace turnout::http
