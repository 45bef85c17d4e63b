#include "server/recovery_link.hpp"

#include <optional>

#include "features/log_in/recovery.hpp"
#include "features/people/people.hpp"
#include "features/people/staff.hpp"

namespace rapport::server {
namespace {

Result<AccountId> only_administrator(store::ReadTx& tx) {
  const auto practice = people::find_practice(tx);
  std::optional<AccountId> found;
  for (const auto& member : practice ? people::list_staff(tx, practice->id) : std::vector<people::StaffMember>()) {
    if (member.role != to_text(access::Role::administrator) || member.closed_at || member.is_invited) continue;
    if (found) return fail(invalid("recovery.login", "There are several administrators. Say who: --login NAME."));
    found = member.id;
  }
  if (!found) return fail(not_found("There is no administrator. `rapport setup-link` opens a practice."));
  return *found;
}

Result<AccountId> administrator_of(store::ReadTx& tx, const access::SealKey& root, std::string_view login) {
  if (login.empty()) return only_administrator(tx);
  const auto account = people::find_account_by_login(tx, access::login_digest(root, access::normalise_login(login)));
  if (!account || account->role != to_text(access::Role::administrator)) {
    return fail(not_found("There is no administrator with this log-in name."));
  }
  return account->id;
}

}  // namespace

Result<std::string> make_recovery_link(House& house, std::string_view login, Deadline deadline) {
  const auto now = house.clock.now();
  TRY_ASSIGN(const auto account,
             house.db.read(deadline, [&](store::ReadTx& tx) { return administrator_of(tx, house.root, login); }));
  TRY_ASSIGN(const auto letter, log_in::letter_with_link(house, account, deadline));
  TRY(house.db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    const log_in::RecoveryLink link{account, now + log_in::kRecoveryLinkLasts, true};
    log_in::make_recovery_link(tx, link, log_in::recovery_digest(letter.token), now);
    access::AuditEntry entry;
    entry.at = now;
    entry.action = "recovery.vouch";
    entry.view = "account " + account.text();
    entry.count = 1;
    entry.outcome = access::Outcome::done;
    entry.origin = "command";
    access::write_audit(tx, entry);
    return {};
  }));
  return letter.path;
}

}  // namespace rapport::server
