#include <algorithm>
#include <map>
#include <set>

#include "base/log.hpp"
#include "features/encounters/encounters.hpp"
#include "features/practice_report/practice_report.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/signals.hpp"
#include "http/shape.hpp"

namespace rapport::practice_report {
namespace {

using questionnaires::Moment;
using questionnaires::Respondent;
using questionnaires::StoredForm;
using questionnaires::StoredVersion;

/// Read in one transaction, with their keys fetched together.
constexpr std::size_t kAtOnce = 50;
constexpr std::int64_t kMostSessions = 500;
/// What was reckoned out of everything is not thrown away because reckoning it out took long.
constexpr std::chrono::seconds kTimeToKeep{20};

Deadline time_to_keep() {
  return std::chrono::steady_clock::now() + kTimeToKeep;
}

/// Whether it may go well later: the others are about one treatment, whose key or form does not open.
bool is_about_all(const Error& error) {
  return error.kind == ErrorKind::overloaded || error.kind == ErrorKind::timed_out || error.kind == ErrorKind::storage;
}

/// As it is stored, of one moment.
struct Stored {
  std::vector<StoredForm> forms;
  std::vector<StoredForm> gone_by;  ///< missed, and asked for no more
  std::vector<StoredVersion> versions;
  std::vector<encounters::Encounter> sessions;
  std::vector<signals::StoredSignal> signals;
};

/// Of a record that is locked only that the treatment ended, and how: nothing else of it is read.
Result<Stored> read_stored(store::ReadTx& tx, const Place& place) {
  Stored stored;
  TRY_ASSIGN(stored.forms, questionnaires::list_forms(tx, place.client, place.episode));
  if (place.is_locked) return stored;
  TRY_ASSIGN(auto missed, questionnaires::list_missed(tx, place.client, place.episode));
  for (auto& one : missed) {
    if (one.is_over) stored.gone_by.push_back(std::move(one.form));
  }
  stored.versions = questionnaires::list_latest_versions(tx, place.episode);
  stored.sessions = encounters::list_encounters(tx, place.client, place.episode, std::nullopt, kMostSessions);
  stored.signals = signals::list_all(tx, place.episode);
  return stored;
}

/// What clients answer about their therapist (RISQ) does not exist for the report, nor that it was asked or sent.
bool counts(const StoredForm& form) {
  const auto* instrument = questionnaires::instrument_of(form);
  return instrument != nullptr && form.respondent == Respondent::client &&
         !questionnaires::is_for_neutral_person(*instrument);
}

std::optional<double> score_of(const StoredForm& form, const questionnaires::Scores& scores, const Measures& measures) {
  const auto& alliance = measures.alliance;
  const auto found = std::ranges::find(alliance, form.instrument, &AllianceMeasure::instrument);
  for (const auto& scale : scores.scales) {
    if (found == alliance.end() || scale.key == found->scale) return scale.value;
  }
  return std::nullopt;
}

Result<Form> open_form(const StoredForm& stored, const StoredVersion* version, const access::SealKey& key,
                       const std::map<EncounterId, const encounters::Encounter*>& sessions, const Measures& measures) {
  Form form;
  form.instrument = questionnaires::instrument_of(stored);
  form.due_at = stored.due_at;
  form.sent_at = stored.completed_at;
  if (const auto session = stored.encounter ? sessions.find(*stored.encounter) : sessions.end();
      session != sessions.end()) {
    form.session = session->second->number.value_or(0);
    form.by_messages = session->second->plan.channel == encounters::Channel::messages;
  }
  if (version == nullptr) return form;
  TRY_ASSIGN(const auto scores, questionnaires::open_scores(key, stored.id, version->version, version->sealed_scores));
  form.score = score_of(stored, scores, measures);
  return form;
}

Result<void> open_forms(const Stored& stored, const access::SealKey& key, const Measures& measures,
                        Treatment& treatment) {
  std::map<EncounterId, const encounters::Encounter*> sessions;
  for (const auto& one : stored.sessions) sessions.emplace(one.id, &one);
  std::map<questionnaires::FormId, const StoredVersion*> versions;
  for (const auto& one : stored.versions) versions.emplace(one.form, &one);
  for (const auto* forms : {&stored.forms, &stored.gone_by}) {
    for (const auto& form : *forms) {
      if (!counts(form)) continue;
      const auto version = versions.find(form.id);
      TRY_ASSIGN(auto opened,
                 open_form(form, version == versions.end() ? nullptr : version->second, key, sessions, measures));
      treatment.forms.push_back(std::move(opened));
    }
  }
  return {};
}

void add_signals(const Stored& stored, Treatment& treatment) {
  using signals::Outcome;
  for (const auto& one : stored.signals) {
    // A divergence is private since a therapist's form is in it; it rests on nothing that is said about them.
    if (one.is_private && one.kind != signals::Kind::divergence) continue;
    if (one.state == signals::State::history) continue;
    // Nobody is asked any more about what is over.
    if (!one.holds && !one.outcome) continue;
    const bool answered = one.outcome && *one.outcome != Outcome::deferred;
    treatment.signals.push_back({one.rule, one.version, one.found_at, one.level != signals::Level::info, answered,
                                 one.outcome == Outcome::false_alarm});
  }
}

Result<Treatment> open_treatment(const Place& place, const Stored& stored, House& house, const Measures& measures,
                                 Deadline deadline) {
  Treatment treatment;
  treatment.ended_at = place.closed_at;
  treatment.end_was_planned = std::ranges::any_of(
      stored.forms, [](const StoredForm& form) { return form.moment == Moment::at_end && counts(form); });
  if (place.is_locked) return treatment;
  TRY_ASSIGN(const auto key, house.keys.key_for(place.client, deadline));
  for (const auto& one : stored.sessions) {
    if (one.began_at) treatment.sessions.push_back(*one.began_at);
  }
  TRY(open_forms(stored, *key, measures, treatment));
  add_signals(stored, treatment);
  return treatment;
}

/// Numbers in the place of ids, in the order in which they come.
template <class I>
std::uint32_t number_in(std::map<I, std::uint32_t>& numbers, I id) {
  return numbers.emplace(id, static_cast<std::uint32_t>(numbers.size())).first->second;
}

/// Nobody waits for it: what a stop, a full disk or another program left undone is begun anew.
struct Begun {
  Work work;
  std::vector<Place> places;
};

}  // namespace

Result<bool> Maker::step(Deadline deadline) {
  const auto now = house_.clock.now();
  const auto done = [&]() -> Result<bool> {
    if (!is_making_) return begin(now, deadline);
    if (treatments_.size() < places_.size()) {
      TRY(look_at_some(deadline));
    } else {
      TRY(finish(now));
    }
    return true;
  }();
  if (!done && is_making_) give_up();
  return done;
}

void Maker::give_up() {
  is_making_ = false;
  places_.clear();
  treatments_.clear();
  work_.done = work_.total = 0;
  const auto noted = note_progress(time_to_keep());
  if (!noted) log::warning("practice_report.not_noted", {{"code", noted.error().code}});
}

Result<bool> Maker::begin(Time now, Deadline deadline) {
  const auto over = quarter_of(now - kSettles) - 1;
  if (looked_through_ && *looked_through_ >= over) return false;
  TRY_ASSIGN(auto begun, house_.db.read(deadline, [&](store::ReadTx& tx) -> Result<Begun> {
    Begun found;
    const auto work = find_work(tx);
    if (work && work->looked_through >= over) return Begun{*work, {}};
    found.places = list_places(tx);
    found.work = work.value_or(Work{quarter_of(now), -1, 0, 0});
    if (!work) {
      for (const auto& one : found.places) found.work.next = std::min(found.work.next, quarter_of(one.opened_at));
      found.work.next = std::max(found.work.next, quarter_of(now) - kQuartersBack);
    }
    return found;
  }));
  work_ = begun.work;
  if (work_.looked_through >= over) {
    looked_through_ = work_.looked_through;
    return false;
  }
  places_ = std::move(begun.places);
  treatments_.clear();
  left_out_ = 0;
  work_.done = 0;
  work_.total = std::ssize(places_);
  is_making_ = true;
  TRY(note_progress(deadline));
  return true;
}

Result<void> Maker::look_at_some(Deadline deadline) {
  TRY_ASSIGN(const auto measures, shipped_measures(questionnaires::instruments()));
  const auto first = treatments_.size();
  const auto last = std::min(first + kAtOnce, places_.size());
  std::vector<std::optional<Stored>> stored;
  TRY(house_.db.read(deadline, [&](store::ReadTx& tx) -> Result<void> {
    stored.clear();
    for (auto i = first; i < last; ++i) {
      auto one = read_stored(tx, places_[i]);
      if (!one && one.error().kind != ErrorKind::not_found) return fail(one.error());
      stored.push_back(one ? std::optional(std::move(*one)) : std::nullopt);
    }
    return {};
  }));
  std::vector<AccountId> clients;
  for (auto i = first; i < last; ++i) clients.push_back(places_[i].client);
  // One key that does not open fails all: then each is asked for by itself.
  const auto fetched = house_.keys.fetch(clients, deadline);
  if (!fetched && is_about_all(fetched.error())) return fail(fetched.error());
  for (auto i = first; i < last; ++i) {
    Treatment treatment;
    if (const auto& one = stored[i - first]) {
      auto opened = open_treatment(places_[i], *one, house_, measures, deadline);
      if (opened) treatment = std::move(*opened);
      if (!opened) TRY(leave_out(opened.error()));
    }
    treatments_.push_back(std::move(treatment));
  }
  work_.done = std::ssize(treatments_);
  return note_progress(deadline);
}

Result<void> Maker::leave_out(const Error& error) {
  if (is_about_all(error)) return fail(error);
  if (error.kind == ErrorKind::not_found) return {};  // erased or locked meanwhile
  log::warning("practice_report.treatment_left_out", {{"code", error.code}});
  ++left_out_;
  // Then it is not these treatments, but what opens all of them; and what is made now is never made again.
  if (2 * left_out_ > places_.size()) return fail(error);
  return {};
}

Result<void> Maker::finish(Time now) {
  std::map<AccountId, std::uint32_t> people;
  std::map<AccountId, std::uint32_t> therapists;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    treatments_[i].person = number_in(people, places_[i].client);
    treatments_[i].therapist = number_in(therapists, places_[i].therapist);
  }
  const auto& library = questionnaires::instruments();
  TRY_ASSIGN(const auto measures, shipped_measures(library));
  const auto over = quarter_of(now - kSettles) - 1;
  std::vector<KeptPeriod> made;
  auto next = work_.next;
  while (const auto period = period_from(treatments_, next, over, settings_.smallest_group)) {
    std::string text;
    http::write(text, make_tables(treatments_, *period, measures, library, settings_.smallest_group));
    made.push_back({*period, now, std::move(text)});
    next = period->last + 1;
  }
  TRY(house_.db.write(time_to_keep(), [&](store::WriteTx& tx) -> Result<void> {
    for (const auto& one : made) keep_period(tx, one);
    keep_work(tx, {next, over, 0, 0});
    return {};
  }));
  looked_through_ = over;
  is_making_ = false;
  treatments_.clear();
  places_.clear();
  return {};
}

Result<void> Maker::note_progress(Deadline deadline) {
  return house_.db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    keep_work(tx, work_);
    return {};
  });
}

}  // namespace rapport::practice_report
