#include "server/behind_proxy.hpp"

#include <algorithm>
#include <utility>

#include "base/address.hpp"
#include "base/ascii.hpp"
#include "base/log.hpp"
#include "http/problem_json.hpp"

namespace rapport::server {
namespace {

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> parts;
  for (std::size_t comma = 0; (comma = list.find(',')) != std::string_view::npos; list.remove_prefix(comma + 1)) {
    parts.push_back(trimmed(list.substr(0, comma)));
  }
  parts.push_back(trimmed(list));
  return parts;
}

/// The values of all headers of that name, in order, as if they were one list.
std::vector<std::string_view> entries_of(const http::Request& request, std::string_view name) {
  std::vector<std::string_view> entries;
  for (const auto& [key, value] : request.headers) {
    if (key != name) continue;
    for (const auto entry : split(value)) entries.push_back(entry);
  }
  return entries;
}

Error around_the_proxy() {
  return {ErrorKind::forbidden, "proxy.passed_by",
          "Here nothing is encrypted. Open the practice by the address that it gave you."};
}

}  // namespace

BehindProxy::BehindProxy(http::Application& application, std::string_view trusted) : application_(application) {
  for (const auto entry : split(trusted)) {
    if (auto address = canonical_address(entry)) trusted_.push_back(std::move(*address));
  }
}

http::Response BehindProxy::handle(const http::Request& request) {
  if (comes_around(request)) return http::problem_response(around_the_proxy());
  return is_trusted(request.peer) ? application_.handle(as_sent(request)) : application_.handle(request);
}

std::optional<http::Behalf> BehindProxy::heavy_for(const http::Request& request) const {
  return is_trusted(request.peer) ? application_.heavy_for(as_sent(request)) : application_.heavy_for(request);
}

std::unique_ptr<http::LiveSession> BehindProxy::open_live(const http::Request& request,
                                                          std::shared_ptr<http::LiveSocket> socket,
                                                          http::Response& refusal) {
  if (comes_around(request)) {
    refusal = http::problem_response(around_the_proxy());
    return nullptr;
  }
  return is_trusted(request.peer) ? application_.open_live(as_sent(request), std::move(socket), refusal)
                                  : application_.open_live(request, std::move(socket), refusal);
}

http::Response BehindProxy::overloaded(const http::Request& request) {
  return application_.overloaded(request);
}

bool BehindProxy::is_trusted(const std::string& address) const {
  return std::find(trusted_.begin(), trusted_.end(), address) != trusted_.end();
}

/// In clear over the network, though there is a proxy that would have encrypted it.
bool BehindProxy::comes_around(const http::Request& request) const {
  return !trusted_.empty() && !request.secure && !is_trusted(request.peer) && !is_loopback(request.peer);
}

http::Request BehindProxy::as_sent(const http::Request& request) const {
  auto sent = request;
  sent.peer = client_of(request);
  const auto protocol = entries_of(request, "x-forwarded-proto");
  if (protocol.size() == 1 && protocol.front() == "https") sent.secure = true;
  // Once: whoever runs it has to know, and everybody who asks is told nothing of it.
  if (!sent.secure && !is_loopback(sent.peer) && !is_told_.test_and_set()) log::warning("proxy.not_secure");
  return sent;
}

/// From the nearest on: each entry was written by the one after it, so it is worth as much as that one is trusted.
std::string BehindProxy::client_of(const http::Request& request) const {
  auto client = request.peer;
  auto entries = entries_of(request, "x-forwarded-for");
  while (!entries.empty() && is_trusted(client)) {
    auto before = canonical_address(entries.back());
    if (!before) break;
    client = std::move(*before);
    entries.pop_back();
  }
  return client;
}

}  // namespace rapport::server
