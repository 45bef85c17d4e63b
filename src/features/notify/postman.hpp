#pragma once
/// @file Sends the notices whose time has come, on a thread of its own, and notes what came of each. Whatever happens a
/// notice is sent at least once; what could not be noted is noted before anything else is sent, so that a database that
/// takes nothing makes nobody get the same mail over and over.
#include <atomic>
#include <optional>

#include "features/context.hpp"
#include "features/notify/notices_store.hpp"
#include "features/notify/push_service.hpp"
#include "features/notify/smtp.hpp"
#include "features/people/people_shapes.hpp"
#include "work/ticker.hpp"

namespace rapport::notify {

class Postman {
 public:
  /// Looks every `period` for what is due. Without a server every mail fails at once, and says so. `house` outlives
  /// it.
  Postman(House& house, std::optional<MailServer> server, PushServices push, std::chrono::milliseconds period);
  /// Breaks off what is just being sent, within about a second; it is sent again at the next start.
  ~Postman();
  Postman(const Postman&) = delete;
  Postman& operator=(const Postman&) = delete;

 private:
  /// What came of a try.
  struct Outcome {
    Due notice;
    std::optional<Failure> failure;
    bool was_tried = false;
    Time at;
  };

  void send_due();
  /// Nothing when it has to be tried again as if nothing had been.
  std::optional<Outcome> send(const Due& notice);
  std::optional<Outcome> send_mail(const Due& notice);
  std::optional<Outcome> send_push(const Due& notice);
  /// What the mail says where to go. Needs a server.
  Result<std::string> address_of(const Due& notice) const;
  /// Of now, or of the time when a mail about the log-in was queued.
  Result<people::Profile> profile_of(const Due& notice) const;
  /// False when the database did not take it; it is kept then.
  bool note();

  House& house_;
  const std::optional<MailServer> server_;
  const PushServices push_;
  const CurveKey sender_;
  bool is_synthetic_ = false;  ///< the practice, as it was looked up with what is due
  std::optional<Outcome> unnoted_;
  std::atomic<bool> stopping_ = false;
  work::Ticker ticker_;  ///< last: it uses all of the above
};

}  // namespace rapport::notify
