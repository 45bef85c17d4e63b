#include "server/setup_link.hpp"

#include <algorithm>

#include "access/tokens.hpp"
#include "features/invitations/invitations.hpp"
#include "features/people/profiles.hpp"
#include "features/people/staff.hpp"
#include "http/text.hpp"

namespace rapport::server {
namespace {

using invitations::Invitation;
using invitations::InvitationId;

/// The practice of this database, made if there is none.
Result<people::Practice> practice_of(store::WriteTx& tx, std::string_view name, Time now) {
  if (auto found = people::find_practice(tx)) return *std::move(found);
  if (const auto mistake = http::text_mistake(name, 1, 100)) {
    return fail(invalid("setup.name", "Say what the practice is called: --practice \"NAME\". " + *mistake));
  }
  const auto id = PracticeId::make(now);
  TRY(people::add_practice(tx, id, name, false, now));
  return people::Practice{id, std::string(name), false};
}

/// The invitation that has not been used yet, or a new one. Nobody is there who could invite: it is in its own name.
Result<Invitation> first_invitation(store::WriteTx& tx, PracticeId practice, AccountId account, Time now) {
  Invitation made;
  made.id = InvitationId::make(now);
  made.account = account;
  for (const auto& member : people::list_staff(tx, practice)) {
    if (member.role != "administrator" || member.closed_at) continue;
    if (!member.is_invited) {
      return fail({ErrorKind::conflict, "setup.done",
                   "This practice has an administrator, who invites everybody else. No link was made."});
    }
    for (const auto& one : invitations::list_seen(tx, member.id)) {
      if (one.account == member.id) made.id = one.id;
    }
    made.account = member.id;
  }
  made.practice = practice;
  made.role = access::Role::administrator;
  made.invited_by = made.account;
  made.invited_at = now;
  made.ends_at = now + kSetupLinkLasts;
  return made;
}

}  // namespace

Result<std::string> make_setup_link(House& house, std::string_view practice_name, Deadline deadline) {
  const auto now = house.clock.now();
  const auto account = AccountId::make(now);
  const auto token = access::random_token();
  TRY(house.db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    TRY_ASSIGN(const auto practice, practice_of(tx, practice_name, now));
    TRY_ASSIGN(auto invitation, first_invitation(tx, practice.id, account, now));
    TRY_ASSIGN(const auto key, house.keys.create_for(invitation.account, deadline));
    invitation.sealed_profile = people::seal_profile(*key, invitation.account, {"Administrator", ""});
    return invitations::invite(tx, invitation, access::plain_digest(as_bytes(token)));
  }));
  return "/join#" + token;
}

}  // namespace rapport::server
