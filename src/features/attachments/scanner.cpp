#include "features/attachments/scanner.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/descriptor.hpp"
#include "base/log.hpp"

namespace rapport::attachments {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kTcp = "tcp:";
/// Of one piece of the stream; clamd takes any up to its own limit for the whole.
constexpr std::size_t kPiece = std::size_t{64} * 1024;
constexpr std::size_t kLongestAnswer = 4096;
/// What is left of a call's time for what comes after the scan.
constexpr std::chrono::seconds kLeft{2};

Error not_scanned(std::string_view why) {
  log::warning("attachments.not_scanned", {{"why", std::string(why)}});
  constexpr int kSeconds = 30;
  return {ErrorKind::overloaded,
          "attachment.not_scanned",
          "Files are checked for viruses here, and that cannot be done just now. Nothing was sent; please try again in "
          "a minute.",
          {},
          kSeconds};
}

class Connection {
 public:
  explicit Connection(Deadline deadline) : deadline_(deadline - kLeft) {}

  bool open(std::string_view scanner) {
    if (scanner.starts_with(kUnix)) {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      const auto path = scanner.substr(kUnix.size());
      if (path.size() >= sizeof address.sun_path) return false;
      std::memcpy(address.sun_path, path.data(), path.size());
      return connect_to(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    const auto colon = scanner.rfind(':');
    const std::string host(scanner.substr(kTcp.size(), colon - kTcp.size()));
    std::uint16_t port = 0;
    std::from_chars(scanner.data() + colon + 1, scanner.data() + scanner.size(), port);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    return inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1 &&
           connect_to(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!wait_for(POLLOUT)) return false;
      const auto sent = ::send(socket_->get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Up to a zero byte or the end.
  std::string receive() {
    std::string answer;
    std::array<char, 512> some{};
    while (answer.size() < kLongestAnswer && wait_for(POLLIN)) {
      const auto count = ::recv(socket_->get(), some.data(), some.size(), 0);
      if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) break;
      if (count > 0) answer.append(some.data(), static_cast<std::size_t>(count));
      if (answer.find('\0') != std::string::npos) break;
    }
    return answer.substr(0, answer.find('\0'));
  }

 private:
  bool connect_to(int family, const sockaddr* address, socklen_t length) {
    socket_.emplace(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket_->is_open()) return false;
    if (::connect(socket_->get(), address, length) == 0) return true;
    if (errno != EINPROGRESS || !wait_for(POLLOUT)) return false;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket_->get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }
  bool wait_for(short event) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd one{.fd = socket_->get(), .events = event, .revents = 0};
    return ::poll(&one, 1, static_cast<int>(left)) > 0;
  }

  Deadline deadline_;
  std::optional<Descriptor> socket_;
};

std::string length_before(std::size_t length) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8)
    text += static_cast<char>(length >> static_cast<unsigned>(shift) & 0xFFU);
  return text;
}

bool send_stream(Connection& connection, std::string_view bytes) {
  if (!connection.send(std::string_view("zINSTREAM\0", 10))) return false;
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    const auto piece = bytes.substr(at, kPiece);
    if (!connection.send(length_before(piece.size())) || !connection.send(piece)) return false;
  }
  return connection.send(length_before(0));
}

}  // namespace

Result<bool> is_clean(const std::string& scanner, std::string_view bytes, Deadline deadline) {
  Connection connection(deadline);
  if (!connection.open(scanner)) return fail(not_scanned("it cannot be reached"));
  const bool sent = send_stream(connection, bytes);
  // A stream that is longer than it takes is answered before its end.
  const auto answer = connection.receive();
  if (sent && answer == "stream: OK") return true;
  if (answer.starts_with("stream: ") && answer.ends_with(" FOUND")) return false;
  return fail(not_scanned(answer.empty() ? "it did not answer" : "its answer says neither"));
}

}  // namespace rapport::attachments
