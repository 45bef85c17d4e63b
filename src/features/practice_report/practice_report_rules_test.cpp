#include "features/practice_report/practice_report_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "features/practice_report/association.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "http/shape.hpp"
#include "research/statistics/random.hpp"

namespace rapport::practice_report {
namespace {

using statistics::Random;
using std::chrono::days;

constexpr Quarter kBegin = 2026 * 4;
constexpr std::int64_t kFive = 5;

const measures::InstrumentLibrary& library() {
  return questionnaires::instruments();
}
Measures shipped() {
  return shipped_measures(library()).value();
}
Time at(Quarter quarter, int day) {
  return begin_of(quarter) + days(day);
}
Tables tables_of(const std::vector<Treatment>& all, Quarter first = kBegin, Quarter last = kBegin) {
  return make_tables(all, {first, last}, shipped(), library(), kFive);
}
std::string json(const Tables& tables) {
  std::string text;
  http::write(text, tables);
  return text;
}

const measures::Instrument* kind(std::string_view id) {
  return library().find(id);
}
/// With another version of its scoring, in which nothing else is changed.
measures::Instrument scored_anew(std::string_view id, std::string_view version) {
  const auto& texts = kind(id)->texts();
  auto scoring = texts.scoring;
  const auto written = "\"" + kind(id)->scoring().version + "\"";
  const auto at = scoring.find(written, scoring.find("\"version\""));
  scoring.replace(at + 1, written.size() - 2, version);
  return measures::InstrumentLibrary::read_stored(std::string(id), texts.questionnaire, scoring).value();
}

Form sent(std::string_view instrument, Time when, double score, std::int64_t session = 0, bool by_messages = false) {
  return {kind(instrument), when, when, score, session, by_messages};
}
Form not_sent(std::string_view instrument, Time when) {
  return {kind(instrument), when, {}, {}, 0, false};
}

/// Two forms of PHQ-9 in one quarter.
Treatment changed(std::uint32_t person, double first, double latest) {
  Treatment one;
  one.person = person;
  one.forms = {sent("phq-9", at(kBegin, 5), first), sent("phq-9", at(kBegin, 50), latest)};
  one.sessions = {at(kBegin, 5)};
  return one;
}

/// So many people each: recovered, improved, unchanged, worse.
std::vector<Treatment> people(int recovered, int improved, int unchanged, int worse) {
  std::vector<Treatment> all;
  const auto add = [&](int count, double first, double latest) {
    for (int i = 0; i < count; ++i) {
      all.push_back(changed(static_cast<std::uint32_t>(all.size()), first, latest));
    }
  };
  add(recovered, 16, 4);
  add(improved, 24, 14);
  add(unchanged, 12, 12);
  add(worse, 10, 18);
  return all;
}

/// Clients whose relationship and symptoms go together, between people and within each.
std::vector<Treatment> practice(std::uint32_t clients, std::uint32_t therapists, std::uint64_t seed, Quarter begin) {
  Random random(seed);
  std::vector<Treatment> all;
  for (std::uint32_t i = 0; i < clients; ++i) {
    Treatment one;
    one.person = i;
    one.therapist = i % therapists;
    const auto closeness = random.normal();
    const auto start = 16 + 3 * random.normal();
    for (int session = 1; session <= 8; ++session) {
      const auto when = at(begin, 2 + 10 * (session - 1));
      const auto dip = random.normal();
      const auto score =
          std::clamp(std::round(start - 4 * closeness * session / 8.0 + 1.5 * random.normal()), 0.0, 27.0);
      if (random.uniform() < .9) one.forms.push_back(sent("phq-9", when, score));
      if (random.uniform() < .1) one.forms.push_back(not_sent("phq-9", when));
      if (random.uniform() < .9) {
        const auto rating = std::clamp(std::round(11 + 2 * closeness + dip), 0.0, 16.0);
        one.forms.push_back(sent("sparq", when + std::chrono::hours(2), rating, session, i % 3 == 0));
      }
      one.sessions.push_back(when);
      if (random.uniform() < .1) {
        one.signals.push_back({"relationship-drop", "1", when, true, random.uniform() < .8, random.uniform() < .3});
      }
    }
    if (random.uniform() < .2) {
      one.ended_at = at(begin, 85);
      one.end_was_planned = random.uniform() < .6;
    }
    all.push_back(one);
  }
  return all;
}

// ---- Disclosure ----------------------------------------------------------------------------------------------------

Members from(std::uint32_t first, std::uint32_t end) {
  Members all;
  for (; first < end; ++first) all.push_back(first);
  return all;
}
Disclosure of(std::uint32_t count) {
  return {kFive, from(0, count)};
}

TEST(Disclosure, ShowsNoGroupOfFewerThanTheSmallest) {
  auto one = of(20);
  EXPECT_FALSE(one.show({from(0, 4)}));
  EXPECT_TRUE(one.show({from(0, 5)}));
  EXPECT_FALSE(one.show({{}}));
}

TEST(Disclosure, ShowsNothingFromWhichTheRestIsAFewPeople) {
  auto one = of(20);
  EXPECT_TRUE(one.show({from(0, 20)}));
  EXPECT_FALSE(one.show({from(0, 16)}));  // the other four
  EXPECT_TRUE(one.show({from(0, 15)}));
  EXPECT_FALSE(one.show({from(0, 12)})) << "three are between this and the one before";
  EXPECT_TRUE(one.show({from(0, 10)}));
}

TEST(Disclosure, RefusesTheLastRowThatWouldGiveAwayTheHiddenOne) {
  auto one = of(22);
  EXPECT_TRUE(one.show({from(0, 22)}));
  EXPECT_TRUE(one.show({from(0, 7)}));
  EXPECT_TRUE(one.show({from(7, 13)}));
  EXPECT_FALSE(one.show({from(13, 19)})) << "all without the three rows are three people";
}

TEST(Disclosure, CountsPeopleAndNotTheirForms) {
  Disclosure one(kFive, {0, 0, 0, 0, 0, 0, 1, 2, 3, 4});
  EXPECT_FALSE(one.show({from(0, 9)}));
  EXPECT_TRUE(one.show({from(0, 10)}));
  EXPECT_FALSE(one.show({from(0, 6)}));
}

TEST(Disclosure, RoundsToMultiplesAndNeverToNothing) {
  EXPECT_EQ(rounded(5, 5), 5);
  EXPECT_EQ(rounded(7, 5), 5);
  EXPECT_EQ(rounded(8, 5), 10);
  EXPECT_EQ(rounded(12, 10), 10);
  EXPECT_EQ(rounded(15, 10), 20);
  for (std::size_t n = 7; n < 300; ++n) {
    EXPECT_EQ(rounded(n, 7) % 7, 0);
    EXPECT_LE(std::abs(rounded(n, 7) - static_cast<std::int64_t>(n)), 3);
  }
}

// ---- Periods -------------------------------------------------------------------------------------------------------

TEST(Periods, AreWholeQuartersUntilEnoughPeopleWereSeenOrTheYearIsOver) {
  EXPECT_EQ(first_day(kBegin), "2026-01-01");
  EXPECT_EQ(last_day(kBegin + 3), "2026-12-31");
  EXPECT_EQ(quarter_of(at(kBegin, 89)), kBegin);
  EXPECT_EQ(quarter_of(at(kBegin, 90)), kBegin + 1);
  auto all = people(0, 0, 19, 0);
  EXPECT_FALSE(period_from(all, kBegin, kBegin + 2, kFive));
  EXPECT_EQ(period_from(all, kBegin, kBegin + 3, kFive)->last, kBegin + 3) << "with the year at the latest";
  all.push_back(changed(19, 5, 5));
  EXPECT_EQ(period_from(all, kBegin, kBegin, kFive)->last, kBegin);
  EXPECT_FALSE(period_from(all, kBegin, kBegin - 1, kFive)) << "it is not over";
}

// ---- Figures -------------------------------------------------------------------------------------------------------

TEST(Figures, WilsonsIntervalIsThePublishedOne) {
  // Newcombe RG. Stat Med 1998;17:857-872, table I, method 3.
  EXPECT_NEAR(wilson(81, 263).low, .2553, 5e-5);
  EXPECT_NEAR(wilson(81, 263).high, .3662, 5e-5);
  EXPECT_NEAR(wilson(15, 148).low, .0624, 5e-5);
  EXPECT_NEAR(wilson(15, 148).high, .1605, 5e-5);
  EXPECT_NEAR(wilson(0, 20).high, .1611, 5e-5);
}

TEST(Figures, TheIntervalOfAShareHoldsThoseOfAllNumbersThatRoundToIt) {
  for (const std::int64_t smallest : {5, 6, 10}) {
    for (std::int64_t of = 2 * smallest; of <= 8 * smallest; ++of) {
      for (auto count = smallest; of - count >= smallest; ++count) {
        const auto share = share_of(static_cast<std::size_t>(count), static_cast<std::size_t>(of), smallest);
        const auto exact = wilson(count, of);
        EXPECT_LE(*share.low, exact.low) << count << " of " << of;
        EXPECT_GE(*share.high, exact.high) << count << " of " << of;
        EXPECT_LE(*share.low, *share.share) << count << " of " << of;
        EXPECT_GE(*share.high, *share.share) << count << " of " << of;
      }
    }
  }
  const auto share = share_of(8, 17, kFive);
  EXPECT_EQ(share.count, 10);
  EXPECT_EQ(share.of, 15);
  EXPECT_NEAR(*share.low, wilson(8, 17).low, 1e-12) << "what is true is not left out";
  EXPECT_NEAR(*share.high, wilson(12, 17).high, 1e-12);
  const auto same = share_of(11, 14, kFive);
  EXPECT_FALSE(same.low < share.low || same.high > share.high) << "and what stands tells no more than the numbers";
}

TEST(Figures, ReliableChangeAndRecoveryAreSharesOfRoundedNumbers) {
  const auto tables = tables_of(people(12, 10, 13, 6));
  ASSERT_EQ(tables.change.size(), 1U);
  const auto& row = tables.change.front();
  EXPECT_EQ(row.name, "PHQ-9");
  EXPECT_TRUE(row.source.has_value());
  EXPECT_EQ(row.improved.count, 20);  // 22 of 41
  EXPECT_EQ(row.improved.of, 40);
  EXPECT_DOUBLE_EQ(*row.improved.share, .5);
  EXPECT_NEAR(*row.improved.low, wilson(18, 42).low, 1e-12);
  EXPECT_NEAR(*row.improved.high, wilson(22, 38).high, 1e-12);
  EXPECT_EQ(row.recovered->count, 10);  // 12 of 41
  EXPECT_EQ(row.worse.count, 5);
  EXPECT_FALSE(row.improved.people) << "each counts once";
}

TEST(Figures, AreHiddenWhereFewAreOnEitherSide) {
  const auto few = tables_of(people(0, 4, 20, 0)).change.front();
  EXPECT_FALSE(few.improved.share);
  EXPECT_FALSE(few.improved.of) << "and no total beside it";
  const auto nearly_all = tables_of(people(0, 20, 4, 0)).change.front();
  EXPECT_FALSE(nearly_all.improved.share);
  const auto nobody = tables_of(people(0, 0, 20, 0)).change.front();
  EXPECT_FALSE(nobody.worse.share) << "that nobody is would be told of everybody";
  // 10 improved, 8 of them recovered: the two others could be had by taking one from the other.
  const auto nested = tables_of(people(8, 2, 10, 10)).change.front();
  EXPECT_TRUE(nested.improved.share);
  EXPECT_FALSE(nested.recovered->share);
  // 12 did not improve, 9 of them are worse: 3 would be left.
  const auto rest = tables_of(people(6, 6, 3, 9)).change.front();
  EXPECT_TRUE(rest.improved.share);
  EXPECT_FALSE(rest.worse.share);
}

TEST(Figures, NotEvenTheRowTellsThatAFewHadSomething) {
  auto all = practice(30, 3, 2, kBegin);
  const auto before = json(tables_of(all));
  for (std::size_t i = 0; i < 4; ++i) {
    all[i].forms.push_back(sent("pcl-5", at(kBegin, 3), 40));
    all[i].forms.push_back(sent("pcl-5", at(kBegin, 60), 20));
    all[i].forms.push_back(sent("srs", at(kBegin, 60), 30, 2));
    all[i].signals.push_back({"no-contact", "1", at(kBegin, 9), true, true, false});
  }
  EXPECT_EQ(json(tables_of(all)), before);
}

TEST(Figures, CompareNoTwoVersionsOfAScoring) {
  const auto anew = scored_anew("phq-9", "2030");
  // Everybody seems to get better, but what they sent last was reckoned otherwise.
  auto all = people(0, 20, 10, 0);
  for (auto& one : all) one.forms.back().instrument = &anew;
  EXPECT_TRUE(tables_of(all).change.empty());
  EXPECT_FALSE(course_of(all.front(), *kind("phq-9"), {kBegin, kBegin}));
  // Of each version that two forms came of there is a row.
  all = people(0, 10, 10, 0);
  for (auto one : people(0, 8, 8, 0)) {
    one.person += 20;
    for (auto& form : one.forms) form.instrument = &anew;
    all.push_back(one);
  }
  const auto rows = tables_of(all).change;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows.at(0).version, kind("phq-9")->scoring().version);
  EXPECT_EQ(rows.at(0).improved.of, 20);
  EXPECT_EQ(rows.at(1).version, "2030");
  EXPECT_EQ(rows.at(1).improved.of, 15);
}

TEST(Figures, TheRelationshipOfTwoVersionsIsInTwoTables) {
  const auto anew = scored_anew("sparq", "2030");
  std::vector<Treatment> all;
  for (std::uint32_t i = 0; i < 20; ++i) {
    Treatment one;
    one.person = i;
    one.forms = {sent("sparq", at(kBegin, 3), 5 + i % 8, 1), sent("sparq", at(kBegin, 9), 2 + i % 8, 2)};
    one.forms.back().instrument = &anew;
    all.push_back(one);
  }
  const auto tables = tables_of(all).alliance;
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_NE(tables.at(0).version, tables.at(1).version);
  EXPECT_GT(*tables.at(0).by_channel.at(0).score.mean, *tables.at(1).by_channel.at(0).score.mean + 2);
  const auto forms = tables_of(all).forms;
  ASSERT_EQ(forms.size(), 1U) << "what came counts together";
  EXPECT_EQ(forms.front().sent.of, std::nullopt) << "all came";
}

TEST(Figures, CompletionIsOfFormsThatWereDueAndOfTreatmentsThatEnded) {
  std::vector<Treatment> all;
  for (std::uint32_t i = 0; i < 20; ++i) {
    Treatment one;
    one.person = i;
    one.ended_at = at(kBegin, 80);
    one.end_was_planned = i < 10;
    for (int form = 0; form < 4; ++form) {
      one.forms.push_back(not_sent("gad-7", at(kBegin, 3 + form)));
      if (i % 2 == 0 || form == 0) one.forms.back().sent_at = at(kBegin, 4 + form);
    }
    all.push_back(one);
  }
  const auto tables = tables_of(all);
  EXPECT_EQ(tables.planned_end.count, 10);
  EXPECT_EQ(tables.planned_end.of, 20);
  ASSERT_EQ(tables.forms.size(), 1U);
  EXPECT_EQ(tables.forms.front().sent.count, 50);
  EXPECT_EQ(tables.forms.front().sent.of, 80);
  EXPECT_EQ(tables.forms.front().sent.people, 20);
  // Thirty forms that did not come, of four people.
  for (auto& one : all) {
    for (auto& form : one.forms) form.sent_at = one.person < 4 ? std::nullopt : form.due_at;
  }
  EXPECT_FALSE(tables_of(all).forms.front().sent.share);
}

TEST(Figures, TheRelationshipIsByChannelAndBySessionWithoutATotal) {
  std::vector<Treatment> all;
  for (std::uint32_t i = 0; i < 16; ++i) {
    Treatment one;
    one.person = i;
    // Ten by chat, six by messages; everybody has a first session, and eight a fourth.
    const bool by_messages = i >= 10;
    one.forms.push_back(sent("sparq", at(kBegin, 3), by_messages ? 7 + i % 2 * 2 : 9 + i % 5, 1, by_messages));
    one.forms.push_back(sent("sparq", at(kBegin, 4), by_messages ? 9 + i % 2 * 2 : 9 + i % 5, 2, by_messages));
    if (i < 8) one.forms.push_back(sent("sparq", at(kBegin, 30), 12 + i % 4, 4, by_messages));
    one.forms.push_back(sent("sparq", at(kBegin, 70), 1));  // belongs to no session
    all.push_back(one);
  }
  const auto table = tables_of(all).alliance.at(0);
  EXPECT_EQ(table.max, 16);
  EXPECT_EQ(table.by_channel.at(1).channel, "messages");
  EXPECT_EQ(table.by_channel.at(1).score.people, 5);
  EXPECT_DOUBLE_EQ(*table.by_channel.at(1).score.mean, 9) << "each person counts once";
  EXPECT_LT(table.by_channel.at(0).score.low.value(), table.by_channel.at(0).score.mean.value());
  EXPECT_EQ(table.by_session.at(0).from, 1);
  EXPECT_TRUE(table.by_session.at(0).score.mean);
  EXPECT_TRUE(table.by_session.at(1).score.mean);
  EXPECT_FALSE(table.by_session.at(2).score.mean) << "nobody had one";
  // Three have a tenth session: it is hidden, and so is the row with which it could be taken from that of the chat.
  for (std::size_t i = 0; i < 3; ++i) all[i].forms.push_back(sent("sparq", at(kBegin, 60), 16, 10));
  const auto with_few = tables_of(all).alliance.at(0);
  EXPECT_TRUE(with_few.by_channel.at(0).score.mean);
  EXPECT_TRUE(with_few.by_session.at(0).score.mean);
  EXPECT_FALSE(with_few.by_session.at(1).score.mean);
  EXPECT_FALSE(with_few.by_session.at(2).score.mean);
}

TEST(Figures, TheChannelsTogetherGiveAwayNoRowOfSessionsThatIsHidden) {
  std::vector<Treatment> all;
  for (std::uint32_t i = 0; i < 20; ++i) {
    Treatment one;
    one.person = i;
    const bool by_messages = i % 2 == 0;
    one.forms.push_back(sent("sparq", at(kBegin, 3), 4 + i % 8, 1, by_messages));
    one.forms.push_back(sent("sparq", at(kBegin, 30), 5 + i % 8, 5, by_messages));
    // Three have a tenth session, two by messages and one in the chat: no other row holds these three.
    if (i < 3) one.forms.push_back(sent("sparq", at(kBegin, 60), 16, 10, by_messages));
    all.push_back(one);
  }
  const auto table = tables_of(all).alliance.at(0);
  EXPECT_TRUE(table.by_channel.at(0).score.mean);
  EXPECT_TRUE(table.by_channel.at(1).score.mean);
  EXPECT_TRUE(table.by_session.at(0).score.mean);
  EXPECT_FALSE(table.by_session.at(1).score.mean) << "both channels less both rows of sessions are the three";
  EXPECT_FALSE(table.by_session.at(2).score.mean);
}

TEST(Figures, MeansStandToATenthAndNotWherePeopleAreAlike) {
  const auto channel = [](const std::function<double(std::uint32_t)>& score) {
    std::vector<Treatment> all;
    for (std::uint32_t i = 0; i < 21; ++i) {
      Treatment one;
      one.person = i;
      one.forms.push_back(sent("sparq", at(kBegin, 3), score(i), 1));
      all.push_back(one);
    }
    return tables_of(all).alliance.at(0).by_channel.at(0).score;
  };
  const auto differing = channel([](std::uint32_t i) { return 5 + i % 8; });
  EXPECT_DOUBLE_EQ(*differing.mean, 8.1) << "171 by 21; from 8.142857 the 21 could be told";
  EXPECT_DOUBLE_EQ(*differing.low * 10, std::round(*differing.low * 10));
  EXPECT_DOUBLE_EQ(*differing.high * 10, std::round(*differing.high * 10));
  const auto alike = channel([](std::uint32_t) { return 12; });
  EXPECT_FALSE(alike.mean || alike.people) << "it would say what each of them answered";
  EXPECT_FALSE(channel([](std::uint32_t i) { return i == 0 ? 13 : 12; }).mean) << "nor of all but one";
}

TEST(Figures, PrecisionOfARuleCountsPeopleAndNoFewOfThem) {
  std::vector<Treatment> all;
  for (std::uint32_t i = 0; i < 20; ++i) {
    Treatment one;
    one.person = i;
    one.signals = {{"relationship-drop", "1", at(kBegin, 9), true, i < 15, i < 5},
                   {"improvement-from-start", "1", at(kBegin, 9), false, false, false},
                   {"relationship-drop", "1", at(kBegin + 1, 9), true, true, true}};
    all.push_back(one);
  }
  const auto rows = tables_of(all).signals;
  ASSERT_EQ(rows.size(), 1U) << "what is only to be known asks for no answer";
  EXPECT_EQ(rows.front().answered.count, 15);
  EXPECT_EQ(rows.front().useful.count, 10);
  EXPECT_EQ(rows.front().useful.of, 15);
  for (auto& one : all) one.signals.front().false_alarm = one.person < 4;
  EXPECT_FALSE(tables_of(all).signals.front().useful.share);
  // One person's twenty signals are one person's.
  Treatment noisy;
  noisy.signals.assign(20, {"no-contact", "1", at(kBegin, 9), true, true, false});
  EXPECT_TRUE(tables_of({noisy}).signals.empty());
}

// ---- A synthetic practice ------------------------------------------------------------------------------------------

TEST(Association, IsFoundBetweenPeopleAndPooledAcrossTherapists) {
  const auto found = tables_of(practice(500, 12, 7, kBegin)).association;
  EXPECT_EQ(found.people, 500);
  ASSERT_TRUE(found.between && found.within && found.therapists);
  EXPECT_GT(found.between->value, .4);
  EXPECT_LT(found.between->low, found.between->value);
  EXPECT_LT(found.between->high, .95);
  EXPECT_GT(found.therapists->value, .4);
  EXPECT_LE(*found.expected_low, found.therapists->low);
  // A dip of one session has nothing to do with the next form here.
  EXPECT_LT(found.within->low, 0);
  EXPECT_GT(found.within->high, 0);
}

TEST(Association, StandsToTwoDecimals) {
  const auto found = tables_of(practice(500, 12, 7, kBegin)).association;
  const auto& between = found.between.value();
  const auto& within = found.within.value();
  const auto& therapists = found.therapists.value();
  for (const auto one :
       {between.value, between.low, between.high, within.value, within.low, within.high, therapists.value,
        therapists.low, therapists.high, found.expected_low.value(), found.expected_high.value()}) {
    EXPECT_NEAR(one * 100, std::round(one * 100), 1e-9) << one;
  }
}

TEST(Association, WithinPeopleIsTheMixedModels) {
  auto all = practice(80, 8, 3, kBegin);
  // Now what somebody answers next follows the relationship of the session before, point by point.
  for (auto& one : all) {
    double before = 0;
    for (auto& form : one.forms) {
      if (!form.score) continue;
      if (form.instrument == kind("phq-9")) form.score = *form.score - before;
      if (form.instrument == kind("sparq")) before = *form.score - 11;
    }
  }
  const auto found = tables_of(all).association;
  ASSERT_TRUE(found.within);
  EXPECT_GT(found.within->low, 0);
}

/// Two forms about the relationship before each PHQ-9, of which the second goes with what comes next. `turned`: the
/// first ones come in the opposite order.
std::vector<Treatment> rated_twice(bool turned) {
  constexpr int kBlocks = 5;
  Random random(21);
  std::vector<Treatment> all;
  for (std::uint32_t i = 0; i < 40; ++i) {
    Treatment one;
    one.person = i;
    one.forms.push_back(sent("phq-9", at(kBegin, 1), 12 + static_cast<double>(random.below(6))));
    std::vector<double> first;
    for (int block = 0; block < kBlocks; ++block) first.push_back(static_cast<double>(random.below(17)));
    if (turned) std::ranges::reverse(first);
    for (int block = 0; block < kBlocks; ++block) {
      const auto second = static_cast<double>(random.below(17));
      const auto day = 4 + 12 * block;
      // In the order in which they were asked for, which is not that in which they were sent.
      one.forms.push_back(sent("sparq", at(kBegin, day + 3), second, 2 * block + 2));
      one.forms.push_back(sent("sparq", at(kBegin, day), first.at(static_cast<std::size_t>(block)), 2 * block + 1));
      one.forms.push_back(sent("phq-9", at(kBegin, day + 5), 20 - second + static_cast<double>(random.below(3))));
    }
    all.push_back(one);
  }
  return all;
}

TEST(Association, WhatSomebodyAnsweredNextCountsOnceWithTheLatestForm) {
  const auto found = tables_of(rated_twice(false)).association;
  const auto turned = tables_of(rated_twice(true)).association;
  ASSERT_TRUE(found.within && turned.within);
  EXPECT_GT(found.within->low, 0);
  EXPECT_DOUBLE_EQ(found.within->value, turned.within->value);
  EXPECT_DOUBLE_EQ(found.within->low, turned.within->low) << "the first ones add no steps";
}

TEST(Association, NeverComparesTwoVersionsOfAScoring) {
  auto all = practice(60, 5, 3, kBegin);
  const auto anew = scored_anew("phq-9", "2030");
  for (auto& one : all) {
    // Only the first is of the version of now: nothing comes after it by which it could be held against.
    for (std::size_t i = 1; i < one.forms.size(); ++i) {
      if (one.forms[i].instrument == kind("phq-9")) one.forms[i].instrument = &anew;
    }
  }
  auto without_first = all;
  for (auto& one : without_first) {
    const auto first = std::ranges::find(one.forms, kind("phq-9"), &Form::instrument);
    if (first != one.forms.end()) one.forms.erase(first);
  }
  const auto found = tables_of(all).association;
  const auto same = tables_of(without_first).association;
  ASSERT_TRUE(found.between && same.between);
  EXPECT_DOUBLE_EQ(found.between->value, same.between->value);
  EXPECT_DOUBLE_EQ(found.within->value, same.within->value);
}

TEST(Association, WithinPeopleIsHiddenWhereItLeavesAFewOut) {
  auto all = practice(60, 5, 3, kBegin);
  ASSERT_TRUE(tables_of(all).association.within);
  // Of so many only one form is followed by another: they are among the people, and not within.
  const auto have_one_step = [&](std::size_t count) {
    auto changed = all;
    for (std::size_t i = 0; i < count; ++i) {
      auto& one = changed[i];
      one.forms = {sent("phq-9", at(kBegin, 1), 12), sent("sparq", at(kBegin, 2), 8.0 + static_cast<double>(i), 1),
                   sent("phq-9", at(kBegin, 60), 9)};
    }
    return tables_of(changed).association;
  };
  for (const std::size_t few : {1, 4}) {
    const auto found = have_one_step(few);
    EXPECT_TRUE(found.between) << few;
    EXPECT_FALSE(found.within) << few;
  }
  EXPECT_TRUE(have_one_step(5).within);
}

TEST(Association, NeedsManyPeopleAndManyTherapistsWithEnoughClientsEach) {
  EXPECT_FALSE(tables_of(practice(19, 3, 1, kBegin)).association.people);
  const auto few = tables_of(practice(40, 4, 1, kBegin)).association;
  EXPECT_TRUE(few.between);
  EXPECT_FALSE(few.therapists) << "four therapists";
  EXPECT_FALSE(tables_of(practice(40, 10, 1, kBegin)).association.therapists) << "four clients each";
}

TEST(Figures, NameNobodyAndRankNobody) {
  const auto all = practice(500, 12, 11, kBegin);
  auto shuffled = all;
  // Which therapist is which changes nothing.
  for (auto& one : shuffled) one.therapist = 11 - one.therapist;
  const auto before = tables_of(all);
  const auto after = tables_of(shuffled);
  EXPECT_NEAR(before.association.therapists->value, after.association.therapists->value, 1e-9);
  EXPECT_EQ(json(before).find("\"therapist\""), std::string::npos);
  EXPECT_EQ(json(before).find("\"person\""), std::string::npos);
}

// ---- Somebody who adds and takes away all that is shown
// --------------------------------------------------------------

/// Every number of people, forms or signals that stands in the report.
void collect(const Share& share, std::vector<std::int64_t>& numbers) {
  for (const auto& one : {share.count, share.of, share.people}) {
    if (one) numbers.push_back(*one);
  }
}
std::vector<std::int64_t> numbers_of(const Tables& tables) {
  std::vector<std::int64_t> numbers;
  collect(tables.planned_end, numbers);
  for (const auto& row : tables.forms) collect(row.sent, numbers);
  for (const auto& row : tables.change) {
    collect(row.improved, numbers);
    collect(row.recovered.value_or(Share{}), numbers);
    collect(row.worse, numbers);
  }
  for (const auto& table : tables.alliance) {
    for (const auto& row : table.by_channel) numbers.push_back(row.score.people.value_or(0));
    for (const auto& row : table.by_session) numbers.push_back(row.score.people.value_or(0));
  }
  for (const auto& row : tables.signals) {
    collect(row.answered, numbers);
    collect(row.useful, numbers);
  }
  numbers.push_back(tables.association.people.value_or(0));
  return numbers;
}

/// What one table counts, and what stands behind each figure of it that is shown: reckoned here once more and otherwise
/// than the program does. A sum is of the same set as its mean and number.
struct Table {
  std::vector<std::uint32_t> person_of;  ///< of each form, signal or person that is counted
  std::set<Members> shown;
  std::size_t hidden = 0;

  /// Numbers for those of the table for which it is so, in the order in which they were added.
  std::map<std::string, Members> sets;
  void add(std::uint32_t person, const std::map<std::string, bool>& is_in) {
    for (const auto& [name, is_it] : is_in) {
      if (is_it) sets[name].push_back(static_cast<std::uint32_t>(person_of.size()));
    }
    person_of.push_back(person);
  }
  void show(bool is_shown, const std::vector<std::string>& names) {
    if (!is_shown) ++hidden;
    for (const auto& name : names) {
      if (is_shown) shown.insert(sets[name]);
    }
  }
};

bool is_of(Quarter quarter, const std::optional<Time>& when) {
  return when && begin_of(quarter) <= *when && *when < begin_of(quarter + 1);
}

Table of_ends(const std::vector<Treatment>& all, const Tables& tables, Quarter quarter) {
  Table table;
  for (const auto& one : all) {
    if (is_of(quarter, one.ended_at)) table.add(one.person, {{"all", true}, {"planned", one.end_was_planned}});
  }
  table.show(tables.planned_end.of.has_value(), {"all", "planned"});
  return table;
}

Table of_forms(const std::vector<Treatment>& all, const FormsRow& row, Quarter quarter) {
  Table table;
  for (const auto& one : all) {
    for (const auto& form : one.forms) {
      if (form.instrument->id() != row.questionnaire || !is_of(quarter, form.due_at)) continue;
      table.add(one.person, {{"all", true}, {"sent", form.sent_at.has_value()}});
    }
  }
  table.show(row.sent.of.has_value(), {"all", "sent"});
  return table;
}

Table of_changes(const std::vector<Treatment>& all, const ChangeRow& row, Quarter quarter) {
  EXPECT_EQ(row.questionnaire, "phq-9");
  Table table;
  for (const auto& one : all) {
    const auto course = course_of(one, *kind(row.questionnaire), {quarter, quarter});
    if (!course) continue;
    const auto fall = course->first - course->latest;  // its threshold is 6 and its cut-off is 10
    table.add(one.person, {{"all", true},
                           {"improved", fall >= 6},
                           {"worse", fall <= -6},
                           {"clinical", course->first >= 10},
                           {"recovered", fall >= 6 && course->first >= 10 && course->latest < 10}});
  }
  table.show(row.improved.of.has_value(), {"improved", "all"});
  table.show(row.recovered && row.recovered->of, {"recovered", "clinical"});
  table.show(row.worse.of.has_value(), {"worse", "all"});
  return table;
}

Table of_ratings(const std::vector<Treatment>& all, const AllianceTable& shown, Quarter quarter) {
  Table table;
  for (const auto& one : all) {
    for (const auto& form : one.forms) {
      if (form.instrument->id() != shown.questionnaire || form.session == 0 || !is_of(quarter, form.sent_at)) continue;
      const auto from = form.session < 4 ? "1" : form.session < 8 ? "4" : form.session < 16 ? "8" : "16";
      table.add(one.person, {{from, true}, {form.by_messages ? "messages" : "chat", true}});
    }
  }
  for (const auto& row : shown.by_channel) table.show(row.score.mean.has_value(), {row.channel});
  for (const auto& row : shown.by_session) table.show(row.score.mean.has_value(), {std::to_string(row.from)});
  return table;
}

/// Of PHQ-9 and SPARQ: who has a correlation, and who of them has two forms of PHQ-9 that come next after one of SPARQ.
Table of_association(const std::vector<Treatment>& all, const Association& shown, Quarter quarter) {
  Table table;
  std::map<std::uint32_t, std::set<std::uint32_t>> of_therapist;
  for (const auto& one : all) {
    std::map<Time, bool> symptoms;  // and whether one of SPARQ stands before it
    bool rated = false;
    for (const auto& form : one.forms) {
      if (form.instrument == kind("phq-9") && form.score) symptoms[*form.sent_at] = false;
    }
    for (const auto& form : one.forms) {
      if (form.instrument != kind("sparq") || !is_of(quarter, form.sent_at)) continue;
      rated = true;
      const auto next = symptoms.upper_bound(*form.sent_at);
      if (next != symptoms.end()) next->second = true;
    }
    if (!rated || symptoms.size() < 2) continue;
    const auto steps = std::ranges::count_if(symptoms, [](const auto& form) { return form.second; });
    of_therapist[one.therapist].insert(one.person);
    table.add(one.person, {{"all", true}, {"within", steps > 1}, {std::to_string(one.therapist), true}});
  }
  if (table.person_of.size() < kFewestForAssociation) return table;
  std::size_t therapists = 0;
  for (const auto& [therapist, people] : of_therapist) {
    if (std::ssize(people) < kFive) continue;
    ++therapists;
    auto& pooled = table.sets["therapists"];
    const auto& own = table.sets[std::to_string(therapist)];
    pooled.insert(pooled.end(), own.begin(), own.end());
  }
  std::ranges::sort(table.sets["therapists"]);
  table.show(shown.people.has_value(), {"all"});
  if (table.sets["within"].size() >= kFewestForAssociation) table.show(shown.within.has_value(), {"within"});
  if (therapists >= 5) table.show(shown.therapists.has_value(), {"therapists"});
  return table;
}

Table of_signals(const std::vector<Treatment>& all, const SignalRow& row, Quarter quarter) {
  Table table;
  for (const auto& one : all) {
    for (const auto& signal : one.signals) {
      if (signal.rule != row.rule || !is_of(quarter, signal.found_at)) continue;
      table.add(one.person,
                {{"all", true}, {"answered", signal.answered}, {"useful", signal.answered && !signal.false_alarm}});
    }
  }
  table.show(row.answered.of.has_value(), {"all", "answered"});
  table.show(row.useful.of.has_value(), {"answered", "useful"});
  return table;
}

/// Adds and takes away all that a table shows, each figure once, in every way there is. Where a group is left, it is
/// nobody or five people at the least.
void attack(const Table& table, std::set<Members>::const_iterator next, std::vector<int>& left) {
  if (next == table.shown.end()) {
    if (!std::ranges::all_of(left, [](int one) { return one == 0 || one == 1; })) return;
    std::set<std::uint32_t> people;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (left[i] == 1) people.insert(table.person_of[i]);
    }
    EXPECT_TRUE(people.empty() || std::ssize(people) >= kFive) << people.size();
    return;
  }
  const auto count = [&](int times) {
    for (const auto one : *next) left[one] += times;
  };
  attack(table, std::next(next), left);
  count(1);
  attack(table, std::next(next), left);
  count(-2);
  attack(table, std::next(next), left);
  count(1);
}

/// So many of a kind of table were attacked, and so many of its figures were hidden.
struct Attacked {
  std::size_t tables = 0;
  std::size_t hidden = 0;

  void add(const Table& table) {
    std::vector<int> left(table.person_of.size());
    attack(table, table.shown.begin(), left);
    if (!table.shown.empty()) ++tables;
    hidden += table.hidden;
  }
};

/// A quarter in which people stop after any session, and change channels.
std::vector<Treatment> quarter_of_lives(std::uint32_t clients, Random& random, Quarter quarter) {
  std::vector<Treatment> all;
  const auto any = [&](std::uint64_t most) { return static_cast<double>(random.below(most + 1)); };
  for (std::uint32_t i = 0; i < clients; ++i) {
    Treatment one;
    one.person = i;
    one.therapist = i % 5;
    const auto last = 1 + static_cast<std::int64_t>(random.below(9));
    for (std::int64_t session = 1; session <= last; ++session) {
      const auto when = at(quarter, 2 + 9 * static_cast<int>(session - 1));
      one.sessions.push_back(when);
      if (random.uniform() < .7) one.forms.push_back(sent("phq-9", when, any(27)));
      if (random.uniform() < .1) one.forms.push_back(not_sent("phq-9", when));
      if (random.uniform() < .7) one.forms.push_back(sent("sparq", when, any(16), session, random.uniform() < .4));
      if (random.uniform() < .1) {
        one.signals.push_back({"relationship-drop", "1", when, true, random.uniform() < .7, random.uniform() < .4});
      }
    }
    if (random.uniform() < .5) one.ended_at = at(quarter, 85);
    one.end_was_planned = random.uniform() < .5;
    all.push_back(one);
  }
  return all;
}

TEST(Attacker, FindsNobodyInTheSumsAndDifferencesOfAnyTable) {
  Attacked ends, forms, changes, ratings, signals, association;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    Random random(seed);
    const auto here = quarter_of_lives(12 + static_cast<std::uint32_t>(random.below(30)), random, kBegin);
    const auto tables = tables_of(here);
    for (const auto number : numbers_of(tables)) EXPECT_EQ(number % kFive, 0);
    ends.add(of_ends(here, tables, kBegin));
    for (const auto& row : tables.forms) forms.add(of_forms(here, row, kBegin));
    for (const auto& row : tables.change) changes.add(of_changes(here, row, kBegin));
    for (const auto& table : tables.alliance) ratings.add(of_ratings(here, table, kBegin));
    for (const auto& row : tables.signals) signals.add(of_signals(here, row, kBegin));
    association.add(of_association(here, tables.association, kBegin));
  }
  for (const auto& one : {ends, forms, changes, ratings, signals, association}) {
    EXPECT_GT(one.tables, 20U) << "there is something to attack";
    EXPECT_GT(one.hidden, 5U) << "and something that would have given somebody away";
  }
}

TEST(Attacker, WhoComesOrIsErasedOutsideOfAPeriodChangesNothingInIt) {
  auto all = practice(60, 5, 5, kBegin);
  const auto before = json(tables_of(all));
  const auto later = practice(3, 1, 9, kBegin + 1);
  for (auto one : later) {
    one.person += 60;
    all.push_back(one);
  }
  EXPECT_EQ(json(tables_of(all)), before);
}

TEST(Measures, OfTheProgramAreReadAndWrongOnesAreRefusedByName) {
  const auto measures = shipped();
  EXPECT_EQ(measures.published.size(), 2U);
  EXPECT_EQ(measures.published.front().studies, 295);
  EXPECT_TRUE(std::ranges::none_of(measures.alliance, [](const auto& one) { return one.instrument == "risq"; }));
  const auto wrong = read_measures(R"({"alliance":[{"instrument":"sparq","scale":"negative"}]})", library());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "practice_report.measures");
  EXPECT_EQ(wrong.error().fields.front().path, "/alliance/0/scale");
  EXPECT_FALSE(
      read_measures(R"({"published":[{"setting":"x","r":2,"studies":1,"citation":"c","url":"u"}]})", library()));
  EXPECT_FALSE(read_measures(R"({"symptom":[]})", library()));
}

}  // namespace
}  // namespace rapport::practice_report
