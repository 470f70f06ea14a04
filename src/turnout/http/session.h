#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "turnout/http/bytes.h"
#include "turnout/http/connection.h"
#include "turnout/http/exchange.h"
#include "turnout/http/head_writer.h"
#include "turnout/http/message_reader.h"
#include "turnout/http/origins.h"
#include "turnout/http/server.h"

namespace turnout::http {

/// What the sessions of one thread share.
struct Worker {
  Worker(const ServerOptions& its_options, Handler& its_handler, Origins& its_origins)
      : options(its_options), handler(its_handler), origins(its_origins) {}
  EventLoop loop;
  const ServerOptions& options;
  Handler& handler;
  Origins& origins;
  Pool pool;
  std::array<char, 65'536> scratch{};  ///< for what has just been read; nobody's after a wake
  std::atomic<std::size_t> sessions = 0;
  bool draining = false;
  /// @returns now, as Date has it.
  std::string_view date();

 private:
  std::string date_;
  std::int64_t dated_s_ = 0;
};

/// A client's connection: reads a request, asks its exchange, sends an answer or relays an origin's;
/// then the next. A machine of phases, each a function that does what can be done now and says
/// whether to wait. Owns itself.
class Session final : public Sleeper {
 public:
  /// Serves a connection until it ends. @param client  has just been accepted
  static void start(Worker& worker, std::unique_ptr<Connection> client, std::string peer);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;

  void wake(bool late) override;
  void send() override;
  void stop() override;
  void end() override;

 private:
  enum class Phase : std::uint8_t {
    kGreeting,    ///< TLS' handshake
    kReading,     ///< a request
    kPausing,     ///< before a request goes on to an origin
    kConnecting,  ///< to it
    kSending,
    kAwaiting,  ///< the head of its answer
    kRelaying,
    kPondering,  ///< a reply is worked out elsewhere
    kReplying,
    kClosing,  ///< the last answer is out: what the client still sends is thrown away
    kOver,
  };
  /// Whether the phase goes on, or another has begun, or there is nothing to do but to wait.
  enum class Go : std::uint8_t { kOn, kWait };

  Session(Worker& worker, std::unique_ptr<Connection> client, std::string peer);
  ~Session() override;
  void run();
  void give_up();
  Go work();
  void be_late();
  Go wait_for(Connection* connection, std::uint32_t ready, std::int64_t within_us);
  Go enter(Phase phase);
  Go send_later();
  Go end_with(Ending ending);
  Go leave();

  // session_request.cpp: from a client's bytes to a step.
  Go greet();
  Go read_request();
  Go take_bytes(std::string_view bytes);
  Go take_head(std::string_view bytes);
  Go take_body(std::string_view bytes);
  std::optional<Go> turn_away(std::string_view bytes);
  Go refuse(int status, std::string_view reason);
  Go refuse(Reply reply);
  Go ask();
  Go take_step(Step step);
  Go ponder();
  void forget_pending();
  void expect_request();

  // session_origin.cpp: an origin is asked, its answer relayed.
  Go pause();
  Go forward();
  Go connect();
  Go send_request();
  /// @returns kDone once the request is out.
  Io send_parts();
  Go await_answer();
  Go take_answer(std::string_view bytes);
  std::optional<std::string_view> body_begins(std::string_view bytes);
  Go begin_relay(const ResponseHead& head, const Relay& how, std::string_view rest);
  Go relay();
  Go relay_bytes(std::string_view bytes, std::string_view head);
  bool write_data(std::string_view head);
  Go fail(Failure failure);
  bool open_socket(const Address& address);
  void give_back();

  // session_reply.cpp: what is sent to the client.
  Go begin_reply(Reply reply);
  Go send_reply();
  bool send_head();
  bool send_part();
  void take_more();
  Go next_request();
  Go close_slowly();
  /// Sends parts at once; what does not go now waits in out_.
  bool write(std::string_view head, std::string_view rest);
  /// Puts parts behind what waits in out_.
  bool keep(std::string_view head, std::string_view rest);
  /// @returns kDone once out_ is out.
  Io flush();
  std::optional<Go> finish_writing();

  Worker& worker_;
  std::unique_ptr<Connection> client_;
  std::string peer_;
  Phase phase_ = Phase::kGreeting;

  // The request.
  MessageReader reader_{MessageReader::Kind::kRequest};
  Bytes message_;     // head, body and padding
  std::string next_;  // bytes that came behind it
  std::size_t read_ = 0, head_bytes_ = 0, body_bytes_ = 0;
  bool head_whole_ = false;
  std::int64_t begun_us_ = 0;  // when it was accepted, or the request's first byte came
  RequestHead head_;
  Recipient client_speaks_;
  std::unique_ptr<Exchange> exchange_;
  std::shared_ptr<PendingReply> pending_;

  // The origin.
  Forward forward_;
  std::int64_t forward_at_us_ = 0;
  std::shared_ptr<const Origins::Entry> origin_;
  std::unique_ptr<Connection> upstream_;
  std::shared_ptr<const std::vector<Address>> addresses_;
  std::size_t address_ = 0;
  bool reused_ = false, fresh_ = false;
  std::string sent_head_;
  std::vector<iovec> to_send_;
  std::size_t sent_ = 0;  // parts of them
  MessageReader answer_reader_{MessageReader::Kind::kResponse};
  std::string answer_;  // its head, as far as it has come
  bool raw_ = false;    // its chunks pass as they are
  bool answer_ended_ = false;
  bool keeps_origin_ = false;  // its connection may be used again
  std::vector<std::string_view> data_;

  // The answer.
  std::string out_;
  std::size_t out_sent_ = 0;
  Reply reply_;
  std::size_t part_ = 0;
  bool reply_begun_ = false;
  std::int64_t due_us_ = 0;
  bool said_end_ = false;
  std::int64_t closing_until_us_ = 0;
  std::size_t thrown_away_ = 0;
};

}  // namespace turnout::http
