#include "features/instruments/instruments_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include "features/instruments/instruments.hpp"
#include "features/measurement_plan/measurement_plan.hpp"
#include "features/questionnaires/questionnaires_api.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "support/full_house.hpp"

namespace rapport::instruments {
namespace {

using http::Method;

const store::Query kSpoil{"test.spoil_version",
                          "UPDATE instrument_version SET questionnaire = $2 WHERE instrument = $1"};
const store::Query kFill{"test.fill_versions",
                         "INSERT INTO instrument_version (digest, instrument, number, origin, questionnaire, scoring,"
                         " wording_hash, saved_at, saved_by) VALUES ($1, $2, $3, 'uploaded', $4, '', '', $5, $6)"};
const store::Query kAskedWith{"test.asked_with",
                              "SELECT digest, wording_hash FROM questionnaire_response WHERE id = $1"};

/// Two questions, each answered 0 to 2.
std::string mood(std::string_view version, std::string_view first = "Glad?", std::string_view language = "en") {
  const auto item = [](std::string_view id, std::string_view text) {
    std::string options;
    for (int value = 0; value < 3; ++value) {
      options += fmt::format(
          R"({}{{"valueCoding":{{"code":"{}","display":"answer {}","extension":[{{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":{}}}]}}}})",
          value == 0 ? "" : ",", value, value, value);
    }
    return fmt::format("{{\"linkId\":\"{}\",\n\"text\":\"{}\",\n\"type\":\"choice\",\"answerOption\":[{}]}}", id, text,
                       options);
  };
  return fmt::format(
      "{{\"resourceType\":\"Questionnaire\",\n\"id\":\"mood\",\"version\":\"{}\",\"title\":\"Mood\",\n\"language\":\"{}"
      "\","
      "\"item\":[{},\n{}]}}",
      version, language, item("a", first), item("b", "Calm?"));
}

std::string scoring(std::string_view version, std::string_view range = "[0,4]", std::string_view rest = "") {
  return fmt::format(
      "{{\"schema\":\"rapport.scoring/1\",\n\"instrument\":\"mood\",\"name\":\"Mood\",\"version\":\"{}\",\n"
      "\"citation\":\"none\",\"licence\":{{\"status\":\"A\",\"commercial_builds\":\"on\"}},\n\"scales\":[{{\"key\":"
      "\"total\",\"label\":\"Total\",\"method\":\"sum\",\"items\":[\"a\",\"b\"],\n\"range\":{},\"direction\":"
      "\"higher_better\",\"missing\":{{\"rule\":\"complete_only\"}}}}]{}}}",
      version, range, rest);
}

std::string as_json(std::string_view text) {
  std::string out;
  http::write_string(out, text);
  return out;
}

std::string upload(const std::string& questionnaire, const std::string& scoring_text = "", const std::string& id = "") {
  return "{\"questionnaire\":" + as_json(questionnaire) +
         (scoring_text.empty() ? "" : ",\"scoring\":" + as_json(scoring_text)) +
         (id.empty() ? "" : ",\"instrument\":" + as_json(id)) + "}";
}

std::vector<int> lines_in(const std::string& answer) {
  static const std::regex line(R"#("line":([0-9]+))#");
  std::vector<int> found;
  for (std::sregex_iterator match(answer.begin(), answer.end(), line), end; match != end; ++match) {
    found.push_back(std::stoi((*match)[1]));
  }
  return found;
}

class InstrumentsApi : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    questionnaires::use_stored_instruments(questionnaires::instruments_of_program());
    add_instrument_routes(routes);
    questionnaires::add_questionnaire_routes(routes, {std::chrono::minutes(30), "the chamber", "the office"});
    routes.finish();
  }
  void TearDown() override {
    questionnaires::use_stored_instruments(questionnaires::instruments_of_program());
    FullHouseTest::TearDown();
  }
  http::Response call(AccountId viewer, Method method, const std::string& target, const std::string& body = "") {
    const auto match = routes.find(method, target);
    if (match.route == nullptr) return match.refusal();
    const auto role = viewer == administrator ? access::Role::administrator : access::Role::client;
    Context context{*house, {viewer, role, SessionId::make(clock.now()), practice}};
    http::Call one;
    one.deadline = soon();
    const http::BodyInput input{body, nullptr};
    return routes.answer(match, context, one, {&input, 1}).front();
  }
  http::Response check(const std::string& body) {
    return call(administrator, Method::post, "/api/instruments/check", body);
  }
  http::Response save(const std::string& body) { return call(administrator, Method::post, "/api/instruments", body); }
  http::Response turn(const std::string& id, const std::string& body) {
    return call(administrator, Method::put, "/api/instruments/" + id + "/switch", body);
  }
  std::string list() { return call(administrator, Method::get, "/api/instruments").body; }
  /// The entry of the list.
  std::string entry(const std::string& id) {
    const auto all = list();
    const auto at = all.find("{\"id\":\"" + id + "\"");
    if (at == std::string::npos) return "";
    return all.substr(at, all.find("{\"id\":", at + 1) - at);
  }
  std::string ask(const std::string& instrument) {
    const auto form = questionnaires::FormId::make(clock.now()).text();
    const auto asked =
        call(therapist, Method::post, "/api/episodes/" + episode.text() + "/forms",
             R"({"id":")" + form + R"(","questionnaire":")" + instrument + R"(","occasion":"on_request"})");
    return asked.status == 201 ? form : "";
  }
  http::Response fill(const std::string& form, int based_on, const std::string& answers) {
    return call(client, Method::put, "/api/forms/" + form + "/answers",
                fmt::format(R"({{"based_on":{},"language":"en","answers":[{}]}})", based_on, answers));
  }
  http::Response send(const std::string& form, int revision) {
    return call(client, Method::post, "/api/forms/" + form + "/completion",
                fmt::format(R"({{"revision":{},"version":1}})", revision));
  }
  std::string wording(const std::string& form) {
    const auto read = call(client, Method::get, "/api/forms/" + form).body;
    const auto at = read.find("\"digest\":\"") + 10;
    return call(client, Method::get,
                "/api/questionnaires/mood?language=en&digest=" + read.substr(at, read.find('"', at) - at))
        .body;
  }
  static bool has(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

  Routes routes;
};

TEST_P(InstrumentsApi, AnUploadedQuestionnaireCanBeAskedForAtOnce) {
  const auto body = upload(mood("1"), scoring("1"));
  const auto checked = check(body);
  ASSERT_EQ(checked.status, 200) << checked.body;
  EXPECT_TRUE(has(checked.body, R"("mistakes":[])")) << checked.body;
  EXPECT_TRUE(has(checked.body, R"("becomes":"instrument")"));
  EXPECT_TRUE(has(checked.body, R"("text":"Glad?")"));
  EXPECT_EQ(ask("mood"), "") << "a check saves nothing";
  const auto saved = save(body);
  EXPECT_EQ(saved.status, 201) << saved.body;
  EXPECT_TRUE(has(saved.body, R"({"instrument":"mood","number":1,)")) << saved.body;
  EXPECT_EQ(save(body).status, 200) << "the same again is the same";
  EXPECT_TRUE(has(check(body).body, R"("becomes":"nothing_new")"));
  const auto form = ask("mood");
  ASSERT_NE(form, "");
  ASSERT_EQ(fill(form, 0, R"({"item":"a","value":2},{"item":"b","value":1})").status, 200);
  const auto sent = send(form, 1);
  EXPECT_EQ(sent.status, 201) << sent.body;
  EXPECT_TRUE(has(sent.body, R"("value":3)")) << sent.body;
}

/// Lines to mark from 0 to 10, each with its ends.
std::string lines(std::string_view name, const std::vector<std::string>& ids) {
  const auto end = [](const std::string& id, std::string_view which, std::string_view text) {
    return fmt::format(
        R"({{"linkId":"{}","type":"display","text":"{}","extension":[{{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl","valueCodeableConcept":{{"coding":[{{"code":"{}"}}]}}}}]}})",
        id, text, which);
  };
  std::string items;
  for (const auto& id : ids) {
    items += fmt::format(
        R"({}{{"linkId":"{}","text":"Line {}","type":"decimal","extension":[{{"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueDecimal":0}},{{"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueDecimal":10}}],"item":[{},{}]}})",
        items.empty() ? "" : ",", id, id, end(id + "-low", "lower", "low " + id),
        end(id + "-high", "upper", "high " + id));
  }
  return fmt::format(
      R"({{"resourceType":"Questionnaire","id":"{}","version":"1","language":"en","title":"Lines","item":[{}]}})", name,
      items);
}

TEST_P(InstrumentsApi, LinesAreMarkedToATenthAndNothingElseIsTaken) {
  const auto body = upload(lines("mood", {"a", "b"}), scoring("1", "[0,20]"));
  const auto checked = check(body);
  ASSERT_EQ(checked.status, 200) << checked.body;
  EXPECT_TRUE(has(checked.body, R"("options":[],"line":{"min":0,"max":10,"lower":"low a","upper":"high a"})"))
      << checked.body;
  EXPECT_FALSE(has(checked.body, "cannot_be_asked")) << checked.body;
  ASSERT_EQ(save(body).status, 201);
  EXPECT_TRUE(has(entry("mood"), R"("state":"ready")")) << entry("mood");
  const auto form = ask("mood");
  ASSERT_NE(form, "");
  for (const auto* wrong : {"6.45", "10.1", "-0.1"}) {
    const auto refused = fill(form, 0, fmt::format(R"({{"item":"b","value":1}},{{"item":"a","value":{}}})", wrong));
    EXPECT_EQ(refused.status, 422) << wrong << refused.body;
    EXPECT_TRUE(has(refused.body, "form.answer")) << refused.body;
    EXPECT_TRUE(has(refused.body, "/answers/1/value")) << refused.body;
  }
  ASSERT_EQ(fill(form, 0, R"({"item":"a","value":6.4},{"item":"b","value":0.3})").status, 200);
  const auto sent = send(form, 1);
  ASSERT_EQ(sent.status, 201) << sent.body;
  EXPECT_TRUE(has(sent.body, R"({"item":"a","value":6.4})")) << sent.body;
  const auto seen = call(therapist, Method::get, "/api/forms/" + form).body;
  EXPECT_TRUE(has(seen, R"("value":6.7,)")) << "the sum of two tenths is a tenth" << seen;
  EXPECT_TRUE(has(seen, R"({"item":"b","value":0.3})")) << seen;
}

TEST_P(InstrumentsApi, ALineThatWasNotMarkedIsNoAnswer) {
  ASSERT_EQ(save(upload(lines("mood", {"a", "b"}), scoring("1", "[0,20]"))).status, 201);
  const auto form = ask("mood");
  ASSERT_NE(form, "");
  ASSERT_EQ(fill(form, 0, R"({"item":"a","value":10})").status, 200);
  const auto sent = send(form, 1);
  ASSERT_EQ(sent.status, 201) << sent.body;
  EXPECT_TRUE(has(sent.body, R"("not_answered":["b"])")) << sent.body;
}

TEST_P(InstrumentsApi, LinesOfAQuestionnaireWithoutScoringAreAskedToo) {
  const auto body = upload(lines("mood", {"a", "b"}), "", "mood");
  EXPECT_TRUE(has(check(body).body, R"("left_out":[])")) << check(body).body;
  ASSERT_EQ(save(body).status, 201);
  const auto form = ask("mood");
  ASSERT_NE(form, "");
  EXPECT_EQ(fill(form, 0, R"({"item":"a","value":2.5},{"item":"b","value":7})").status, 200);
  EXPECT_EQ(send(form, 1).status, 201);
}

TEST_P(InstrumentsApi, WhoHasTheLicenceBringsTheWordingOfLinesAndClientsAnswerThem) {
  EXPECT_TRUE(has(entry("srs"), R"("state":"no_wording")")) << entry("srs");
  const auto body = upload(lines("srs", {"1", "2", "3", "4"}), "", "srs");
  EXPECT_TRUE(has(check(body).body, R"("becomes":"wording")")) << check(body).body;
  ASSERT_EQ(save(body).status, 201);
  EXPECT_TRUE(has(entry("srs"), R"("state":"ready")")) << entry("srs");
  const auto form = ask("srs");
  ASSERT_NE(form, "");
  ASSERT_EQ(
      fill(form, 0,
           R"({"item":"1","value":9.1},{"item":"2","value":8.9},{"item":"3","value":9.3},{"item":"4","value":8.7})")
          .status,
      200);
  const auto sent = send(form, 1);
  ASSERT_EQ(sent.status, 201) << sent.body;
  EXPECT_TRUE(has(sent.body, R"("value":36,)"))
      << "and not a little less, on the other side of the cut-off" << sent.body;
}

TEST_P(InstrumentsApi, AFormGoesOnUnderTheVersionThatItWasAskedWith) {
  ASSERT_EQ(save(upload(mood("1"), scoring("1"))).status, 201);
  const auto first = ask("mood");
  ASSERT_NE(first, "");
  // The second version counts the other way round.
  ASSERT_EQ(save(upload(mood("2", "Cheerful?"), scoring("2", "[0,4]", R"(,"reverse":["a","b"])"))).status, 201);
  const auto second = ask("mood");
  EXPECT_TRUE(has(wording(first), "Glad?")) << wording(first);
  EXPECT_TRUE(has(wording(second), "Cheerful?"));
  for (const auto& form : {first, second}) {
    ASSERT_EQ(fill(form, 0, R"({"item":"a","value":2},{"item":"b","value":2})").status, 200);
  }
  const auto of_first = send(first, 1).body;
  const auto of_second = send(second, 1).body;
  EXPECT_TRUE(has(of_first, R"("questionnaire_version":"1","scoring_version":"1")")) << of_first;
  EXPECT_TRUE(has(of_first, R"("value":4,"prorated")")) << of_first;
  EXPECT_TRUE(has(of_second, R"("value":0,"prorated")")) << of_second;
  EXPECT_FALSE(has(of_second, "since_first")) << "two scorings are not compared";
  const auto asked_with = read([&](store::ReadTx& tx) -> Result<std::vector<std::string>> {
    std::vector<std::string> found;
    for (const auto& form : {first, second}) {
      tx.each(kAskedWith, {*questionnaires::FormId::from_text(form)}, [&](const store::Row& row) {
        found.emplace_back(row.text(0));
        found.emplace_back(row.text(1));
      });
    }
    return found;
  });
  ASSERT_EQ(asked_with->size(), 4U);
  EXPECT_NE(asked_with->at(0), asked_with->at(2));
  EXPECT_EQ(asked_with->at(1), measures::wording_hash(measures::read_questionnaire(mood("1")).value()));
  const auto back = save(upload(mood("1"), scoring("1")));
  EXPECT_EQ(back.status, 409);
  EXPECT_TRUE(has(back.body, "instrument.older")) << back.body;
}

TEST_P(InstrumentsApi, ANextStartFindsWhatWasStored) {
  ASSERT_EQ(save(upload(mood("1"), scoring("1"))).status, 201);
  const auto form = ask("mood");
  ASSERT_EQ(save(upload(mood("2", "Cheerful?"), scoring("2"))).status, 201);
  ASSERT_EQ(turn("gad-7", R"({"on":false})").status, 204);
  // As a program that has just been started.
  questionnaires::use_instruments(measures::InstrumentLibrary::shipped().value());
  EXPECT_EQ(ask("mood"), "");
  const auto unreadable = take_up(*db, clock.now(), soon());
  ASSERT_TRUE(unreadable) << unreadable.error().detail;
  EXPECT_TRUE(unreadable->empty());
  EXPECT_TRUE(has(wording(form), "Glad?"));
  EXPECT_TRUE(has(wording(ask("mood")), "Cheerful?"));
  EXPECT_EQ(ask("gad-7"), "");
  // What the program brings is kept, so that a later one can show what was asked with it.
  const auto kept = read([](store::ReadTx& tx) -> Result<std::vector<StoredVersion>> { return list_versions(tx); });
  EXPECT_TRUE(std::any_of(kept->begin(), kept->end(), [](const StoredVersion& one) {
    return one.instrument == "phq-9" && one.origin == Origin::program && has(one.questionnaire, "Little interest");
  }));
  EXPECT_TRUE(std::none_of(kept->begin(), kept->end(), [](const auto& one) { return one.instrument == "srs"; }));
  const auto before = kept->size();
  ASSERT_TRUE(take_up(*db, clock.now(), soon()));
  EXPECT_EQ(read([](store::ReadTx& tx) -> Result<std::vector<StoredVersion>> { return list_versions(tx); })->size(),
            before);
}

TEST_P(InstrumentsApi, WhatALaterProgramCannotReadStopsNothingAndSaysSo) {
  ASSERT_EQ(save(upload(mood("1"), scoring("1"))).status, 201);
  const auto form = ask("mood");
  ASSERT_EQ(fill(form, 0, R"({"item":"a","value":2},{"item":"b","value":1})").status, 200);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    tx.execute(kSpoil, {std::string("mood"), std::string("{\n\"resourceType\":\"Survey\"}")});
    return {};
  }));
  questionnaires::use_instruments(measures::InstrumentLibrary::shipped().value());
  const auto unreadable = take_up(*db, clock.now(), soon());
  ASSERT_TRUE(unreadable);
  ASSERT_EQ(unreadable->size(), 1U);
  EXPECT_TRUE(has(unreadable->front().why, "questionnaire: Line 2")) << unreadable->front().why;
  EXPECT_TRUE(has(entry("mood"), R"("state":"unreadable")")) << entry("mood");
  EXPECT_TRUE(has(entry("mood"), "Line 2"));
  EXPECT_EQ(ask("mood"), "");
  const auto read = call(client, Method::get, "/api/forms/" + form);
  EXPECT_EQ(read.status, 200);
  EXPECT_TRUE(has(read.body, R"("unreadable":true)")) << read.body;
  EXPECT_TRUE(has(read.body, R"({"item":"a","value":2})")) << "what was answered is kept";
  const auto sent = send(form, 1);
  EXPECT_EQ(sent.status, 409);
  EXPECT_TRUE(has(sent.body, "form.unreadable")) << sent.body;
  config::Settings settings;
  settings.practice_forms_before_session = "mood, gad-7";
  const auto usual = measurement_plan::usual_plan(settings);
  ASSERT_TRUE(usual) << usual.error().detail << ": the start must not fail for it";
  EXPECT_EQ(usual->before, (std::vector<std::string>{"mood", "gad-7"})) << "it comes again once it can be read";
  EXPECT_EQ(ask("mood"), "");
}

TEST_P(InstrumentsApi, WithdrawnMeansNoNewForms) {
  ASSERT_EQ(save(upload(mood("1"), scoring("1"))).status, 201);
  const auto form = ask("mood");
  EXPECT_EQ(turn("mood", R"({"on":false})").status, 204);
  EXPECT_EQ(turn("mood", R"({"on":false})").status, 204);
  EXPECT_TRUE(has(entry("mood"), R"("state":"withdrawn")")) << entry("mood");
  EXPECT_EQ(ask("mood"), "");
  EXPECT_FALSE(has(call(therapist, Method::get, "/api/questionnaires").body, "\"mood\""));
  EXPECT_TRUE(has(wording(form), "Glad?"));
  ASSERT_EQ(fill(form, 0, R"({"item":"a","value":2},{"item":"b","value":1})").status, 200);
  EXPECT_EQ(send(form, 1).status, 201) << "what was asked for can be sent";
  EXPECT_EQ(turn("mood", R"({"on":true})").status, 204);
  EXPECT_NE(ask("mood"), "");
  EXPECT_EQ(turn("nothing", R"({"on":true})").status, 404);
}

TEST_P(InstrumentsApi, NonCommercialUseIsConfirmedFirst) {
  EXPECT_TRUE(has(entry("who-5"), R"("state":"off")")) << entry("who-5");
  EXPECT_EQ(ask("who-5"), "");
  const auto refused = turn("who-5", R"({"on":true})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_TRUE(has(refused.body, "/non_commercial")) << refused.body;
  EXPECT_EQ(turn("who-5", R"({"on":true,"non_commercial":true})").status, 204);
  EXPECT_NE(ask("who-5"), "");
  EXPECT_TRUE(has(entry("who-5"), R"("state":"ready")"));
}

TEST_P(InstrumentsApi, WithoutScoringItIsAnsweredAndRead) {
  const auto saved = save(upload(mood("1"), "", "mood"));
  ASSERT_EQ(saved.status, 201) << saved.body;
  const auto form = ask("mood");
  ASSERT_NE(form, "");
  ASSERT_EQ(fill(form, 0, R"({"item":"a","value":2})").status, 200);
  const auto sent = send(form, 1);
  EXPECT_EQ(sent.status, 201) << sent.body;
  EXPECT_TRUE(has(sent.body, R"("scales":[])")) << sent.body;
  EXPECT_TRUE(has(call(therapist, Method::get, "/api/forms/" + form).body, R"({"item":"a","value":2})"));
}

TEST_P(InstrumentsApi, TakesTheWordingOfWhatIsHereWithoutIt) {
  std::string items;
  for (int n = 1; n <= 10; ++n) {
    std::string options;
    for (int value = 1; value <= 5; ++value) {
      options += fmt::format(
          R"({}{{"valueCoding":{{"code":"{}","display":"supplied {}","extension":[{{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":{}}}]}}}})",
          value == 1 ? "" : ",", value, value, value);
    }
    items += fmt::format("{}\n{{\"linkId\":\"{}\",\"text\":\"supplied\",\"type\":\"choice\",\"answerOption\":[{}]}}",
                         n == 1 ? "" : ",", n, options);
  }
  const auto text = R"({"resourceType":"Questionnaire","id":"wai-srt","language":"en","item":[)" + items + "]}";
  EXPECT_TRUE(has(entry("wai-srt"), R"("state":"no_wording")")) << entry("wai-srt");
  EXPECT_TRUE(has(check(upload(text)).body, R"("becomes":"wording")")) << check(upload(text)).body;
  ASSERT_EQ(save(upload(text)).status, 201);
  EXPECT_TRUE(has(entry("wai-srt"), R"("filled_in_by":"therapist")"));
  EXPECT_TRUE(has(entry("wai-srt"), R"("own":true)"));
  const auto form = ask("wai-srt");
  EXPECT_TRUE(has(call(therapist, Method::get, "/api/forms/" + form).body, R"("respondent":"therapist")"));
  EXPECT_FALSE(fill(form, 0, R"({"item":"1","value":1})").status == 200)
      << "clients do not fill in what is their therapist's";
  auto wrong = text;
  wrong.replace(wrong.find(R"("linkId":"7")"), 12, R"("linkId":"x")");
  EXPECT_TRUE(has(check(upload(wrong, "", "wai-srt")).body, R"("file":"scoring","place":"/scales/0/items/6")"))
      << check(upload(wrong, "", "wai-srt")).body;
}

TEST_P(InstrumentsApi, NamesEveryMistakeWithItsLine) {
  struct Wrong {
    std::string what;
    std::string body;
    std::string says;
  };
  const auto good = mood("1");
  const auto broken = [&](const std::string& from, const std::string& to) {
    auto text = good;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return upload(text.replace(at, from.size(), to), scoring("1"));
  };
  const std::vector<Wrong> all{
      {"no JSON", upload("{\n\"resourceType\":", scoring("1")), "Line 2: this is no well-formed JSON"},
      {"another resource", broken("Questionnaire", "Patient"),
       R"("file":"questionnaire","line":1,"place":"/resourceType")"},
      {"no text", broken(R"("text":"Glad?")", R"("text":"")"), R"(Item \"a\" has no text)"},
      {"no language", broken(R"("language":"en",)", ""), "in which language"},
      {"no language at all", broken(R"("language":"en")", R"("language":"<b>")"), R"("line":3,"place":"/language")"},
      {"an item twice", broken(R"("linkId":"b")", R"("linkId":"a")"), "is used twice"},
      {"no type", broken(R"("type":"choice")", R"("type":"")"), R"("line":5,"place":"/item/0/type")"},
      {"a type that is none", broken(R"("type":"choice")", R"("type":"choise")"),
       R"("line":5,"place":"/item/0/type","message":"The type \"choise\" of item \"a\" is none of FHIR's)"},
      {"two answers of the same words", broken(R"("display":"answer 2")", R"("display":" answer 0")"),
       R"("place":"/item/0/answerOption/2","message":"Answers 1 and 3 of item \"a\" have the same words.)"},
      {"no weight", broken("valueDecimal\":2", "valueDecimal\":1"), R"("place":"/item/0/answerOption")"},
      {"a weight that is none", broken("\"valueDecimal\":2", "\"valueDecimal\":\"2\""), "must be a number"},
      {"an answer without a name", broken(R"("display":"answer 2",)", R"("display":"",)"),
       R"(of item \"a\" has no words)"},
      {"a control character", broken("Glad?", "Glad\\u0007?"), "control character"},
      {"the range", upload(good, scoring("1", "[0,5]")), R"("file":"scoring","line":5,"place":"/scales/0/range")"},
      {"an unknown field", upload(good, scoring("1", "[0,4]", R"(,"cutofs":[])")), "is not a known field"},
      {"a band with a gap",
       upload(good, scoring("1", "[0,4]", ",\n\"bands\":[{\"scale\":\"total\",\"min\":1,\"max\":4,\"label\":\"x\"}]")),
       R"("line":6,"place":"/bands/0/min")"},
      {"a scale that is not there",
       upload(good, scoring("1", "[0,4]",
                            ",\n\"reliable_change\":[{\"scale\":\"sum\",\"kind\":\"reliable_change\",\"value\":2}]")),
       R"("line":6,"place":"/reliable_change/0/scale")"},
      {"a counterpart that is not there",
       upload(good, scoring("1", "[0,4]", ",\n\"respondent\":\"therapist\",\n\"counterpart\":\"nothing\"")),
       R"("file":"scoring","line":7,"place":"/counterpart")"},
      {"a counterpart with another range",
       upload(good, scoring("1", "[0,4]", ",\n\"respondent\":\"therapist\",\n\"counterpart\":\"phq-9\"")),
       "has no scale \\\"total\\\" from 0 to 4 in the same direction"},
      {"a counterpart of the client's own", upload(good, scoring("1", "[0,4]", ",\n\"counterpart\":\"check-in\"")),
       "Only a form of the therapist's"},
      {"a reversed item that is not there", upload(good, scoring("1", "[0,4]", ",\n\"reverse\":[\"c\"]")),
       R"("line":6,"place":"/reverse/0")"},
      {"a safety item that is not there",
       upload(good, scoring("1", "[0,4]", ",\n\"safety\":[{\"item\":\"c\",\"min\":1,\"topic\":\"t\",\"rule\":\"r\"}]")),
       R"("line":6,"place":"/safety/0/item")"},
      {"an address that is none",
       upload(good,
              [] {
                auto text = scoring("1");
                return text.replace(text.find(R"("status":"A")"), 12, R"x("status":"A","url":"javascript:alert(1)")x");
              }()),
       "must begin with https://"},
      {"both files at once", upload("{}", "{}"), R"("file":"scoring")"},
      {"deeper than anybody needs", upload(std::string(40, '[') + std::string(40, ']'), scoring("1")), "JSON"},
      {"a name that is taken", upload(mood("1"), "", "gad-7"), "is here already"},
      {"a name of other letters", upload(mood("1"), "", "Mood 5"), "small letters and digits"},
  };
  for (const auto& one : all) {
    SCOPED_TRACE(one.what);
    const auto checked = check(one.body);
    EXPECT_EQ(checked.status, 200);
    EXPECT_TRUE(has(checked.body, one.says)) << checked.body;
    EXPECT_FALSE(has(checked.body, "preview")) << checked.body;
    const auto saved = save(one.body);
    EXPECT_EQ(saved.status, 422) << saved.body;
    EXPECT_TRUE(has(saved.body, "instrument.wrong")) << saved.body;
  }
  EXPECT_EQ(entry("mood"), "");
  EXPECT_EQ(check(upload(std::string(400'001, ' '))).status, 422) << "larger than a file may be";
}

TEST_P(InstrumentsApi, EveryMistakeIsNamedAtOnce) {
  // No language, a linkId twice, an item without a text, an answer without words, an item without answers.
  const std::string questionnaire =
      "{\"resourceType\":\"Questionnaire\",\"id\":\"mood\",\"item\":[\n"
      "{\"linkId\":\"a\",\"text\":\"Glad?\",\"type\":\"choice\",\"answerOption\":[{\"valueCoding\":{\"code\":\"0\"}},"
      "{\"valueInteger\":1}]},\n"
      "{\"linkId\":\"a\",\"type\":\"choice\",\"answerOption\":[{\"valueInteger\":0},{\"valueInteger\":1}]},\n"
      "{\"linkId\":\"c\",\"text\":\"Calm?\",\"type\":\"choice\"}]}";
  const auto named = check(upload(questionnaire)).body;
  for (const auto* says : {
           R"("line":1,"place":"/resourceType","message":"Nothing says in which language)",
           R"("line":2,"place":"/item/0/answerOption/0","message":"Answer 1 of item \"a\" has no words.)",
           R"("line":3,"place":"/item/1/linkId","message":"The linkId \"a\" is used twice.)",
           R"("line":3,"place":"/item/1/text","message":"Item \"a\" has no text.)",
           R"("line":4,"place":"/item/2/answerOption","message":"Item \"c\" has no answers to choose from.)",
       }) {
    EXPECT_TRUE(has(named, says)) << says << named;
  }
  // And in a scoring that fits its questionnaire in nothing.
  const auto unfit = check(upload(mood("1"), scoring("1", "[0,5]", R"(,"reverse":["x","y"],"cutoffs":[{"scale":"sum",
    "value":1,"reached_when":"below","meaning":"m"}])")))
                         .body;
  for (const auto* place : {"/scales/0/range", "/reverse/0", "/reverse/1", "/cutoffs/0/scale"}) {
    EXPECT_TRUE(has(unfit, std::string("\"") + place + "\"")) << place << unfit;
  }
  for (const auto* body : {&named, &unfit}) {
    const auto lines = lines_in(*body);
    EXPECT_GE(lines.size(), 4U) << *body;
    EXPECT_TRUE(std::is_sorted(lines.begin(), lines.end())) << "as whoever mends it goes through the file: " << *body;
  }
  // What a file hides from its respondent needs no words.
  auto hidden = mood("1");
  hidden.insert(hidden.rfind("]}"), R"(,{"linkId":"c","type":"choice","readOnly":true})");
  EXPECT_TRUE(has(check(upload(hidden, "", "mood")).body, R"("mistakes":[])"));
}

TEST_P(InstrumentsApi, OneFaultIsToldOnce) {
  const auto count = [&](std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  const auto without = [](std::string text, const std::string& part, const std::string& instead = "") {
    const auto at = text.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    return text.replace(at, part.size(), instead);
  };
  const auto cutoff = [](const std::string& reached) {
    return scoring("1", "[0,4]", R"(,"cutoffs":[{"scale":"total","value":1,"meaning":"m")" + reached + "}]");
  };
  const std::vector<std::pair<std::string, std::string>> all{
      {without(scoring("1"), R"("version":"1")", R"("version":1)"),
       R"("place":"/version","message":"This must be a text)"},
      {without(scoring("1"), R"("version":"1",)"), R"("place":"/version","message":"The text \"version\" is missing)"},
      {without(scoring("1"), R"(,"commercial_builds":"on")"),
       R"("place":"/licence/commercial_builds","message":"This must be one of)"},
      {without(scoring("1"), R"("commercial_builds":"on")", R"("commercial_builds":true)"),
       R"("place":"/licence/commercial_builds","message":"This must be a text)"},
      {cutoff(""), R"("place":"/cutoffs/0/reached_when","message":"This must be one of)"},
      {cutoff(R"(,"reached_when":"over")"), R"("place":"/cutoffs/0/reached_when","message":"This must be one of)"},
      {scoring("1", "\"0 to 4\""), R"("place":"/scales/0/range","message":"This must be a list)"},
      {scoring("1", "[0,4]", R"(,"reliable_change":[{"scale":"total","kind":"reliable_change","value":"6"}])"),
       R"("place":"/reliable_change/0/value","message":"This must be a number)"},
      {without(scoring("1"), R"("items":["a","b"])", R"("items":["a","b","b"])"), R"("place":"/scales/0/items/2")"},
  };
  for (const auto& [text, says] : all) {
    const auto body = check(upload(mood("1"), text)).body;
    EXPECT_TRUE(has(body, says)) << says << body;
    EXPECT_EQ(count(body, "\"message\""), 1U) << body;
  }
  const auto no_words = check(upload(without(mood("1"), R"("code":"0","display":"answer 0",)"), scoring("1"))).body;
  EXPECT_EQ(count(no_words, "\"message\""), 1U) << no_words;
}

TEST_P(InstrumentsApi, AVersionKeepsWhatPeopleWereTold) {
  ASSERT_EQ(save(upload(mood("1"), scoring("1"))).status, 201);
  const auto for_neutral =
      scoring("2", "[0,4]", R"(,"items_if_allowed":true,"review":[{"item":"a","min":1,"by":"n"}])");
  EXPECT_TRUE(has(check(upload(mood("2"), for_neutral)).body, "go to the neutral person first"));
  EXPECT_TRUE(has(check(upload(mood("2"), scoring("2", "[0,4]", R"(,"respondent":"therapist")"))).body,
                  "is filled in by others"));
  EXPECT_TRUE(has(check(upload(mood("2"), scoring("1", "[0,4]", R"(,"reverse":["a"])"))).body, "has another scoring"));
  EXPECT_EQ(save(upload(mood("2"), scoring("2", "[0,4]", R"(,"reverse":["a"])"))).status, 201);
}

TEST_P(InstrumentsApi, ManyUploadsDoNotKeepTheProgramFromStarting) {
  const auto filled = write([&](store::WriteTx& tx) -> Result<void> {
    for (std::int64_t number = 1; number <= kMostVersions; ++number) {
      tx.execute(kFill, {fmt::format("digest {}", number), "full", number, "{}", clock.now(), administrator});
    }
    return {};
  });
  ASSERT_TRUE(filled) << filled.error().detail;
  const auto refused = save(upload(mood("1"), scoring("1")));
  EXPECT_EQ(refused.status, 409);
  EXPECT_TRUE(has(refused.body, "instrument.too_many")) << refused.body;
  const auto taken = take_up(*db, clock.now(), soon());
  ASSERT_TRUE(taken) << taken.error().detail;
  EXPECT_NE(ask("phq-9"), "");
}

TEST_P(InstrumentsApi, SaysWhatCannotBeAskedHere) {
  auto text = mood("1");
  text.insert(text.rfind("]}"), R"(,{"linkId":"c","text":"Anything else?","type":"text"},
    {"linkId":"d","text":"Which of these?","type":"choice","repeats":true,"answerOption":[{"valueString":"x"},{"valueString":"y"}]})");
  const auto checked = check(upload(text, "", "mood"));
  EXPECT_TRUE(has(checked.body, R"("left_out":["Anything else?","Which of these?"])")) << checked.body;
  EXPECT_EQ(save(upload(text, "", "mood")).status, 201);
}

TEST_P(InstrumentsApi, TheLicencePageNamesEveryInstrument) {
  const auto all = list();
  for (const auto* id : {"arm-5", "check-in", "check-in-therapist", "core-om", "haq-ii", "oq-45", "ors", "srs", "wai-s",
                         "wai-sr", "wai-srt"}) {
    EXPECT_NE(entry(id), "") << id;
    EXPECT_FALSE(has(entry(id), R"("unverified":[])") && !has(entry(id), "srs")) << id;
  }
  EXPECT_TRUE(has(entry("phq-9"), "c1a2299f2ee3f7e5e80872b00b08dbd8c920c85322bab4344db79b724d5217e5"));
  EXPECT_TRUE(has(entry("check-in-therapist"), R"("filled_in_by":"therapist")"));
  EXPECT_TRUE(has(call(therapist, Method::get, "/api/questionnaires").body, R"("respondent":"therapist")"));
  EXPECT_TRUE(has(call(therapist, Method::get, "/api/questionnaires").body, "\"check-in\""));
  EXPECT_FALSE(has(all, "sdq"));
}

INSTANTIATE_TEST_SUITE_P(Engines, InstrumentsApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::instruments
