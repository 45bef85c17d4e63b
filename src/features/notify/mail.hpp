#pragma once
/// @file What a mail says: that something waits and where to log in. No name, no word of what it is about: mails lie
/// open on servers and lock screens.
#include <string>
#include <string_view>

#include "access/seal.hpp"
#include "base/clock.hpp"
#include "features/notify/notify.hpp"

namespace rapport::notify {

struct Mail {
  Kind kind = Kind::needs_you;
  bool german = false;  ///< else English
  std::string from;     ///< a mail address, and so is `to` (base/address.hpp)
  std::string to;
  std::string address;     ///< where to log in, or the link of an invitation
  std::string message_id;  ///< with its angle brackets
  Time queued_at;
  bool synthetic = false;  ///< the practice is made up, and the mail says so
};

/// The same for the same notice at every try, so that a mail that came twice is seen as one. It tells nothing of the
/// key. `from` is a mail address.
std::string message_id(const access::SealKey& root, std::string_view notice_key, std::string_view from);

/// The whole message (RFC 5322), lines ending in CRLF; the same for the same mail.
std::string write_mail(const Mail& mail);

}  // namespace rapport::notify
