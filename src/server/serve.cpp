#include "server/serve.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <charconv>
#include <cstdio>

#include "net/server.hpp"
#include "server/all_routes.hpp"
#include "server/open_house.hpp"
#include "server/service.hpp"

namespace rapport::server {
namespace {

struct Listen {
  std::string host;
  std::uint16_t port = 0;
};

/// "localhost:8080", "127.0.0.1:0", "[::1]:8080".
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
  return Listen{host, static_cast<std::uint16_t>(port)};
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// What people write must not cross a network in clear.
Result<void> check_protection(const config::Settings& settings, const Listen& listen) {
  if (is_loopback(listen.host) || !settings.tls_cert.empty()) return {};
  return fail(invalid("settings.unprotected",
                      fmt::format("Listening on {} without TLS would send what people write in clear. Give a "
                                  "certificate (--tls-cert, --tls-key), or listen on localhost behind a proxy.",
                                  listen.host)));
}

net::ServerOptions server_options(const config::Settings& settings, const Listen& listen) {
  net::ServerOptions options;
  options.host = listen.host;
  options.port = listen.port;
  options.io_threads = static_cast<std::size_t>(settings.io_threads);
  options.workers = static_cast<std::size_t>(settings.workers);
  options.max_connections = static_cast<std::size_t>(settings.connections_max);
  options.tls_cert = settings.tls_cert;
  options.tls_key = settings.tls_key;
  return options;
}

ServiceOptions service_options(const config::Settings& settings) {
  ServiceOptions options;
  options.messages_per_second = static_cast<double>(settings.limits_messages_per_second);
  options.log_ins_per_minute = static_cast<double>(settings.limits_log_ins_per_minute);
  options.sessions.lifetime = std::chrono::hours(settings.log_in_hours);
  options.sessions.idle = std::chrono::hours(settings.log_in_hours);
  return options;
}

/// Signals are taken by this thread alone; every thread started later inherits the mask.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

Result<void> run(const config::Settings& settings) {
  TRY_ASSIGN(const Listen listen, parse_listen(settings.listen));
  TRY(check_protection(settings, listen));
  const auto signals = block_signals();
  const SystemClock clock;
  TRY_ASSIGN(const auto open, OpenHouse::open(settings, clock));
  Routes routes;
  add_all_routes(routes);
  Service service(open->house(), routes, service_options(settings));
  try {
    net::Server server(server_options(settings, listen), service);
    server.start();
    fmt::print("Rapport is running at {}://{}:{}\n", settings.tls_cert.empty() ? "http" : "https", listen.host,
               server.port());
    std::fflush(stdout);
    int received = 0;
    sigwait(&signals, &received);
    server.stop(std::chrono::seconds(5));
  } catch (const std::exception& failure) {
    return fail({ErrorKind::storage, "listen", fmt::format("Cannot serve on {}: {}", settings.listen, failure.what())});
  }
  return {};
}

}  // namespace

int serve(const config::Settings& settings) {
  const auto ran = run(settings);
  if (ran) return 0;
  fmt::print(stderr, "rapport: {}\n", ran.error().detail);
  return 1;
}

}  // namespace rapport::server
