#pragma once
/// @file Why a mail or a notice to a browser did not leave, in words that a screen turns into a sentence somebody can
/// act upon.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rapport::notify {

enum class Failure : std::uint8_t {
  no_server,      ///< the practice has set no mail server
  no_address,     ///< the person has given no address, or their account was closed
  unreachable,    ///< the mail server does not answer
  no_encryption,  ///< it offers none, and without it nothing is sent
  certificate,    ///< it cannot prove that it is the one that was set
  login_refused,  ///< it does not accept the user and the password that were set
  refused,        ///< it does not take the mail, for instance because it knows no such address
  not_needed,     ///< what it was about was done before it could leave
  gone,           ///< the browser is not told any more: its person, or its maker, has ended it
};
inline constexpr std::array<std::string_view, 9> kFailureTexts{"no_server",     "no_address",  "unreachable",
                                                               "no_encryption", "certificate", "login_refused",
                                                               "refused",       "not_needed",  "gone"};

constexpr std::string_view to_text(Failure failure) {
  return kFailureTexts[static_cast<std::size_t>(failure)];
}

/// Without what is missing here there is nothing to be tried again.
constexpr bool is_final(Failure failure) {
  return failure == Failure::no_server || failure == Failure::no_address || failure == Failure::gone;
}

}  // namespace rapport::notify
