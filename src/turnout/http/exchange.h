#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "turnout/http/message.h"

/// What a program says to a request: an answer of its own, or where to send it on. A Server asks; no
/// socket is seen here, so that a handler is tested by calling it.
namespace turnout::http {

/// A part of an answer that is sent so many microseconds after the one before it.
struct TimedPart {
  std::int64_t after_us = 0;
  std::string bytes;
};

/// An answer of the program's own.
struct Reply {
  int status = 200;
  std::vector<Field> fields;  ///< Content-Type among them; framing, Date and Connection are added
  std::string body;
  /// If there are any: the body, sent in chunks as time passes.
  std::vector<TimedPart> parts;
  std::int64_t after_us = 0;  ///< the head waits so long
  bool cut = false;           ///< the connection is dropped where the answer should end (a test's)
  /// If there is one: asked for a further part whenever the client has taken all before it, until it
  /// has none; so nothing piles up for who reads slowly. Must not block. An answer that would go on for
  /// ever ends when the server stops.
  std::function<std::optional<TimedPart>()> more = nullptr;
};

/// A place of the body that is written anew.
struct Edit {
  std::size_t begin = 0, end = 0;  ///< bytes of the request's body, in order, not overlapping
  std::string text;                ///< instead of them
};

/// The request goes on to an origin.
struct Forward {
  std::uint32_t origin = 0;   ///< Server::add_origin()'s number
  std::string target;         ///< "/v1/chat/completions?x=1"
  std::vector<Field> fields;  ///< in place of the client's of the same name, or added
  std::span<const std::string_view>
      without;  ///< names of fields that are not passed on; they outlive it
  std::vector<Edit> edits;
  std::int64_t after_us = 0;   ///< wait before it: a retry's backoff
  bool looks_at_body = false;  ///< answered() waits for the body's first bytes
};

/// Where a reply is put that is worked out elsewhere: on another thread, so that this one goes on
/// serving. Shared by who works it out and the connection that waits for it.
class PendingReply {
 public:
  /// Puts the reply there, from any thread. Only the first is sent, and none if the client has left.
  void put(Reply reply);

  /// @param told  called by put(), on its thread, unless there is a reply already
  /// @returns the reply, if there is one; it is taken then.
  std::optional<Reply> take_or(std::function<void()> told);
  /// From its return on nobody is told.
  void forget();

 private:
  std::mutex mutex_;
  std::optional<Reply> reply_;
  std::function<void()> told_;
};

/// The client is kept waiting for a reply, as long as it takes; if it leaves, the exchange is told of
/// its end.
struct Later {
  std::shared_ptr<PendingReply> reply;
};
using Step = std::variant<Reply, Forward, Later>;

/// The origin's answer goes to the client as it comes, with these lines instead of its own of the same
/// name.
struct Relay {
  std::vector<Field> fields;
  std::span<const std::string_view> without;
};

/// Why an origin gave no answer.
enum class Failure : std::uint8_t {
  kConnect,  ///< no address, refused, or no connection in time; TLS did not verify
  kTimeout,  ///< the head of the answer did not come in time
  kCut,      ///< it closed the connection before the head was whole
  kGarbage,  ///< what came is no HTTP that may be passed on
};
/// @returns "connect", "timeout", "cut", "garbage".
std::string_view name_of(Failure failure);

/// How an exchange ended.
enum class Ending : std::uint8_t {
  kWhole,      ///< the client has been sent all of the answer
  kOriginCut,  ///< the origin's answer broke off; the client's connection was closed without an end
  kOriginIdle,  ///< nothing came of it for too long; likewise
  kClientGone,  ///< the client left, or did not take the answer in time
};

/// One request, from its head to the end of its answer. Called by one thread; must not block.
class Exchange {
 public:
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  Exchange(Exchange&&) = delete;
  Exchange& operator=(Exchange&&) = delete;
  virtual ~Exchange() = default;

  /// The head is whole, the body is not. @returns a reply for who shall send no more: it is the last on
  ///   this connection, and only ended() follows; nothing: the body is read, for another exchange.
  virtual std::optional<Reply> screen(const RequestHead& /*head*/) { return std::nullopt; }
  /// The request is whole: what is to be done? Views of it hold until `answered` says to relay.
  virtual Step begin(const Request& request) = 0;
  /// An origin gave no answer: another try, or a reply.
  virtual Step failed(Failure failure) = 0;
  /// An origin's head has come: its answer is relayed, or dropped for another try or a reply.
  virtual std::variant<Relay, Reply, Forward> answered(const ResponseHead& head) = 0;
  /// A part of the relayed body, without its framing.
  virtual void data(std::string_view part) = 0;
  /// Nothing comes after this.
  virtual void ended(Ending ending) = 0;
};

/// Gives each request its exchange. Called from all of the server's threads.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  Handler(Handler&&) = delete;
  Handler& operator=(Handler&&) = delete;
  virtual ~Handler() = default;

  virtual std::unique_ptr<Exchange> exchange() = 0;
  /// The answer to a request that cannot be read: 400, 408, 411, 413, 417, 431, 501, 505.
  /// @param target  as far as it is known
  virtual Reply refuse(int status, std::string_view reason, std::string_view target) = 0;
};

}  // namespace turnout::http
