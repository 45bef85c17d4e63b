#pragma once
/// @file Typed identifiers: UUID version 7 (RFC 9562), 16 bytes in both engines, 36 characters as text.
/// A room's id cannot be passed where an account's is wanted. An id made by a sender is what makes sending
/// twice harmless. Version 7 shows when it was made, so research pseudonyms never use it.
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace rapport {

using Uuid = std::array<std::uint8_t, 16>;

/// Time-ordered; ids of one process made within a millisecond keep their order. Thread-safe.
Uuid make_uuid_v7(Time now);
/// Lower case, 8-4-4-4-12.
std::string uuid_to_text(const Uuid& uuid);
/// Any version, any case; nothing if the form is wrong.
std::optional<Uuid> uuid_from_text(std::string_view text);
inline int uuid_version(const Uuid& uuid) {
  return uuid[6] >> 4U;
}

template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  explicit constexpr Id(const Uuid& uuid) : uuid_(uuid) {}
  static Id make(Time now) { return Id(make_uuid_v7(now)); }
  static std::optional<Id> from_text(std::string_view text) {
    const auto uuid = uuid_from_text(text);
    return uuid ? std::optional<Id>(Id(*uuid)) : std::nullopt;
  }
  /// `bytes` must hold 16 bytes; anything else gives the nil id.
  static Id from_bytes(BytesView bytes) {
    Id id;
    if (bytes.size() == id.uuid_.size()) std::memcpy(id.uuid_.data(), bytes.data(), bytes.size());
    return id;
  }
  std::string text() const { return uuid_to_text(uuid_); }
  BytesView bytes() const { return uuid_; }
  const Uuid& uuid() const { return uuid_; }
  bool is_nil() const { return uuid_ == Uuid{}; }
  auto operator<=>(const Id&) const = default;

 private:
  Uuid uuid_{};
};

using PracticeId = Id<struct PracticeTag>;
using AccountId = Id<struct AccountTag>;
using SessionId = Id<struct SessionTag>;  ///< a log-in session, not a therapy session (that is an encounter)
using EpisodeId = Id<struct EpisodeTag>;
using RoomId = Id<struct RoomTag>;
using MessageId = Id<struct MessageTag>;
using EncounterId = Id<struct EncounterTag>;  ///< what people call a session

}  // namespace rapport

template <class Tag>
struct std::hash<rapport::Id<Tag>> {
  std::size_t operator()(const rapport::Id<Tag>& id) const noexcept {
    std::uint64_t low = 0;  // the random half of a version 7 id
    std::memcpy(&low, id.uuid().data() + 8, sizeof low);
    return static_cast<std::size_t>(low);
  }
};
