#include <algorithm>
#include <boost/mp11.hpp>
#include <iterator>
#include <stdexcept>

#include "access/who_treats.hpp"
#include "features/encounters/encounters_rules.hpp"
#include "features/encounters/encounters_shapes.hpp"
#include "features/encounters/stored_encounters.hpp"
#include "features/people/absences.hpp"

namespace rapport::encounters {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

// $1 is the viewer, $2 now.
#define ENCOUNTER                                                                                              \
  "SELECT n.id, n.episode_id, e.client_id, e.therapist_id, r.id, n.status, n.channel, n.starts_at, n.minutes," \
  " n.zone, n.planned_by, n.number, n.began_at, n.ended_at,"                                                   \
  " (SELECT COUNT(*) FROM encounter_agenda a WHERE a.encounter_id = n.id AND a.done = 0)"                      \
  " FROM encounter n JOIN episode_of_care e ON e.id = n.episode_id"                                            \
  " JOIN room r ON r.episode_id = e.id AND r.kind = 'chat'"
#define ENCOUNTER_OF_VIEWER ENCOUNTER " WHERE " OPEN_NOW_TO("e", "$1", "$2")
#define LATEST_FIRST " ORDER BY COALESCE(n.began_at, n.starts_at) DESC, n.id DESC LIMIT $4"
const Query kEncounter{"encounters.find", ENCOUNTER_OF_VIEWER " AND n.id = $3", true};
const Query kOfEpisode{"encounters.of_episode", ENCOUNTER_OF_VIEWER " AND n.episode_id = $3" LATEST_FIRST, true};
const Query kOfEpisodeBefore{"encounters.of_episode_before",
                             ENCOUNTER_OF_VIEWER
                             " AND n.episode_id = $3 AND (COALESCE(n.began_at, n.starts_at), n.id) <"
                             " (SELECT COALESCE(b.began_at, b.starts_at), b.id FROM encounter b"
                             "  WHERE b.id = $5 AND b.episode_id = $3)" LATEST_FIRST,
                             true};
const Query kAhead{"encounters.ahead",
                   ENCOUNTER " WHERE e.id IN " EPISODES_OPEN_NOW_TO("$1", "$2")
                   " AND n.status IN ('open', 'planned')"
                   " ORDER BY CASE n.status WHEN 'open' THEN 0 ELSE 1 END, n.starts_at, n.id LIMIT $3",
                   true};
#undef LATEST_FIRST
#undef ENCOUNTER_OF_VIEWER
#undef ENCOUNTER
const Query kEpisodeOfViewer{"encounters.episode_of_viewer",
                             "SELECT e.client_id, e.therapist_id FROM episode_of_care e"
                             " WHERE e.id = $1 AND " OPEN_NOW_TO("e", "$2", "$3"),
                             true};
// The lock of the episode makes its encounters change one after another: one is open, numbers have no gap.
const Query kLockEpisode{"encounters.lock_episode", "SELECT id FROM episode_of_care WHERE id = $1 {for_update}", true};
const Query kLockEpisodeOf{"encounters.lock_episode_of",
                           "SELECT id FROM episode_of_care WHERE id = (SELECT n.episode_id FROM encounter n"
                           " WHERE n.id = $1) {for_update}",
                           true};
const Query kAdd{"encounters.add",
                 "INSERT INTO encounter (id, episode_id, client_id, status, channel, starts_at, minutes, zone,"
                 " planned_by, planned_at) VALUES ($1, $2, $3, 'planned', $4, $5, $6, $7, $8, $9)"
                 " ON CONFLICT (id) DO NOTHING",
                 true};
const Query kReplan{"encounters.replan",
                    "UPDATE encounter SET starts_at = $2, minutes = $3, channel = $4, zone = $5 WHERE id = $1", true};
const Query kCancel{"encounters.cancel", "UPDATE encounter SET status = 'cancelled' WHERE id = $1", true};
const Query kOpenOf{"encounters.open_of", "SELECT id FROM encounter WHERE episode_id = $1 AND status = 'open'", true};
const Query kLastNumber{"encounters.last_number",
                        "SELECT COALESCE(MAX(number), 0) FROM encounter WHERE episode_id = $1", true};
const Query kOpen{"encounters.open", "UPDATE encounter SET status = 'open', number = $2, began_at = $3 WHERE id = $1",
                  true};
const Query kClose{"encounters.close", "UPDATE encounter SET status = 'closed', ended_at = $2 WHERE id = $1", true};
const Query kSetChannel{"encounters.set_channel", "UPDATE encounter SET channel = $2 WHERE id = $1", true};
const Query kChannels{"encounters.channels",
                      "SELECT channel, from_at, until_at FROM encounter_channel WHERE encounter_id = $1 ORDER BY place",
                      true};
const Query kBeginChannel{"encounters.begin_channel",
                          "INSERT INTO encounter_channel (encounter_id, place, channel, from_at)"
                          " SELECT $1, COALESCE(MAX(place), 0) + 1, $2, $3 FROM encounter_channel"
                          " WHERE encounter_id = $1",
                          true};
const Query kEndChannel{"encounters.end_channel",
                        "UPDATE encounter_channel SET until_at = $2 WHERE encounter_id = $1 AND until_at IS NULL",
                        true};

const char* text_of(Channel channel) {
  return boost::describe::enum_to_string(channel, "");
}

/// What the program itself stored.
template <class E>
E enum_of(std::string_view text) {
  std::optional<E> found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto one) {
    if (text == one.name) found = one.value;
  });
  if (!found) throw std::logic_error("an encounter has a word that this program does not know");
  return *found;
}

Encounter to_encounter(const Row& row) {
  Encounter one;
  one.id = row.id<EncounterId>(0);
  one.episode = row.id<EpisodeId>(1);
  one.client = row.id<AccountId>(2);
  one.therapist = row.id<AccountId>(3);
  one.chat = row.id<RoomId>(4);
  one.status = enum_of<Status>(row.text(5));
  one.plan = {row.time(7), row.int64(8), enum_of<Channel>(row.text(6)), std::string(row.text(9))};
  one.planned_by = row.id<AccountId>(10);
  if (!row.is_null(11)) one.number = row.int64(11);
  one.began_at = row.maybe_time(12);
  one.ended_at = row.maybe_time(13);
  one.agenda_left = row.int64(14);
  return one;
}

Result<Encounter> as_therapist(Result<Encounter> found, AccountId viewer) {
  if (found && found->therapist != viewer) return fail(not_found());
  return found;
}

/// What the step came to, as it stands now, told to both; also when it was made before: with the answer the telling may
/// have been lost.
Result<Changed> changed(WriteTx& tx, AccountId viewer, EncounterId id, bool is_new) {
  TRY_ASSIGN(const Encounter now, find_encounter(tx, viewer, id));
  tell(tx, now);
  return Changed{now, is_new};
}

/// Locks, looks whether the step may be taken, and takes it: `take` gets the encounter as it is.
template <class Take>
Result<Changed> step(WriteTx& tx, AccountId therapist, EncounterId id, Step wanted, Take take) {
  lock_encounter(tx, id);
  TRY_ASSIGN(const Encounter was, as_therapist(find_encounter(tx, therapist, id), therapist));
  TRY_ASSIGN(bool is_due, check_step(was.status, wanted));
  if (is_due) {
    TRY_ASSIGN(is_due, take(was));
  }
  return changed(tx, therapist, id, is_due);
}

Result<bool> switch_channel(WriteTx& tx, const Encounter& was, const PlanChange& change, Time now) {
  if (change.starts_at || change.minutes) {
    return fail(
        {ErrorKind::conflict, "encounter.has_begun", "This session has begun already. It can no longer be moved."});
  }
  if (!change.channel || *change.channel == was.plan.channel) return false;
  tx.execute(kEndChannel, {was.id, now});
  tx.execute(kBeginChannel, {was.id, text_of(*change.channel), now});
  tx.execute(kSetChannel, {was.id, text_of(*change.channel)});
  return true;
}

Result<bool> replan(WriteTx& tx, const Encounter& was, const PlanChange& change, Time now) {
  const Plan plan{change.starts_at.value_or(was.plan.starts_at), change.minutes.value_or(was.plan.minutes),
                  change.channel.value_or(was.plan.channel), change.zone.value_or(was.plan.zone)};
  TRY(check_plan(plan, now));
  tx.execute(kReplan, {was.id, plan.starts_at, plan.minutes, text_of(plan.channel), plan.zone});
  return true;
}

#define OPEN_ONES "encounter_id IN (SELECT id FROM encounter WHERE client_id = $1 AND status = 'open')"
const Query kEndChannelsOf{"encounters.end_channels_of",
                           "UPDATE encounter_channel SET until_at = $2 WHERE until_at IS NULL AND " OPEN_ONES};
#undef OPEN_ONES
const Query kCloseOf{"encounters.close_of",
                     "UPDATE encounter SET status = 'closed', ended_at = $2 WHERE client_id = $1 AND status = 'open'"};
const Query kLastEnded{"encounters.last_ended",
                       "SELECT MAX(ended_at) FROM encounter WHERE episode_id = $1 AND status = 'closed'", true};
const Query kPlannedOf{"encounters.planned_of",
                       "SELECT id FROM encounter WHERE episode_id = $1 AND status = 'planned' ORDER BY starts_at, id",
                       true};
const Query kCancelOf{"encounters.cancel_of",
                      "UPDATE encounter SET status = 'cancelled' WHERE client_id = $1 AND status = 'planned'"};
#define ENCOUNTERS_OF_CLIENT "encounter_id IN (SELECT id FROM encounter WHERE client_id = $1)"
const Query kEraseNotes{"encounters.erase_notes", "DELETE FROM encounter_note WHERE client_id = $1"};
const Query kEraseAgendas{"encounters.erase_agendas", "DELETE FROM encounter_agenda WHERE " ENCOUNTERS_OF_CLIENT};
const Query kEraseChannels{"encounters.erase_channels", "DELETE FROM encounter_channel WHERE " ENCOUNTERS_OF_CLIENT};
#undef ENCOUNTERS_OF_CLIENT
const Query kEraseEncounters{"encounters.erase", "DELETE FROM encounter WHERE client_id = $1"};

}  // namespace

void lock_encounter(WriteTx& tx, EncounterId id) {
  tx.first(kLockEpisodeOf, {id}, [](const Row& row) { return row.id<EpisodeId>(0); });
}

void tell(WriteTx& tx, const Encounter& encounter) {
  const EncounterEvent event{encounter.episode, encounter.id, encounter.status};
  tx.emit({encounter.chat, 0, http::passing_frame(encounter.chat, event),
           people::who_hears(tx, encounter.client, encounter.therapist)});
}

Result<Encounter> find_encounter(ReadTx& tx, AccountId viewer, EncounterId id) {
  auto found = tx.first(kEncounter, {viewer, tx.now(), id}, to_encounter);
  if (!found) return fail(not_found());
  return std::move(*found);
}

Result<AccountId> client_of_episode(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  const auto own =
      tx.first(kEpisodeOfViewer, {episode, viewer, tx.now()}, [](const Row& row) { return row.id<AccountId>(0); });
  if (!own) return fail(not_found());
  return *own;
}

std::vector<Encounter> list_encounters(ReadTx& tx, AccountId viewer, EpisodeId episode,
                                       std::optional<EncounterId> before, std::int64_t limit) {
  if (!before) return tx.list(kOfEpisode, {viewer, tx.now(), episode, limit}, to_encounter);
  return tx.list(kOfEpisodeBefore, {viewer, tx.now(), episode, limit, *before}, to_encounter);
}

std::optional<Encounter> find_session_before(ReadTx& tx, AccountId viewer, const Encounter& of) {
  for (auto before = of.id;;) {
    const auto page = list_encounters(tx, viewer, of.episode, before, kLargestPage);
    const auto found = std::ranges::find(page, Status::closed, &Encounter::status);
    if (found != page.end()) return *found;
    if (std::ssize(page) < kLargestPage) return std::nullopt;
    before = page.back().id;
  }
}

std::vector<Encounter> list_ahead(ReadTx& tx, AccountId viewer) {
  return tx.list(kAhead, {viewer, tx.now(), kMostAhead}, to_encounter);
}

std::vector<ChannelUse> list_channels(ReadTx& tx, EncounterId id) {
  return tx.list(kChannels, {id}, [](const Row& row) {
    return ChannelUse{enum_of<Channel>(row.text(0)), row.time(1), row.maybe_time(2)};
  });
}

Result<Changed> plan_encounter(WriteTx& tx, AccountId therapist, EpisodeId episode, EncounterId id, const Plan& plan,
                               Time now) {
  const auto people = tx.first(kEpisodeOfViewer, {episode, therapist, tx.now()},
                               [](const Row& row) { return std::pair{row.id<AccountId>(0), row.id<AccountId>(1)}; });
  if (!people || people->second != therapist) return fail(not_found());
  tx.first(kLockEpisode, {episode}, [](const Row& row) { return row.id<EpisodeId>(0); });
  // One that was planned before is not looked at again: meanwhile its time may have passed.
  const auto there = find_encounter(tx, therapist, id);
  if (!there) {
    TRY(check_plan(plan, now));
  }
  const bool is_new = tx.execute(kAdd, {id, episode, people->first, text_of(plan.channel), plan.starts_at, plan.minutes,
                                        plan.zone, therapist, now}) == 1;
  const auto stored = find_encounter(tx, therapist, id);
  if (!stored || stored->episode != episode || stored->planned_by != therapist) {
    return fail({ErrorKind::conflict, "encounter.id_taken",
                 "This session's id is taken by something else. Make a new id and send it again."});
  }
  return changed(tx, therapist, id, is_new);
}

Result<Changed> change_encounter(WriteTx& tx, AccountId therapist, EncounterId id, const PlanChange& change, Time now) {
  return step(tx, therapist, id, Step::change, [&](const Encounter& was) {
    return was.status == Status::open ? switch_channel(tx, was, change, now) : replan(tx, was, change, now);
  });
}

Result<Changed> cancel_encounter(WriteTx& tx, AccountId therapist, EncounterId id) {
  return step(tx, therapist, id, Step::cancel, [&](const Encounter& was) -> Result<bool> {
    tx.execute(kCancel, {was.id});
    return true;
  });
}

Result<Changed> open_encounter(WriteTx& tx, AccountId therapist, EncounterId id, Time now) {
  return step(tx, therapist, id, Step::open, [&](const Encounter& was) -> Result<bool> {
    if (tx.first(kOpenOf, {was.episode}, [](const Row& row) { return row.id<EncounterId>(0); })) {
      return fail({ErrorKind::conflict, "encounter.another_open",
                   "Another session with this client is open. End it before you begin this one."});
    }
    const auto last = tx.first(kLastNumber, {was.episode}, [](const Row& row) { return row.int64(0); });
    tx.execute(kOpen, {was.id, *last + 1, now});
    tx.execute(kBeginChannel, {was.id, text_of(was.plan.channel), now});
    return true;
  });
}

Result<Changed> close_encounter(WriteTx& tx, AccountId therapist, EncounterId id, Time now) {
  return step(tx, therapist, id, Step::close, [&](const Encounter& was) -> Result<bool> {
    const auto end = std::max(now, *was.began_at);  // a clock may have jumped back
    tx.execute(kEndChannel, {was.id, end});
    tx.execute(kClose, {was.id, end});
    return true;
  });
}

Result<Encounter> find_for_notes(ReadTx& tx, AccountId viewer, EncounterId id) {
  return as_therapist(find_encounter(tx, viewer, id), viewer);
}

std::optional<Time> last_ended(ReadTx& tx, EpisodeId episode) {
  return tx.first(kLastEnded, {episode}, [](const Row& row) { return row.maybe_time(0); }).value_or(std::nullopt);
}

std::int64_t count_planned(ReadTx& tx, EpisodeId episode) {
  return std::ssize(tx.list(kPlannedOf, {episode}, [](const Row& row) { return row.id<EncounterId>(0); }));
}

Result<std::vector<Encounter>> cancel_planned(WriteTx& tx, AccountId client, EpisodeId episode) {
  std::vector<Encounter> cancelled;
  tx.each(kLockEpisode, {episode}, [](const Row&) {});
  for (const auto id : tx.list(kPlannedOf, {episode}, [](const Row& row) { return row.id<EncounterId>(0); })) {
    tx.execute(kCancel, {id});
    TRY_ASSIGN(const auto one, changed(tx, client, id, true));
    cancelled.push_back(one.encounter);
  }
  return cancelled;
}

std::int64_t end_all_of(WriteTx& tx, AccountId client, Time now) {
  tx.execute(kEndChannelsOf, {client, now});
  tx.execute(kCloseOf, {client, now});
  return tx.execute(kCancelOf, {client});
}

void erase_client(WriteTx& tx, AccountId client) {
  for (const auto* query : {&kEraseNotes, &kEraseAgendas, &kEraseChannels, &kEraseEncounters}) {
    tx.execute(*query, {client});
  }
}

}  // namespace rapport::encounters
