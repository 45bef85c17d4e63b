#include "features/signals/answering_signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "features/signals/sentence_parts.hpp"
#include "measures/score.hpp"

namespace rapport::signals {
namespace {

using measures::Instrument;
using statistics::Direction;

int direction_of(const Instrument& instrument, std::size_t place) {
  const auto& scales = instrument.scoring().scales;
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const auto& places = instrument.scale_questions()[i];
    if (std::find(places.begin(), places.end(), place) == places.end()) continue;
    const int sign = scales[i].direction == Direction::higher_better ? 1 : -1;
    return instrument.questions()[place].reversed ? -sign : sign;
  }
  return 0;
}

/// Whether the answers to all scored questions are one number though they should not be: with questions of both
/// directions any number says two things at once; with those of one direction the lowest and the highest may be
/// meant.
std::optional<double> one_answer(const Form& form, std::size_t least) {
  const auto& instrument = *form.instrument;
  std::optional<double> same;
  std::size_t count = 0;
  std::set<int> directions;
  bool is_end = true;
  for (std::size_t place = 0; place < form.answers.size(); ++place) {
    const auto& question = instrument.questions()[place];
    if (!question.scored) continue;
    const auto& answer = form.answers[place];
    if (!answer || (same && *same != *answer)) return std::nullopt;
    same = answer;
    ++count;
    is_end = is_end && (*answer <= question.min || *answer >= question.max);
    directions.insert(direction_of(instrument, place));
  }
  const bool is_odd = directions.size() > 1 || !is_end;
  return count >= least && is_odd ? same : std::nullopt;
}

void not_sent(Course& course, const Rule& rule, const Instrument& instrument, Respondent respondent,
              const std::map<int, const Form*>& own, const std::map<int, const Form*>& sessions) {
  const auto first = own.begin()->first;
  double sent = 1;
  int in_a_row = 0;
  int previous = first;
  for (auto at = sessions.upper_bound(first); at != sessions.end(); ++at) {
    const auto session = at->first;
    const bool is_usual = sent / (previous - first + 1) >= rule.parameter("share") - kSame;
    const bool is_here = own.count(session) != 0;
    const auto unseen = session - previous - 1;
    const auto missed = unseen + (is_here ? 0 : 1);
    in_a_row = missed == 0 ? 0 : in_a_row + missed;
    if (missed > 0 && is_usual) {
      const bool is_therapists = respondent == Respondent::therapist;
      const auto latest = is_here ? session - 1 : session;
      const auto so_far = previous - first + 1;
      auto signal = course.signal_of(
          rule, *at->second,
          fmt::format(
              "{}{} did not come for {}; {}.", name_of(instrument, kEnglish),
              is_therapists ? ", the therapist's form," : "",
              in_a_row == 1 ? fmt::format("session {}", latest) : fmt::format("{} sessions up to {}", in_a_row, latest),
              so_far == 1 ? "it came to the session before"
                          : fmt::format("before it came to {:.0f} of {} sessions", sent, so_far)),
          {{"missed", missed},
           {"in_a_row", in_a_row},
           {"sent", sent},
           {"sessions", so_far},
           {"latest", latest},
           {"therapists", is_therapists ? 1 : 0}});
      signal.instrument = instrument.id();
      signal.respondent = respondent;
      if (in_a_row >= rule.parameter("look_after")) signal.level = std::max(rule.level, Level::look);
      course.add(rule, std::move(signal));
    }
    if (is_here) {
      ++sent;
      in_a_row = 0;
    }
    previous = session;
  }
}

}  // namespace

void perfect_score(Course& course, const Rule& rule, const Measure&, const Series& series) {
  const auto perfect = series.better() > 0 ? series.scale->max : series.scale->min;
  const auto least = static_cast<int>(rule.parameter("forms"));
  int running = 0;
  int pair = 0;
  for (const auto& now : series.points) {
    // That every score was the best with one therapist says nothing of another.
    if (std::exchange(pair, now.form->before_pair) != now.form->before_pair) running = 0;
    running = std::abs(now.value - perfect) < kSame ? running + 1 : 0;
    if (running < least) continue;
    Moment moment{now.form->session};
    moment.told = [=, &course, &rule, about = series.without_points()] {
      return course.signal_of(
          rule, *now.form,
          fmt::format("{} was at its end, {}, {} times running: such a score cannot say how the relationship is; "
                      "better to ask.",
                      about.name(), number(now.value), running),
          {{"score", now.value}, {"forms", running}});
    };
    if (running == least) course.add(rule, *series.instrument, std::move(moment));
    if (running > least) course.last().moments.push_back(std::move(moment));
  }
}

void same_answers(Course& course, const Rule& rule) {
  std::map<const Instrument*, std::size_t, ByVersion> last;  // the finding that goes on
  for (const auto& form : course.forms()) {
    if (!form.sent || form.respondent != Respondent::client || form.answers.empty()) continue;
    const auto same = one_answer(form, static_cast<std::size_t>(rule.parameter("items")));
    const auto going_on = last.find(form.instrument);
    if (!same) {
      last.erase(form.instrument);
      continue;
    }
    Moment moment{form.session};
    moment.told = [&course, &rule, &form, answer = *same] {
      return course.signal_of(
          rule, form,
          fmt::format("Every question of {} was answered with {}: such a form says little; better to ask.",
                      name_of(*form.instrument, kEnglish), number(answer)),
          {{"answer", answer}});
    };
    if (going_on != last.end()) {
      course.found()[going_on->second].moments.push_back(std::move(moment));
    } else {
      course.add(rule, *form.instrument, std::move(moment));
      last[form.instrument] = course.found().size() - 1;
    }
  }
}

/// A form is usual from its first coming on, as long as it came to at least a share of the sessions since. A session
/// that nothing came of is known when the next one comes.
void not_sent(Course& course, const Rule& rule) {
  using Key = std::pair<std::string, Respondent>;  // whatever the version: it is the same form that usually comes
  std::map<Key, std::map<int, const Form*>> came;
  std::map<int, const Form*> sessions;  // a form of each, for its date
  for (const auto& form : course.forms()) {
    sessions.emplace(form.session, &form);
    auto& own = came[{form.instrument->id(), form.respondent}];
    if (form.sent) own.emplace(form.session, &form);
  }
  for (const auto& [key, own] : came) {
    if (!own.empty()) not_sent(course, rule, *own.begin()->second->instrument, key.second, own, sessions);
  }
}

void no_score(Course& course, const Rule& rule) {
  for (const auto& form : course.forms()) {
    if (!form.sent || form.respondent != Respondent::client) continue;
    if (form.scores.empty() || form.scores.front().value) continue;
    const auto& instrument = *form.instrument;
    std::string counts;
    std::vector<std::pair<std::string, double>> values;
    if (!form.answers.empty()) {
      int answered = 0;
      int questions = 0;
      const auto asked = measures::asked_questions(instrument, form.answers, *instrument.variant(""));
      for (std::size_t place = 0; place < form.answers.size(); ++place) {
        if (!instrument.questions()[place].scored || (!asked[place] && !form.answers[place])) continue;
        ++questions;
        answered += form.answers[place] ? 1 : 0;
      }
      counts = fmt::format(" ({} of {} questions answered)", answered, questions);
      values = {{"answered", answered}, {"questions", questions}};
    }
    course.add(rule, course.signal_of(rule, form,
                                      fmt::format("{} came for session {}, but gave no score{}.",
                                                  name_of(instrument, instrument.scoring().scales.front(), kEnglish),
                                                  form.session, counts),
                                      std::move(values)));
  }
}

void safety_answer(Course& course, const Rule& rule) {
  for (const auto& form : course.forms()) {
    if (!form.sent || form.safety.empty()) continue;
    std::vector<std::pair<std::string, double>> values;
    for (const auto number : form.safety) {
      const auto& answer = form.answers[static_cast<std::size_t>(number) - 1];
      values.emplace_back(fmt::format("item{}", number), answer.value_or(0));
    }
    course.add(rule, course.signal_of(
                         rule, form,
                         fmt::format("{}: the answer to item {} is for a person to look at now, whatever the score.",
                                     name_of(*form.instrument, kEnglish), fmt::join(form.safety, ", ")),
                         std::move(values)));
  }
}
}  // namespace rapport::signals
