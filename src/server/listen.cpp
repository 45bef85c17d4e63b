#include "server/listen.hpp"

#include <fmt/format.h>
#include <netdb.h>

#include <array>
#include <charconv>
#include <memory>

#include "base/address.hpp"

namespace rapport::server {
namespace {

/// Of several addresses the first, as the system orders them.
Result<std::string> look_up(const std::string& host) {
  if (host == "localhost") return host;  // both its addresses are served
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found); failed != 0) {
    return fail(invalid("settings.listen", fmt::format("Cannot listen on {}: no address is known for it ({}).", host,
                                                       gai_strerror(failed))));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
  std::array<char, NI_MAXHOST> text{};
  ::getnameinfo(all->ai_addr, all->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  return std::string(text.data());
}

}  // namespace

Result<Listen> parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  unsigned port = 65'536;
  if (colon != std::string::npos) {
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
    if (parsed.ec != std::errc() || parsed.ptr != end) port = 65'536;
  }
  if (port > 65'535 || colon == 0) {
    return fail(invalid("settings.listen", fmt::format("\"{}\" is no address to listen on: give HOST:PORT.", text)));
  }
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  TRY_ASSIGN(auto address, look_up(host));
  return Listen{std::move(host), std::move(address), static_cast<std::uint16_t>(port)};
}

Result<std::optional<Listen>> parse_metrics_listen(const config::Settings& settings) {
  if (settings.metrics_listen.empty()) return std::nullopt;
  TRY_ASSIGN(auto listen, parse_listen(settings.metrics_listen));
  if (is_loopback(listen.address)) return listen;
  return fail(
      invalid("settings.metrics",
              fmt::format("The metrics can be read on this computer only, and {} is reached by others: give "
                          "localhost:PORT (--metrics-listen) and let a proxy that asks who they are pass it on.",
                          listen.host)));
}

Result<void> check_protection(const config::Settings& settings, const Listen& listen) {
  if (is_loopback(listen.address) || !settings.tls_cert.empty() || !settings.trusted_proxy.empty()) return {};
  return fail(invalid("settings.unprotected",
                      fmt::format("Listening on {} without TLS would send what people write in clear. Give a "
                                  "certificate (--tls-cert, --tls-key), or name the proxy that has one "
                                  "(--trusted-proxy), or listen on localhost.",
                                  listen.host)));
}

}  // namespace rapport::server
