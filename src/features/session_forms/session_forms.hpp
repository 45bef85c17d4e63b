#pragma once
/// @file The forms that go with every session: asked for by themselves, some before it and some after it. Which ones is
/// the practice's usual choice, or the therapist's for an episode. What is asked for is an ordinary form
/// (features/questionnaires) that belongs to the session.
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "features/encounters/encounters.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "store/transaction.hpp"

namespace rapport::session_forms {

/// Ids of instruments, in the order in which they are asked for.
struct Choice {
  std::vector<std::string> before;
  std::vector<std::string> after;
};

/// So many forms can go with one session, before and after it each.
inline constexpr std::size_t kMostForms = 6;
/// The forms before a session are asked for so long before it begins, and those after it are due so long after its end.
inline constexpr std::chrono::hours kAskedAhead{24};
inline constexpr std::chrono::hours kTimeAfter{48};
/// What was sent so long ago before a later session counts for one that is put in before it.
inline constexpr std::chrono::hours kStillFresh{24};

/// "phq-9,gad-7" as a list. Errors: invalid "session_forms.choice", with the id that cannot be given out as a form, is
/// there twice or is one too many.
Result<std::vector<std::string>> checked_list(std::string_view ids);
Result<std::vector<std::string>> checked_list(const std::vector<std::string>& ids);

/// As the settings practice.forms_before_session and practice.forms_after_session say. Errors are for the one who runs
/// the program, and name the setting.
Result<Choice> usual_choice(const config::Settings& settings);

/// What of the practice's choice no therapist can take out: what goes to the neutral person, for it asks how clients
/// are treated by the therapist who would leave it out.
std::vector<std::string> kept_of(const std::vector<std::string>& usual);
/// A therapist's choice with what is kept of the practice's.
Choice with_kept(Choice chosen, const Choice& usual);

/// What was chosen for an episode; nothing while the usual ones hold. not_found unless the episode is the viewer's.
Result<std::optional<Choice>> find_choice(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// The lists as `checked_list` gave them. Whether anything changed; not_found unless the viewer is its therapist.
Result<bool> choose(store::WriteTx& tx, AccountId therapist, EpisodeId episode, const Choice& choice, Time now);

/// After every step of a session, in the step's transaction: asks for the forms that are due by it, moves their dates
/// with a session that is moved, takes back those before a session that was cancelled or is over and that nobody has
/// begun. A session that is put in before another takes over what was asked for before that one. Safe to run again for
/// the same step: each round is asked for once.
Result<void> follow(store::WriteTx& tx, const encounters::Encounter& encounter, const Choice& usual, Time now);

/// Notes that the forms of this round were asked for; false when they had been already.
bool begin_round(store::WriteTx& tx, EncounterId encounter, questionnaires::Occasion occasion, Time now);

/// Asks for what has become due because time has passed: the forms before sessions that begin within kAskedAhead. For
/// at most kMostAtOnce sessions; how many it were.
inline constexpr std::int64_t kMostAtOnce = 200;
Result<std::int64_t> ask_due(store::WriteTx& tx, const Choice& usual, Time now);

/// Which forms go with the client's sessions, and for which they were asked, goes.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::session_forms
