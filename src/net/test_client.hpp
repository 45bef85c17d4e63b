#pragma once
/// @file For this layer's tests: a client on a raw socket, an application to talk to, and a server with short times.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "net/server.hpp"

namespace rapport::net {
using std::chrono::milliseconds;
using Frame = std::shared_ptr<const std::string>;

/// A blocking client on a raw socket, so that the tests share no code with what they test.
class Client {
 public:
  /// `before` is called with the descriptor before it connects.
  explicit Client(std::uint16_t port, int receive_buffer = 0, const std::function<void(int)>& before = nullptr)
      : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (before) before(fd_);
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  virtual ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  /// False when the other side is gone, or did not read for too long.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = put(bytes);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// How long a send may wait for the other side to read.
  void send_for(milliseconds time) {
    const timeval value{time.count() / 1000, static_cast<suseconds_t>(time.count() % 1000 * 1000)};
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
  }
  /// Ends with a reset instead of a goodbye.
  void reset_at_end() {
    const linger value{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &value, sizeof value);
  }
  void end_sending() { ::shutdown(fd_, SHUT_WR); }
  /// Reads until `text` holds `mark` (or the stream ends when it is empty); false after the time is up.
  bool read_until(std::string_view mark, milliseconds time = milliseconds(4000)) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (mark.empty() || text.find(mark) == text.npos) {
      const auto left = std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now()).count();
      pollfd wait{fd_, POLLIN, 0};
      if (!has_more() && (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) <= 0)) return false;
      char piece[4096];
      const auto count = get(piece, sizeof piece);
      if (count <= 0) return mark.empty();
      text.append(piece, static_cast<std::size_t>(count));
    }
    return true;
  }
  bool upgrade() {
    send(
        "GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    const bool done = read_until("\r\n\r\n") && text.find("101") != text.npos;
    text.erase(0, text.find("\r\n\r\n") + 4);
    return done;
  }
  void send_frame(std::string_view payload, unsigned char opcode = 0x81) { send(frame(payload, opcode)); }
  /// Masked with zeros: allowed, and readable in a failure's output.
  static std::string frame(std::string_view payload, unsigned char opcode = 0x81) {
    std::string bytes(1, static_cast<char>(opcode));
    if (payload.size() < 126) {
      bytes += static_cast<char>(0x80U | payload.size());
    } else if (payload.size() < 65536) {
      bytes += static_cast<char>(0xFE);
      for (const int shift : {8, 0}) bytes += static_cast<char>((payload.size() >> shift) & 0xFFU);
    } else {
      bytes += static_cast<char>(0xFF);
      for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((payload.size() >> shift) & 0xFFU);
    }
    return bytes + std::string(4, '\0') + std::string(payload);
  }
  bool closed_with(int code) {
    std::string mark(1, static_cast<char>(code >> 8));
    mark += static_cast<char>(code & 0xFF);
    return read_until(mark);
  }

  std::string text;

 protected:
  virtual ssize_t put(std::string_view bytes) { return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  virtual ssize_t get(char* into, std::size_t size) { return ::recv(fd_, into, size, 0); }
  /// Received, but not by the next poll.
  virtual bool has_more() { return false; }
  int fd_;

 private:
  bool connected_ = false;
};

/// Whether what arrived then has waited, "waited" or "at once", in a test in which waiting takes 200 ms at the least.
inline std::string age_in_words(std::chrono::steady_clock::time_point arrived) {
  return std::chrono::steady_clock::now() - arrived > milliseconds(100) ? "waited" : "at once";
}

/// What "/block" and the frame "block" wait at.
class Gate {
 public:
  void wait() {
    ++waiting;
    opened_.wait(false);
  }
  void open() {
    opened_ = true;
    opened_.notify_all();
  }
  std::atomic<int> waiting = 0;

 private:
  std::atomic<bool> opened_ = false;
};

class TestSession final : public http::LiveSession {
 public:
  TestSession(std::shared_ptr<http::LiveSocket> socket, std::atomic<int>& closed, std::atomic<bool>& cut, Gate& gate)
      : socket_(std::move(socket)), closed_(closed), cut_(cut), gate_(gate) {}
  void on_frames(std::vector<std::string> frames, std::chrono::steady_clock::time_point arrived) override {
    std::vector<Frame> answers;
    for (auto& frame : frames) {
      if (frame == "flood") flood(2000);
      if (frame == "much") flood(60);
      if (frame == "throw") throw 1;
      if (frame == "slow") std::this_thread::sleep_for(milliseconds(300));
      if (frame == "block") gate_.wait();
      if (frame == "age") frame = age_in_words(arrived);
      answers.push_back(std::make_shared<const std::string>("echo:" + frame + ";"));
    }
    EXPECT_LE(frames.size(), 32U);
    socket_->send_all(answers);
  }
  void overloaded(const std::vector<std::string>& frames) override {
    for (const auto& frame : frames) socket_->send(std::make_shared<const std::string>("busy:" + frame + ";"));
  }
  void on_closed() override { ++closed_; }

 private:
  void flood(int count) {
    const auto large = std::make_shared<const std::string>(60000, 'x');
    for (int i = 0; i < count; ++i) {
      if (!socket_->send(large)) {
        cut_ = true;
        return;
      }
    }
  }
  std::shared_ptr<http::LiveSocket> socket_;
  std::atomic<int>& closed_;
  std::atomic<bool>& cut_;
  Gate& gate_;
};

class TestApplication final : public http::Application {
 public:
  static constexpr std::size_t kLarge = std::size_t{8} * 1024 * 1024;
  http::Response handle(const http::Request& request) override {
    if (request.target == "/slow") std::this_thread::sleep_for(milliseconds(300));
    if (request.target == "/age") {
      http::Response response;
      response.body = age_in_words(request.arrived);
      return response;
    }
    if (request.target == "/throw") throw std::runtime_error("made to fail");
    if (request.target == "/throw-number") throw 1;
    if (request.target.ends_with("block")) gate.wait();
    http::Response response;
    if (request.target == "/large") {
      response.body.assign(kLarge, 'x');
      return response;
    }
    if (request.target == "/about") {
      response.body = request.peer + (request.secure ? "|secure|" : "|plain|") + std::string(request.header("x-some"));
      return response;
    }
    response.body = request.target + "|" + request.body + "|";
    return response;
  }
  std::unique_ptr<http::LiveSession> open_live(const http::Request& request, std::shared_ptr<http::LiveSocket> socket,
                                               http::Response& refusal) override {
    if (request.target == "/throw") throw 1;
    if (request.target == "/live") ++opened;
    if (request.target == "/live") return std::make_unique<TestSession>(std::move(socket), closed, cut, gate);
    refusal.status = 403;
    return nullptr;
  }
  std::optional<http::Behalf> heavy_for(const http::Request& request) const override {
    constexpr std::string_view heavy = "/heavy-";  // and on whose behalf
    if (!request.target.starts_with(heavy)) return std::nullopt;
    return http::Behalf{request.target.substr(heavy.size()), ""};
  }
  http::Response overloaded(const http::Request&) override {
    http::Response response;
    response.status = 503;
    response.headers.emplace_back("Retry-After", "1");
    return response;
  }
  std::atomic<int> opened = 0;
  std::atomic<int> closed = 0;
  std::atomic<bool> cut = false;
  Gate gate;
};

inline ServerOptions short_times() {
  ServerOptions options;
  options.workers = 4;
  options.header_timeout = milliseconds(400);
  options.read_timeout = milliseconds(400);
  options.close_timeout = milliseconds(300);
  return options;
}

/// A server for one test.
struct Running {
  explicit Running(const ServerOptions& options) : server(options, application) { server.start(); }
  ~Running() { application.gate.open(); }
  bool is_empty_soon() const {
    for (int i = 0; i < 400 && server.connections() > 0; ++i) std::this_thread::sleep_for(milliseconds(10));
    return server.connections() == 0;
  }
  bool answers() const {
    Client client(server.port());
    client.send("GET /well HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return client.read_until("/well||");
  }
  TestApplication application;
  Server server;
};

}  // namespace rapport::net
