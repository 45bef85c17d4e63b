#pragma once
/// @file GET /metrics, on an address of its own (setting metrics_listen): what Prometheus reads.
#include <functional>
#include <memory>
#include <string>

#include "features/context.hpp"
#include "http/application.hpp"
#include "net/server.hpp"
#include "server/service.hpp"

namespace rapport::server {

/// What there is at this moment and is not counted along the way; all outlive the call.
struct Watched {
  House& house;
  Service& service;
  const net::Server& server;
};
/// The whole page. What only the database knows is left out while it does not answer within two seconds.
std::string metrics_text(const Watched& watched);

/// Answers GET /metrics with `text`, and 404 to all else.
class MetricsPage final : public http::Application {
 public:
  explicit MetricsPage(std::function<std::string()> text) : text_(std::move(text)) {}
  http::Response handle(const http::Request& request) override;
  std::unique_ptr<http::LiveSession> open_live(const http::Request& request, std::shared_ptr<http::LiveSocket> socket,
                                               http::Response& refusal) override;
  http::Response overloaded(const http::Request& request) override;

 private:
  std::function<std::string()> text_;
};

}  // namespace rapport::server
