#include <algorithm>
#include <set>
#include <tuple>

#include "features/record/record.hpp"
#include "features/safety/safety.hpp"

namespace rapport::record {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;

const Query kSpans{"record.spans", "SELECT id, opened_at, closed_at FROM episode_of_care WHERE client_id = $1", true};
// Whoever was no therapist of this client at that time stood in for one.
#define ROLE_THEN                                                                                                  \
  "CASE WHEN a.role <> 'therapist' OR EXISTS (SELECT 1 FROM episode_of_care e WHERE e.client_id = $1"              \
  " AND e.therapist_id = a.viewer_id AND NOT EXISTS (SELECT 1 FROM hand_over h WHERE h.episode_id = e.id"          \
  "  AND h.to_id = a.viewer_id AND h.done_at > a.at)) OR EXISTS (SELECT 1 FROM hand_over h WHERE h.client_id = $1" \
  " AND h.from_id = a.viewer_id AND h.done_at >= a.at) THEN a.role ELSE 'deputy' END"
// What a therapist notes for themselves leaves no trace here, nor does what was refused.
const Query kAccess{"record.access",
                    "SELECT a.at, a.viewer_id, v.sealed_profile, " ROLE_THEN
                    ", a.action, a.view_name, a.count, a.id"
                    " FROM audit a LEFT JOIN account v ON v.id = a.viewer_id"
                    " WHERE a.client_id = $1 AND a.outcome = 'done' AND a.action NOT LIKE 'notes.%'"
                    " AND (a.viewer_id IS NULL OR a.viewer_id <> $1) ORDER BY a.at DESC, a.id DESC LIMIT $2",
                    true};
const Query kAccessBefore{"record.access_before",
                          "SELECT a.at, a.viewer_id, v.sealed_profile, " ROLE_THEN
                          ", a.action, a.view_name, a.count, a.id"
                          " FROM audit a LEFT JOIN account v ON v.id = a.viewer_id"
                          " WHERE a.client_id = $1 AND a.outcome = 'done' AND a.action NOT LIKE 'notes.%'"
                          " AND (a.viewer_id IS NULL OR a.viewer_id <> $1) AND (a.at, a.id) <"
                          " (SELECT b.at, b.id FROM audit b WHERE b.id = $3 AND b.client_id = $1)"
                          " ORDER BY a.at DESC, a.id DESC LIMIT $2",
                          true};

#undef ROLE_THEN

constexpr std::int64_t kPage = 500;

/// Adds up what was read, and says when it is too much.
class Size {
 public:
  Result<void> add(std::size_t bytes) {
    bytes_ += bytes;
    if (bytes_ <= kLargestRecord) return {};
    return fail({ErrorKind::conflict, "record.too_large",
                 "Your record is too large to be given out in one piece. Please ask your practice for it."});
  }

  /// Files have a bound of their own: what people wrote is never left out for one.
  bool takes_file(std::int64_t bytes) {
    if (files_ + bytes > kMostFiles) return false;
    files_ += bytes;
    return true;
  }

 private:
  std::size_t bytes_ = 0;
  std::int64_t files_ = 0;
};

StoredFile read_file(ReadTx& tx, attachments::StoredAttachment file, Size& size) {
  StoredFile stored{std::move(file), {}};
  if (!size.takes_file(stored.file.bytes)) return stored;
  attachments::read_parts(tx, stored.file.id, [&](std::int64_t /*number*/, BytesView sealed) {
    stored.sealed_parts.push_back(copy_of(sealed));
  });
  return stored;
}

Result<StoredRoom> read_room(ReadTx& tx, AccountId client, const people::Room& room, Size& size) {
  StoredRoom stored{room, {}, {}, {}};
  for (std::int64_t after = 0;;) {
    TRY_ASSIGN(auto page, messages::read_page(tx, client, room.id, {after, std::nullopt, messages::kLargestPage}));
    if (page.empty()) break;
    after = page.back().seq;
    for (auto& message : page) {
      TRY(size.add(message.sealed_text.size()));
      stored.messages.push_back(std::move(message));
    }
  }
  if (!stored.messages.empty()) {
    for (auto& file : attachments::list_of_room(tx, room.id, 1, stored.messages.back().seq)) {
      stored.files.push_back(read_file(tx, std::move(file), size));
    }
  }
  TRY_ASSIGN(stored.receipts, messages::read_receipts(tx, client, room.id));
  return stored;
}

std::vector<StoredSession> read_sessions(ReadTx& tx, AccountId client, EpisodeId episode) {
  std::vector<StoredSession> latest_first;
  for (std::optional<EncounterId> before;;) {
    const auto page = encounters::list_encounters(tx, client, episode, before, kPage);
    for (const auto& one : page) {
      latest_first.push_back({one, encounters::list_channels(tx, one.id), encounters::list_agenda(tx, one.id)});
    }
    if (std::ssize(page) < kPage) break;
    before = page.back().id;
  }
  return {latest_first.rbegin(), latest_first.rend()};
}

Result<void> read_homework(ReadTx& tx, AccountId client, StoredEpisode& stored, Size& size) {
  for (std::optional<homework::HomeworkId> before;;) {
    TRY_ASSIGN(auto page, homework::list_homework(tx, client, stored.episode.id, before, homework::kLargestPage));
    if (page.homework.empty()) break;
    before = page.homework.back().id;
    for (auto& one : page.homework) stored.homework.push_back(std::move(one));
    for (auto& one : page.entries) {
      TRY(size.add(one.sealed_content.size()));
      stored.homework_entries.push_back(std::move(one));
    }
  }
  std::reverse(stored.homework.begin(), stored.homework.end());
  return {};
}

/// Of each session that has begun.
Result<void> read_recaps(ReadTx& tx, StoredEpisode& stored, Size& size) {
  for (const auto& session : stored.sessions) {
    if (!session.encounter.number) continue;
    auto whole = recap::whole(tx, session.encounter.id);
    if (!whole.recap && !whole.feedback) continue;
    if (whole.recap) TRY(size.add(whole.recap->sealed_content.size()));
    for (const auto& one : whole.versions) TRY(size.add(one.sealed_content.size()));
    stored.recaps.emplace_back(*session.encounter.number, std::move(whole));
  }
  return {};
}

/// What the two keep between sessions.
Result<void> read_between(ReadTx& tx, AccountId client, StoredEpisode& stored, Size& size) {
  const auto episode = stored.episode.id;
  TRY_ASSIGN(stored.goals, goals::list_goals(tx, client, episode));
  for (const auto& one : stored.goals.ratings) TRY(size.add(one.sealed_rating.size()));
  TRY_ASSIGN(auto approaches, goals::list_approaches(tx, client, episode));
  stored.approaches = {approaches.approaches.rbegin(), approaches.approaches.rend()};
  TRY(read_homework(tx, client, stored, size));
  for (std::optional<achievements::AchievementId> before;;) {
    TRY_ASSIGN(auto page, achievements::list_achievements(tx, client, episode, before, achievements::kLargestPage));
    if (page.empty()) break;
    before = page.back().id;
    for (auto& one : page) {
      TRY(size.add(one.sealed_words.size()));
      stored.achievements.push_back(std::move(one));
    }
  }
  std::reverse(stored.achievements.begin(), stored.achievements.end());
  return {};
}

/// With what sessions open.
Result<void> read_openings(ReadTx& tx, AccountId client, StoredEpisode& stored, Size& size) {
  const auto episode = stored.episode.id;
  stored.check_ins = check_in::list_versions(tx, client, episode);
  stored.check_in_drafts = check_in::list_drafts(tx, client, episode);
  stored.whereabouts = safety_gate::list_gates(tx, client, episode);
  stored.usual_place = safety_gate::find_usual(tx, client);
  for (const auto& one : stored.check_ins) TRY(size.add(one.sealed_answers.size()));
  for (const auto& one : stored.check_in_drafts) TRY(size.add(one.sealed_draft->size()));
  return {};
}

Result<StoredEpisode> read_episode(ReadTx& tx, AccountId client, const people::Episode& episode, Size& size) {
  StoredEpisode stored;
  stored.episode = episode;
  stored.hand_overs = people::hand_overs_done(tx, episode.id);
  TRY_ASSIGN(const auto rooms, people::list_rooms(tx, client, episode.id));
  for (const auto& room : rooms) {
    TRY_ASSIGN(auto one, read_room(tx, client, room, size));
    stored.rooms.push_back(std::move(one));
  }
  stored.sessions = read_sessions(tx, client, episode.id);
  TRY_ASSIGN(stored.care, measurement_plan::list_agreements(tx, client, episode.id));
  std::reverse(stored.care.begin(), stored.care.end());
  TRY_ASSIGN(auto forms, questionnaires::list_forms(tx, client, episode.id));
  TRY_ASSIGN(const auto missed, questionnaires::list_missed(tx, client, episode.id));
  for (const auto& one : missed) {
    if (one.is_over) forms.push_back(one.form);
  }
  std::sort(forms.begin(), forms.end(),
            [](const auto& a, const auto& b) { return std::tie(a.asked_at, a.id) < std::tie(b.asked_at, b.id); });
  const auto raised = safety::list_concerns_of(tx, client, episode.id);
  for (const auto& form : forms) {
    stored.forms.push_back(
        {form,
         form.version > 0 ? questionnaires::list_versions(tx, form.id) : std::vector<questionnaires::StoredVersion>{},
         safety::has_raised(raised, form.id)});
    for (const auto& version : stored.forms.back().versions) TRY(size.add(version.sealed_answers.size()));
  }
  stored.signals = signals::list_for_record(tx, client, episode.id);
  TRY(read_between(tx, client, stored, size));
  TRY(read_openings(tx, client, stored, size));
  TRY(read_recaps(tx, stored, size));
  return stored;
}

StoredAccess access_of(const Row& row) {
  StoredAccess one;
  one.at = row.time(0);
  if (!row.is_null(1)) one.viewer = row.id<AccountId>(1);
  if (!row.is_null(2)) one.sealed_profile = Bytes(row.bytes(2).begin(), row.bytes(2).end());
  one.role = row.text(3);
  one.action = row.text(4);
  if (!row.is_null(5)) one.view = row.text(5);
  one.count = row.int64(6);
  one.id = row.id<access::AuditId>(7);
  return one;
}

std::vector<StoredConsent> read_consents(ReadTx& tx, AccountId client) {
  std::vector<StoredConsent> consents;
  for (auto& one : consent::of(tx, client)) {
    std::optional<Bytes> by_profile;
    if (one.by != client) {
      if (const auto by = people::find_account(tx, one.by)) by_profile = by->sealed_profile;
    }
    consents.push_back({std::move(one), std::move(by_profile)});
  }
  return consents;
}

}  // namespace

std::vector<StoredAccess> read_access(ReadTx& tx, AccountId client, std::optional<access::AuditId> before,
                                      std::int64_t most) {
  return before ? tx.list(kAccessBefore, {client, most, *before}, access_of)
                : tx.list(kAccess, {client, most}, access_of);
}

namespace {

/// Whoever treated in it or wrote something of it.
std::set<AccountId> people_in(const StoredEpisode& stored) {
  std::set<AccountId> people{stored.episode.therapist};
  for (const auto& one : stored.hand_overs) people.insert(one.from);
  for (const auto& room : stored.rooms) {
    for (const auto& message : room.messages) people.insert(message.author);
  }
  for (const auto& session : stored.sessions) {
    for (const auto& point : session.agenda) people.insert(point.author);
  }
  people.erase(stored.episode.client);
  return people;
}

void add_profile(ReadTx& tx, StoredRecord& record, AccountId who) {
  if (record.profiles.count(who) != 0) return;
  if (auto profile = people::find_profile(tx, who)) record.profiles.emplace(who, *std::move(profile));
}

void add_profiles(ReadTx& tx, StoredRecord& record) {
  for (const auto& episode : record.episodes) {
    for (const auto who : people_in(episode)) add_profile(tx, record, who);
  }
}

Result<StoredRecord> read_treatments(ReadTx& tx, const std::optional<people::Account>& person) {
  StoredRecord record;
  const auto practice = people::find_practice(tx);
  if (!person || !practice) return fail(not_found());
  record.person = *person;
  record.practice = *practice;
  Size size;
  for (const auto& episode : people::list_episodes(tx, person->id)) {
    TRY_ASSIGN(auto stored, read_episode(tx, person->id, episode, size));
    record.episodes.push_back(std::move(stored));
  }
  add_profiles(tx, record);
  tx.each(kSpans, {person->id}, [&](const Row& row) {
    for (auto& one : record.episodes) {
      if (one.episode.id != row.id<EpisodeId>(0)) continue;
      one.opened_at = row.time(1);
      one.closed_at = row.maybe_time(2);
    }
  });
  return record;
}

}  // namespace

Result<StoredRecord> read_locked_record(ReadTx& tx, AccountId client) {
  return read_treatments(tx, people::find_client(tx, client));
}

Result<StoredRecord> read_record(ReadTx& tx, AccountId client) {
  TRY_ASSIGN(auto record, read_treatments(tx, people::find_account(tx, client)));
  record.consents = read_consents(tx, client);
  record.relationship_concerns = relationship_concern::list_own(tx, client);
  std::reverse(record.relationship_concerns.begin(), record.relationship_concerns.end());
  for (const auto& one : record.relationship_concerns) {
    for (const auto& telling : one.tellings) add_profile(tx, record, telling.account);
  }
  record.switches = therapist_switch::list_own(tx, client);
  for (const auto& one : record.switches) {
    add_profile(tx, record, one.from);
    if (one.to) add_profile(tx, record, *one.to);
  }
  record.wishes = preferences::list_wishes(tx, client);
  std::ranges::reverse(record.wishes);
  record.access = read_access(tx, client, std::nullopt, kMostAccess + 1);
  record.more_access = std::ssize(record.access) > kMostAccess;
  if (record.more_access) record.access.pop_back();
  return record;
}

}  // namespace rapport::record
