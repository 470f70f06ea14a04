#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "turnout/base/cancellation.h"
#include "turnout/base/result.h"

namespace turnout::http {

/// What is sent.
struct ClientCall {
  bool get = false;  ///< GET, without a body; else POST
  std::string url;
  std::vector<std::string> fields;  ///< "Name: value"
  std::string body;
  double timeout_s = 60;
};

/// What came back.
struct ClientAnswer {
  int status = 0;
  std::map<std::string, std::string> fields;  ///< by lower-case name; the last of several
  std::string body;
  double seconds = 0;  ///< from the request's start to the answer's end

  /// @returns a field's value by its lower-case name; empty if it is not there.
  [[nodiscard]] std::string field(const std::string& name) const;
};

/// Sends requests over one connection that is kept, and waits for each answer. libcurl, loaded when
/// the first is made. Not thread-safe: each thread has its own.
class Client {
 public:
  /// @param cancellation  ends a request that is under way within a second
  /// @returns kUnsupported if the system has no libcurl.so.4.
  static base::Result<Client> open(const base::Cancellation& cancellation);

  /// @returns the answer, whatever its status; kUnreadable with the reason if none came, or not all of
  ///   it, or not in time; kCancelled.
  base::Result<ClientAnswer> send(const ClientCall& call);

 private:
  struct Close {
    void operator()(void* curl) const;
  };
  Client(void* curl, const base::Cancellation& cancellation)
      : curl_(curl), cancellation_(cancellation) {}
  std::unique_ptr<void, Close> curl_;
  base::Cancellation cancellation_;
};

}  // namespace turnout::http
