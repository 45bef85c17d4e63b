#pragma once
/// @file From what is stored of an episode to its signals, and what of them is new. Whatever changes a course leaves a
/// row in signal_look in its own transaction; the program takes these rows up within a second, and every episode once a
/// night: so what only time brings (a form that does not come, silence) is found, and what came while the program was
/// stopped is not lost. The same course gives the same signals however often it is looked through.
#include <map>
#include <string>
#include <vector>

#include "features/context.hpp"
#include "features/encounters/encounters.hpp"
#include "features/questionnaires/questionnaires_shapes.hpp"
#include "features/signals/contact_signals.hpp"
#include "features/signals/signal_words.hpp"

namespace rapport::signals {

/// What of an episode the rules look at, of one moment; sealed.
struct StoredCourse {
  EpisodeId episode;
  AccountId client;
  std::optional<Time> closed_at;
  std::vector<Time> pairs_began_at;  ///< when the client was handed over to another therapist, the earliest first
  std::vector<questionnaires::StoredForm> forms;
  std::vector<questionnaires::StoredVersion> versions;  ///< the latest of each, with the answers
  std::vector<encounters::Encounter> sessions;          ///< in any order
  std::vector<questionnaires::StoredForm> gone_by;      ///< no longer asked for, for their time went by without them
  Contact contact;
  std::vector<StoredSignal> known;
  Expectations expected;                       ///< of what the client fills in
  std::map<std::string, Time> limits_made_at;  ///< of instruments of which something of what is expected was told
};
/// not_found when the episode is gone, or locked.
Result<StoredCourse> read_course(store::ReadTx& tx, const DueLook& look);

/// The same without what is known of the contact, of signals, and of other treatments.
Result<StoredCourse> read_forms(store::ReadTx& tx, const DueLook& look);
/// In the order of sessions, as the rules take them; without what is about the therapist (RISQ).
Result<std::vector<Form>> forms_of(const StoredCourse& course, const access::SealKey& key, Time now);

/// A signal, and what it stands on.
struct Found {
  Signal signal;
  std::string basis;
  std::optional<questionnaires::FormId> form;
  Time at;
  bool is_private = false;
};
/// What the rules find by now. Single answers that are the client's to show count for nothing but signals of their own
/// (`tells_single_answers`), while the client shows them. Answers about the therapist (RISQ) count for nothing but
/// signals of their own, which are private, and only of forms that the client lets the therapist see. What has a number
/// of a therapist's form is private too, and `form` is that form; of a former therapist there is none.
Result<std::vector<Found>> find_in(const StoredCourse& course, const access::SealKey& key, Time now);

/// What is to be stored of it.
struct Changes {
  std::vector<StoredSignal> added;
  std::vector<std::pair<SignalId, bool>> holds;  ///< that holds again, or no longer
  struct Replaced {
    SignalId signal;
    Level level = Level::info;
    Bytes sealed_body;
    bool is_graver = false;  ///< whoever answered it answered less
    std::string version;     ///< of the rule that says so now
  };
  std::vector<Replaced> replaced;  ///< says something else since its form was corrected, or its rule was changed
  /// One that spoke for several forms and goes on with another of them, since what it stood on was corrected: with what
  /// was done about it, for that was of all of them.
  struct PassedOn {
    StoredSignal signal;  ///< as it is now
    bool is_graver = false;
  };
  std::vector<PassedOn> passed_on;
  std::vector<std::pair<SignalId, Time>> follow_ups;  ///< the session came at which one was to be looked at again
};
Result<Changes> changes_of(const StoredCourse& course, const std::vector<Found>& found, const access::SealKey& key,
                           Time now);

/// Looks through one episode; reads, reckons and then writes, each apart from the others.
Result<void> look_through(House& house, const DueLook& look, Deadline deadline);
/// The same in a transaction that is under way, as if each signal had been found when that came on which it stands: of
/// a practice that is made up as it would be by now.
Result<void> look_back(store::WriteTx& tx, const access::SealKey& key, const DueLook& look, Time now);
/// The same, where one that fails holds up nobody: it is logged, without content, and due again after some minutes.
/// Whether it was looked through.
bool look_through_or_later(House& house, const DueLook& look, Deadline deadline);
/// What is due, at most so many; how many of them were looked through.
inline constexpr std::int64_t kMostAtOnce = 200;
Result<std::int64_t> look_through_due(House& house, Deadline deadline);
/// The same of all whom the viewer treats, before a list of them is read.
Result<void> look_through_of(House& house, AccountId viewer, Deadline deadline);

}  // namespace rapport::signals
