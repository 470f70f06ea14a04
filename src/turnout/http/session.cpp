#include "turnout/http/session.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <ctime>
#include <exception>
#include <utility>

namespace turnout::http {

std::string_view Worker::date() {
  const std::time_t now = std::time(nullptr);
  if (now == dated_s_) return date_;
  dated_s_ = now;
  std::tm time{};
  ::gmtime_r(&now, &time);
  std::array<char, 40> text{};
  date_.assign(text.data(),
               std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &time));
  return date_;
}

Session::Session(Worker& worker, std::unique_ptr<Connection> client, std::string peer)
    : Sleeper(worker.loop),
      worker_(worker),
      client_(std::move(client)),
      peer_(std::move(peer)),
      begun_us_(worker.loop.now_us()) {
  client_->sleeper = this;
  client_->set(kReadable | kWritable);  // most have written by the time that they are accepted
  ++worker_.sessions;
}

Session::~Session() {
  forget_pending();
  if (exchange_) exchange_->ended(Ending::kClientGone);
  --worker_.sessions;
}

void Session::start(Worker& worker, std::unique_ptr<Connection> client, std::string peer) {
  const int on = 1;
  ::setsockopt(client->fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto* session =
      new Session(worker, std::move(client), std::move(peer));  // NOLINT(*-owning-memory): its own
  session->run();
}

void Session::run() {
  try {
    while (phase_ != Phase::kOver && work() == Go::kOn) {
    }
  } catch (const std::exception&) {  // of a library, or no memory: it ends this client's alone
    give_up();
  }
  if (phase_ == Phase::kOver) delete this;  // NOLINT(*-owning-memory)
}

void Session::give_up() {
  phase_ = Phase::kOver;
  try {
    end_with(Ending::kClientGone);
  } catch (const std::exception&) {
    exchange_.reset();
  }
}

Session::Go Session::work() {
  switch (phase_) {
    case Phase::kGreeting:
      return greet();
    case Phase::kReading:
      return read_request();
    case Phase::kPausing:
      return pause();
    case Phase::kConnecting:
      return connect();
    case Phase::kSending:
      return send_request();
    case Phase::kAwaiting:
      return await_answer();
    case Phase::kRelaying:
      return relay();
    case Phase::kPondering:
      return ponder();
    case Phase::kReplying:
      return send_reply();
    case Phase::kClosing:
      return close_slowly();
    case Phase::kOver:
      break;
  }
  return Go::kWait;
}

void Session::wake(bool late) {
  const bool asks_origin = phase_ == Phase::kPausing || phase_ == Phase::kConnecting ||
                           phase_ == Phase::kSending || phase_ == Phase::kAwaiting ||
                           phase_ == Phase::kRelaying;
  const bool waits = phase_ == Phase::kPondering || (phase_ == Phase::kReplying && out_.empty());
  if ((asks_origin || waits) && client_->is(kHungUp)) {
    end_with(Ending::kClientGone);
  } else if (late) {
    be_late();
  }
  run();
}

void Session::send() {
  if (phase_ == Phase::kSending) {
    send_parts();
  } else {
    flush();
  }
}

void Session::be_late() {
  switch (phase_) {
    case Phase::kReading:
      if (read_ == 0) {
        leave();
      } else {
        refuse(408, "the request did not come whole in time");
      }
      return;
    case Phase::kConnecting:
      upstream_.reset();  // on to the next address
      return;
    case Phase::kSending:
    case Phase::kAwaiting:
      fail(Failure::kTimeout);
      return;
    case Phase::kRelaying:
      end_with(out_.empty() ? Ending::kOriginIdle : Ending::kClientGone);
      return;
    case Phase::kReplying:
      end_with(Ending::kClientGone);
      return;
    case Phase::kPausing:
    case Phase::kPondering:
      return;
    case Phase::kGreeting:
    case Phase::kClosing:
    case Phase::kOver:
      phase_ = Phase::kOver;
  }
}

void Session::stop() {
  if (phase_ == Phase::kReplying && reply_.more) {
    reply_.parts.resize(part_);
    due_us_ = 0;
    if (!out_.empty()) end_with(Ending::kClientGone);  // who reads slowly is not waited for
    return run();
  }
  if (phase_ != Phase::kGreeting && (phase_ != Phase::kReading || read_ > 0)) return;
  leave();
  run();
}

void Session::end() {
  end_with(Ending::kClientGone);
  run();
}

Session::Go Session::wait_for(Connection* connection, std::uint32_t ready, std::int64_t within_us) {
  client_->interest = kHungUp;
  if (upstream_) upstream_->interest = 0;
  if (connection != nullptr) connection->interest |= ready;
  deadline_us = loop_.now_us() + within_us;
  return Go::kWait;
}

Session::Go Session::enter(Phase phase) {
  phase_ = phase;
  return Go::kOn;
}

/// What is to go goes at the end of the turn; then the phase goes on, and sees what came of it.
Session::Go Session::send_later() {
  loop_.send_later(*this);
  return wait_for(nullptr, 0, worker_.options.write_us);
}

/// Nothing is under way: the connection ends in order.
Session::Go Session::leave() {
  client_->say_end();
  return enter(Phase::kOver);
}

/// The answer cannot be finished: the connection is closed where it stands.
Session::Go Session::end_with(Ending ending) {
  forget_pending();
  if (exchange_) exchange_->ended(ending);
  exchange_.reset();
  upstream_.reset();
  return enter(Phase::kOver);
}

}  // namespace turnout::http
