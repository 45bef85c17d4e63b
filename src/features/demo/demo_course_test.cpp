#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "features/demo/written_course.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/recap/recap.hpp"
#include "measures/change.hpp"
#include "support/demo_fixture.hpp"

namespace rapport::demo {
namespace {

using encounters::Encounter;
using encounters::Status;
using measures::ChangeClass;
using questionnaires::Answers;
using questionnaires::Occasion;
using questionnaires::Scores;
using questionnaires::StoredForm;

constexpr std::int64_t kAll = 100;

const store::Query kCounts{"test.demo_counts",
                           "SELECT COUNT(*), SUM(version), MAX(completed_at) FROM questionnaire_response"};

/// A form with what was sent.
struct OpenedForm {
  StoredForm stored;
  std::optional<Scores> scores;
  std::optional<Answers> answers;
};

/// What was stored of one client, opened with the client's key.
struct Opened {
  people::Episode episode;
  std::vector<OpenedForm> forms;      ///< the oldest first
  std::vector<Encounter> encounters;  ///< the oldest first
};

class DemoCourse : public DemoHouse {
 protected:
  Opened open(const std::string& login) {
    Opened opened;
    opened.episode = episodes(account(login).id).at(0);
    const auto viewer = opened.episode.therapist;
    std::vector<StoredForm> stored;
    EXPECT_TRUE(read([&](store::ReadTx& tx) -> Result<void> {
      stored = questionnaires::list_forms(tx, viewer, opened.episode.id).value();
      opened.encounters = encounters::list_encounters(tx, viewer, opened.episode.id, std::nullopt, kAll);
      return {};
    }));
    std::ranges::reverse(opened.encounters);
    for (const auto& form : stored) opened.forms.push_back(open(form));
    return opened;
  }

  OpenedForm open(const StoredForm& listed) {
    const auto key = keys_->key_for(listed.client, soon()).value();
    OpenedForm form;
    EXPECT_TRUE(read([&](store::ReadTx& tx) -> Result<void> {
      form.stored = questionnaires::find_form(tx, listed.client, listed.id).value();
      const auto versions = questionnaires::list_versions(tx, listed.id);
      if (versions.empty()) return {};
      form.scores = questionnaires::open_scores(*key, listed.id, 1, versions.at(0).sealed_scores).value();
      form.answers = questionnaires::open_answers(*key, listed.id, 1, versions.at(0).sealed_answers).value();
      return {};
    }));
    if (form.stored.sealed_draft) {
      form.answers = questionnaires::open_answers(*key, listed.id, 0, *form.stored.sealed_draft).value();
    }
    return form;
  }
};

/// The values of one scale as they were sent, without the forms that gave none.
std::vector<double> series(const Opened& opened, std::string_view instrument, std::size_t scale = 0) {
  std::vector<double> values;
  for (const auto& form : opened.forms) {
    if (form.stored.instrument != instrument || !form.scores) continue;
    if (const auto value = form.scores->scales.at(scale).value) values.push_back(*value);
  }
  return values;
}

measures::Change change(std::string_view id, double before, double after) {
  const auto& instrument = *questionnaires::instruments().find(id);
  return measures::change_between(instrument, before, after, *instrument.variant(""));
}
ChangeClass whole_change(const Opened& opened, std::string_view id) {
  const auto values = series(opened, id);
  return change(id, values.front(), values.back()).change_class;
}
bool is_gain(ChangeClass one) {
  return one == ChangeClass::improved || one == ChangeClass::recovered;
}

/// The largest change from one form to the next, in size.
double largest_step(const std::vector<double>& values) {
  double largest = 0;
  for (std::size_t i = 1; i < values.size(); ++i) largest = std::max(largest, std::abs(values[i] - values[i - 1]));
  return largest;
}

void expect_steady_gain(const Opened& opened) {
  const bool by_gad7 = is_gain(whole_change(opened, "gad-7"));
  EXPECT_TRUE(by_gad7 || is_gain(whole_change(opened, "phq-9")));
  EXPECT_LT(largest_step(series(opened, "phq-9")), *change("phq-9", 0, 0).threshold);
  const auto values = series(opened, "gad-7");
  for (std::size_t i = 1; i < values.size(); ++i) EXPECT_LE(values[i], values[i - 1] + 1);
}

/// From one form to the next, and it stays.
void expect_sudden_gain(const Opened& opened) {
  const auto values = series(opened, "phq-9");
  const auto threshold = *change("phq-9", 0, 0).threshold;
  std::size_t at = 1;
  while (at < values.size() && values[at - 1] - values[at] < threshold) ++at;
  ASSERT_LT(at, values.size());
  EXPECT_LE(*std::max_element(values.begin() + static_cast<std::ptrdiff_t>(at), values.end()), values[at]);
  EXPECT_EQ(whole_change(opened, "phq-9"), ChangeClass::recovered);
}

void expect_deterioration(const Opened& opened) {
  EXPECT_EQ(whole_change(opened, "phq-9"), ChangeClass::deteriorated);
  EXPECT_EQ(whole_change(opened, "gad-7"), ChangeClass::deteriorated);
  const auto values = series(opened, "phq-9");
  EXPECT_TRUE(std::ranges::is_sorted(values));
}

/// The relationship falls at one session, with a yes; within three it is where it was.
void expect_rupture_and_repair(const Opened& opened) {
  const auto positive = series(opened, "sparq", 0);
  const auto negative = series(opened, "sparq", 1);
  const auto yes = series(opened, "risq");
  const auto low = static_cast<std::size_t>(std::ranges::min_element(positive) - positive.begin());
  ASSERT_TRUE(low > 1 && low + 3 <= positive.size() + 1);
  EXPECT_LE(positive[low], positive[low - 1] - 5);
  EXPECT_GE(negative[low], negative[low - 1] + 5);
  EXPECT_GE(*std::max_element(positive.begin() + static_cast<std::ptrdiff_t>(low), positive.end()), positive[low - 1]);
  EXPECT_EQ(std::accumulate(yes.begin(), yes.end(), 0.0), 1);
  EXPECT_EQ(yes.at(low), 1);
}

void expect_no_change(const Opened& opened) {
  for (const auto* id : {"phq-9", "gad-7"}) {
    EXPECT_EQ(whole_change(opened, id), ChangeClass::unchanged) << id;
    EXPECT_LT(largest_step(series(opened, id)), *change(id, 0, 0).threshold) << id;
  }
}

/// The last forms were never answered.
void expect_drop_out(const Opened& opened) {
  ASSERT_GT(opened.forms.size(), 5U);
  EXPECT_TRUE(std::all_of(opened.forms.end() - 5, opened.forms.end(),
                          [](const OpenedForm& form) { return form.stored.revision == 0; }));
  EXPECT_GE(series(opened, "sparq").size(), 2U);
}

void expect_perfect_rater(const Opened& opened) {
  const auto positive = series(opened, "sparq", 0);
  const auto negative = series(opened, "sparq", 1);
  ASSERT_GE(positive.size(), 6U);
  EXPECT_TRUE(std::ranges::all_of(positive, [](double value) { return value == 16; }));
  EXPECT_TRUE(std::ranges::all_of(negative, [](double value) { return value == 0; }));
}

void expect_four_years(const Opened& opened) {
  std::vector<Time> began;
  for (const auto& one : opened.encounters) {
    if (one.status == Status::closed) began.push_back(*one.began_at);
  }
  ASSERT_EQ(began.size(), 16U);
  EXPECT_GT(began.back() - began.front(), std::chrono::days(4 * 365 + 1));
  std::size_t gaps = 0;
  for (std::size_t i = 1; i < began.size(); ++i) gaps += began[i] - began[i - 1] > std::chrono::days(300) ? 1 : 0;
  EXPECT_EQ(gaps, 3U);
  EXPECT_TRUE(is_gain(whole_change(opened, "phq-9")));
}

void expect_beginning(const Opened& opened) {
  EXPECT_LE(series(opened, "phq-9").size(), 4U);
}

void expect_course(Course course, const Opened& opened) {
  switch (course) {
    case Course::steady_gain:
      return expect_steady_gain(opened);
    case Course::sudden_gain:
      return expect_sudden_gain(opened);
    case Course::deterioration:
      return expect_deterioration(opened);
    case Course::rupture_and_repair:
      return expect_rupture_and_repair(opened);
    case Course::no_change:
      return expect_no_change(opened);
    case Course::drop_out:
      return expect_drop_out(opened);
    case Course::perfect_rater:
      return expect_perfect_rater(opened);
    case Course::four_years:
      return expect_four_years(opened);
    case Course::beginning:
      return expect_beginning(opened);
  }
}

TEST_P(DemoCourse, EveryCourseIsWhatItIsSaidToBe) {
  std::map<Course, int> seen;
  for (const auto& one : make({})) {
    if (one.role != "client") continue;
    SCOPED_TRACE(one.login);
    const auto course = read_written_course(one.login).value().course;
    ++seen[course];
    expect_course(course, open(one.login));
  }
  EXPECT_EQ(seen.size(), 9U);
}

/// Every sign of a written form, and nothing else, is what was stored.
void expect_answers(const std::string& written, const OpenedForm& form) {
  ASSERT_EQ(form.answers.has_value(), !written.empty());
  if (!form.answers) return;
  std::string read(written.size(), '-');
  const auto& questions = questionnaires::instruments().find(form.stored.instrument)->questions();
  for (const auto& answer : form.answers->answers) {
    const auto found = std::ranges::find(questions, answer.item, [](const auto& question) { return question.link_id; });
    read.at(static_cast<std::size_t>(found - questions.begin())) = static_cast<char>('0' + std::lround(answer.value));
  }
  EXPECT_EQ(read, written);
}

TEST_P(DemoCourse, EverySessionHasItsFormsInTimeAndEveryAnswerInItsPlace) {
  make({});
  const auto course = read_written_course("c.greta").value();
  const auto opened = open("c.greta");
  ASSERT_EQ(opened.encounters.size(), course.held.size() + course.planned.size());
  std::size_t at = 0;
  for (std::size_t i = 0; i < course.held.size(); ++i) {
    const auto& session = opened.encounters[i];
    EXPECT_EQ(session.number, static_cast<std::int64_t>(i) + 1);
    for (const auto& written : {course.held[i].forms.phq9, course.held[i].forms.gad7, course.held[i].forms.sparq,
                                course.held[i].forms.risq}) {
      const auto& form = opened.forms.at(at++);
      expect_answers(written.value(), form);
      if (!form.stored.completed_at) continue;
      EXPECT_EQ(form.stored.occasion == Occasion::before_session, *form.stored.completed_at < *session.began_at);
      EXPECT_EQ(form.stored.occasion == Occasion::after_session, *form.stored.completed_at > *session.ended_at);
    }
  }
}

TEST_P(DemoCourse, SomeFormsWaitSomeAreBegunAndSomeQuestionsAreLeftOut) {
  std::size_t waiting = 0;
  std::size_t begun = 0;
  std::size_t overdue = 0;
  std::size_t left_out = 0;
  for (const auto& one : make({})) {
    if (one.role != "client") continue;
    for (const auto& form : open(one.login).forms) {
      const bool is_late = form.stored.due_at && *form.stored.due_at < clock_.now();
      EXPECT_LT(form.stored.completed_at.value_or(form.stored.asked_at), clock_.now()) << one.login;
      EXPECT_LT(form.stored.asked_at, clock_.now()) << one.login;
      left_out += form.scores && !form.scores->not_answered->empty() ? 1 : 0;
      begun += form.stored.sealed_draft ? 1 : 0;
      waiting += form.stored.revision == 0 && !is_late ? 1 : 0;
      overdue += form.stored.revision == 0 && is_late ? 1 : 0;
    }
  }
  EXPECT_EQ(begun, 3U);
  EXPECT_GE(waiting, 10U);
  EXPECT_GE(overdue, 8U);
  EXPECT_GE(left_out, 4U);
}

TEST_P(DemoCourse, NotesAndAgendaOpenAgain) {
  make({});
  const auto course = read_written_course("c.jonas").value();
  const auto opened = open("c.jonas");
  const auto key = keys_->key_for(opened.episode.client, soon()).value();
  for (std::size_t i = 0; i < course.held.size(); ++i) {
    const auto id = opened.encounters.at(i).id;
    const auto note = read([&](store::ReadTx& tx) -> Result<std::optional<encounters::Note>> {
      return encounters::find_note(tx, opened.episode.therapist, id, std::nullopt);
    });
    ASSERT_EQ(note->has_value(), course.held[i].notes.has_value());
    if (*note) {
      const auto text = access::unseal(*key, id.bytes(), (*note)->sealed_sections).value();
      EXPECT_EQ(text, encounters::write_sections(*course.held[i].notes));
    }
    const auto agenda = read([&](store::ReadTx& tx) -> Result<std::vector<encounters::AgendaItem>> {
      return encounters::list_agenda(tx, id);
    });
    const auto points = course.held[i].agenda.value_or(std::vector<WrittenPoint>{});
    ASSERT_EQ(agenda->size(), points.size());
    for (std::size_t place = 0; place < points.size(); ++place) {
      const auto& item = (*agenda)[place];
      EXPECT_EQ(*access::unseal(*key, item.id.bytes(), item.sealed_text), points[place].text.str());
      EXPECT_EQ(item.author == opened.episode.client, points[place].by == Author::client);
    }
  }
}

TEST_P(DemoCourse, TheLastSessionOfOneHasARecapThatTheClientConfirmed) {
  make({});
  const auto course = read_written_course("c.amara").value();
  const auto opened = open("c.amara");
  const auto key = keys_->key_for(opened.episode.client, soon()).value();
  const auto& written = course.held.back().recap;
  ASSERT_TRUE(written.has_value());
  const auto id = opened.encounters.at(course.held.size() - 1).id;
  const auto found = *read([&](store::ReadTx& tx) -> Result<recap::WholeRecap> { return recap::whole(tx, id); });
  ASSERT_TRUE(found.recap.has_value());
  EXPECT_EQ(found.recap->state, recap::RecapState::confirmed);
  ASSERT_EQ(found.versions.size(), 1U);
  const auto& version = found.versions.front();
  const auto content = between_sessions::open<recap::RecapContent>(*key, version.id, version.sealed_content);
  ASSERT_TRUE(content) << content.error().detail;
  EXPECT_EQ(content->with_us, written->with_us);
  EXPECT_EQ(content->lines.size(), written->lines.size());
}

TEST_P(DemoCourse, ALargePracticeHasAboutFiftyFormsForEachClient) {
  make({.seed = 3, .clients = 40});
  const auto counts = read([](store::ReadTx& tx) -> Result<std::pair<std::int64_t, std::int64_t>> {
    return *tx.first(kCounts, {}, [&](const store::Row& row) { return std::pair(row.int64(0), row.int64(1)); });
  });
  const auto [asked, sent] = *counts;
  EXPECT_NEAR(static_cast<double>(asked - 379) / (40 - 12), 50, 6);
  EXPECT_GT(sent, asked * 8 / 10);
  EXPECT_LT(sent, asked);
}

INSTANTIATE_TEST_SUITE_P(Engines, DemoCourse, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

TEST(DemoCourseFiles, NotesUseTheSectionsThatThereAre) {
  std::set<std::string> known;
  const auto kinds = encounters::section_kinds().value();
  for (const auto& kind : kinds) known.insert(kind.key);
  const auto script = read_written_practice().value();
  for (const auto& client : script.clients) {
    const auto course = read_written_course(client.login).value();
    for (const auto& session : course.held) {
      if (!session.notes) continue;
      for (const auto& section : *session.notes) EXPECT_TRUE(known.contains(section.key.str())) << client.login;
    }
  }
}

}  // namespace
}  // namespace rapport::demo
