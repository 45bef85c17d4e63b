#pragma once
/// @file Concerns: answers in a form for a person to look at. Who is told of one, by when somebody has to say that they
/// look into it, who is told when nobody does, and what was done. A concern is closed by a person who says what was
/// done, never by a later answer. Whoever calls passes the account that asks; a concern that is not for their eyes does
/// not exist for them.
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "store/transaction.hpp"

namespace rapport::safety {

using ConcernId = Id<struct ConcernTag>;

enum class Kind {
  safety,      ///< an answer about harm: for the therapist and the deputy, and later the supervisor
  unanswered,  ///< a question about harm was left out: for the therapist, who is to ask
  rift,        ///< something about the therapist: for the neutral person alone
};
BOOST_DESCRIBE_ENUM(Kind, safety, unanswered, rift)

enum class Step { raised, escalated, acknowledged, reopened, closed };
BOOST_DESCRIBE_ENUM(Step, raised, escalated, acknowledged, reopened, closed)

/// What a practice has settled.
struct Rules {
  std::chrono::minutes acknowledge_within{30};
  /// Whom a client can turn to beside the neutral person, in the practice's own words.
  std::optional<std::string> complaint_contact = {};
  std::optional<std::string> safeguarding_contact = {};
};
Rules rules_of(const config::Settings& settings);

/// Who stands around a client. The therapist stays in it whatever becomes of their account; of the others nobody whose
/// account was closed.
struct Team {
  AccountId therapist;
  std::optional<AccountId> deputy;
  std::optional<AccountId> supervisor;
  std::optional<AccountId> neutral;
};
Result<Team> find_team(store::ReadTx& tx, EpisodeId episode);
/// Who is told of a concern when it is raised.
std::vector<AccountId> first_readers(const Team& team, Kind kind);

struct Concern {
  ConcernId id;
  questionnaires::FormId form;
  std::int64_t version = 0;  ///< of the form, the one that raised it
  EpisodeId episode;
  RoomId chat;  ///< of the episode, which live events name
  AccountId client;
  AccountId therapist;  ///< of now
  Kind kind = Kind::safety;
  std::string instrument;
  std::int64_t latest_version = 0;  ///< of the form
  Time raised_at;
  std::optional<Time> acknowledge_by;  ///< then the supervisor is told, unless somebody looks into it
  std::optional<Time> escalated_at;
  std::optional<Time> acknowledged_at;
  std::optional<Time> closed_at;
  AccountId therapist_then;                       ///< when it was raised
  AccountId therapist_asked;                      ///< when its form was asked for
  std::optional<AccountId> acknowledged_by = {};  ///< who looks into it now, or did when it was closed
  std::optional<AccountId> supervisor = {};       ///< of the therapist; without one nobody is told later
  std::string digest = {};                        ///< of the version of the instrument that was asked, see StoredForm
};

/// Part of the transaction that stores `version` of the form: stores the concern, queues the mails and tells its first
/// readers. The same version raises one concern however often this is called; they are told again.
Result<void> raise(store::WriteTx& tx, const questionnaires::StoredForm& form, std::int64_t version, Kind kind,
                   const Rules& rules, Time now);
/// Tells of what that version has raised once more, because the first telling may have been lost.
Result<void> tell_again(store::WriteTx& tx, questionnaires::FormId form, std::int64_t version);

/// So many can be listed.
inline constexpr std::int64_t kMostListed = 200;
/// The viewer's: what nobody looks into first, closed ones last.
std::vector<Concern> list_concerns(store::ReadTx& tx, AccountId viewer, std::int64_t limit);
Result<Concern> find_concern(store::ReadTx& tx, AccountId viewer, ConcernId concern);
/// The latest that an answer of the form has raised, before all others one that is open; for the client, whose form it
/// is.
std::optional<Concern> latest_concern_of(store::ReadTx& tx, questionnaires::FormId form);

/// A concern as it stands beside the form that raised it.
struct RaisedConcern {
  Concern concern;
  Bytes sealed_answers;  ///< of the version that raised it
};
/// Those of an episode, the oldest first, as the viewer finds them: what they are told of, and for the client whatever
/// their answers have raised.
std::vector<RaisedConcern> list_concerns_of(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// Whether any version of the form has raised one of these.
bool has_raised(const std::vector<RaisedConcern>& concerns, questionnaires::FormId form);

/// As what somebody is told.
enum class Part { therapist, deputy, supervisor, neutral_person };
BOOST_DESCRIBE_ENUM(Part, therapist, deputy, supervisor, neutral_person)

/// Somebody who was told of a concern, whoever stands around the client by now.
struct Reader {
  AccountId account;
  Part part = Part::therapist;
  bool is_here = true;  ///< their account was not closed since
};
/// In the order in which they were told.
std::vector<Reader> list_readers(store::ReadTx& tx, ConcernId concern);

/// Which kinds of concern of a form nobody has closed yet.
struct StillOpen {
  bool to_look_at = false;
  bool to_ask_about = false;
};
/// Nobody closes one of them until the transaction ends.
StillOpen lock_open(store::WriteTx& tx, questionnaires::FormId form);

/// For lists of clients: the viewer's concerns that are not closed, as list_concerns would give them.
std::vector<Concern> open_concerns_of(store::ReadTx& tx, AccountId viewer);

struct StoredStep {
  Step step = Step::raised;
  std::optional<AccountId> by;  ///< nobody: it came with the form, or time has passed; `reopened`: who looked into it
  Time at;
  std::optional<Bytes> sealed_words;  ///< what was done, of the last one
};
/// The history of a concern that `find_concern` gave.
std::vector<StoredStep> list_steps(store::ReadTx& tx, ConcernId concern);

/// The viewer looks into it; false when somebody does already.
Result<bool> acknowledge(store::WriteTx& tx, AccountId viewer, ConcernId concern, Time now);
/// The viewer looks into it instead of whoever does, who stays in the history; false when they do already. Error:
/// conflict "concern.closed".
Result<bool> take_over(store::WriteTx& tx, AccountId viewer, ConcernId concern, Time now);
/// Whether words that were stored are the ones that come again.
using IsSame = std::function<bool(const Bytes& sealed_words)>;
/// Closes it with what was done; false when the viewer has closed it with the same words. Error: conflict
/// "concern.closed", when it was closed otherwise.
Result<bool> close(store::WriteTx& tx, AccountId viewer, ConcernId concern, BytesView sealed_words,
                   const IsSame& is_same, Time now);

/// Tells supervisors of what nobody has looked into in time, at most so many; each is written into the audit.
inline constexpr std::int64_t kMostAtOnce = 200;
Result<std::int64_t> escalate_due(store::WriteTx& tx, Time now);
/// Tells whoever has come to stand around a client of what is open there, at most so many at once.
Result<std::int64_t> tell_newcomers(store::WriteTx& tx, Time now);
/// Opens again what is looked into by somebody who can no longer see it (their standing-in is over, they have left, the
/// treatment was handed over), and has not closed it: tells as of a new one, and the time within which somebody has to
/// look begins anew. Each is written into the audit. How many.
Result<std::int64_t> reopen_left(store::WriteTx& tx, const Rules& rules, Time now);
/// Whether there is anything for these three to do.
bool is_any_due(store::ReadTx& tx, Time now);
/// How many open concerns there are that nobody can see: the practice has to name somebody.
std::int64_t count_without_reader(store::ReadTx& tx);

/// The notices of a concern have keys that begin with this (features/notify).
std::string notice_prefix(ConcernId concern);

/// Whether there is a concern of this client that nobody has looked into, and somebody can: about the therapist, a
/// neutral person.
bool waits_for_somebody(store::ReadTx& tx, AccountId client);
/// No clock runs any more for what a client who has left has said.
void stop_clocks(store::WriteTx& tx, AccountId client);
/// All concerns of the client go, with their history.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::safety
