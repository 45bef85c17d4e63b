#pragma once
/// @file HTTP/1.1 and WebSocket on TCP or TLS. The only header of this layer that others include.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "http/application.hpp"

namespace rapport::net {

struct ServerOptions {
  std::string host = "localhost";  ///< "localhost" binds 127.0.0.1 and, where there is one, ::1
  std::uint16_t port = 0;          ///< 0 = any free port; Server::port() tells which
  std::size_t header_limit = 16 * 1024;
  std::size_t body_limit = 1024 * 1024;
  std::chrono::milliseconds header_timeout{
      10000};  ///< for a new connection's first byte, and for each header from then on
  std::chrono::milliseconds read_timeout{15000};  ///< for a body after its header, and for TLS to agree
  std::chrono::milliseconds write_timeout{30000};
  std::chrono::milliseconds idle_timeout{60000};        ///< between two requests
  std::chrono::milliseconds live_idle_timeout{300000};  ///< a silent WebSocket; pinged at half of it
  std::chrono::milliseconds close_timeout{3000};        ///< for the other side to answer a close
  std::size_t max_frame = http::kLongestFrame;          ///< bytes of one frame that comes in
  std::size_t send_queue_frames = 1024;
  std::size_t send_queue_bytes = 4 * 1024 * 1024;
  std::size_t max_answer_bytes =
      std::size_t{128} * 1024 * 1024;  ///< of all answers that wait to be taken, beyond small ones
  std::size_t max_connections =
      20000;                         ///< at the most; whoever waits longest without a request makes room for the next
  std::size_t max_half_open = 1000;  ///< of them, those that have not yet sent one whole request
  std::size_t io_threads = 1;
  std::size_t workers = 16;
  std::size_t queue = 8192;
  std::size_t heavy_workers = 2;  ///< for requests that are slow by nature; see http::Application::heavy_for
  std::size_t heavy_queue = 1024;
  std::size_t heavy_of_address = 128;  ///< of these, how many from one address may wait
  std::size_t heavy_of_one = 32;       ///< and of one person there
  std::function<std::chrono::system_clock::time_point()> now =
      std::chrono::system_clock::now;  ///< what the Date of an answer says
  std::string tls_cert = {};           ///< PEM chain; with tls_key set the port speaks TLS only
  std::string tls_key = {};
};

/// Why it cannot serve at all, in a sentence for whoever runs it.
struct CannotServe : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads certificate chain and key as a server would. Throws CannotServe, naming the file.
void check_tls_files(const std::string& cert, const std::string& key);

/// The application must outlive the server.
class Server {
 public:
  /// Binds the port and reads certificate and key; throws CannotServe when that fails.
  Server(const ServerOptions& options, http::Application& application);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start();
  std::uint16_t port() const;
  std::size_t connections() const;
  /// Requests and frames that wait for a worker.
  std::size_t waiting() const;
  /// Reads certificate and key again: whoever connects from now on gets them, those who are connected go on. Throws
  /// CannotServe when they cannot be used, and serves on with what it had. Thread-safe.
  void reload_tls();
  /// Takes no more connections and reads no more. What was read before is handled and answered; then HTTP
  /// connections end, and live ones close with 1001. After `grace` cuts off what is left. Returns when nothing runs
  /// any more.
  void stop(std::chrono::milliseconds grace);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport::net
