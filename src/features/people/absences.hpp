#pragma once
/// @file Announced absences: when a therapist is away and which colleague goes on with their clients meanwhile. What
/// that opens is in access/who_treats.hpp; here it is announced, agreed to and ended. Why somebody is away is never
/// asked.
#include <optional>
#include <vector>

#include "access/viewer.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"

namespace rapport::people {

using AbsenceId = Id<struct AbsenceTag>;

/// Eight weeks, and the hour by which a change of clocks can lengthen them.
inline constexpr std::chrono::hours kLongestAbsence{8 * 7 * 24 + 1};
/// How far ahead one can be announced, and how long before it begins clients are told.
inline constexpr std::chrono::hours kFarthestAbsence{366 * 24};
inline constexpr std::chrono::hours kToldAhead{4 * 7 * 24};

/// What an administrator decides about who reads a client's words, or about a client's account, holds at the earliest
/// so long after whoever it is about was told of it, so that they can object.
inline constexpr std::chrono::hours kTimeToObject{24};
/// And so much of it after a start of the server: where the day came while it did not run nobody could object.
inline constexpr std::chrono::hours kTimeAfterStart{1};

struct Absence {
  AbsenceId id;
  AccountId therapist;
  AccountId deputy;
  Time starts_at;
  Time ends_at;                     ///< the first moment at which it is over; before `starts_at`: it was called off
  std::optional<Time> agreed_at;    ///< the deputy said yes: without it nothing opens
  std::optional<Time> declined_at;  ///< the deputy said no, or took the yes back
  AccountId announced_by;           ///< the therapist, or an administrator
};

struct NewAbsence {
  AbsenceId id;
  AccountId therapist;
  std::optional<AccountId> deputy;  ///< nobody named: the therapist's usual deputy
  Time starts_at;                   ///< what lies before now counts from now on
  Time ends_at;
  /// Of the same therapist, to which the colleague has said no: it ends where this one begins.
  std::optional<AbsenceId> instead_of = {};
};
/// Error: not_found unless it is the viewer's, see list_absences.
Result<Absence> find_absence(store::ReadTx& tx, const access::Viewer& viewer, AbsenceId id);
/// False when it was announced before (the same id and therapist). `by` is the therapist, or an administrator, whose
/// absences begin no sooner than kTimeToObject from now, whatever was wanted. Errors:
/// not_found when `by` may not, or of `instead_of`; invalid "absence.dates", "absence.deputy"; conflict
/// "absence.overlaps", "absence.deputy_away", "absence.stands_in", "absence.id_taken", "absence.not_declined".
Result<bool> announce(store::WriteTx& tx, const access::Viewer& by, const NewAbsence& wanted);
/// The deputy says yes or no, also during it. False when they had said so. Errors: not_found; conflict "absence.over",
/// "absence.deputy_away".
Result<bool> answer_absence(store::WriteTx& tx, const access::Viewer& deputy, AbsenceId id, bool agrees);
/// From now on it is over, or never begins; by the therapist or an administrator. False when it was over. Error:
/// not_found.
Result<bool> end_absence(store::WriteTx& tx, const access::Viewer& by, AbsenceId id);
/// Whoever leaves the practice stands in for nobody any more; the therapists for whom they did are told.
Result<void> stand_in_for_nobody(store::WriteTx& tx, AccountId leaving);
/// Those that are not over: of a therapist their own and those in which they stand in or were asked to; of an
/// administrator all of the practice.
std::vector<Absence> list_absences(store::ReadTx& tx, const access::Viewer& viewer);
/// The therapists who have left and with whose clients this one goes on, now or until or from a moment that is known:
/// an absence of this one opens those to the deputy, too.
std::vector<AccountId> goes_on_for(store::ReadTx& tx, AccountId therapist);
/// The therapists of the practice who can log in.
std::vector<AccountId> list_therapists(store::ReadTx& tx, PracticeId practice);

/// Neither a supervisor nor a usual deputy is named: of an answer about harm nobody but this therapist hears.
bool hears_alone(store::ReadTx& tx, AccountId therapist);

/// What clients are told of their therapist's absence: of the one that lasts now, or the next.
struct Away {
  Time starts_at;
  std::optional<Time> ends_at;      ///< none: the therapist has left the practice
  std::optional<AccountId> deputy;  ///< once they have agreed
  bool is_asked = false;            ///< somebody was asked, and has not answered
};
std::optional<Away> away_of(store::ReadTx& tx, AccountId therapist);

/// Of whoever leaves: their own absences are over, and where they would have stood in somebody else has to be asked.
Result<void> end_absences_of(store::WriteTx& tx, AccountId account);

/// Everybody who has stood in with this episode, whether or not they do now: those who may have written in it.
std::vector<AccountId> deputies_of(store::ReadTx& tx, EpisodeId episode);
/// The therapists whose episodes the viewer treats now: themselves, and those for whom they stand in.
std::vector<AccountId> treating_as(store::ReadTx& tx, AccountId viewer);
/// The two people of an episode and whoever stands in now: whom an event that has no words in it goes to.
std::vector<AccountId> who_hears(store::ReadTx& tx, AccountId client, AccountId therapist);
/// Who treats the client now: therapists, and those who stand in or go on for one.
std::vector<AccountId> treating_now(store::ReadTx& tx, AccountId client);
/// The same of a client whose record is locked: who would treat them now if they had not left.
std::vector<AccountId> treated_locked(store::ReadTx& tx, AccountId client);

}  // namespace rapport::people
