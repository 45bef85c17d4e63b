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

const Query kConfirmed{"setup.confirmed", "SELECT item, by_id, at FROM practice_confirmation WHERE practice_id = $1",
                       true};
const Query kConfirm{"setup.confirm",
                     "INSERT INTO practice_confirmation (practice_id, item, by_id, at) VALUES ($1, $2, $3, $4)"
                     " ON CONFLICT (practice_id, item) DO NOTHING",
                     true};

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

/// What can be seen from the data.
bool is_so(ReadTx& tx, PracticeId practice, AccountId administrator, Item item) {
  if (item == Item::neutral_person) return people::neutral_person_of(tx, practice).has_value();
  if (item == Item::test_mail) return notify::has_had_test_mail(tx, administrator);
  if (item != Item::deputies) return true;
  const auto staff = people::list_staff(tx, practice);
  return std::any_of(staff.begin(), staff.end(), is_active_therapist) &&
         std::none_of(staff.begin(), staff.end(),
                      [](const auto& member) { return is_active_therapist(member) && !member.deputy; });
}

}  // namespace

std::vector<Confirmation> list_confirmations(ReadTx& tx, PracticeId practice) {
  std::vector<Confirmation> all;
  for (const auto item : kItems) all.push_back({item});
  tx.each(kConfirmed, {practice}, [&](const Row& row) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return text_of(one.item) == row.text(0); });
    if (found == all.end()) return;  // of a later version
    found->by = row.id<AccountId>(1);
    found->at = row.time(2);
  });
  return all;
}

Result<bool> confirm(WriteTx& tx, PracticeId practice, AccountId administrator, Item item, Time now) {
  if (!is_so(tx, practice, administrator, item)) {
    return fail(
        {ErrorKind::conflict, "setup.not_yet",
         "This cannot be confirmed yet: name a deputy for every therapist, name a neutral person, or have a test "
         "mail sent to yourself first."});
  }
  return tx.execute(kConfirm, {practice, text_of(item), administrator, now}) == 1;
}

Result<void> check_ready_for_clients(ReadTx& tx, PracticeId practice) {
  const auto found = people::find_practice(tx);
  if (found && found->synthetic) return {};
  std::string missing;
  for (const auto& one : list_confirmations(tx, practice)) {
    if (!one.by) missing += (missing.empty() ? "" : ", ") + std::string(words_of(one.item));
  }
  if (missing.empty()) return {};
  return fail({ErrorKind::conflict, "setup.not_ready",
               fmt::format("This practice takes no clients yet. An administrator has to confirm: {}.", missing)});
}

}  // namespace rapport::setup
