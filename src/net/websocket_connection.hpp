#pragma once
/// @file The hand-over from HTTP to WebSocket. Includes Beast: only the two connection files may include this.
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/connection.hpp"

namespace rapport::net {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;

/// What asked for the upgrade: needed until the line is open, not for the hours after.
struct Upgrade {
  BeastRequest message;
  http::Request request;
};

/// Asks the application, then serves the live connection to its end (or sends the refusal and returns).
asio::awaitable<void> serve_live(std::shared_ptr<IoThread> thread, AnyStream& stream, std::unique_ptr<Upgrade> upgrade);

}  // namespace rapport::net
