#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "access/who_treats.hpp"
#include "base/log.hpp"
#include "features/first_contact/first_contact.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/people.hpp"
#include "features/people/staff.hpp"

namespace rapport::first_contact {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define NO_CONTACT_SINCE(began)                                                                            \
  " AND NOT EXISTS (SELECT 1 FROM encounter n WHERE n.episode_id = e.id AND n.began_at >= " began          \
  ") AND NOT EXISTS (SELECT 1 FROM room r JOIN room_event v ON v.room_id = r.id WHERE r.episode_id = e.id" \
  " AND v.author_id <> e.client_id AND v.at >= " began ")"
#define IS_GOING_ON " AND e.closed_at IS NULL AND e.locked_at IS NULL"
// Treatments that nobody was handed, and those of which it was the last hand-over; $1 is whose, $2 since when.
#define FRESH                                                                                                         \
  "SELECT e.id, e.client_id, e.therapist_id, e.opened_at FROM episode_of_care e WHERE e.opened_at > $2" IS_GOING_ON   \
  " AND NOT EXISTS (SELECT 1 FROM hand_over p WHERE p.episode_id = e.id AND p.done_at IS NOT NULL)" NO_CONTACT_SINCE( \
      "e.opened_at")
#define HANDED_OVER                                                                                                   \
  "SELECT e.id, e.client_id, e.therapist_id, h.done_at FROM hand_over h JOIN episode_of_care e"                       \
  " ON e.id = h.episode_id WHERE h.done_at > $2" IS_GOING_ON                                                          \
  " AND NOT EXISTS (SELECT 1 FROM hand_over p WHERE p.episode_id = e.id AND p.done_at > h.done_at)" NO_CONTACT_SINCE( \
      "h.done_at")

const Query kOfPractice{"first_contact.of_practice",
                        FRESH " AND e.practice_id = $1 UNION ALL " HANDED_OVER " AND h.practice_id = $1 ORDER BY 4, 1",
                        true};
const Query kOfViewer{"first_contact.of_viewer",
                      FRESH " AND e.therapist_id IN " TREATING_NOW_AS(
                          "$1", "$3") " UNION ALL " HANDED_OVER
                                      " AND e.therapist_id IN " TREATING_NOW_AS("$1", "$3") " ORDER BY 4, 1",
                      true};
const Query kNeverSpoke{"first_contact.never_spoke",
                        "SELECT e.id FROM episode_of_care e WHERE e.id = $1" NO_CONTACT_SINCE("e.opened_at"), true};
#undef HANDED_OVER
#undef FRESH
#undef IS_GOING_ON
#undef NO_CONTACT_SINCE

NewPair to_new_pair(const Row& row) {
  return {row.id<EpisodeId>(0), row.id<AccountId>(1), row.id<AccountId>(2), row.time(3)};
}

/// With what says by when a contact is due.
Result<std::vector<NewPair>> with_all(ReadTx& tx, std::vector<NewPair> pairs) {
  TRY_ASSIGN(const auto* const rule, measurement_plan::shipped_intake_rule());
  for (auto& pair : pairs) {
    pair.agreed = measurement_plan::latest_agreement(tx, pair.episode);
    pair.spoke_before = !tx.first(kNeverSpoke, {pair.episode}, [](const Row& row) { return row.id<EpisodeId>(0); });
    if (pair.agreed || pair.spoke_before) continue;
    // As the client, who finds their own whoever treats them.
    TRY_ASSIGN(pair.first, measurement_plan::list_first_forms(tx, pair.client, pair.episode, *rule));
  }
  return pairs;
}

Result<std::optional<AgreedContact>> open_agreed(House& house, const NewPair& pair, Deadline deadline) {
  if (!pair.agreed) return std::optional<AgreedContact>();
  const auto& stored = *pair.agreed;
  TRY_ASSIGN(const auto key, house.keys.key_for(pair.client, deadline));
  TRY_ASSIGN(const auto care, measurement_plan::open_care(*key, stored.episode, stored.number, stored.sealed));
  AgreedContact agreed{stored.decided_at, care.first_contact_hours, {}};
  if (care.first_contact_by != 0) agreed.by = from_micros(care.first_contact_by);
  return std::optional(agreed);
}

Result<std::optional<Time>> open_proposed(House& house, const NewPair& pair, Deadline deadline) {
  if (pair.first.forms.empty()) return std::optional<Time>();
  TRY_ASSIGN(const auto* const rule, measurement_plan::shipped_intake_rule());
  TRY_ASSIGN(const auto key, house.keys.key_for(pair.client, deadline));
  TRY_ASSIGN(const auto found, measurement_plan::find_step(*rule, pair.first, *key));
  return found ? std::optional(found->contact_by()) : std::nullopt;
}

Result<Time> due_of(House& house, const NewPair& pair, Deadline deadline) {
  TRY_ASSIGN(const auto usual, usual_time());
  Due known;
  known.spoke_before = pair.spoke_before;
  TRY_ASSIGN(known.agreed, open_agreed(house, pair, deadline));
  TRY_ASSIGN(known.proposed, open_proposed(house, pair, deadline));
  return contact_due(pair.began_at, usual, known);
}

void log_not_read(const NewPair& pair, std::string_view code) {
  log::error("first_contact.not_read", {{"episode", pair.episode.text()}, {"code", code}});
}

/// A hand-over makes another pair of the same treatment.
std::string told_key(const NewPair& pair) {
  return "first_contact:" + pair.episode.text() + ":" + std::to_string(to_micros(pair.began_at)) + ":";
}

/// Unless there was contact meanwhile.
Result<bool> tell_of(WriteTx& tx, PracticeId practice, const NewPair& pair) {
  TRY_ASSIGN(const auto pairs, list_new_pairs(tx, practice));
  const bool still_waits = std::ranges::any_of(
      pairs, [&](const NewPair& one) { return one.episode == pair.episode && one.began_at == pair.began_at; });
  if (!still_waits) return false;
  const auto treating = people::who_hears(tx, pair.client, pair.therapist);
  for (const auto& member : people::list_staff(tx, practice)) {
    const bool assigns = member.role == "coordinator" || member.role == "administrator";
    const bool treats = std::ranges::find(treating, member.id) != treating.end();
    if ((!assigns && !treats) || member.closed_at || member.is_invited) continue;
    TRY(notify::queue(tx, {told_key(pair) + member.id.text(), member.id}, tx.now()));
  }
  return true;
}

/// What is known of one moment.
struct Untold {
  PracticeId practice;
  std::vector<NewPair> pairs;
};

Result<Untold> list_untold(House& house, Deadline deadline) {
  return house.db.read(deadline, [](ReadTx& tx) -> Result<Untold> {
    const auto practice = people::find_practice(tx);
    if (!practice) return Untold{};
    Untold untold{practice->id, {}};
    TRY_ASSIGN(untold.pairs, list_new_pairs(tx, practice->id));
    std::erase_if(untold.pairs, [&](const NewPair& one) { return !notify::deliveries_of(tx, told_key(one)).empty(); });
    return untold;
  });
}

}  // namespace

Result<std::chrono::hours> usual_time() {
  TRY_ASSIGN(const auto* const rule, measurement_plan::shipped_intake_rule());
  return std::chrono::hours(rule->steps.front().first_contact_hours);
}

Result<std::vector<NewPair>> list_new_pairs_of(ReadTx& tx, AccountId viewer) {
  return with_all(tx, tx.list(kOfViewer, {viewer, tx.now() - kWatchedFor, tx.now()}, to_new_pair));
}

Result<std::vector<NewPair>> list_new_pairs(ReadTx& tx, PracticeId practice) {
  return with_all(tx, tx.list(kOfPractice, {practice, tx.now() - kWatchedFor}, to_new_pair));
}

std::vector<ExpectedContact> expect_contacts(House& house, std::vector<NewPair> pairs, Deadline deadline) {
  std::vector<ExpectedContact> expected;
  for (auto& pair : pairs) {
    const auto by = due_of(house, pair, deadline);
    if (by) {
      expected.push_back({std::move(pair), *by});
    } else {
      log_not_read(pair, by.error().code);
    }
  }
  return expected;
}

Result<std::int64_t> tell_of_late_contacts(House& house, NotRead& not_read, Deadline deadline) {
  TRY_ASSIGN(const auto untold, list_untold(house, deadline));
  std::int64_t told = 0;
  for (const auto& pair : untold.pairs) {
    const auto by = due_of(house, pair, deadline);
    if (!by) {
      if (not_read.insert(told_key(pair)).second) log_not_read(pair, by.error().code);
      continue;
    }
    if (*by > house.clock.now()) continue;
    TRY_ASSIGN(const bool is_told,
               house.db.write(deadline, [&](WriteTx& tx) { return tell_of(tx, untold.practice, pair); }));
    told += is_told ? 1 : 0;
  }
  return told;
}

}  // namespace rapport::first_contact
