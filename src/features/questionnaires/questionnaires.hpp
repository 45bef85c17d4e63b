#pragma once
/// @file Forms: a therapist asks, the client answers at home, and what was sent is kept for good. In FHIR's words a
/// Questionnaire and its QuestionnaireResponse. The functions here know neither HTTP nor what the answers mean. Whoever
/// calls them passes the account that asks; a form that is not theirs does not exist for them.
#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "measures/scoring.hpp"
#include "store/transaction.hpp"

namespace rapport::questionnaires {

using FormId = Id<struct FormTag>;

/// So many forms an episode can have; more are refused, so that a list of them stays bounded.
inline constexpr std::int64_t kMostForms = 2000;

enum class Occasion { before_session, after_session, on_request };
BOOST_DESCRIBE_ENUM(Occasion, before_session, after_session, on_request)

/// Which part of the measurement plan a form comes from, where that is no session.
enum class Moment { at_start, every_weeks, at_end };
BOOST_DESCRIBE_ENUM(Moment, at_start, every_weeks, at_end)

/// Who fills a form in. What a therapist fills in is about the client or their work together, is the therapist's own as
/// notes are, and is sealed under the client's key all the same.
using measures::Respondent;

enum class FormChange { asked, completed, items, withdrawn };
BOOST_DESCRIBE_ENUM(FormChange, asked, completed, items, withdrawn)

/// A form as one of its two people finds it. One that was taken back is found by nobody.
struct StoredForm {
  FormId id;
  EpisodeId episode;
  RoomId chat;  ///< where the two are told of it
  AccountId client;
  AccountId therapist;
  std::string instrument;
  std::string digest;  ///< of the version that was asked (measures::Instrument); empty: before versions were kept
  Occasion occasion = Occasion::on_request;
  Time asked_at;
  std::optional<Time> due_at;
  bool items_allowed = false;            ///< whoever fills it in lets the other see single answers
  std::int64_t revision = 0;             ///< of the answers; 0: never answered
  std::optional<Bytes> sealed_draft;     ///< answers that were not sent yet
  std::int64_t version = 0;              ///< the latest that was sent; 0: none
  std::optional<Time> completed_at;      ///< when the first version was sent
  std::optional<EncounterId> encounter;  ///< the session it was asked for
  Respondent respondent = Respondent::client;
  AccountId filled_in_by;  ///< the client, or the therapist of the time when it was asked for
  std::optional<Moment> moment = {};
};

/// What was sent once, and never changes.
struct StoredVersion {
  FormId form;
  std::int64_t version = 0;   ///< from 1
  std::int64_t revision = 0;  ///< of the answers
  Time completed_at;
  Bytes sealed_answers;
  Bytes sealed_scores;
};

struct NewForm {
  FormId id;
  EpisodeId episode;
  std::string instrument;
  Occasion occasion = Occasion::on_request;
  std::optional<Time> due_at;
  std::optional<EncounterId> encounter = {};  ///< of the same episode
  std::optional<Moment> moment = {};
};
/// The same id asked again is the same form; `is_new` tells.
struct AskedForm {
  StoredForm form;
  bool is_new = true;
};
/// Errors: not_found when the episode is not the therapist's; conflict "form.id_taken", "form.too_many",
/// "form.nobody_looks" when its answers would go to a neutral person and the episode has none.
Result<AskedForm> ask_form(store::WriteTx& tx, AccountId therapist, const NewForm& form, Time now);

/// Its people learn of it after the commit: both, or the client alone where the therapist must not notice.
enum class Hearers { both, client };
void tell(store::WriteTx& tx, const StoredForm& form, FormChange change, Hearers hearers = Hearers::both);
/// Changes when a form that was not sent yet is due; whether anything changed. not_found unless it is the therapist's.
Result<bool> move_due_date(store::WriteTx& tx, AccountId therapist, FormId form, Time due_at);
/// A form that is wanted before a session.
struct ForSession {
  EpisodeId episode;
  std::string_view instrument;
  EncounterId encounter;
  Time starts_at;   ///< of the session
  Time sent_since;  ///< what was sent earlier does not serve any more
};
struct BroughtForward {
  StoredForm form;
  EncounterId was_for;
};
/// Takes one that was asked for before a later session of the episode, and is not sent or was sent since, for this
/// session; nothing when there is none.
Result<std::optional<BroughtForward>> bring_forward(store::WriteTx& tx, AccountId therapist, const ForSession& wanted);

/// Why a form is no longer asked for: somebody took it back, or its time went by without it.
enum class Withdrawal { taken_back, missed };
/// Takes back a form that nobody has begun, as it was; a missed one stays among list_missed. Errors: not_found unless
/// it is the therapist's and is there (taken back twice: not_found); conflict "form.sent" and "form.begun".
Result<StoredForm> withdraw_form(store::WriteTx& tx, AccountId therapist, FormId form, Time now,
                                 Withdrawal why = Withdrawal::taken_back);

/// So many missed forms of an episode are listed, the latest.
inline constexpr std::int64_t kMostMissed = 500;
/// Those that were due and not sent, the latest due first: which can still be sent, and which were no longer asked for
/// because their session went by. Of what is hidden from the viewer (is_hidden) nothing is listed: that it is missing
/// would tell of it too. not_found unless the episode is the viewer's.
struct MissedForm {
  StoredForm form;
  bool is_over = false;  ///< it is no longer asked for
};
Result<std::vector<MissedForm>> list_missed(store::ReadTx& tx, AccountId viewer, EpisodeId episode);

/// Forms that a client is to be reminded of, once each.
struct ToRemind {
  FormId form;
  EpisodeId episode;
  AccountId client;
};
/// Those of clients that are due after `now` and up to `until`, the soonest first, at most `limit`.
std::vector<ToRemind> list_to_remind(store::ReadTx& tx, Time now, Time until, std::int64_t limit);
void note_reminded(store::WriteTx& tx, FormId form, Time now);

Result<StoredForm> find_form(store::ReadTx& tx, AccountId viewer, FormId form);
/// Scores of the latest version of a form that was sent, and when its first one was.
struct SentScores {
  FormId form;
  std::int64_t version = 0;
  Time completed_at;
  Bytes sealed_scores;
};
/// A form with what it is held against: the first of its kind in its episode that was sent before it, and the last.
struct ComparedForm {
  StoredForm form;
  std::optional<SentScores> scores;
  std::optional<SentScores> first;
  std::optional<SentScores> previous;
};
Result<ComparedForm> find_compared(store::ReadTx& tx, AccountId viewer, FormId form);
/// The latest `limit` that were asked for, the oldest of them first; not_found unless the episode is the viewer's.
Result<std::vector<ComparedForm>> list_compared(store::ReadTx& tx, AccountId viewer, EpisodeId episode,
                                                std::int64_t limit);
/// not_found unless the episode is the viewer's.
Result<AccountId> client_of_episode(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// Those that belong to a session, the oldest first; none unless it is the viewer's.
std::vector<StoredForm> list_forms_of_encounter(store::ReadTx& tx, AccountId viewer, EncounterId encounter);
/// Those of an episode, the oldest first, at most kMostForms; not_found unless the episode is the viewer's.
Result<std::vector<StoredForm>> list_forms(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// The latest version of every form of the episode that has one, without the answers.
std::vector<StoredVersion> list_latest_versions(store::ReadTx& tx, EpisodeId episode);
/// The same with the answers, for what looks at a whole course of them.
std::vector<StoredVersion> list_latest_answers(store::ReadTx& tx, EpisodeId episode);
/// Every version of a form that `find_form` gave, the oldest first.
std::vector<StoredVersion> list_versions(store::ReadTx& tx, FormId form);

/// Whether sealed answers are the ones that are to be saved.
using IsSame = std::function<bool(const Bytes& sealed_draft)>;

/// Keeps the whole state of the answers and gives its revision. It has to be built on revision `based_on`: a device
/// that does not know what was answered since is refused (conflict "form.older"), unless it says the same.
Result<std::int64_t> save_answers(store::WriteTx& tx, AccountId by, FormId form, std::int64_t based_on,
                                  BytesView sealed_draft, const IsSame& is_same);

/// Makes the answers of `version.revision` the version `version.version`. What was sent before under that number and
/// from those answers is there already: false. Anything else is a conflict ("form.older"): answers that are not the
/// latest, or a number that is not the next.
Result<bool> complete_form(store::WriteTx& tx, AccountId by, const StoredVersion& version);

/// By whoever fills it in. Whether anything changed.
Result<bool> allow_items(store::WriteTx& tx, AccountId by, FormId form, bool allowed);

/// The client's choice for forms of this kind that are asked for from now on; for each of them it can still be changed.
/// Whether anything changed. Errors: not_found unless the episode is theirs; invalid "form.items" where nothing is to
/// be chosen: of what the therapist sees anyway, and of what goes to the neutral person, which is decided form by form.
Result<bool> show_items(store::WriteTx& tx, AccountId client, EpisodeId episode, std::string_view instrument,
                        bool shown);
/// The instruments for which the client has chosen so, sorted.
std::vector<std::string> list_items_shown(store::ReadTx& tx, EpisodeId episode);

/// Another therapist has the episode: what the client showed the former one of single answers the new one has to be
/// shown anew, and what the former one was asked and had not sent is no longer asked for.
void end_allowances(store::WriteTx& tx, EpisodeId episode);

/// What the client answered and did not send goes, and what is only reckoned from their answers.
void forget_unsent(store::WriteTx& tx, AccountId client);
/// All forms of the client go. Concerns that they raised go before.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::questionnaires
