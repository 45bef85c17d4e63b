#pragma once
/// @file Names: sealed in the account, opened for those who may see them.
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "features/context.hpp"
#include "features/people/people_shapes.hpp"

namespace rapport::people {

/// Seals the profile under the person's own key, tied to the account's id.
Bytes seal_profile(const access::SealKey& key, AccountId account, const Profile& profile);
/// The profile of an account; whether the caller may see it was asked before. `key` is the person's own.
Result<Profile> open_profile(const access::SealKey& key, const Account& account);
Result<Profile> open_profile(House& house, const Account& account, Deadline deadline);
/// not_found when there is no such (open) account.
Result<Profile> profile_of(House& house, AccountId account, Deadline deadline);
/// Lets `change` have the profile as it is stored, and stores what it makes of it. `key` is the person's own.
Result<void> change_profile(store::WriteTx& tx, const access::SealKey& key, AccountId account,
                            const std::function<void(Profile&)>& change);

/// The names of people whom the caller may know, each opened once. An account that was closed has none any more, though
/// what its owner did stays: its name is empty.
class Names {
 public:
  Names(House& house, Deadline deadline) : house_(house), deadline_(deadline) {}

  Result<std::string> of(AccountId account);
  Result<std::optional<std::string>> of(const std::optional<AccountId>& account);
  /// Also of one whose account is closed: who treated somebody is to be known after they have left, too.
  Result<std::string> of_therapist(AccountId account);

 private:
  House& house_;
  Deadline deadline_;
  std::map<AccountId, std::string> names_;
  std::map<AccountId, std::string> therapists_;
};

}  // namespace rapport::people
