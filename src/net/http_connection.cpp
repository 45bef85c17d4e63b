#include <algorithm>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <ctime>
#include <exception>
#include <optional>

#include "base/ascii.hpp"
#include "http/problem_json.hpp"
#include "net/websocket_connection.hpp"

namespace rapport::net {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Parser = bhttp::request_parser<bhttp::string_body>;

constexpr std::size_t kFirstRead = 1024;           // what an idle connection holds ready
constexpr std::size_t kUnparsedLimit = 64 * 1024;  // beyond a header: a body is taken out of the buffer as it comes

enum class Next { keep_alive, close, drop, live };

std::string_view view(const beast::string_view& text) {
  return {text.data(), text.size()};
}

std::optional<http::Method> method_of(bhttp::verb verb) {
  switch (verb) {
    case bhttp::verb::get:
    case bhttp::verb::head:
      return http::Method::get;
    case bhttp::verb::post:
      return http::Method::post;
    case bhttp::verb::put:
      return http::Method::put;
    case bhttp::verb::patch:
      return http::Method::patch;
    case bhttp::verb::delete_:
      return http::Method::del;
    default:
      return std::nullopt;
  }
}

/// Two readings of where a body ends let one client speak in the name of another: refuse them all.
bool is_ambiguous(const Parser& parser) {
  const auto& head = parser.get();
  const auto coding = head.find(bhttp::field::transfer_encoding);
  if (coding != head.end()) {
    if (head.count(bhttp::field::content_length) > 0 || head.version() < 11) return true;
    if (head.count(bhttp::field::transfer_encoding) > 1 || lower_case(view(coding->value())) != "chunked") return true;
  }
  if (head.count(bhttp::field::content_length) > 1) return true;
  return head.count(bhttp::field::host) > 1 || (head.version() >= 11 && head.count(bhttp::field::host) == 0);
}

/// Taken before the body comes: fields after a chunked body are not headers.
void take_head(const Parser& parser, http::Request& request) {
  request.target = std::string(view(parser.get().target()));
  for (const auto& field : parser.get()) {
    request.headers.emplace_back(lower_case(view(field.name_string())), std::string(view(field.value())));
  }
}

bool is_key(std::string_view text) {
  constexpr std::size_t length = 24;  // sixteen bytes as base64
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '=';
  };
  return text.size() == length && std::all_of(text.begin(), text.end(), fits);
}

/// Looked at before the application is asked, so that an upgrade that must fail opens nothing there.
std::optional<http::Response> problem_of_upgrade(const BeastRequest& message) {
  if (view(message[bhttp::field::sec_websocket_version]) != "13") {
    auto response =
        http::transport_problem(426, "live.version", "Only version 13 of the WebSocket protocol is spoken.");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }
  if (message.count(bhttp::field::sec_websocket_key) != 1 || !is_key(view(message[bhttp::field::sec_websocket_key]))) {
    return http::transport_problem(400, "live.key", "The WebSocket key is missing or not well-formed.");
  }
  return std::nullopt;
}

/// Nothing when the other side is gone and no answer can reach it.
std::optional<http::Response> problem_of(ErrorCode error) {
  if (error == bhttp::error::body_limit) {
    return http::transport_problem(413, "request.too_large", "The request's body is too large.");
  }
  if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow) {
    return http::transport_problem(431, "request.header_too_large", "The request's header is too large.");
  }
  if (error == asio::error::operation_aborted) {
    return http::transport_problem(408, "request.timed_out", "The request took too long to arrive.");
  }
  const bool is_parse_error = error.category() == bhttp::make_error_code(bhttp::error::bad_method).category();
  if (!is_parse_error || error == bhttp::error::end_of_stream || error == bhttp::error::partial_message) {
    return std::nullopt;
  }
  return http::transport_problem(400, "request.malformed", "The request is not well-formed HTTP.");
}

asio::awaitable<bool> write_all(AnyStream& stream, std::string head, std::string_view body) {
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(body.data(), body.size())};
  const std::size_t written = co_await asio::async_write(stream, buffers, token);
  co_return !error && written == asio::buffer_size(buffers);
}

asio::awaitable<Next> answer(const ServerOptions& options, AnyStream& stream, const http::Response& response,
                             bool keep_alive, bool with_body) {
  stream.expires_after(options.write_timeout);
  std::string_view body = response.fixed_body.empty() ? std::string_view(response.body) : response.fixed_body;
  if (!with_body || response.status == 204 || response.status == 304) body = {};
  std::string head = response_head(options, response, keep_alive);
  const bool sent = co_await write_all(stream, std::move(head), body);
  if (!sent) co_return Next::drop;
  co_return keep_alive ? Next::keep_alive : Next::close;
}

http::Response run_handler(http::Application& application, const http::Request& request) {
  try {
    return application.handle(request);
  } catch (...) {
    return http::transport_problem(500, "internal", "Something went wrong on our side.");
  }
}

asio::awaitable<http::Response> handle_on_worker(Shared& shared, asio::any_io_executor executor,
                                                 const http::Request& request) {
  http::Response response;
  Signal done(executor);
  // This frame outlives the job: it is left only after the signal, which is the job's last act.
  auto job = [&shared, &request, &response, &done, executor] {
    response = run_handler(shared.application, request);
    asio::post(executor, [&done] { done.set(); });
  };
  const auto heavy_for = shared.application.heavy_for(request);
  const bool accepted =
      heavy_for ? shared.heavy.try_submit(heavy_for->place, heavy_for->name, job) : shared.pool.try_submit(job);
  if (!accepted) co_return overloaded(shared, request);
  co_await done.wait();
  co_return response;
}

asio::awaitable<ErrorCode> read_request(Shared& shared, AnyStream& stream, beast::flat_buffer& buffer, Parser& parser,
                                        http::Request& request) {
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  stream.expires_after(shared.options.header_timeout);
  co_await bhttp::async_read_header(stream, buffer, parser, token);
  if (error) co_return error;
  if (is_ambiguous(parser)) co_return bhttp::make_error_code(bhttp::error::bad_transfer_encoding);
  take_head(parser, request);
  stream.expires_after(shared.options.read_timeout);
  if (!parser.is_done() && lower_case(view(parser.get()[bhttp::field::expect])) == "100-continue") {
    std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const bool sent = co_await write_all(stream, std::move(go_on), std::string_view());
    if (!sent) co_return asio::error::connection_reset;
  }
  co_await bhttp::async_read(stream, buffer, parser, token);
  request.arrived = std::chrono::steady_clock::now();
  co_return error;
}

/// Its frame holds the parser and the request, so an idle connection keeps neither.
asio::awaitable<Next> serve_one(std::shared_ptr<IoThread> thread, AnyStream& stream, beast::flat_buffer& buffer,
                                const std::string& peer, Wait& wait, std::unique_ptr<Upgrade>& upgrade) {
  auto& shared = thread->shared;
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(shared.options.header_limit));
  parser.body_limit(shared.options.body_limit);
  http::Request request;
  const ErrorCode error = co_await read_request(shared, stream, buffer, parser, request);
  wait.end();
  if (error) {
    const auto problem = problem_of(error);
    if (!problem) co_return Next::drop;
    const Next next = co_await answer(shared.options, stream, *problem, false, true);
    co_return next;
  }
  stream.expires_never();
  BeastRequest message = parser.release();
  const auto method = method_of(message.method());
  if (!method) {
    auto problem = http::transport_problem(405, "method.unknown", "This method is not served.");
    problem.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
    const Next next = co_await answer(shared.options, stream, problem, false, true);
    co_return next;
  }
  const bool with_body = message.method() != bhttp::verb::head;
  const bool wants_more = message.keep_alive();
  request.method = *method;
  request.body = std::move(message.body());
  request.peer = peer;
  request.secure = stream.secure();
  if (beast::websocket::is_upgrade(message)) {
    const auto problem = problem_of_upgrade(message);
    if (problem) {
      const Next next = co_await answer(shared.options, stream, *problem, false, true);
      co_return next;
    }
    upgrade = std::make_unique<Upgrade>(Upgrade{std::move(message), std::move(request)});
    co_return Next::live;
  }
  const auto executor = stream.get_executor();
  http::Response response = co_await handle_on_worker(shared, executor, request);
  const AnswerBytes waiting(shared, response.body.size());
  if (!waiting.fit()) response = overloaded(shared, request);
  const bool keep_alive = wants_more && !shared.stopping;
  const Next next = co_await answer(shared.options, stream, response, keep_alive, with_body);
  co_return next;
}

/// Waits for a request's first byte with little memory held. False when the connection is over.
asio::awaitable<bool> wait_for_bytes(AnyStream& stream, beast::flat_buffer& buffer, std::chrono::milliseconds time) {
  if (buffer.size() > 0) co_return true;
  buffer.shrink_to_fit();
  stream.expires_after(time);
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  const auto space = buffer.prepare(kFirstRead);
  const std::size_t count = co_await stream.async_read_some(space, token);
  buffer.commit(count);
  co_return !error && count > 0;
}

/// TLS agrees on its keys. False when it cannot, or takes too long.
asio::awaitable<bool> shake_hands(AnyStream& stream, std::chrono::milliseconds time) {
  if (!stream.secure()) co_return true;
  stream.expires_after(time);
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await stream.async_shake_hands(token);
  co_return !error;
}

asio::awaitable<void> serve_requests(std::shared_ptr<IoThread> thread, AnyStream& stream, const std::string& peer,
                                     Wait& wait) {
  const auto& options = thread->shared.options;
  beast::flat_buffer buffer(options.header_limit + kUnparsedLimit);
  std::unique_ptr<Upgrade> upgrade;
  Next next = Next::keep_alive;
  auto patience = options.header_timeout;
  while (next == Next::keep_alive && !thread->shared.stopping) {
    const bool more = co_await wait_for_bytes(stream, buffer, patience);
    if (!more) co_return;
    next = co_await serve_one(thread, stream, buffer, peer, wait, upgrade);
    patience = options.idle_timeout;
    if (next == Next::keep_alive) wait.begin(thread->idle);
  }
  if (next == Next::live) {
    const auto rest = buffer.data();
    stream.put_back(std::string_view(static_cast<const char*>(rest.data()), rest.size()));
    buffer.clear();
    buffer.shrink_to_fit();
    co_await serve_live(thread, stream, std::move(upgrade));
  }
  if (next == Next::drop) co_return;
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await stream.async_linger(token);
}

bool is_clean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

std::string http_date(std::chrono::system_clock::time_point at) {
  const std::time_t now = std::chrono::system_clock::to_time_t(at);
  thread_local std::time_t cached_at = 0;
  thread_local std::string cached;
  if (now == cached_at) return cached;
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  cached.assign(text.data(), size);
  cached_at = now;
  return cached;
}

}  // namespace

asio::awaitable<void> Signal::wait() {
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  while (!set_) co_await timer_.async_wait(token);
  set_ = false;
}

asio::awaitable<void> serve_http(std::shared_ptr<IoThread> thread, AnyStream stream, std::string peer) {
  Wait wait(stream, thread->half_open);
  const Ender ender(thread, [&stream, &wait](bool hard) {
    if (hard || wait.waits()) stream.close();
  });
  if (thread->shared.stopping) co_return;
  try {
    const bool agreed = co_await shake_hands(stream, thread->shared.options.read_timeout);
    if (!agreed) co_return;
    co_await serve_requests(thread, stream, peer, wait);
  } catch (...) {
    // Out of memory or descriptors: this connection ends, the others go on.
  }
}

std::string response_head(const ServerOptions& options, const http::Response& response, bool keep_alive) {
  const auto reason = bhttp::obsolete_reason(bhttp::int_to_status(static_cast<unsigned>(response.status)));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ' + std::string(view(reason)) + "\r\n";
  head += "Date: " + http_date(options.now()) + "\r\n";
  for (const auto& [name, value] : response.headers) {
    const std::string low = lower_case(name);
    if (low == "content-length" || low == "connection" || low == "date") continue;
    if (is_clean(name) && is_clean(value)) head += name + ": " + value + "\r\n";
  }
  const std::size_t size = response.fixed_body.empty() ? response.body.size() : response.fixed_body.size();
  if (response.status != 204 && response.status != 304) head += "Content-Length: " + std::to_string(size) + "\r\n";
  head += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

http::Response overloaded(Shared& shared, const http::Request& request) {
  try {
    return shared.application.overloaded(request);
  } catch (...) {
    return http::transport_problem(503, "overloaded", "The service is busy.");
  }
}

}  // namespace rapport::net
