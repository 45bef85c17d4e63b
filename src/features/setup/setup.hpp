#pragma once
/// @file What a practice has to have settled before it takes clients: five things, each confirmed by an administrator,
/// who and when. A confirmation holds for as long as what it was about is the same. A practice of made-up people takes
/// clients all the same.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"

namespace rapport::setup {

enum class Item {
  crisis_contacts,  ///< whom "Help now" names, for this practice's country, is right
  deputies,         ///< every therapist has a deputy
  neutral_person,   ///< there is one
  retention,        ///< how long records have to be kept is known and settled
  test_mail,        ///< mails reach people
};
BOOST_DESCRIBE_ENUM(Item, crisis_contacts, deputies, neutral_person, retention, test_mail)

struct Confirmation {
  Item item = Item::crisis_contacts;
  std::optional<AccountId> by = {};  ///< nobody yet
  std::optional<Time> at = {};
  bool holds = false;  ///< what it was about is still the same
};
/// What confirmations rest on that stands in the settings and files of the program.
struct Basis {
  std::string country;      ///< of the practice
  std::string contacts_by;  ///< the day by which its crisis contacts are to be looked through, YYYY-MM-DD; empty: never
  std::string retention;    ///< whether a law may want records kept, and how long backups of the keys are
  std::string mail;         ///< by which server, as whom, and from which address mails leave
};
/// For this process; called before it serves.
void use_basis(Basis basis);

/// Of each item, in their order, the latest.
std::vector<Confirmation> list_confirmations(store::ReadTx& tx, PracticeId practice);

/// The administrator says that it is so. False when that was confirmed already and holds. Error: conflict
/// "setup.not_yet" when it is seen not to be so: a therapist without deputy, no neutral person, no test mail that left,
/// contacts past their review.
Result<bool> confirm(store::WriteTx& tx, PracticeId practice, AccountId administrator, Item item, Time now);

/// Error: conflict "setup.not_ready", whose sentence names what is missing.
Result<void> check_ready_for_clients(store::ReadTx& tx, PracticeId practice);

}  // namespace rapport::setup
