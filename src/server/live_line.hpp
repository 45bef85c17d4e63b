#pragma once
/// @file One live line (WebSocket) of one person: frames in, answers out, and being there for those one works with.
#include <memory>
#include <string>
#include <vector>

#include "features/people/people.hpp"
#include "http/application.hpp"
#include "server/service.hpp"

namespace rapport::server {

class LiveLine final : public http::LiveSession {
 public:
  /// `request` is the one that opened the line: its cookie says who speaks on it.
  LiveLine(Service& service, const http::Request& request, std::string token, const access::Viewer& viewer,
           std::shared_ptr<http::LiveSocket> socket);
  ~LiveLine() override;

  /// From here on it is closed with its log-in, and where a client comes who is not among `pairs`. `unauthenticated`
  /// when the log-in has ended already.
  Result<void> prepare(Deadline deadline);
  /// From here on the person is present and is told what happens.
  void begin();

  void on_frames(std::vector<std::string> frames, std::chrono::steady_clock::time_point arrived) override;
  void overloaded(const std::vector<std::string>& frames) override;
  void on_closed() override;

  const std::string& token() const { return token_; }
  SessionId session() const { return session_; }
  AccountId account() const { return account_; }
  const std::vector<people::Pair>& pairs() const { return pairs_; }
  const std::shared_ptr<http::LiveSocket>& socket() const { return socket_; }

 private:
  /// Frames that a single call of a route can answer: the same address, one after another.
  struct Group;
  using Frames = std::vector<std::shared_ptr<const std::string>>;
  void answer_group(const Group& group, Frames& out);
  void tell_presence();
  /// The viewer, looked up again when the last look is older than a second: a line whose log-in has ended is closed
  /// by the service anyway, and a burst of single frames need not ask the database each time.
  Result<std::optional<access::Viewer>> viewer(Deadline deadline, bool is_use);

  Service& service_;
  http::Request request_;
  std::string token_;
  SessionId session_;
  AccountId account_;
  std::vector<people::Pair> pairs_;
  std::shared_ptr<http::LiveSocket> socket_;
  std::optional<access::Viewer> viewer_;
  std::chrono::steady_clock::time_point viewer_until_{};
};

}  // namespace rapport::server
