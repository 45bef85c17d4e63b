#pragma once
/// @file The measurement plan of an episode: which forms are asked for, of whom and when, how long they take, and what
/// of them was missed. Where a therapist has made none, the practice's usual one holds. What goes with sessions is
/// asked for by features/session_forms, what goes by the calendar here; either way it is an ordinary form
/// (features/questionnaires).
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "store/transaction.hpp"

namespace rapport::measurement_plan {

using questionnaires::Moment;

/// An instrument that is asked for again and again, every `weeks` weeks.
struct EveryWeeks {
  std::string instrument;
  std::int64_t weeks = 1;
  bool operator==(const EveryWeeks&) const = default;
};

/// Ids of instruments, in the order in which they are asked for. Who fills one in is the instrument's own
/// (questionnaires::is_for_therapists).
struct Plan {
  std::vector<std::string> before;  ///< each session
  std::vector<std::string> after;
  std::vector<std::string> at_start = {};  ///< when the plan begins
  std::vector<EveryWeeks> every_weeks = {};
  std::vector<std::string> at_end = {};  ///< when the therapist says that the end is near
  bool operator==(const Plan&) const = default;
};

/// So many forms can go with one occasion.
inline constexpr std::size_t kMostForms = 6;
inline constexpr std::int64_t kMostWeeks = 52;
/// What goes by the calendar is due so long after it was asked for. What was not sent by then is missed.
inline constexpr std::chrono::hours kTimeToSend{7 * 24};

/// Errors: invalid "measurement_plan.form", with the id that cannot be given out as a form, is there twice or is one
/// too many.
Result<std::vector<std::string>> checked_list(const std::vector<std::string>& ids);
/// "phq-9,gad-7" as a list. What is switched off can stand in it: it is asked for from when it is switched on.
Result<std::vector<std::string>> checked_list(std::string_view ids);
/// The same for those that come again, whose weeks are from 1 to kMostWeeks.
Result<std::vector<EveryWeeks>> checked_weeks(const std::vector<EveryWeeks>& every);

/// As the settings practice.forms_before_session and practice.forms_after_session say. Errors are for the one who runs
/// the program, and name the setting.
Result<Plan> usual_plan(const config::Settings& settings);

/// What of the practice's list no therapist can take out: what goes to the neutral person, for it asks how clients
/// are treated by the therapist who would leave it out.
std::vector<std::string> kept_of(const std::vector<std::string>& usual);
/// A therapist's plan with what is kept of the practice's.
Plan with_kept(Plan chosen, const Plan& usual);

/// How long somebody is asked to answer, by our own rule of kSecondsForQuestion for each question; a question that is
/// asked only after certain answers counts too, so it is the most that it comes to.
inline constexpr std::int64_t kSecondsForQuestion = 10;
struct Burden {
  std::int64_t session_seconds = 0;  ///< with one session, before and after it
  std::int64_t month_seconds = 0;    ///< in a month, of sessions and of what comes every few weeks
  std::int64_t once_seconds = 0;     ///< at the start and at the end together
};
/// `sessions_a_month`: how many there usually are.
Burden burden_of(const Plan& plan, questionnaires::Respondent respondent, double sessions_a_month);
/// Sessions in a month where so many are agreed on for so many weeks.
double sessions_a_month(std::int64_t sessions, std::int64_t weeks);

/// What was chosen for an episode.
struct Chosen {
  Plan plan;
  Time chosen_at;
  std::optional<Time> end_near_at;
};
/// Nothing while the usual plan holds. not_found unless the episode is the viewer's.
Result<std::optional<Chosen>> find_plan(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// What holds: with what is kept of the practice's.
Plan plan_of(store::ReadTx& tx, EpisodeId episode, const Plan& usual);

/// The lists as they were checked. It holds from now on: what is to be asked at the start or every few weeks, and was
/// not before, is asked for at once; what was taken out and comes in again keeps its rhythm. What cannot be asked for
/// (it is switched off, or the episode is full) is tried again a day later, or at its next turn where it comes again.
/// Whether anything changed; not_found unless the viewer is its therapist.
Result<bool> choose(store::WriteTx& tx, AccountId therapist, EpisodeId episode, const Plan& plan, Time now);
/// Back to the practice's usual plan; what was asked for because the end is near is taken back as below. Whether
/// anything changed.
Result<bool> choose_usual(store::WriteTx& tx, AccountId therapist, EpisodeId episode);
/// The end is near: what belongs there is asked for, once. That it is not near after all takes back what nobody has
/// begun of it; of that alone more is asked when the end is near again. Whether anything changed. Errors: conflict
/// "measurement_plan.no_end" where nothing is planned for then.
Result<bool> say_end_is_near(store::WriteTx& tx, AccountId therapist, EpisodeId episode, bool near, Time now);

/// When an instrument that comes every few weeks is asked for next.
struct Next {
  std::string instrument;
  Time at;
};
/// Whether the episode is the viewer's was asked before.
std::vector<Next> list_next(store::ReadTx& tx, EpisodeId episode);

/// Asks for what has become due because time has passed, each once however long nothing ran. For at most kMostAtOnce;
/// how many it were.
inline constexpr std::int64_t kMostAtOnce = 200;
Result<std::int64_t> ask_due(store::WriteTx& tx, Time now);

/// A client is reminded of a form so long before it is due, once, and not at night.
inline constexpr std::chrono::hours kRemindedAhead{24};
/// Whether it is from 8:00 to 20:00 where the practice's computer is (its time zone). Clients may be elsewhere.
bool is_day(Time at);
/// One notice to each client who has such forms, however many they are. How many notices it were.
Result<std::int64_t> remind(store::WriteTx& tx, Time now);
/// Whether the client of the episode wants that; whether the episode is the viewer's was asked before.
bool wants_reminders(store::ReadTx& tx, EpisodeId episode);
/// not_found unless the episode is this client's. Whether anything changed.
Result<bool> choose_reminders(store::WriteTx& tx, AccountId client, EpisodeId episode, bool wanted, Time now);

/// What is planned for the client's episodes goes.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::measurement_plan
