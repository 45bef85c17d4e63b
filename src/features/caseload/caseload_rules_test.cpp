#include "features/caseload/caseload_rules.hpp"

#include <gtest/gtest.h>

namespace rapport::caseload {
namespace {

using std::chrono::days;
using std::chrono::hours;

const Time kNow = from_micros(1'795'000'000'000'000);

Standing somebody() {
  Standing one;
  one.client.episode = EpisodeId::make(kNow);
  one.client.opened_at = kNow - days(100);
  one.news.push_back({one.client.episode, kNow - hours(3), 0, {}, {}});
  return one;
}

std::vector<ReasonKind> kinds_of(const Standing& standing) {
  std::vector<ReasonKind> kinds;
  for (const auto& reason : reasons_of(standing, kNow)) kinds.push_back(reason.kind);
  return kinds;
}
using Kinds = std::vector<ReasonKind>;

Ahead session(encounters::Status status, Time at) {
  Ahead ahead;
  ahead.status = status;
  ahead.starts_at = at;
  return ahead;
}

TEST(Reasons, TellWhatTheClientDidNotSendFromWhatIsOnesOwn) {
  auto one = somebody();
  one.missing = {{one.client.episode, {}, "gad-7", kNow - hours(3), questionnaires::Respondent::therapist}};
  EXPECT_EQ(kinds_of(one), Kinds{ReasonKind::own_form_missing});
  one.missing.push_back({one.client.episode, {}, "k6", kNow - hours(4)});
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::form_missing, ReasonKind::own_form_missing}));
  EXPECT_EQ(reasons_of(one, kNow).front().questionnaire, "k6");
}

TEST(Reasons, SayThatSomethingIsUrgentRightAfterConcerns) {
  auto one = somebody();
  one.next = session(encounters::Status::planned, kNow + hours(20));
  one.urgent_at = kNow - hours(1);
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::urgent, ReasonKind::session_soon}));
  EXPECT_EQ(reasons_of(one, kNow).front().at, kNow - hours(1));
}

TEST(Reasons, AreNoneWhereNothingWaits) {
  auto one = somebody();
  EXPECT_EQ(kinds_of(one), Kinds{});
  one.next = session(encounters::Status::planned, kNow + hours(25));
  EXPECT_EQ(kinds_of(one), Kinds{}) << "tomorrow's tomorrow is soon enough";
}

TEST(Reasons, OfMessagesGoByWhatWasAgreed) {
  auto one = somebody();
  one.news.push_back({one.client.episode, kNow - hours(30), 2, kNow - hours(29), kNow - hours(30)});
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::reply_due, ReasonKind::unread}));
  auto reasons = reasons_of(one, kNow);
  EXPECT_FALSE(reasons[0].at) << "nothing is agreed";
  EXPECT_EQ(reasons[0].since, kNow - hours(30));
  EXPECT_EQ(reasons[1].count, 2);
  EXPECT_EQ(reasons[1].at, kNow - hours(29));
  one.client.reply_hours = 36;
  EXPECT_EQ(reasons_of(one, kNow)[0].at, kNow + hours(6));
  EXPECT_EQ(kinds_of(one).front(), ReasonKind::reply_due);
  one.client.reply_hours = 24;
  EXPECT_EQ(kinds_of(one).front(), ReasonKind::reply_overdue);
}

TEST(Reasons, OfSessionsAreOpenNotBegunAndSoon) {
  auto one = somebody();
  one.next = session(encounters::Status::open, kNow - hours(1));
  EXPECT_EQ(kinds_of(one), Kinds{ReasonKind::session_open});
  one.next = session(encounters::Status::planned, kNow - hours(1));
  EXPECT_EQ(kinds_of(one), Kinds{ReasonKind::session_not_begun});
  one.next = session(encounters::Status::planned, kNow + hours(23));
  EXPECT_EQ(kinds_of(one), Kinds{ReasonKind::session_soon});
}

TEST(Reasons, OfFormsCountWhatIsMissingAndNothingOfRisq) {
  auto one = somebody();
  one.missing = {{one.client.episode, {}, "risq", kNow - hours(1)},
                 {one.client.episode, {}, "sparq", kNow - hours(2)},
                 {one.client.episode, {}, "gad-7", kNow - hours(3)}};
  const auto reasons = reasons_of(one, kNow);
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reasons[0].kind, ReasonKind::form_missing);
  EXPECT_EQ(reasons[0].count, 2);
  EXPECT_EQ(reasons[0].questionnaire, "sparq");
  one.missing.resize(1);
  EXPECT_EQ(kinds_of(one), Kinds{});
}

TEST(Reasons, OfConcernsStandBeforeAllOthersAndNeverTellOfRifts) {
  auto one = somebody();
  one.next = session(encounters::Status::open, kNow - hours(1));
  safety::Concern concern;
  concern.instrument = "phq-9";
  concern.raised_at = kNow - hours(2);
  for (const auto kind : {safety::Kind::rift, safety::Kind::unanswered, safety::Kind::safety}) {
    concern.kind = kind;
    concern.acknowledge_by = kNow - hours(1);
    concern.supervisor = AccountId::make(kNow);
    one.concerns.push_back(concern);
  }
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::concern, ReasonKind::concern_unanswered, ReasonKind::session_open}));
  EXPECT_EQ(reasons_of(one, kNow)[0].until, kNow - hours(1)) << "then the supervisor is told";
  for (auto& each : one.concerns) each.acknowledged_at = kNow;
  EXPECT_EQ(reasons_of(one, kNow)[0].until, std::nullopt);
  for (auto& each : one.concerns) {
    each.acknowledged_at.reset();
    each.supervisor.reset();
  }
  EXPECT_EQ(reasons_of(one, kNow)[0].until, std::nullopt) << "there is nobody to be told then";
}

TEST(Reasons, StandInTheOrderOfTheirGravity) {
  auto one = somebody();
  one.next = session(encounters::Status::planned, kNow + hours(1));
  one.missing = {{one.client.episode, {}, "gad-7", kNow - hours(3)}};
  one.client.reply_hours = 1;
  one.news[0].waiting_since = kNow - hours(3);
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::reply_overdue, ReasonKind::form_missing, ReasonKind::session_soon}));
}

signals::StoredSignal signal(signals::Kind kind, signals::Level level, Time at) {
  signals::StoredSignal one;
  one.id = signals::SignalId::make(at);
  one.kind = kind;
  one.level = level;
  one.instrument = "phq-9";
  one.at = at;
  return one;
}

TEST(Reasons, OfSignalsAreTheGravestOnceWithHowManyMoreThereAre) {
  using signals::Kind;
  using signals::Level;
  auto one = somebody();
  one.client.reply_hours = 1;
  one.news[0].waiting_since = kNow - hours(3);
  one.signals = {signal(Kind::rupture_candidate, Level::look, kNow - hours(1)),
                 signal(Kind::deterioration, Level::act, kNow - hours(9)),
                 signal(Kind::missing, Level::look, kNow - hours(1)),
                 signal(Kind::reliable_improvement, Level::info, kNow)};
  one.words[one.signals[1].id] = "PHQ-9 is 18.";
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::reply_overdue, ReasonKind::signal_act})) << "a promise stands first";
  const auto reason = reasons_of(one, kNow)[1];
  EXPECT_EQ(reason.signal, one.signals[1].id);
  EXPECT_EQ(reason.words, "PHQ-9 is 18.");
  EXPECT_EQ(reason.count, 2) << "that a form is missing the list says by itself";
  one.signals[1].state = signals::State::answered;
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::reply_overdue, ReasonKind::signal_look}));
  one.signals[0].holds = false;
  EXPECT_EQ(kinds_of(one), Kinds{ReasonKind::reply_overdue});
}

TEST(Reasons, OfRepliesThatAreDueWithinADayStandBeforeSignalsToLookAtAndBehindSignalsToActOn) {
  using signals::Level;
  auto one = somebody();
  one.news[0].waiting_since = kNow - hours(1);
  one.client.reply_hours = 25;
  one.signals = {signal(signals::Kind::rupture_candidate, Level::look, kNow - hours(1))};
  one.follow_ups.push_back({one.client.episode, one.signals[0].id, one.signals[0].kind, kNow});
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::reply_due, ReasonKind::signal_look, ReasonKind::follow_up}));
  one.client.reply_hours = 26;
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::signal_look, ReasonKind::follow_up, ReasonKind::reply_due}))
      << "there is time until tomorrow";
  one.client.reply_hours.reset();
  EXPECT_EQ(kinds_of(one).back(), ReasonKind::reply_due) << "nothing is agreed";
  one.client.reply_hours = 25;
  one.signals[0].level = Level::act;
  EXPECT_EQ(kinds_of(one).front(), ReasonKind::signal_act);
  one.client.reply_hours = 1;
  one.news[0].waiting_since = kNow - hours(2);
  EXPECT_EQ(kinds_of(one).front(), ReasonKind::reply_overdue);
}

TEST(Reasons, OfAFirstContactStandBesideThoseOfReplies) {
  using signals::Level;
  auto one = somebody();
  one.contact_by = kNow + hours(25);
  EXPECT_EQ(kinds_of(one), Kinds{}) << "there is time until tomorrow";
  one.contact_by = kNow + hours(24);
  one.signals = {signal(signals::Kind::rupture_candidate, Level::look, kNow - hours(1))};
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::contact_due, ReasonKind::signal_look}));
  one.contact_by = kNow - hours(1);
  one.signals[0].level = Level::act;
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::contact_overdue, ReasonKind::signal_act}));
  EXPECT_EQ(reasons_of(one, kNow)[0].at, kNow - hours(1));
  one.client.reply_hours = 1;
  one.news[0].waiting_since = kNow - hours(2);
  EXPECT_EQ(kinds_of(one), (Kinds{ReasonKind::reply_overdue, ReasonKind::contact_overdue, ReasonKind::signal_act}));
}

TEST(Reasons, OfSilenceAndOfAWorseningAreTheSignalsAlone) {
  auto one = somebody();
  one.news[0].last_at = kNow - days(99);
  EXPECT_EQ(kinds_of(one), Kinds{}) << "what the rules have not found the list does not say";
  for (const auto kind : {signals::Kind::silence, signals::Kind::deterioration}) {
    one.signals = {signal(kind, signals::Level::look, kNow - days(3))};
    EXPECT_EQ(kinds_of(one), Kinds{ReasonKind::signal_look});
    one.signals[0].state = signals::State::answered;
    EXPECT_EQ(kinds_of(one), Kinds{}) << "it was dealt with";
  }
}

TEST(Reasons, OfLooksAgainStandAfterSignals) {
  auto one = somebody();
  one.follow_ups.push_back(
      {one.client.episode, signals::SignalId::make(kNow), signals::Kind::deterioration, kNow - hours(2)});
  one.words[one.follow_ups[0].signal] = "Reliably worse";
  EXPECT_EQ(kinds_of(one), Kinds{ReasonKind::follow_up});
  EXPECT_EQ(reasons_of(one, kNow)[0].words, "Reliably worse");
}

TEST(Clients, WhoNeedMostStandFirstAndWhoeverWaitsLongestAmongThem) {
  const auto with = [](const std::string& name, std::vector<Reason> reasons, Time last) {
    CaseloadClient one;
    one.episode = EpisodeId::make(kNow);
    one.client.name = name;
    one.reasons = std::move(reasons);
    one.last_contact = last;
    return one;
  };
  const auto because = [](ReasonKind kind, Time at) {
    Reason one;
    one.kind = kind;
    one.at = at;
    return one;
  };
  std::vector<CaseloadClient> clients{with("look", {because(ReasonKind::signal_look, kNow - hours(9))}, kNow),
                                      with("later", {because(ReasonKind::reply_due, kNow + hours(30))}, kNow),
                                      with("today", {because(ReasonKind::reply_due, kNow + hours(2))}, kNow),
                                      with("act", {because(ReasonKind::signal_act, kNow - hours(1))}, kNow),
                                      with("quiet", {}, kNow - hours(9)),
                                      with("unread", {because(ReasonKind::unread, kNow - hours(1))}, kNow),
                                      with("talkative", {}, kNow),
                                      with("late", {because(ReasonKind::reply_overdue, kNow - hours(1))}, kNow),
                                      with("latest", {because(ReasonKind::reply_overdue, kNow - hours(2))}, kNow)};
  sort_by_need(clients, kNow);
  std::vector<std::string> names;
  for (const auto& one : clients) names.push_back(one.client.name);
  EXPECT_EQ(names, (std::vector<std::string>{"latest", "late", "act", "today", "look", "later", "unread", "talkative",
                                             "quiet"}));
}

}  // namespace
}  // namespace rapport::caseload
