#include "turnout/store/clickhouse_connection.h"

#include <fmt/format.h>

#include <cassert>
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>

#include "turnout/base/curl_functions.h"
#include "turnout/store/pass_store.h"
#include "turnout/store/server_errors.h"

namespace turnout::store {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { base::libcurl().url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { base::libcurl().free(text); }
};
using Text = std::unique_ptr<char, FreeText>;

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (base::libcurl().url_get(url, part, &text, flags) != CURLUE_OK) return {};
  const Text owned(text);
  return owned.get();
}

std::string from_environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return value == nullptr ? otherwise : value;
}

/// "a=1&b=2" as pairs.
std::map<std::string, std::string> options_of(std::string_view query) {
  std::map<std::string, std::string> options;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto option = query.substr(0, end);
    const auto equals = std::min(option.find('='), option.size());
    options[std::string(option.substr(0, equals))] =
        option.substr(std::min(equals + 1, option.size()));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return options;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string escaped(std::string_view text) {
  const Text done(base::libcurl().easy_escape(nullptr, text.data(), static_cast<int>(text.size())));
  return done ? done.get() : "";
}

}  // namespace

Result<ClickHouseAddress> ClickHouseAddress::parse(const std::string& source) {
  constexpr std::string_view kScheme = "clickhouse://";
  ClickHouseAddress address;
  address.name = without_password(source);
  const auto wrong = [&](const std::string& what) {
    return Error{
        ErrorCode::kMalformedInput,
        what +
            ", must be clickhouse://user:password@host:port/database?cluster=NAME&secure=1 with % "
            "for signs",
        address.name};
  };
  assert(source.starts_with(kScheme));
  if (!base::curl_functions()) return base::curl_functions().error().within(address.name);
  const std::unique_ptr<CURLU, FreeUrl> url(base::libcurl().url());
  const std::string as_http = "http://" + source.substr(kScheme.size());
  if (base::libcurl().url_set(url.get(), CURLUPART_URL, as_http.c_str(), 0) != CURLUE_OK)
    return wrong("is no address");
  std::string scheme = "http";
  for (const auto& [key, value] :
       options_of(part_of(url.get(), CURLUPART_QUERY, CURLU_URLDECODE))) {
    if (key == "cluster") {
      address.cluster = value;
    } else if (key == "secure" && (value == "1" || value == "0")) {
      scheme = value == "1" ? "https" : "http";
    } else {
      return wrong("has the option " + key);
    }
  }
  const auto is_name = [](const std::string& text) {
    return text.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
           std::string::npos;
  };
  if (!is_name(address.cluster)) return wrong("has a cluster that is no name");
  const std::string port = part_of(url.get(), CURLUPART_PORT);
  address.url = fmt::format("{}://{}:{}/", scheme, part_of(url.get(), CURLUPART_HOST),
                            !port.empty()       ? port
                            : scheme == "https" ? "8443"
                                                : "8123");
  address.user = part_of(url.get(), CURLUPART_USER, CURLU_URLDECODE);
  address.password = part_of(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
  if (address.user.empty()) address.user = from_environment("CLICKHOUSE_USER", "default");
  if (address.password.empty()) address.password = from_environment("CLICKHOUSE_PASSWORD", "");
  const std::string path = part_of(url.get(), CURLUPART_PATH, CURLU_URLDECODE);
  if (path.size() > 1) address.database = path.substr(1);
  return address;
}

namespace {

std::string new_query_id() {
  static std::random_device random;
  return fmt::format("turnout-{:08x}{:08x}", random(), random());
}

}  // namespace

/// The server answers when it has finished, with an error if there was one.
constexpr const char* kWhole = "&wait_end_of_query=1";

/// One HTTP request and what becomes of its answer.
struct ClickHouseConnection::Request {
  std::string parameters;  // of the address
  std::string_view body;   // sent as it is, unless there is a table
  const Attached* table = nullptr;
  std::function<bool(std::string_view)> use;
};

void ClickHouseConnection::Close::operator()(void* curl) const {
  base::libcurl().easy_cleanup(curl);
}

void ClickHouseConnection::CloseAll::operator()(void* multi) const {
  base::libcurl().multi_cleanup(multi);
}

ClickHouseConnection::ClickHouseConnection(ClickHouseAddress address,
                                           const base::Cancellation& cancellation)
    : address_(std::move(address)),
      cancellation_(cancellation),
      connections_(base::libcurl().multi_init()),
      curl_(base::libcurl().easy_init()) {}

std::string ClickHouseConnection::url(const std::string& parameters) const {
  constexpr const char* kReading =
      "&max_bytes_before_external_group_by=1000000000&max_bytes_before_external_sort=100000000";
  return fmt::format("{}?database={}{}{}{}", address_.url, escaped(address_.database),
                     settings_ == Settings::kNone ? "" : kReading,
                     settings_ == Settings::kWriting ? "&insert_distributed_sync=1" : "",
                     parameters);
}

namespace {

/// Where the bytes of an answer go: to the caller, or to the message of an error.
struct Answer {
  CURL* curl = nullptr;
  const std::function<bool(std::string_view)>* use = nullptr;
  std::string message;
  bool ended = false;
};

std::size_t take(char* data, std::size_t, std::size_t size, void* to) {
  constexpr std::size_t kMessage = 4096;
  auto& answer = *static_cast<Answer*>(to);
  long code = 0;
  base::libcurl().easy_getinfo(answer.curl, CURLINFO_RESPONSE_CODE,
                               &code);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  if (code != 200) {
    if (answer.message.size() < kMessage) answer.message.append(data, size);
    return size;
  }
  answer.ended = !(*answer.use)({data, size});
  return answer.ended ? 0 : size;
}

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-pro-type-vararg): libcurl's interface

/// Ends a statement that nobody waits for any more, if the server listens within a moment.
void ClickHouseConnection::kill(const std::string& query_id) {
  constexpr long kMost = 200;  // milliseconds
  const std::unique_ptr<void, Close> curl(base::libcurl().easy_init());
  const std::string sql = fmt::format("KILL QUERY WHERE query_id = '{}' ASYNC", query_id);
  const auto nothing = [](char*, std::size_t, std::size_t size, void*) { return size; };
  base::libcurl().easy_setopt(curl.get(), CURLOPT_URL, address_.url.c_str());
  prepare(curl.get());
  base::libcurl().easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kMost);
  base::libcurl().easy_setopt(curl.get(), CURLOPT_POSTFIELDS, sql.c_str());
  base::libcurl().easy_setopt(
      curl.get(), CURLOPT_WRITEFUNCTION,
      static_cast<std::size_t (*)(char*, std::size_t, std::size_t, void*)>(nothing));
  base::libcurl().easy_perform(curl.get());
}

/// What all requests have in common.
void ClickHouseConnection::prepare(void* curl) const {
  constexpr long kConnectSeconds = 10;
  base::libcurl().easy_setopt(curl, CURLOPT_NOPROXY, "*");
  base::libcurl().easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  base::libcurl().easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  base::libcurl().easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  base::libcurl().easy_setopt(curl, CURLOPT_USERNAME, address_.user.c_str());
  base::libcurl().easy_setopt(curl, CURLOPT_PASSWORD, address_.password.c_str());
}

/// Sends what curl_ holds and takes the answer.
/// @returns libcurl's code; kCancelled.
Result<int> ClickHouseConnection::perform() {
  constexpr auto kLook = std::chrono::milliseconds(50);
  const struct Added {
    Added(CURLM* to, CURL* what) : multi(to), curl(what) {
      base::libcurl().multi_add_handle(multi, curl);
    }
    ~Added() { base::libcurl().multi_remove_handle(multi, curl); }
    Added(const Added&) = delete;
    Added& operator=(const Added&) = delete;
    Added(Added&&) = delete;
    Added& operator=(Added&&) = delete;
    CURLM* multi;
    CURL* curl;
  } added(connections_.get(), curl_.get());
  for (int running = 1;;) {
    TURNOUT_CHECK(cancellation_.check().within(address_.name));
    if (const auto code = base::libcurl().multi_perform(added.multi, &running); code != CURLM_OK)
      return Error{ErrorCode::kUnreadable, base::libcurl().multi_strerror(code), address_.name};
    if (running == 0) break;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(cancellation_.deadline().left(kLook));
    base::libcurl().multi_poll(added.multi, nullptr, 0, static_cast<int>(left.count()), nullptr);
  }
  int left = 0;
  const CURLMsg* message = base::libcurl().multi_info_read(added.multi, &left);
  return message == nullptr ? CURLE_RECV_ERROR : message->data.result;
}

Status ClickHouseConnection::send(const Request& request) {
  CURL* curl = curl_.get();
  base::libcurl().easy_reset(curl);
  Answer answer{curl, &request.use, {}, false};
  const std::string query_id = new_query_id();
  base::libcurl().easy_setopt(curl, CURLOPT_URL,
                              url("&query_id=" + query_id + request.parameters).c_str());
  prepare(curl);
  base::libcurl().easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  base::libcurl().easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  struct FreeForm {
    void operator()(curl_mime* form) const { base::libcurl().mime_free(form); }
  };
  std::unique_ptr<curl_mime, FreeForm> form;
  curl_slist* headers =
      base::libcurl().slist_append(nullptr, "Expect:");  // no round trip before a large body
  if (request.table != nullptr) {
    form.reset(base::libcurl().mime_init(curl));
    curl_mimepart* part = base::libcurl().mime_addpart(form.get());
    base::libcurl().mime_name(part, request.table->name.c_str());
    base::libcurl().mime_filename(part, "rows");
    base::libcurl().mime_data(part, request.table->rows.data(), request.table->rows.size());
    base::libcurl().easy_setopt(curl, CURLOPT_MIMEPOST, form.get());
  } else {
    headers = base::libcurl().slist_append(headers, "Content-Type: application/octet-stream");
    base::libcurl().easy_setopt(curl, CURLOPT_POST, 1L);
    base::libcurl().easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                                static_cast<curl_off_t>(request.body.size()));
    base::libcurl().easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  }
  base::libcurl().easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  const auto code = perform();
  if (!code && code.error().code == ErrorCode::kCancelled) kill(query_id);
  base::libcurl().slist_free_all(headers);
  if (answer.ended) return base::Done{};
  if (!code) return code.error();
  if (*code != CURLE_OK) {
    const bool reached = *code != CURLE_COULDNT_CONNECT && *code != CURLE_COULDNT_RESOLVE_HOST &&
                         *code != CURLE_SSL_CONNECT_ERROR && *code != CURLE_OPERATION_TIMEDOUT;
    return Error{ErrorCode::kUnreadable,
                 clickhouse_lost_sentence(
                     base::libcurl().easy_strerror(static_cast<CURLcode>(*code)), reached),
                 address_.name};
  }
  long status = 0;
  base::libcurl().easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200) return base::Done{};
  if (answer.message.empty()) answer.message = "the server gave no reason";
  return Error{ErrorCode::kUnreadable,
               exception_in(answer.message).value_or(first_line(answer.message)), address_.name};
}
// NOLINTEND(cppcoreguidelines-pro-type-vararg)

Result<std::string> ClickHouseConnection::query(const std::string& sql) {
  std::string body;
  TURNOUT_CHECK(send({kWhole, sql, nullptr, [&](std::string_view piece) {
                        body += piece;
                        return true;
                      }}));
  return body;
}

Status ClickHouseConnection::stream(const std::string& sql,
                                    const std::function<bool(std::string_view)>& use) {
  // A server that merges what FINAL reads holds a buffer and a block for each column of each part: of
  // ten parts 80 MiB by its own settings, 15 by these, in the same time.
  constexpr const char* kSmallBuffers = "&max_read_buffer_size=65536&max_block_size=8192";
  return send({settings_ == Settings::kNone ? "" : kSmallBuffers, sql, nullptr, use});
}

Status ClickHouseConnection::insert(const std::string& sql, std::string_view rows) {
  return send(
      {kWhole + ("&query=" + escaped(sql)), rows, nullptr, [](std::string_view) { return true; }});
}

Result<std::string> ClickHouseConnection::query(const std::string& sql, const Attached& table) {
  std::string body;
  TURNOUT_CHECK(send({fmt::format("{}&query={}&{}_format=RowBinary&{}_structure={}", kWhole,
                                  escaped(sql), table.name, table.name, escaped(table.structure)),
                      {},
                      &table,
                      [&](std::string_view piece) {
                        body += piece;
                        return true;
                      }}));
  return body;
}

}  // namespace turnout::store
