#include <algorithm>
#include <tuple>
#include <utility>

#include "features/people/people.hpp"
#include "features/preparation/preparation.hpp"

namespace rapport::preparation {
namespace {

using encounters::Encounter;
using store::ReadTx;

/// For whoever treats; the client does not prepare the therapist's session.
Result<Encounter> find_to_prepare(ReadTx& tx, AccountId viewer, EncounterId id) {
  TRY_ASSIGN(auto encounter, encounters::find_encounter(tx, viewer, id));
  if (viewer == encounter.client) return fail(not_found());
  return encounter;
}

Time since_of(const std::optional<Encounter>& last, Time now) {
  return last && last->ended_at ? *last->ended_at : now - kRecent;
}

/// From the end of the room back to `since`.
Result<void> read_room_back(ReadTx& tx, AccountId viewer, const people::Room& room, Time since, OwnMessages& own) {
  for (auto before = room.last_seq + 1; before > 1;) {
    const auto left = kMostMessages - own.looked_at;
    if (left <= 0) {
      own.is_all = false;
      return {};
    }
    TRY_ASSIGN(const auto page,
               messages::read_page(tx, viewer, room.id, {0, before, std::min(left, messages::kLargestPage)}));
    if (page.empty()) return {};
    for (const auto& one : page) {
      ++own.looked_at;
      if (one.author == room.client && one.at >= since) own.messages.push_back(one);
    }
    if (page.front().at < since) return {};
    before = page.front().seq;
  }
  return {};
}

Result<OwnMessages> read_own(ReadTx& tx, AccountId viewer, EpisodeId episode, Time since) {
  TRY_ASSIGN(auto rooms, people::list_rooms(tx, viewer, episode));
  std::ranges::sort(rooms, [](const people::Room& a, const people::Room& b) {
    return std::tie(b.last_at, b.id) < std::tie(a.last_at, a.id);
  });
  OwnMessages own;
  for (const auto& room : rooms) {
    if (room.last_at && *room.last_at >= since) TRY(read_room_back(tx, viewer, room, since, own));
  }
  std::ranges::sort(own.messages, [](const messages::StoredMessage& a, const messages::StoredMessage& b) {
    return std::tie(b.at, b.seq, b.id) < std::tie(a.at, a.seq, a.id);
  });
  return own;
}

Result<std::vector<achievements::StoredAchievement>> read_achievements(ReadTx& tx, AccountId viewer, EpisodeId episode,
                                                                       Time since) {
  std::vector<achievements::StoredAchievement> all;
  for (std::optional<achievements::AchievementId> before; std::ssize(all) < kMostEntries;) {
    TRY_ASSIGN(const auto page,
               achievements::list_achievements(tx, viewer, episode, before, achievements::kLargestPage));
    for (const auto& one : page) {
      if (one.happened_at < since) return all;
      all.push_back(one);
    }
    if (std::ssize(page) < achievements::kLargestPage) return all;
    before = page.back().id;
  }
  return all;
}

Result<std::vector<homework::StoredHomework>> read_homework(ReadTx& tx, AccountId viewer, EpisodeId episode,
                                                            Time since) {
  std::vector<homework::StoredHomework> all;
  for (std::optional<homework::HomeworkId> before; std::ssize(all) < kMostEntries;) {
    TRY_ASSIGN(const auto page, homework::list_homework(tx, viewer, episode, before, homework::kLargestPage));
    for (const auto& one : page.homework) {
      if (one.given_at < since) return all;
      all.push_back(one);
    }
    if (std::ssize(page.homework) < homework::kLargestPage) return all;
    before = page.homework.back().id;
  }
  return all;
}

}  // namespace

Result<NewWords> find_new_words(ReadTx& tx, AccountId viewer, EncounterId id, Time now) {
  TRY_ASSIGN(const auto encounter, find_to_prepare(tx, viewer, id));
  NewWords found{encounter, encounters::find_session_before(tx, viewer, encounter), {}, {}};
  found.since = since_of(found.last, now);
  TRY_ASSIGN(found.own, read_own(tx, viewer, encounter.episode, found.since));
  return found;
}

Result<StoredReports> find_reports(ReadTx& tx, AccountId viewer, EncounterId id, Time now) {
  TRY_ASSIGN(const auto encounter, find_to_prepare(tx, viewer, id));
  const auto oldest = now - kLongestAgo;
  StoredReports found;
  found.encounter = encounter;
  found.since = since_of(encounters::find_session_before(tx, viewer, encounter), now);
  TRY_ASSIGN(found.own, read_own(tx, viewer, encounter.episode, oldest));
  TRY_ASSIGN(auto said, check_in::find(tx, viewer, id));
  if (!said.versions.empty()) found.check_in = std::move(said.versions.front());
  TRY_ASSIGN(found.achievements, read_achievements(tx, viewer, encounter.episode, oldest));
  TRY_ASSIGN(found.homework, read_homework(tx, viewer, encounter.episode, oldest));
  TRY_ASSIGN(found.goals, goals::list_goals(tx, viewer, encounter.episode));
  return found;
}

}  // namespace rapport::preparation
