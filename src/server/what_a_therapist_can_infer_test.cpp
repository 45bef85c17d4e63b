/// Whether anything that a therapist, their deputy or their supervisor can get differs by what a client answered about
/// the therapist (RISQ), or by which question they left out of what is about the session (SPARQ), or by single answers
/// to it that they do not show. Two practices are lived through in the same way but for those answers; then every
/// answer that can be read, and every live event, is held against its like, byte for byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "features/closing_account/closing_account.hpp"
#include "features/encounters/encounters.hpp"
#include "features/log_in/log_in_api.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/relationship_concern/relationship_concern.hpp"
#include "features/safety/safety.hpp"
#include "features/signals/evaluation.hpp"
#include "server/all_routes.hpp"
#include "server/service.hpp"
#include "support/full_house.hpp"

namespace rapport::server {
namespace {

/// A sign for each question of RISQ as it is sent, and corrected where there is a second; '-': left out.
using Sent = std::vector<std::string>;
const std::string kCourse = "/api/episodes/{episode}/course 200";
const Time kStart = from_micros(1'795'000'000'000'000);

class Inference : public testing::FullHouseTest {
 protected:
  struct Told {
    std::vector<AccountId> recipients;
    std::string frame;
  };
  using Seen = std::vector<std::string>;

  http::Response call(AccountId who, http::Method method, const std::string& target, const std::string& body = "") {
    http::Request request{method, target, {{"host", "x"}, {"content-type", "application/json"}}, body, "127.0.0.1"};
    auto& token = tokens_[who];
    if (token.empty()) {
      token = write([&](store::WriteTx& tx) -> Result<std::string> {
                return access::create_session(tx, who, clock.now()).token;
              }).value();
    }
    request.headers.emplace_back("cookie", std::string(log_in::kCookie) + "=" + token);
    request.headers.emplace_back("x-csrf-token", csrf.make(token));
    return service_->handle(request);
  }
  void must(AccountId who, http::Method method, const std::string& target, const std::string& body = "") {
    const auto answer = call(who, method, target, body);
    ASSERT_LT(answer.status, 300) << target << " " << answer.body;
    for (auto& event : sink.take()) told_.push_back({std::move(event.recipients), std::move(event.frame)});
  }

  std::string ask(const std::string& questionnaire) {
    const auto form = questionnaires::FormId::make(clock.now()).text();
    must(therapist, http::Method::post, "/api/episodes/" + episode.text() + "/forms",
         R"({"id":")" + form + R"(","questionnaire":")" + questionnaire + R"(","occasion":"after_session"})");
    return form;
  }
  void send(const std::string& form, const std::string& signs, std::int64_t version) {
    std::string answers;
    for (std::size_t i = 0; i < signs.size(); ++i) {
      if (signs[i] == '-') continue;
      answers += (answers.empty() ? "" : ",") + std::string(R"({"item":")") + std::to_string(i + 1) + R"(","value":)" +
                 signs[i] + "}";
    }
    const auto number = std::to_string(version);
    const auto before = std::to_string(version - 1);
    must(client, http::Method::put, "/api/forms/" + form + "/answers",
         R"({"based_on":)" + before + R"(,"language":"en","answers":[)" + answers + "]}");
    must(client, http::Method::post, "/api/forms/" + form + "/completion",
         R"({"revision":)" + number + R"(,"version":)" + number + "}");
  }

  /// The neutral person does what there is to do. Only where somebody answered yes there is something.
  std::size_t neutral_person_works() {
    const auto own = read([&](store::ReadTx& tx) -> Result<std::vector<safety::Concern>> {
                       return safety::list_concerns(tx, neutral, 200);
                     }).value();
    for (const auto& concern : own) {
      const auto target = "/api/concerns/" + concern.id.text();
      concerns_.push_back(concern.id.text());
      must(neutral, http::Method::get, target);
      must(neutral, http::Method::post, target + "/acknowledgement");
      must(neutral, http::Method::post, target + "/disposition", R"({"disposition":"contacted","note":"we spoke"})");
    }
    return own.size();
  }

  /// One practice from asking to closing; how many concerns the neutral person had.
  std::size_t live_through(const Sent& sent) {
    const auto risq = ask("risq");
    const auto phq9 = ask("phq-9");
    const auto sparq = ask("sparq");
    send(phq9, "0000000010", 1);
    send(sparq, sparq_, 1);
    forms_ = {risq, phq9, sparq};
    for (std::size_t i = 0; i < sent.size(); ++i) {
      clock.set(clock.now() + std::chrono::minutes(10));
      send(risq, sent[i], static_cast<std::int64_t>(i) + 1);
    }
    clock.set(kStart + std::chrono::minutes(50));  // whenever the last was sent
    EXPECT_TRUE(write([&](store::WriteTx& tx) { return safety::escalate_due(tx, clock.now()); }));
    for (auto& event : sink.take()) told_.push_back({std::move(event.recipients), std::move(event.frame)});
    return neutral_person_works();
  }

  /// Of the first signal that there is of the episode, for whomever; `else_`: there is none.
  std::string signal_of(const std::string& else_) {
    EXPECT_TRUE(signals::look_through_due(*house, soon()));
    const auto all = read([&](store::ReadTx& tx) -> Result<std::vector<signals::StoredSignal>> {
      return signals::list_all(tx, episode);
    });
    return all->empty() ? else_ : all->front().id.text();
  }

  /// Every address of the program that can be read, filled in with what there is.
  Seen everything(AccountId who) {
    const auto any = MessageId::make(clock.now()).text();
    std::vector<std::string> concerns = concerns_;
    concerns.push_back(any);
    concerns.resize(1);
    const std::multimap<std::string, std::string> values{
        {"{episode}", episode.text()}, {"{room}", chat.text()},
        {"{form}", forms_[0]},         {"{form}", forms_[1]},
        {"{form}", forms_[2]},         {"{form}", forms_.back()},
        {"{concern}", concerns[0]},    {"{account}", client.text()},
        {"{signal}", signal_of(any)},  {"{relationship_concern}", between_.text()}};
    Seen seen;
    for (const auto& route : routes_->all()) {
      if (route->method != http::Method::get || route->pattern == "/api/live") continue;
      for (const auto& target : filled_in(route->pattern, values)) {
        const auto answer = call(who, http::Method::get, target);
        auto text = route->pattern + " " + std::to_string(answer.status) + " " + answer.body;
        for (const auto& [name, value] : answer.headers) text += "\n" + name + ": " + value;
        seen.push_back(std::move(text));
      }
    }
    for (const auto& event : told_) {
      if (std::find(event.recipients.begin(), event.recipients.end(), who) != event.recipients.end()) {
        seen.push_back("event " + event.frame);
      }
    }
    return alike(std::move(seen));
  }
  static std::vector<std::string> filled_in(const std::string& pattern,
                                            const std::multimap<std::string, std::string>& values) {
    const auto open = pattern.find('{');
    if (open == std::string::npos) return {pattern};
    const auto name = pattern.substr(open, pattern.find('}') + 1 - open);
    auto [first, last] = values.equal_range(name);
    std::vector<std::string> targets;
    const auto put = [&](const std::string& value) {
      auto target = pattern;
      target.replace(open, name.size(), value);
      for (auto& one : filled_in(target, values)) targets.push_back(std::move(one));
    };
    if (first == last) put("risq");
    for (; first != last; ++first) put(first->second);
    return targets;
  }
  /// With ids in the order in which they turn up, and without what is random in every practice.
  static Seen alike(Seen seen) {
    static const std::regex id("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    static const std::regex token(R"("csrf":"[^"]*")");
    static const std::regex etag("\nETag: [^\n]*");
    std::map<std::string, std::size_t> ids;
    for (auto& text : seen) {
      std::string out;
      auto from = text.cbegin();
      for (std::sregex_iterator match(text.begin(), text.end(), id), end; match != end; ++match) {
        out.append(from, text.cbegin() + match->position());
        out += "#" + std::to_string(ids.emplace(match->str(), ids.size()).first->second);
        from = text.cbegin() + match->position() + match->length();
      }
      out.append(from, text.cend());
      text = std::regex_replace(std::regex_replace(out, token, ""), etag, "");
    }
    return seen;
  }

  /// Whether an answer that begins with this address and status holds these words.
  static bool holds(const Seen& seen, const std::string& which, const std::string& words) {
    return std::any_of(seen.begin(), seen.end(), [&](const std::string& text) {
      return text.starts_with(which) && text.find(words) != std::string::npos;
    });
  }

  void SetUp() override {
    FullHouseTest::SetUp();
    add_all_routes(routes_.emplace());
    service_ = std::make_unique<Service>(*house, *routes_, ServiceOptions{});
    sink.take();
  }
  void TearDown() override {
    service_.reset();
    tokens_.clear();
    told_.clear();
    forms_.clear();
    concerns_.clear();
    FullHouseTest::TearDown();
  }
  /// From the beginning, in a practice of its own.
  std::map<std::string, Seen> what_is_seen(const Sent& sent, std::size_t concerns) {
    TearDown();
    clock.set(kStart);
    SetUp();
    EXPECT_EQ(live_through(sent), concerns);
    return {
        {"therapist", everything(therapist)}, {"deputy", everything(deputy)}, {"supervisor", everything(supervisor)}};
  }

  /// What the therapist reads after three weeks in which nothing came from the client but answers about the therapist,
  /// `after` so long, or not even those: of the course, and in the list of clients.
  Seen silence(std::optional<std::chrono::hours> after) {
    TearDown();
    clock.set(kStart);
    SetUp();
    const auto risq = ask("risq");
    forms_ = {risq, risq, risq};
    const auto live = [&](std::chrono::hours until) {
      clock.set(kStart + until);
      tokens_.clear();
    };
    if (after) {
      live(*after);
      send(risq, "0100", 1);
      neutral_person_works();
    }
    live(std::chrono::hours(24 * 22));
    EXPECT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      signals::note_new_episodes(tx);
      return {};
    }));
    const auto signal = signal_of("none");
    Seen seen;
    for (const auto& target :
         {"/api/episodes/" + episode.text() + "/signals", "/api/signals/" + signal, std::string("/api/caseload")}) {
      seen.push_back(call(therapist, http::Method::get, target).body);
    }
    return alike(std::move(seen));
  }

  enum class Shown { never, now, taken_back };
  /// Forms on one day after the other, with these answers, and whether the client shows the therapist the single ones.
  struct Weeks {
    std::vector<std::string> sent;
    Shown shown = Shown::never;
    std::string questionnaire = "sparq";
  };
  void show_items(bool allowed) {
    for (const auto& form : forms_) {
      must(client, http::Method::put, "/api/forms/" + form + "/items-allowed",
           allowed ? R"({"allowed":true})" : R"({"allowed":false})");
    }
    EXPECT_TRUE(signals::look_through_due(*house, soon()));
  }
  void stand_in() {
    const auto id = people::AbsenceId::make(clock.now());
    EXPECT_TRUE(write([&](store::WriteTx& tx) {
      return people::announce(tx, {therapist, access::Role::therapist, {}, practice},
                              {id, therapist, deputy, clock.now(), clock.now() + std::chrono::days(30)});
    }));
    EXPECT_TRUE(write([&](store::WriteTx& tx) {
      return people::answer_absence(tx, {deputy, access::Role::therapist, {}, practice}, id, true);
    }));
  }
  void hand_over() {
    EXPECT_TRUE(write([&](store::WriteTx& tx) {
      return people::plan_hand_over(tx, {therapist, access::Role::therapist, {}, practice},
                                    {people::HandOverId::make(clock.now()), episode, stranger, clock.now()}, {});
    }));
  }
  /// What is said of a course, and in lists of many people.
  Seen what_is_told(AccountId who) {
    Seen seen;
    for (const auto& target :
         {"/api/episodes/" + episode.text() + "/signals", "/api/episodes/" + episode.text() + "/course",
          std::string("/api/caseload"), std::string("/api/signals/unanswered")}) {
      const auto answer = call(who, http::Method::get, target);
      seen.push_back(std::to_string(answer.status) + " " + answer.body);
    }
    return alike(std::move(seen));
  }
  /// Each after the other: the therapist, whoever stands in, the supervisor, and to whom the client is handed over.
  /// `read` is given each of them.
  template <class Read>
  std::map<std::string, Seen> after_weeks(const Weeks& weeks, Read read) {
    TearDown();
    clock.set(kStart);
    SetUp();
    for (const auto& signs : weeks.sent) {
      tokens_.clear();
      forms_.push_back(ask(weeks.questionnaire));
      send(forms_.back(), signs, 1);
      clock.set(clock.now() + std::chrono::hours(24));
    }
    tokens_.clear();
    if (weeks.shown != Shown::never) show_items(true);
    if (weeks.shown == Shown::taken_back) show_items(false);
    EXPECT_TRUE(signals::look_through_due(*house, soon()));
    clock.set(clock.now() + std::chrono::hours(24 * 9));  // the supervisor is told of what nobody has answered
    tokens_.clear();
    std::map<std::string, Seen> seen{{"therapist", read(therapist)}, {"supervisor", read(supervisor)}};
    stand_in();
    seen["deputy"] = read(deputy);
    hand_over();
    seen["successor"] = read(stranger);
    return seen;
  }
  static void expect_same(const std::map<std::string, Seen>& seen, const std::map<std::string, Seen>& usual,
                          const std::set<std::string>& people) {
    for (const auto& who : people) {
      ASSERT_EQ(seen.at(who).size(), usual.at(who).size()) << who;
      for (std::size_t i = 0; i < usual.at(who).size(); ++i) EXPECT_EQ(seen.at(who)[i], usual.at(who)[i]) << who;
    }
  }

  struct Course {
    std::string risq;
    bool client_goes_ahead = false;  ///< closes the account themselves, once it is announced
    bool neutral_person_looks = false;
  };
  /// What the therapist reads, day by day, of a client whose account an administrator wants to close.
  std::vector<Seen> days_of_closing(const Course& course) {
    TearDown();
    clock.set(kStart);
    SetUp();
    closing_account::Rules rules;
    rules.is_bound = false;
    const auto risq = ask("risq");
    forms_ = {risq, risq, risq};
    send(risq, course.risq, 1);
    const auto room = MessageId::make(clock.now()).text();
    std::vector<Seen> days;
    const auto live = [&](std::chrono::hours by) {
      clock.set(clock.now() + by);
      tokens_.clear();
      EXPECT_TRUE(closing_account::carry_out_due(*house, rules, soon()));
      for (auto& event : sink.take()) told_.push_back({std::move(event.recipients), std::move(event.frame)});
      auto seen = everything(therapist);
      const auto mails = *read([&](store::ReadTx& tx) -> Result<std::vector<notify::Delivery>> {
        return notify::deliveries_of(tx, "closing:");
      });
      for (const auto& mail : mails) {
        if (mail.to == therapist)
          seen.push_back(mail.key.find("called_off") == std::string::npos ? "mail" : "called off");
      }
      days.push_back(std::move(seen));
    };
    must(administrator, http::Method::post, "/api/closings", R"({"login":"amara"})");
    live(std::chrono::hours(0));
    live(std::chrono::hours(12));
    if (course.client_goes_ahead) {
      EXPECT_TRUE(write([&](store::WriteTx& tx) { return closing_account::ask(tx, client, client, clock.now()); }));
      live(std::chrono::hours(0));
    }
    live(std::chrono::hours(12));
    must(therapist, http::Method::post, "/api/locked-records/" + client.text() + "/exceptions",
         R"({"id":")" + room + R"(","reason":"A court asks."})");
    if (course.neutral_person_looks) {
      EXPECT_EQ(neutral_person_works(), course.risq == "0000" ? 0U : 1U);
      concerns_.clear();
    }
    for (int day = 0; day < 3; ++day) live(std::chrono::hours(24));
    live(std::chrono::hours(24) * 28);
    return days;
  }

  void hold_session() {
    const auto id = EncounterId::make(clock.now()).text();
    must(therapist, http::Method::post, "/api/episodes/" + episode.text() + "/encounters",
         R"({"id":")" + id + R"(","start":")" + to_rfc3339(clock.now() + std::chrono::minutes(1)) +
             R"(","minutes":50,"channel":"chat"})");
    must(therapist, http::Method::post, "/api/encounters/" + id + "/open");
    clock.set(clock.now() + std::chrono::minutes(50));
    must(therapist, http::Method::post, "/api/encounters/" + id + "/close");
  }
  /// What a client says of the two: nothing, for themselves alone, or to the neutral person.
  enum class Says { nothing, alone, to_neutral_person };
  void say(Says what) {
    between_ = relationship_concern::RelationshipConcernId::make(clock.now());
    if (what == Says::nothing) return;
    const auto id = between_.text();
    must(client, http::Method::post, "/api/episodes/" + episode.text() + "/relationship-concerns",
         R"({"id":")" + id + R"(","words":"You look at the clock"})");
    if (what == Says::alone) return;
    must(client, http::Method::post, "/api/me/relationship-concerns/" + id + "/tellings",
         R"({"id":")" + MessageId::make(clock.now()).text() + R"(","part":"neutral_person","account":")" +
             neutral.text() + R"(","words":"You look at the clock","asks_for_another":true})");
    must(neutral, http::Method::post, "/api/relationship-concerns/" + id + "/replies",
         R"({"id":")" + MessageId::make(clock.now()).text() + R"(","text":"I have read it"})");
    must(neutral, http::Method::post, "/api/relationship-concerns/" + id + "/agreements",
         R"({"id":")" + MessageId::make(clock.now()).text() + R"(","text":"We talk on Monday"})");
  }
  /// The client says whether it is better where it is asked.
  void say_whether_it_is_better() {
    const auto own = call(client, http::Method::get, "/api/me/relationship-concerns").body;
    static const std::regex asked(R"re("follow_ups":\[\{"id":"([^"]+)")re");
    std::smatch found;
    if (!std::regex_search(own, found, asked)) return;
    must(client, http::Method::post, "/api/me/relationship-concerns/" + between_.text() + "/follow-up",
         R"({"follow_up":")" + found[1].str() + R"(","answer":"worse","readers":[]})");
    ++answered_;
  }
  /// What the three read after two weeks with it, to the end of which it may be taken back.
  std::map<std::string, Seen> seen_beside(Says what, bool is_taken_back) {
    TearDown();
    clock.set(kStart);
    SetUp();
    const auto risq = ask("risq");
    forms_ = {risq, risq, risq};
    say(what);
    clock.set(kStart + std::chrono::hours(24));
    tokens_.clear();
    hold_session();
    say_whether_it_is_better();
    if (is_taken_back && what != Says::nothing) {
      must(client, http::Method::post, "/api/me/relationship-concerns/" + between_.text() + "/ending",
           R"({"ending":"withdrawn"})");
    }
    clock.set(kStart + std::chrono::hours(48));
    tokens_.clear();
    return {
        {"therapist", everything(therapist)}, {"deputy", everything(deputy)}, {"supervisor", everything(supervisor)}};
  }

  relationship_concern::RelationshipConcernId between_;
  int answered_ = 0;
  std::optional<Routes> routes_;
  std::unique_ptr<Service> service_;
  std::map<AccountId, std::string> tokens_;
  std::vector<Told> told_;
  std::vector<std::string> forms_;
  std::vector<std::string> concerns_;
  std::string sparq_ = "31111343";
};

TEST_P(Inference, NothingTellsAYesFromANoNorACorrectionFromNone) {
  const auto all_no = what_is_seen({"0000"}, 0);
  EXPECT_GT(all_no.at("therapist").size(), 20U);
  // What is compared holds concerns, the one about harm: in the course, and with its form in the list.
  EXPECT_TRUE(holds(all_no.at("therapist"), kCourse, R"("concerns":[{"kind":"safety","id":)"));
  EXPECT_TRUE(holds(all_no.at("therapist"), "/api/concerns 200", R"("form":)"));
  EXPECT_FALSE(holds(all_no.at("deputy"), "/api/concerns 200", R"("form":)"));
  EXPECT_FALSE(holds(all_no.at("supervisor"), "/api/concerns 200", R"("form":)"));
  const std::vector<std::pair<Sent, std::size_t>> others{
      {{"1000"}, 1}, {{"0100"}, 1}, {{"1111"}, 1}, {{"0000", "0110"}, 1}, {{"0010", "0000"}, 1}, {{"0001", "0101"}, 2}};
  for (const auto& [sent, concerns] : others) {
    const auto seen = what_is_seen(sent, concerns);
    for (const auto& [who, answers] : seen) {
      const auto& usual = all_no.at(who);
      ASSERT_EQ(answers.size(), usual.size()) << who << " after " << sent.front();
      for (std::size_t i = 0; i < usual.size(); ++i)
        EXPECT_EQ(answers[i], usual[i]) << who << " after " << sent.front();
    }
  }
}

TEST_P(Inference, NothingTellsWhatAClientKeepsOrTellsTheNeutralPerson) {
  const auto usual = seen_beside(Says::nothing, false);
  EXPECT_GT(usual.at("therapist").size(), 20U);
  EXPECT_TRUE(holds(usual.at("therapist"), "/api/relationship-concerns 200", R"({"concerns":[]})"));
  EXPECT_TRUE(holds(usual.at("therapist"), "/api/relationship-concerns/{relationship_concern} 404", "not_found"));
  for (const auto what : {Says::alone, Says::to_neutral_person}) {
    for (const bool is_taken_back : {false, true}) {
      const auto seen = seen_beside(what, is_taken_back);
      for (const auto& [who, answers] : seen) {
        ASSERT_EQ(answers.size(), usual.at(who).size()) << who;
        for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i], usual.at(who)[i]) << who;
      }
    }
  }
  EXPECT_EQ(answered_, 2) << "the client was asked";
}

TEST_P(Inference, NothingTellsAYesByWhatBecomesOfAClosing) {
  for (const bool goes_ahead : {false, true}) {
    const auto usual = days_of_closing({"0000", goes_ahead, true});
    EXPECT_TRUE(holds(usual.front(), "/api/closings/of-my-clients", "waiting"));
    EXPECT_TRUE(holds(usual[goes_ahead ? 3 : 2], "/api/closings/of-my-clients", "locked"));
    EXPECT_TRUE(holds(usual.back(), "/api/locked-records 200", R"({"records":[],)")) << "erased";
    for (const bool looks : {true, false}) {
      EXPECT_EQ(days_of_closing({"0100", goes_ahead, looks}), usual) << goes_ahead << looks;
    }
  }
}

TEST_P(Inference, NoSilenceTellsWhetherOrWhenAnswersAboutTheTherapistCame) {
  const auto usual = silence(std::nullopt);
  EXPECT_TRUE(holds(usual, R"({"signals":[{)", R"("rule":"no-contact")")) << usual.front();
  for (const int days : {1, 10, 20}) EXPECT_EQ(silence(std::chrono::hours(24 * days)), usual) << days;
}

TEST_P(Inference, NothingTellsWhichQuestionAboutTheSessionWasLeftOut) {
  const auto whole = what_is_seen({"0000"}, 0);
  // The scores are the same, or would be but for their fractions: 13 and 13.33, 4 and 4.
  for (const auto* sent : {"311113-4", "3-111343", "3111-343", "3-1113-4"}) {
    sparq_ = sent;
    EXPECT_EQ(what_is_seen({"0000"}, 0), whole) << sent;
  }
}

/// The same scores on each day; in the second no answer dips, none is left out, and no form has one answer throughout.
const std::vector<std::string> kTelling{"3000044-", "30000333", "40000404", "22222222"};
const std::vector<std::string> kEven{"30000444", "30000333", "30000333", "32222212"};
const std::set<std::string> kEverybody{"therapist", "deputy", "supervisor", "successor"};

TEST_P(Inference, NothingTellsASingleAnswerAboutTheSessionThatTheClientDoesNotShow) {
  const auto all = [&](AccountId who) { return everything(who); };
  const auto usual = after_weeks({kEven}, all);
  for (const auto* who : {"therapist", "deputy", "successor"}) {
    EXPECT_TRUE(holds(usual.at(who), "/api/episodes/{episode}/signals 200", R"("rule":"relationship-drop")")) << who;
    EXPECT_TRUE(holds(usual.at(who), "/api/caseload 200", "SPARQ")) << who;
  }
  EXPECT_TRUE(holds(usual.at("supervisor"), "/api/signals/unanswered 200", R"("signals":[{)"));
  expect_same(after_weeks({kTelling}, all), usual, kEverybody);
}

TEST_P(Inference, NoScaleOfOneQuestionTellsTheAnswerToIt) {
  const auto all = [&](AccountId who) { return everything(who); };
  // Goal and task, the first two, the other way round; and one answer throughout.
  const auto usual = after_weeks({{"1322", "3122", "3122"}, Shown::never, "check-in"}, all);
  for (const auto* who : {"therapist", "deputy", "successor"}) {
    EXPECT_TRUE(holds(usual.at(who), kCourse, R"("key":"bond")")) << who;
  }
  expect_same(after_weeks({{"3122", "2222", "1322"}, Shown::never, "check-in"}, all), usual, kEverybody);
}

TEST_P(Inference, ASingleAnswerThatTheClientShowsIsToldToTheTherapistAloneAndNoLongerThanThat) {
  const auto told = [&](AccountId who) { return what_is_told(who); };
  const auto usual = after_weeks({kEven}, told);
  const auto shown = after_weeks({kTelling, Shown::now}, told);
  EXPECT_TRUE(holds(shown.at("therapist"), "200", "but item 7 is 0")) << shown.at("therapist").front();
  EXPECT_TRUE(holds(shown.at("therapist"), "200", "was answered with 2"));
  expect_same(shown, usual, {"deputy", "supervisor", "successor"});
  expect_same(after_weeks({kTelling, Shown::taken_back}, told), usual, kEverybody);
}

TEST_P(Inference, WhatTheClientAllowsIsSeen) {
  const auto before = what_is_seen({"0100"}, 1).at("therapist");
  must(client, http::Method::put, "/api/forms/" + forms_[0] + "/items-allowed", R"({"allowed":true})");
  const auto allowed = everything(therapist);
  EXPECT_NE(allowed, before);
  EXPECT_TRUE(holds(allowed, kCourse, "risq"));
  EXPECT_FALSE(holds(allowed, "", R"("kind":"rift")")) << "nor then that the neutral person was told";
  must(client, http::Method::put, "/api/forms/" + forms_[0] + "/items-allowed", R"({"allowed":false})");
  const auto answer = call(therapist, http::Method::get, "/api/forms/" + forms_[0]);
  EXPECT_NE(answer.body.find(R"("versions":[])"), std::string::npos) << answer.body;
}

INSTANTIATE_TEST_SUITE_P(Engines, Inference, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::server
