#pragma once
/// @file Whether the two of a new pair come into contact by the time that was agreed on. A pair is new when a treatment
/// begins, and when one is handed over. Contact is a session that began, or a message of the therapist's, or of whoever
/// stands in. The agreed time is that of the latest care agreement, which is sealed: when a contact is late is reckoned
/// anew each time, and kept nowhere, since a short time tells how a client is. Before anything is agreed on it is the
/// time of the step that the client's first form asks for, and without one that of the first step of the rule
/// (resources/measurement-plan/intake.json).
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "features/context.hpp"
#include "features/measurement_plan/care_agreement.hpp"
#include "features/measurement_plan/care_proposal.hpp"
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
  bool spoke_before = false;                                ///< the client was in contact with a former therapist
  measurement_plan::FirstForms first = {};  ///< none where something was agreed on, or they spoke before
};
/// Of those whom the viewer treats now; who began first is the first. Errors: those of the rule.
Result<std::vector<NewPair>> list_new_pairs_of(store::ReadTx& tx, AccountId viewer);
/// Of the whole practice.
Result<std::vector<NewPair>> list_new_pairs(store::ReadTx& tx, PracticeId practice);

/// What was agreed on, opened.
struct AgreedContact {
  Time decided_at;
  std::int64_t hours = 0;  ///< 0: they had met
  std::optional<Time> by;  ///< none: there was no form to count from, and the hours run from the decision
};
/// What is known of when a contact of a new pair is due.
struct Due {
  std::optional<AgreedContact> agreed = {};
  std::optional<Time> proposed = {};  ///< by the step that a first form asks for
  bool spoke_before = false;
};
/// What this pair agreed on holds. What was agreed on with a former therapist, or what a form asks for, makes it sooner
/// than `usual` at most, and only where the client has not been in contact with any therapist. Had two met, it is
/// `usual`.
Time contact_due(Time began_at, std::chrono::hours usual, const Due& known);

/// That of the first step of the rule. Errors: those of the rule.
Result<std::chrono::hours> usual_time();

/// By when one is due.
struct ExpectedContact {
  NewPair pair;
  Time by;
};
/// A pair that cannot be opened is logged and left out.
std::vector<ExpectedContact> expect_contacts(House& house, std::vector<NewPair> pairs, Deadline deadline);

/// Those that could not be opened, and of which that was logged.
using NotRead = std::set<std::string>;
/// Tells the therapist, whoever stands in, and whoever assigns clients (coordinators and administrators), of each pair
/// of which the time is over, once; how many pairs were new among them. A pair that cannot be opened is logged once,
/// and holds up nobody.
Result<std::int64_t> tell_of_late_contacts(House& house, NotRead& not_read, Deadline deadline);

}  // namespace rapport::first_contact
