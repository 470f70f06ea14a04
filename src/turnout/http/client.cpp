#include "turnout/http/client.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>

#include "turnout/base/curl_functions.h"

namespace turnout::http {
namespace {

using base::libcurl;

struct FreeList {
  void operator()(curl_slist* list) const { libcurl().slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

List list_of(const std::vector<std::string>& fields) {
  List list;
  for (const auto& field : fields)
    list.reset(libcurl().slist_append(list.release(), field.c_str()));
  return list;
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* answer) {
  static_cast<ClientAnswer*>(answer)->body.append(data, size);
  return size;
}

std::size_t take_field(char* data, std::size_t, std::size_t size, void* answer) {
  std::string_view line(data, size);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  line.remove_prefix(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
  static_cast<ClientAnswer*>(answer)->fields[name] = line;
  return size;
}

int stop_if_asked(void* cancellation, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const base::Cancellation*>(cancellation)->requested() ? 1 : 0;
}

}  // namespace

std::string ClientAnswer::field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

void Client::Close::operator()(void* curl) const { libcurl().easy_cleanup(curl); }

base::Result<Client> Client::open(const base::Cancellation& cancellation) {
  if (!base::curl_functions()) return base::curl_functions().error();
  return Client(libcurl().easy_init(), cancellation);
}

base::Result<ClientAnswer> Client::send(const ClientCall& call) {
  constexpr double kMilli = 1000;
  const auto& curl = libcurl();
  auto* handle = curl_.get();
  ClientAnswer answer;
  const List fields = list_of(call.fields);
  curl.easy_reset(handle);  // its connection stays open
  curl.easy_setopt(handle, CURLOPT_URL, call.url.c_str());
  curl.easy_setopt(handle, CURLOPT_HTTPHEADER, fields.get());
  if (!call.get) {
    curl.easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(call.body.size()));
    curl.easy_setopt(handle, CURLOPT_POSTFIELDS, call.body.data());
  }
  curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, &take_body);
  curl.easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
  curl.easy_setopt(handle, CURLOPT_HEADERFUNCTION, &take_field);
  curl.easy_setopt(handle, CURLOPT_HEADERDATA, &answer);
  curl.easy_setopt(handle, CURLOPT_TIMEOUT_MS, std::lround(call.timeout_s * kMilli));
  curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(handle, CURLOPT_NOPROXY, "*");
  curl.easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &stop_if_asked);
  curl.easy_setopt(handle, CURLOPT_XFERINFODATA, &cancellation_);
  const auto start = std::chrono::steady_clock::now();
  const CURLcode code = curl.easy_perform(handle);
  TURNOUT_CHECK(cancellation_.check());
  if (code != CURLE_OK)
    return base::Error{base::ErrorCode::kUnreadable, curl.easy_strerror(code), call.url};
  long status = 0;
  curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  answer.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return answer;
}

}  // namespace turnout::http
