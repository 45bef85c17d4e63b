#include "features/demo/demo_sessions.hpp"

#include <algorithm>

#include "demo_files.hpp"
#include "features/encounters/encounters.hpp"
#include "http/shape.hpp"

namespace rapport::demo {

using encounters::Channel;

struct WrittenPoint {
  Author by = Author::client;
  http::Text<1, encounters::kLongestPoint> text;
};
BOOST_DESCRIBE_STRUCT(WrittenPoint, (), (by, text))

/// At a full hour (UTC) of a day to come.
struct PlannedSession {
  std::string login;
  std::int64_t in_days = 0;
  std::int64_t hour = 0;
  std::int64_t minutes = 0;
  Channel channel = Channel::chat;
  std::vector<WrittenPoint> agenda;
};
BOOST_DESCRIBE_STRUCT(PlannedSession, (), (login, in_days, hour, minutes, channel, agenda))

struct WrittenSessions {
  std::vector<PlannedSession> planned;
};
BOOST_DESCRIBE_STRUCT(WrittenSessions, (), (planned))

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t kMinutes = 50;
constexpr std::int64_t kFewestMessages = 3;  ///< fewer on one day are a note in passing, no session

Result<WrittenSessions> read_written_sessions() {
  for (const auto& file : demo_files()) {
    if (file.path != "sessions.json") continue;
    TRY_ASSIGN(const auto value, http::parse_json(file.content));
    return http::parse<WrittenSessions>(value);
  }
  return fail({ErrorKind::internal, "demo.no_file", "This program was built without resources/demo/sessions.json."});
}

struct Talk {
  Time first;
  Time last;
  std::int64_t count = 0;
};

/// The days on which the chat was used, the oldest first.
std::vector<Talk> talks_of(const WrittenClient& written, Time now) {
  std::vector<Talk> talks;
  std::int64_t day = -1;
  for (const auto& room : written.rooms) {
    if (room.subject) continue;
    for (const auto& message : room.messages) {
      const auto at = now - days(message.days) - minutes(message.minutes);
      if (message.days != day) talks.push_back({at, at, 0});
      day = message.days;
      talks.back().last = at;
      ++talks.back().count;
    }
  }
  return talks;
}

Result<void> store_held(store::WriteTx& tx, const DemoPair& pair, const Talk& talk) {
  const auto id = EncounterId::make(talk.first);
  const auto began = talk.first - minutes(1);
  TRY(encounters::plan_encounter(tx, pair.therapist, pair.episode, id, {began, kMinutes, Channel::chat, ""},
                                 began - days(3)));
  TRY(encounters::open_encounter(tx, pair.therapist, id, began));
  TRY(encounters::close_encounter(tx, pair.therapist, id, talk.last + minutes(2)));
  return {};
}

Result<void> store_planned(store::WriteTx& tx, const access::SealKey& key, const DemoPair& pair,
                           const PlannedSession& planned, Time now) {
  const auto id = EncounterId::make(now);
  const Time starts = std::chrono::floor<days>(now) + days(planned.in_days) + hours(planned.hour);
  TRY(encounters::plan_encounter(tx, pair.therapist, pair.episode, id, {starts, planned.minutes, planned.channel, ""},
                                 now));
  for (std::size_t place = 0; place < planned.agenda.size(); ++place) {
    const auto& point = planned.agenda[place];
    const auto item = encounters::AgendaItemId::make(now);
    TRY(encounters::put_agenda_item(tx, point.by == Author::client ? pair.client : pair.therapist, id, item,
                                    static_cast<std::int64_t>(place), false,
                                    access::seal(key, item.bytes(), point.text.str()), now));
  }
  return {};
}

}  // namespace

Result<void> store_sessions(store::WriteTx& tx, const access::SealKey& key, const WrittenClient& written,
                            const DemoPair& pair, Time now) {
  for (const auto& talk : talks_of(written, now)) {
    if (talk.count < kFewestMessages || talk.last + minutes(2) > now) continue;
    TRY(store_held(tx, pair, talk));
  }
  TRY_ASSIGN(const auto sessions, read_written_sessions());
  for (const auto& planned : sessions.planned) {
    if (planned.login != written.login) continue;
    TRY(store_planned(tx, key, pair, planned, now));
  }
  return {};
}

}  // namespace rapport::demo
