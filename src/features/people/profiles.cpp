#include "features/people/profiles.hpp"

#include "features/people/hand_overs.hpp"
#include "http/shape.hpp"

namespace rapport::people {

Result<Profile> open_profile(const access::SealKey& key, const Account& account) {
  TRY_ASSIGN(const auto text, access::unseal(key, account.id.bytes(), account.sealed_profile));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  return http::parse<Profile>(value);
}

Bytes seal_profile(const access::SealKey& key, AccountId account, const Profile& profile) {
  std::string text;
  http::write(text, profile);
  return access::seal(key, account.bytes(), text);
}

Result<Profile> open_profile(House& house, const Account& account, Deadline deadline) {
  TRY_ASSIGN(const auto key, house.keys.key_for(account.id, deadline));
  return open_profile(*key, account);
}

Result<Profile> profile_of(House& house, AccountId account, Deadline deadline) {
  TRY_ASSIGN(const auto found, house.db.read(deadline, [&](store::ReadTx& tx) -> Result<Account> {
    auto one = find_account(tx, account);
    if (!one) return fail(not_found());
    return std::move(*one);
  }));
  return open_profile(house, found, deadline);
}

Result<void> change_profile(store::WriteTx& tx, const access::SealKey& key, AccountId account,
                            const std::function<void(Profile&)>& change) {
  const auto found = find_account(tx, account);
  if (!found) return fail(not_found());
  TRY_ASSIGN(auto profile, open_profile(key, *found));
  change(profile);
  replace_profile(tx, account, seal_profile(key, account, profile));
  return {};
}

Result<std::string> Names::of(AccountId account) {
  if (const auto known = names_.find(account); known != names_.end()) return known->second;
  auto profile = profile_of(house_, account, deadline_);
  if (!profile && profile.error().kind != ErrorKind::not_found) return fail(profile.error());
  return names_[account] = profile ? std::move(profile->name) : std::string();
}

Result<std::string> Names::of_therapist(AccountId account) {
  if (const auto known = therapists_.find(account); known != therapists_.end()) return known->second;
  Account one;
  one.id = account;
  TRY_ASSIGN(one.sealed_profile, house_.db.read(deadline_, [&](store::ReadTx& tx) -> Result<Bytes> {
    auto profile = find_profile(tx, account);
    if (!profile) return fail(not_found());
    return *std::move(profile);
  }));
  auto profile = open_profile(house_, one, deadline_);
  if (!profile && profile.error().kind != ErrorKind::not_found) return fail(profile.error());
  return therapists_[account] = profile ? std::move(profile->name) : std::string();
}

Result<std::optional<std::string>> Names::of(const std::optional<AccountId>& account) {
  if (!account) return std::optional<std::string>();
  TRY_ASSIGN(auto name, of(*account));
  return std::optional(std::move(name));
}

}  // namespace rapport::people
