#pragma once
/// @file Signals as they are kept: found by the rules in the course of an episode, answered by whoever treats, looked
/// at again later. The functions here know neither HTTP nor what a rule means. Whoever calls them passes the account
/// that asks; a signal that is not for their eyes does not exist for them.
///
/// What rests on answers about the therapist (RISQ) is no signal for anybody but a therapist to whom the client shows
/// those answers (`is_private`); no list of many people and no count has it. What has a number of a therapist's own
/// form (a divergence) is private as well: it is for whoever that form is shown to. What says how one question was
/// answered is for whoever sees the single answers of that form now, whenever it was found.
#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "features/signals/signal_rules.hpp"
#include "store/transaction.hpp"

namespace rapport::signals {

using SignalId = Id<struct SignalTag>;
using OutcomeId = Id<struct SignalOutcomeTag>;

enum class State {
  open,      ///< nobody has answered it
  answered,  ///< discussed, acted on, or a false alarm
  deferred,  ///< until a day; then it is open again
  history,   ///< what it stands on was old already when it was found: nobody is asked
};
BOOST_DESCRIBE_ENUM(State, open, answered, deferred, history)

enum class Outcome { discussed, acted, deferred, false_alarm };
BOOST_DESCRIBE_ENUM(Outcome, discussed, acted, deferred, false_alarm)

enum class FollowUp { next_session, date };
BOOST_DESCRIBE_ENUM(FollowUp, next_session, date)

enum class FollowUpResult { better, same, worse, unknown };  ///< what a look again has shown
BOOST_DESCRIBE_ENUM(FollowUpResult, better, same, worse, unknown)

/// What came before that is no news when it is first found: it is kept, and nobody is asked about it.
inline constexpr std::chrono::days kIsHistory{28};

struct StoredSignal {
  SignalId id;
  EpisodeId episode;
  AccountId client;
  std::string rule;
  std::string version;  ///< of the rule
  Kind kind = Kind::missing;
  Level level = Level::info;
  std::string basis;  ///< what it stands on; of one rule the same is told once
  std::optional<std::string> instrument;
  std::optional<questionnaires::FormId> form;
  std::optional<std::int64_t> session;
  Time at;        ///< when that came
  Time found_at;  ///< when the rule found it, or found it to be graver after it was answered
  bool is_private = false;
  bool holds = true;  ///< false: what it stood on was corrected, or is over
  State state = State::open;
  std::optional<Outcome> outcome;  ///< the latest
  std::optional<Time> answered_at;
  std::optional<Time> deferred_until;
  std::optional<FollowUp> follow_up;  ///< that is still to come
  std::optional<Time> follow_up_at;   ///< nothing with `next_session` before that has begun
  Bytes sealed_body;                  ///< see signal_body.hpp
};

/// Whether somebody is to look at it: what is only to be known, or has been dealt with, waits for nobody.
bool waits(const StoredSignal& signal, Time now);
/// Whether what was done about it is to be looked at again.
bool is_follow_up_due(const StoredSignal& signal, Time now);

/// So many can be listed.
inline constexpr std::int64_t kMostListed = 500;
/// Those of an episode that the viewer treats now, the latest first; not_found unless they do. Those that are private
/// are among them: whether this viewer sees them is for `may_see` to say.
Result<std::vector<StoredSignal>> list_signals(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
Result<StoredSignal> find_signal(store::ReadTx& tx, AccountId viewer, SignalId signal);
/// A private signal is seen by the therapist alone while the client shows them the answers that it stands on; one that
/// stands on a therapist's form by that therapist while they treat, and by the client to whom they show the form. One
/// that says how a question was answered is seen by whoever sees the single answers of the form.
bool may_see(store::ReadTx& tx, AccountId viewer, const StoredSignal& signal);
/// Those of an episode, whoever asks, the oldest first: for the program itself.
std::vector<StoredSignal> list_all(store::ReadTx& tx, EpisodeId episode);
/// The same without what is not for the client to see, what stands on their answers about the therapist and what was
/// history when it was found: for the client's record.
std::vector<StoredSignal> list_for_record(store::ReadTx& tx, AccountId client, EpisodeId episode);

/// For lists of clients: of all whom the viewer treats, what is to be looked at; one statement, in no order. Of what is
/// private nothing but divergences that the viewer sees. Only what such a list needs of each: not what became of it.
std::vector<StoredSignal> list_waiting(store::ReadTx& tx, AccountId viewer);
/// The same of looks again that are due.
struct DueFollowUp {
  EpisodeId episode;
  SignalId signal;
  Kind kind = Kind::missing;
  Time at;
};
std::vector<DueFollowUp> list_follow_ups(store::ReadTx& tx, AccountId viewer);

/// What therapists whom the viewer supervises have not answered.
struct Unanswered {
  SignalId id;
  AccountId client;
  AccountId therapist;
  Kind kind = Kind::missing;
  Level level = Level::look;
  Time found_at;
  std::optional<Time> deferred_until;
};
/// What nobody has answered that was found before `before`, or that was deferred until then; the gravest first, at most
/// kMostListed. Nothing private, and nothing that stands on single answers that are the client's to show.
std::vector<Unanswered> list_unanswered(store::ReadTx& tx, AccountId supervisor, Time before);

struct NewOutcome {
  OutcomeId id;
  Outcome outcome = Outcome::discussed;
  std::optional<Time> deferred_until;  ///< with `deferred`
  std::optional<FollowUp> follow_up;
  std::optional<Time> follow_up_at;  ///< with FollowUp::date
  std::optional<Bytes> sealed_note;
};
struct StoredOutcome {
  OutcomeId id;
  AccountId by;
  Time at;
  Outcome outcome = Outcome::discussed;
  std::optional<Time> deferred_until;
  std::optional<FollowUp> follow_up;
  std::optional<Time> follow_up_at;
  std::optional<Bytes> sealed_note;
  std::optional<FollowUpResult> result;
  std::optional<AccountId> result_by;
  std::optional<Time> result_at;
  std::optional<Bytes> sealed_result_note;
};
/// Of a signal that `find_signal` gave, the earliest first.
std::vector<StoredOutcome> list_outcomes(store::ReadTx& tx, SignalId signal);
/// Whether the note of an outcome that is there, sealed, says what the new one says.
using IsSameNote = std::function<bool(const std::optional<Bytes>& sealed)>;
/// Adds what was done; false when this outcome is there already. Errors: not_found unless the viewer sees the signal;
/// conflict "signal.outcome_taken" when the id belongs to something else, "signal.outcome_differs" when the viewer
/// recorded something else of this signal under it.
Result<bool> answer(store::WriteTx& tx, AccountId viewer, SignalId signal, const NewOutcome& outcome, Time now,
                    const IsSameNote& is_same_note = {});
/// Seals the note for the outcome that it is about; nothing: there is no note.
using SealNote = std::function<std::optional<Bytes>(OutcomeId outcome)>;
/// Records what a look again has shown; false when the same was recorded. Errors: not_found; conflict
/// "signal.no_follow_up" when none waits, or another result stands there. `seal_note` is asked once nobody else can
/// answer the signal meanwhile.
Result<bool> follow_up(store::WriteTx& tx, AccountId viewer, SignalId signal, FollowUpResult result,
                       const SealNote& seal_note, Time now);

/// What is tied to a row when a note is sealed.
enum class NotePart : std::uint8_t { outcome = 'n', result = 'r' };
Bytes bound_to(OutcomeId outcome, NotePart part);

/// Part of whatever changes the course of an episode: it is to be looked through now.
void note_change(store::WriteTx& tx, EpisodeId episode);
/// Open episodes that nothing was noted of yet: those in which nothing has happened are looked through as well.
void note_new_episodes(store::WriteTx& tx);
/// An episode that is to be looked through.
struct DueLook {
  EpisodeId episode;
  AccountId client;
  std::int64_t revision = 0;
};
std::vector<DueLook> list_due(store::ReadTx& tx, std::int64_t limit);
/// Those of all whom the viewer treats.
std::vector<DueLook> list_due_of(store::ReadTx& tx, AccountId viewer, std::int64_t limit);
std::optional<DueLook> find_due(store::ReadTx& tx, EpisodeId episode);
/// The next look is then; false when something has changed since this one was due.
bool note_looked(store::WriteTx& tx, const DueLook& look, Time next);
/// Nothing is expected there any more.
void forget_look(store::WriteTx& tx, const DueLook& look);

/// From when to when two people work together; not_found when the episode is gone, or locked.
struct Span {
  Time opened_at;
  std::optional<Time> closed_at;
};
Result<Span> find_span(store::ReadTx& tx, EpisodeId episode);

/// For the evaluation.
void add_signal(store::WriteTx& tx, const StoredSignal& signal);
void set_holds(store::WriteTx& tx, SignalId signal, bool holds);
void replace_body(store::WriteTx& tx, SignalId signal, Level level, std::string_view version, BytesView sealed_body);
/// It stands on another form of its session from now on; what was done about it stays.
void pass_on(store::WriteTx& tx, const StoredSignal& signal);
/// One that was answered or put off waits again, as found now.
void reopen(store::WriteTx& tx, SignalId signal, Time now);
/// Only where the next session is waited for.
void set_follow_up_at(store::WriteTx& tx, SignalId signal, Time at);

/// When this client's episodes are looked through: nothing any more.
void stop_looking(store::WriteTx& tx, AccountId client);
/// All signals of the client go, with what was done about them.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::signals
