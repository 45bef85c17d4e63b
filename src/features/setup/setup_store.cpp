#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "features/notify/notify.hpp"
#include "features/people/staff.hpp"
#include "features/setup/setup.hpp"

namespace rapport::setup {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

constexpr std::array kItems{Item::crisis_contacts, Item::deputies, Item::neutral_person, Item::retention,
                            Item::test_mail};

const Query kConfirmed{"setup.confirmed",
                       "SELECT item, by_id, at, about FROM practice_confirmation WHERE practice_id = $1", true};
const Query kConfirm{
    "setup.confirm",
    "INSERT INTO practice_confirmation (practice_id, item, by_id, at, about)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (practice_id, item) DO UPDATE SET by_id = excluded.by_id,"
    " at = excluded.at, about = excluded.about WHERE practice_confirmation.about <> excluded.about",
    true};
const Query kIsOpen{"setup.is_open", "SELECT 1 FROM account WHERE id = $1 AND closed_at IS NULL", true};

Basis& basis() {
  static Basis used;
  return used;
}

const char* text_of(Item item) {
  return boost::describe::enum_to_string(item, "");
}

std::string_view words_of(Item item) {
  switch (item) {
    case Item::crisis_contacts:
      return "the crisis contacts";
    case Item::deputies:
      return "the deputies";
    case Item::neutral_person:
      return "the neutral person";
    case Item::retention:
      return "how long records are kept";
    case Item::test_mail:
      return "a test mail";
  }
  throw std::logic_error("setup: there is no such item");
}

bool is_active_therapist(const people::StaffMember& member) {
  return member.role == "therapist" && !member.closed_at && !member.is_invited;
}

/// The therapist who came last, while each has a deputy: another one has to be asked about anew.
std::optional<std::string> latest_of_the_covered(ReadTx& tx, PracticeId practice) {
  std::optional<std::string> latest;
  for (const auto& member : people::list_staff(tx, practice)) {
    if (!is_active_therapist(member)) continue;
    if (!member.deputy) return std::nullopt;
    latest = member.id.text();
  }
  return latest;
}

/// What a confirmation made now would be about; nothing when it can be seen not to be so.
std::optional<std::string> about_now(ReadTx& tx, PracticeId practice, Item item) {
  switch (item) {
    case Item::crisis_contacts:
      if (!basis().contacts_by.empty() && to_rfc3339(tx.now()).substr(0, 10) > basis().contacts_by) return std::nullopt;
      return "country " + basis().country + ", until " + basis().contacts_by;
    case Item::deputies:
      return latest_of_the_covered(tx, practice);
    case Item::neutral_person: {
      const auto who = people::neutral_person_of(tx, practice);
      if (!who || !tx.first(kIsOpen, {*who}, [](const Row&) { return true; })) return std::nullopt;
      return who->text();
    }
    case Item::retention:
      return "country " + basis().country + ", " + basis().retention;
    case Item::test_mail:
      return "mail " + basis().mail;
  }
  throw std::logic_error("setup: there is no such item");
}

}  // namespace

void use_basis(Basis used) {
  basis() = std::move(used);
}

std::vector<Confirmation> list_confirmations(ReadTx& tx, PracticeId practice) {
  std::vector<Confirmation> all;
  for (const auto item : kItems) all.push_back({item});
  tx.each(kConfirmed, {practice}, [&](const Row& row) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return text_of(one.item) == row.text(0); });
    if (found == all.end()) return;  // of a later version
    found->by = row.id<AccountId>(1);
    found->at = row.time(2);
    found->holds = about_now(tx, practice, found->item) == std::string(row.text(3));
  });
  return all;
}

Result<bool> confirm(WriteTx& tx, PracticeId practice, AccountId administrator, Item item, Time now) {
  const auto about = about_now(tx, practice, item);
  if (!about || (item == Item::test_mail && !notify::has_had_test_mail(tx, administrator, basis().mail))) {
    return fail({ErrorKind::conflict, "setup.not_yet",
                 "This cannot be confirmed yet: name a deputy for every therapist, name a neutral person, have a test "
                 "mail sent to yourself, or look through the crisis contacts first."});
  }
  return tx.execute(kConfirm, {practice, text_of(item), administrator, now, *about}) == 1;
}

Result<void> check_ready_for_clients(ReadTx& tx, PracticeId practice) {
  const auto found = people::find_practice(tx);
  if (found && found->synthetic) return {};
  std::string missing;
  for (const auto& one : list_confirmations(tx, practice)) {
    if (!one.holds) missing += (missing.empty() ? "" : ", ") + std::string(words_of(one.item));
  }
  if (missing.empty()) return {};
  return fail({ErrorKind::conflict, "setup.not_ready",
               fmt::format("This practice takes no clients yet. An administrator has to confirm: {}.", missing)});
}

}  // namespace rapport::setup
