#pragma once
/// @file Handing a mail to the practice's mail server. Encrypted and with its certificate checked, or not at all,
/// unless the settings say that the server is on this computer.
#include <atomic>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "features/notify/failures.hpp"

namespace rapport::notify {

struct MailServer {
  std::string url;  ///< smtp://… or smtps://…, without a path
  std::string user;
  std::string password;
  std::string authorities;  ///< PEM file; empty: those of the system
  bool encrypted = true;
  std::string from;              ///< a mail address
  std::string practice_address;  ///< what mails say where to log in
};

/// Nothing when no mail is sent. Reads the password's file. Errors are sentences for the one who runs the program.
Result<std::optional<MailServer>> mail_server(const config::Settings& settings);

enum class Handed : std::uint8_t {
  over,     ///< the server has taken the mail
  back,     ///< it has not; see `failure`
  stopped,  ///< broken off by `stop`: it may have taken it or not
};
struct Handing {
  Handed outcome = Handed::over;
  Failure failure = Failure::unreachable;
};

/// One mail, one connection; at most a minute, and no more than a second longer once `stop` is true. `to` is a mail
/// address, `message` the whole message. Blocks.
Handing hand_over(const MailServer& server, const std::string& to, const std::string& message,
                  const std::atomic<bool>& stop);

}  // namespace rapport::notify
