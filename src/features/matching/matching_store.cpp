#include <algorithm>

#include "features/first_contact/first_contact.hpp"
#include "features/matching/absence_ahead.hpp"
#include "features/matching/search.hpp"
#include "features/notify/notify.hpp"
#include "features/people/people.hpp"
#include "features/people/staff.hpp"
#include "features/setup/setup.hpp"
#include "features/therapist_profiles/therapist_profiles.hpp"
#include "features/therapist_switch/therapist_switch.hpp"

namespace rapport::matching {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kBegin{"matching.begin",
                   "INSERT INTO therapist_search (client_id, practice_id, began_at) VALUES ($1, $2, $3)"
                   " ON CONFLICT (client_id) DO NOTHING",
                   true};
#define SEARCH \
  "SELECT client_id, practice_id, began_at, asked_at, ended_at, therapist_id, assigned_by FROM therapist_search"
const Query kFind{"matching.find", SEARCH " WHERE client_id = $1", true};
const Query kLock{"matching.lock", SEARCH " WHERE client_id = $1 {for_update}", true};
const Query kOpen{"matching.open", SEARCH " WHERE practice_id = $1 AND ended_at IS NULL ORDER BY began_at, client_id",
                  true};
#undef SEARCH
const Query kAsk{"matching.ask", "UPDATE therapist_search SET asked_at = $2 WHERE client_id = $1 AND asked_at IS NULL",
                 true};
const Query kEnd{"matching.end",
                 "UPDATE therapist_search SET ended_at = $2, therapist_id = $3, assigned_by = $4 WHERE client_id = $1"
                 " AND ended_at IS NULL",
                 true};
const Query kErase{"matching.erase", "DELETE FROM therapist_search WHERE client_id = $1", true};

Search to_search(const Row& row) {
  return {row.id<AccountId>(0),       row.id<PracticeId>(1),     row.time(2), row.maybe_time(3), row.maybe_time(4),
          row.maybe_id<AccountId>(5), row.maybe_id<AccountId>(6)};
}

Error found_already() {
  return {ErrorKind::conflict, "therapist.found",
          "You work with somebody already, perhaps since another device was used. Please look at your first page."};
}

/// What was confirmed when the client was invited may have changed since; what it is, is not for the client.
Result<void> check_practice(ReadTx& tx, const Choice& choice) {
  auto ready = setup::check_ready_for_clients(tx, choice.practice);
  if (ready || choice.assigned_by) return ready;
  return fail({ErrorKind::conflict, "setup.not_ready",
               "This practice cannot take anybody in just now. Please tell whoever invited you, or try again later."});
}

/// The therapist, if their account is open and they have come.
std::optional<people::StaffMember> therapist_here(ReadTx& tx, PracticeId practice, AccountId therapist) {
  for (auto& member : people::list_staff(tx, practice)) {
    if (member.id != therapist || member.role != "therapist") continue;
    if (member.closed_at || member.is_invited) return std::nullopt;
    return std::move(member);
  }
  return std::nullopt;
}

/// Nobody else begins with this therapist until the transaction ends: the last place is given once.
Result<void> check_place(WriteTx& tx, const Choice& choice) {
  people::lock_team(tx, choice.practice, choice.therapist);
  const auto member = therapist_here(tx, choice.practice, choice.therapist);
  const auto profile = therapist_profiles::find_profile(tx, choice.therapist);
  if (!member || (!profile && !choice.assigned_by)) {
    return fail({ErrorKind::conflict, "therapist.not_there",
                 "This therapist cannot be chosen any more. Please look at who else could fit."});
  }
  if (choice.assigned_by) return {};
  TRY_ASSIGN(const bool is_away, is_away_soon(tx.now(), people::away_of(tx, choice.therapist)));
  const auto clients = member->clients + therapist_switch::count_coming(tx, choice.therapist);
  if (!is_away && clients < profile->capacity) return {};
  return fail({ErrorKind::conflict, "therapist.full",
               "This therapist has just no room for anybody new. Please look at who else could fit."});
}

/// Coordinators and administrators, by a mail each.
Result<void> tell_who_assigns(WriteTx& tx, PracticeId practice, const std::string& key) {
  for (const auto& member : people::list_staff(tx, practice)) {
    const bool assigns = member.role == "coordinator" || member.role == "administrator";
    if (!assigns || member.closed_at || member.is_invited) continue;
    TRY(notify::queue(tx, {key + member.id.text(), member.id}, tx.now()));
  }
  return {};
}

std::string asked_key(AccountId client) {
  return "matching:" + client.text() + ":asked:";
}
std::string long_key(AccountId client) {
  return "matching:" + client.text() + ":long:";
}

/// Whoever looks for somebody for longer than `usual`, and of whom nobody was told.
std::vector<Search> list_untold(ReadTx& tx, std::chrono::hours usual) {
  const auto practice = people::find_practice(tx);
  if (!practice) return {};
  auto open = tx.list(kOpen, {practice->id}, to_search);
  std::erase_if(open, [&](const Search& one) {
    return one.asked_at.value_or(one.began_at) + usual > tx.now() ||
           !notify::deliveries_of(tx, long_key(one.client)).empty();
  });
  return open;
}

/// Whoever did not do it themselves hears that something waits for them; a mail says no more than that.
Result<void> tell(WriteTx& tx, const Choice& choice) {
  const auto key = "matching:" + choice.client.text() + ":begun:";
  TRY(notify::queue(tx, {key + choice.therapist.text(), choice.therapist}, tx.now()));
  if (choice.assigned_by) TRY(notify::queue(tx, {key + choice.client.text(), choice.client}, tx.now()));
  return {};
}

}  // namespace

void begin_search(WriteTx& tx, PracticeId practice, AccountId client) {
  tx.execute(kBegin, {client, practice, tx.now()});
}

std::optional<Search> find_search(ReadTx& tx, AccountId client) {
  return tx.first(kFind, {client}, to_search);
}

std::vector<Search> list_open_searches(ReadTx& tx, PracticeId practice) {
  return tx.list(kOpen, {practice}, to_search);
}

Result<bool> ask_to_be_assigned(WriteTx& tx, AccountId client) {
  const auto search = tx.first(kLock, {client}, to_search);
  if (!search) return fail(not_found());
  if (search->ended_at) return fail(found_already());
  if (tx.execute(kAsk, {client, tx.now()}) == 0) return false;
  TRY(tell_who_assigns(tx, search->practice, asked_key(client)));
  return true;
}

Result<std::int64_t> tell_of_long_searches(House& house, Deadline deadline) {
  TRY_ASSIGN(const auto usual, first_contact::usual_time());
  const auto list = [&](ReadTx& tx) -> Result<std::vector<Search>> { return list_untold(tx, usual); };
  TRY_ASSIGN(const auto waiting, house.db.read(deadline, list));
  if (waiting.empty()) return 0;
  return house.db.write(deadline, [&](WriteTx& tx) -> Result<std::int64_t> {
    std::int64_t told = 0;
    for (const auto& one : list_untold(tx, usual)) {  // some may have found somebody meanwhile
      TRY(tell_who_assigns(tx, one.practice, long_key(one.client)));
      ++told;
    }
    return told;
  });
}

Result<bool> begin_with(WriteTx& tx, const Choice& choice) {
  // Whoever closes the account comes wholly before or wholly after.
  if (!people::lock_account(tx, choice.client)) return fail(not_found());
  const auto search = tx.first(kLock, {choice.client}, to_search);
  if (!search || search->practice != choice.practice) return fail(not_found());
  if (search->ended_at) {
    if (search->therapist == choice.therapist) return false;
    return fail(found_already());
  }
  TRY(check_practice(tx, choice));
  TRY(check_place(tx, choice));
  TRY(people::begin_care(tx, choice.practice, choice.client, choice.therapist, tx.now()));
  tx.execute(kEnd, {choice.client, tx.now(), choice.therapist, choice.assigned_by});
  notify::drop_waiting(tx, asked_key(choice.client), tx.now());
  notify::drop_waiting(tx, long_key(choice.client), tx.now());
  TRY(tell(tx, choice));
  return true;
}

Result<void> check_room(WriteTx& tx, PracticeId practice, AccountId therapist) {
  return check_place(tx, {practice, {}, therapist, {}});
}

void end_search_of(WriteTx& tx, AccountId client) {
  tx.execute(kErase, {client});
}

}  // namespace rapport::matching
