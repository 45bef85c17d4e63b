#include "features/course/course_rules.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::course {
namespace {

using encounters::Encounter;
using questionnaires::Occasion;
using questionnaires::StoredForm;

std::string name_of(const StoredForm& form) {
  const auto* instrument = questionnaires::instrument_of(form);
  return instrument == nullptr ? form.instrument : instrument->scoring().name;
}

questionnaires::Respondent respondent_of(const std::string& instrument) {
  return questionnaires::is_for_therapists(instrument) ? questionnaires::Respondent::therapist
                                                       : questionnaires::Respondent::client;
}

Time began(const Encounter& session) {
  return session.began_at.value_or(session.plan.starts_at);
}

/// Those that were held or are being held, in order.
std::vector<const Encounter*> begun(const std::vector<const Encounter*>& sessions) {
  std::vector<const Encounter*> held;
  std::copy_if(sessions.begin(), sessions.end(), std::back_inserter(held),
               [](const Encounter* one) { return one->began_at.has_value(); });
  return held;
}

/// The place among the sessions held of the one that a form of that moment belongs to by its time.
std::optional<std::size_t> place_of(const std::vector<const Encounter*>& held, Occasion occasion, Time at) {
  std::optional<std::size_t> place;
  for (std::size_t i = 0; i < held.size(); ++i) {
    const bool is_over = held[i]->ended_at && *held[i]->ended_at <= at;
    if (occasion == Occasion::before_session && !is_over) return i;
    if (occasion == Occasion::after_session && *held[i]->began_at <= at) place = i;
  }
  return place;
}

/// Whether a form that usually comes with this session could have come by now.
bool is_due(const Encounter& session, Occasion occasion, Time now) {
  if (occasion == Occasion::before_session) return true;
  return session.ended_at && *session.ended_at + kTimeAfterSession <= now;
}

class Drawing {
 public:
  Drawing(const Material& material, Time now) : material_(material), now_(now) {
    for (const auto& one : material.sessions) sessions_.push_back(&one);
    std::sort(sessions_.begin(), sessions_.end(), [](const Encounter* a, const Encounter* b) {
      return std::tuple(began(*a), a->id) < std::tuple(began(*b), b->id);
    });
    held_ = begun(sessions_);
  }

  CourseAnswer draw() {
    add_span();
    add_sessions();
    for (const auto* form : in_order()) {
      if (form->scores) {
        add_point(*form);
      } else {
        add_waiting(form->form);
      }
    }
    for (const auto& form : material_.missed) add_missed(form);
    leave_versions_out();
    if (material_.is_own) leave_ranges_out();
    for (const auto& [usual, places] : sent_for_) add_missing(usual, places);
    const auto key = [](const CourseEvent& event) { return std::tuple(event.at, event.kind, event.questionnaire); };
    std::sort(course_.events.begin(), course_.events.end(),
              [&](const CourseEvent& a, const CourseEvent& b) { return key(a) < key(b); });
    return std::move(course_);
  }

 private:
  using Usual = std::pair<std::string, Occasion>;  ///< an instrument on its occasion

  void add_span() {
    course_.events.push_back({CourseEventKind::opened, material_.span.opened_at, {}, {}, {}, {}});
    if (const auto at = material_.span.closed_at) {
      course_.events.push_back({CourseEventKind::closed, *at, {}, {}, {}, {}});
    }
  }

  void add_sessions() {
    for (const auto* one : sessions_) {
      const auto used = material_.channels.find(one->id);
      course_.sessions.push_back({one->id, one->number, one->status,
                                  used == material_.channels.end() ? std::vector{one->plan.channel} : used->second,
                                  began(*one), one->ended_at});
    }
  }

  /// By when they were sent, or asked for.
  std::vector<const CourseForm*> in_order() const {
    std::vector<const CourseForm*> forms;
    for (const auto& one : material_.forms) forms.push_back(&one);
    std::sort(forms.begin(), forms.end(), [](const CourseForm* a, const CourseForm* b) {
      return std::tuple(a->form.completed_at.value_or(a->form.asked_at), a->form.id) <
             std::tuple(b->form.completed_at.value_or(b->form.asked_at), b->form.id);
    });
    return forms;
  }

  void add_point(const CourseForm& form) {
    const auto at = *form.form.completed_at;
    auto& series = series_of(form);
    const auto session = session_of(form.form, at);
    const auto place = place_among_held(session);
    CoursePoint point{form.form.id, at, form.form.occasion, session, {}, {}, {}, {}, form.concerns};
    for (const auto& scale : form.scores->scales) point.values.push_back({scale.key, scale.value, scale.prorated});
    // No name that nobody has published is given to a client.
    if (form.scores->band && (!material_.is_own || form.scores->band->source)) point.band = form.scores->band->label;
    auto& before = before_[form.form.instrument];
    point.since_first = change_since(before.first, form, series);
    point.since_previous = change_since(before.previous, form, series);
    if (before.first == nullptr) before.first = &form;
    before.previous = &form;
    if (place) sent_for_[{form.form.instrument, form.form.occasion}].insert(*place);
    if (material_.is_own && !point.concerns.empty()) leave_verdicts_out(point);
    series.points.push_back(std::move(point));
  }

  /// "Reliably better" beside an answer that a person looks at would say that all is well.
  static void leave_verdicts_out(CoursePoint& point) {
    point.since_first.reset();
    point.since_previous.reset();
    // However often it was corrected, it is said once, and not how far others have got with it.
    const auto gravest = std::min_element(point.concerns.begin(), point.concerns.end(),
                                          [](const auto& a, const auto& b) { return a.kind < b.kind; });
    point.concerns = {CourseConcern{gravest->kind, {}, {}, {}, {}}};
  }

  /// So would "Minimal", and ground that is called so: a series with such an answer goes without its ranges.
  void leave_ranges_out() {
    for (auto& series : course_.series) {
      const auto is_told = [](const CoursePoint& point) { return !point.concerns.empty(); };
      if (std::none_of(series.points.begin(), series.points.end(), is_told)) continue;
      series.bands.clear();
      for (auto& point : series.points) point.band.reset();
    }
  }

  void add_waiting(const StoredForm& form) {
    const bool overdue = form.due_at && *form.due_at < now_;
    const auto at = form.due_at.value_or(form.asked_at);
    const auto session = session_of(form, form.asked_at);
    const auto place = place_among_held(session);
    if (place) waits_for_[{form.instrument, form.occasion}].insert(*place);
    course_.events.push_back({overdue ? CourseEventKind::overdue : CourseEventKind::asked, at, form.instrument,
                              name_of(form), form.id, session, form.respondent});
  }

  /// Its session went by without it. What does not count as asked for has nothing to open.
  void add_missed(const StoredForm& form) {
    const auto session = session_of(form, form.asked_at);
    if (const auto place = place_among_held(session)) waits_for_[{form.instrument, form.occasion}].insert(*place);
    course_.events.push_back({CourseEventKind::missing,
                              form.due_at.value_or(form.asked_at),
                              form.instrument,
                              name_of(form),
                              {},
                              session,
                              form.respondent});
  }

  /// Usual is what came with at least half of the sessions since it first did.
  void add_missing(const Usual& usual, const std::set<std::size_t>& places) {
    const auto& [questionnaire, occasion] = usual;
    const auto* instrument = questionnaires::instruments().find(questionnaire);
    // That a form which shows only where the client allows it is not there would tell of it all the same.
    if (!material_.is_own && (instrument == nullptr || questionnaires::is_for_neutral_person(*instrument))) return;
    const auto first = *places.begin();
    std::size_t came = 1;
    for (auto i = first + 1; i < held_.size(); ++i) {
      if (places.count(i) != 0) {
        ++came;
      } else if (2 * came >= i - first && waits_for_[usual].count(i) == 0 && is_due(*held_[i], occasion, now_)) {
        course_.events.push_back({CourseEventKind::missing,
                                  *held_[i]->began_at,
                                  questionnaire,
                                  instrument == nullptr ? questionnaire : instrument->scoring().name,
                                  {},
                                  held_[i]->id,
                                  respondent_of(questionnaire)});
      }
    }
  }

  /// A form belongs to the session that it was asked for, also before that begins; one that was asked for without a
  /// session, or for one that was cancelled, to the session of its time.
  std::optional<EncounterId> session_of(const StoredForm& form, Time at) const {
    if (form.encounter) {
      const auto own = std::find_if(sessions_.begin(), sessions_.end(),
                                    [&](const Encounter* one) { return one->id == *form.encounter; });
      if (own == sessions_.end()) return std::nullopt;  // it is older than the course goes back
      if ((*own)->status != encounters::Status::cancelled) return form.encounter;
    }
    const auto place = place_of(held_, form.occasion, at);
    return place ? std::optional(held_[*place]->id) : std::nullopt;
  }

  std::optional<std::size_t> place_among_held(const std::optional<EncounterId>& session) const {
    const auto found =
        std::find_if(held_.begin(), held_.end(), [&](const Encounter* one) { return one->id == session; });
    if (found == held_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - held_.begin());
  }

  static std::vector<CourseScale> scales_of(const questionnaires::Scores& scores) {
    std::vector<CourseScale> scales;
    for (const auto& scale : scores.scales) {
      scales.push_back({scale.key, scale.label, scale.min, scale.max, scale.higher_is_worse});
    }
    return scales;
  }

  /// Whether scores of both can be drawn on one axis.
  static bool are_alike(const std::vector<CourseScale>& some, const std::vector<CourseScale>& others) {
    const auto key = [](const CourseScale& one) { return std::tuple(one.key, one.min, one.max, one.higher_is_worse); };
    return std::equal(some.begin(), some.end(), others.begin(), others.end(),
                      [&](const CourseScale& one, const CourseScale& other) { return key(one) == key(other); });
  }

  /// Forms of another version are part of it as long as the axis is the same.
  CourseSeries& series_of(const CourseForm& form) {
    const auto& id = form.form.instrument;
    auto scales = scales_of(*form.scores);
    const auto found = std::find_if(course_.series.begin(), course_.series.end(), [&](const CourseSeries& one) {
      return one.questionnaire == id && are_alike(one.scales, scales);
    });
    if (found == course_.series.end()) {
      auto& series = course_.series.emplace_back();
      series.questionnaire = id;
      series.respondent = form.form.respondent;
      series.scales = std::move(scales);
      describe(series, form);
      return series;
    }
    if (found->scoring_version != form.scores->scoring_version) describe(*found, form);
    return *found;
  }

  /// Names and ranges as this form has them; what this program cannot read changes none.
  void describe(CourseSeries& series, const CourseForm& form) const {
    series.scoring_version = form.scores->scoring_version;
    const auto* instrument = questionnaires::instrument_of(form.form);
    if (series.name.empty() || instrument != nullptr) series.name = name_of(form.form);
    if (instrument == nullptr) return;
    series.bands.clear();
    series.reliable_change.reset();
    for (const auto& band : instrument->scoring().bands) {
      const bool is_published = band.citation.has_value();
      if (!is_published && (material_.is_own || !questionnaires::names_unpublished_ranges(*instrument))) continue;
      series.bands.push_back({band.scale, band.min, band.max, band.label, band.citation});
    }
  }

  /// Which version it is matters where there is another.
  void leave_versions_out() {
    std::map<std::string, int> count;
    for (const auto& series : course_.series) ++count[series.questionnaire];
    for (auto& series : course_.series) {
      if (count[series.questionnaire] == 1) series.scoring_version.reset();
    }
  }

  static std::optional<CourseChange> change_since(const CourseForm* before, const CourseForm& now,
                                                  CourseSeries& series) {
    const auto* instrument = questionnaires::instrument_of(now.form);
    if (before == nullptr || instrument == nullptr) return std::nullopt;
    const auto change =
        questionnaires::change_since(*instrument, *before->scores, *before->form.completed_at, *now.scores);
    if (!change) return std::nullopt;
    series.reliable_change = CourseThreshold{change->threshold, change->source};
    return CourseChange{change->value, change->change, change->into_clinical_range};
  }

  /// Against which forms of its kind the next one is held.
  struct Before {
    const CourseForm* first = nullptr;
    const CourseForm* previous = nullptr;
  };

  const Material& material_;
  Time now_;
  std::vector<const Encounter*> sessions_;
  std::vector<const Encounter*> held_;
  std::map<std::string, Before> before_;
  std::map<Usual, std::set<std::size_t>> sent_for_;
  std::map<Usual, std::set<std::size_t>> waits_for_;
  CourseAnswer course_;
};

}  // namespace

bool is_shown(const StoredForm& form, AccountId viewer) {
  return !questionnaires::is_hidden(form, viewer);
}

CourseAnswer draw_course(const Material& material, Time now) {
  return Drawing(material, now).draw();
}

}  // namespace rapport::course
