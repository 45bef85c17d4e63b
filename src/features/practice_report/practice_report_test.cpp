/// The report of a practice from what is stored to what is answered, on both engines.
#include "features/practice_report/practice_report.hpp"

#include <fmt/format.h>

#include "features/encounters/encounters.hpp"
#include "features/practice_report/practice_report_api.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/signals.hpp"
#include "http/shape.hpp"
#include "support/full_house.hpp"

namespace rapport::practice_report {
namespace {

using questionnaires::FormId;
using questionnaires::Occasion;
using std::chrono::days;
using std::chrono::hours;

constexpr int kClients = 24;

class PracticeReports : public testing::FullHouseTest {
 protected:
  struct Someone {
    AccountId account;
    EpisodeId episode;
  };

  void SetUp() override {
    FullHouseTest::SetUp();
    add_practice_report_routes(routes);
    routes.finish();
    maker.emplace(*house, Settings{});
  }
  Someone add_client() {
    const Someone one{AccountId::make(clock.now()), EpisodeId::make(clock.now())};
    EXPECT_TRUE(keys->create_for(one.account, soon()));
    const auto made = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(people::add_account(tx, HouseTest::account_of(one.account, "client")));
      TRY(people::open_episode(tx, one.episode, RoomId::make(clock.now()), practice, one.account, therapist,
                               clock.now()));
      return people::set_helpers(tx, one.episode, {deputy, neutral});
    });
    EXPECT_TRUE(made) << (made ? "" : made.error().detail);
    return one;
  }
  FormId ask(const Someone& one, const std::string& instrument, std::optional<EncounterId> session = {}) {
    const auto id = FormId::make(clock.now());
    EXPECT_TRUE(write([&](store::WriteTx& tx) {
      return questionnaires::ask_form(
          tx, therapist, {id, one.episode, instrument, Occasion::after_session, clock.now() + hours(1), session},
          clock.now());
    }));
    return id;
  }
  /// Answers all but what asks about harm, with this sum.
  void send(const Someone& one, FormId id, const std::string& instrument, int sum) {
    send_sealed(one, id, instrument, sum, one.account);
  }
  /// With the scores under somebody's key: under another's they do not open.
  void send_sealed(const Someone& one, FormId id, const std::string& instrument, int sum, AccountId whose) {
    const auto key = keys->key_for(one.account, soon()).value();
    const auto key_of_scores = keys->key_for(whose, soon()).value();
    const auto& kind = *questionnaires::instruments().find(instrument);
    questionnaires::Answers answers{"en", {}};
    for (const auto& question : kind.questions()) {
      const int value =
          instrument == "phq-9" && question.link_id == "9" ? 0 : std::min(static_cast<int>(question.max), sum);
      sum -= value;
      answers.answers.push_back({question.link_id, static_cast<double>(value)});
    }
    const auto scores = questionnaires::score_answers(kind, answers).value();
    const auto sent = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(questionnaires::save_answers(tx, one.account, id, 0, questionnaires::seal_answers(*key, id, 0, answers),
                                       [](const Bytes&) { return false; }));
      TRY(questionnaires::complete_form(tx, one.account,
                                        {id, 1, 1, clock.now(), questionnaires::seal_answers(*key, id, 1, answers),
                                         questionnaires::seal_scores(*key_of_scores, id, 1, scores)}));
      return {};
    });
    ASSERT_TRUE(sent) << sent.error().detail;
  }
  void answer(const Someone& one, const std::string& instrument, int sum) {
    send(one, ask(one, instrument), instrument, sum);
  }
  void hold_session(const Someone& one, int sparq) {
    const auto id = EncounterId::make(clock.now());
    const auto held = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(encounters::plan_encounter(tx, therapist, one.episode, id, {clock.now(), 50, encounters::Channel::chat, ""},
                                     clock.now()));
      TRY(encounters::open_encounter(tx, therapist, id, clock.now()));
      TRY(encounters::close_encounter(tx, therapist, id, clock.now() + std::chrono::minutes(50)));
      return {};
    });
    ASSERT_TRUE(held) << held.error().detail;
    send(one, ask(one, "sparq", id), "sparq", sparq);
  }
  void raise_signal(const Someone& one, bool is_private, std::string rule,
                    signals::Kind kind = signals::Kind::rupture_candidate, bool holds = true) {
    signals::StoredSignal signal;
    signal.id = signals::SignalId::make(clock.now());
    signal.episode = one.episode;
    signal.client = one.account;
    signal.rule = std::move(rule);
    signal.version = "1";
    signal.kind = kind;
    signal.level = signals::Level::look;
    signal.basis = "one";
    signal.at = signal.found_at = clock.now();
    signal.is_private = is_private;
    signal.sealed_body = {1, 2, 3};
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      signals::add_signal(tx, signal);
      signals::set_holds(tx, signal.id, holds);
      return {};
    }));
  }
  /// Of 24 people 10 get better, 8 worse; each has a session.
  std::vector<Someone> treat() {
    std::vector<Someone> all;
    for (int i = 0; i < kClients; ++i) all.push_back(add_client());
    clock.set(clock.now() + days(1));
    for (const auto& one : all) answer(one, "phq-9", 15);
    clock.set(clock.now() + days(14));
    for (int i = 0; i < kClients; ++i) {
      answer(all[static_cast<std::size_t>(i)], "phq-9", i < 10 ? 5 : i < 18 ? 22 : 15);
      hold_session(all[static_cast<std::size_t>(i)], 2 + i % 3);
    }
    return all;
  }
  void next_quarter() { clock.set(begin_of(quarter_of(clock.now()) + 1) + kSettles + hours(1)); }
  int make() {
    int steps = 0;
    for (;;) {
      const auto more = maker->step(soon());
      EXPECT_TRUE(more) << (more ? "" : more.error().detail);
      if (!more || !*more) return steps;
      ++steps;
    }
  }
  std::string look(access::Role role = access::Role::administrator, AccountId viewer = {}) {
    const std::string target = "/api/practice-report";
    const auto match = routes.find(http::Method::get, target);
    Context context{*house, {viewer == AccountId() ? administrator : viewer, role, log_in, practice}};
    http::Call one{nullptr, match.route, match.path, {}, soon()};
    http::BodyInput input;
    const auto answer = routes.answer(match, context, one, {&input, 1}).front();
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  std::vector<KeptPeriod> kept() {
    return read([](store::ReadTx& tx) -> Result<std::vector<KeptPeriod>> { return list_periods(tx); }).value();
  }
  Tables tables() { return http::parse<Tables>(http::parse_json(*kept().at(0).tables).value()).value(); }

  Routes routes;
  std::optional<Maker> maker;
  SessionId log_in = SessionId::make(clock.now());
};

TEST_P(PracticeReports, IsMadeAWeekAfterAPeriodAndStaysAsItWasShown) {
  const auto all = treat();
  EXPECT_NE(look().find(R"("making":{"done":0,"total":0})"), std::string::npos) << "nothing was looked at yet";
  EXPECT_GT(make(), 0);
  EXPECT_TRUE(kept().empty());
  EXPECT_NE(look().find(R"("next_from":"2026-10-01")"), std::string::npos) << look();
  clock.set(begin_of(quarter_of(clock.now()) + 1) + kSettles - hours(1));
  EXPECT_EQ(make(), 0) << "forms may still come";
  next_quarter();
  EXPECT_GT(make(), 2) << "a few treatments at each step";
  EXPECT_EQ(make(), 0);
  ASSERT_EQ(kept().size(), 1U);
  const auto found = tables();
  ASSERT_EQ(found.change.size(), 1U);
  EXPECT_EQ(found.change.front().improved.count, 10);
  EXPECT_EQ(found.change.front().improved.of, 25);
  EXPECT_EQ(found.change.front().worse.count, 10) << "of eight";
  ASSERT_EQ(found.alliance.size(), 1U);
  EXPECT_DOUBLE_EQ(*found.alliance.front().by_channel.front().score.mean, 3) << "of its positive questions the first";
  const auto shown = look();
  EXPECT_EQ(shown.find(all.front().account.text()), std::string::npos);
  EXPECT_EQ(shown.find(therapist.text()), std::string::npos);
  EXPECT_EQ(look(access::Role::coordinator, coordinator), shown);

  // Erased afterwards: nothing changes, whatever is made later.
  const auto before = *kept().front().tables;
  const auto gone = all.front();
  ASSERT_TRUE(keys->destroy(gone.account, soon()));
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    signals::erase_client(tx, gone.account);
    questionnaires::erase_client(tx, gone.account);
    return {};
  }));
  clock.set(clock.now() + days(3));
  for (std::size_t i = 1; i < all.size(); ++i) answer(all[i], "phq-9", 15);
  next_quarter();
  maker.emplace(*house, Settings{});  // as after a start
  EXPECT_GT(make(), 0) << "who has no key any more holds nothing up";
  ASSERT_EQ(kept().size(), 2U);
  EXPECT_EQ(*kept().back().tables, before);
  EXPECT_NE(look().find(R"("from":"2027-01-01")"), std::string::npos);
}

TEST_P(PracticeReports, RestsOnNothingThatClientsSayAboutTheirTherapist) {
  const auto all = treat();
  for (const auto& one : all) raise_signal(one, false, "relationship-drop");
  const auto made_without = [&] {
    next_quarter();
    make();
    return *kept().at(0).tables;
  };
  // Of half of them a yes, and of some a form that does not come; signals on it are private.
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto form = ask(all[i], "risq");
    if (i < 16) send(all[i], form, "risq", i < 8 ? 2 : 0);
    if (i < 8) raise_signal(all[i], true, "risq-yes");
  }
  const auto text = made_without();
  EXPECT_EQ(text.find("risq"), std::string::npos) << text;
  EXPECT_NE(text.find("relationship-drop"), std::string::npos);
  const auto found = tables();
  EXPECT_EQ(found.forms.size(), 2U) << "PHQ-9 and SPARQ";
}

TEST_P(PracticeReports, OfALockedRecordKnowsOnlyThatAndHowItEnded) {
  const auto all = treat();
  clock.set(clock.now() + days(1));
  for (int i = 0; i < 12; ++i) {
    const auto& one = all[static_cast<std::size_t>(i)];
    if (i < 6) {
      ASSERT_TRUE(write([&](store::WriteTx& tx) {
        questionnaires::NewForm form{FormId::make(clock.now()), one.episode, "gad-7", Occasion::on_request,
                                     clock.now()};
        form.moment = questionnaires::Moment::at_end;
        return questionnaires::ask_form(tx, therapist, form, clock.now());
      }));
    }
    if (i >= 6) {
      ASSERT_TRUE(write([&](store::WriteTx& tx) {
        questionnaires::NewForm form{FormId::make(clock.now()), one.episode, "risq", Occasion::on_request, clock.now()};
        form.moment = questionnaires::Moment::at_end;
        return questionnaires::ask_form(tx, therapist, form, clock.now());
      })) << "what is about the therapist makes no end a planned one";
    }
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return people::lock_client(tx, one.account, Bytes{1},
                                 Bytes(one.account.bytes().begin(), one.account.bytes().end()), clock.now());
    }));
    ASSERT_TRUE(keys->lock(one.account, soon()));
  }
  next_quarter();
  make();
  ASSERT_EQ(kept().size(), 1U);
  const auto found = tables();
  EXPECT_EQ(found.planned_end.of, 10);  // of twelve
  EXPECT_EQ(found.planned_end.count, 5);
  EXPECT_FALSE(found.change.front().improved.share) << "those who are left: none of the twelve is better";
  for (const auto& row : found.forms) EXPECT_NE(row.questionnaire, "gad-7");
}

TEST_P(PracticeReports, CountsDivergencesAndNoSignalThatEndedBeforeAnybodyAnsweredIt) {
  const auto all = treat();
  for (const auto& one : all) {
    raise_signal(one, true, "two-views", signals::Kind::divergence);
    raise_signal(one, false, "no-contact", signals::Kind::silence, false);
  }
  next_quarter();
  make();
  const auto found = tables().signals;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().rule, "two-views");
}

TEST_P(PracticeReports, LeavesOutATreatmentThatDoesNotOpen) {
  const auto all = treat();
  clock.set(clock.now() + days(1));
  send_sealed(all.front(), ask(all.front(), "phq-9"), "phq-9", 5, all.back().account);
  next_quarter();
  make();
  ASSERT_EQ(kept().size(), 1U);
  EXPECT_EQ(tables().change.front().improved.of, 25) << "of 23";
}

TEST_P(PracticeReports, WhereMostDoNotOpenNothingIsMadeAndNothingIsSaidToBeGoingOn) {
  const auto all = treat();
  clock.set(clock.now() + days(1));
  for (std::size_t i = 0; i < 20; ++i) {
    send_sealed(all[i], ask(all[i], "phq-9"), "phq-9", 5, all.back().account);
  }
  next_quarter();
  Result<bool> made = true;
  for (int i = 0; made && *made && i < 10; ++i) made = maker->step(soon());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "seal.broken");
  EXPECT_TRUE(kept().empty());
  EXPECT_EQ(look().find(R"("making":{)"), std::string::npos) << look();
  EXPECT_TRUE(maker->step(soon()).value()) << "it begins anew";
}

TEST_P(PracticeReports, IsKeptHoweverLongItTookToReckonItOut) {
  treat();
  next_quarter();
  const auto work = [&] { return read([](store::ReadTx& tx) -> Result<Work> { return *find_work(tx); }).value(); };
  ASSERT_TRUE(maker->step(soon()).value());
  while (work().done < work().total) ASSERT_TRUE(maker->step(soon()).value());
  EXPECT_TRUE(maker->step(std::chrono::steady_clock::now() - std::chrono::seconds(1)).value());
  EXPECT_EQ(kept().size(), 1U);
}

TEST_P(PracticeReports, IsLookedAtAgainWithoutAWrite) {
  make();
  const auto first = look();
  EXPECT_TRUE(write([&](store::WriteTx&) -> Result<void> {
    EXPECT_EQ(look(), first) << "though somebody else is writing";
    return {};
  }));
}

TEST_P(PracticeReports, AfterARestoreWhatMayHaveBeenShownIsNeverMadeAnew) {
  treat();
  make();
  next_quarter();
  // Put back to before it was made; meanwhile somebody may have it on paper.
  const auto withheld =
      write([&](store::WriteTx& tx) -> Result<std::int64_t> { return after_restore(tx, clock.now()); });
  EXPECT_EQ(withheld.value(), 1);
  EXPECT_EQ(make(), 0);
  ASSERT_EQ(kept().size(), 1U);
  EXPECT_FALSE(kept().front().tables);
  EXPECT_NE(look().find(R"("from":"2026-10-01","until":"2026-12-31")"), std::string::npos) << look();
  EXPECT_EQ(write([&](store::WriteTx& tx) -> Result<std::int64_t> { return after_restore(tx, clock.now()); }).value(),
            0);
}

TEST_P(PracticeReports, ASmallPracticeIsToldThatThereIsNothingYet) {
  make();
  const auto text = look();
  EXPECT_NE(text.find(R"("periods":[])"), std::string::npos) << text;
  EXPECT_NE(text.find("next_at"), std::string::npos);
  next_quarter();
  make();
  ASSERT_EQ(kept().size(), 1U) << "with the year it is over all the same";
  EXPECT_TRUE(tables().change.empty());
}

TEST_P(PracticeReports, AreReadOncePerLogInInTheAudit) {
  make();
  const std::string target = "/api/practice-report";
  const auto match = routes.find(http::Method::get, target);
  Context context{*house, {administrator, access::Role::administrator, SessionId::make(clock.now()), practice}};
  for (int i = 0; i < 3; ++i) {
    http::Call one{nullptr, match.route, match.path, {}, soon()};
    http::BodyInput input;
    EXPECT_EQ(routes.answer(match, context, one, {&input, 1}).front().status, 200);
  }
  static const store::Query count(
      "test.report_audit", "SELECT COUNT(*) FROM audit WHERE action = 'practice_report.read' AND client_id IS NULL");
  EXPECT_EQ(read([&](store::ReadTx& tx) -> Result<std::int64_t> {
              return *tx.first(count, {}, [](const store::Row& row) { return row.int64(0); });
            }).value(),
            1);
}

INSTANTIATE_TEST_SUITE_P(Engines, PracticeReports, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::practice_report
