#pragma once
/// @file Reading a locked record by exception. Somebody who treated the client,
/// or supervised whoever did before it was locked, asks and says why; an administrator or another
/// supervisor confirms it. Whoever treated the client is told of both, and unless
/// they asked themselves it begins a day later, in which they can refuse it. Then
/// the one who asked reads the record, nobody else does, and by itself it is
/// over: docs/how-to/close-an-account.md has the table of states.
#include <optional>
#include <vector>

#include "access/viewer.hpp"
#include "features/closing_account/closing_account.hpp"

namespace rapport::closing_account {

using ExceptionId = Id<struct ExceptionTag>;

/// How long it waits to be confirmed, and how long it lasts once it is.
inline constexpr std::chrono::hours kExceptionWaits{14 * 24};
inline constexpr std::chrono::hours kExceptionLasts{7 * 24};

struct Exception {
  ExceptionId id;
  AccountId client;
  AccountId asked_by;
  Time asked_at;
  Bytes sealed_reason;  ///< under the client's key, tied to the exception's id
  std::optional<AccountId> decided_by = {};
  std::optional<Time> decided_at = {};
  std::optional<Time> ends_at = {};  ///< of one that was confirmed; it begins kExceptionLasts before
};

enum class ExceptionState { asked, granted, refused, over };
BOOST_DESCRIBE_ENUM(ExceptionState, asked, granted, refused, over)
ExceptionState state_of(const Exception& exception, Time now);

/// False when it was asked for before, by the same person with the same id.
/// Errors: not_found unless the record is locked and the viewer has to do with
/// it (people::list_locked_clients); conflict "exception.exists" while another
/// of theirs waits or lasts, "exception.id_taken".
Result<bool> ask_exception(store::WriteTx& tx, const access::Viewer& viewer, const Exception& wanted);
/// Confirms or refuses it; refused while it lasts, it ends. False when it was
/// decided so before. Gives the client by `client`. Errors: not_found; conflict
/// "exception.own", "exception.over".
Result<bool> decide_exception(store::WriteTx& tx, const access::Viewer& viewer, ExceptionId id, bool granted,
                              AccountId& client);
/// Whoever would treat the client now, had they not left (people::treated_locked), refuses what somebody else asked
/// for, confirmed or not, until it is over. False when they have refused it before. Gives the client by `client`.
/// Error: not_found.
Result<bool> refuse_exception(store::WriteTx& tx, AccountId viewer, ExceptionId id, AccountId& client);
/// What they can refuse.
std::vector<Exception> list_to_refuse(store::ReadTx& tx, AccountId therapist);
/// Ends all that were confirmed, without telling anybody; how many.
std::int64_t end_all_exceptions(store::WriteTx& tx);
/// One that lasts now and that the viewer asked for, who still has to do with
/// the record. Error: not_found.
Result<Exception> find_lasting(store::ReadTx& tx, AccountId viewer, ExceptionId id);

/// Of locked records, the latest first, at most kMostListed: those the viewer
/// asked for, or all of the practice.
std::vector<Exception> list_own_exceptions(store::ReadTx& tx, AccountId viewer);
std::vector<Exception> list_exceptions(store::ReadTx& tx, PracticeId practice);
void erase_exceptions(store::WriteTx& tx, AccountId client);

}  // namespace rapport::closing_account
