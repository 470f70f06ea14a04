#include "turnout/http/origins.h"

#include <fmt/format.h>
#include <netdb.h>

#include <algorithm>
#include <cstring>

namespace turnout::http {
namespace {

std::vector<Address> addresses_of(const Origin& origin) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  std::vector<Address> addresses;
  if (::getaddrinfo(origin.host.c_str(), std::to_string(origin.port).c_str(), &hints, &found) != 0)
    return addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Address address;
    address.size = at->ai_addrlen;
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    addresses.push_back(address);
  }
  ::freeaddrinfo(found);
  return addresses;
}

bool is_quiet(Connection& connection) {
  if (connection.is(kHungUp)) return false;
  // Whatever can be read now answers no request: an end, or bytes that belong to nobody.
  return !connection.is(kReadable) || connection.is_quiet();
}

}  // namespace

base::Result<std::uint32_t> Origins::add(const Origin& origin) {
  Entry entry;
  entry.origin = origin;
  if (origin.tls) {
    TURNOUT_TRY(entry.tls, TlsOrigin::make(origin));
  }
  const bool v6 = origin.host.find(':') != std::string::npos;
  entry.host = v6 ? "[" + origin.host + "]" : origin.host;
  if (origin.port != (origin.tls ? 443 : 80)) entry.host += fmt::format(":{}", origin.port);
  entry.addresses = std::make_shared<const std::vector<Address>>(addresses_of(origin));
  const std::lock_guard lock(mutex_);
  entries_.push_back(std::make_shared<const Entry>(std::move(entry)));
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

std::shared_ptr<const Origins::Entry> Origins::find(std::uint32_t number) const {
  const std::lock_guard lock(mutex_);
  return entries_[number];
}

std::size_t Origins::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void Origins::resolve() {
  for (std::uint32_t i = 0; i < size(); ++i) {
    const auto entry = find(i);
    auto addresses = addresses_of(entry->origin);
    if (addresses.empty()) continue;
    Entry renewed = *entry;
    renewed.addresses = std::make_shared<const std::vector<Address>>(std::move(addresses));
    const std::lock_guard lock(mutex_);
    entries_[i] = std::make_shared<const Entry>(std::move(renewed));
  }
}

std::unique_ptr<Connection> Pool::take(std::uint32_t origin) {
  if (origin >= idle_.size()) return nullptr;
  auto& idle = idle_[origin];
  while (!idle.empty()) {
    auto connection = std::move(idle.back().connection);
    idle.pop_back();
    if (is_quiet(*connection)) return connection;
  }
  return nullptr;
}

void Pool::put(std::uint32_t origin, std::unique_ptr<Connection> connection, std::int64_t now_us) {
  if (origin >= idle_.size()) idle_.resize(origin + 1);
  if (idle_[origin].size() >= kMostIdle || !is_quiet(*connection)) return;
  connection->sleeper = nullptr;
  connection->interest = 0;
  idle_[origin].push_back({std::move(connection), now_us});
}

void Pool::sweep(std::int64_t now_us) {
  for (auto& idle : idle_) {
    std::erase_if(idle, [&](const Idle& one) {
      return now_us - one.since_us > kLongestIdleTime || !is_quiet(*one.connection);
    });
  }
}

}  // namespace turnout::http
