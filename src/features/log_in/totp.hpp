#pragma once
/// @file Codes that change with the time (RFC 6238): HMAC-SHA-1, six digits, a new one every 30 seconds.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace rapport::log_in {

inline constexpr std::size_t kCodeSecretBytes = 20;

/// The number of the 30 seconds in which `now` lies.
std::int64_t code_step(Time now);
/// The code of one step: six digits.
std::string code_at(BytesView secret, std::int64_t step);
/// The step of which this is the code: that of `now`, the one before or the one after, and later than `last_step`.
/// Takes as long whichever it is. Blanks within the code do not matter.
std::optional<std::int64_t> step_of_code(BytesView secret, std::string_view code, Time now, std::int64_t last_step);

/// The first step, not before that of `now`, whose code has not counted yet. It is taken now if it is at most one
/// ahead.
std::int64_t next_step(Time now, std::int64_t last_step);

/// RFC 4648, capital letters and digits, without padding: as apps take it from people who type.
std::string to_base32(BytesView bytes);
/// What the QR code holds (otpauth://…). `issuer` is shown by the app beside the code and may be any text.
std::string code_uri(std::string_view issuer, BytesView secret);

}  // namespace rapport::log_in
