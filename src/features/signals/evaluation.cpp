#include "features/signals/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/log.hpp"
#include "features/messages/messages.hpp"
#include "features/people/hand_overs.hpp"
#include "features/people/people.hpp"
#include "features/questionnaires/answers_in_order.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/days_for_sessions.hpp"
#include "features/signals/expectations.hpp"
#include "features/signals/missing_forms.hpp"
#include "features/signals/several_instruments.hpp"
#include "measures/counterpart.hpp"
#include "measures/score.hpp"

namespace rapport::signals {
namespace {

using encounters::Encounter;
using questionnaires::FormId;
using questionnaires::Occasion;
using questionnaires::StoredForm;
using questionnaires::StoredVersion;

constexpr std::int64_t kMostSessions = 500;
constexpr std::int64_t kLatestMessages = 20;
/// Some time after a form was due in which it is not missed yet.
constexpr std::chrono::hours kTimeAfterDue{24};
/// A session that is not opened so long after it was to begin is not held any more.
constexpr std::chrono::hours kTimeAfterSession{12};
/// One that could not be looked through is due again after so long, and holds up no other meanwhile.
constexpr std::chrono::minutes kTimeAfterFailure{10};
/// Every episode is looked through once a day, from this hour on (UTC), spread over the hour.
constexpr std::chrono::hours kNightly{2};

/// Sessions that were begun, in order; without any, each day on which forms came stands for one.
class Sessions {
 public:
  explicit Sessions(const std::vector<Encounter>& all) {
    for (const auto& one : all) {
      if (one.began_at) held_.push_back(&one);
    }
    std::sort(held_.begin(), held_.end(), [](const Encounter* a, const Encounter* b) {
      return std::tie(*a->began_at, a->id) < std::tie(*b->began_at, b->id);
    });
  }

  /// From 1. `at`: when the form was sent, or was due.
  int number_of(const StoredForm& form, Time at) const {
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (form.encounter == held_[i]->id) return static_cast<int>(i) + 1;
    }
    std::size_t begun = 0;
    while (begun < held_.size() && *held_[begun]->began_at <= at) ++begun;
    // Before a session that has not begun, or is going on.
    const bool is_before = form.occasion == Occasion::before_session &&
                           (begun == 0 || (held_[begun - 1]->ended_at && *held_[begun - 1]->ended_at <= at));
    return static_cast<int>(std::max<std::size_t>(begun + (is_before ? 1 : 0), 1));
  }
  bool none() const { return held_.empty(); }
  /// So many were held before the two began whom the form is about: 0 for the first two. One that came after a
  /// hand-over and belongs to a session from before it (sent after the last one, or between) is about the former
  /// therapist.
  int before_pair(const StoredCourse& course, int session, Time at) const {
    int before = 0;
    for (const auto began : course.pairs_began_at) {
      if (at < began) break;
      const auto held = static_cast<int>(
          std::count_if(held_.begin(), held_.end(), [&](const auto* one) { return *one->began_at < began; }));
      if (session > held) before = held;
    }
    return before;
  }
  /// The first that began after `at`.
  std::optional<Time> first_after(Time at) const {
    for (const auto* one : held_) {
      if (*one->began_at > at) return one->began_at;
    }
    return std::nullopt;
  }

 private:
  std::vector<const Encounter*> held_;
};

/// A form as the rules take it, with what it was.
struct Placed {
  Form form;
  const StoredForm* stored = nullptr;
  Time at;
  Time came;  ///< its latest version
};

/// What the rules are handed. A course is looked through for each by itself, so that what is found for everybody who
/// treats is the same whatever a client shows the therapist.
enum class Look {
  for_all,        ///< without single answers that are the client's to show
  shown_answers,  ///< with those that the client shows the therapist
  neutral,        ///< of what goes to the neutral person (RISQ), the forms that the client shows the therapist
};

/// Whether who sees its single answers is for the client to say.
bool is_for_client_to_show(const StoredForm& stored, const measures::Instrument& asked) {
  return stored.respondent == questionnaires::Respondent::client && asked.scoring().items_if_allowed;
}

/// Scored anew from the answers, by the version that it was asked with: half as much is to be opened as with the scores
/// beside them. Answers that give no score were sent all the same. Scores are those that everybody is given who treats:
/// the same sentence is read by whoever stands in, to whom nothing is shown.
Result<void> open(const access::SealKey& key, const StoredVersion& version, const measures::Instrument& asked,
                  Look look, Placed& one) {
  TRY_ASSIGN(const auto answers,
             questionnaires::open_answers(key, version.form, version.version, version.sealed_answers));
  auto ordered = questionnaires::in_order(asked, answers);
  auto scored = measures::score(asked, ordered, *asked.variant(""));
  if (!scored) return {};
  auto& form = one.form;
  form.scores = std::move(scored->scores);
  const bool is_theirs = is_for_client_to_show(*one.stored, asked);
  if (is_theirs) questionnaires::hide_single_answers(asked, form.scores);
  const bool has_answers = !is_theirs || (look != Look::for_all && one.stored->items_allowed);
  // The places of single answers are those of the instrument that it was asked with.
  if (has_answers && form.instrument == &asked) form.answers = std::move(ordered);
  return {};
}

/// Whether it is part of what the rules look at: what a former therapist filled in is nobody's to read any more.
bool is_of_now(const StoredForm& stored) {
  return stored.respondent == questionnaires::Respondent::client || stored.filled_in_by == stored.therapist;
}

/// Those that are no longer asked for: they did not come either.
void place_gone_by(const StoredCourse& course, const Sessions& sessions, std::vector<Placed>& placed) {
  for (const auto& stored : course.gone_by) {
    const auto* asked = questionnaires::instrument_of(stored);
    if (asked == nullptr || questionnaires::is_for_neutral_person(*asked)) continue;
    Placed one;
    one.stored = &stored;
    one.at = stored.due_at.value_or(stored.asked_at);
    one.form.session = sessions.number_of(stored, one.at);
    one.form.before_pair = sessions.before_pair(course, one.form.session, one.at);
    one.form.date = to_rfc3339(one.at);
    one.form.instrument = &measures::laid_beside(*asked, questionnaires::instruments());
    one.form.respondent = stored.respondent;
    one.form.sent = false;
    placed.push_back(std::move(one));
  }
}

/// Forms of the course in the order that the rules want.
Result<std::vector<Placed>> place_forms(const StoredCourse& course, const Sessions& sessions,
                                        const access::SealKey& key, Look look, Time now) {
  const bool is_private = look == Look::neutral;
  std::map<FormId, const StoredVersion*> latest;
  for (const auto& version : course.versions) latest[version.form] = &version;
  std::vector<Placed> placed;
  for (const auto& stored : course.forms) {
    const auto* asked = questionnaires::instrument_of(stored);
    if (asked == nullptr || !is_of_now(stored)) continue;
    if (questionnaires::is_for_neutral_person(*asked) != is_private) continue;
    const auto version = latest.find(stored.id);
    const bool is_sent = version != latest.end() && stored.completed_at;
    if (is_private && (!is_sent || !stored.items_allowed)) continue;
    if (!is_sent && !(stored.due_at && *stored.due_at + kTimeAfterDue <= now)) continue;
    Placed one;
    one.stored = &stored;
    one.at = is_sent ? *stored.completed_at : *stored.due_at;
    one.form.session = sessions.number_of(stored, one.at);
    one.form.before_pair = sessions.before_pair(course, one.form.session, one.at);
    one.form.date = to_rfc3339(one.at);
    one.form.instrument = &measures::laid_beside(*asked, questionnaires::instruments());
    one.form.respondent = stored.respondent;
    one.form.sent = is_sent;
    if (is_sent) {
      one.came = version->second->completed_at;
      TRY(open(key, *version->second, *asked, look, one));
    }
    placed.push_back(std::move(one));
  }
  if (!is_private) place_gone_by(course, sessions, placed);
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.at, a.stored->id) < std::tie(b.at, b.stored->id);
  });
  return placed;
}

/// `placed` is in the order of time.
void number_by_days(const StoredCourse& course, std::vector<Placed>& placed) {
  int number = 0;
  std::optional<std::chrono::sys_days> day;
  for (auto& one : placed) {
    const auto this_day = std::chrono::floor<std::chrono::days>(one.at);
    if (day != this_day) ++number;
    day = this_day;
    one.form.session = number;
  }
  for (const auto began : course.pairs_began_at) {
    int before = 0;  // days on which forms came before the two began
    for (auto& one : placed) {
      if (one.at < began) before = one.form.session;
      if (one.at >= began && one.form.session > before) one.form.before_pair = before;
    }
  }
}

/// What the signal stands on: the form at which it was told. One that has a number of the therapist's form stands on
/// that form, and is for whoever may read it.
Found found_at(Signal signal, const std::vector<Placed>& placed, bool is_private) {
  const auto& told = placed[signal.form];
  Found found{std::move(signal), "", {}, told.at, is_private};
  const auto& of = found.signal;
  const auto& stands_on = of.held_against ? placed[*of.held_against] : told;
  found.form = stands_on.stored->id;
  found.basis = found.form->text();
  found.at = std::max(told.at, stands_on.at);
  found.is_private = is_private || of.held_against;
  // Two questions of one form can dip, each for itself.
  for (const auto& [name, value] : of.values) {
    if (name == "item") found.basis += fmt::format(" item {:.0f}", value);
  }
  return found;
}

/// It stands on the session since which forms did not come.
Found found_missing(MissingRow row, const std::vector<Placed>& placed) {
  Found found{std::move(row.signal), fmt::format("session {}", row.first), {}, {}, false};
  found.at = placed[found.signal.form].at;
  if (found.signal.respondent == Respondent::therapist) found.basis += " of the therapist";
  return found;
}

/// The rules know a session by what came of it. Here it is known besides what was asked for, and until when: what may
/// still come is not missing, nor what nobody asked for.
bool was_due(const Signal& missing, const std::vector<Placed>& placed) {
  return std::any_of(placed.begin(), placed.end(), [&](const Placed& one) {
    return !one.form.sent && one.form.session == missing.session && one.form.respondent == missing.respondent &&
           one.form.instrument->id() == missing.instrument;
  });
}

/// The same in the order of sessions.
Result<std::vector<Placed>> place_by_sessions(const StoredCourse& course, const access::SealKey& key, Look look,
                                              Time now) {
  const Sessions sessions(course.sessions);
  TRY_ASSIGN(auto placed, place_forms(course, sessions, key, look, now));
  if (sessions.none()) number_by_days(course, placed);
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.form.session, a.at, a.stored->id) < std::tie(b.form.session, b.at, b.stored->id);
  });
  return placed;
}

std::vector<Form> as_forms(const std::vector<Placed>& placed) {
  std::vector<Form> forms;
  for (const auto& one : placed) forms.push_back(one.form);
  return forms;
}

/// Of a rule that has changed since, or left the program, nothing can be said any more.
bool is_of_now(const StoredSignal& signal) {
  const auto* rule = find_rule(signal.rule);
  return rule != nullptr && rule->version == signal.version;
}

/// Whether it was told by limits that are made anew every week.
bool is_told_by_limits(const StoredSignal& signal) {
  return signal.holds && signal.form && signal.instrument && is_of_now(signal) &&
         find_rule(signal.rule)->method == Method::beyond_expected;
}

/// What was told by limits, as far as nothing up to its form came late or was corrected since.
Result<std::vector<Told>> as_told(const StoredCourse& course, const std::vector<Placed>& placed,
                                  const access::SealKey& key) {
  std::vector<Told> told;
  for (const auto& known : course.known) {
    if (!is_told_by_limits(known)) continue;
    const auto at =
        std::find_if(placed.begin(), placed.end(), [&](const Placed& one) { return one.stored->id == *known.form; });
    if (at == placed.end()) continue;
    const bool has_other_ground = std::any_of(placed.begin(), at + 1, [&](const Placed& one) {
      return one.form.sent && one.form.respondent == Respondent::client &&
             one.form.instrument->id() == *known.instrument && one.came > known.found_at;
    });
    if (has_other_ground) continue;
    TRY_ASSIGN(auto body, open_body(key, known.id, known.sealed_body));
    const auto place = static_cast<std::size_t>(at - placed.begin());
    told.push_back({known.rule, place, std::move(body.reason), std::move(body.values)});
  }
  return told;
}

/// Whether this look is the one in which it is found.
bool is_of(Look look, const Signal& signal, const std::vector<Placed>& placed) {
  // An answer about harm is a concern (features/safety), with a clock and an end of its own.
  if (signal.kind == Kind::safety) return false;
  if (look == Look::for_all) return true;
  if (look == Look::neutral) return signal.kind == Kind::rupture_candidate;
  const auto& of = placed[signal.form];
  return tells_single_answers(signal.rule) && is_for_client_to_show(*of.stored, *of.form.instrument);
}

/// Whether there is anything in it that the other looks do not find.
bool has_shown_answers(const StoredCourse& course) {
  return std::any_of(course.forms.begin(), course.forms.end(), [](const StoredForm& form) {
    return form.items_allowed && form.completed_at && form.respondent == questionnaires::Respondent::client;
  });
}

/// Sessions that never were are not named.
void name_days(const StoredCourse& course, const std::vector<Placed>& placed, std::vector<Found>& found) {
  if (!Sessions(course.sessions).none()) return;
  DaysForSessions days;
  for (const auto& one : placed) days[one.form.session] = std::chrono::floor<std::chrono::days>(one.at);
  for (auto& one : found) add_days(days, one.signal.reason, one.signal.values);
}

/// Those of a method that `is_wanted` (const Signal&) -> bool, in their order.
template <class F>
std::vector<Signal> take_out(std::vector<Signal>& signals, Method method, F is_wanted) {
  std::vector<Signal> taken;
  std::vector<Signal> left;
  for (auto& one : signals) {
    auto& to = find_rule(one.rule)->method == method && is_wanted(one) ? taken : left;
    to.push_back(std::move(one));
  }
  signals = std::move(left);
  return taken;
}

/// Of each signal that is known, and holds, which other instruments it names.
Result<std::vector<std::vector<std::string>>> named_by_known(const StoredCourse& course, const access::SealKey& key) {
  std::vector<std::vector<std::string>> named(course.known.size());
  for (std::size_t i = 0; i < named.size(); ++i) {
    const auto& known = course.known[i];
    if (!known.holds || !known.form) continue;
    TRY_ASSIGN(const auto body, open_body(key, known.id, known.sealed_body));
    named[i] = named_in(body.values);
  }
  return named;
}

/// Which of those that are known tells this one: it is that, or is named by it.
std::optional<ToldBefore> told_before_of(const StoredCourse& course, const std::vector<std::vector<std::string>>& named,
                                         const Signal& signal, std::string_view basis) {
  const auto& all = course.known;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].holds && all[i].rule == signal.rule && all[i].basis == basis) return ToldBefore{i, true};
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].kind != signal.kind || all[i].session != signal.session) continue;
    if (std::find(named[i].begin(), named[i].end(), signal.instrument) != named[i].end()) return ToldBefore{i, false};
  }
  return std::nullopt;
}

Result<void> find_in_forms(const StoredCourse& course, const access::SealKey& key, Look look, Time now,
                           std::vector<Found>& found) {
  TRY_ASSIGN(const auto placed, place_by_sessions(course, key, look, now));
  TRY_ASSIGN(const auto told, as_told(course, placed, key));
  const auto known_of = [&](const Signal& signal) {
    const auto basis = placed[signal.form].stored->id.text();
    return std::find_if(course.known.begin(), course.known.end(), [&](const StoredSignal& known) {
      return known.holds && known.rule == signal.rule && known.basis == basis;
    });
  };
  const auto forms = as_forms(placed);
  auto signals = find_signals_of_each(forms, rules(), course.expected, told);
  std::erase_if(signals, [&](const Signal& one) { return !is_of(look, one, placed); });
  auto missing = take_out(signals, Method::not_sent, [](const Signal&) { return true; });
  std::erase_if(missing, [&](const Signal& one) { return !was_due(one, placed); });
  // What somebody has answered by itself stays so.
  auto without_score = take_out(signals, Method::no_score, [&](const Signal& one) {
    const auto known = known_of(one);
    return known == course.known.end() || known->state == State::open || known->state == State::history;
  });
  for (auto& row : told_together(missing, without_score)) found.push_back(found_missing(std::move(row), placed));
  std::move(without_score.begin(), without_score.end(), std::back_inserter(signals));
  TRY_ASSIGN(const auto named, named_by_known(course, key));
  const auto told_before = [&](const Signal& signal) {
    return told_before_of(course, named, signal, placed[signal.form].stored->id.text());
  };
  for (auto& signal : told_as_one(std::move(signals), rules(), told_before)) {
    found.push_back(found_at(std::move(signal), placed, look == Look::neutral));
  }
  name_days(course, placed, found);
  return {};
}

/// The client's latest message, looked for among the last of each room: who has not written for so many has not.
Result<std::optional<Time>> wrote_at(store::ReadTx& tx, const DueLook& look) {
  std::optional<Time> latest;
  TRY_ASSIGN(const auto rooms, people::list_rooms(tx, look.client, look.episode));
  for (const auto& room : rooms) {
    if (room.last_seq == 0) continue;
    TRY_ASSIGN(const auto page, messages::read_page(tx, look.client, room.id, {0, room.last_seq + 1, kLatestMessages}));
    for (const auto& message : page) {
      if (message.author == look.client) latest = std::max(latest.value_or(message.at), message.at);
    }
  }
  return latest;
}

/// Of what goes to the neutral person the therapist knows no time, and a silence that ended or did not begin would tell
/// them one: it does not count, even where it is shown.
bool tells_of_contact(const StoredForm& form) {
  const auto* instrument = questionnaires::instrument_of(form);
  return form.respondent == Respondent::client && instrument != nullptr &&
         !questionnaires::is_for_neutral_person(*instrument) && !questionnaires::is_hidden(form, form.therapist);
}

/// One whose time went by without it is ahead no more.
bool is_ahead(const Encounter& one, Time now) {
  if (one.status == encounters::Status::open) return true;
  return one.status == encounters::Status::planned && one.plan.starts_at + kTimeAfterSession > now;
}

Result<void> read_contact(store::ReadTx& tx, const DueLook& look, StoredCourse& course) {
  auto& contact = course.contact;
  TRY_ASSIGN(const auto episode, people::find_episode(tx, look.client, look.episode));
  contact.waits_since = episode.waiting_since;
  contact.reply_hours = episode.reply_hours;
  TRY_ASSIGN(contact.wrote_at, wrote_at(tx, look));
  for (const auto& form : course.forms) {
    if (!form.completed_at || !tells_of_contact(form)) continue;
    contact.sent_at = std::max(contact.sent_at.value_or(*form.completed_at), *form.completed_at);
  }
  for (const auto& one : course.sessions) {
    if (one.began_at) contact.met_at = std::max(contact.met_at.value_or(*one.began_at), *one.began_at);
    contact.is_session_ahead = contact.is_session_ahead || is_ahead(one, tx.now());
  }
  return {};
}

Time next_night(EpisodeId episode, Time now) {
  const auto minute = std::chrono::minutes(episode.uuid().back() % 60);
  const auto night = std::chrono::floor<std::chrono::days>(now) + kNightly + minute;
  return night > now ? Time(night) : Time(night + std::chrono::days(1));
}

void apply(store::WriteTx& tx, const Changes& changes, Time now) {
  for (const auto& one : changes.added) add_signal(tx, one);
  for (const auto& [signal, holds] : changes.holds) set_holds(tx, signal, holds);
  for (const auto& one : changes.replaced) {
    replace_body(tx, one.signal, one.level, one.version, one.sealed_body);
    if (one.is_graver) reopen(tx, one.signal, now);
  }
  for (const auto& one : changes.passed_on) {
    pass_on(tx, one.signal);
    if (one.is_graver) reopen(tx, one.signal.id, now);
  }
  for (const auto& [signal, at] : changes.follow_ups) set_follow_up_at(tx, signal, at);
}

/// Stores nothing when something came meanwhile: that is due already.
void store_look(store::WriteTx& tx, const DueLook& look, const StoredCourse& course, const Changes& changes, Time now) {
  if (!note_looked(tx, look, next_night(look.episode, now))) return;
  apply(tx, changes, now);
  if (course.closed_at) forget_look(tx, look);
}

/// Its sentence grows though nothing that came has changed it.
bool stays_as_told(const StoredSignal& known) {
  return known.kind == Kind::silence || known.kind == Kind::late_reply;
}

std::set<std::string> filled_in_by_client(const StoredCourse& course) {
  std::set<std::string> instruments;
  for (const auto& form : course.forms) {
    if (form.completed_at && form.respondent == Respondent::client) instruments.insert(form.instrument);
  }
  return instruments;
}

/// Instruments of which no form has come since their limits were made, of which something was told by such limits
/// before. What is not on track there was said when the forms came: other limits alone are no reason to say more.
std::set<std::string> instruments_without_news(const StoredCourse& course) {
  std::set<std::string> without;
  for (const auto& [instrument, made_at] : course.limits_made_at) without.insert(instrument);
  std::map<FormId, const StoredForm*> forms;
  for (const auto& form : course.forms) forms[form.id] = &form;
  for (const auto& version : course.versions) {
    const auto form = forms.find(version.form);
    if (form == forms.end() || form->second->respondent != Respondent::client) continue;
    const auto limits = course.limits_made_at.find(form->second->instrument);
    if (limits != course.limits_made_at.end() && version.completed_at >= limits->second) without.erase(limits->first);
  }
  return without;
}

/// Whether what was answered was less than what is found now.
bool is_graver(const StoredSignal& known, const Body& before, const Signal& found) {
  return found.level > known.level || (found.level != Level::info && names_more(before.values, found.values));
}

/// Whether the form that it stands on was corrected since it was found.
bool is_corrected_since(const StoredCourse& course, const StoredSignal& known) {
  return known.form && std::any_of(course.versions.begin(), course.versions.end(), [&](const StoredVersion& version) {
           return version.form == *known.form && version.completed_at > known.found_at;
         });
}

/// What of a signal that is found again is to be stored. One that an earlier version of its rule found is from now on
/// one of this version; that the rule was changed is no news about the client.
Result<void> follow(const StoredSignal& known, const Signal& found, const access::SealKey& key, Changes& changes) {
  if (stays_as_told(known)) return {};
  const Body body{found.reason, found.values};
  TRY_ASSIGN(const auto before, open_body(key, known.id, known.sealed_body));
  const bool is_same_rule = known.version == found.version;
  if (is_same_rule && before == body) return {};
  changes.replaced.push_back({known.id, found.level, seal_body(key, known.id, body),
                              is_same_rule && is_graver(known, before, found), found.version});
  return {};
}

/// Scores whose single answers are the client's to show are told rounded. What an earlier version of a rule found, and
/// this one does not, keeps its sentence, and the scores in it become what everybody is given.
Result<void> round_scores(const StoredSignal& known, const access::SealKey& key, Changes& changes) {
  const auto* instrument = known.instrument ? questionnaires::instruments().find(*known.instrument) : nullptr;
  if (instrument == nullptr || !instrument->scoring().items_if_allowed) return {};
  TRY_ASSIGN(const auto before, open_body(key, known.id, known.sealed_body));
  const auto body = with_rounded_scores(before);
  if (before == body) return {};
  changes.replaced.push_back({known.id, known.level, seal_body(key, known.id, body), false, known.version});
  return {};
}

StoredSignal new_signal(const StoredCourse& course, const Found& found, const access::SealKey& key, Time now) {
  StoredSignal one;
  one.id = SignalId::make(now);
  one.episode = course.episode;
  one.client = course.client;
  one.rule = found.signal.rule;
  one.version = found.signal.version;
  one.kind = found.signal.kind;
  one.level = found.signal.level;
  one.basis = found.basis;
  if (!found.signal.instrument.empty()) one.instrument = found.signal.instrument;
  one.form = found.form;
  if (found.signal.session > 0) one.session = found.signal.session;
  one.at = found.at;
  one.found_at = now;
  one.is_private = found.is_private;
  one.state = found.at + kIsHistory < now ? State::history : State::open;
  one.sealed_body = seal_body(key, one.id, {found.signal.reason, found.signal.values});
  return one;
}

}  // namespace

Result<StoredCourse> read_forms(store::ReadTx& tx, const DueLook& look) {
  StoredCourse course;
  course.episode = look.episode;
  course.client = look.client;
  TRY_ASSIGN(const auto span, find_span(tx, look.episode));
  course.closed_at = span.closed_at;
  course.contact.opened_at = span.opened_at;
  for (const auto& one : people::hand_overs_done(tx, look.episode)) {
    if (one.done_at) course.pairs_began_at.push_back(*one.done_at);
  }
  // As the client, to whom all of it is open; what nobody else may see is left out of what is made of it.
  TRY_ASSIGN(course.forms, questionnaires::list_forms(tx, look.client, look.episode));
  course.versions = questionnaires::list_latest_answers(tx, look.episode);
  course.sessions = encounters::list_encounters(tx, look.client, look.episode, std::nullopt, kMostSessions);
  return course;
}

Result<std::vector<Form>> forms_of(const StoredCourse& course, const access::SealKey& key, Time now) {
  TRY_ASSIGN(const auto placed, place_by_sessions(course, key, Look::for_all, now));
  return as_forms(placed);
}

Result<StoredCourse> read_course(store::ReadTx& tx, const DueLook& look) {
  TRY_ASSIGN(auto course, read_forms(tx, look));
  TRY_ASSIGN(const auto missed, questionnaires::list_missed(tx, look.client, look.episode));
  for (const auto& one : missed) {
    if (one.is_over) course.gone_by.push_back(one.form);
  }
  TRY(read_contact(tx, look, course));
  course.known = list_all(tx, look.episode);
  TRY_ASSIGN(course.expected, list_expectations(tx, filled_in_by_client(course)));
  for (const auto& known : course.known) {
    if (!is_told_by_limits(known)) continue;
    if (const auto made_at = limits_made_at(tx, *known.instrument)) course.limits_made_at[*known.instrument] = *made_at;
  }
  return course;
}

Result<std::vector<Found>> find_in(const StoredCourse& course, const access::SealKey& key, Time now) {
  std::vector<Found> found;
  TRY(find_in_forms(course, key, Look::for_all, now, found));
  if (has_shown_answers(course)) {
    TRY(find_in_forms(course, key, Look::shown_answers, now, found));
    TRY(find_in_forms(course, key, Look::neutral, now, found));
  }
  if (course.closed_at) return found;
  for (auto& one : find_contact_signals(course.contact, rules(), now)) {
    found.push_back({std::move(one.signal), "since " + to_rfc3339(one.since), {}, now, false});
  }
  return found;
}

namespace {

/// Without the version: a rule whose numbers were changed does not tell everything once more.
using What = std::pair<std::string_view, std::string_view>;  // of what was found, which stays where it is
using NowFound = std::map<What, const Found*>;

/// What no form has come of since its limits were made anew. Of a signal that speaks of several forms one that came is
/// enough.
bool is_no_news(const std::set<std::string>& without_news, const Signal& found) {
  if (found.kind != Kind::not_on_track || !without_news.contains(found.instrument)) return false;
  const auto others = named_in(found.values);
  return std::all_of(others.begin(), others.end(), [&](const auto& one) { return without_news.contains(one); });
}

/// Whether the new one says of another form what the known one said of several.
bool goes_on_with(const StoredSignal& known, std::span<const std::string> named, const Found& found) {
  const auto& signal = found.signal;
  if (signal.kind != known.kind || signal.session != known.session || found.is_private != known.is_private)
    return false;
  return signal.instrument == known.instrument ||
         std::find(named.begin(), named.end(), signal.instrument) != named.end();
}

/// Whether the form without a score that the known one is about is told with others that did not come.
bool is_told_within(const StoredSignal& known, const Found& found) {
  return is_of_now(known) && find_rule(known.rule)->method == Method::no_score && known.instrument &&
         found.signal.session == known.session && tells_without_score(found.signal.values, *known.instrument);
}

/// What does not hold any more, or goes on with another form that it named.
Result<void> end_or_pass_on(const StoredCourse& course, const StoredSignal& known, NowFound& news,
                            const access::SealKey& key, Time now, Changes& changes) {
  TRY_ASSIGN(const auto before, open_body(key, known.id, known.sealed_body));
  const auto named = named_in(before.values);
  const auto next = std::find_if(news.begin(), news.end(), [&](const auto& one) {
    return (!named.empty() && goes_on_with(known, named, *one.second)) || is_told_within(known, *one.second);
  });
  if (next == news.end()) {
    changes.holds.emplace_back(known.id, false);
    return {};
  }
  const auto& found = *next->second;
  auto passed = new_signal(course, found, key, now);
  passed.id = known.id;
  passed.sealed_body = seal_body(key, known.id, {found.signal.reason, found.signal.values});
  changes.passed_on.push_back({std::move(passed), is_graver(known, before, found.signal)});
  news.erase(next);
  return {};
}

}  // namespace

Result<Changes> changes_of(const StoredCourse& course, const std::vector<Found>& found, const access::SealKey& key,
                           Time now) {
  NowFound now_found;
  for (const auto& one : found) now_found.emplace(What(one.signal.rule, one.basis), &one);
  Changes changes;
  const Sessions sessions(course.sessions);
  const auto without_news = instruments_without_news(course);
  std::vector<const StoredSignal*> lost;
  for (const auto& known : course.known) {
    if (known.follow_up == FollowUp::next_session && !known.follow_up_at && known.answered_at) {
      if (const auto at = sessions.first_after(*known.answered_at)) changes.follow_ups.emplace_back(known.id, *at);
    }
    const auto again = now_found.extract(What(known.rule, known.basis));
    if (again.empty()) {
      const bool is_without_news =
          known.kind == Kind::not_on_track && without_news.contains(known.instrument.value_or(""));
      // What an earlier version of its rule found stands, though this one does not find it, until its form is
      // corrected.
      const bool is_over = is_of_now(known) || is_corrected_since(course, known);
      if (known.holds && !is_without_news && is_over) lost.push_back(&known);
      if (!is_of_now(known)) TRY(round_scores(known, key, changes));
      continue;
    }
    if (is_no_news(without_news, again.mapped()->signal)) continue;
    if (!known.holds) changes.holds.emplace_back(known.id, true);
    TRY(follow(known, again.mapped()->signal, key, changes));
  }
  std::erase_if(now_found, [&](const auto& one) { return is_no_news(without_news, one.second->signal); });
  for (const auto* known : lost) TRY(end_or_pass_on(course, *known, now_found, key, now, changes));
  for (const auto& [what, one] : now_found) changes.added.push_back(new_signal(course, *one, key, now));
  return changes;
}

Result<void> look_back(store::WriteTx& tx, const access::SealKey& key, const DueLook& look, Time now) {
  TRY_ASSIGN(const auto course, read_course(tx, look));
  TRY_ASSIGN(const auto found, find_in(course, key, now));
  TRY_ASSIGN(auto changes, changes_of(course, found, key, now));
  for (auto& one : changes.added) one.found_at = one.at;
  store_look(tx, look, course, changes, now);
  return {};
}

namespace {

/// not_found also when the record was locked or erased meanwhile.
Result<Changes> reckon(House& house, const StoredCourse& course, Time now, Deadline deadline) {
  TRY_ASSIGN(const auto key, house.keys.key_for(course.client, deadline));
  TRY_ASSIGN(const auto found, find_in(course, *key, now));
  return changes_of(course, found, *key, now);
}

Result<void> give_up(House& house, const DueLook& look, Deadline deadline) {
  return house.db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    forget_look(tx, look);
    return {};
  });
}

}  // namespace

Result<void> look_through(House& house, const DueLook& look, Deadline deadline) {
  const auto now = house.clock.now();
  const auto course = house.db.read(deadline, [&](store::ReadTx& tx) { return read_course(tx, look); });
  if (!course) {
    if (course.error().kind == ErrorKind::not_found) return give_up(house, look, deadline);
    return fail(course.error());
  }
  const auto changes = reckon(house, *course, now, deadline);
  if (!changes) {
    if (changes.error().kind == ErrorKind::not_found) return give_up(house, look, deadline);
    return fail(changes.error());
  }
  return house.db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    store_look(tx, look, *course, *changes, now);
    return {};
  });
}

bool look_through_or_later(House& house, const DueLook& look, Deadline deadline) {
  const auto looked = look_through(house, look, deadline);
  if (looked) return true;
  log::error("signals.not_found", {{"episode", look.episode.text()}, {"code", looked.error().code}});
  const auto put_off = house.db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    note_looked(tx, look, house.clock.now() + kTimeAfterFailure);
    return {};
  });
  if (!put_off) {
    log::error("signals.not_put_off", {{"episode", look.episode.text()}, {"code", put_off.error().code}});
  }
  return false;
}

Result<std::int64_t> look_through_due(House& house, Deadline deadline) {
  TRY_ASSIGN(const auto due, house.db.read(deadline, [&](store::ReadTx& tx) -> Result<std::vector<DueLook>> {
    return list_due(tx, kMostAtOnce);
  }));
  std::int64_t done = 0;
  for (const auto& look : due) done += look_through_or_later(house, look, deadline) ? 1 : 0;
  return done;
}

Result<void> look_through_of(House& house, AccountId viewer, Deadline deadline) {
  TRY_ASSIGN(const auto due, house.db.read(deadline, [&](store::ReadTx& tx) -> Result<std::vector<DueLook>> {
    return list_due_of(tx, viewer, kMostAtOnce);
  }));
  for (const auto& look : due) look_through_or_later(house, look, deadline);
  return {};
}

}  // namespace rapport::signals
