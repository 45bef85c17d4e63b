#pragma once
/// @file Whether the two of a new pair come into contact by the time that was agreed on. A pair is new when a treatment
/// begins, and when one is handed over. Contact is a session that began, or a message of the therapist's, or of whoever
/// stands in. The agreed time is that of the latest care agreement, which is sealed: when a contact is late is reckoned
/// anew each time, and kept nowhere, since a short time tells how a client is. Before anything is agreed on it is the
/// time of the first step of the rule (resources/measurement-plan/intake.json).
#include <optional>
#include <vector>

#include "features/context.hpp"
#include "features/measurement_plan/care_agreement.hpp"
#include "store/transaction.hpp"

namespace rapport::first_contact {

/// So long after its beginning nobody looks any more: longer than any time that can be agreed on.
inline constexpr std::chrono::days kWatchedFor{60};
static_assert(kWatchedFor > std::chrono::hours(measurement_plan::kMostContactHours));

/// The two have not been in contact yet.
struct NewPair {
  EpisodeId episode;
  AccountId client;
  AccountId therapist;
  Time began_at;
  std::optional<measurement_plan::StoredCare> agreed = {};  ///< the latest
};
/// Of those whom the viewer treats now; who began first is the first.
std::vector<NewPair> list_new_pairs_of(store::ReadTx& tx, AccountId viewer);
/// Of the whole practice.
std::vector<NewPair> list_new_pairs(store::ReadTx& tx, PracticeId practice);

/// What was agreed on, opened.
struct AgreedContact {
  Time decided_at;
  std::int64_t hours = 0;  ///< 0: they had met
  std::optional<Time> by;  ///< none: there was no form to count from, and the hours run from the decision
};
/// What a former therapist agreed on says nothing of this pair, and nor does one of two who had met.
Time contact_due(Time began_at, std::chrono::hours usual, const std::optional<AgreedContact>& agreed);

/// By when one is due.
struct ExpectedContact {
  NewPair pair;
  Time by;
};
/// Errors: those of the keys, and of what does not open.
Result<std::vector<ExpectedContact>> expect_contacts(House& house, std::vector<NewPair> pairs, Deadline deadline);

/// Tells the therapist, and whoever assigns clients (coordinators and administrators), of each pair of which the time
/// is over, once; how many pairs were new among them. A pair that cannot be opened is logged, and holds up nobody.
Result<std::int64_t> tell_of_late_contacts(House& house, Deadline deadline);

}  // namespace rapport::first_contact
