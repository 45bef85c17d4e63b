#pragma once
/// @file For a server behind a reverse proxy: tells the service who really asks, and whether they came over TLS.
#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "http/application.hpp"

namespace rapport::server {

/// Passes every request on. One that a trusted proxy sent has as its peer the last address of X-Forwarded-For that is
/// no trusted proxy's itself, and is secure when X-Forwarded-Proto says https. From anybody else these headers mean
/// nothing, because anybody can send them. An entry that is no plain address ends the reading there.
/// Where there is a proxy, whoever comes past it in clear over the network is refused: 403 "proxy.passed_by".
class BehindProxy final : public http::Application {
 public:
  /// `trusted` as the setting trusted_proxy has them: addresses, with commas between; empty: nobody. `application`
  /// outlives this.
  BehindProxy(http::Application& application, std::string_view trusted);

  http::Response handle(const http::Request& request) override;
  std::optional<http::Behalf> heavy_for(const http::Request& request) const override;
  std::unique_ptr<http::LiveSession> open_live(const http::Request& request, std::shared_ptr<http::LiveSocket> socket,
                                               http::Response& refusal) override;
  http::Response overloaded(const http::Request& request) override;

 private:
  bool is_trusted(const std::string& address) const;
  bool comes_around(const http::Request& request) const;
  http::Request as_sent(const http::Request& request) const;
  std::string client_of(const http::Request& request) const;

  http::Application& application_;
  std::vector<std::string> trusted_;
  mutable std::atomic_flag is_told_;  ///< that the proxy does not say that it encrypts
};

}  // namespace rapport::server
