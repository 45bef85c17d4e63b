#pragma once
/// @file What a client says before a session: how they are, whether something is urgent, what went well and badly, what
/// became of homework, what to talk about. It is written bit by bit, sent, and may be changed until the session begins;
/// what was sent is kept version by version. The functions know neither HTTP nor sockets; a session that is not the
/// viewer's does not exist for them. What is not sent is the client's alone.
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "features/encounters/encounters.hpp"
#include "features/homework/homework.hpp"
#include "http/live_events.hpp"
#include "store/transaction.hpp"

namespace rapport::check_in {

/// `closed`: the session is over, was cancelled, or went by.
enum class CheckInState { not_asked, open, sent, closed };
BOOST_DESCRIBE_ENUM(CheckInState, not_asked, open, sent, closed)

/// It can be answered from so long before the session.
inline constexpr std::chrono::hours kOpenAhead{24};
/// Whoever wants it is reminded so long before the session; in the evening before, where that would be at night.
inline constexpr std::chrono::hours kRemindedAhead{3};
/// What is urgent stands in the therapist's list until the session is over, and at least so long after it was sent: a
/// session that is cancelled or ends takes nothing away that nobody may have read.
inline constexpr std::chrono::days kStandsAfter{7};
inline constexpr std::int64_t kBestFeeling = 10;    ///< from 0
inline constexpr std::size_t kLongestWords = 4000;  ///< of one answer
inline constexpr std::size_t kMostTopics = 10;
inline constexpr std::size_t kMostHomework = 50;
inline constexpr std::int64_t kMostAtOnce = 200;

/// Something to talk about; with `on_agenda` it stands on the agenda that both see, under this id.
struct CheckInTopic {
  encounters::AgendaItemId id;
  std::string text;
  bool on_agenda = false;
  bool operator==(const CheckInTopic&) const = default;
};
BOOST_DESCRIBE_STRUCT(CheckInTopic, (), (id, text, on_agenda))

struct CheckInHomework {
  homework::HomeworkId homework;
  homework::HomeworkOutcome outcome = homework::HomeworkOutcome::done;
  bool operator==(const CheckInHomework&) const = default;
};
BOOST_DESCRIBE_STRUCT(CheckInHomework, (), (homework, outcome))

/// What is sealed. Nothing need be there.
struct CheckInContent {
  std::optional<std::int64_t> feeling = {};  ///< 0 to 10
  std::optional<std::string> feeling_words = {};
  std::optional<bool> urgent = {};
  std::optional<std::string> urgent_words = {};
  std::optional<std::string> went_well = {};
  std::optional<std::string> went_badly = {};
  std::vector<CheckInHomework> homework = {};
  std::vector<CheckInTopic> topics = {};
  bool operator==(const CheckInContent&) const = default;
};
BOOST_DESCRIBE_STRUCT(CheckInContent, (),
                      (feeling, feeling_words, urgent, urgent_words, went_well, went_badly, homework, topics))

/// As it is stored of one session; of one of which nothing is stored everything is empty.
struct StoredCheckIn {
  EncounterId encounter;
  std::optional<Time> asked_at = {};
  bool reminds = false;
  std::int64_t revision = 0;
  std::optional<Time> draft_at = {};
  std::optional<Bytes> sealed_draft = {};
  std::int64_t version = 0;  ///< sent last; 0: none
  std::optional<Time> sent_at = {};
};
/// One that was sent.
struct StoredVersion {
  EncounterId encounter;
  std::int64_t version = 0;
  Time sent_at;
  Bytes sealed_answers;
};

struct FoundCheckIn {
  encounters::Encounter encounter;
  StoredCheckIn stored;
  std::vector<StoredVersion> versions;  ///< the latest first
};
/// not_found unless the session is the viewer's. For everybody but the client there is no draft, no reminder and no
/// revision.
Result<FoundCheckIn> find(store::ReadTx& tx, AccountId viewer, EncounterId encounter);

/// Whether what is stored says the same as what came.
using IsSame = std::function<bool(const Bytes& sealed)>;
/// What a change came to; `is_new` is false when it had been made before.
struct Saved {
  encounters::Encounter encounter;
  std::int64_t revision = 0;
  std::int64_t version = 0;
  Time at;
  bool is_new = true;
};
/// By the client. It goes on from revision `based_on`; conflicts "check_in.moved" when another device saved something
/// else meanwhile, "check_in.closed" when nothing is to be answered now, "check_in.begun" when it was sent and the
/// session has begun; "between.client_alone".
Result<Saved> save_draft(store::WriteTx& tx, AccountId viewer, EncounterId encounter, std::int64_t based_on,
                         BytesView sealed, const IsSame& is_same, Time now);

/// Seals a point of the agenda.
using SealPoint = std::function<Bytes(const CheckInTopic& topic)>;
/// What goes with an answer that is sent. `before`: what was sent last, opened.
struct ToSend {
  std::int64_t based_on = 0;
  CheckInContent content = {};
  std::optional<CheckInContent> before = {};
  std::int64_t before_version = 0;  ///< which one `before` is
  Bytes sealed = {};
};
/// By the client; errors as save_draft. In the same transaction points come on the agenda or go from it, and what
/// became of homework is said, unless it stood the same in `before`; where either is refused, the rest is sent all the
/// same. Something urgent is told to the therapist by a notice.
Result<Saved> send(store::WriteTx& tx, AccountId viewer, EncounterId encounter, const ToSend& answer,
                   const IsSame& is_same, const SealPoint& seal_point, Time now);
/// By the client; it holds for sessions to come as well, until it is chosen otherwise.
Result<Saved> choose_reminder(store::WriteTx& tx, AccountId viewer, EncounterId encounter, bool wanted, Time now);

/// For the list of a therapist's clients: what was sent last for sessions that are open or planned, and for others what
/// was sent within kStandsAfter.
struct SentAhead {
  EpisodeId episode;
  EncounterId encounter;
  AccountId client;
  Time sent_at;
  Bytes sealed_answers;
};
std::vector<SentAhead> list_sent_ahead(store::ReadTx& tx, AccountId therapist);
/// Everything that the client has written, for their record; whether it is theirs is part of the statement.
std::vector<StoredVersion> list_versions(store::ReadTx& tx, AccountId client, EpisodeId episode);
/// The one that is not sent, of each session.
std::vector<StoredCheckIn> list_drafts(store::ReadTx& tx, AccountId client, EpisodeId episode);

/// Invites clients whose session is near, each once, and not at night; how many.
Result<std::int64_t> ask_due(store::WriteTx& tx, Time now);
/// Reminds those who want it and have not sent anything, once; how many.
Result<std::int64_t> remind(store::WriteTx& tx, Time now);
/// After an older copy was put back: nobody is reminded until they choose it again. How many there were.
std::int64_t end_all_reminders(store::WriteTx& tx);
/// Of a client who leaves: what was not sent goes, and nobody reminds them.
void forget_unsent(store::WriteTx& tx, AccountId client);
/// All of the client's go; before their sessions do.
void erase_client(store::WriteTx& tx, AccountId client);

enum class OpeningPart { check_in, safety_gate };
BOOST_DESCRIBE_ENUM(OpeningPart, check_in, safety_gate)

struct OpeningEvent {
  static constexpr http::EventKind kind{
      "opening", false,
      "Something with which a session opens was sent or changed. Read it again. `urgent`: the client says that "
      "something cannot wait. `room` is the chat of the episode."};
  EpisodeId episode;
  EncounterId encounter;
  OpeningPart part = OpeningPart::check_in;
  bool urgent = false;
};
BOOST_DESCRIBE_STRUCT(OpeningEvent, (), (episode, encounter, part, urgent))
/// After the commit: the two and whoever stands in; or the client's own devices alone.
void tell_all(store::WriteTx& tx, const encounters::Encounter& encounter, OpeningPart part, bool urgent);
void tell_client(store::WriteTx& tx, const encounters::Encounter& encounter, OpeningPart part);

}  // namespace rapport::check_in
