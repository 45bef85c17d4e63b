/// Every route, asked by everybody there is: what each hears, what nobody may hear, what stands in the audit afterwards
/// and who is told. A route of the table that has no scenario fails the test.
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "features/achievements/achievements.hpp"
#include "features/attachments/attachments_rules.hpp"
#include "features/check_in/check_in.hpp"
#include "features/closing_account/closing_account.hpp"
#include "features/closing_account/exceptions.hpp"
#include "features/consent/consent.hpp"
#include "features/consent/consent_texts.hpp"
#include "features/encounters/encounters.hpp"
#include "features/encounters/note_sections.hpp"
#include "features/goals/goals.hpp"
#include "features/homework/homework.hpp"
#include "features/invitations/invitations.hpp"
#include "features/log_in/log_in_api.hpp"
#include "features/log_in/recovery.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/log_in/totp.hpp"
#include "features/matching/search.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/notify/notify.hpp"
#include "features/notify/push_devices.hpp"
#include "features/passkeys/passkeys.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/people/staff.hpp"
#include "features/preferences/preferences.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/relationship_concern/sealed_words.hpp"
#include "features/safety/safety.hpp"
#include "features/safety_gate/safety_gate.hpp"
#include "features/signals/signal_words.hpp"
#include "features/therapist_profiles/therapist_profiles.hpp"
#include "features/therapist_switch/sealed_summary.hpp"
#include "http/live_frames.hpp"
#include "server/all_routes.hpp"
#include "server/call_audit.hpp"
#include "server/service.hpp"
#include "support/full_house.hpp"

namespace rapport::server {
namespace {

/// What one caller meets. `audit` lists rows as "ACTION OUTCOME/CLIENT", `told` live events as "PERSON:KIND", both
/// sorted and joined by spaces; a client who is not named in a row is "-".
struct Expected {
  int status = 0;
  std::string has = {};
  std::string audit = {};
  std::string told = {};
};

struct Scenario {
  std::string route;  ///< as in the table, with what follows '?' if anything
  std::string body;   ///< $id: a new UUID of version 7
  Expected nobody;
  Expected client;
  Expected other_client;
  Expected therapist;                   ///< of both clients
  Expected stranger;                    ///< a therapist of other people
  std::string may_be_known = {};        ///< secrets that are none here
  std::string first = {};               ///< a route that the therapist has called before, without a body
  std::optional<Expected> deputy = {};  ///< without it as the stranger
  /// Without it they are refused, as whoever has not the permission; what is open answers them as it does the stranger.
  std::optional<Expected> supervisor = {};
  std::optional<Expected> neutral = {};
  /// Without it they are refused, or answered as the neutral person is where it is enough to be logged in.
  std::optional<Expected> coordinator = {};
  std::optional<Expected> administrator = {};
};

/// A browser's own words, with the key of RFC 8291's example.
constexpr std::string_view kPushDevice =
    R"({"endpoint":"https://push.example.net/anew","auth":"BTBZMqHH6r4Tts7J_aSIgg","language":"en","p256dh":)"
    R"("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"})";

const Expected kNotLoggedIn{401, "session.none"};
/// A route that asks only that somebody is logged in: what each of the three behind the therapist hears.
Scenario for_all(Scenario scenario, const Expected& deputy, const Expected& supervisor, const Expected& neutral) {
  scenario.deputy = deputy;
  scenario.supervisor = supervisor;
  scenario.neutral = neutral;
  return scenario;
}
/// What is the administrator's alone, or theirs in another way than the therapist's.
Scenario with_administrator(Scenario scenario, const Expected& administrator) {
  scenario.administrator = administrator;
  return scenario;
}
Scenario with_supervisor(Scenario scenario, const Expected& supervisor) {
  scenario.supervisor = supervisor;
  return scenario;
}
Scenario with_coordinator(Scenario scenario, const Expected& coordinator) {
  scenario.coordinator = coordinator;
  return scenario;
}
Expected all_see(std::string has) {
  return {200, std::move(has)};
}
Scenario with_deputy(Scenario scenario, const Expected& deputy) {
  scenario.deputy = deputy;
  return scenario;
}
Scenario public_page(const std::string& route, const std::string& has) {
  return {route, "", all_see(has), all_see(has), all_see(has), all_see(has), all_see(has)};
}

/// The words that must reach nobody but those who are named.
struct Secret {
  std::string words;
  std::set<std::string> knowers;
};
const std::vector<Secret> kSecrets{
    {"private words", {"client", "therapist"}},
    {"file words", {"client", "therapist"}},
    {"Diary page", {"client", "therapist"}},
    {"unsent words", {"client"}},
    {"About Monday", {"client", "therapist"}},
    {"half a draft", {"client"}},
    {"agenda words", {"client", "therapist"}},
    {"goal words", {"client", "therapist"}},
    {"approach words", {"client", "therapist"}},
    {"task words", {"client", "therapist"}},
    {"kept page", {"client"}},
    {"shown page", {"client", "therapist"}},
    {"kept joy", {"client"}},
    {"noticed words", {"client", "therapist"}},
    {"note words", {"therapist"}},
    {"check-in words", {"client", "therapist"}},
    {"half a check-in", {"client"}},
    {"where words", {"client", "therapist"}},
    {"usual words", {"client"}},
    {"Amara", {"client", "therapist", "deputy", "supervisor", "neutral"}},
    {"other words", {"other_client", "therapist"}},
    {"Cem", {"other_client", "therapist"}},
    {"amara@example.org", {"client"}},
    {"agreed on paper", {"client"}},
    {"push.example.net", {}},
    {"Kitchen tablet", {"client"}},
    {"a2V5IG9mIHRoZSBraXRjaGVu", {"client"}},  // the id of that passkey
    {"Firefox", {"client"}},
    {R"("state":"withdrawn")", {"client"}},
    {"Berger", {"administrator", "client", "other_client", "therapist", "deputy", "supervisor", "neutral"}},
    {"Dora", {"administrator", "stranger", "therapist", "deputy"}},
    {"Emil", {"administrator", "deputy", "therapist", "supervisor", "client"}},
    {"Farah", {"administrator", "supervisor", "therapist", "deputy"}},
    {"Gita", {"administrator", "neutral", "client"}},
    {"Lena", {"administrator", "therapist", "supervisor"}},  // whose account is closed
    {"A court asks.", {"administrator", "supervisor", "therapist"}},
    {"Nora", {"therapist"}},
    {"Newcomer", {}},  // who looks for a therapist
    {"wishful words", {"client", "therapist"}},
    {"Otto", {"administrator"}},
    {"Hana", {"administrator", "coordinator"}},
    {"Ilse", {"administrator", "researcher"}},
    {"Jon", {"administrator", "coder"}},
    {"Kim", {"administrator", "client", "other_client"}},
    {"better off dead", {"client", "therapist", "deputy", "supervisor"}},
    {"PHQ-9 went up by 7", {"client", "therapist"}},  // the sentence of a signal; the client reads it in the record
    {"signal words", {"therapist"}},
    {"rejected by my therapist", {"client", "neutral"}},
    {"kept words", {"client"}},
    {"changing words", {"client"}},
    {"arriving words", {"other_client", "stranger"}},
    {"told therapist words", {"client", "therapist"}},
    {"told neutral words", {"client", "neutral"}},
    {"Count of yes", {"client"}},
    {R"("item":"7","value":2)", {"client", "therapist"}},  // what was sent
    {R"("item":"7","value":3)", {"client"}},               // a correction that was not sent yet
    {R"("value":14)", {"client", "therapist"}},            // the score
    // Of the form with an answer about harm. The other one has another band.
    {R"("band":"Minimal")", {"therapist"}},
    {R"("band":{"label":"Minimal")", {"therapist"}},
    {">Minimal<", {}},
};

/// A questionnaire as it is uploaded.
const std::string kMood =
    R"("questionnaire":"{\"resourceType\":\"Questionnaire\",\"id\":\"mood\",\"language\":\"en\",\"item\":[{)"
    R"(\"linkId\":\"1\",\"text\":\"Glad?\",\"type\":\"choice\",\"answerOption\":[{\"valueString\":\"yes\"},)"
    R"({\"valueString\":\"no\"}]}]}")";

Expected failed(const std::string& action, int status = 404, std::string has = "") {
  return {status, std::move(has), action + " failed/-"};
}
Expected refused(const std::string& action) {
  return {403, "forbidden", action + " refused/-"};
}
Scenario draft(const std::string& place, Expected client) {
  return {"PUT /api/" + place + "/draft",
          R"({"based_on":0,"subject":"","text":"anew"})",
          kNotLoggedIn,
          std::move(client),
          {404, "not_found"},
          {200, "\"revision\":1"},
          {404, "not_found"}};
}

const std::string both_hear_encounter = "client:encounter therapist:encounter";
Scenario held(const std::string& step, const std::string& has, const std::string& first = "") {
  return {"POST /api/encounters/{encounter}/" + step,
          "",
          kNotLoggedIn,
          refused("encounter." + step),
          refused("encounter." + step),
          {200, has, "encounter." + step + " done/client", both_hear_encounter},
          failed("encounter." + step),
          "",
          first};
}

const std::string both_hear_between = "client:between therapist:between";
/// What the two keep between sessions, read: `words` is what each of them finds there.
Scenario between(const std::string& topic, const std::string& action, const std::string& words) {
  return {"GET /api/episodes/{episode}/" + topic,
          "",
          kNotLoggedIn,
          {200, words, action + " done/client"},
          failed(action),
          {200, words, action + " done/client"},
          failed(action)};
}
/// A change by the client, who is heard by both; of the therapist as it is given.
Scenario changed_between(const std::string& route, const std::string& body, const std::string& action,
                         const Expected& therapist, const std::string& told = both_hear_between) {
  return {route,          body,      kNotLoggedIn,  {204, "", action + " done/client", told},
          failed(action), therapist, failed(action)};
}
std::vector<Scenario> scenarios_between_sessions() {
  const auto done = [](const std::string& action) {
    return Expected{204, "", action + " done/client", both_hear_between};
  };
  const Expected done_before{204, "", "", both_hear_between};
  return {
      between("goals", "goals.read", "goal words"),
      changed_between("POST /api/episodes/{episode}/goals", R"({"id":"$id","text":"goal words anew","mine":false})",
                      "goal.add", done("goal.add")),
      changed_between("POST /api/goals/{goal}/steps", R"({"step":"set_aside"})", "goal.step", done_before),
      changed_between("POST /api/goals/{goal}/ratings", R"({"id":"$id","progress":3})", "goal.rate",
                      failed("goal.rate", 409, "between.client_alone")),
      between("approach", "approach.read", "approach words"),
      changed_between("POST /api/episodes/{episode}/approach",
                      R"({"id":"$id","models":["mixed"],"style":"both","words":"approach words anew"})",
                      "approach.propose", done("approach.propose")),
      changed_between("PUT /api/approaches/{approach}/answer", R"({"agrees":true})", "approach.answer",
                      failed("approach.answer", 409, "approach.over")),
      between("homework", "homework.read", "shown page"),
      {"GET /api/episodes/{episode}/homework?limit=51", "", kNotLoggedIn, failed("homework.read", 422, "?limit"),
       failed("homework.read", 422), failed("homework.read", 422), failed("homework.read", 422)},
      changed_between("POST /api/episodes/{episode}/homework", R"({"id":"$id","kind":"task","title":"task words"})",
                      "homework.give", done("homework.give")),
      {"DELETE /api/homework/{homework}", "", kNotLoggedIn, failed("homework.take_back", 409, "between.not_yours"),
       failed("homework.take_back"), failed("homework.take_back", 409, "homework.begun"), failed("homework.take_back")},
      changed_between("PUT /api/homework/{homework}/outcome", R"({"outcome":"done"})", "homework.outcome",
                      failed("homework.outcome", 409, "between.client_alone")),
      changed_between("PUT /api/homework/{homework}/reminder", R"({"wanted":true})", "homework.reminder",
                      failed("homework.reminder", 409, "between.client_alone"), "client:between"),
      {"PUT /api/homework/{homework}/entries/{entry}",
       R"({"based_on":1,"content":{"text":"kept page anew"}})",
       kNotLoggedIn,
       {200, R"("revision":2)", "", "client:between"},
       failed("homework.write"),
       failed("homework.write", 409, "between.client_alone"),
       failed("homework.write")},
      changed_between("PUT /api/homework-entries/{entry}/shared", R"({"shared":true})", "homework.share",
                      failed("homework.share")),
      changed_between("DELETE /api/homework-entries/{entry}", "", "homework.remove", failed("homework.remove"),
                      "client:between"),
      between("achievements", "achievements.read", "noticed words"),
      changed_between(
          "POST /api/episodes/{episode}/achievements",
          R"({"id":"$id","kind":"achievement","text":"kept joy","at":"2026-11-18T09:00:00Z","shared":false})",
          "achievement.add", failed("achievement.add", 409, "achievement.kind"), "client:between"),
      changed_between("PUT /api/achievements/{achievement}/shared", R"({"shared":true})", "achievement.share",
                      failed("achievement.share", 409, "between.not_yours")),
      changed_between("DELETE /api/achievements/{achievement}", "", "achievement.remove", failed("achievement.remove"),
                      "client:between"),
  };
}

const std::string both_hear_opening = "client:opening therapist:opening";
/// With what a session opens, read: `words` is what each of them finds there.
Scenario opening(const std::string& rest, const std::string& action, const std::string& words) {
  return {"GET /api/encounters/{encounter}/" + rest,
          "",
          kNotLoggedIn,
          {200, words, action + " done/client"},
          failed(action),
          {200, words, action + " done/client"},
          failed(action)};
}
/// What the client alone may do.
Scenario says_opening(const std::string& route, const std::string& body, const std::string& action,
                      const Expected& client) {
  return {route, body, kNotLoggedIn, client, failed(action), refused(action), refused(action)};
}
/// What the therapist alone may do.
Scenario prepares(const std::string& rest, const std::string& action, const std::string& words) {
  return {"GET /api/encounters/{encounter}/" + rest,
          "",
          kNotLoggedIn,
          refused(action),
          refused(action),
          {200, words, action + " done/client"},
          failed(action)};
}
std::vector<Scenario> scenarios_of_openings() {
  const std::string content =
      R"({"based_on":2,"content":{"went_well":"check-in words anew","homework":[],"topics":[]}})";
  const std::string where =
      R"({"answers":{"place":"where words anew","country":"AT","phone":"+43 1","company":"alone","backup":"phone"},)"
      R"("keep_usual":false})";
  return {
      {"GET /api/check-ins",
       "",
       kNotLoggedIn,
       {200, R"("state":"sent")", "check_in.read done/client"},
       {200, R"("check_ins":[])"},
       refused("check_in.read"),
       refused("check_in.read")},
      opening("check-in", "check_in.read", "check-in words"),
      says_opening("PUT /api/encounters/{encounter}/check-in/draft", content, "check_in.write",
                   {200, R"("revision":3)", "", "client:opening"}),
      says_opening("POST /api/encounters/{encounter}/check-in", content, "check_in.send",
                   {200, R"("version":2)", "check_in.send done/client", both_hear_opening}),
      says_opening("PUT /api/encounters/{encounter}/check-in/reminder", R"({"wanted":true})", "check_in.reminder",
                   {204, "", "check_in.reminder done/client", "client:opening"}),
      opening("whereabouts", "whereabouts.read", "where words"),
      says_opening("PUT /api/encounters/{encounter}/whereabouts", where, "whereabouts.say",
                   {204, "", "whereabouts.say done/client", both_hear_opening}),
      says_opening("POST /api/encounters/{encounter}/whereabouts/skip", "", "whereabouts.skip", {204}),
      {"DELETE /api/me/usual-place",
       "",
       kNotLoggedIn,
       {204, "", "whereabouts.forget done/client"},
       {204},
       refused("whereabouts.forget"),
       refused("whereabouts.forget")},
      prepares("preparation", "preparation.read", "private words"),
      prepares("earlier-examples", "earlier_examples.read", R"("examples":[])"),
  };
}

/// Of a session that has not begun; src/features/recap/recap_test.cpp has the others.
std::vector<Scenario> scenarios_of_recaps() {
  const Expected none{200, R"("state":"none")", "recap.read done/client"};
  return {
      {"GET /api/recaps",
       "",
       kNotLoggedIn,
       {200, R"({"recaps":[])", "recaps.read done/client"},
       {200, R"({"recaps":[])", "recaps.read done/other_client"},
       refused("recaps.read"),
       refused("recaps.read")},
      {"GET /api/encounters/{encounter}/recap", "", kNotLoggedIn, none, failed("recap.read"), none,
       failed("recap.read")},
      {"PUT /api/encounters/{encounter}/recap",
       R"({"id":"$id","based_on":0,"lines":[],"left":[],"with_us":"breathe","homework":[]})", kNotLoggedIn,
       failed("recap.write", 409, "recap.not_yet"), failed("recap.write"), failed("recap.write", 409, "recap.not_yet"),
       failed("recap.write")},
      {"POST /api/encounters/{encounter}/recap/steps", R"({"id":"$id","step":"confirm","revision":1})", kNotLoggedIn,
       failed("recap.step", 409, "recap.step"), failed("recap.step"), failed("recap.step", 409, "recap.step"),
       failed("recap.step")},
      {"POST /api/encounters/{encounter}/feedback", R"({"id":"$id","to":"$therapist","words":"slower"})", kNotLoggedIn,
       failed("recap.feedback", 409, "recap.not_yet"), failed("recap.feedback"),
       failed("recap.feedback", 409, "between.client_alone"), failed("recap.feedback")},
  };
}

std::vector<Scenario> scenarios() {
  const std::string both_hear_message = "client:message therapist:message";
  const std::string both_hear_concern = "deputy:concern therapist:concern";
  const std::string both_hear_reply_time = "client:reply-time therapist:reply-time";
  return {
      public_page("GET /healthz", "ok"),
      public_page("GET /api/openapi.json", "\"openapi\":\"3.1.0\""),
      public_page("GET /api/live.schema.json", "LiveEvent"),
      public_page("GET /api/problems/{code:text}", "/api/problems/not_found"),
      public_page("GET /api/practice", "Test practice"),
      public_page("GET /api/crisis-contacts", "\"country\":\"AT\""),
      public_page("GET /api/crisis-contacts?country=DE", "TelefonSeelsorge"),
      for_all({"GET /api/live", "", kNotLoggedIn, failed("live.open", 422, "live.upgrade"), failed("live.open", 422),
               failed("live.open", 422), failed("live.open", 422)},
              failed("live.open", 422), failed("live.open", 422), failed("live.open", 422)),

      {"POST /api/login",
       R"({"login":"amara","password":"wrong"})",
       {401, "login.wrong", "login refused/-"},
       {401, "login.wrong", "login refused/-"},
       {401, "login.wrong", "login refused/-"},
       {401, "login.wrong", "login refused/-"},
       {401, "login.wrong", "login refused/-"}},
      {"POST /api/login",
       R"({"login":"amara","password":"right horse"})",
       {401, "login.passkey_needed", "login refused/-"},
       {401, "login.passkey_needed", "login refused/-"},
       {401, "login.passkey_needed", "login refused/-"},
       {401, "login.passkey_needed", "login refused/-"},
       {401, "login.passkey_needed", "login refused/-"}},
      {"POST /api/login",
       R"({"login":"amara","password":"right horse","code":"123456"})",
       {401, "login.code_wrong", "login refused/-"},
       {401, "login.code_wrong", "login refused/-"},
       {401, "login.code_wrong", "login refused/-"},
       {401, "login.code_wrong", "login refused/-"},
       {401, "login.code_wrong", "login refused/-"}},
      {"POST /api/login",
       R"({"login":"cem","password":"right horse"})",
       {200, "csrf", "login done/-"},
       {200, "csrf", "login done/-"},
       {200, "csrf", "login done/-"},
       {200, "csrf", "login done/-"},
       {200, "csrf", "login done/-"},
       "Cem"},
      {"POST /api/login",
       "{}",
       {422, "/password"},
       failed("login", 422),
       failed("login", 422),
       failed("login", 422),
       failed("login", 422)},
      {"POST /api/login/passkey-challenge",
       R"({"login":"amara","password":"right horse"})",
       {200, R"("passkeys":["a2V5IG9mIHRoZSBraXRjaGVu"])", "passkey.challenge done/-"},
       {200, R"("passkeys":["a2V5IG9mIHRoZSBraXRjaGVu"])", "passkey.challenge done/-"},
       {200, R"("passkeys":["a2V5IG9mIHRoZSBraXRjaGVu"])", "passkey.challenge done/-"},
       {200, R"("passkeys":["a2V5IG9mIHRoZSBraXRjaGVu"])", "passkey.challenge done/-"},
       {200, R"("passkeys":["a2V5IG9mIHRoZSBraXRjaGVu"])", "passkey.challenge done/-"},
       "a2V5IG9mIHRoZSBraXRjaGVu"},
      {"POST /api/login/passkey-challenge",
       R"({"login":"amara","password":"wrong horse"})",
       {401, "login.wrong", "passkey.challenge refused/-"},
       {401, "login.wrong", "passkey.challenge refused/-"},
       {401, "login.wrong", "passkey.challenge refused/-"},
       {401, "login.wrong", "passkey.challenge refused/-"},
       {401, "login.wrong", "passkey.challenge refused/-"}},
      public_page("POST /api/passkey-login/challenge", R"("passkeys":[])"),
      // Nobody's browser was asked.
      {"POST /api/passkey-login",
       R"({"passkey":{"id":"AQIDBA","client_data":"e30","authenticator_data":"AA","signature":"AA","user_handle":"AA"}})",
       {409, "passkey.over"},
       failed("login", 409, "passkey.over"),
       failed("login", 409, "passkey.over"),
       failed("login", 409, "passkey.over"),
       failed("login", 409, "passkey.over")},
      for_all({"GET /api/session",
               "",
               kNotLoggedIn,
               {200, "Amara Client"},
               {200, "Cem Client"},
               {200, "Berger Therapist"},
               {200, "Dora Therapist"}},
              {200, "Emil Deputy"}, {200, R"("role":"supervisor")"}, {200, R"("name":)"}),
      for_all({"POST /api/logout",
               "",
               kNotLoggedIn,
               {204, "", "logout done/-"},
               {204, "", "logout done/-"},
               {204, "", "logout done/-"},
               {204, "", "logout done/-"}},
              {204, "", "logout done/-"}, {204, "", "logout done/-"}, {204, "", "logout done/-"}),

      for_all({"GET /api/me/sessions",
               "",
               kNotLoggedIn,
               {200, R"("current":true)"},
               {200, R"("current":true)"},
               {200, R"("current":true)"},
               {200, R"("current":true)"}},
              {200, R"("current":true)"}, {200, R"("current":true)"}, {200, R"("current":true)"}),
      for_all({"DELETE /api/me/sessions/{session}",
               "",
               kNotLoggedIn,
               {204, "", "session.end done/-"},
               failed("session.end"),
               failed("session.end"),
               failed("session.end")},
              failed("session.end"), failed("session.end"), failed("session.end")),
      // Of the others none has a second log-in: their browsers are forgotten all the same.
      for_all({"DELETE /api/me/sessions",
               "",
               kNotLoggedIn,
               {204, "", "session.end_others done/-"},
               {204, "", "session.end_others done/-"},
               {204, "", "session.end_others done/-"},
               {204, "", "session.end_others done/-"}},
              {204, "", "session.end_others done/-"}, {204, "", "session.end_others done/-"},
              {204, "", "session.end_others done/-"}),
      // The client alone has a second factor, so a code is asked for.
      for_all({"PUT /api/me/password",
               R"({"password":"right horse","new_password":"another horse"})",
               kNotLoggedIn,
               failed("password.change", 422, "code.needed"),
               {204, "", "password.change done/-"},
               {204, "", "password.change done/-"},
               {204, "", "password.change done/-"}},
              {204, "", "password.change done/-"}, {204, "", "password.change done/-"},
              {204, "", "password.change done/-"}),
      for_all({"PUT /api/me/password",
               R"({"password":"right horse","new_password":"another horse","code":"ABCDE-FGHJK"})",
               kNotLoggedIn,
               {204, "", "password.change done/-"},
               {204, "", "password.change done/-"},
               {204, "", "password.change done/-"},
               {204, "", "password.change done/-"}},
              {204, "", "password.change done/-"}, {204, "", "password.change done/-"},
              {204, "", "password.change done/-"}),
      for_all({"PUT /api/me/password", R"({"password":"wrong horse","new_password":"another horse"})", kNotLoggedIn,
               failed("password.change", 422, "password.wrong"), failed("password.change", 422),
               failed("password.change", 422), failed("password.change", 422)},
              failed("password.change", 422), failed("password.change", 422), failed("password.change", 422)),

      for_all({"GET /api/me/second-factor",
               "",
               kNotLoggedIn,
               {200, R"("recovery_codes_left":10)"},
               {200, R"("recovery_codes_left":0)"},
               {200, R"("recovery_codes_left":0)"},
               {200, R"("recovery_codes_left":0)"}},
              {200}, {200}, {200}),
      for_all({"POST /api/me/second-factor",
               R"({"password":"right horse"})",
               kNotLoggedIn,
               failed("second_factor.begin", 409, "second_factor.exists"),
               {200, "otpauth://", "second_factor.begin done/-"},
               {200, "otpauth://", "second_factor.begin done/-"},
               {200, "otpauth://", "second_factor.begin done/-"}},
              {200, "otpauth://", "second_factor.begin done/-"}, {200, "otpauth://", "second_factor.begin done/-"},
              {200, "otpauth://", "second_factor.begin done/-"}),
      for_all({"POST /api/me/second-factor/confirmation", R"({"code":"123456"})", kNotLoggedIn,
               failed("second_factor.confirm", 409, "second_factor.over"), failed("second_factor.confirm", 409),
               failed("second_factor.confirm", 409), failed("second_factor.confirm", 409)},
              failed("second_factor.confirm", 409), failed("second_factor.confirm", 409),
              failed("second_factor.confirm", 409)),
      // The recovery code is the client's: for anybody else it is none.
      for_all({"POST /api/me/recovery-codes",
               R"({"password":"right horse","code":"ABCDE-FGHJK"})",
               kNotLoggedIn,
               {200, "-", "second_factor.renew_codes done/-"},
               failed("second_factor.renew_codes", 422, "code.wrong"),
               failed("second_factor.renew_codes", 422),
               failed("second_factor.renew_codes", 422)},
              failed("second_factor.renew_codes", 422), failed("second_factor.renew_codes", 422),
              failed("second_factor.renew_codes", 422)),
      for_all({"POST /api/me/second-factor/removal",
               R"({"password":"right horse","code":"ABCDE-FGHJK"})",
               kNotLoggedIn,
               {204, "", "second_factor.remove done/-"},
               failed("second_factor.remove", 422, "code.wrong"),
               failed("second_factor.remove", 422),
               failed("second_factor.remove", 422)},
              failed("second_factor.remove", 422), failed("second_factor.remove", 422),
              failed("second_factor.remove", 422)),

      for_all({"POST /api/me/second-factor/replacement",
               R"({"password":"right horse","code":"ABCDE-FGHJK"})",
               kNotLoggedIn,
               {200, "otpauth://", "second_factor.begin_replacement done/-"},
               failed("second_factor.begin_replacement", 422, "code.wrong"),
               failed("second_factor.begin_replacement", 422),
               failed("second_factor.begin_replacement", 422)},
              failed("second_factor.begin_replacement", 422), failed("second_factor.begin_replacement", 422),
              failed("second_factor.begin_replacement", 422)),
      for_all({"POST /api/me/second-factor/replacement/confirmation", R"({"code":"123456"})", kNotLoggedIn,
               failed("second_factor.replace", 409, "second_factor.over"), failed("second_factor.replace", 409),
               failed("second_factor.replace", 409), failed("second_factor.replace", 409)},
              failed("second_factor.replace", 409), failed("second_factor.replace", 409),
              failed("second_factor.replace", 409)),

      {"POST /api/recovery",
       R"({"login":"amara"})",
       {409, "recovery.no_mail"},
       failed("recovery.ask", 409, "recovery.no_mail"),
       failed("recovery.ask", 409),
       failed("recovery.ask", 409),
       failed("recovery.ask", 409)},
      // It says nothing of whose it is.
      {"POST /api/recovery/link", R"({"token":"$link"})", all_see(R"("asks_code":false)"),
       all_see(R"("has_second_factor":true)"), all_see(R"("has_second_factor":true)"), all_see(R"("factor_ends_at")"),
       all_see(R"("factor_ends_at")")},
      {"POST /api/recovery/link",
       R"({"token":"of nobody"})",
       {404, "recovery.gone"},
       {404, "recovery.gone"},
       {404, "recovery.gone"},
       {404, "recovery.gone"},
       {404, "recovery.gone"}},
      {"POST /api/recovery/password",
       R"({"token":"$link","new_password":"another horse"})",
       {204, "", "recovery.password done/-"},
       failed("recovery.password", 404, "recovery.gone"),
       failed("recovery.password", 404),
       failed("recovery.password", 404),
       failed("recovery.password", 404)},
      // Of a member of staff, without a recovery code. Whoever has the link acts as them, also where it fails.
      {"POST /api/recovery/password", R"({"token":"$staff_link","new_password":"another horse"})",
       failed("recovery.password", 422, "code.wrong"), failed("recovery.password", 422),
       failed("recovery.password", 422), failed("recovery.password", 422), failed("recovery.password", 422)},
      {"POST /api/recovery/request",
       R"({"token":"$staff_link"})",
       {204, "", "recovery.request done/-"},
       failed("recovery.request", 404, "recovery.gone"),
       failed("recovery.request", 404),
       failed("recovery.request", 404),
       failed("recovery.request", 404)},
      {"POST /api/recovery/request", R"({"token":"$link"})", failed("recovery.request", 409, "recovery.no_code_asked"),
       failed("recovery.request", 409), failed("recovery.request", 409), failed("recovery.request", 409),
       failed("recovery.request", 409)},
      {"POST /api/recovery/stop",
       R"({"token":"$stop"})",
       {204, "", "recovery.stop done/-"},
       failed("recovery.stop", 404, "recovery.gone"),
       failed("recovery.stop", 404),
       failed("recovery.stop", 404),
       failed("recovery.stop", 404)},
      with_administrator({"GET /api/recovery-requests", "", kNotLoggedIn, {403}, {403}, {403}, {403}},
                         {200, R"("requests":[{"account":)"}),
      with_administrator(
          {"POST /api/recovery-requests/{account}/confirmation", "", kNotLoggedIn, refused("recovery.vouch"),
           refused("recovery.vouch"), refused("recovery.vouch"), refused("recovery.vouch")},
          {204, "", "recovery.vouch done/-"}),
      with_administrator({"DELETE /api/recovery-requests/{account}", "", kNotLoggedIn, refused("recovery.refuse"),
                          refused("recovery.refuse"), refused("recovery.refuse"), refused("recovery.refuse")},
                         {204, "", "recovery.refuse done/-"}),

      for_all({"GET /api/me/passkeys",
               "",
               kNotLoggedIn,
               {200, "Kitchen tablet"},
               {200, R"("passkeys":[])"},
               {200, R"("passkeys":[])"},
               {200, R"("passkeys":[])"}},
              {200, R"("passkeys":[])"}, {200, R"("passkeys":[])"}, {200, R"("passkeys":[])"}),
      // Whoever has a second factor already needs it to add another.
      for_all({"POST /api/me/passkeys/creation",
               R"({"password":"right horse"})",
               kNotLoggedIn,
               failed("passkey.begin", 422, "code.needed"),
               {200, "user_handle", "passkey.begin done/-"},
               {200, "user_handle", "passkey.begin done/-"},
               {200, "user_handle", "passkey.begin done/-"}},
              {200, "user_handle", "passkey.begin done/-"}, {200, "user_handle", "passkey.begin done/-"},
              {200, "user_handle", "passkey.begin done/-"}),
      for_all({"POST /api/me/passkeys/creation",
               R"({"password":"right horse","code":"ABCDE-FGHJK"})",
               kNotLoggedIn,
               {200, "user_handle", "passkey.begin done/-"},
               {200, "user_handle", "passkey.begin done/-"},
               {200, "user_handle", "passkey.begin done/-"},
               {200, "user_handle", "passkey.begin done/-"}},
              {200, "user_handle", "passkey.begin done/-"}, {200, "user_handle", "passkey.begin done/-"},
              {200, "user_handle", "passkey.begin done/-"}),
      for_all({"POST /api/me/passkeys", R"({"name":"Phone","client_data":"e30","authenticator_data":"AA"})",
               kNotLoggedIn, failed("passkey.add", 409, "passkey.over"), failed("passkey.add", 409, "passkey.over"),
               failed("passkey.add", 409, "passkey.over"), failed("passkey.add", 409, "passkey.over")},
              failed("passkey.add", 409), failed("passkey.add", 409), failed("passkey.add", 409)),
      for_all({"POST /api/me/passkeys/challenge",
               "",
               kNotLoggedIn,
               {200, R"("passkeys":["a2V5IG9mIHRoZSBraXRjaGVu"])"},
               {200, R"("passkeys":[])"},
               {200, R"("passkeys":[])"},
               {200, R"("passkeys":[])"}},
              {200, R"("passkeys":[])"}, {200, R"("passkeys":[])"}, {200, R"("passkeys":[])"}),
      for_all({"POST /api/me/passkeys/{passkey}/removal", R"({"password":"right horse"})", kNotLoggedIn,
               failed("passkey.remove", 422, "code.needed"), failed("passkey.remove"), failed("passkey.remove"),
               failed("passkey.remove")},
              failed("passkey.remove"), failed("passkey.remove"), failed("passkey.remove")),
      for_all({"POST /api/me/passkeys/{passkey}/removal",
               R"({"password":"right horse","code":"ABCDE-FGHJK"})",
               kNotLoggedIn,
               {204, "", "passkey.remove done/-"},
               failed("passkey.remove"),
               failed("passkey.remove"),
               failed("passkey.remove")},
              failed("passkey.remove"), failed("passkey.remove"), failed("passkey.remove")),

      for_all({"GET /api/me/email",
               "",
               kNotLoggedIn,
               {200, "amara@example.org"},
               {200, R"("undelivered":[])"},
               {200, R"("is_sent":false)"},
               {200, R"("is_sent":false)"}},
              {200, R"("is_sent":false)"}, {200, R"("is_sent":false)"}, {200, R"("is_sent":false)"}),
      for_all({"PUT /api/me/email", R"({"address":"anew@example.org","language":"de"})", kNotLoggedIn,
               failed("email.change", 422, "password.needed"), failed("email.change", 422), failed("email.change", 422),
               failed("email.change", 422)},
              failed("email.change", 422), failed("email.change", 422), failed("email.change", 422)),
      // The client has a second factor.
      for_all({"PUT /api/me/email",
               R"({"address":"anew@example.org","language":"de","password":"right horse","code":"ABCDE-FGHJK"})",
               kNotLoggedIn,
               {204, "", "email.change done/-"},
               {204, "", "email.change done/-"},
               {204, "", "email.change done/-"},
               {204, "", "email.change done/-"}},
              {204, "", "email.change done/-"}, {204, "", "email.change done/-"}, {204, "", "email.change done/-"}),
      for_all({"PUT /api/me/email", R"({"address":"no address","language":"de"})", kNotLoggedIn,
               failed("email.change", 422, "/address"), failed("email.change", 422), failed("email.change", 422),
               failed("email.change", 422)},
              failed("email.change", 422), failed("email.change", 422), failed("email.change", 422)),
      for_all({"POST /api/me/email/test", "", kNotLoggedIn, {202}, {202}, {202}, {202}}, {202}, {202}, {202}),
      for_all({"POST /api/me/email/test",
               "",
               kNotLoggedIn,
               {202},
               {202},
               {429, "email.tested"},
               {202},
               "",
               "POST /api/me/email/test"},
              {202}, {202}, {202}),

      for_all({"GET /api/me/push",
               "",
               kNotLoggedIn,
               {200, "Firefox"},
               {200, R"("devices":[])"},
               {200, R"("devices":[])"},
               {200, R"("offered":true)"}},
              {200, R"("devices":[])"}, {200, R"("devices":[])"}, {200, R"("devices":[])"}),
      for_all({"PUT /api/me/push/devices/{device}",
               std::string(kPushDevice),
               kNotLoggedIn,
               {204, "", "push_device.save done/-"},
               failed("push_device.save"),
               failed("push_device.save"),
               failed("push_device.save")},
              failed("push_device.save"), failed("push_device.save"), failed("push_device.save")),
      for_all({"PUT /api/me/push/devices/{device}",
               R"({"endpoint":"https://169.254.169.254/","p256dh":"AAAA","auth":"AAAA","language":"en"})", kNotLoggedIn,
               failed("push_device.save", 422, "/endpoint"), failed("push_device.save", 422, "/p256dh"),
               failed("push_device.save", 422, "/auth"), failed("push_device.save", 422)},
              failed("push_device.save", 422), failed("push_device.save", 422), failed("push_device.save", 422)),
      for_all({"DELETE /api/me/push/devices/{device}",
               "",
               kNotLoggedIn,
               {204, "", "push_device.remove done/-"},
               failed("push_device.remove"),
               failed("push_device.remove"),
               failed("push_device.remove")},
              failed("push_device.remove"), failed("push_device.remove"), failed("push_device.remove")),
      for_all({"POST /api/me/push/devices/{device}/test",
               "",
               kNotLoggedIn,
               {202},
               {404, "not_found"},
               {404, "not_found"},
               {404, "not_found"}},
              {404, "not_found"}, {404, "not_found"}, {404, "not_found"}),

      {"GET /api/episodes",
       "",
       kNotLoggedIn,
       {200, "Berger Therapist", "episodes.read done/client"},
       {200, "Berger Therapist", "episodes.read done/other_client"},
       {200, "Amara Client", "episodes.read done/client episodes.read done/other_client"},
       {200, R"({"episodes":[]})"}},
      {"GET /api/caseload",
       "",
       kNotLoggedIn,
       refused("caseload.read"),
       refused("caseload.read"),
       {200, "reply_due", "caseload.read done/client caseload.read done/other_client"},
       {200, R"({"clients":[]})"}},
      {"GET /api/me/access?language=en",
       "",
       kNotLoggedIn,
       {200, "\"more\":false", "access.read done/client"},
       {200, "\"more\":false", "access.read done/other_client"},
       refused("access.read"),
       refused("access.read")},
      {"GET /api/me/consents?language=de",
       "",
       kNotLoggedIn,
       {200, "agreed on paper"},
       {200, "Aufnahme von Sitzungen"},
       {200, "in Studien"},
       {200, "in Studien"}},
      {"PUT /api/me/consents/{purpose:text}",
       R"({"version":"$version","language":"en","given":true,"based_on":2})",
       kNotLoggedIn,
       {200, R"("state":"given")", "consent.decide done/client"},
       failed("consent.decide", 409, "consent.older"),
       failed("consent.decide"),
       failed("consent.decide")},
      {"PUT /api/me/consents/{purpose:text}", R"({"version":"2020-01-01.1","language":"en","given":true,"based_on":2})",
       kNotLoggedIn, failed("consent.decide", 409, "consent.version"), failed("consent.decide", 409, "consent.version"),
       failed("consent.decide"), failed("consent.decide")},
      // Withdrawn and never agreed to read alike.
      {"GET /api/episodes/{episode}/consents",
       "",
       kNotLoggedIn,
       refused("consents.read"),
       refused("consents.read"),
       {200,
        R"("given":true},{"purpose":"recording","title":"Recording of sessions","given":false},{"purpose":"transcripts",)"
        R"("title":"Having sessions written down","given":false}]})",
        "consents.read done/client"},
       failed("consents.read")},
      {"GET /api/me/record.json",
       "",
       kNotLoggedIn,
       {200, "private words", "record.download done/client"},
       {200, "Cem Client", "record.download done/other_client"},
       refused("record.download"),
       refused("record.download"),
       "Dora"},
      {"GET /api/me/record.html?language=de",
       "",
       kNotLoggedIn,
       {200, "private words", "record.download done/client"},
       {200, "Cem Client", "record.download done/other_client"},
       refused("record.download"),
       refused("record.download"),
       "Dora"},
      {"GET /api/episodes/{episode}/rooms",
       "",
       kNotLoggedIn,
       {200, "About Monday", "rooms.read done/client"},
       failed("rooms.read"),
       {200, "About Monday", "rooms.read done/client"},
       failed("rooms.read")},
      {"POST /api/episodes/{episode}/threads",
       R"({"id":"$id","subject":"New subject"})",
       kNotLoggedIn,
       {201, "New subject", "thread.begin done/client", "client:room therapist:room"},
       failed("thread.begin"),
       {201, "New subject", "thread.begin done/client", "client:room therapist:room"},
       failed("thread.begin")},
      // The subject that is stored is shown to whoever knows the id: a look like any other.
      {"POST /api/episodes/{episode}/threads",
       R"({"id":"$thread","subject":"New subject"})",
       kNotLoggedIn,
       {200, "About Monday", "thread.begin done/client", "client:room therapist:room"},
       failed("thread.begin"),
       {200, "About Monday", "thread.begin done/client", "client:room therapist:room"},
       failed("thread.begin")},
      {"PUT /api/episodes/{episode}/reply-time",
       R"({"hours":24})",
       kNotLoggedIn,
       refused("reply_time.propose"),
       refused("reply_time.propose"),
       {204, "", "reply_time.propose done/client", both_hear_reply_time},
       failed("reply_time.propose")},
      {"PUT /api/episodes/{episode}/reply-time", R"({"hours":337})", kNotLoggedIn, refused("reply_time.propose"),
       refused("reply_time.propose"), failed("reply_time.propose", 422, "/hours"), failed("reply_time.propose")},
      {"POST /api/episodes/{episode}/reply-time/agreement",
       R"({"hours":48})",
       kNotLoggedIn,
       {204, "", "reply_time.agree done/client", both_hear_reply_time},
       failed("reply_time.agree"),
       refused("reply_time.agree"),
       refused("reply_time.agree")},
      {"POST /api/episodes/{episode}/reply-time/agreement", R"({"hours":24})", kNotLoggedIn,
       failed("reply_time.agree", 409), failed("reply_time.agree"), refused("reply_time.agree"),
       refused("reply_time.agree")},

      {"POST /api/rooms/{room}/messages",
       R"({"id":"$id","text":"new words"})",
       kNotLoggedIn,
       {201, "new words", "message.send done/client", both_hear_message},
       failed("message.send"),
       {201, "new words", "message.send done/client", both_hear_message},
       failed("message.send")},
      {"POST /api/rooms/{room}/messages", R"({"id":"$id","text":""})", kNotLoggedIn,
       failed("message.send", 422, "/text"), failed("message.send"), failed("message.send", 422),
       failed("message.send")},
      {"POST /api/attachments",
       R"({"id":"$id","place":"{room}","name":"x.pdf","bytes":300000})",
       kNotLoggedIn,
       {201, R"("parts":2)"},
       {404, "not_found"},
       {201, R"("part_bytes":184320)"},
       {404, "not_found"}},
      {"GET /api/attachments?place={room}",
       "",
       kNotLoggedIn,
       {200, R"("of_message":5)"},
       {404, "not_found"},
       {200, R"("attachments":[])"},
       {404, "not_found"}},
      {"PUT /api/attachments/{attachment}/part",
       R"({"number":0,"content":"AAAA"})",
       kNotLoggedIn,
       {422, "attachment.part"},
       {404, "not_found"},
       {404, "not_found"},
       {404, "not_found"}},
      {"POST /api/attachments/{attachment}/check",
       "",
       kNotLoggedIn,
       {200, "application/pdf", "attachment.add done/client"},
       failed("attachment.add"),
       failed("attachment.add"),
       failed("attachment.add")},
      {"DELETE /api/attachments/{attachment}", "", kNotLoggedIn, {204}, {404}, {404}, {404}},
      {"GET /api/attachments/{attachment}/content",
       "",
       kNotLoggedIn,
       {200, "file words", "attachment.read done/client"},
       failed("attachment.read"),
       {200, "file words", "attachment.read done/client"},
       failed("attachment.read")},
      {"GET /api/rooms/{room}/events",
       "",
       kNotLoggedIn,
       {200, "private words", "room.read done/client"},
       failed("room.read"),
       {200, "private words", "room.read done/client"},
       failed("room.read")},
      {"GET /api/rooms/{room}/events?after=x", "", kNotLoggedIn, failed("room.read", 422, "?after"),
       failed("room.read", 422), failed("room.read", 422), failed("room.read", 422)},
      {"GET /api/rooms/{room}/events?after=%", "", kNotLoggedIn, failed("room.read", 422, "query.malformed"),
       failed("room.read", 422), failed("room.read", 422), failed("room.read", 422)},
      {"PUT /api/rooms/{room}/receipt",
       R"({"read":1})",
       kNotLoggedIn,
       {204, "", "", "client:receipt therapist:receipt"},
       {404},
       {204, "", "", "client:receipt therapist:receipt"},
       {404}},
      {"POST /api/rooms/{room}/typing",
       R"({"typing":true})",
       kNotLoggedIn,
       {204, "", "", "therapist:typing"},
       {404},
       {204, "", "", "client:typing"},
       {404}},
      {"GET /api/rooms/{room}/draft", "", kNotLoggedIn, {200, "half a draft"}, {404}, {200, R"("text":"")"}, {404}},
      {"GET /api/episodes/{episode}/draft",
       "",
       kNotLoggedIn,
       {200, R"("text":"")"},
       {404},
       {200, R"("text":"")"},
       {404}},
      {"GET /api/encounters",
       "",
       kNotLoggedIn,
       {200, R"("agenda_left":1)", "encounters.read done/client"},
       {200, R"("encounters":[])"},
       {200, R"("agenda_left":1)", "encounters.read done/client"},
       {200, R"("encounters":[])"}},
      {"GET /api/episodes/{episode}/encounters",
       "",
       kNotLoggedIn,
       {200, R"("minutes":50)", "encounters.read done/client"},
       failed("encounters.read"),
       {200, R"("minutes":50)", "encounters.read done/client"},
       failed("encounters.read")},
      {"GET /api/episodes/{episode}/encounters?limit=101", "", kNotLoggedIn, failed("encounters.read", 422, "?limit"),
       failed("encounters.read", 422), failed("encounters.read", 422), failed("encounters.read", 422)},
      {"POST /api/episodes/{episode}/encounters",
       R"({"id":"$id","start":"2027-01-04T10:00:00+01:00","minutes":50,"channel":"chat"})",
       kNotLoggedIn,
       refused("encounter.plan"),
       refused("encounter.plan"),
       {201, "2027-01-04T09:00:00.000Z", "encounter.plan done/client", both_hear_encounter},
       failed("encounter.plan")},
      {"POST /api/episodes/{episode}/encounters", R"({"id":"$id","start":"tomorrow","minutes":50,"channel":"chat"})",
       kNotLoggedIn, refused("encounter.plan"), refused("encounter.plan"), failed("encounter.plan", 422, "/start"),
       failed("encounter.plan", 422)},
      {"GET /api/encounters/{encounter}",
       "",
       kNotLoggedIn,
       {200, "agenda words", "encounter.read done/client"},
       failed("encounter.read"),
       {200, "agenda words", "encounter.read done/client"},
       failed("encounter.read")},
      {"PATCH /api/encounters/{encounter}",
       R"({"minutes":25})",
       kNotLoggedIn,
       refused("encounter.change"),
       refused("encounter.change"),
       {200, R"("minutes":25)", "encounter.change done/client", both_hear_encounter},
       failed("encounter.change")},
      held("cancel", R"("status":"cancelled")"),
      held("open", R"("number":1)"),
      held("close", R"("status":"closed")", "POST /api/encounters/{encounter}/open"),
      {"PUT /api/encounters/{encounter}/agenda/{item}",
       R"({"place":3,"done":true})",
       kNotLoggedIn,
       {204, "", "agenda.write done/client", both_hear_encounter},
       failed("agenda.write"),
       {204, "", "agenda.write done/client", both_hear_encounter},
       failed("agenda.write")},
      {"PUT /api/encounters/{encounter}/agenda/{item}",
       R"({"text":"agenda words of somebody else","place":3,"done":true})",
       kNotLoggedIn,
       {204, "", "agenda.write done/client", both_hear_encounter},
       failed("agenda.write"),
       failed("agenda.write", 409, "agenda.not_yours"),
       failed("agenda.write")},
      {"DELETE /api/encounters/{encounter}/agenda/{item}",
       "",
       kNotLoggedIn,
       {204, "", "agenda.remove done/client", both_hear_encounter},
       failed("agenda.remove"),
       // Asked after the client, who removed it: nothing is left to remove.
       {204, "", "agenda.remove done/client", both_hear_encounter},
       failed("agenda.remove")},
      // The client is answered as by any route that their role never calls: that there are notes shows nowhere.
      {"GET /api/encounters/{encounter}/notes",
       "",
       kNotLoggedIn,
       refused("notes.read"),
       refused("notes.read"),
       {200, "note words", "notes.read done/client"},
       failed("notes.read")},
      {"GET /api/encounters/{encounter}/notes?version=2", "", kNotLoggedIn, refused("notes.read"),
       refused("notes.read"), failed("notes.read"), failed("notes.read")},
      {"PUT /api/encounters/{encounter}/notes",
       R"({"sitting":"$id","sections":[{"key":"talked","text":"more note words"}]})",
       kNotLoggedIn,
       refused("notes.write"),
       refused("notes.write"),
       {200, R"("version":2)", "notes.write done/client"},
       failed("notes.write")},
      draft("rooms/{room}", {409, "draft.older"}),  // there is one, which this device does not know
      draft("episodes/{episode}", {200, "\"revision\":1"}),

      {"GET /api/questionnaires", "", kNotLoggedIn, all_see("gad-7"), all_see("gad-7"), all_see("gad-7"),
       all_see("gad-7")},
      {"GET /api/questionnaires/{questionnaire:text}?language=de", "", kNotLoggedIn, all_see("Anspannung"),
       all_see("Anspannung"), all_see("Anspannung"), all_see("Anspannung")},
      {"GET /api/instruments",
       "",
       kNotLoggedIn,
       {403},
       {403},
       all_see("gad-7"),
       all_see("gad-7"),
       "",
       "",
       all_see("gad-7"),
       all_see("gad-7"),
       all_see("gad-7"),
       all_see("gad-7"),
       all_see(R"("state":"off")")},
      with_administrator(
          {"POST /api/instruments/check", R"({"questionnaire":"{}"})", kNotLoggedIn, {403}, {403}, {403}, {403}},
          {200, R"("line":1,"place":"/resourceType")"}),
      with_administrator({"POST /api/instruments", "{" + kMood + "}", kNotLoggedIn, refused("instrument.save"),
                          refused("instrument.save"), refused("instrument.save"), refused("instrument.save")},
                         {201, R"("instrument":"mood","number":1)", "instrument.save done/-"}),
      with_administrator(
          {"POST /api/instruments", R"({"questionnaire":"{}"})", kNotLoggedIn, refused("instrument.save"),
           refused("instrument.save"), refused("instrument.save"), refused("instrument.save")},
          failed("instrument.save", 422, "instrument.wrong")),
      with_administrator({"PUT /api/instruments/{instrument:text}/switch", R"({"on":false})", kNotLoggedIn,
                          refused("instrument.switch"), refused("instrument.switch"), refused("instrument.switch"),
                          refused("instrument.switch")},
                         {204, "", "instrument.switch done/-"}),
      with_administrator({"PUT /api/instruments/{instrument:text}/switch", R"({"on":true})", kNotLoggedIn,
                          refused("instrument.switch"), refused("instrument.switch"), refused("instrument.switch"),
                          refused("instrument.switch")},
                         failed("instrument.switch", 422, "/non_commercial")),
      {"GET /api/episodes/{episode}/forms",
       "",
       kNotLoggedIn,
       {200, "Moderate", "forms.read done/client"},
       failed("forms.read"),
       {200, "Moderate", "forms.read done/client"},
       failed("forms.read")},
      {"GET /api/episodes/{episode}/course",
       "",
       kNotLoggedIn,
       {200, R"("concerns":[{"kind":"rift"}])", "course.read done/client"},
       failed("course.read"),
       {200, R"("state":"open","questions":[9]}])", "course.read done/client"},
       failed("course.read")},
      {"POST /api/episodes/{episode}/forms",
       R"({"id":"$id","questionnaire":"k6","occasion":"on_request","due_in_days":3})",
       kNotLoggedIn,
       refused("form.ask"),
       refused("form.ask"),
       {201, "K6", "form.ask done/client", "client:form therapist:form"},
       failed("form.ask")},
      {"POST /api/episodes/{episode}/forms", R"({"id":"$id","questionnaire":"wai-sr","occasion":"on_request"})",
       kNotLoggedIn, refused("form.ask"), refused("form.ask"), failed("form.ask", 422, "form.not_offered"),
       failed("form.ask")},
      {"GET /api/forms/{form}",
       "",
       kNotLoggedIn,
       {200, R"("draft")", "form.read done/client"},
       failed("form.read"),
       {200, R"("item":"7","value":2)", "form.read done/client"},
       failed("form.read")},
      {"PUT /api/forms/{form}/answers",
       R"({"based_on":2,"language":"en","answers":[{"item":"1","value":1}]})",
       kNotLoggedIn,
       {200, "\"revision\":3"},
       {404},
       {404},  // it is the client's to fill in
       {404}},
      {"POST /api/forms/{form}/completion",
       R"({"revision":2,"version":2})",
       kNotLoggedIn,
       {201, R"("version":2)", "form.complete done/client", "client:form therapist:form"},
       failed("form.complete"),
       failed("form.complete"),
       failed("form.complete")},
      {"DELETE /api/forms/{form}", "", kNotLoggedIn, refused("form.withdraw"), refused("form.withdraw"),
       failed("form.withdraw", 409, "form.sent"), failed("form.withdraw")},
      {"PUT /api/forms/{form}/items-allowed",
       R"({"allowed":true})",
       kNotLoggedIn,
       {204, "", "form.allow_items done/client", "client:form therapist:form"},
       failed("form.allow_items"),
       failed("form.allow_items"),
       failed("form.allow_items")},
      {"GET /api/episodes/{episode}/measurement-plan",
       "",
       kNotLoggedIn,
       {200, R"("usual":true)"},
       {404},
       {200, R"("usual":true)"},
       {404}},
      {"GET /api/episodes/{episode}/signals?language=en",
       "",
       kNotLoggedIn,
       refused("signals.read"),
       refused("signals.read"),
       {200, "PHQ-9 went up by 7", "signals.read done/client"},
       failed("signals.read")},
      {"GET /api/signals/{signal}?language=de",
       "",
       kNotLoggedIn,
       refused("signal.read"),
       refused("signal.read"),
       {200, R"("title":"Verlässlich schlechter")", "signal.read done/client"},
       failed("signal.read")},
      {"POST /api/signals/{signal}/outcomes?language=en",
       R"({"id":"$id","outcome":"discussed","follow_up":"next_session","note":"signal words"})",
       kNotLoggedIn,
       refused("signal.answer"),
       refused("signal.answer"),
       {200, "signal words", "signal.answer done/client"},
       failed("signal.answer")},
      {"POST /api/signals/{signal}/outcomes?language=en", R"({"id":"$id","outcome":"deferred"})", kNotLoggedIn,
       refused("signal.answer"), refused("signal.answer"), failed("signal.answer", 422, "/defer_days"),
       failed("signal.answer")},
      {"POST /api/signals/{signal}/outcomes?language=en",
       R"({"id":"00000000-0000-4000-8000-000000000000","outcome":"acted"})", kNotLoggedIn, refused("signal.answer"),
       refused("signal.answer"), failed("signal.answer", 422, "signal.id_not_v7"), failed("signal.answer")},
      {"POST /api/signals/{signal}/follow-up?language=en", R"({"result":"better","note":"signal words"})", kNotLoggedIn,
       refused("signal.follow_up"), refused("signal.follow_up"), failed("signal.follow_up", 409, "signal.no_follow_up"),
       failed("signal.follow_up")},
      with_supervisor({"GET /api/signals/unanswered?language=en", "", kNotLoggedIn, refused("signals.watch"),
                       refused("signals.watch"), refused("signals.watch"), refused("signals.watch")},
                      {200, R"("title":"Reliably worse")", "signals.watch done/client"}),
      with_coordinator(with_administrator({"GET /api/practice-report?language=en", "", kNotLoggedIn,
                                           refused("practice_report.read"), refused("practice_report.read"),
                                           refused("practice_report.read"), refused("practice_report.read")},
                                          {200, R"("studies":295)", "practice_report.read done/-"}),
                       {200, R"("studies":295)", "practice_report.read done/-"}),
      {"GET /api/episodes/{episode}/missed-forms",
       "",
       kNotLoggedIn,
       {200, R"("forms":)", "missed_forms.read done/client"},
       failed("missed_forms.read"),
       {200, R"("forms":)", "missed_forms.read done/client"},
       failed("missed_forms.read")},
      {"GET /api/episodes/{episode}/care",
       "",
       kNotLoggedIn,
       {200, R"("agreed":[])", "care.read done/client"},
       failed("care.read"),
       {200, R"("agreed":[])", "care.read done/client"},
       failed("care.read")},
      {"POST /api/episodes/{episode}/care",
       R"({"number":1,"sessions":1,"weeks":1,"first_contact_hours":24,"support":"a","safety":"b"})",
       kNotLoggedIn,
       refused("care.decide"),
       refused("care.decide"),
       {201, R"("number":1)", "care.decide done/client"},
       failed("care.decide")},
      {"PUT /api/episodes/{episode}/items-shown",
       R"({"questionnaire":"sparq","shown":true})",
       kNotLoggedIn,
       {204, "", "form.show_items done/client"},
       failed("form.show_items"),
       refused("form.show_items"),
       refused("form.show_items")},
      for_all({"GET /api/concerns",
               "",
               kNotLoggedIn,
               refused("concerns.read"),
               refused("concerns.read"),
               {200, R"("kind":"safety")", "concerns.read done/client"},
               {200, R"({"concerns":[]})"}},
              {200, R"("kind":"safety")", "concerns.read done/client"}, {200, R"({"concerns":[]})"},
              {200, R"("kind":"rift")", "concerns.read done/client"}),
      for_all({"GET /api/concerns/{concern}",
               "",
               kNotLoggedIn,
               refused("concern.read"),
               refused("concern.read"),
               {200, "better off dead", "concern.read done/client"},
               failed("concern.read")},
              {200, "better off dead", "concern.read done/client"}, failed("concern.read"), failed("concern.read")),
      // The deputy comes first. The therapist changes nothing, and is shown what was answered.
      for_all({"POST /api/concerns/{concern}/acknowledgement",
               "",
               kNotLoggedIn,
               refused("concern.acknowledge"),
               refused("concern.acknowledge"),
               {200, R"("step":"acknowledged")", "concern.acknowledge done/client", both_hear_concern},
               failed("concern.acknowledge")},
              {200, R"("state":"acknowledged")", "concern.acknowledge done/client", both_hear_concern},
              failed("concern.acknowledge"), failed("concern.acknowledge")),
      for_all({"POST /api/concerns/{concern}/takeover",
               "",
               kNotLoggedIn,
               refused("concern.take_over"),
               refused("concern.take_over"),
               {200, R"("acknowledged_by":"Berger)", "concern.take_over done/client", both_hear_concern},
               failed("concern.take_over")},
              {200, R"("acknowledged_by":"Emil)", "concern.take_over done/client", both_hear_concern},
              failed("concern.take_over"), failed("concern.take_over")),
      for_all({"POST /api/concerns/{concern}/disposition", R"({"disposition":"contacted","note":"rang at noon"})",
               kNotLoggedIn, refused("concern.close"), refused("concern.close"),
               failed("concern.close", 409, "concern.closed"), failed("concern.close")},
              {200, "rang at noon", "concern.close done/client", both_hear_concern}, failed("concern.close"),
              failed("concern.close")),
      for_all({"POST /api/concerns/{concern}/disposition", R"({"disposition":"no_action"})", kNotLoggedIn,
               refused("concern.close"), refused("concern.close"), failed("concern.close", 422, "/note"),
               failed("concern.close")},
              failed("concern.close", 422, "concern.reason"), failed("concern.close"), failed("concern.close")),

      // What a client says of the two: the deputy and the supervisor, who hear of other concerns, have nothing of it.
      {"GET /api/me/relationship-concerns",
       "",
       kNotLoggedIn,
       {200, "kept words"},
       {200, R"({"concerns":[],"hearers":[{)"},
       {403},
       {403},
       "Gita"},
      {"POST /api/episodes/{episode}/relationship-concerns",
       R"({"id":"$id","words":"kept words"})",
       kNotLoggedIn,
       {201, R"("state":"kept")"},
       {404, "not_found"},
       {403},
       {403}},
      {"POST /api/episodes/{episode}/relationship-concerns",
       R"({"id":"00000000-0000-4000-8000-000000000000"})",
       kNotLoggedIn,
       {422, "relationship_concern.id_not_v7"},
       {422},
       {403},
       {403}},
      {"POST /api/me/relationship-concerns/{relationship_concern}/tellings",
       R"({"id":"$id","part":"therapist","account":"$therapist","words":"told therapist words","asks_for_another":false})",
       kNotLoggedIn,
       {201, R"("state":"told")", "relationship_concern.tell done/client",
        "client:relationship-concern therapist:relationship-concern"},
       failed("relationship_concern.tell"),
       refused("relationship_concern.tell"),
       refused("relationship_concern.tell")},
      {"POST /api/me/relationship-concerns/{relationship_concern}/tellings",
       R"({"id":"$id","part":"neutral_person","account":"$stranger","asks_for_another":false})", kNotLoggedIn,
       failed("relationship_concern.tell", 409, "relationship_concern.hearer"), failed("relationship_concern.tell"),
       refused("relationship_concern.tell"), refused("relationship_concern.tell")},
      {"POST /api/me/relationship-concerns/{relationship_concern}/words",
       R"({"id":"$id","telling":"$telling","text":"told therapist words"})",
       kNotLoggedIn,
       {201, "told therapist words", "relationship_concern.write done/client",
        "client:relationship-concern therapist:relationship-concern"},
       failed("relationship_concern.write"),
       refused("relationship_concern.write"),
       refused("relationship_concern.write")},
      {"POST /api/me/relationship-concerns/{relationship_concern}/agreement",
       R"({"agreement":"$agreement","agrees":true})",
       kNotLoggedIn,
       {200, R"("agrees":true)", "relationship_concern.agree done/client",
        "client:relationship-concern therapist:relationship-concern"},
       failed("relationship_concern.agree"),
       refused("relationship_concern.agree"),
       refused("relationship_concern.agree")},
      {"PUT /api/me/relationship-concerns/{relationship_concern}/mediation",
       R"({"wanted":true})",
       kNotLoggedIn,
       {200, R"("mediated":true)", "relationship_concern.mediate done/client",
        "client:relationship-concern neutral:relationship-concern therapist:relationship-concern"},
       failed("relationship_concern.mediate"),
       refused("relationship_concern.mediate"),
       refused("relationship_concern.mediate")},
      {"POST /api/me/relationship-concerns/{relationship_concern}/follow-up",
       R"({"follow_up":"$follow_up","answer":"same","readers":[]})",
       kNotLoggedIn,
       {200, R"("state":"not_better")", "relationship_concern.answer done/client", "client:relationship-concern"},
       failed("relationship_concern.answer"),
       refused("relationship_concern.answer"),
       refused("relationship_concern.answer")},
      {"POST /api/me/relationship-concerns/{relationship_concern}/ending",
       R"({"ending":"withdrawn"})",
       kNotLoggedIn,
       {200, R"("state":"withdrawn")", "relationship_concern.end done/client",
        "client:relationship-concern neutral:relationship-concern therapist:relationship-concern"},
       failed("relationship_concern.end"),
       refused("relationship_concern.end"),
       refused("relationship_concern.end")},
      {"PUT /api/me/relationship-concerns/{relationship_concern}/seen",
       R"({"seen":1})",
       kNotLoggedIn,
       {200, "told therapist words"},
       {404, "not_found"},
       {403},
       {403}},
      for_all({"GET /api/relationship-concerns",
               "",
               kNotLoggedIn,
               refused("relationship_concerns.read"),
               refused("relationship_concerns.read"),
               {200, R"("state":"heard")", "relationship_concerns.read done/client"},
               {200, R"({"concerns":[]})"}},
              {200, R"({"concerns":[]})"}, refused("relationship_concerns.read"),
              {200, R"("state":"told")", "relationship_concerns.read done/client"}),
      for_all({"GET /api/relationship-concerns/{relationship_concern}?language=de",
               "",
               kNotLoggedIn,
               refused("relationship_concern.read"),
               refused("relationship_concern.read"),
               {200, "told therapist words", "relationship_concern.read done/client"},
               failed("relationship_concern.read")},
              failed("relationship_concern.read"), refused("relationship_concern.read"),
              {200, "told neutral words", "relationship_concern.read done/client"}),
      // The therapist has heard it by what was written down.
      for_all({"POST /api/relationship-concerns/{relationship_concern}/hearing",
               R"({"seen":1})",
               kNotLoggedIn,
               refused("relationship_concern.hear"),
               refused("relationship_concern.hear"),
               {200, "told therapist words", "relationship_concern.hear done/client"},
               failed("relationship_concern.hear")},
              failed("relationship_concern.hear"), refused("relationship_concern.hear"),
              {200, R"("state":"heard")", "relationship_concern.hear done/client",
               "client:relationship-concern neutral:relationship-concern"}),
      for_all({"POST /api/relationship-concerns/{relationship_concern}/replies",
               R"({"id":"$id","text":"I have read it","seen":1})",
               kNotLoggedIn,
               refused("relationship_concern.reply"),
               refused("relationship_concern.reply"),
               {201, "I have read it", "relationship_concern.reply done/client",
                "client:relationship-concern therapist:relationship-concern"},
               failed("relationship_concern.reply")},
              failed("relationship_concern.reply"), refused("relationship_concern.reply"),
              {201, "I have read it", "relationship_concern.reply done/client",
               "client:relationship-concern neutral:relationship-concern"}),
      for_all({"POST /api/relationship-concerns/{relationship_concern}/agreements",
               R"({"id":"$id","text":"One thing less","seen":1})",
               kNotLoggedIn,
               refused("relationship_concern.propose"),
               refused("relationship_concern.propose"),
               {201, "One thing less", "relationship_concern.propose done/client",
                "client:relationship-concern therapist:relationship-concern"},
               failed("relationship_concern.propose")},
              failed("relationship_concern.propose"), refused("relationship_concern.propose"),
              {201, "One thing less", "relationship_concern.propose done/client",
               "client:relationship-concern neutral:relationship-concern"}),
      for_all({"PUT /api/relationship-concerns/{relationship_concern}/note",
               R"({"based_on":0,"text":"For myself"})",
               kNotLoggedIn,
               refused("notes.relationship_concern"),
               refused("notes.relationship_concern"),
               {200, R"("note":"For myself")", "notes.relationship_concern done/client"},
               failed("notes.relationship_concern")},
              failed("notes.relationship_concern"), refused("notes.relationship_concern"),
              {200, R"("note":"For myself")", "notes.relationship_concern done/client"}),
      // On the way to another therapist: whom the client leaves and whom they come to know of it once they were told,
      // and what the client wrote only the latter reads.
      {"GET /api/me/therapist-switch",
       "",
       kNotLoggedIn,
       {200, "changing words"},
       {200, R"("state":"told")"},
       {403},
       {403},
       "Dora"},
      {"POST /api/episodes/{episode}/therapist-switches",
       R"({"id":"$id","kind":"asked"})",
       kNotLoggedIn,
       {409, "therapist_switch.open"},
       {404, "not_found"},
       {403},
       {403}},
      {"PUT /api/me/therapist-switches/{therapist_switch}/therapist",
       R"({"based_on":4,"therapist":"$stranger"})",
       kNotLoggedIn,
       {200, R"("state":"chosen")", "", "client:therapist-switch"},
       {404, "not_found"},
       {403},
       {403},
       "Dora"},
      {"PUT /api/me/therapist-switches/{therapist_switch}/summary",
       R"({"based_on":4,"history":"summary","goals":"changing words","approach":"","reached":"","helped":"",)"
       R"("not_helped":"","more":""})",
       kNotLoggedIn,
       {200, R"("history":"summary")", "", "client:therapist-switch"},
       {404, "not_found"},
       {403},
       {403},
       "Dora"},
      {"PUT /api/me/therapist-switches/{therapist_switch}/day",
       R"({"based_on":4,"at":"2026-01-01T00:00:00Z","meeting":"joint","sessions":"keep"})",
       kNotLoggedIn,
       {200, R"("meeting":"joint")", "", "client:therapist-switch"},
       {404, "not_found"},
       {403},
       {403},
       "Dora"},
      {"PUT /api/me/therapist-switches/{therapist_switch}/day",
       R"({"based_on":2,"at":"2026-01-01T00:00:00Z","meeting":"joint","sessions":"keep"})",
       kNotLoggedIn,
       {409, "therapist_switch.older"},
       {404, "not_found"},
       {403},
       {403}},
      {"POST /api/me/therapist-switches/{therapist_switch}/telling",
       R"({"based_on":4})",
       kNotLoggedIn,
       {200, R"("state":"told")", "therapist_switch.tell done/client",
        "client:therapist-switch stranger:therapist-switch therapist:therapist-switch"},
       failed("therapist_switch.tell"),
       refused("therapist_switch.tell"),
       refused("therapist_switch.tell"),
       "Dora"},
      {"POST /api/me/therapist-switches/{therapist_switch}/withdrawal",
       "",
       kNotLoggedIn,
       {204, "", "", "client:therapist-switch"},
       failed("therapist_switch.withdraw"),
       refused("therapist_switch.withdraw"),
       refused("therapist_switch.withdraw")},
      with_deputy({"GET /api/therapist-switches",
                   "",
                   kNotLoggedIn,
                   refused("therapist_switches.read"),
                   refused("therapist_switches.read"),
                   {200, R"("place":"from")", "therapist_switches.read done/other_client"},
                   {200, R"("place":"to")", "therapist_switches.read done/other_client"},
                   "Cem Berger"},
                  {200, R"({"switches":[]})"}),
      with_deputy({"GET /api/therapist-switches/{therapist_switch}",
                   "",
                   kNotLoggedIn,
                   refused("therapist_switch.read"),
                   refused("therapist_switch.read"),
                   {200, R"("duties":{"to_look_into":false)", "therapist_switch.read done/other_client"},
                   {200, "arriving words", "therapist_switch.read done/other_client"},
                   "Cem Berger"},
                  failed("therapist_switch.read")),
      with_deputy({"POST /api/therapist-switches/{therapist_switch}/duties",
                   "",
                   kNotLoggedIn,
                   refused("therapist_switch.take_over"),
                   refused("therapist_switch.take_over"),
                   failed("therapist_switch.take_over"),
                   {200, "arriving words", "therapist_switch.take_over done/other_client",
                    "other_client:therapist-switch stranger:therapist-switch therapist:therapist-switch"},
                   "Cem Berger"},
                  failed("therapist_switch.take_over")),
      {"PUT /api/episodes/{episode}/measurement-plan",
       R"({"forms":[{"questionnaire":"gad-7","when":"before_session"},{"questionnaire":"k6","when":"at_end"}]})",
       kNotLoggedIn,
       refused("measurement_plan.choose"),
       refused("measurement_plan.choose"),
       {204, "", "measurement_plan.choose done/client"},
       failed("measurement_plan.choose")},
      {"PUT /api/episodes/{episode}/measurement-plan/end", R"({"near":true})", kNotLoggedIn,
       refused("measurement_plan.end"), refused("measurement_plan.end"),
       failed("measurement_plan.end", 409, "measurement_plan.no_end"), failed("measurement_plan.end")},
      {"PUT /api/episodes/{episode}/measurement-plan/reminders",
       R"({"wanted":false})",
       kNotLoggedIn,
       {204, "", "measurement_plan.reminders done/client"},
       failed("measurement_plan.reminders"),
       refused("measurement_plan.reminders"),
       refused("measurement_plan.reminders")},
      {"DELETE /api/episodes/{episode}/measurement-plan",
       "",
       kNotLoggedIn,
       refused("measurement_plan.choose_usual"),
       refused("measurement_plan.choose_usual"),
       {204},
       failed("measurement_plan.choose_usual")},

      with_administrator(with_deputy({"GET /api/absences",
                                      "",
                                      kNotLoggedIn,
                                      {403},
                                      {403},
                                      {200, R"("state":"asked")"},
                                      {200, R"({"absences":[],)"},
                                      "Berger Dora Emil"},
                                     {200, R"("state":"asked")"}),
                         {200, R"("state":"asked")"}),
      // An administrator says whose absence it is; nobody stands in for themselves.
      with_administrator(
          with_deputy(
              {"POST /api/absences",
               R"({"id":"$id","deputy":"$stranger","from":"2027-01-10T00:00:00Z","until":"2027-01-20T00:00:00Z"})",
               kNotLoggedIn,
               refused("absence.announce"),
               refused("absence.announce"),
               {201, "", "absence.announce done/-",
                "client:room other_client:room stranger:room stranger:room therapist:room therapist:room"},
               failed("absence.announce", 422, "/deputy")},
              {201, "", "absence.announce done/-"}),
          failed("absence.announce")),
      with_deputy({"PUT /api/absences/{absence}/answer", R"({"agrees":true})", kNotLoggedIn, refused("absence.answer"),
                   refused("absence.answer"), failed("absence.answer"), failed("absence.answer")},
                  {204, "", "absence.answer done/-",
                   "client:room deputy:room deputy:room other_client:room therapist:room therapist:room"}),
      // The administrator has ended it when the therapist does so again.
      with_administrator(
          {"POST /api/absences/{absence}/end",
           "",
           kNotLoggedIn,
           refused("absence.end"),
           refused("absence.end"),
           {204, "", "", "client:room deputy:room deputy:room other_client:room therapist:room therapist:room"},
           failed("absence.end")},
          {204, "", "absence.end done/-",
           "client:room deputy:room deputy:room other_client:room therapist:room therapist:room"}),
      // An administrator sees how many there are, and of nobody a name.
      with_administrator(
          {"GET /api/people/{account}/treatments",
           "",
           kNotLoggedIn,
           refused("hand_overs.read"),
           refused("hand_overs.read"),
           {200, "Amara", "hand_overs.read done/client hand_overs.read done/other_client"},
           failed("hand_overs.read")},
          {200, R"("hand_over":{"id":)", "hand_overs.read done/client hand_overs.read done/other_client"}),
      with_administrator({"POST /api/hand-overs", R"({"id":"$id","episode":"{episode}","to":"$deputy"})", kNotLoggedIn,
                          refused("hand_over.plan"), refused("hand_over.plan"),
                          failed("hand_over.plan", 409, "hand_over.planned"), failed("hand_over.plan")},
                         failed("hand_over.plan", 409, "hand_over.planned")),
      // The administrator comes first: it waits a day, in which the therapist plans no other.
      with_administrator(with_deputy({"POST /api/hand-overs",
                                      R"({"id":"$id","episode":"$other_episode","to":"$deputy","sessions":"keep"})",
                                      kNotLoggedIn, refused("hand_over.plan"), refused("hand_over.plan"),
                                      failed("hand_over.plan", 409, "hand_over.planned"), failed("hand_over.plan")},
                                     failed("hand_over.plan")),
                         {201, "", "hand_over.plan done/other_client", "deputy:room other_client:room therapist:room"}),
      with_administrator({"DELETE /api/hand-overs/{hand_over}",
                          "",
                          kNotLoggedIn,
                          refused("hand_over.call_off"),
                          refused("hand_over.call_off"),
                          {204, "", "", "client:room deputy:room therapist:room"},
                          failed("hand_over.call_off")},
                         {204, "", "hand_over.call_off done/client", "client:room deputy:room therapist:room"}),
      {"GET /api/me/closing", "", kNotLoggedIn, {200, R"("waits":true)"}, {200, R"("waits":false)"}, {403}, {403}},
      {"POST /api/me/closing",
       R"({"password":"right horse","code":"ABCDE-FGHJK"})",
       kNotLoggedIn,
       {200, R"("state":"waiting")", "account.close_own done/client"},
       {200, R"("state":"locked")", "account.close_own done/other_client account.lock done/other_client",
        "therapist:closing"},
       refused("account.close_own"),
       refused("account.close_own")},
      {"POST /api/me/closing",
       R"({"password":"right horse"})",
       kNotLoggedIn,
       failed("account.close_own", 422, "code.needed"),
       {200, R"("state":"locked")", "account.close_own done/other_client account.lock done/other_client",
        "therapist:closing"},
       refused("account.close_own"),
       refused("account.close_own")},
      {"POST /api/me/closing", R"({"password":"wrong"})", kNotLoggedIn,
       failed("account.close_own", 422, "password.wrong"), failed("account.close_own", 422, "password.wrong"),
       refused("account.close_own"), refused("account.close_own")},
      {"DELETE /api/me/closing",
       "",
       kNotLoggedIn,
       {204},
       {204},
       refused("account.keep_own"),
       refused("account.keep_own")},
      with_administrator({"GET /api/closings", "", kNotLoggedIn, refused("closings.read"), refused("closings.read"),
                          refused("closings.read"), refused("closings.read")},
                         {200, "Lena", "closings.read done/-"}),
      // It waits a day.
      with_administrator(
          {"POST /api/closings", R"({"login":"cem"})", kNotLoggedIn, refused("account.close_client"),
           refused("account.close_client"), refused("account.close_client"), refused("account.close_client"), "Cem"},
          {200, "Cem Client", "account.close_client done/other_client", "other_client:closing therapist:closing"}),
      // Of somebody whose account is closed already.
      with_administrator({"DELETE /api/closings/{client}", "", kNotLoggedIn, refused("account.keep_client"),
                          refused("account.keep_client"), failed("account.keep_client"), failed("account.keep_client")},
                         failed("account.keep_client", 409, "closing.done")),
      with_administrator(
          {"POST /api/closings", R"({"login":"berger"})", kNotLoggedIn, refused("account.close_client"),
           refused("account.close_client"), refused("account.close_client"), refused("account.close_client")},
          failed("account.close_client")),
      with_administrator(
          {"PUT /api/closings/{client}/date", R"({"until":"2030-01-01T00:00:00Z","reason":"A court wants it kept."})",
           kNotLoggedIn, refused("closing.date"), refused("closing.date"), refused("closing.date"),
           refused("closing.date")},
          {200, "A court wants it kept.", "closing.date done/-"}),
      {"GET /api/closings/of-my-clients",
       "",
       kNotLoggedIn,
       refused("closings.read"),
       refused("closings.read"),
       {200, "Lena", "closings.read done/-"},
       {200, R"({"closings":[]})"}},

      // The supervisor asked for Lena's record, whom berger treated; so it is another who decides.
      with_supervisor({"GET /api/locked-records",
                       "",
                       kNotLoggedIn,
                       refused("locked_records.read"),
                       refused("locked_records.read"),
                       {200, "A court asks.", "locked_records.read done/-"},
                       {200, R"({"records":[],"exceptions":[],"of_others":[]})"}},
                      {200, "A court asks.", "locked_records.read done/-"}),
      with_supervisor({"POST /api/locked-records/{client}/exceptions",
                       R"({"id":"$id","reason":"A court asks."})",
                       kNotLoggedIn,
                       refused("exception.ask"),
                       refused("exception.ask"),
                       {201, "", "exception.ask done/-"},
                       failed("exception.ask")},
                      failed("exception.ask", 409, "exception.exists")),
      with_administrator(
          with_supervisor({"GET /api/exceptions", "", kNotLoggedIn, refused("exceptions.read"),
                           refused("exceptions.read"), refused("exceptions.read"), refused("exceptions.read")},
                          {200, R"("own":true)", "exceptions.read done/-"}),
          {200, R"("own":false)", "exceptions.read done/-"}),
      with_administrator(with_supervisor({"PUT /api/exceptions/{exception}/decision", R"({"granted":true})",
                                          kNotLoggedIn, refused("exception.decide"), refused("exception.decide"),
                                          refused("exception.decide"), refused("exception.decide")},
                                         failed("exception.decide", 409, "exception.own")),
                         {204, "", "exception.decide done/-"}),
      // Of what the supervisor asked for, whoever treated the client.
      with_supervisor({"DELETE /api/exceptions/{exception}",
                       "",
                       kNotLoggedIn,
                       refused("exception.refuse"),
                       refused("exception.refuse"),
                       {204, "", "exception.refuse done/-"},
                       failed("exception.refuse")},
                      failed("exception.refuse")),
      with_supervisor({"GET /api/exceptions/{exception}/record", "", kNotLoggedIn, refused("exception.read"),
                       refused("exception.read"), failed("exception.read"), failed("exception.read")},
                      failed("exception.read")),
      with_administrator({"GET /api/people", "", kNotLoggedIn, {403}, {403}, {403}, {403}}, {200, "Otto"}),
      with_administrator({"POST /api/people/{account}/closure", "", kNotLoggedIn, refused("account.close"),
                          refused("account.close"), refused("account.close"), refused("account.close")},
                         {204, "", "account.close done/-"}),
      with_administrator({"POST /api/people/{account}/dismissal", "", kNotLoggedIn, refused("account.dismiss"),
                          refused("account.dismiss"), refused("account.dismiss"), refused("account.dismiss")},
                         failed("account.dismiss", 409, "account.no_deputy")),
      with_administrator(
          {"PUT /api/people/{account}/backing", R"({"part":"supervisor","person":"$supervisor"})", kNotLoggedIn,
           refused("backing.change"), refused("backing.change"), refused("backing.change"), refused("backing.change")},
          {204, "", "backing.change done/-"}),
      with_administrator(
          {"PUT /api/people/{account}/backing", R"({"part":"supervisor","person":"$neutral"})", kNotLoggedIn,
           refused("backing.change"), refused("backing.change"), refused("backing.change"), refused("backing.change")},
          failed("backing.change", 422, "/person")),
      with_administrator({"PUT /api/practice/neutral-person", R"({"neutral_person":"$neutral"})", kNotLoggedIn,
                          refused("neutral_person.change"), refused("neutral_person.change"),
                          refused("neutral_person.change"), refused("neutral_person.change")},
                         {204, "", "neutral_person.change done/-"}),
      for_all({"GET /api/profile-choices?language=de", "", kNotLoggedIn, all_see("Systemisch"), all_see("Systemisch"),
               all_see("Systemisch"), all_see("Systemisch")},
              all_see("Systemisch"), all_see("Systemisch"), all_see("Systemisch")),
      {"GET /api/me/therapist-profile",
       "",
       kNotLoggedIn,
       {403},
       {403},
       {200, R"("revision":0,"capacity":0,"clients":2)"},
       {200, R"("capacity":5,"clients":0)"},
       "",
       "",
       Expected{200, R"("revision":0,"capacity":0,"clients":0)"}},
      {"PUT /api/me/therapist-profile",
       R"({"based_on":0,"capacity":3,"approaches":["systemic"],"languages":["de"],"reasons":[],"focus":"","times":[],)"
       R"("way":{},"about":""})",
       kNotLoggedIn,
       refused("therapist_profile.change"),
       refused("therapist_profile.change"),
       {200, R"("revision":1)", "therapist_profile.change done/-"},
       failed("therapist_profile.change", 409, "therapist_profile.older"),
       "",
       "",
       Expected{200, R"("revision":1)", "therapist_profile.change done/-"}},
      {"GET /api/me/preferences", "", kNotLoggedIn, {200, "wishful words"}, {200, R"({"earlier":[]})"}, {403}, {403}},
      {"PUT /api/me/preferences",
       R"({"based_on":1,"way":{"tasks":-2},"gender_needed":false,"times":[],"words":"another wish"})",
       kNotLoggedIn,
       {200, "another wish", "preferences.change done/client"},
       failed("preferences.change", 409, "preferences.older"),
       refused("preferences.change"),
       refused("preferences.change")},
      {"GET /api/episodes/{episode}/preferences",
       "",
       kNotLoggedIn,
       refused("preferences.read"),
       refused("preferences.read"),
       {200, "wishful words", "preferences.read done/client"},
       failed("preferences.read")},
      {"GET /api/me/matches", "", kNotLoggedIn, {200, R"("state":"none")"}, {200, R"("state":"none")"}, {403}, {403}},
      {"PUT /api/me/therapist", R"({"therapist":"$stranger"})", kNotLoggedIn, failed("therapist.choose"),
       failed("therapist.choose"), refused("therapist.choose"), refused("therapist.choose")},
      {"PUT /api/me/assignment", "", kNotLoggedIn, failed("assignment.ask"), failed("assignment.ask"),
       refused("assignment.ask"), refused("assignment.ask")},
      with_coordinator(
          with_administrator({"GET /api/clients-waiting", "", kNotLoggedIn, refused("clients_waiting.read"),
                              refused("clients_waiting.read"), refused("clients_waiting.read"),
                              refused("clients_waiting.read"), "Berger, Dora, Emil"},
                             {200, R"("came_at")", "clients_waiting.read done/-"}),
          {200, R"("came_at")", "clients_waiting.read done/-"}),
      with_coordinator(
          with_administrator({"PUT /api/clients-waiting/{client}/therapist", R"({"therapist":"$stranger"})",
                              kNotLoggedIn, refused("therapist.assign"), refused("therapist.assign"),
                              refused("therapist.assign"), refused("therapist.assign")},
                             {204}),  // the coordinator was quicker
          {204, "", "therapist.assign done/-", "stranger:room"}),
      with_administrator({"GET /api/setup", "", kNotLoggedIn, {403}, {403}, {403}, {403}},
                         {200, R"("takes_clients":true)"}),
      with_administrator(
          {"POST /api/setup/confirmations", R"({"item":"retention"})", kNotLoggedIn, refused("setup.confirm"),
           refused("setup.confirm"), refused("setup.confirm"), refused("setup.confirm")},
          {204, "", "setup.confirm done/-"}),
      with_administrator(
          {"POST /api/setup/confirmations", R"({"item":"test_mail"})", kNotLoggedIn, refused("setup.confirm"),
           refused("setup.confirm"), refused("setup.confirm"), refused("setup.confirm")},
          failed("setup.confirm", 409, "setup.not_yet")),
      with_administrator(
          {"GET /api/invitations", "", kNotLoggedIn, {403}, {403}, {200, "Nora"}, {200, R"({"invitations":[]})"}},
          {200, "Otto"}),
      with_administrator({"POST /api/invitations",
                          R"({"id":"$id","role":"client","name":"Somebody"})",
                          kNotLoggedIn,
                          refused("invitation.make"),
                          refused("invitation.make"),
                          {201, "/join#", "invitation.make done/-"},
                          {201, "/join#", "invitation.make done/-"}},
                         {201, "/join#", "invitation.make done/-"}),
      with_administrator({"POST /api/invitations", R"({"id":"$id","role":"supervisor","name":"Somebody"})",
                          kNotLoggedIn, refused("invitation.make"), refused("invitation.make"),
                          refused("invitation.make"), refused("invitation.make")},
                         {201, "/join#", "invitation.make done/-"}),
      with_administrator({"DELETE /api/invitations/{invitation}",
                          "",
                          kNotLoggedIn,
                          refused("invitation.withdraw"),
                          refused("invitation.withdraw"),
                          {204, "", "invitation.withdraw done/-"},
                          failed("invitation.withdraw")},
                         failed("invitation.withdraw")),
      {"POST /api/invitation", R"({"token":"$token"})", all_see("Nora"), all_see("Nora"), all_see("Nora"),
       all_see("Nora"), all_see("Nora"), "Nora, Berger"},
      {"POST /api/invitation",
       R"({"token":"of nobody"})",
       {404, "invitation.gone"},
       {404, "invitation.gone"},
       {404, "invitation.gone"},
       {404, "invitation.gone"},
       {404, "invitation.gone"}},
      // A link that was used is none: also to the very same words, which would tell whether the password is right.
      {"POST /api/invitation/acceptance",
       R"({"token":"$token","name":"Nora","login":"nora","password":"quiet horse stairs"})",
       {204, "", "invitation.accept done/-", "therapist:room"},
       failed("invitation.accept", 404, "invitation.gone"),
       failed("invitation.accept", 404, "invitation.gone"),
       failed("invitation.accept", 404, "invitation.gone"),
       failed("invitation.accept", 404, "invitation.gone")},
      {"POST /api/invitation/acceptance",
       R"({"token":"of nobody","name":"Nora","login":"nora","password":"quiet horse stairs"})",
       {404, "invitation.gone"},
       failed("invitation.accept", 404, "invitation.gone"),
       failed("invitation.accept", 404, "invitation.gone"),
       failed("invitation.accept", 404, "invitation.gone"),
       failed("invitation.accept", 404, "invitation.gone")},
      {"POST /api/invitation/acceptance", R"({"token":"$token","name":"Nora","login":"nora","password":"too short"})",
       failed("invitation.accept", 422, "password.too_short"), failed("invitation.accept", 422),
       failed("invitation.accept", 422), failed("invitation.accept", 422), failed("invitation.accept", 422)},
  };
}

Scenario asked(std::string route, std::string body, std::string may_be_known = {}) {
  Scenario scenario;
  scenario.route = std::move(route);
  scenario.body = std::move(body);
  scenario.may_be_known = std::move(may_be_known);
  return scenario;
}

std::vector<Scenario> all_scenarios() {
  auto all = scenarios();
  for (auto& one : scenarios_between_sessions()) all.push_back(std::move(one));
  for (auto& one : scenarios_of_openings()) all.push_back(std::move(one));
  for (auto& one : scenarios_of_recaps()) all.push_back(std::move(one));
  return all;
}

class CountingSocket final : public http::LiveSocket {
 public:
  bool send(std::shared_ptr<const std::string> frame) override {
    frames.push_back(*frame);
    return true;
  }
  bool send_all(const std::vector<std::shared_ptr<const std::string>>& all) override {
    for (const auto& frame : all) frames.push_back(*frame);
    return true;
  }
  void close(int code, std::string_view) override { closed = code; }
  std::vector<std::string> frames;
  int closed = 0;
};

const store::Query kViews{"test.views",
                          "SELECT view_name FROM audit WHERE action = $1 AND outcome = 'done' ORDER BY id"};
const store::Query kAuditRows{"test.audit", "SELECT action, outcome, client_id FROM audit ORDER BY id"};

class Scenarios : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    // What another practice has brought is none of this one.
    questionnaires::use_stored_instruments(questionnaires::instruments_of_program());
    write_and_propose();
    keep_between_sessions();
    open_session();
    fill_form();
    invite_two();
    wish_and_search();
    concern_ = raise_concern("phq-9", 10, "9", safety::Kind::safety);
    rift_ = raise_concern("risq", 4, "3", safety::Kind::rift);
    find_signal();
    say_what_is_between();
    go_to_another();
    close_one();
    session_ = session_of(client).id;
    give_second_factor();
    give_ways_back();
    give_push_device();
    const people::NewHandOver planned{hand_over_, episode, deputy, clock.now() + std::chrono::hours(240)};
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return plan_hand_over(tx, {therapist, access::Role::therapist, {}, practice}, planned, {});
    }));
    give_passkey();
    ASSERT_TRUE(announce(absence_, deputy, clock.now() + std::chrono::hours(240), std::chrono::hours(24)));
    sink.take();
    add_all_routes(routes_.emplace(), {}, {}, {}, {{"push.example.net"}, "", "https://rooms.example.org"});
    service_ = std::make_unique<Service>(*house, *routes_, ServiceOptions{});
    people_ = {{"client", client},
               {"other_client", other_client},
               {"therapist", therapist},
               {"stranger", stranger},
               {"deputy", deputy},
               {"supervisor", supervisor},
               {"neutral", neutral},
               {"coordinator", coordinator},
               {"researcher", researcher},
               {"coder", coder},
               {"administrator", administrator}};
  }
  void TearDown() override {
    hang_up();
    audit_rows_seen_ = 0;
    service_.reset();
    FullHouseTest::TearDown();
  }

  /// What the audit has of that, the earliest first.
  std::vector<std::string> views_of(const std::string& action) {
    return *read([&](store::ReadTx& tx) -> Result<std::vector<std::string>> {
      return tx.list(kViews, {action}, [](const store::Row& row) { return std::string(row.text(0)); });
    });
  }
  /// The therapist is to be away.
  Result<bool> announce(people::AbsenceId id, AccountId who_stands_in, Time from, std::chrono::hours lasts) {
    return write([&](store::WriteTx& tx) {
      const access::Viewer by{therapist, access::Role::therapist, {}, practice};
      return people::announce(tx, by, {id, therapist, who_stands_in, from, from + lasts});
    });
  }

  /// Something that the client keeps for themselves, and something that both who could hear it were told: the therapist
  /// has written down what was agreed, and the client is asked whether it is better.
  void say_what_is_between() {
    namespace rc = relationship_concern;
    const auto key = keys->key_for(client, soon()).value();
    const auto tell = [&](store::WriteTx& tx, rc::TellingId id, rc::Part part, AccountId who, std::string words) {
      const rc::ToldWords told{rc::Words::from(std::move(words)).value(), false};
      return rc::tell(tx, client, {id, between_, part, who, rc::seal_told(*key, id, told)}, clock.now());
    };
    const auto said = write([&](store::WriteTx& tx) -> Result<void> {
      for (const auto id : {kept_, between_}) {
        TRY(rc::keep(tx, client, {id, episode, access::seal(*key, id.bytes(), "kept words")}, clock.now()));
      }
      TRY(tell(tx, telling_, rc::Part::therapist, therapist, "told therapist words"));
      TRY(tell(tx, rc::TellingId::make(clock.now()), rc::Part::neutral_person, neutral, "told neutral words"));
      TRY(rc::propose(tx, therapist, between_, agreement_, access::seal(*key, agreement_.bytes(), "We begin on time"),
                      clock.now(), 1));
      TRY_ASSIGN(auto session, encounters::find_encounter(tx, therapist, encounter));
      session.status = encounters::Status::closed;
      session.began_at = clock.now();
      TRY(rc::follow(tx, session, clock.now()));
      TRY_ASSIGN(const auto concern, rc::find_own(tx, client, between_));
      follow_up_ = rc::whole(tx, concern).follow_ups.front().id;
      return {};
    });
    ASSERT_TRUE(said) << said.error().detail;
  }

  /// A message in each chat, a thread, a draft of the client's and a reply time that waits for agreement.
  void write_and_propose() {
    const auto say = [&](store::WriteTx& tx, AccountId of, AccountId author, RoomId room,
                         std::string text) -> Result<void> {
      TRY_ASSIGN(const auto key, keys->key_for(of, soon()));
      TRY_ASSIGN(const auto words, (http::Text<1, messages::kLongestText>::from(std::move(text))));
      TRY_ASSIGN(auto sealed, messages::seal_message(*key, author, {MessageId::make(clock.now()), words}, clock.now()));
      TRY(messages::append_messages(tx, author, room, {sealed}, clock.now()));
      return {};
    };
    const auto key = keys->key_for(client, soon()).value();
    thread_ = RoomId::make(clock.now());
    const auto wrote = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(say(tx, client, client, chat, "private words"));
      TRY(attach(tx, *key));
      TRY(say(tx, other_client, other_client, other_chat, "other words"));
      TRY(people::open_thread(tx, client, episode, thread_, access::seal(*key, thread_.bytes(), "About Monday"),
                              clock.now()));
      TRY(messages::save_draft(tx, client, chat.uuid(), client, 0,
                               messages::seal_draft(*key, client, chat.uuid(), "", "half a draft"), clock.now(),
                               [](const messages::SealedDraft&) { return false; }));
      TRY(plan_and_note(tx, *key));
      TRY(agree_and_withdraw(tx, *key));
      TRY(people::change_profile(tx, *key, client,
                                 [](people::Profile& profile) { profile.give_email("amara@example.org"); }));
      TRY(people::change_profile(tx, *keys->key_for(deputy, soon()).value(), deputy,
                                 [](people::Profile& profile) { profile.give_email("emil@example.org"); }));
      return people::propose_reply_time(tx, therapist, episode, 48);
    });
    ASSERT_TRUE(wrote) << wrote.error().detail;
  }
  /// A file of the client's that was sent, and one whose parts have come.
  Result<void> attach(store::WriteTx& tx, const access::SealKey& key) {
    using namespace attachments;
    const auto bring = [&](AttachmentId id, const std::string& words) -> Result<StoredAttachment> {
      const auto bytes = "%PDF-1.4 " + words + "\nstartxref\n0\n%%EOF\n";
      const About about{"Diary page.pdf", "application/pdf", {}, {}, {}};
      const StoredAttachment file{
          id, client, client, chat.uuid(), std::ssize(bytes), false, clock.now(), seal_about(key, id, about)};
      TRY(attachments::announce(tx, file, 1'000'000));
      TRY(put_part(tx, client, id, 0, seal_part(key, id, 0, bytes)));
      return file;
    };
    TRY(bring(coming_file, "unsent words"));
    TRY_ASSIGN(const auto file, bring(sent_file, "file words"));
    TRY(finish(tx, client, file, {seal_part(key, sent_file, 0, "%PDF-1.4 file words\nstartxref\n0\n%%EOF\n")}));
    TRY_ASSIGN(const auto messages, messages::read_page(tx, client, chat, {}));
    return hang_on(tx, client, chat, messages.at(0).id, {{sent_file, file.sealed_about}});
  }
  /// A planned encounter with a point of the client's on its agenda and a note of the therapist's.
  Result<void> plan_and_note(store::WriteTx& tx, const access::SealKey& key) {
    const auto now = clock.now();
    TRY(encounters::plan_encounter(tx, therapist, episode, encounter,
                                   {now + std::chrono::hours(24), 50, encounters::Channel::chat, ""}, now));
    TRY(encounters::put_agenda_item(tx, client, encounter, item, 0, false,
                                    access::seal(key, item.bytes(), "agenda words"), now));
    TRY_ASSIGN(const auto section, (http::Text<1, 40>::from("talked")));
    TRY_ASSIGN(const auto words, (http::Text<0, encounters::kLongestSection>::from("note words")));
    TRY(encounters::save_note(tx, therapist, encounter, encounters::SittingId::make(now),
                              access::seal(key, encounter.bytes(), encounters::write_sections({{section, words}})),
                              now));
    return {};
  }

  /// A goal of the client's, an approach that waits for them, a diary with a page that is shown and one that is not, a
  /// joy that they keep for themselves, and what the therapist noticed.
  void keep_between_sessions() {
    using between_sessions::seal;
    const auto key = keys->key_for(client, soon()).value();
    const auto now = clock.now();
    const auto page = [&](homework::EntryId id, const std::string& words) {
      homework::EntryContent content;
      content.text = words;
      return homework::StoredEntry{id, homework_, now, now, 0, {}, seal(*key, id, content)};
    };
    const auto never = [](const homework::StoredEntry&) { return false; };
    const auto shown = homework::EntryId::make(now);
    const auto noticed = achievements::AchievementId::make(now);
    const auto joy = [&](achievements::AchievementId id, achievements::AchievementKind kind, const std::string& words) {
      return achievements::StoredAchievement{
          id, episode, kind, {}, now, now, {}, seal(*key, id, achievements::AchievementWords{words, {}})};
    };
    const auto kept = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(goals::add_goal(tx, client,
                          {goal_, episode, client, now, goals::GoalState::active,
                           seal(*key, goal_, goals::GoalWords{"goal words", ""})}));
      TRY(goals::propose_approach(tx, therapist,
                                  {approach_,
                                   episode,
                                   therapist,
                                   now,
                                   goals::ApproachState::proposed,
                                   {},
                                   {},
                                   seal(*key, approach_, goals::ApproachChoice{{"mixed"}, "both", "approach words"})}));
      homework::StoredHomework diary;
      diary.id = homework_;
      diary.episode = episode;
      diary.kind = homework::HomeworkKind::diary;
      diary.given_at = now;
      diary.sealed_task = seal(*key, homework_, homework::TaskWords{"task words", ""});
      TRY(homework::give(tx, therapist, diary));
      TRY(homework::save_entry(tx, client, page(entry_, "kept page"), never));
      TRY(homework::save_entry(tx, client, page(shown, "shown page"), never));
      TRY(homework::share_entry(tx, client, shown, true, now));
      TRY(achievements::add(tx, client, joy(achievement_, achievements::AchievementKind::achievement, "kept joy")));
      TRY(achievements::add(tx, therapist, joy(noticed, achievements::AchievementKind::noticed, "noticed words")));
      return {};
    });
    ASSERT_TRUE(kept) << kept.error().detail;
  }

  /// What the client sent before the session, what they have changed and not sent, and where they are.
  void open_session() {
    using between_sessions::seal;
    const auto key = keys->key_for(client, soon()).value();
    const auto now = clock.now();
    const auto never = [](const Bytes&) { return false; };
    const auto said = [&](std::string words) {
      check_in::CheckInContent content;
      content.went_well = std::move(words);
      return content;
    };
    const auto sent = said("check-in words");
    const auto no_points = [](const check_in::CheckInTopic&) { return Bytes(); };
    const safety_gate::Whereabouts where{"where words", "AT", {}, "112"};
    const safety_gate::UsualPlace usual{"usual words", "AT", {}, "112"};
    const auto opened = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(check_in::send(tx, client, encounter, {0, sent, {}, 0, seal(*key, encounter, sent)}, never, no_points, now));
      TRY(check_in::save_draft(tx, client, encounter, 1, seal(*key, encounter, said("half a check-in")), never, now));
      TRY(safety_gate::answer(tx, client, encounter, seal(*key, encounter, where), now));
      safety_gate::keep_usual(tx, client, seal(*key, client, usual), now);
      return {};
    });
    ASSERT_TRUE(opened) << opened.error().detail;
  }

  /// A consent that the therapist wrote down from paper, and one that the client gave and withdrew.
  Result<void> agree_and_withdraw(store::WriteTx& tx, const access::SealKey& key) {
    consent::Decision decision{.id = consent::ConsentId::make(clock.now()),
                               .person = client,
                               .purpose = "e_therapy",
                               .version = consent::texts().asked_now("e_therapy")->version,
                               .language = "en",
                               .given = true,
                               .by = therapist,
                               .at = clock.now()};
    decision.sealed_note = access::seal(key, decision.id.bytes(), "agreed on paper");
    TRY(consent::decide(tx, decision, {}));
    decision.sealed_note.reset();
    decision.purpose = "recording";
    decision.version = consent::texts().asked_now("recording")->version;
    decision.by = client;
    for (const bool given : {true, false}) {
      decision.id = consent::ConsentId::make(clock.now());
      decision.given = given;
      TRY(consent::decide(tx, decision, {}));
    }
    return {};
  }

  /// A form that was sent, and a correction of it that was not.
  void fill_form() {
    using namespace questionnaires;
    const auto key = keys->key_for(client, soon()).value();
    const auto all = [](double value) {
      Answers answers{"en", {}};
      for (int item = 1; item <= 7; ++item) answers.answers.push_back({std::to_string(item), value});
      return answers;
    };
    form_ = FormId::make(clock.now());
    const auto scores = score_answers(*find_offered("gad-7").value(), all(2)).value();
    const StoredVersion version{
        form_, 1, 1, clock.now(), seal_answers(*key, form_, 1, all(2)), seal_scores(*key, form_, 1, scores)};
    const auto never = [](const Bytes&) { return false; };
    const auto filled = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(ask_form(tx, therapist, {form_, episode, "gad-7", Occasion::before_session, {}}, clock.now()));
      TRY(save_answers(tx, client, form_, 0, seal_answers(*key, form_, 0, all(2)), never));
      TRY(complete_form(tx, client, version));
      TRY(save_answers(tx, client, form_, 1, seal_answers(*key, form_, 0, all(3)), never));
      return {};
    });
    ASSERT_TRUE(filled) << filled.error().detail;
  }

  /// A form that was sent, with one answer that is not 0, and the concern that it raises.
  safety::ConcernId raise_concern(const std::string& instrument, int questions, const std::string& positive,
                                  safety::Kind kind) {
    using namespace questionnaires;
    const auto key = keys->key_for(client, soon()).value();
    Answers answers{"en", {}};
    for (int number = 1; number <= questions; ++number) {
      answers.answers.push_back({std::to_string(number), std::to_string(number) == positive ? 1.0 : 0.0});
    }
    const auto form = FormId::make(clock.now());
    const auto scores = score_answers(*find_offered(instrument).value(), answers).value();
    const StoredVersion version{
        form, 1, 1, clock.now(), seal_answers(*key, form, 1, answers), seal_scores(*key, form, 1, scores)};
    const auto never = [](const Bytes&) { return false; };
    return write([&](store::WriteTx& tx) -> Result<safety::ConcernId> {
             TRY_ASSIGN(const auto asked,
                        ask_form(tx, therapist, {form, episode, instrument, Occasion::on_request, {}}, clock.now()));
             TRY(save_answers(tx, client, form, 0, seal_answers(*key, form, 0, answers), never));
             TRY(complete_form(tx, client, version));
             TRY(safety::raise(tx, asked.form, 1, kind, {}, clock.now()));
             return safety::latest_concern_of(tx, form)->id;
           })
        .value();
  }

  /// A signal that nobody has answered for nine days, of an earlier version of its rule: what the rules find today does
  /// not touch it.
  void find_signal() {
    signals::StoredSignal one;
    one.id = signal_;
    one.episode = episode;
    one.client = client;
    one.rule = "deterioration-from-start";
    one.version = "0";
    one.kind = signals::Kind::deterioration;
    one.level = signals::Level::act;
    one.basis = "a form";
    one.at = one.found_at = clock.now() - std::chrono::days(9);
    one.sealed_body = signals::seal_body(*keys->key_for(client, soon()).value(), one.id, {"PHQ-9 went up by 7.", {}});
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      signals::add_signal(tx, one);
      return {};
    }));
  }

  /// A client of the therapist's whose account was closed, and whose record is kept until somebody states a day.
  void close_one() {
    gone_ = AccountId::make(clock.now());
    auto account = account_of(gone_, "client");
    account.password_hash = "none";
    account.sealed_profile = people::seal_profile(*keys->create_for(gone_, soon()).value(), gone_, {"Lena", "lena"});
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<bool> {
      TRY(people::add_account(tx, account));
      TRY(people::open_episode(tx, EpisodeId::make(clock.now()), RoomId::make(clock.now()), practice, gone_, therapist,
                               clock.now()));
      return closing_account::ask(tx, gone_, gone_, clock.now());
    }));
    ASSERT_TRUE(closing_account::carry_out(*house, {}, gone_, soon()));
    closing_account::Exception asked;
    asked.id = exception_;
    asked.client = gone_;
    asked.sealed_reason = access::seal(**keys->locked_key_for(gone_, soon()), exception_.bytes(), "A court asks.");
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return ask_exception(tx, {supervisor, access::Role::supervisor, {}, practice}, asked);
    }));
    audit_rows();
  }

  /// The client alone has one, with ten recovery codes of which the first is known here.
  void give_second_factor() {
    const auto key = keys->key_for(client, soon()).value();
    const std::string secret = "12345678901234567890";
    auto codes = log_in::make_recovery_codes();
    codes[0] = "ABCDE-FGHJK";
    const auto given = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(log_in::begin_code_secret(tx, client, access::seal(*key, client.bytes(), secret), clock.now()));
      const auto first = log_in::code_at(as_bytes(secret), log_in::code_step(clock.now()));
      TRY(log_in::confirm_code_secret(tx, *key, client, first, clock.now()));
      log_in::replace_recovery_codes(tx, root, client, codes);
      return {};
    });
    ASSERT_TRUE(given) << given.error().detail;
  }
  /// Links for the client and for dora, the client's factor that was said to be lost, and emil who waits to be vouched
  /// for.
  void give_ways_back() {
    const auto now = clock.now();
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      log_in::make_recovery_link(tx, {client, now + log_in::kRecoveryLinkLasts}, log_in::recovery_digest(kLink), now);
      log_in::make_recovery_link(tx, {stranger, now + log_in::kRecoveryLinkLasts}, log_in::recovery_digest(kStaffLink),
                                 now);
      log_in::announce_factor_loss(tx, client, log_in::recovery_digest(kStop), now + log_in::kFactorEndsAfter);
      log_in::ask_for_confirmation(tx, deputy, now);
      return {};
    }));
  }
  /// The client's browser is told what waits.
  void give_push_device() {
    const auto key = keys->key_for(client, soon()).value();
    const notify::PushDeviceSecrets secrets{"https://push.example.net/own", "", "", "Firefox", "Android", "en"};
    const auto given = write([&](store::WriteTx& tx) {
      return notify::save_device(tx, {device_, client, notify::seal_device(*key, device_, secrets), clock.now()},
                                 access::plain_digest(as_bytes(secrets.endpoint)));
    });
    ASSERT_TRUE(given) << given.error().detail;
  }
  /// Beside the client's second factor.
  void give_passkey() {
    const auto key = keys->key_for(client, soon()).value();
    const webauthn::Credential credential{
        copy_of(as_bytes("key of the kitchen")), {webauthn::Algorithm::eddsa, Bytes(32)}, 0};
    const passkeys::NewPasskey passkey{passkey_, client, Bytes(32, 7), credential,
                                       access::seal(*key, passkey_.bytes(), "Kitchen tablet")};
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return passkeys::add_passkey(tx, passkey, clock.now()); }));
  }
  access::NewSession session_of(AccountId account) {
    return write([&](store::WriteTx& tx) -> Result<access::NewSession> {
             return access::create_session(tx, account, clock.now());
           })
        .value();
  }
  /// Wrong log-ins are counted by address.
  std::string peer_of(const std::string& who) const {
    return "127.0.0." + std::to_string(1 + std::distance(people_.begin(), people_.find(who)));
  }

  http::Request request_of(const std::string& who, http::Method method, std::string target, std::string body) {
    http::Request made{method,
                       std::move(target),
                       {{"host", "x"}, {"content-type", "application/json"}},
                       std::move(body),
                       peer_of(who)};
    if (who == "nobody") return made;
    const auto session = session_of(people_.at(who));
    made.headers.emplace_back("cookie", std::string(log_in::kCookie) + "=" + session.token);
    made.headers.emplace_back("x-csrf-token", csrf.make(session.token));
    return made;
  }

  /// A client who is to be berger's, and a therapist whom kim invites.
  void invite_two() {
    using namespace invitations;
    const auto wrote = write([&](store::WriteTx& tx) -> Result<void> {
      Invitation one;
      one.practice = practice;
      one.invited_at = clock.now();
      one.ends_at = clock.now() + std::chrono::hours(72);
      for (const auto& [by, role, name, token] :
           {std::tuple{therapist, access::Role::client, "Nora", kToken},
            {administrator, access::Role::therapist, "Otto", std::string_view("another token")}}) {
        one.id = InvitationId::make(clock.now());
        one.account = AccountId::make(clock.now());
        one.role = role;
        one.invited_by = by;
        one.therapist = by == therapist ? std::optional(therapist) : std::nullopt;
        TRY_ASSIGN(const auto key, keys->create_for(one.account, soon()));
        one.sealed_profile = people::seal_profile(*key, one.account, {name, ""});
        TRY(invite(tx, one, access::plain_digest(as_bytes(token))));
        if (by == therapist) invitation_ = one.id;
        if (by == administrator) otto_ = one.account;
      }
      return {};
    });
    ASSERT_TRUE(wrote) << wrote.error().detail;
  }

  /// The client is on the way to the stranger, and nobody knows; the other client has told it.
  void go_to_another() {
    namespace ts = therapist_switch;
    const auto own = keys->key_for(stranger, soon()).value();
    const auto went = write([&](store::WriteTx& tx) -> Result<void> {
      const therapist_profiles::StoredProfile profile{
          stranger, 1, 5, therapist_profiles::seal_profile(*own, stranger, {}), clock.now()};
      TRY(therapist_profiles::store_profile(tx, profile, [](const auto&) { return false; }));
      for (const auto& [who, id, of, words] : {std::tuple{client, switch_, episode, "changing words"},
                                               {other_client, told_switch_, other_episode, "arriving words"}}) {
        TRY_ASSIGN(const auto key, keys->key_for(who, soon()));
        ts::SwitchSummary summary;
        summary.helped = words;
        TRY(ts::start(tx, who, {id, of}));
        TRY(ts::choose(tx, who, id, 1, stranger, matching::check_room));
        TRY(ts::write_summary(tx, who, id, 2, {ts::SwitchHistory::everything, ts::seal_summary(*key, id, summary)},
                              [](const Bytes&) { return false; }));
        TRY(ts::set_day(tx, who, id, 3, {ts::SwitchMeeting::none, true, clock.now() + std::chrono::hours(240)}));
      }
      TRY(ts::tell(tx, other_client, told_switch_, 4, matching::check_room));
      return {};
    });
    ASSERT_TRUE(went) << went.error().detail;
  }

  /// What the client wishes for, and somebody who looks for a therapist.
  void wish_and_search() {
    const auto key = keys->key_for(client, soon()).value();
    preferences::Wishes wishes;
    wishes.words = "wishful words";
    const auto wrote = write([&](store::WriteTx& tx) -> Result<void> {
      // From before they were on the way to another therapist.
      TRY(preferences::add_wishes(
          tx, {client, 1, clock.now() - std::chrono::hours(1), preferences::seal_wishes(*key, client, 1, wishes)},
          [](const preferences::StoredWishes&) { return false; }));
      auto account = HouseTest::account_of(newcomer_, "client");
      TRY_ASSIGN(const auto own, keys->create_for(newcomer_, soon()));
      account.sealed_profile = people::seal_profile(*own, newcomer_, {"Newcomer", "newcomer"});
      TRY(people::add_account(tx, account));
      matching::begin_search(tx, practice, newcomer_);
      return {};
    });
    ASSERT_TRUE(wrote) << wrote.error().detail;
  }

  std::string filled_in(std::string text) {
    const std::vector<std::pair<std::string, std::string>> values{
        {"{attachment}/content", sent_file.text() + "/content"},
        {"{attachment}", coming_file.text()},
        {"{invitation}", invitation_.text()},
        {"{device}", device_.text()},
        {"{passkey}", passkey_.text()},
        {"{account}/closure", otto_.text() + "/closure"},
        {"{account}/treatments", therapist.text() + "/treatments"},
        {"{account}/dismissal", therapist.text() + "/dismissal"},
        {"{account}", deputy.text()},
        {"{exception}", exception_.text()},
        {"{hand_over}", hand_over_.text()},
        {"$other_episode", other_episode.text()},
        {"$deputy", deputy.text()},
        {"{absence}", absence_.text()},
        {"$stranger", stranger.text()},
        {"{client}/therapist", newcomer_.text() + "/therapist"},
        {"{client}", gone_.text()},
        {"$supervisor", supervisor.text()},
        {"$neutral", neutral.text()},
        {"$token", std::string(kToken)},
        {"$thread", thread_.text()},
        {"$link", std::string(kLink)},
        {"$staff_link", std::string(kStaffLink)},
        {"$stop", std::string(kStop)},
        {"{room}", chat.text()},
        {"{episode}", episode.text()},
        {"{encounter}", encounter.text()},
        {"{item}", item.text()},
        {"{goal}", goal_.text()},
        {"{approach}", approach_.text()},
        {"{homework}", homework_.text()},
        {"{entry}", entry_.text()},
        {"{achievement}", achievement_.text()},
        {"{form}", form_.text()},
        {"{concern}", concern_.text()},
        {"{signal}", signal_.text()},
        {"me/therapist-switches/{therapist_switch}", "me/therapist-switches/" + switch_.text()},
        {"{therapist_switch}", told_switch_.text()},
        {"{relationship_concern}/tellings", kept_.text() + "/tellings"},
        {"{relationship_concern}", between_.text()},
        {"$telling", telling_.text()},
        {"$agreement", agreement_.text()},
        {"$follow_up", follow_up_.text()},
        {"$therapist", therapist.text()},
        {"{session}", session_.text()},
        {"{purpose:text}", "recording"},
        {"$version", consent::texts().asked_now("recording")->version},
        {"{questionnaire:text}", "gad-7"},
        {"{instrument:text}", "who-5"},
        {"{code:text}", "not_found"},
        {"$id", MessageId::make(clock.now()).text()}};
    for (const auto& [name, value] : values) {
      if (const auto at = text.find(name); at != std::string::npos) text.replace(at, name.size(), value);
    }
    return text;
  }

  void hang_up() {
    for (const auto& [name, socket] : sockets_) hub.remove(people_.at(name), socket);
    sockets_.clear();
  }
  /// From now on everybody but this one is connected, without a live line of their own.
  void listen(const std::string& without = "") {
    hang_up();
    for (const auto& [name, id] : people_) {
      if (name == without) continue;
      sockets_[name] = std::make_shared<CountingSocket>();
      hub.add(id, sockets_[name]);
    }
  }
  std::string told() {
    hub.publish(sink.take());
    std::string list;
    for (auto& [name, socket] : sockets_) {
      for (const auto& frame : std::exchange(socket->frames, {})) {
        const auto value = http::parse_json(frame);
        list += (list.empty() ? "" : " ") + name + ":" + std::string(value->at("kind").as_string());
      }
    }
    return list;
  }
  /// Those that came since this was asked last.
  std::string audit_rows() {
    std::vector<std::string> rows;
    const auto found = read([&](store::ReadTx& tx) -> Result<void> {
      rows = tx.list(kAuditRows, {}, [&](const store::Row& row) {
        std::string about = "-";
        for (const auto& [name, id] : people_) {
          if (!row.is_null(2) && row.id<AccountId>(2) == id) about = name;
        }
        return std::string(row.text(0)) + " " + std::string(row.text(1)) + "/" + about;
      });
      return {};
    });
    EXPECT_TRUE(found);
    const auto seen = std::exchange(audit_rows_seen_, rows.size());
    rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(seen));
    std::sort(rows.begin(), rows.end());
    std::string list;
    for (const auto& row : rows) list += (list.empty() ? "" : " ") + row;
    return list;
  }

  /// What somebody hears of whom a scenario says nothing: refused, unless the route is open to anybody.
  Expected without_permission(const Scenario& scenario) const {
    const auto name = scenario.route.substr(0, scenario.route.find('?'));
    for (const auto& route : routes_->all()) {
      if (std::string(to_text(route->method)) + " " + route->pattern != name) continue;
      if (route->guard == http::Guard::open) return scenario.stranger;
      if ((route->guard == http::Guard::signed_in || route->permission == "live") && scenario.neutral)
        return *scenario.neutral;
      return {403, "forbidden", route->audit.empty() ? "" : route->audit + " refused/-"};
    }
    return {};
  }

  /// Short ones as words of their own: three letters of a name come up by chance within a challenge or a token.
  static bool says(std::string_view body, std::string_view words) {
    const auto goes_on = [&](std::size_t at) {
      constexpr std::size_t kNoAccident = 6;
      return words.size() < kNoAccident && at < body.size() &&
             (std::isalnum(static_cast<unsigned char>(body[at])) != 0 || body[at] == '_' || body[at] == '-');
    };
    for (auto at = body.find(words); at != std::string_view::npos; at = body.find(words, at + 1)) {
      if (!goes_on(at - 1) && !goes_on(at + words.size())) return true;
    }
    return false;
  }

  static void expect_no_secret(const http::Response& answer, const std::string& who,
                               const std::string& may_be_known = "") {
    for (const auto& secret : kSecrets) {
      if (may_be_known.find(secret.words) != std::string::npos || secret.knowers.count(who) != 0) continue;
      EXPECT_FALSE(says(answer.body, secret.words)) << secret.words << " in " << answer.body;
    }
  }

  void check(const Scenario& scenario, const std::string& who, const Expected& expected) {
    SCOPED_TRACE(scenario.route + " " + scenario.body + " by " + who);
    const auto space = scenario.route.find(' ');
    http::Method method = http::Method::get;
    for (const auto one :
         {http::Method::get, http::Method::post, http::Method::put, http::Method::patch, http::Method::del}) {
      if (to_text(one) == scenario.route.substr(0, space)) method = one;
    }
    const auto target = filled_in(scenario.route.substr(space + 1));
    const auto body = filled_in(scenario.body);
    listen();
    const auto answer = service_->handle(request_of(who, method, target, body));
    EXPECT_EQ(answer.status, expected.status) << answer.body;
    EXPECT_NE(answer.body.find(expected.has), std::string::npos) << answer.body;
    expect_no_secret(answer, who, scenario.may_be_known);
    EXPECT_EQ(audit_rows(), expected.audit);
    EXPECT_EQ(told(), expected.told);
    if (method != http::Method::get && answer.status < 300) ask_again(who, method, target, body);
  }
  /// With another log-in: where nothing is left to change, what the answer shows is in the audit all the same.
  void ask_again(const std::string& who, http::Method method, const std::string& target, const std::string& body) {
    const auto answer = service_->handle(request_of(who, method, target, body));
    const auto rows = audit_rows();
    const bool shows = std::any_of(kSecrets.begin(), kSecrets.end(),
                                   [&](const Secret& secret) { return says(answer.body, secret.words); });
    const bool is_audited = !routes_->find(method, target).route->audit.empty();
    if (answer.status < 300 && shows && is_audited) EXPECT_NE(rows, "") << "sent again: " << answer.body;
    told();
  }

  const therapist_switch::SwitchId switch_ = therapist_switch::SwitchId::make(clock.now());
  const therapist_switch::SwitchId told_switch_ = therapist_switch::SwitchId::make(clock.now());
  const relationship_concern::RelationshipConcernId kept_ =
      relationship_concern::RelationshipConcernId::make(clock.now());
  const relationship_concern::RelationshipConcernId between_ =
      relationship_concern::RelationshipConcernId::make(clock.now());
  const relationship_concern::TellingId telling_ = relationship_concern::TellingId::make(clock.now());
  const relationship_concern::AgreementId agreement_ = relationship_concern::AgreementId::make(clock.now());
  relationship_concern::FollowUpId follow_up_;
  const EncounterId encounter = EncounterId::make(clock.now());
  const attachments::AttachmentId sent_file = attachments::AttachmentId::make(clock.now());
  const attachments::AttachmentId coming_file = attachments::AttachmentId::make(clock.now());
  const closing_account::ExceptionId exception_ = closing_account::ExceptionId::make(clock.now());
  const people::HandOverId hand_over_ = people::HandOverId::make(clock.now());  ///< in ten days, to the deputy
  const people::AbsenceId absence_ = people::AbsenceId::make(clock.now());      ///< nobody has agreed to it
  const encounters::AgendaItemId item = encounters::AgendaItemId::make(clock.now());
  const goals::GoalId goal_ = goals::GoalId::make(clock.now());
  const goals::ApproachId approach_ = goals::ApproachId::make(clock.now());
  const homework::HomeworkId homework_ = homework::HomeworkId::make(clock.now());
  const homework::EntryId entry_ = homework::EntryId::make(clock.now());  ///< the page that is not shown
  const achievements::AchievementId achievement_ = achievements::AchievementId::make(clock.now());
  std::optional<Routes> routes_;
  std::unique_ptr<Service> service_;
  std::map<std::string, AccountId> people_;
  std::map<std::string, std::shared_ptr<CountingSocket>> sockets_;
  std::size_t audit_rows_seen_ = 0;
  RoomId thread_;
  questionnaires::FormId form_;
  SessionId session_;  ///< another log-in of the client's
  safety::ConcernId concern_;
  const signals::SignalId signal_ = signals::SignalId::make(clock.now());
  safety::ConcernId rift_;
  static constexpr std::string_view kToken = "the token of a link";
  static constexpr std::string_view kLink = "the token of a way back";
  static constexpr std::string_view kStaffLink = "the token of another way back";
  static constexpr std::string_view kStop = "the token of a second thought";
  invitations::InvitationId invitation_;
  AccountId otto_;
  const AccountId newcomer_ = AccountId::make(clock.now());
  const notify::PushDeviceId device_ = notify::PushDeviceId::make(clock.now());
  const passkeys::PasskeyId passkey_ = passkeys::PasskeyId::make(clock.now());
  AccountId gone_;
};

TEST_P(Scenarios, EveryRouteAskedByEverybody) {
  bool first = true;
  for (const auto& scenario : all_scenarios()) {
    if (!std::exchange(first, false)) {  // a practice of its own for each scenario
      TearDown();
      // Nor are guesses of one scenario counted in the next.
      std::destroy_at(&log_in_guard);
      std::construct_at(&log_in_guard, root, access::WrongLogIns{});
      SetUp();
    }
    if (!scenario.first.empty()) {
      const auto target = filled_in(scenario.first.substr(scenario.first.find(' ') + 1));
      ASSERT_LT(service_->handle(request_of("therapist", http::Method::post, target, "")).status, 300);
      audit_rows();
      told();
    }
    check(scenario, "nobody", scenario.nobody);
    check(scenario, "supervisor", scenario.supervisor.value_or(without_permission(scenario)));
    check(scenario, "neutral", scenario.neutral.value_or(without_permission(scenario)));
    check(scenario, "coordinator", scenario.coordinator.value_or(without_permission(scenario)));
    check(scenario, "administrator", scenario.administrator.value_or(without_permission(scenario)));
    check(scenario, "deputy", scenario.deputy.value_or(scenario.stranger));
    check(scenario, "stranger", scenario.stranger);
    check(scenario, "other_client", scenario.other_client);
    check(scenario, "client", scenario.client);
    check(scenario, "therapist", scenario.therapist);
  }
}

TEST_P(Scenarios, ALookAtOneListHidesNoneAtAnother) {
  auto request = request_of("therapist", http::Method::get, "/api/episodes", "");
  EXPECT_EQ(service_->handle(request).status, 200);
  EXPECT_EQ(audit_rows(), "episodes.read done/client episodes.read done/other_client");
  request.target = "/api/caseload";
  for (const auto* rows : {"caseload.read done/client caseload.read done/other_client", ""}) {
    EXPECT_EQ(service_->handle(request).status, 200);
    EXPECT_EQ(audit_rows(), rows);
  }
}

TEST_P(Scenarios, TwoSessionsOfOneClientAreOneLook) {
  const auto plan = R"({"id":"$id","start":"2027-01-04T10:00:00+01:00","minutes":50,"channel":"chat"})";
  check(asked("POST /api/episodes/{episode}/encounters", plan), "therapist",
        {201, "", "encounter.plan done/client", both_hear_encounter});
  check(asked("GET /api/encounters", ""), "therapist", {200, "2027-01-04T09:00", "encounters.read done/client"});
}

TEST_P(Scenarios, EveryRouteHasAScenario) {
  std::set<std::string> covered;
  for (const auto& scenario : all_scenarios()) covered.insert(scenario.route.substr(0, scenario.route.find('?')));
  for (const auto& route : routes_->all()) {
    const auto name = std::string(to_text(route->method)) + " " + route->pattern;
    EXPECT_EQ(covered.erase(name), 1U) << name << " has no scenario";
  }
  for (const auto& name : covered) ADD_FAILURE() << name << " is no route";
}

/// What needs no permission is named here once more, so that no route is open by an oversight.
const std::set<std::string> kOpen{"GET /healthz",
                                  "GET /api/openapi.json",
                                  "GET /api/live.schema.json",
                                  "GET /api/problems/{code:text}",
                                  "GET /api/practice",
                                  "GET /api/crisis-contacts",
                                  "POST /api/login",
                                  "POST /api/recovery",
                                  "POST /api/recovery/link",
                                  "POST /api/recovery/password",
                                  "POST /api/recovery/request",
                                  "POST /api/recovery/stop",
                                  "POST /api/login/passkey-challenge",
                                  "POST /api/passkey-login/challenge",
                                  "POST /api/passkey-login",
                                  "POST /api/invitation",
                                  "POST /api/invitation/acceptance"};
const std::set<std::string> kSignedIn{"GET /api/session",
                                      "GET /api/profile-choices",
                                      "POST /api/logout",
                                      "GET /api/me/email",
                                      "PUT /api/me/email",
                                      "POST /api/me/email/test",
                                      "GET /api/me/push",
                                      "PUT /api/me/push/devices/{device}",
                                      "DELETE /api/me/push/devices/{device}",
                                      "POST /api/me/push/devices/{device}/test",
                                      "GET /api/me/sessions",
                                      "DELETE /api/me/sessions/{session}",
                                      "DELETE /api/me/sessions",
                                      "PUT /api/me/password",
                                      "GET /api/me/passkeys",
                                      "POST /api/me/passkeys/creation",
                                      "POST /api/me/passkeys",
                                      "POST /api/me/passkeys/challenge",
                                      "POST /api/me/passkeys/{passkey}/removal",
                                      "GET /api/me/second-factor",
                                      "POST /api/me/second-factor",
                                      "POST /api/me/second-factor/confirmation",
                                      "POST /api/me/second-factor/replacement",
                                      "POST /api/me/second-factor/replacement/confirmation",
                                      "POST /api/me/recovery-codes",
                                      "POST /api/me/second-factor/removal"};

/// What the scenario of this route says that those may know who are answered there.
std::string may_be_known_at(const std::vector<Scenario>& all, const std::string& route) {
  std::string known;
  for (const auto& one : all) {
    if (one.route.substr(0, one.route.find('?')) == route) known += one.may_be_known + " ";
  }
  return known;
}

TEST_P(Scenarios, EveryRouteIsRefusedToEveryRoleThatTheTableDoesNotName) {
  const auto all = all_scenarios();
  const std::map<std::string, access::Role> roles{{"client", access::Role::client},
                                                  {"therapist", access::Role::therapist},
                                                  {"supervisor", access::Role::supervisor},
                                                  {"neutral", access::Role::neutral_person},
                                                  {"coordinator", access::Role::coordinator},
                                                  {"researcher", access::Role::researcher},
                                                  {"coder", access::Role::coder},
                                                  {"administrator", access::Role::administrator}};
  ASSERT_EQ(roles.size(), access::kRoleCount);
  for (const auto& route : routes_->all()) {
    const auto name = std::string(to_text(route->method)) + " " + route->pattern;
    const auto row = access::permission_from_text(route->permission);
    EXPECT_EQ(kOpen.contains(name), route->guard == http::Guard::open) << name;
    EXPECT_EQ(kSignedIn.contains(name), route->guard == http::Guard::signed_in) << name;
    EXPECT_EQ(row.has_value(), route->guard == http::Guard::permission) << name << " is in no row of the table";
    for (const auto& [who, role] : roles) {
      SCOPED_TRACE(name + " by " + who);
      const bool may = !row || access::allowed(role, *row);
      const bool has_body = route->method != http::Method::get && route->body_schema != nullptr;
      const auto answer = service_->handle(
          request_of(who, route->method, filled_in(route->pattern), has_body ? R"({"no":"field"})" : ""));
      EXPECT_EQ(answer.status == 403, !may) << answer.body;
      if (!may) EXPECT_EQ(audit_rows(), route->audit.empty() ? "" : route->audit + " refused/-");
      expect_no_secret(answer, who, may_be_known_at(all, name));
      audit_rows();
    }
  }
}

/// What is open to somebody who has to set up a second factor first is named here once more.
const std::set<std::string> kBeforeSecondFactor{"GET /api/session",           "POST /api/logout",
                                                "GET /api/me/sessions",       "GET /api/me/second-factor",
                                                "POST /api/me/second-factor", "POST /api/me/second-factor/confirmation",
                                                "GET /api/me/passkeys",       "POST /api/me/passkeys/creation",
                                                "POST /api/me/passkeys"};

TEST_P(Scenarios, WithoutASecondFactorStaffCanDoNothingButSetOneUp) {
  house->staff_need_second_factor = true;
  for (const auto& route : routes_->all()) {
    if (route->guard == http::Guard::open) continue;
    const auto name = std::string(to_text(route->method)) + " " + route->pattern;
    for (const auto& [who, account] : people_) {
      SCOPED_TRACE(name + " by " + who);
      const bool may = kBeforeSecondFactor.contains(name) || who == "client" || who == "other_client";
      const bool has_body = route->method != http::Method::get && route->body_schema != nullptr;
      const auto answer = service_->handle(
          request_of(who, route->method, filled_in(route->pattern), has_body ? R"({"no":"field"})" : ""));
      EXPECT_EQ(answer.body.find("second_factor.needed") == std::string::npos, may) << answer.status << answer.body;
      if (!may) {
        EXPECT_EQ(answer.status, 403);
        EXPECT_EQ(audit_rows(), route->audit.empty() ? "" : route->audit + " refused/-");
        expect_no_secret(answer, "nobody");
      }
      audit_rows();
    }
  }
  http::Response refusal;
  const auto socket = std::make_shared<CountingSocket>();
  EXPECT_EQ(service_->open_live(request_of("therapist", http::Method::get, "/api/live", ""), socket, refusal), nullptr);
  EXPECT_NE(refusal.body.find("second_factor.needed"), std::string::npos) << refusal.body;
}

TEST_P(Scenarios, WithASecondFactorStaffWorkAndCannotRemoveIt) {
  house->staff_need_second_factor = true;
  check(asked("GET /api/session", ""), "therapist", {200, R"("needs_second_factor":true)"});
  check(asked("GET /api/session", ""), "client", {200, R"("needs_second_factor":false)"});
  const auto key = keys->key_for(therapist, soon()).value();
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    log_in::add_code_secret(tx, therapist, access::seal(*key, therapist.bytes(), log_in::make_code_secret()),
                            clock.now());
    return {};
  }));
  check(asked("GET /api/session", ""), "therapist", {200, R"("needs_second_factor":false)"});
  check(asked("GET /api/episodes", ""), "therapist",
        {200, "Amara", "episodes.read done/client episodes.read done/other_client"});
  check(asked("GET /api/me/second-factor", ""), "therapist", {200, R"("required":true)"});
  check(asked("GET /api/me/second-factor", ""), "client", {200, R"("required":false)"});
  const std::string proof = R"({"password":"right horse","code":"ABCDE-FGHJK"})";
  check(asked("POST /api/me/second-factor/removal", proof), "therapist",
        failed("second_factor.remove", 409, "second_factor.required"));
  check(asked("POST /api/me/second-factor/removal", proof), "client", {204, "", "second_factor.remove done/-"});
}

TEST_P(Scenarios, ALineCarriesNobodyWhoCameAfterItWasOpened) {
  const auto open = [&](const std::string& who, const std::shared_ptr<CountingSocket>& socket) {
    http::Response refusal;
    return service_->open_live(request_of(who, http::Method::get, "/api/live", ""), socket, refusal);
  };
  const auto socket = std::make_shared<CountingSocket>();
  const auto other = std::make_shared<CountingSocket>();
  const auto line = open("therapist", socket);
  const auto of_another = open("stranger", other);
  ASSERT_TRUE(line && of_another);
  EXPECT_EQ(audit_rows(), "live.open done/client live.open done/other_client");
  const auto joined = service_->handle(
      request_of("nobody", http::Method::post, "/api/invitation/acceptance",
                 filled_in(R"({"token":"$token","name":"Nora","login":"nora","password":"quiet horse stairs"})")));
  ASSERT_EQ(joined.status, 204) << joined.body;
  audit_rows();
  EXPECT_EQ(socket->closed, http::kClosedForNewClient);
  EXPECT_EQ(other->closed, 0);
  const auto again = open("therapist", std::make_shared<CountingSocket>());
  ASSERT_TRUE(again);
  EXPECT_EQ(audit_rows(), "live.open done/- live.open done/client live.open done/other_client");
  for (const auto* one : {&line, &of_another, &again}) (*one)->on_closed();
}

TEST_P(Scenarios, WhoAsksForALinkHearsTheSameWhoeverItIsAbout) {
  house->sends_mail = true;
  std::set<std::string> bodies;
  for (const auto* login : {"amara", "berger", "kim", "nobody at all"}) {
    const auto body = R"({"login":")" + std::string(login) + "\"}";
    check(asked("POST /api/recovery", body), "nobody", {204, "", "recovery.ask done/-"});
    bodies.insert(service_->handle(request_of("nobody", http::Method::post, "/api/recovery", body)).body);
    audit_rows();
  }
  EXPECT_EQ(bodies.size(), 1U);
}

TEST_P(Scenarios, WhoIsNamedAndWhoseClientsItIsAboutAreTold) {
  const auto mails = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::multiset<AccountId>> {
             std::multiset<AccountId> to;
             for (const auto& one : notify::deliveries_of(tx, "staff:")) to.insert(one.to);
             return to;
           })
        .value();
  };
  const auto backing = "PUT /api/people/" + therapist.text() + "/backing";
  check(asked(backing, R"({"part":"deputy","person":"$stranger"})"), "administrator",
        {204, "", "backing.change done/-"});
  EXPECT_EQ(mails(), (std::multiset<AccountId>{therapist, stranger}));
  check(asked(backing, R"({"part":"deputy","person":"$stranger"})"), "administrator", {204});
  EXPECT_EQ(mails().size(), 2U) << "that was so already";
  check(asked("PUT /api/practice/neutral-person", R"({"neutral_person":"$neutral"})"), "administrator",
        {204, "", "neutral_person.change done/-"});
  EXPECT_EQ(mails(), (std::multiset<AccountId>{therapist, stranger, therapist, stranger, deputy, neutral}));
}

TEST_P(Scenarios, WhoeverTreatsAClientKeepsTheAccountThatAnAdministratorWantsToClose) {
  check(asked("POST /api/closings", R"({"login":"cem"})", "Cem"), "administrator",
        {200, R"("state":"waiting")", "account.close_client done/other_client",
         "other_client:closing therapist:closing"});
  check(asked("GET /api/me/closing", ""), "other_client", {200, R"("due_at":)"});
  check(asked("GET /api/closings/of-my-clients", ""), "therapist",
        {200, R"("state":"waiting")", "closings.read done/- closings.read done/other_client"});
  const auto keep = "DELETE /api/closings/" + other_client.text();
  check(asked(keep, ""), "stranger", failed("account.keep_client"));
  check(asked(keep, ""), "therapist",
        {204, "", "account.keep_client done/other_client", "other_client:closing therapist:closing"});
  check(asked("GET /api/closings/of-my-clients", ""), "therapist", {200, "Lena", "closings.read done/-"});
}

TEST_P(Scenarios, TheAuditOfAnAbsenceSaysWhoseClientsAreOpenedToWhom) {
  check(asked("PUT /api/absences/{absence}/answer", R"({"agrees":true})"), "deputy",
        {204, "", "absence.answer done/-",
         "client:room deputy:room deputy:room other_client:room therapist:room therapist:room"});
  EXPECT_EQ(views_of("absence.answer"),
            std::vector{"absence " + absence_.text() + " of " + therapist.text() + " by " + deputy.text()});
}

TEST_P(Scenarios, TheAuditOfADismissalSaysWhoGoesOnAndThatOfTheirAbsenceWhoseClientsItOpens) {
  const auto back = [&](AccountId by) {
    return write([&](store::WriteTx& tx) { return people::set_backing(tx, practice, therapist, {.deputy = by}); });
  };
  ASSERT_TRUE(back(stranger));
  clock.set(clock.now() + people::kTimeToObject);
  ASSERT_TRUE(back(deputy)) << "of late: the one before goes on";
  const auto dismissal = "/api/people/" + therapist.text() + "/dismissal";
  ASSERT_EQ(service_->handle(request_of("administrator", http::Method::post, dismissal, "")).status, 204);
  EXPECT_EQ(views_of("account.dismiss"),
            std::vector{"account " + therapist.text() + " by " + stranger.text() + " deputy " + deputy.text()});
  const people::AbsenceId away = people::AbsenceId::make(clock.now());
  const auto from = clock.now() + std::chrono::hours(1);
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    const access::Viewer by{stranger, access::Role::therapist, {}, practice};
    return people::announce(tx, by, {away, stranger, deputy, from, from + std::chrono::hours(24)});
  }));
  const auto answer = "/api/absences/" + away.text() + "/answer";
  ASSERT_EQ(service_->handle(request_of("deputy", http::Method::put, answer, R"({"agrees":true})")).status, 204);
  EXPECT_EQ(views_of("absence.answer"), std::vector{"absence " + away.text() + " of " + stranger.text() + " and " +
                                                    therapist.text() + " by " + deputy.text()});
}

TEST_P(Scenarios, APasskeyIsTheSecondFactorThatStaffMustHave) {
  house->staff_need_second_factor = true;
  const webauthn::Credential credential{{4, 5, 6}, {webauthn::Algorithm::eddsa, Bytes(32)}, 0};
  const auto id = passkeys::PasskeyId::make(clock.now());
  const auto key = keys->key_for(therapist, soon()).value();
  const passkeys::NewPasskey passkey{id, therapist, Bytes(32, 8), credential,
                                     access::seal(*key, id.bytes(), "Key ring")};
  const auto codes = log_in::make_recovery_codes();
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    log_in::replace_recovery_codes(tx, root, therapist, codes);
    return passkeys::add_passkey(tx, passkey, clock.now());
  }));
  check(asked("GET /api/session", ""), "therapist", {200, R"("needs_second_factor":false)"});
  check(asked("GET /api/me/second-factor", ""), "therapist", {200, R"("passkeys":1)"});
  const auto proof = R"({"password":"right horse","code":")" + codes[0] + "\"}";
  check(asked("POST /api/me/passkeys/" + id.text() + "/removal", proof), "therapist",
        failed("passkey.remove", 409, "second_factor.required"));
}

TEST_P(Scenarios, WhatIsAboutTheTherapistIsForTheNeutralPersonAlone) {
  const Expected gone = failed("concern.read");
  for (const auto* who : {"therapist", "deputy", "supervisor", "stranger"}) {
    check(asked("GET /api/concerns/" + rift_.text(), ""), who, gone);
  }
  check(asked("GET /api/concerns/" + rift_.text(), ""), "client", refused("concern.read"));
  check(asked("GET /api/concerns/" + rift_.text(), ""), "neutral",
        {200, "rejected by my therapist", "concern.read done/client"});
  check(asked("POST /api/concerns/" + rift_.text() + "/acknowledgement", ""), "neutral",
        {200, R"("state":"acknowledged")", "concern.acknowledge done/client", "neutral:concern"});
  check(asked("POST /api/concerns/" + rift_.text() + "/disposition", R"({"disposition":"contacted"})"), "neutral",
        {200, R"("state":"closed")", "concern.close done/client", "neutral:concern"});
}

TEST_P(Scenarios, TheAuditTellsAWrongCodeFromOneThatIsStillToCome) {
  static const store::Query kLogIns{"test.log_ins",
                                    "SELECT outcome, view_name FROM audit WHERE action = 'login' ORDER BY id"};
  for (const auto* rest : {R"()", R"(,"code":"123456")", R"(,"code":"ABCDE-FGHJK")"}) {
    service_->handle(request_of("nobody", http::Method::post, "/api/login",
                                R"({"login":"amara","password":"right horse")" + std::string(rest) + "}"));
  }
  const auto rows = read([&](store::ReadTx& tx) -> Result<std::vector<std::string>> {
    return tx.list(kLogIns, {},
                   [](const store::Row& row) { return std::string(row.text(0)) + ":" + std::string(row.text(1)); });
  });
  EXPECT_EQ(*rows, (std::vector<std::string>{"refused:passkey needed", "refused:code wrong", "done:"}));
}

TEST_P(Scenarios, TheSupervisorHearsOfWhatNobodyLookedInto) {
  listen();
  const auto later = clock.now() + std::chrono::minutes(30);
  ASSERT_EQ(write([&](store::WriteTx& tx) { return safety::escalate_due(tx, later); }).value(), 1);
  EXPECT_EQ(told(), "deputy:concern supervisor:concern therapist:concern");
  EXPECT_EQ(audit_rows(), "concern.escalate done/client");
  check(asked("GET /api/concerns", ""), "supervisor", {200, R"("kind":"safety")", "concerns.read done/client"});
  check(asked("GET /api/concerns/" + concern_.text(), ""), "supervisor",
        {200, "better off dead", "concern.read done/client"});
}

/// While berger is away dora stands in: what she reads of amara's, at which moments, by which routes.
class Absences : public Scenarios {
 protected:
  static constexpr std::chrono::hours kBegins{1};
  static constexpr std::chrono::hours kLasts{24};

  void SetUp() override {
    Scenarios::SetUp();
    ASSERT_TRUE(announce(id_, stranger, begin_ + kBegins, kLasts));
  }
  Result<bool> answer(bool agrees) {
    return write([&](store::WriteTx& tx) {
      return people::answer_absence(tx, {stranger, access::Role::therapist, {}, practice}, id_, agrees);
    });
  }
  http::Response ask(const std::string& who, const std::string& pattern) {
    return service_->handle(request_of(who, http::Method::get, filled_in(pattern), ""));
  }
  /// Every route by which something of an episode is read, found by an id or listed.
  std::vector<std::string> reads() const {
    std::vector<std::string> patterns{"/api/episodes", "/api/caseload", "/api/encounters", "/api/concerns"};
    for (const auto& route : routes_->all()) {
      const auto permission = access::permission_from_text(route->permission);
      if (route->method != http::Method::get || !permission || !access::allowed(access::Role::therapist, *permission))
        continue;
      for (const auto* id : {"{episode}", "{room}", "{encounter}", "{form}", "{concern}", "{signal}"}) {
        if (route->pattern.find(id) != std::string::npos) patterns.push_back(route->pattern);
      }
    }
    return patterns;
  }
  /// Not found by any id, in no list, and none of the words.
  void expect_nothing(const std::string& who) {
    for (const auto& pattern : reads()) {
      SCOPED_TRACE(pattern + " by " + who);
      const auto answer = ask(who, pattern);
      if (pattern.find('{') != std::string::npos) EXPECT_EQ(answer.status, 404) << answer.body;
      expect_no_secret(answer, "stranger", "Dora");
    }
    const auto message = request_of(who, http::Method::post, filled_in("/api/rooms/{room}/messages"),
                                    filled_in(R"({"id":"$id","text":"no"})"));
    EXPECT_EQ(service_->handle(message).status, 404);
    sink.take();
    listen();
    say("not for dora");
    EXPECT_EQ(told(), "client:message therapist:message");
  }
  void say(const std::string& words) {
    const auto request = request_of("client", http::Method::post, filled_in("/api/rooms/{room}/messages"),
                                    filled_in(R"({"id":"$id","text":")" + words + "\"}"));
    ASSERT_EQ(service_->handle(request).status, 201);
  }
  void at(Time time) { clock.set(time); }

  const Time begin_ = clock.now();
  const people::AbsenceId id_ = people::AbsenceId::make(clock.now());
};

TEST_P(Absences, OpenNothingBeforeAndAfter) {
  ASSERT_TRUE(answer(true));
  at(begin_ + kBegins - std::chrono::microseconds(1));
  expect_nothing("stranger");
  at(begin_ + kBegins + kLasts);
  expect_nothing("stranger");
}

TEST_P(Absences, OpenNothingUnlessTheDeputyAgrees) {
  at(begin_ + kBegins);
  expect_nothing("stranger");
  ASSERT_TRUE(answer(true));
  EXPECT_EQ(ask("stranger", "/api/rooms/{room}/events").status, 200);
  ASSERT_TRUE(answer(false));
  expect_nothing("stranger");
}

TEST_P(Absences, OpenToTheDeputyWhatTheTherapistReadsButTheNotes) {
  ASSERT_TRUE(answer(true));
  at(begin_ + kBegins);
  std::size_t opened = 0;
  for (const auto& pattern : reads()) {
    SCOPED_TRACE(pattern);
    audit_rows();
    const auto answer = ask("stranger", pattern);
    const auto written = audit_rows();
    EXPECT_EQ(answer.body.find("note words"), std::string::npos);
    expect_no_secret(answer, "therapist", "Dora");
    if (pattern.find("/notes") != std::string::npos) {
      EXPECT_EQ(answer.status, 404);
      continue;
    }
    EXPECT_EQ(answer.status, ask("therapist", pattern).status) << answer.body;
    if (answer.body.find("Amara") == std::string::npos && answer.body.find("private words") == std::string::npos)
      continue;
    ++opened;
    EXPECT_NE(written.find(" done/client"), std::string::npos) << written;
  }
  EXPECT_GE(opened, 4U);
  EXPECT_EQ(ask("deputy", "/api/rooms/{room}/events").status, 404) << "the usual deputy was not asked this time";
  const auto caseload = ask("stranger", "/api/caseload");
  EXPECT_NE(caseload.body.find(R"("stands_in_for":{)"), std::string::npos) << caseload.body;
}

TEST_P(Absences, LetTheDeputyAnswerByNameAndArrangeNothing) {
  ASSERT_TRUE(answer(true));
  at(begin_ + kBegins);
  const auto send = [&](const std::string& pattern, const std::string& body, http::Method method = http::Method::post) {
    return service_->handle(request_of("stranger", method, filled_in(pattern), filled_in(body))).status;
  };
  EXPECT_EQ(send("/api/rooms/{room}/messages", R"({"id":"$id","text":"I answer for a while"})"), 201);
  const auto rooms = ask("client", "/api/episodes/{episode}/rooms");
  EXPECT_NE(rooms.body.find(R"("name":"Dora Therapist","role":"deputy")"), std::string::npos) << rooms.body;
  EXPECT_EQ(send("/api/encounters/{encounter}/open", ""), 404);
  EXPECT_EQ(send("/api/encounters/{encounter}/cancel", ""), 404);
  EXPECT_EQ(send("/api/episodes/{episode}/forms", R"({"id":"$id","questionnaire":"gad-7","occasion":"on_request"})"),
            404);
  EXPECT_EQ(send("/api/episodes/{episode}/reply-time", R"({"hours":24})", http::Method::put), 404);
  EXPECT_EQ(send("/api/episodes/{episode}/measurement-plan", R"({"forms":[]})", http::Method::put), 404);
}

TEST_P(Absences, ALiveLineSaysThatThereIsSomethingToReadAndFallsSilentAtTheEnd) {
  ASSERT_TRUE(answer(true));
  at(begin_ + kBegins);
  listen();  // these lines stay open
  const auto line = sockets_["stranger"];
  say("for dora too");
  hub.publish(sink.take());
  std::string heard;
  for (const auto& frame : line->frames) heard += frame;
  EXPECT_NE(heard.find(R"("kind":"room")"), std::string::npos) << heard;
  EXPECT_EQ(heard.find("for dora too"), std::string::npos) << heard;
  line->frames.clear();
  at(begin_ + kBegins + kLasts);
  say("not for dora");
  hub.publish(sink.take());
  EXPECT_TRUE(line->frames.empty());
}

TEST_P(Absences, EndWhenTheTherapistSaysSo) {
  ASSERT_TRUE(answer(true));
  at(begin_ + kBegins);
  EXPECT_EQ(ask("stranger", "/api/rooms/{room}/events").status, 200);
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return people::end_absence(tx, {therapist, access::Role::therapist, {}, practice}, id_);
  }));
  expect_nothing("stranger");
}

const store::Query kGiveTo{"test.give_to", "UPDATE episode_of_care SET therapist_id = $2 WHERE id = $1"};

TEST_P(Absences, AreOfTheTherapistWhoTreatsNow) {
  ASSERT_TRUE(answer(true));
  at(begin_ + kBegins);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    tx.execute(kGiveTo, {episode, deputy});
    return {};
  }));
  for (const auto* former : {"therapist", "stranger"}) {
    for (const auto* pattern : {"/api/rooms/{room}/events", "/api/episodes/{episode}/rooms", "/api/forms/{form}",
                                "/api/encounters/{encounter}", "/api/episodes/{episode}/course"}) {
      const auto answer = ask(former, pattern);
      EXPECT_EQ(answer.status, 404) << pattern << " by " << former << answer.body;
    }
    EXPECT_EQ(ask(former, "/api/caseload").body.find("Amara"), std::string::npos) << former;
  }
}

TEST_P(Absences, ASupervisorWhoWasReplacedSeesNothingAtTheNextRequest) {
  ASSERT_EQ(
      write([&](store::WriteTx& tx) { return safety::escalate_due(tx, begin_ + std::chrono::minutes(30)); }).value(),
      1);
  EXPECT_EQ(ask("supervisor", "/api/concerns/{concern}").status, 200);
  EXPECT_EQ(ask("supervisor", "/api/concerns/" + rift_.text()).status, 404);
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return people::set_backing(tx, practice, therapist, {.supervisor = std::optional<AccountId>()});
  }));
  EXPECT_EQ(ask("supervisor", "/api/concerns/{concern}").status, 404);
  const auto listed = ask("supervisor", "/api/concerns");
  EXPECT_EQ(listed.status, 200);
  EXPECT_EQ(listed.body.find("Amara"), std::string::npos) << listed.body;
}

INSTANTIATE_TEST_SUITE_P(Engines, Absences, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

TEST_P(Scenarios, ALiveLineIsOpenedByEverybody) {
  const std::vector<std::pair<std::string, Expected>> callers{
      {"nobody", {401}},
      {"client", {0, "", "live.open done/client", "therapist:presence"}},
      {"other_client", {0, "", "live.open done/other_client", "therapist:presence"}},
      {"therapist",
       {0, "", "live.open done/client live.open done/other_client", "client:presence other_client:presence"}},
      {"stranger", {0}},
      {"deputy", {0}},
      {"supervisor", {0}},
      {"neutral", {0}},
      {"coordinator", {0}},
      {"administrator", {0}}};
  for (const auto& [who, expected] : callers) {
    SCOPED_TRACE(who);
    http::Response refusal;
    refusal.status = 0;
    const auto request = request_of(who, http::Method::get, "/api/live", "");
    const auto own = std::make_shared<CountingSocket>();
    listen(who);  // the first connection of this person is the one that is told of
    const auto line = service_->open_live(request, own, refusal);
    EXPECT_EQ(refusal.status, expected.status) << refusal.body;
    EXPECT_EQ(line != nullptr, expected.status == 0);
    EXPECT_EQ(audit_rows(), expected.audit);
    EXPECT_EQ(told(), expected.told);
    if (line) line->on_closed();
    told();
  }
}

TEST_P(Scenarios, WhatIsNotSentWellIsWrittenDownWhenItIsKnownWhoSentIt) {
  auto elsewhere = request_of("client", http::Method::post, filled_in("/api/rooms/{room}/messages"), "{}");
  elsewhere.headers.emplace_back("origin", "https://elsewhere.test");
  EXPECT_EQ(service_->handle(elsewhere).status, 403);
  EXPECT_EQ(audit_rows(), "message.send refused/-");
}

/// Routes whose handlers forget, or break off.
TEST_P(Scenarios, AHandlerThatForgetsTheAuditIsNotBelieved) {
  struct Secretive {
    static Result<http::Answer<std::string>> forget(Context&, http::Call&) {
      return http::Answer<std::string>{200, "Amara"};
    }
    static Result<http::Answer<std::string>> break_off(Context&, http::Call&) { throw std::runtime_error("test"); }
  };
  Routes routes;
  routes.get("/forgets").says("x").answers<std::string>().signed_in().audits("forgets").handle(Secretive::forget);
  routes.get("/breaks").says("x").answers<std::string>().signed_in().audits("breaks").handle(Secretive::break_off);
  routes.finish();
  std::vector<std::string> rows;
  for (const auto* target : {"/forgets", "/breaks"}) {
    const auto match = routes.find(http::Method::get, target);
    Context context{*house, {client, access::Role::client, SessionId::make(clock.now()), practice}};
    http::Call call{nullptr, match.route, match.path, {}, soon()};
    const http::BodyInput input;
    std::vector<http::Response> responses(1);
    try {
      responses = routes.answer(match, context, call, {&input, 1});
    } catch (const std::runtime_error&) {
      responses[0].status = 500;
    }
    settle_audit(context, call, responses, soon());
    EXPECT_EQ(responses[0].status, 500);
    EXPECT_EQ(responses[0].body.find("Amara"), std::string::npos);
  }
  EXPECT_EQ(audit_rows(), "breaks failed/- forgets failed/-");
}

INSTANTIATE_TEST_SUITE_P(Engines, Scenarios, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::server
