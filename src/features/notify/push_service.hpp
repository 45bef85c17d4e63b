#pragma once
/// @file Handing a notice to the push service of a browser's maker, which passes it on to the browser. It learns that
/// this practice has something for this browser, and when; what it passes on it cannot read.
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "features/notify/push_message.hpp"
#include "features/notify/smtp.hpp"

namespace rapport::notify {

/// Whom notices may be handed to. A browser names the address itself, so nobody else is ever called.
struct PushServices {
  std::vector<std::string> hosts;  ///< "push.example.net[:PORT]", "*.example.net"; none: nothing is sent to browsers
  std::string authorities;         ///< PEM file of who vouches for them; empty: those of the system
  std::string contact;             ///< the practice's address, for those who run the service

  bool offered() const { return !hosts.empty(); }
};

/// None without an address of the practice that others reach. Errors are sentences for the one who runs the program.
Result<PushServices> push_services(const config::Settings& settings);

/// "https://HOST[:PORT]" of an endpoint at one of these services; nothing for any other address.
std::optional<std::string> push_origin(const PushServices& services, std::string_view endpoint);

/// The key by which a push service knows this practice.
CurveKey push_sender(const access::SealKey& root);

/// Like the hand_over of a mail. Failure::gone: the browser is not to be told any more.
Handing hand_over(const PushServices& services, const CurveKey& sender, const PushTarget& target, std::string_view text,
                  Time now, const std::atomic<bool>& stop);

}  // namespace rapport::notify
