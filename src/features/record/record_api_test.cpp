#include "features/record/record_api.hpp"

#include <boost/json/parse.hpp>
#include <condition_variable>
#include <future>

#include "features/attachments/attachments_rules.hpp"
#include "features/consent/consent.hpp"
#include "features/consent/consent_texts.hpp"
#include "features/encounters/encounters.hpp"
#include "features/encounters/note_sections.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/record/record.hpp"
#include "features/record/record_rules.hpp"
#include "support/full_house.hpp"

namespace rapport::record {
namespace {

using questionnaires::FormId;

/// Whoever asks for the time waits until it is let go on.
class HeldClock final : public Clock {
 public:
  Time now() const override {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return goes_; });
    return from_micros(1'795'000'000'000'000);
  }
  bool has_in_hand(int wanted) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return waiting_ == wanted; });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    goes_ = true;
    changed_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable int waiting_ = 0;
  bool goes_ = false;
};

class RecordApi : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_record_routes(routes);
    routes.finish();
  }
  http::Response read_by(AccountId viewer, const std::string& file = "record.json") {
    return read_in(*house, viewer, file);
  }
  http::Response read_in(House& place, AccountId viewer, const std::string& file = "record.json") {
    const auto match = routes.find(http::Method::get, "/api/me/" + file);
    Context context{place, {viewer, access::Role::client, SessionId::make(clock.now()), practice}};
    http::Call call{nullptr, match.route, match.path, {}, soon()};
    const http::BodyInput input;
    return routes.answer(match, context, call, {&input, 1}).front();
  }
  void say(AccountId of, AccountId author, RoomId room, const std::string& text) {
    const auto key = keys->key_for(of, soon()).value();
    const auto words = http::Text<1, messages::kLongestText>::from(text).value();
    const auto sealed =
        messages::seal_message(*key, author, {MessageId::make(clock.now()), words}, clock.now()).value();
    ASSERT_TRUE(
        write([&](store::WriteTx& tx) { return messages::append_messages(tx, author, room, {sealed}, clock.now()); }));
  }
  /// A file of the client's that goes with the first message of the chat.
  void attach(const std::string& name, const std::string& type, std::int64_t bytes, const std::string& content) {
    using namespace attachments;
    const auto key = keys->key_for(client, soon()).value();
    const auto id = AttachmentId::make(clock.now());
    const StoredAttachment file{
        id,    client, client,      chat.uuid(),
        bytes, false,  clock.now(), seal_about(*key, id, {name, type, {}, {}, "what it shows"})};
    const auto attached = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(announce(tx, file, std::int64_t{1} << 40));
      TRY(finish(tx, client, file, {seal_part(*key, id, 0, content)}));
      TRY_ASSIGN(const auto messages, messages::read_page(tx, client, chat, {}));
      return hang_on(tx, client, chat, messages.at(0).id, {{id, file.sealed_about}});
    });
    ASSERT_TRUE(attached) << attached.error().detail;
  }
  /// With a point on its agenda and a private note.
  void hold_session() {
    const auto key = keys->key_for(client, soon()).value();
    const auto id = EncounterId::make(clock.now());
    const auto item = encounters::AgendaItemId::make(clock.now());
    const auto held = write([&](store::WriteTx& tx) -> Result<void> {
      const auto now = clock.now();
      TRY(encounters::plan_encounter(tx, therapist, episode, id, {now, 50, encounters::Channel::chat, ""}, now));
      TRY(encounters::put_agenda_item(tx, client, id, item, 0, false, access::seal(*key, item.bytes(), "agenda words"),
                                      now));
      TRY(encounters::open_encounter(tx, therapist, id, now));
      TRY(encounters::close_encounter(tx, therapist, id, now + std::chrono::minutes(50)));
      TRY_ASSIGN(const auto section, (http::Text<1, 40>::from("talked")));
      TRY_ASSIGN(const auto words, (http::Text<0, encounters::kLongestSection>::from("note words")));
      TRY(encounters::save_note(tx, therapist, id, encounters::SittingId::make(now),
                                access::seal(*key, id.bytes(), encounters::write_sections({{section, words}})), now));
      return {};
    });
    ASSERT_TRUE(held) << held.error().detail;
  }
  /// Version by version.
  void send(const std::string& instrument, const std::vector<std::vector<double>>& versions) {
    const auto key = keys->key_for(client, soon()).value();
    const auto id = FormId::make(clock.now());
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return questionnaires::ask_form(
          tx, therapist, {id, episode, instrument, questionnaires::Occasion::after_session, {}}, clock.now());
    }));
    for (std::int64_t number = 1; number <= std::ssize(versions); ++number) {
      questionnaires::Answers answers{"en", {}};
      const auto& values = versions[static_cast<std::size_t>(number) - 1];
      for (std::size_t i = 0; i < values.size(); ++i) answers.answers.push_back({std::to_string(i + 1), values[i]});
      const auto scores =
          questionnaires::score_answers(*questionnaires::instruments().find(instrument), answers).value();
      const auto sent = write([&](store::WriteTx& tx) -> Result<void> {
        const auto draft = questionnaires::seal_answers(*key, id, 0, answers);
        TRY(questionnaires::save_answers(tx, client, id, number - 1, draft, [](const Bytes&) { return false; }));
        TRY(questionnaires::complete_form(
            tx, client,
            {id, number, number, clock.now(), questionnaires::seal_answers(*key, id, number, answers),
             questionnaires::seal_scores(*key, id, number, scores)}));
        return {};
      });
      ASSERT_TRUE(sent) << sent.error().detail;
    }
  }
  void note_access(AccountId viewer, const std::string& action) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      access::AuditEntry entry{.at = clock.now(), .viewer = viewer, .role = access::Role::therapist, .action = action};
      entry.client = client;
      entry.outcome = access::Outcome::done;
      access::write_audit(tx, entry);
      return {};
    }));
  }
  static bool has(const http::Response& answer, const std::string& words) {
    return answer.body.find(words) != std::string::npos;
  }

  Routes routes;
};

TEST_P(RecordApi, HoldsEverythingThatIsTheClientsAndNothingOfOthers) {
  hold_session();
  say(client, client, chat, "my words");
  say(client, therapist, chat, "her answer");
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return messages::advance_receipt(tx, therapist, chat, 1, 1); }));
  say(other_client, other_client, other_chat, "words of Cem");
  send("gad-7", {{1, 2, 1, 2, 1, 2, 1}, {0, 0, 0, 0, 0, 0}});
  send("risq", {{0, 1, 0, 0}});
  note_access(therapist, "course.read");
  for (const auto* file : {"record.json", "record.html"}) {
    const auto record = read_by(client, file);
    ASSERT_EQ(record.status, 200) << record.body;
    for (const auto* words :
         {"my words", "her answer", "agenda words", "Amara Client", "Berger Therapist",
          "Not being able to stop or control worrying", "More than half the days", "RISQ", "Moderate"}) {
      EXPECT_TRUE(has(record, words)) << file << " lacks " << words;
    }
    for (const auto* words : {"words of Cem", "note words", "notes"}) EXPECT_FALSE(has(record, words)) << words;
  }
  const auto json = read_by(client);
  EXPECT_TRUE(has(json, R"("by":"client","name":"Amara Client","text":"my words","read":true)")) << json.body;
  EXPECT_TRUE(has(json, R"("by":"therapist","name":"Berger Therapist","text":"her answer","read":false)"));
  EXPECT_TRUE(has(json, R"("version":2)"));
  EXPECT_TRUE(has(json, R"("value":10)")) << "the score of the first version";
  EXPECT_TRUE(has(json, R"("role":"therapist","action":"course.read")"));
  EXPECT_FALSE(has(read_by(other_client), "my words"));
}

TEST_P(RecordApi, CallsNothingMildBesideAnAnswerAboutHarm) {
  send("phq-9", {{0, 0, 0, 0, 0, 0, 0, 0, 1}});
  send("phq-9", {{1, 1, 1, 1, 1, 1, 1, 1}});
  for (const auto* file : {"record.json", "record.html"}) {
    const auto record = read_by(client, file);
    for (const auto* band : {"Minimal", "Mild"}) EXPECT_FALSE(has(record, band)) << file << " says " << band;
  }
  EXPECT_TRUE(has(read_by(client, "record.html"), "Total: 1 (0–27)"));
}

TEST_P(RecordApi, SaysWhoLookedAndNeverThatThereAreNotes) {
  note_access(therapist, "notes.read");
  note_access(therapist, "notes.write");
  note_access(therapist, "room.read");
  note_access(client, "room.read");
  const auto record = read_by(client);
  EXPECT_FALSE(has(record, "notes.")) << record.body;
  EXPECT_TRUE(has(record, R"("name":"Berger Therapist","role":"therapist","action":"room.read")"));
  EXPECT_FALSE(has(record, R"("name":"Amara Client","role")")) << "what they did themselves";
  EXPECT_TRUE(has(read_by(client, "record.html"), "read messages"));
}

TEST_P(RecordApi, HoldsWhatOneAgreedToAndWithdrew) {
  const auto decide = [&](AccountId person, const std::string& purpose, bool given, AccountId by) {
    consent::Decision one{.id = consent::ConsentId::make(clock.now()),
                          .person = person,
                          .purpose = purpose,
                          .version = consent::texts().asked_now(purpose)->version,
                          .language = "de",
                          .given = given,
                          .by = by,
                          .at = clock.now()};
    if (by != person)
      one.sealed_note = access::seal(*keys->key_for(person, soon()).value(), one.id.bytes(), "on paper");
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return consent::decide(tx, one, {}); }));
  };
  decide(client, "e_therapy", true, therapist);
  decide(client, "recording", true, client);
  decide(client, "recording", false, client);
  decide(other_client, "research", true, other_client);
  const auto json = read_by(client);
  EXPECT_TRUE(has(json, R"("by":"Berger Therapist","note":"on paper")")) << json.body;
  EXPECT_TRUE(has(json, R"("title":"Aufnahme von Sitzungen")"));
  EXPECT_FALSE(has(json, "research"));
  const auto page = read_by(client, "record.html");
  for (const auto* words : {"What you have agreed to", R"(<li><span lang="de">Aufnahme von Sitzungen</span>: )",
                            "You took it back", "written down by Berger Therapist", "on paper"}) {
    EXPECT_TRUE(has(page, words)) << words;
  }
}

TEST_P(RecordApi, IsAFileWhoseNameSaysNothing) {
  for (const auto* file : {"record.json", "record.html"}) {
    const auto record = read_by(client, file);
    const auto named = std::find_if(record.headers.begin(), record.headers.end(),
                                    [](const auto& one) { return one.first == "Content-Disposition"; });
    ASSERT_NE(named, record.headers.end());
    EXPECT_EQ(named->second, "attachment; filename=\"record-2026-11-18." + std::string(file).substr(7) + "\"");
  }
}

TEST_P(RecordApi, HoldsTheFilesOfMessagesAsFarAsTheyFit) {
  say(client, client, chat, "with files");
  attach("<b>.jpg", "image/jpeg", 4, "\xFF\xD8\xFF\xD9");
  attach("letter.pdf", "application/pdf", 5, "%PDF-");
  attach("long.mp3", "audio/mpeg", kMostFiles, "ID3");
  const auto json = read_by(client).body;
  EXPECT_NE(
      json.find(
          R"("name":"letter.pdf","type":"application/pdf","bytes":5,"description":"what it shows","content":"JVBERi0=")"),
      std::string::npos)
      << json;
  EXPECT_NE(json.find(R"("content":"/9j/2Q==")"), std::string::npos);
  EXPECT_EQ(json.find("SUQz"), std::string::npos) << "there is no room for it";
  const auto page = read_by(client, "record.html").body;
  for (const auto* words : {R"(<img src="data:image/jpeg;base64,/9j/2Q==" alt="what it shows">)", "File: &lt;b&gt;.jpg",
                            R"(<a href="data:application/pdf;base64,JVBERi0=" download="letter.pdf">)",
                            "File: long.mp3", "You find this one in Rapport."}) {
    EXPECT_NE(page.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(read_by(other_client).body.find("letter.pdf"), std::string::npos);
}

TEST_P(RecordApi, LeavesARowForEachDownload) {
  static const store::Query rows{"test.record_rows",
                                 "SELECT COUNT(*) FROM audit WHERE action = 'record.download' AND client_id = $1"};
  read_by(client);
  read_by(client);
  read_by(client, "record.html");
  const auto count = read([&](store::ReadTx& tx) -> Result<std::int64_t> {
    return tx.first(rows, {client}, [](const store::Row& row) { return row.int64(0); }).value_or(0);
  });
  EXPECT_EQ(count.value(), 3);
}

TEST_P(RecordApi, TellsWhoLookedInWordsAndNothingOfNotesOrOfOthers) {
  note_access(therapist, "room.read");
  note_access(therapist, "notes.write");
  note_access(client, "form.complete");
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    access::AuditEntry refused{
        .at = clock.now(), .viewer = stranger, .role = access::Role::therapist, .action = "form.read"};
    refused.client = client;
    refused.outcome = access::Outcome::refused;
    access::AuditEntry by_itself{.at = clock.now(), .action = "concern.escalate"};
    by_itself.client = client;
    by_itself.outcome = access::Outcome::done;
    access::write_audits(tx, {refused, by_itself});
    return {};
  }));
  const auto told = read_by(client, "access?language=de");
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_TRUE(has(told, R"("who":"Berger Therapist")"));
  EXPECT_TRUE(has(told, "las Nachrichten"));
  EXPECT_TRUE(has(told, "Rapport von selbst"));
  for (const auto* hidden : {"notes", "form.complete", "form.read", "Dora"}) EXPECT_FALSE(has(told, hidden)) << hidden;
  EXPECT_TRUE(has(read_by(other_client, "access"), R"("access":[])"));
}

TEST_P(RecordApi, CallsWhoeverWasNoTherapistOfTheClientThenADeputy) {
  note_access(deputy, "room.read");
  EXPECT_TRUE(has(read_by(client, "access"), R"("who":"Emil Deputy","role":"deputy")"));
  EXPECT_FALSE(has(read_by(client, "access"), R"("role":"therapist")"));
  clock.set(clock.now() + std::chrono::hours(1));
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    const people::NewHandOver now{people::HandOverId::make(clock.now()), episode, deputy, clock.now()};
    return people::plan_hand_over(tx, {therapist, access::Role::therapist, {}, practice}, now, {});
  }));
  clock.set(clock.now() + std::chrono::hours(1));
  note_access(deputy, "room.read");
  const auto told = read_by(client, "access").body;
  const auto since = told.find(R"("who":"Emil Deputy","role":"therapist")");
  const auto before = told.find(R"("who":"Emil Deputy","role":"deputy")");
  EXPECT_LT(since, before) << "each by the time of it, the latest first: " << told;
  EXPECT_NE(before, std::string::npos);
}

TEST_P(RecordApi, NamesWhoeverWroteItAndTellsOfEachHandOver) {
  const auto points = [&](AccountId author, const std::string& words) {
    const auto key = keys->key_for(client, soon()).value();
    const auto id = EncounterId::make(clock.now());
    const auto item = encounters::AgendaItemId::make(clock.now());
    const auto planned = write([&](store::WriteTx& tx) -> Result<void> {
      const encounters::Plan plan{clock.now(), 50, encounters::Channel::chat, ""};
      TRY(encounters::plan_encounter(tx, author, episode, id, plan, clock.now()));
      TRY(encounters::put_agenda_item(tx, author, id, item, 0, false, access::seal(*key, item.bytes(), words),
                                      clock.now()));
      return {};
    });
    ASSERT_TRUE(planned) << planned.error().detail;
  };
  const auto hour_later = [&] { clock.set(clock.now() + std::chrono::hours(1)); };
  say(client, client, chat, "my words");
  say(client, therapist, chat, "her words");
  points(therapist, "her point");
  hour_later();
  const auto as = [&](AccountId who) { return access::Viewer{who, access::Role::therapist, {}, practice}; };
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    const people::NewAbsence away{people::AbsenceId::make(clock.now()), therapist, deputy, clock.now(),
                                  clock.now() + std::chrono::hours(48)};
    TRY(people::announce(tx, as(therapist), away));
    TRY(people::answer_absence(tx, as(deputy), away.id, true));
    return {};
  }));
  say(client, deputy, chat, "words of who stood in");
  hour_later();
  const auto handed_over_at = clock.now();
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    const people::NewHandOver now{people::HandOverId::make(clock.now()), episode, deputy, clock.now()};
    return people::plan_hand_over(tx, as(therapist), now, {});
  }));
  hour_later();
  say(client, deputy, chat, "words of who took over");
  points(deputy, "a new point");

  const auto json = read_by(client).body;
  for (const auto& words : {std::string(R"("by":"client","name":"Amara Client","text":"my words")"),
                            std::string(R"("by":"therapist","name":"Berger Therapist","text":"her words")"),
                            std::string(R"("by":"deputy","name":"Emil Deputy","text":"words of who stood in")"),
                            std::string(R"("by":"therapist","name":"Emil Deputy","text":"words of who took over")"),
                            std::string(R"("by":"therapist","name":"Berger Therapist","text":"her point")"),
                            std::string(R"("by":"therapist","name":"Emil Deputy","text":"a new point")"),
                            R"("therapist":"Emil Deputy","hand_overs":[{"at":")" + to_rfc3339(handed_over_at) +
                                R"(","from":"Berger Therapist","to":"Emil Deputy"}])"}) {
    EXPECT_NE(json.find(words), std::string::npos) << words << " is not in " << json;
  }
  const auto page = read_by(client, "record.html").body;
  for (const auto* words :
       {"<h2>With Berger Therapist, then Emil Deputy, since ", "<li>Handed over from Berger Therapist to Emil Deputy, ",
        R"(<p class="s">You, )", R"(<p class="s">Berger Therapist, <time)",
        R"(<p class="s">Emil Deputy, deputy, <time)", R"(<p class="s">Emil Deputy, <time)",
        "her point (Berger Therapist)", "a new point (Emil Deputy)"}) {
    EXPECT_NE(page.find(words), std::string::npos) << words << " is not in " << page;
  }
  EXPECT_NE(read_by(client, "record.html?language=de").body.find("<li>Übergeben von Berger Therapist an Emil Deputy, "),
            std::string::npos);
  EXPECT_TRUE(has(read_by(other_client), R"("therapist":"Berger Therapist","hand_overs":[])"));
}

TEST_P(RecordApi, IsMadeForTwoAtATimeSoThatNobodyKeepsTheOthersFromTheirs) {
  HeldClock held;
  House slow{*db, *keys, passwords, log_in_guard, csrf, root, read_audit, hub, held};
  const auto read_slowly = [&](AccountId who) {
    return std::async(std::launch::async, [&, who] { return read_in(slow, who).status; });
  };
  auto first = read_slowly(client);
  auto second = read_slowly(other_client);
  EXPECT_TRUE(held.has_in_hand(2));
  const auto third = read_by(client);
  EXPECT_EQ(third.status, 503) << third.body;
  held.let_go();
  EXPECT_EQ(first.get(), 200);
  EXPECT_EQ(second.get(), 200);
  EXPECT_EQ(read_by(client).status, 200);
}

TEST_P(RecordApi, TellsWhoLookedPageByPage) {
  constexpr int kRows = 205;
  for (int row = 0; row < kRows; ++row) note_access(therapist, "room.read");
  const auto first = boost::json::parse(read_by(client, "access").body);
  EXPECT_EQ(first.at("access").as_array().size(), 200U);
  EXPECT_TRUE(first.at("more").as_bool());
  const std::string last(first.at("access").as_array().back().at("id").as_string());
  const auto second = boost::json::parse(read_by(client, "access?before=" + last).body);
  EXPECT_EQ(second.at("access").as_array().size(), 5U);
  EXPECT_FALSE(second.at("more").as_bool());
  const auto of_another = boost::json::parse(read_by(other_client, "access?before=" + last).body);
  EXPECT_TRUE(of_another.at("access").as_array().empty());
}

TEST_P(RecordApi, HasWhatTheTwoKeepBetweenSessionsAndWhatTheClientShowedNobody) {
  using between_sessions::seal;
  const auto key = keys->key_for(client, soon()).value();
  const auto now = clock.now();
  const auto goal = goals::GoalId::make(now);
  const auto rating = goals::RatingId::make(now);
  const auto approach = goals::ApproachId::make(now);
  homework::StoredHomework diary;
  diary.id = homework::HomeworkId::make(now);
  diary.episode = episode;
  diary.kind = homework::HomeworkKind::diary;
  diary.given_at = now;
  diary.sealed_task = seal(*key, diary.id, homework::TaskWords{"Evenings", ""});
  const auto page = homework::EntryId::make(now);
  homework::EntryContent content;
  content.text = "a <page> for me alone";
  const auto joy = achievements::AchievementId::make(now);
  const auto kept = write([&](store::WriteTx& tx) -> Result<void> {
    TRY(goals::add_goal(tx, client,
                        {goal,
                         episode,
                         {},
                         now,
                         goals::GoalState::active,
                         seal(*key, goal, goals::GoalWords{"Go out", "I am outside"})}));
    TRY(goals::rate(tx, client, {rating, goal, now, seal(*key, rating, goals::RatingWords{4, "slowly"})}));
    TRY(goals::propose_approach(tx, therapist,
                                {approach,
                                 episode,
                                 {},
                                 now,
                                 goals::ApproachState::proposed,
                                 {},
                                 {},
                                 seal(*key, approach, goals::ApproachChoice{{"mixed"}, "both", "as it fits"})}));
    TRY(homework::give(tx, therapist, diary));
    TRY(homework::save_entry(tx, client, {page, diary.id, now, now, 0, {}, seal(*key, page, content)},
                             [](const homework::StoredEntry&) { return false; }));
    TRY(achievements::add(tx, client,
                          {joy,
                           episode,
                           achievements::AchievementKind::mood,
                           {},
                           now,
                           now,
                           {},
                           seal(*key, joy, achievements::AchievementWords{"lighter", 6})}));
    return {};
  });
  ASSERT_TRUE(kept) << kept.error().detail;
  const auto json = read_by(client).body;
  for (const auto* words : {R"("text":"Go out")", R"("progress":4)", "as it fits", "a <page> for me alone",
                            R"("mood":6)", R"("models":["A mix, as it fits"])"}) {
    EXPECT_NE(json.find(words), std::string::npos) << words;
  }
  const auto html = read_by(client, "record.html").body;
  for (const auto* words : {"Go out", "4/10", "slowly", "Evenings", "a &lt;page&gt; for me alone", "seen by you alone",
                            "lighter", "How you want to work"}) {
    EXPECT_NE(html.find(words), std::string::npos) << words;
  }
  // Whoever reads it by exception sees what was shown.
  const auto stored = read([&](store::ReadTx& tx) { return read_record(tx, client); });
  ASSERT_TRUE(stored);
  std::string seen;
  http::write(seen, open_for_exception(*stored, *key, {}, now, supervisor).value());
  EXPECT_NE(seen.find("Go out"), std::string::npos);
  for (const auto* words : {"for me alone", "lighter"}) EXPECT_EQ(seen.find(words), std::string::npos) << words;
}

TEST_P(RecordApi, HasWhatTheClientSaidBeforeASessionAndWhereTheyWere) {
  using between_sessions::seal;
  const auto key = keys->key_for(client, soon()).value();
  const auto now = clock.now();
  const auto encounter = EncounterId::make(now);
  const auto never = [](const Bytes&) { return false; };
  const auto no_points = [](const check_in::CheckInTopic&) { return Bytes(); };
  check_in::CheckInContent sent;
  sent.feeling = 3;
  sent.went_well = "a <walk>";
  check_in::CheckInContent draft;
  draft.went_badly = "not sent yet";
  const safety_gate::Whereabouts where{"Ring 1", "AT", {}, "+43 1 234"};
  const safety_gate::UsualPlace usual{"Lane 2", "AT", {}, "+43 1 234"};
  const auto opened = write([&](store::WriteTx& tx) -> Result<void> {
    TRY(encounters::plan_encounter(tx, therapist, episode, encounter,
                                   {now + std::chrono::hours(2), 50, encounters::Channel::chat, ""}, now));
    TRY(check_in::send(tx, client, encounter, {0, sent, {}, 0, seal(*key, encounter, sent)}, never, no_points, now));
    TRY(check_in::save_draft(tx, client, encounter, 1, seal(*key, encounter, draft), never, now));
    TRY(safety_gate::answer(tx, client, encounter, seal(*key, encounter, where), now));
    safety_gate::keep_usual(tx, client, seal(*key, client, usual), now);
    return {};
  });
  ASSERT_TRUE(opened) << opened.error().detail;
  const auto json = read_by(client).body;
  for (const auto* words : {"a <walk>", "not sent yet", "Ring 1", "Lane 2"}) {
    EXPECT_NE(json.find(words), std::string::npos) << words;
  }
  const auto html = read_by(client, "record.html").body;
  for (const auto* words : {"a &lt;walk&gt;", "not sent yet", "3/10", "Ring 1", "Lane 2", "What you said before"}) {
    EXPECT_NE(html.find(words), std::string::npos) << words;
  }
  const auto stored = read([&](store::ReadTx& tx) { return read_record(tx, client); });
  ASSERT_TRUE(stored);
  std::string seen;
  http::write(seen, open_for_exception(*stored, *key, {}, now, supervisor).value());
  EXPECT_NE(seen.find("a <walk>"), std::string::npos);
  for (const auto* words : {"not sent yet", "Lane 2"}) EXPECT_EQ(seen.find(words), std::string::npos) << words;
}

INSTANTIATE_TEST_SUITE_P(Engines, RecordApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::record
