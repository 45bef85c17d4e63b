#pragma once
/// @file What a client says of the two of them: "something between us isn't right". The client keeps it or tells it, to
/// the therapist or to the practice's neutral person, each with the words that were chosen for this one; whoever was
/// not chosen finds nothing, whatever part they have. It has nothing to do with answers about harm (features/safety),
/// which go on whatever becomes of it. docs/how-to/relationship-concern.md has the table of states.
///
/// The functions here know neither HTTP nor keys. Whoever calls passes the account that asks; what is not theirs does
/// not exist for them (not_found). Each step bears being sent again: it answers false and nothing changes.
#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "features/encounters/encounters.hpp"
#include "features/relationship_concern/relationship_concern_rules.hpp"
#include "store/transaction.hpp"

namespace rapport::relationship_concern {

using RelationshipConcernId = Id<struct RelationshipConcernTag>;
using TellingId = Id<struct TellingTag>;
using WordId = Id<struct RelationshipWordTag>;
using AgreementId = Id<struct RelationshipAgreementTag>;
using FollowUpId = Id<struct RelationshipFollowUpTag>;

/// Whether it is better is asked after so many sessions.
inline constexpr std::int64_t kAskedAfter = 2;
/// A client has at most so many, and one has so many words of each side.
inline constexpr std::int64_t kMostConcerns = 100;
inline constexpr std::int64_t kMostWords = 200;

struct StoredConcern {
  RelationshipConcernId id;
  EpisodeId episode;
  RoomId chat;  ///< of the episode, which live events name
  AccountId client;
  Time kept_at;
  State state = State::kept;  ///< `not_better` for both answers: which it was is sealed, see known_state
  std::int64_t asks_left = 0;
  std::optional<Time> mediated_at;
  bool waits = false;  ///< something of it is there for the client
  std::optional<Time> ended_at;
  std::optional<Bytes> sealed_words;  ///< under the client's key, tied to `id`
  std::int64_t news = 0;              ///< how much came for the client so far
};

struct Telling {
  TellingId id;
  RelationshipConcernId concern;
  Part part = Part::therapist;
  AccountId account;
  Time told_at;
  std::optional<Time> heard_at;
  bool waits = true;  ///< something of it is there for them
  std::optional<Time> ended_at;
  bool hears = true;               ///< they can read it now
  Bytes sealed_words;              ///< tied to `id`
  std::int64_t news = 1;           ///< how much came for them so far; that it was told is the first
  std::int64_t note_revision = 0;  ///< how often their note was written or taken away
};

struct Word {
  WordId id;
  TellingId telling;
  AccountId by;
  Time at;
  Bytes sealed_text;  ///< tied to `id`
};

struct Agreement {
  AgreementId id;
  TellingId telling;
  AccountId by;  ///< whom the telling was to
  Time at;
  bool is_shared = false;
  std::optional<Time> answered_at;
  std::optional<bool> agrees;
  Bytes sealed_text;  ///< tied to `id`
};

struct FollowUp {
  FollowUpId id;
  Time asked_at;
  std::optional<Time> answered_at;
  std::optional<Bytes> sealed_answer;  ///< tied to `id`
};

/// A concern with all that belongs to it, each list the oldest first.
struct WholeConcern {
  StoredConcern concern;
  std::vector<Telling> tellings;
  std::vector<Word> words;
  std::vector<Agreement> agreements;
  std::vector<FollowUp> follow_ups;
};

/// Who could be told of the two of an episode, now: the therapist while the account is open, the neutral person where
/// the practice has named one.
struct Hearer {
  Part part = Part::therapist;
  AccountId account;
};
std::vector<Hearer> hearers_of(store::ReadTx& tx, EpisodeId episode);

// What the client does.

/// All of the client's, the latest first.
std::vector<WholeConcern> list_own(store::ReadTx& tx, AccountId client);
Result<StoredConcern> find_own(store::ReadTx& tx, AccountId client, RelationshipConcernId id);
WholeConcern whole(store::ReadTx& tx, const StoredConcern& concern);

struct NewConcern {
  RelationshipConcernId id;
  EpisodeId episode;
  std::optional<Bytes> sealed_words;
};
/// Nobody is told. Errors: not_found unless the episode is the client's; conflict "relationship_concern.id_taken",
/// "relationship_concern.too_many", "record.closed".
Result<bool> keep(store::WriteTx& tx, AccountId client, const NewConcern& wanted, Time now);

struct NewTelling {
  TellingId id;
  RelationshipConcernId concern;
  Part part = Part::therapist;
  AccountId account;  ///< whom the client saw named
  Bytes sealed_words;
};
/// From now on this person reads the words; they are told so by a live event and a mail without a word of it. Errors:
/// conflict "relationship_concern.over"; "relationship_concern.hearer", when it is another by now or nobody;
/// "relationship_concern.told", when this person hears it already.
Result<bool> tell(store::WriteTx& tx, AccountId client, const NewTelling& wanted, Time now);

struct NewWord {
  WordId id;
  TellingId telling;
  Bytes sealed_text;
};
/// To one who hears it. Errors: conflict "relationship_concern.over", "relationship_concern.not_heard" when they can
/// no longer read it, "relationship_concern.id_taken", "relationship_concern.too_many".
Result<bool> say(store::WriteTx& tx, AccountId client, RelationshipConcernId concern, const NewWord& word, Time now);

/// Whether that is what was agreed. Errors: conflict "relationship_concern.over"; "relationship_concern.answered", when
/// it was answered otherwise, or the same person wrote something else since.
Result<bool> answer_agreement(store::WriteTx& tx, AccountId client, RelationshipConcernId concern, AgreementId id,
                              bool agrees, Time now);

/// Whether those who hear it know of each other, from now on. Errors: conflict "relationship_concern.over";
/// "relationship_concern.not_both", unless both hear it.
Result<bool> mediate(store::WriteTx& tx, AccountId client, RelationshipConcernId concern, bool wanted, Time now);

struct NewAnswer {
  FollowUpId follow_up;
  bool is_better = false;
  Bytes sealed_answer;
  std::vector<NewWord> to;  ///< who reads it: a word to each
};
/// Whether what was stored is what comes again.
using IsSame = std::function<bool(const Bytes& sealed)>;
/// Errors: conflict "relationship_concern.over"; "relationship_concern.answered", when it was answered otherwise, for
/// other readers, or asked anew since; those of `say`.
Result<bool> answer_follow_up(store::WriteTx& tx, AccountId client, RelationshipConcernId concern,
                              const NewAnswer& answer, const IsSame& is_same, Time now);

/// `step` is close or withdraw; what was closed can be withdrawn still. After a withdrawal nobody but the client finds
/// it, and what others noted is gone. Error: conflict "relationship_concern.over", to close what was withdrawn.
Result<bool> end(store::WriteTx& tx, AccountId client, RelationshipConcernId concern, Step step, Time now);

/// The client has seen so much of what came for them (StoredConcern::news); what came later waits.
Result<bool> see(store::WriteTx& tx, AccountId client, RelationshipConcernId concern, std::int64_t seen);

// What one does who was told.

/// A concern as one hears it.
struct Heard {
  StoredConcern concern;
  Telling telling;
};
/// What waits for them first, then the latest; at most so many.
inline constexpr std::int64_t kMostListed = 200;
std::vector<Heard> list_heard(store::ReadTx& tx, AccountId viewer);
Result<Heard> find_heard(store::ReadTx& tx, AccountId viewer, RelationshipConcernId concern);
std::vector<Word> words_of(store::ReadTx& tx, TellingId telling);
/// Those of their own, and those of whoever else hears it that were written while the client let them know of each
/// other.
std::vector<Agreement> agreements_for(store::ReadTx& tx, const Heard& heard);
/// Who else hears it, where the client lets them know of each other.
std::optional<Hearer> other_hearer(store::ReadTx& tx, const Heard& heard);
std::optional<Bytes> note_of(store::ReadTx& tx, TellingId telling);

/// "I have read it", as far as `seen` (Telling::news). Errors: conflict "relationship_concern.over";
/// "relationship_concern.news" when more has come.
Result<bool> hear(store::WriteTx& tx, AccountId viewer, RelationshipConcernId concern, std::int64_t seen, Time now);
/// A word to the client, which says besides that what was told was read. What came later than `seen` waits on. Errors
/// as `say`.
Result<bool> reply(store::WriteTx& tx, AccountId viewer, RelationshipConcernId concern, WordId id,
                   BytesView sealed_text, Time now, std::int64_t seen = 0);
/// What was agreed, for the client to say whether it was. `seen` and errors as `reply`.
Result<bool> propose(store::WriteTx& tx, AccountId viewer, RelationshipConcernId concern, AgreementId id,
                     BytesView sealed_text, Time now, std::int64_t seen = 0);

struct NewNote {
  std::int64_t based_on = 0;         ///< the Telling::note_revision that was before their eyes
  std::optional<Bytes> sealed_text;  ///< tied to the telling; none: it is taken away
};
/// Whether what is stored, or that nothing is, is what comes again.
using IsSameNote = std::function<bool(const std::optional<Bytes>& sealed)>;
/// For nobody else's eyes. False when it was sent before. Error: conflict "relationship_concern.note_moved" when it was
/// changed from elsewhere since.
Result<bool> note(store::WriteTx& tx, AccountId viewer, RelationshipConcernId concern, const NewNote& wanted,
                  const IsSameNote& is_same, Time now);

// What others call.

/// After every step of a session, in its transaction: when it is over, the client is asked whether it is better, once
/// for each session that began after it was told, as often as kAskedAfter says.
Result<void> follow(store::WriteTx& tx, const encounters::Encounter& encounter, Time now);
/// Nobody hears any concern until its client tells it again: after a restore nobody knows what was taken back since.
/// How many tellings.
std::int64_t end_all_tellings(store::WriteTx& tx);
/// The notices of a concern have keys that begin with this (features/notify).
std::string notice_prefix(RelationshipConcernId concern);
/// All of the client's concerns go, with what everybody wrote about them. Sessions go after.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::relationship_concern
