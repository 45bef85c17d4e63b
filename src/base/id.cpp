#include "base/id.hpp"

#include <sodium.h>

#include <mutex>

namespace rapport {
namespace {

/// Milliseconds and a 12-bit counter in one number that only grows, so that order survives a clock set back.
std::uint64_t next_tick(Time now) {
  static std::mutex mutex;
  static std::uint64_t last = 0;
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  const std::uint64_t wanted = static_cast<std::uint64_t>(millis < 0 ? 0 : millis) << 12U;
  const std::lock_guard lock(mutex);
  last = wanted > last ? wanted : last + 1;
  return last;
}

}  // namespace

Uuid make_uuid_v7(Time now) {
  Uuid uuid;
  randombytes_buf(uuid.data(), uuid.size());
  const std::uint64_t tick = next_tick(now);
  const std::uint64_t millis = tick >> 12U;
  for (unsigned i = 0; i < 6; ++i) uuid[i] = static_cast<std::uint8_t>(millis >> (40U - 8U * i));
  uuid[6] = static_cast<std::uint8_t>(0x70U | ((tick >> 8U) & 0x0FU));
  uuid[7] = static_cast<std::uint8_t>(tick);
  uuid[8] = static_cast<std::uint8_t>(0x80U | (uuid[8] & 0x3FU));
  return uuid;
}

std::string uuid_to_text(const Uuid& uuid) {
  std::string text = to_hex(uuid);
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  return text;
}

std::optional<Uuid> uuid_from_text(std::string_view text) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return std::nullopt;
  std::string digits;
  for (const std::size_t at : {0U, 9U, 14U, 19U, 24U}) digits.append(text.substr(at, at == 0 ? 8 : at == 24 ? 12 : 4));
  const auto bytes = from_hex(digits);
  if (!bytes || bytes->size() != 16) return std::nullopt;
  Uuid uuid;
  std::memcpy(uuid.data(), bytes->data(), uuid.size());
  return uuid;
}

}  // namespace rapport
