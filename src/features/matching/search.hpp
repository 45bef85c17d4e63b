#pragma once
/// @file A client who came without a therapist: until they have chosen one, or somebody was chosen for them.
///
/// | State    | Becomes       | By                                                     |
/// |----------|---------------|--------------------------------------------------------|
/// | choosing | asked         | the client, who wants somebody to be chosen for them   |
/// | choosing, asked | found  | the client's choice, or whoever assigns                |
/// | found    |               | nothing: another therapist comes by a hand-over        |
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "features/context.hpp"
#include "store/transaction.hpp"

namespace rapport::matching {

struct Search {
  AccountId client;
  PracticeId practice;
  Time began_at;
  std::optional<Time> asked_at = {};
  std::optional<Time> ended_at = {};
  std::optional<AccountId> therapist = {};    ///< with whom the work began
  std::optional<AccountId> assigned_by = {};  ///< none: the client chose
};

/// Called where a client comes by an invitation that names no therapist.
void begin_search(store::WriteTx& tx, PracticeId practice, AccountId client);
std::optional<Search> find_search(store::ReadTx& tx, AccountId client);
/// Those that have not ended; whoever waits longest is the first.
std::vector<Search> list_open_searches(store::ReadTx& tx, PracticeId practice);

/// The client asks to have somebody chosen; whoever can is told. False when they had asked. Errors: not_found when they
/// look for nobody; conflict "therapist.found" when they have one.
Result<bool> ask_to_be_assigned(store::WriteTx& tx, AccountId client);

struct Choice {
  PracticeId practice;
  AccountId client;
  AccountId therapist;
  std::optional<AccountId> assigned_by = {};  ///< none: the client chooses
};
/// The work of the two begins, and whoever did not choose is told; false when it began with this therapist before.
/// Errors: not_found when the client looks for nobody; conflict "therapist.found" when they have another one by now,
/// "therapist.not_there" when this is none who is here and has written a profile, "therapist.full" when they have no
/// room, or are away. Whoever assigns may pass over the last one and a missing profile: they know what they agreed on.
Result<bool> begin_with(store::WriteTx& tx, const Choice& choice);

/// That a therapist has room for one more client who chooses them; nobody else takes the place until the transaction
/// ends. Errors: "therapist.not_there", "therapist.full", as above.
Result<void> check_room(store::WriteTx& tx, PracticeId practice, AccountId therapist);

/// Tells whoever assigns, once, of each client who still looks for somebody after first_contact::usual_time, counted
/// from when they asked to have somebody chosen, or else from when they came; of how many. Asked every minute, so a
/// write begins only when there is somebody to tell of.
Result<std::int64_t> tell_of_long_searches(House& house, Deadline deadline);

/// Where the account is closed: nobody looks for anybody any more.
void end_search_of(store::WriteTx& tx, AccountId client);

}  // namespace rapport::matching
