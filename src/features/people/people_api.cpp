#include "features/people/people_api.hpp"

#include <algorithm>
#include <map>

#include "features/messages/messages.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/people/profiles.hpp"

namespace rapport::people {
namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

Result<Person> person_of(House& house, AccountId id, const Bytes& sealed_profile, Deadline deadline) {
  Account account;
  account.id = id;
  account.sealed_profile = sealed_profile;
  TRY_ASSIGN(auto profile, open_profile(house, account, deadline));
  return Person{id, std::move(profile.name)};
}

/// An episode, and who goes on with it while its therapist is away; of one moment.
struct Seen {
  Episode episode;
  std::optional<Away> away;
  std::optional<HandOver> hand_over;
  std::vector<AccountId> deputies;  ///< who stand in or have stood in with it
  std::vector<FormerTherapist> former;
};

Result<Seen> see_episode(store::ReadTx& tx, AccountId viewer, EpisodeId id) {
  TRY_ASSIGN(auto episode, find_episode(tx, viewer, id));
  const auto therapist = episode.therapist;
  return Seen{std::move(episode), away_of(tx, therapist), hand_over_of(tx, id), deputies_of(tx, id),
              former_therapists_of(tx, id)};
}

Result<std::optional<AwayAnswer>> describe_away(Context& context, const std::optional<Away>& away, Names& names) {
  if (!away) return std::nullopt;
  AwayAnswer answer{away->starts_at, away->ends_at, std::nullopt, away->starts_at <= context.house.clock.now(),
                    away->is_asked};
  if (away->deputy) {
    TRY_ASSIGN(auto name, names.of(*away->deputy));
    answer.deputy = Person{*away->deputy, std::move(name)};
  }
  return answer;
}

Result<std::optional<HandOverAnswer>> describe_hand_over(const std::optional<HandOver>& hand_over, Names& names) {
  if (!hand_over) return std::nullopt;
  TRY_ASSIGN(auto from, names.of(hand_over->from));
  TRY_ASSIGN(auto to, names.of(hand_over->to));
  return HandOverAnswer{hand_over->id,
                        {hand_over->from, std::move(from)},
                        {hand_over->to, std::move(to)},
                        hand_over->done_at.value_or(hand_over->called_off_at.value_or(hand_over->due_at)),
                        hand_over->done_at.has_value(),
                        hand_over->called_off_at.has_value()};
}

Result<EpisodeAnswer> describe(Context& context, const Call& call, const Episode& episode,
                               const std::optional<Away>& away, const std::optional<HandOver>& hand_over,
                               Names& names) {
  EpisodeAnswer answer;
  answer.id = episode.id;
  answer.chat_room = episode.chat;
  TRY_ASSIGN(answer.client, person_of(context.house, episode.client, episode.client_profile, call.deadline));
  TRY_ASSIGN(answer.therapist, person_of(context.house, episode.therapist, episode.therapist_profile, call.deadline));
  answer.reply_time = {episode.reply_hours, episode.reply_hours.has_value(), episode.reply_hours_proposed};
  answer.unread = episode.unread;
  answer.last_at = episode.last_at;
  answer.waiting_since = episode.waiting_since;
  TRY_ASSIGN(answer.away, describe_away(context, away, names));
  TRY_ASSIGN(answer.hand_over, describe_hand_over(hand_over, names));
  const bool is_away = answer.away && answer.away->now;
  if (episode.waiting_since && episode.reply_hours && !is_away) {
    answer.reply_by = *episode.waiting_since + std::chrono::hours(*episode.reply_hours);
  }
  const bool is_client = context.viewer.account == episode.client;
  answer.present = context.house.hub.present(is_client ? episode.therapist : episode.client);
  return answer;
}

Result<Answer<EpisodesAnswer>> read_episodes(Context& context, Call& call) {
  std::map<AccountId, std::optional<Away>> aways;
  std::map<EpisodeId, std::optional<HandOver>> hand_overs;
  TRY_ASSIGN(const auto episodes,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Episode>> {
               auto found = list_episodes(tx, context.viewer.account);
               // What was written in one that is over is in the client's record.
               std::erase_if(found, [](const Episode& one) { return one.is_over; });
               for (const auto& one : found) {
                 if (aways.find(one.therapist) == aways.end()) aways[one.therapist] = away_of(tx, one.therapist);
                 hand_overs[one.id] = hand_over_of(tx, one.id);
               }
               return found;
             }));
  Names names(context.house, call.deadline);
  Answer<EpisodesAnswer> answer;
  std::vector<AccountId> clients;
  for (const auto& episode : episodes) {
    TRY_ASSIGN(auto one, describe(context, call, episode, aways[episode.therapist], hand_overs[episode.id], names));
    answer.value.episodes.push_back(std::move(one));
    clients.push_back(episode.client);
  }
  TRY(audit_reads(context, call, clients, std::nullopt, "episodes"));
  return answer;
}

/// The two people of an episode, whoever has stood in, and who had it before.
Result<std::vector<std::pair<Person, const char*>>> people_in(Context& context, const Call& call, const Seen& seen,
                                                              const EpisodeAnswer& episode, Names& names) {
  std::vector<std::pair<Person, const char*>> people{{episode.client, "client"}, {episode.therapist, "therapist"}};
  for (const auto deputy : seen.deputies) {
    TRY_ASSIGN(auto name, names.of(deputy));
    people.push_back({{deputy, std::move(name)}, "deputy"});
  }
  for (const auto& former : seen.former) {
    TRY_ASSIGN(auto person, person_of(context.house, former.account, former.sealed_profile, call.deadline));
    people.push_back({std::move(person), "former_therapist"});
  }
  return people;
}

/// What they are called and how far each has got in one of the rooms.
std::vector<Participant> participants_of(Context& context, const std::vector<std::pair<Person, const char*>>& people,
                                         const std::vector<messages::Receipt>& receipts) {
  std::vector<Participant> participants;
  for (const auto& [person, role] : people) {
    Participant one{person.id, person.name, role, 0, 0, context.house.hub.present(person.id)};
    for (const auto& receipt : receipts) {
      if (receipt.account != person.id) continue;
      one.delivered = receipt.delivered;
      one.read = receipt.read;
    }
    participants.push_back(std::move(one));
  }
  return participants;
}

/// Whose mark says what is new to the viewer: their own, and for whoever stands in also the therapist's.
bool reads_for(AccountId viewer, const std::vector<std::pair<Person, const char*>>& people, AccountId reader) {
  const auto client = people[0].first.id;
  const auto therapist = people[1].first.id;
  return reader == viewer || (viewer != client && reader == therapist);
}

Result<RoomAnswer> describe_room(Context& context, const Call& call,
                                 const std::vector<std::pair<Person, const char*>>& people, const Room& room,
                                 const std::vector<messages::Receipt>& receipts) {
  RoomAnswer answer{
      room.id, room.is_chat ? "chat" : "thread", std::nullopt, room.last_seq, 0, room.unread, room.last_at, {}};
  if (room.sealed_subject) {
    TRY_ASSIGN(const auto key, context.house.keys.key_for(room.client, call.deadline));
    TRY_ASSIGN(answer.subject, access::unseal(*key, room.id.bytes(), *room.sealed_subject));
  }
  for (const auto& receipt : receipts) {
    if (reads_for(context.viewer.account, people, receipt.account))
      answer.read_seq = std::max(answer.read_seq, receipt.read);
  }
  answer.participants = participants_of(context, people, receipts);
  return answer;
}

Result<Answer<RoomsAnswer>> read_rooms(Context& context, Call& call) {
  const auto viewer = context.viewer.account;
  std::vector<Room> rooms;
  std::vector<std::vector<messages::Receipt>> receipts;
  TRY_ASSIGN(const Seen seen, context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Seen> {
    const auto id = call.path_id<EpisodeId>("episode");
    TRY_ASSIGN(rooms, list_rooms(tx, viewer, id));
    receipts.clear();  // this may be run again
    for (const auto& room : rooms) {
      TRY_ASSIGN(auto of_room, messages::read_receipts(tx, viewer, room.id));
      receipts.push_back(std::move(of_room));
    }
    return see_episode(tx, viewer, id);
  }));
  Names names(context.house, call.deadline);
  TRY_ASSIGN(const EpisodeAnswer about, describe(context, call, seen.episode, seen.away, seen.hand_over, names));
  TRY_ASSIGN(const auto people, people_in(context, call, seen, about, names));
  Answer<RoomsAnswer> answer;
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    TRY_ASSIGN(auto one, describe_room(context, call, people, rooms[i], receipts[i]));
    answer.value.rooms.push_back(std::move(one));
  }
  TRY(audit_read(context, call, seen.episode.client, std::nullopt, "rooms"));
  return answer;
}

Result<Answer<RoomAnswer>> begin_thread(Context& context, Call& call, const NewThread& thread) {
  const auto viewer = context.viewer.account;
  const auto episode_id = call.path_id<EpisodeId>("episode");
  if (uuid_version(thread.id.uuid()) != 7) {
    return fail(invalid("thread.id_not_v7", "The thread's id must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for every new thread."}}));
  }
  TRY_ASSIGN(const Seen seen, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return see_episode(tx, viewer, episode_id);
  }));
  const auto& episode = seen.episode;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(episode.client, call.deadline));
  const auto subject = access::seal(*key, thread.id.bytes(), thread.subject.str());
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const OpenedThread opened,
             audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
               entry.client = episode.client;
               entry.room = thread.id;
               auto made = open_thread(tx, viewer, episode_id, thread.id, subject, now);
               if (made) {  // also when it is sent again: with the answer the telling may have been lost
                 entry.count = made->is_new ? 1 : 0;
                 tx.emit({thread.id, 0, http::passing_frame(thread.id, RoomEvent{episode_id}),
                          who_hears(tx, episode.client, episode.therapist)});
               }
               return made;
             }));
  Names names(context.house, call.deadline);
  TRY_ASSIGN(const EpisodeAnswer about, describe(context, call, episode, seen.away, seen.hand_over, names));
  TRY_ASSIGN(const auto people, people_in(context, call, seen, about, names));
  TRY_ASSIGN(auto answer, describe_room(context, call, people, opened.room, {}));
  return Answer<RoomAnswer>{opened.is_new ? 201 : 200, std::move(answer)};
}

using ChangeReplyTime = Result<void> (*)(store::WriteTx&, AccountId, EpisodeId, std::int64_t);

Result<Answer<Nothing>> change_reply_time(Context& context, const Call& call, std::int64_t hours,
                                          ChangeReplyTime change) {
  const auto id = call.path_id<EpisodeId>("episode");
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    TRY_ASSIGN(const Episode episode, find_episode(tx, context.viewer.account, id));
    entry.client = episode.client;
    entry.count = 1;
    TRY(change(tx, context.viewer.account, id, hours));
    tx.emit({episode.chat, 0, http::passing_frame(episode.chat, ReplyTimeEvent{id}),
             who_hears(tx, episode.client, episode.therapist)});
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_people_routes(Routes& routes) {
  routes.event<RoomEvent>();
  routes.event<ReplyTimeEvent>();
  routes.get("/api/episodes")
      .says("One's episodes of care: who with whom, what waits, until when an answer is due")
      .answers<EpisodesAnswer>()
      .needs(PermissionName{"read_episode"})
      .audits("episodes.read")
      .handle(read_episodes);
  routes.get("/api/episodes/{episode}/rooms")
      .says("The chat and the threads of an episode, and how far each person has read")
      .answers<RoomsAnswer>()
      .needs(PermissionName{"read_room"}, "episode")
      .audits("rooms.read")
      .handle(read_rooms);
  routes.post("/api/episodes/{episode}/threads")
      .says("Begin a thread with a subject")
      .explains("The same id sent again is the same thread, as for messages.")
      .body<NewThread>()
      .answers<RoomAnswer>(201, 200)
      .needs(PermissionName{"send_message"}, "episode")
      .audits("thread.begin")
      .handle(begin_thread);
  routes.put("/api/episodes/{episode}/reply-time")
      .says("Propose a time within which the therapist answers")
      .body<ReplyHours>()
      .answers<Nothing>(204)
      .needs(PermissionName{"propose_reply_time"}, "episode")
      .audits("reply_time.propose")
      .handle([](Context& context, Call& call, const ReplyHours& body) {
        return change_reply_time(context, call, body.hours, propose_reply_time);
      });
  routes.post("/api/episodes/{episode}/reply-time/agreement")
      .says("Agree to the reply time that was proposed")
      .body<ReplyHours>()
      .answers<Nothing>(204)
      .needs(PermissionName{"agree_reply_time"}, "episode")
      .audits("reply_time.agree")
      .handle([](Context& context, Call& call, const ReplyHours& body) {
        return change_reply_time(context, call, body.hours, agree_reply_time);
      });
}

}  // namespace rapport::people
