#include "features/preferences/preferences.hpp"
#include "http/shape.hpp"

namespace rapport::preferences {

Result<void> check_wishes(const Wishes& wishes) {
  std::vector<FieldError> mistakes;
  therapist_profiles::check_way(wishes.way, mistakes);
  therapist_profiles::check_times(wishes.times, mistakes);
  if (wishes.language) therapist_profiles::check_language(*wishes.language, "/language", mistakes);
  if (mistakes.empty()) return {};
  return fail(invalid("preferences.invalid", "Something in these wishes cannot be right.", std::move(mistakes)));
}

Bytes bound_to(AccountId client, std::int64_t version) {
  const auto id = client.bytes();
  Bytes bound(id.begin(), id.end());
  for (int shift = 56; shift >= 0; shift -= 8) {
    bound.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(version) >> static_cast<unsigned>(shift)));
  }
  return bound;
}

Bytes seal_wishes(const access::SealKey& key, AccountId client, std::int64_t version, const Wishes& wishes) {
  std::string text;
  http::write(text, wishes);
  return access::seal(key, bound_to(client, version), text);
}

Result<Wishes> open_wishes(const access::SealKey& key, const StoredWishes& stored) {
  TRY_ASSIGN(const auto text, access::unseal(key, bound_to(stored.client, stored.version), stored.sealed));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  return http::parse<Wishes>(value);
}

}  // namespace rapport::preferences
