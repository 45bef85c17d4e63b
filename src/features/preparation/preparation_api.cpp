#include "features/preparation/preparation_api.hpp"

#include <algorithm>
#include <utility>

#include "features/messages/messages_rules.hpp"
#include "features/preparation/earlier_examples_rules.hpp"
#include "features/preparation/preparation.hpp"

namespace rapport::preparation {

struct PreparationSession {
  EncounterId id;
  std::optional<std::int64_t> number;
  std::optional<Time> ended_at;
};
BOOST_DESCRIBE_STRUCT(PreparationSession, (), (id, number, ended_at))

struct PreparationMessage {
  RoomId room;
  std::int64_t seq = 0;
  Time at;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(PreparationMessage, (), (room, seq, at, text))

struct PreparationAnswer {
  static constexpr std::string_view says =
      "What the client wrote since the session before (`last_session`, over at `since`; without one, in thirty days): "
      "`count` messages, of which `latest` are the last five, the latest first. `more`: there were so many messages "
      "that "
      "not all were counted.";
  EpisodeId episode;
  std::optional<PreparationSession> last_session;
  Time since;
  std::int64_t count = 0;
  bool more = false;
  std::vector<PreparationMessage> latest;
};
BOOST_DESCRIBE_STRUCT(PreparationAnswer, (), (episode, last_session, since, count, more, latest))

struct SaidNoChange {
  static constexpr std::string_view says =
      "Where the client says that nothing has changed: in a message of `room`, or, without one, in the check-in. "
      "`phrase` "
      "is what stands in the list.";
  Time at;
  std::optional<RoomId> room;
  std::string sentence;
  std::string phrase;
};
BOOST_DESCRIBE_STRUCT(SaidNoChange, (), (at, room, sentence, phrase))

struct EarlierExample {
  static constexpr std::string_view says =
      "Something that the client reported, as they wrote it. `source` is the id of what it is from, of a message "
      "`room` "
      "where. `value`: a mood, or how far one has come with a goal (0 to 10); `before` the rating of the goal before, "
      "`mean_before` the mean of the moods before.";
  ExampleKind kind = ExampleKind::message;
  Time at;
  std::string source;
  std::optional<std::string> room;
  std::string text;
  std::optional<std::int64_t> value;
  std::optional<std::int64_t> before;
  std::optional<double> mean_before;
};
BOOST_DESCRIBE_STRUCT(EarlierExample, (), (kind, at, source, room, text, value, before, mean_before))

struct EarlierExamples {
  static constexpr std::string_view says =
      "`said` is what was found of \"nothing has changed\" since the session before; without any nothing is looked "
      "for, "
      "and `examples` is empty. At most five, those that are newest and differ most first. `messages` were looked "
      "through, from now back to `from`; `more`: not all. Whether to use any of it is the therapist's to decide. "
      "`words`: version of the list.";
  std::vector<SaidNoChange> said;
  std::vector<EarlierExample> examples;
  std::int64_t messages = 0;
  bool more = false;
  Time from;
  std::string words;
};
BOOST_DESCRIBE_STRUCT(EarlierExamples, (), (said, examples, messages, more, from, words))

namespace {

using http::Answer;
using http::Call;
using http::PermissionName;

constexpr std::size_t kMostSaid = 3;

Result<Answer<PreparationAnswer>> read_preparation(Context& context, Call& call) {
  const auto id = call.path_id<EncounterId>("encounter");
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const auto found, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_new_words(tx, context.viewer.account, id, now);
  }));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(found.encounter.client, call.deadline));
  Answer<PreparationAnswer> answer;
  auto& it = answer.value;
  it.episode = found.encounter.episode;
  if (found.last) it.last_session = PreparationSession{found.last->id, found.last->number, found.last->ended_at};
  it.since = found.since;
  it.count = std::ssize(found.own.messages);
  it.more = !found.own.is_all;
  for (const auto& one : found.own.messages) {
    if (std::ssize(it.latest) == kMostShown) break;
    TRY_ASSIGN(auto message, messages::open_message(*key, one));
    it.latest.push_back({one.room, one.seq, one.at, std::move(message.text)});
  }
  TRY(audit_read(context, call, found.encounter.client, std::nullopt, "preparation " + id.text()));
  return answer;
}

/// What the client reported, opened one after the other.
class Opened {
 public:
  Opened(const StoredReports& stored, const access::SealKey& key) : stored_(stored), key_(key) {}

  Result<std::vector<Reported>> all() && {
    TRY(open_messages());
    TRY(open_achievements());
    TRY(open_homework());
    TRY(open_goals());
    return std::move(reported_);
  }

 private:
  Result<void> open_messages() {
    for (const auto& one : stored_.own.messages) {
      TRY_ASSIGN(auto message, messages::open_message(key_, one));
      reported_.push_back(
          {ExampleKind::message, one.at, one.id.text(), one.room.text(), std::move(message.text), std::nullopt});
    }
    return {};
  }
  /// What the therapist noticed is not the client's own word.
  Result<void> open_achievements() {
    using achievements::AchievementKind;
    for (const auto& one : stored_.achievements) {
      if (one.kind == AchievementKind::noticed) continue;
      TRY_ASSIGN(auto words, between_sessions::open<achievements::AchievementWords>(key_, one.id, one.sealed_words));
      const auto kind = one.kind == AchievementKind::mood ? ExampleKind::mood : ExampleKind::achievement;
      reported_.push_back({kind, one.happened_at, one.id.text(), {}, std::move(words.text), words.mood});
    }
    return {};
  }
  Result<void> open_homework() {
    for (const auto& one : stored_.homework) {
      if (one.state != homework::HomeworkState::done) continue;
      TRY_ASSIGN(auto words, between_sessions::open<homework::TaskWords>(key_, one.id, one.sealed_task));
      reported_.push_back({ExampleKind::homework, one.state_at, one.id.text(), {}, std::move(words.title)});
    }
    return {};
  }
  Result<void> open_goals() {
    for (const auto& one : stored_.goals.ratings) {
      const auto goal = std::ranges::find(stored_.goals.goals, one.goal, &goals::StoredGoal::id);
      if (goal == stored_.goals.goals.end()) continue;
      TRY_ASSIGN(const auto rating, between_sessions::open<goals::RatingWords>(key_, one.id, one.sealed_rating));
      TRY_ASSIGN(auto words, between_sessions::open<goals::GoalWords>(key_, goal->id, goal->sealed_words));
      const auto id = goal->id.text();
      reported_.push_back({ExampleKind::goal, one.at, id, id, std::move(words.text), rating.progress});
    }
    return {};
  }

  const StoredReports& stored_;
  const access::SealKey& key_;
  std::vector<Reported> reported_;
};

void note_if_said(std::vector<SaidNoChange>& said, const ChangeWords& words, std::string_view text, Time at,
                  std::optional<RoomId> room) {
  if (said.size() >= kMostSaid) return;
  if (auto found = find_no_change(words, text)) {
    said.push_back({at, room, std::move(found->sentence), std::move(found->phrase)});
  }
}

/// In the check-in first; then in what was written since the last session, the latest first.
Result<std::vector<SaidNoChange>> find_said(const StoredReports& stored, const access::SealKey& key,
                                            const ChangeWords& words) {
  std::vector<SaidNoChange> said;
  if (stored.check_in) {
    const auto at = stored.check_in->sent_at;
    TRY_ASSIGN(const auto content, between_sessions::open<check_in::CheckInContent>(key, stored.encounter.id,
                                                                                    stored.check_in->sealed_answers));
    for (const auto* text : {&content.feeling_words, &content.urgent_words, &content.went_well, &content.went_badly}) {
      if (*text) note_if_said(said, words, **text, at, {});
    }
    for (const auto& topic : content.topics) note_if_said(said, words, topic.text, at, {});
  }
  for (const auto& one : stored.own.messages) {
    if (one.at < stored.since || said.size() >= kMostSaid) break;
    TRY_ASSIGN(const auto message, messages::open_message(key, one));
    note_if_said(said, words, message.text, one.at, one.room);
  }
  return said;
}

EarlierExample as_answer(Example&& one) {
  EarlierExample made;
  made.kind = one.kind;
  made.at = one.at;
  made.source = std::move(one.source);
  if (one.kind == ExampleKind::message) made.room = std::move(one.place);
  made.text = std::move(one.text);
  made.value = one.value;
  made.before = one.before;
  made.mean_before = one.mean_before;
  return made;
}

Result<Answer<EarlierExamples>> read_examples(Context& context, Call& call) {
  const auto id = call.path_id<EncounterId>("encounter");
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const auto* words, change_words());
  TRY_ASSIGN(const auto stored, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_reports(tx, context.viewer.account, id, now);
  }));
  const auto client = stored.encounter.client;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  Answer<EarlierExamples> answer;
  auto& it = answer.value;
  it.words = words->version;
  it.from = now - kLongestAgo;
  it.messages = stored.own.looked_at;
  it.more = !stored.own.is_all;
  TRY_ASSIGN(it.said, find_said(stored, *key, *words));
  if (!it.said.empty()) {
    TRY_ASSIGN(auto reported, Opened(stored, *key).all());
    for (auto& one : find_examples(*words, std::move(reported), now)) {
      it.examples.push_back(as_answer(std::move(one)));
    }
  }
  TRY(audit_read(context, call, client, std::nullopt, "earlier examples " + id.text()));
  return answer;
}

}  // namespace

void add_preparation_routes(Routes& routes) {
  routes.get("/api/encounters/{encounter}/preparation")
      .says("What the client wrote since the session before this one")
      .answers<PreparationAnswer>()
      .needs(PermissionName{"prepare_session"}, "encounter")
      .audits("preparation.read")
      .handle(read_preparation);
  routes.get("/api/encounters/{encounter}/earlier-examples")
      .says("What the client reported earlier that speaks against \"nothing has changed\"")
      .explains(
          "Looked for in this one client's own words when it is asked for; nothing of it is kept. What the client "
          "keeps "
          "for themselves is not read.")
      .answers<EarlierExamples>()
      .needs(PermissionName{"prepare_session"}, "encounter")
      .audits("earlier_examples.read")
      .handle(read_examples);
}

}  // namespace rapport::preparation
