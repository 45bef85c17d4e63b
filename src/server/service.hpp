#pragma once
/// @file From a request, or a frame of a live line, to its answer: who asks, may they, do they ask too much, then the
/// route's handler. The same path for both, and the only one.
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "access/rate_limit.hpp"
#include "features/context.hpp"
#include "http/application.hpp"
#include "server/health.hpp"
#include "server/metrics.hpp"
#include "server/static_files.hpp"

namespace rapport::server {

struct ServiceOptions {
  double messages_per_second = 500;            ///< per person; 0: no limit. Everything else has the same limit, apart
  std::int64_t words_per_day = 64 << 20;       ///< bytes of one person, files apart; 0: no limit
  std::size_t live_connections = 20;           ///< of one person; 0: no limit
  std::chrono::milliseconds deadline{10'000};  ///< of one call, from when it arrived
  std::chrono::milliseconds look_at_sessions{30'000};  ///< how often live lines are held against their log-ins
};

class LiveLine;

/// Who has a heavy call in hand.
struct Turns {
  std::mutex mutex;
  std::set<AccountId> busy;
};

class Service final : public http::Application {
 public:
  /// `house` and `routes` outlive the service.
  Service(House& house, const Routes& routes, ServiceOptions options);
  ~Service() override;

  http::Response handle(const http::Request& request) override;
  std::unique_ptr<http::LiveSession> open_live(const http::Request& request, std::shared_ptr<http::LiveSocket> socket,
                                               http::Response& refusal) override;
  std::optional<http::Behalf> heavy_for(const http::Request& request) const override;
  http::Response overloaded(const http::Request& request) override;

  /// Whether the database answers, as /healthz says it.
  bool is_well() { return health_.is_well(); }
  const Metrics& metrics() const { return metrics_; }
  std::size_t live_lines();  ///< that are open

 private:
  friend class LiveLine;
  /// Who a token stands for, if anyone.
  struct Caller {
    std::optional<access::Viewer> viewer;
    std::string token;
    std::string_view origin;  ///< "web" or "live"
    std::string peer;         ///< against whose network a limit is counted when nobody is logged in
  };

  Result<Caller> identify(const http::Request& request, std::string_view origin, Deadline deadline);
  /// `is_use`: the person does something with it, so that it does not end for want of use.
  Result<access::FoundSession> session_of(std::string_view token, Deadline deadline, bool is_use);
  /// What is said where a queue has no room.
  static Error too_much_to_do();
  http::Response handle_api(const http::Request& request);
  /// One answer per input. `sent_well` is what the transport's own checks (origin, token, kind of body) came to.
  std::vector<http::Response> answer(const http::Request& request, const http::Match& match, const Caller& caller,
                                     std::span<const http::BodyInput> inputs, Deadline deadline,
                                     const Result<void>& sent_well = {});
  /// The same, uncounted: those who have to be known are.
  std::vector<http::Response> answer_known(const http::Request& request, const http::Match& match, const Caller& caller,
                                           std::span<const http::BodyInput> inputs, Deadline deadline,
                                           const Result<void>& sent_well);
  /// The inputs that are within the limit: refused, or handled; and what that leaves in the audit.
  std::vector<http::Response> answer_within(const http::Request& request, const http::Match& match,
                                            const Caller& caller, std::span<const http::BodyInput> inputs,
                                            Deadline deadline, const Result<void>& sent_well);
  Result<void> is_sent_well(const http::Request& request, const http::Route& route, const Caller& caller) const;
  std::vector<http::Response> call_handler(Context& context, http::Call& call, const http::Match& match,
                                           std::span<const http::BodyInput> inputs) const;
  Result<std::unique_ptr<http::LiveSession>> begin_line(Context& context, const http::Call& call,
                                                        std::shared_ptr<http::LiveSocket> socket);
  Context context_of(const Caller& caller) const;
  int seconds_to_wait(const http::Route& route, const Caller& caller);
  void count_refusals(const Caller& caller, std::int64_t refused);
  /// Of what people write nothing goes by itself: no one of them is to fill the disk.
  int seconds_to_wait_for_words(const http::Route& route, const Caller& caller, const http::BodyInput& input);
  Deadline deadline_of(const http::Request& request) const { return request.arrived + options_.deadline; }
  /// For what is left to do when the call's own time may be over.
  Deadline deadline_from_now() const;

  /// Of one person's lines beyond the most that are allowed the oldest is closed.
  void enter(LiveLine* line);
  void leave(LiveLine* line);
  void watch_sessions();
  void cut_lines_of(const std::set<SessionId>& sessions);
  void cut_lines_of(AccountId account, int code, std::string_view why);
  void cut_ended_sessions();
  std::map<SessionId, std::string> live_sessions();  ///< with their tokens
  bool stops();

  House& house_;
  const Routes& routes_;
  ServiceOptions options_;
  Health health_;
  Metrics metrics_;
  access::RateLimit limits_;
  Turns turns_;
  StaticFiles files_;

  std::mutex presence_mutex_;  ///< whoever tells last tells what is so
  std::mutex lines_mutex_;
  std::map<AccountId, std::vector<LiveLine*>> lines_;  ///< of each person, the oldest first
  std::mutex watch_mutex_;
  std::condition_variable watch_wakes_;
  std::set<SessionId> ended_;  ///< log-ins whose lines are still to be cut
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace rapport::server
