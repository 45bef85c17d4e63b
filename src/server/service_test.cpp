#include "server/service.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <latch>
#include <map>
#include <mutex>

#include "features/log_in/log_in_api.hpp"
#include "features/messages/messages.hpp"
#include "features/people/profiles.hpp"
#include "http/cookies.hpp"
#include "http/live_frames.hpp"
#include "server/all_routes.hpp"
#include "server/live_line.hpp"
#include "server/open_house.hpp"

namespace rapport::server {
namespace {

/// Keeps the frames that a live line was sent.
class RecordingSocket final : public http::LiveSocket {
 public:
  bool send(std::shared_ptr<const std::string> frame) override { return send_all({std::move(frame)}); }
  bool send_all(const std::vector<std::shared_ptr<const std::string>>& frames) override {
    const std::lock_guard lock(mutex_);
    for (const auto& frame : frames) frames_.push_back(*frame);
    return true;
  }
  void close(int code, std::string_view) override {
    const std::lock_guard lock(mutex_);
    closed_ = code;
  }
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(frames_, {});
  }
  int closed() {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> frames_;
  int closed_ = 0;
};

void say_on(http::LiveSession& line, std::vector<std::string> frames) {
  line.on_frames(std::move(frames), std::chrono::steady_clock::now());
}

struct Browser {
  std::string cookie;
  std::string csrf;
  std::string device;
};

/// A whole house on a folder of its own: what a caller of the server meets, short of the sockets.
class ServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto name = (std::filesystem::temp_directory_path() / "rapport-service-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    config::Settings settings;
    settings.data = folder_;
    settings.second_factor = "offered";
    auto open = OpenHouse::open(settings, clock_);
    ASSERT_TRUE(open) << open.error().detail;
    open_ = std::move(*open);
    const auto practice = PracticeId::make(clock_.now());
    ASSERT_TRUE(house().db.write(soon(), [&](store::WriteTx& tx) {
      return people::add_practice(tx, practice, "Test practice", true, clock_.now());
    }));
    add_person(practice, client_, "client", "amara", "Amara Client");
    add_person(practice, therapist_, "therapist", "berger", "Berger Therapist");
    add_person(practice, stranger_, "therapist", "stranger", "Other Therapist");
    ASSERT_TRUE(house().db.write(soon(), [&](store::WriteTx& tx) {
      return people::open_episode(tx, episode_, chat_, practice, client_, therapist_, clock_.now());
    }));
    add_all_routes(routes_);
    start({});
  }
  void TearDown() override {
    service_.reset();
    open_.reset();
    std::filesystem::remove_all(folder_);
  }

  House& house() { return open_->house(); }
  static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }
  void start(ServiceOptions options) {
    service_.reset();
    service_ = std::make_unique<Service>(house(), routes_, options);
  }
  void add_person(PracticeId practice, AccountId id, std::string_view role, const std::string& login,
                  const std::string& name) {
    const auto key = house().keys.create_for(id, soon());
    ASSERT_TRUE(key);
    const auto hash = house().passwords.hash("right horse", soon());
    ASSERT_TRUE(hash);
    const auto profile = people::seal_profile(**key, id, {name, login});
    ASSERT_TRUE(house().db.write(soon(), [&](store::WriteTx& tx) {
      return people::add_account(tx, {id, practice, std::string(role), access::login_digest(house().root, login), *hash,
                                      profile, clock_.now()});
    }));
  }

  static http::Request request(http::Method method, std::string target, std::string body = {}) {
    http::Request made;
    made.method = method;
    made.target = std::move(target);
    made.headers = {{"host", "rapport.test"}, {"content-type", "application/json"}};
    made.body = std::move(body);
    made.peer = "127.0.0.1";
    return made;
  }
  static http::Request by(const Browser& browser, http::Request made) {
    made.headers.emplace_back("cookie", browser.cookie);
    made.headers.emplace_back("x-csrf-token", browser.csrf);
    return made;
  }
  http::Response get(const Browser& browser, std::string target) {
    return service_->handle(by(browser, request(http::Method::get, std::move(target))));
  }
  http::Response post(const Browser& browser, std::string target, std::string body) {
    return service_->handle(by(browser, request(http::Method::post, std::move(target), std::move(body))));
  }
  Browser log_in(const std::string& login) {
    const auto answer = service_->handle(
        request(http::Method::post, "/api/login", R"({"login":")" + login + R"(","password":"right horse"})"));
    EXPECT_EQ(answer.status, 200) << answer.body;
    Browser browser;
    for (const auto& [name, value] : answer.headers) {
      if (value.starts_with("rapport_session=")) browser.cookie = value.substr(0, value.find(';'));
      if (value.starts_with("rapport_device=")) browser.device = value.substr(0, value.find(';'));
    }
    browser.csrf = boost::json::parse(answer.body).at("csrf").as_string();
    return browser;
  }
  std::string message(std::string_view text) {
    return R"({"id":")" + MessageId::make(clock_.now()).text() + R"(","text":")" + std::string(text) + "\"}";
  }
  std::string room(std::string_view rest) const { return "/api/rooms/" + chat_.text() + std::string(rest); }
  std::int64_t audit_rows(std::string_view action, std::string_view outcome) {
    static const store::Query query{"test.audit_rows", "SELECT COUNT(*) FROM audit WHERE action = $1 AND outcome = $2"};
    const auto count = house().db.read(soon(), [&](store::ReadTx& tx) -> Result<std::int64_t> {
      return *tx.first(query, {action, outcome}, [](const store::Row& row) { return row.int64(0); });
    });
    return *count;
  }
  static std::string header(const http::Response& response, std::string_view wanted) {
    for (const auto& [name, value] : response.headers) {
      if (name == wanted) return value;
    }
    return {};
  }

  ManualClock clock_{from_micros(1'795'000'000'000'000)};
  AccountId client_ = AccountId::make(clock_.now());
  AccountId therapist_ = AccountId::make(clock_.now());
  AccountId stranger_ = AccountId::make(clock_.now());
  EpisodeId episode_ = EpisodeId::make(clock_.now());
  RoomId chat_ = RoomId::make(clock_.now());
  std::string folder_;
  std::unique_ptr<OpenHouse> open_;
  Routes routes_;
  std::unique_ptr<Service> service_;
};

TEST_F(ServiceTest, EveryAnswerTellsBrowsersWhatNotToDoWithIt) {
  auto over_tls = request(http::Method::get, "/api/session");
  over_tls.secure = true;
  for (const auto& answer : {service_->handle(over_tls), service_->overloaded(over_tls)}) {
    EXPECT_EQ(header(answer, "Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(header(answer, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header(answer, "Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(header(answer, "Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
    EXPECT_EQ(header(answer, "Strict-Transport-Security"), "max-age=31536000");
  }
  const auto in_clear = service_->handle(request(http::Method::get, "/api/session"));
  EXPECT_EQ(header(in_clear, "Strict-Transport-Security"), "");
}

TEST_F(ServiceTest, LogsInWithACookieThatNoScriptReads) {
  const auto answer =
      service_->handle(request(http::Method::post, "/api/login", R"({"login":" Amara ","password":"right horse"})"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  const auto cookie = header(answer, "Set-Cookie");
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Strict"), std::string::npos);
  EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
  EXPECT_NE(answer.body.find("Amara Client"), std::string::npos);
  EXPECT_EQ(answer.body.find("horse"), std::string::npos);
  EXPECT_EQ(audit_rows("login", "done"), 1);
}

TEST_F(ServiceTest, OnASharedDeviceTheLogInEndsWithTheBrowserWhichIsNotRemembered) {
  const auto cookies = [](const http::Response& answer) {
    std::string all;
    for (const auto& [name, value] : answer.headers) all += name == "Set-Cookie" ? value + "\n" : "";
    return all;
  };
  const auto kept = service_->handle(
      request(http::Method::post, "/api/login", R"({"login":"amara","password":"right horse","shared":false})"));
  EXPECT_NE(cookies(kept).find("Max-Age=43200"), std::string::npos) << cookies(kept);
  EXPECT_NE(kept.body.find(R"("shared":false)"), std::string::npos);
  const auto shared = service_->handle(
      request(http::Method::post, "/api/login", R"({"login":"amara","password":"right horse","shared":true})"));
  EXPECT_NE(shared.body.find(R"("shared":true)"), std::string::npos);
  EXPECT_EQ(cookies(shared).find("Max-Age"), std::string::npos) << cookies(shared);
  EXPECT_EQ(cookies(shared).find("rapport_device"), std::string::npos);
  auto again = request(http::Method::get, "/api/session");
  const auto session = header(shared, "Set-Cookie");
  again.headers.emplace_back("cookie", session.substr(0, session.find(';')) + "; rapport_shared=1");
  EXPECT_NE(service_->handle(again).body.find(R"("shared":true)"), std::string::npos)
      << "also when the page is reloaded";
  http::Response refusal;
  const auto socket = std::make_shared<RecordingSocket>();
  again.target = "/api/live";
  const auto line = service_->open_live(again, socket, refusal);
  ASSERT_NE(line, nullptr) << refusal.body;
  say_on(*line, {R"({"id":1,"do":"GET /api/session"})"});
  EXPECT_NE(socket->take().back().find(R"("shared":true)"), std::string::npos) << "and over its live line";
  line->on_closed();
}

TEST_F(ServiceTest, WhoWaitedInAQueueBeyondTheDeadlineIsToldSoAndNothingIsDone) {
  const auto client = log_in("amara");
  auto late = by(client, request(http::Method::post, room("/messages"), message("too late")));
  late.arrived -= ServiceOptions{}.deadline;
  EXPECT_EQ(service_->handle(late).status, 503);
  http::Response refusal;
  const auto socket = std::make_shared<RecordingSocket>();
  const auto line = service_->open_live(by(client, request(http::Method::get, "/api/live")), socket, refusal);
  ASSERT_NE(line, nullptr) << refusal.body;
  const auto frame = R"({"id":1,"do":"POST )" + room("/messages") + R"(","body":)" + message("too late") + "}";
  line->on_frames({frame}, std::chrono::steady_clock::now() - ServiceOptions{}.deadline);
  EXPECT_NE(socket->take().back().find(R"({"id":1,"status":503)"), std::string::npos);
  EXPECT_EQ(get(client, room("/events")).body.find("too late"), std::string::npos);
  line->on_closed();
}

TEST_F(ServiceTest, AWrongPasswordAndAnUnknownLogInGetTheSameAnswer) {
  const auto wrong =
      service_->handle(request(http::Method::post, "/api/login", R"({"login":"amara","password":"wrong"})"));
  const auto unknown =
      service_->handle(request(http::Method::post, "/api/login", R"({"login":"nobody","password":"wrong"})"));
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_EQ(header(wrong, "Set-Cookie"), "");
  EXPECT_EQ(audit_rows("login", "refused"), 2);
}

TEST_F(ServiceTest, ADemoAccountLogsInToAPracticeOfMadeUpPeopleOnly) {
  const auto set = [&](const store::Query& query) {
    ASSERT_TRUE(house().db.write(soon(), [&](store::WriteTx& tx) -> Result<void> {
      tx.execute(query, {});
      return {};
    }));
  };
  const auto try_log_in = [&](const std::string& login, const std::string& password) {
    return service_->handle(
        request(http::Method::post, "/api/login", R"({"login":")" + login + R"(","password":")" + password + "\"}"));
  };
  static const store::Query make_demo("test.make_demo", "UPDATE account SET made_up = 1 WHERE role = 'client'");
  static const store::Query make_real("test.make_real", "UPDATE practice SET synthetic = 0");
  set(make_demo);
  EXPECT_EQ(try_log_in("amara", "right horse").status, 200);
  set(make_real);
  const auto refused = try_log_in("amara", "right horse");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.body, try_log_in("berger", "wrong horse").body);
  EXPECT_EQ(try_log_in("berger", "right horse").status, 200);
}

TEST_F(ServiceTest, WrongLogInsAreSlowedButAKnownBrowserIsLetThrough) {
  const auto known = log_in("amara");
  const auto attempt = [&](std::string_view login, std::string_view password, const std::string& cookie) {
    auto made = request(http::Method::post, "/api/login",
                        R"({"login":")" + std::string(login) + R"(","password":")" + std::string(password) + "\"}");
    if (!cookie.empty()) made.headers.emplace_back("cookie", cookie);
    return service_->handle(made);
  };
  for (int i = 0; i < 10; ++i) EXPECT_EQ(attempt("amara", "wrong", "").status, 401) << i;
  const auto refused = attempt("amara", "right horse", "");
  EXPECT_EQ(refused.status, 429) << "the right password, too, or the answer would tell it";
  EXPECT_GE(std::stoi(header(refused, "Retry-After")), 1);
  EXPECT_EQ(attempt("amara", "right horse", known.device).status, 200);
  EXPECT_EQ(attempt("amara", "right horse", log_in("berger").device).status, 429);
  EXPECT_EQ(attempt("berger", "right horse", "").status, 200) << "somebody else at the same address";
}

TEST_F(ServiceTest, AHashOfOlderParametersIsMadeAnewAtLogIn) {
  access::Passwords older({.passes = 1, .memory_bytes = std::size_t{8} * 1024 * 1024});
  const auto hash = older.hash("right horse", soon());
  ASSERT_TRUE(hash);
  const auto stored = [&] {
    return house().db.read(soon(), [&](store::ReadTx& tx) -> Result<std::string> {
      return people::find_account(tx, client_)->password_hash;
    });
  };
  ASSERT_TRUE(house().db.write(soon(), [&](store::WriteTx& tx) -> Result<void> {
    people::replace_password_hash(tx, client_, people::find_account(tx, client_)->password_hash, *hash);
    return {};
  }));
  EXPECT_TRUE(house().passwords.needs_rehash(*stored()));
  log_in("amara");
  EXPECT_FALSE(house().passwords.needs_rehash(*stored()));
  log_in("amara");
}

TEST_F(ServiceTest, ASecondHouseOnTheSameDataIsRefused) {
  config::Settings settings;
  settings.data = folder_;
  const auto second = OpenHouse::open(settings, clock_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "data.in_use");
  service_.reset();
  open_.reset();
  EXPECT_TRUE(OpenHouse::open(settings, clock_));
}

TEST_F(ServiceTest, HealthIsAskedOfTheDatabase) {
  const auto answer = service_->handle(request(http::Method::get, "/healthz"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, R"({"status":"ok"})");
}

TEST_F(ServiceTest, PasswordsAreHeavyAndMessagesAreNot) {
  EXPECT_TRUE(service_->heavy_for(request(http::Method::post, "/api/login")));
  EXPECT_FALSE(service_->heavy_for(request(http::Method::post, room("/messages"))));
  EXPECT_FALSE(service_->heavy_for(request(http::Method::get, "/api/session")));
  EXPECT_TRUE(service_->heavy_for(request(http::Method::get, "/api/me/record.html?language=en")));
}

TEST_F(ServiceTest, WhoeverIsNotLoggedInWaitsForLogInsOfTheSameNameAndAddress) {
  const auto turn = [&](std::string peer, std::string body, std::string cookie = {}) {
    auto asked = request(http::Method::post, "/api/login", std::move(body));
    if (!cookie.empty()) asked.headers.emplace_back("cookie", std::move(cookie));
    asked.peer = std::move(peer);
    const auto behalf = service_->heavy_for(asked).value();
    return behalf.place + "|" + behalf.name;
  };
  const auto one = turn("192.0.2.1", R"({"login":"amara","password":"a"})");
  EXPECT_EQ(turn("192.0.2.1", R"({"password":"another","login":"amara"})"), one);
  EXPECT_EQ(turn("192.0.2.1", R"({"login":"amara","password":"a"})", "rapport_session=made-up"), one);
  EXPECT_EQ(turn("192.0.2.1", R"({"login":" AmaRa\t"})"), one) << "it is the same account";
  EXPECT_EQ(one, "192.0.2.1|amara");
  EXPECT_NE(turn("192.0.2.1", R"({"login":"berger","password":"a"})"), one);
  EXPECT_NE(turn("192.0.2.2", R"({"login":"amara","password":"a"})"), one);
  const auto nameless = turn("192.0.2.1", "{");
  for (const auto* odd : {"", "[]", R"({"login":7})", R"({"login":null})"})
    EXPECT_EQ(turn("192.0.2.1", odd), nameless) << odd;
  EXPECT_EQ(turn("192.0.2.1", R"({"login":")" + std::string(5000, 'x') + "\"}"), nameless);
}

TEST_F(ServiceTest, APersonHasOneHeavyCallInHandAtATime) {
  const auto amara = log_in("amara");
  const auto berger = log_in("berger");
  std::latch begun(2);
  std::promise<void> end;
  const auto ended = end.get_future().share();
  Routes routes;
  routes.post("/api/slow")
      .says("x")
      .answers<http::Nothing>(204)
      .signed_in()
      .not_audited("test")
      .heavy()
      .handle([&](Context& context, http::Call&) -> Result<http::Answer<http::Nothing>> {
        if (context.viewer.account == client_) {
          begun.count_down();
          ended.wait();
        }
        return http::Answer<http::Nothing>{204, {}};
      });
  routes.finish();
  service_.reset();
  Service service(house(), routes, {});
  const auto ask = [&](const Browser& browser) {
    return service.handle(by(browser, request(http::Method::post, "/api/slow", ""))).status;
  };
  auto first = std::async(std::launch::async, ask, amara);
  begun.arrive_and_wait();
  EXPECT_EQ(ask(amara), 429);
  EXPECT_EQ(ask(berger), 204) << "somebody else waits for nobody";
  end.set_value();
  EXPECT_EQ(first.get(), 204);
  EXPECT_EQ(ask(berger), 204);
}

TEST_F(ServiceTest, LoggingOutEndsTheSessionAndItsLiveLines) {
  const auto browser = log_in("amara");
  auto socket = std::make_shared<RecordingSocket>();
  http::Response refusal;
  const auto line = service_->open_live(by(browser, request(http::Method::get, "/api/live")), socket, refusal);
  ASSERT_NE(line, nullptr) << refusal.body;
  EXPECT_EQ(post(browser, "/api/logout", "").status, 204);
  EXPECT_EQ(get(browser, "/api/session").status, 401);
  for (int i = 0; i < 200 && socket->closed() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(socket->closed(), 4401);
  line->on_closed();
}

TEST_F(ServiceTest, ALineWhoseLogInEndsWhileItIsOpenedDoesNotBegin) {
  const auto browser = log_in("amara");
  const auto socket = std::make_shared<RecordingSocket>();
  const auto opening = by(browser, request(http::Method::get, "/api/live"));
  const auto token = http::cookie_value(opening.header("cookie"), log_in::kCookie).value_or("");
  LiveLine line(*service_, opening, token, {client_, access::Role::client, {}, {}}, socket);
  EXPECT_EQ(post(browser, "/api/logout", "").status, 204);
  const auto begun = line.prepare(soon());
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().kind, ErrorKind::unauthenticated);
}

TEST_F(ServiceTest, EndingAllOtherLogInsCutsTheirLinesAndNoneOfOnesOwn) {
  const auto here = log_in("amara");
  const auto there = log_in("amara");
  const auto own = std::make_shared<RecordingSocket>();
  const auto other = std::make_shared<RecordingSocket>();
  http::Response refusal;
  const auto kept = service_->open_live(by(here, request(http::Method::get, "/api/live")), own, refusal);
  const auto cut = service_->open_live(by(there, request(http::Method::get, "/api/live")), other, refusal);
  ASSERT_TRUE(kept && cut);
  EXPECT_EQ(service_->handle(by(here, request(http::Method::del, "/api/me/sessions"))).status, 204);
  for (int i = 0; i < 200 && other->closed() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(other->closed(), http::kClosedLoggedOut);
  EXPECT_EQ(own->closed(), 0);
  EXPECT_EQ(get(there, "/api/session").status, 401);
  EXPECT_EQ(get(here, "/api/session").status, 200);
  kept->on_closed();
  cut->on_closed();
}

TEST_F(ServiceTest, OfTooManyLinesOfOnePersonTheOldestIsClosed) {
  ServiceOptions options;
  options.live_connections = 2;
  start(options);
  const auto browser = log_in("amara");
  http::Response refusal;
  std::vector<std::shared_ptr<RecordingSocket>> sockets;
  std::vector<std::unique_ptr<http::LiveSession>> lines;
  const auto open = [&](const Browser& who) {
    sockets.push_back(std::make_shared<RecordingSocket>());
    lines.push_back(service_->open_live(by(who, request(http::Method::get, "/api/live")), sockets.back(), refusal));
  };
  open(log_in("berger"));
  for (int i = 0; i < 4; ++i) open(browser);
  std::vector<int> closed;
  for (const auto& socket : sockets) closed.push_back(socket->closed());
  EXPECT_EQ(closed, (std::vector{0, http::kClosedTooMany, http::kClosedTooMany, 0, 0}));
  for (const auto& line : lines) line->on_closed();
}

TEST_F(ServiceTest, OpeningLinesHasALimitAndLeavesNoRowsBeyondIt) {
  ServiceOptions options;
  options.messages_per_second = 1;
  start(options);
  auto elsewhere = by(log_in("amara"), request(http::Method::get, "/api/live"));
  elsewhere.headers.emplace_back("origin", "https://elsewhere.test");
  std::vector<int> statuses;
  for (int i = 0; i < 8; ++i) {
    http::Response refusal;
    EXPECT_EQ(service_->open_live(elsewhere, std::make_shared<RecordingSocket>(), refusal), nullptr);
    statuses.push_back(refusal.status);
  }
  EXPECT_EQ(statuses, (std::vector{403, 403, 403, 403, 429, 429, 429, 429}));
  EXPECT_EQ(audit_rows("live.open", "refused"), 4);
}

TEST_F(ServiceTest, ALogInOverALiveLineIsRefused) {
  const auto client = log_in("amara");
  const auto socket = std::make_shared<RecordingSocket>();
  http::Response refusal;
  const auto line = service_->open_live(by(client, request(http::Method::get, "/api/live")), socket, refusal);
  ASSERT_NE(line, nullptr);
  socket->take();
  const auto before = audit_rows("login", "done");
  say_on(*line, {R"({"id":1,"do":"POST /api/login","body":{"login":"berger","password":"rapport-demo"}})"});
  const auto answers = socket->take();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_NE(answers[0].find(R"({"id":1,"status":422)"), std::string::npos) << answers[0];
  EXPECT_NE(answers[0].find("live.needs_http"), std::string::npos) << answers[0];
  EXPECT_EQ(audit_rows("login", "done"), before);
  line->on_closed();
}

TEST_F(ServiceTest, AnOpenPageIsNoUseButWhatAPersonDoesAtItIs) {
  ServiceOptions options;
  options.look_at_sessions = std::chrono::milliseconds(10);
  start(options);
  const auto used = log_in("amara");
  const auto left_open = log_in("berger");
  const auto sockets = std::array{std::make_shared<RecordingSocket>(), std::make_shared<RecordingSocket>()};
  http::Response refusal;
  const auto opening = request(http::Method::get, "/api/live");
  const auto line = service_->open_live(by(used, opening), sockets[0], refusal);
  const auto line_left_open = service_->open_live(by(left_open, opening), sockets[1], refusal);
  ASSERT_TRUE(line && line_left_open);
  auto by_itself = by(left_open, request(http::Method::get, "/api/episodes"));
  by_itself.headers.emplace_back("x-unattended", "1");

  clock_.set(clock_.now() + std::chrono::minutes(150));
  say_on(*line, {R"({"id":1,"do":"GET /api/session"})"});
  say_on(*line_left_open, {R"({"id":1,"do":"GET /api/practice"})"});
  EXPECT_EQ(service_->handle(by_itself).status, 200);
  clock_.set(clock_.now() + std::chrono::minutes(150));
  EXPECT_EQ(service_->handle(by_itself).status, 401);
  EXPECT_EQ(get(used, "/api/session").status, 200);
  for (int i = 0; i < 200 && sockets[1]->closed() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(sockets[1]->closed(), http::kClosedLoggedOut);
  EXPECT_EQ(sockets[0]->closed(), 0);
  line->on_closed();
  line_left_open->on_closed();
}

TEST_F(ServiceTest, EveryRouteButTheOpenOnesWantsALogIn) {
  for (const auto& route : routes_.all()) {
    if (route->guard == http::Guard::open) continue;
    std::string target = route->pattern;
    for (auto at = target.find('{'); at != std::string::npos; at = target.find('{')) {
      target.replace(at, target.find('}') - at + 1, chat_.text());
    }
    EXPECT_EQ(service_->handle(request(route->method, target, "{}")).status, 401) << target;
  }
}

TEST_F(ServiceTest, ChangesWantTheTokenAndComeFromHere) {
  auto browser = log_in("amara");
  auto elsewhere = by(browser, request(http::Method::post, room("/messages"), message("x")));
  elsewhere.headers.emplace_back("origin", "https://elsewhere.test");
  EXPECT_EQ(service_->handle(elsewhere).status, 403);
  browser.csrf = "wrong";
  const auto refused = post(browser, room("/messages"), message("x"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("\"csrf\""), std::string::npos);
  EXPECT_EQ(audit_rows("message.send", "done"), 0);
}

TEST_F(ServiceTest, ABodyIsJsonByItsWholeTypeAndHasWordsInIt) {
  const auto browser = log_in("amara");
  auto sent = by(browser, request(http::Method::post, room("/messages"), message("x")));
  sent.headers[1].second = "application/jsonfoo";
  EXPECT_NE(service_->handle(sent).body.find("body.not_json"), std::string::npos);
  sent.headers[1].second = "Application/JSON; charset=utf-8";
  EXPECT_EQ(service_->handle(sent).status, 201);

  const auto blank = post(browser, room("/messages"), message(" \\n\u200B"));
  EXPECT_EQ(blank.status, 422);
  EXPECT_NE(blank.body.find("Must have something to read in it, not only blanks."), std::string::npos) << blank.body;
  const auto subject = R"({"id":")" + RoomId::make(clock_.now()).text() + R"(","subject":"\u3000 "})";
  EXPECT_EQ(post(browser, "/api/episodes/" + episode_.text() + "/threads", subject).status, 422);
  EXPECT_EQ(audit_rows("message.send", "done"), 1);
}

TEST_F(ServiceTest, ARoleThatMayNotIsRefusedAndItIsWrittenDown) {
  const auto browser = log_in("amara");
  const auto refused = service_->handle(
      by(browser, request(http::Method::put, "/api/episodes/" + episode_.text() + "/reply-time", R"({"hours":24})")));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(audit_rows("reply_time.propose", "refused"), 1);
}

TEST_F(ServiceTest, WhatTheOtherSeesAndAStrangerDoesNot) {
  const auto client = log_in("amara");
  const auto therapist = log_in("berger");
  const auto stranger = log_in("stranger");
  EXPECT_EQ(post(client, room("/messages"), message("words for one")).status, 201);
  EXPECT_NE(get(therapist, room("/events")).body.find("words for one"), std::string::npos);
  EXPECT_EQ(audit_rows("room.read", "done"), 1);
  EXPECT_EQ(get(therapist, room("/events")).status, 200);
  EXPECT_EQ(audit_rows("room.read", "done"), 1) << "an opened view is one row";
  for (const auto& target :
       {room("/events"), room("/draft"), "/api/episodes/" + episode_.text() + "/rooms", std::string("/api/episodes")}) {
    const auto answer = get(stranger, target);
    EXPECT_TRUE(answer.status == 404 || answer.body == R"({"episodes":[]})") << target << answer.body;
    EXPECT_EQ(answer.body.find("words for one"), std::string::npos);
    EXPECT_EQ(answer.body.find("Amara"), std::string::npos);
  }
  const auto seen = get(therapist, "/api/episodes");
  EXPECT_NE(seen.body.find("Amara Client"), std::string::npos);
  EXPECT_NE(seen.body.find("\"unread\":1"), std::string::npos);
}

TEST_F(ServiceTest, AThreadItsDraftAndItsReplyTime) {
  const auto client = log_in("amara");
  const auto therapist = log_in("berger");
  const auto thread = RoomId::make(clock_.now());
  const auto episode = "/api/episodes/" + episode_.text();
  const auto body = R"({"id":")" + thread.text() + R"(","subject":"About Monday"})";
  EXPECT_EQ(post(client, episode + "/threads", body).status, 201);
  EXPECT_EQ(post(client, episode + "/threads", body).status, 200);
  EXPECT_NE(get(therapist, episode + "/rooms").body.find("About Monday"), std::string::npos);
  const auto draft = "/api/rooms/" + thread.text() + "/draft";
  EXPECT_EQ(
      service_->handle(by(client, request(http::Method::put, draft, R"({"based_on":0,"subject":"","text":"half a"})")))
          .status,
      200);
  EXPECT_NE(get(client, draft).body.find("half a"), std::string::npos);
  EXPECT_EQ(get(therapist, draft).body.find("half a"), std::string::npos) << "a draft is its author's alone";
  EXPECT_EQ(
      service_->handle(by(therapist, request(http::Method::put, episode + "/reply-time", R"({"hours":48})"))).status,
      204);
  EXPECT_EQ(post(client, episode + "/reply-time/agreement", R"({"hours":48})").status, 204);
  EXPECT_EQ(post(client, room("/messages"), message("a question")).status, 201);
  const auto seen = get(client, "/api/episodes").body;
  EXPECT_NE(seen.find(R"("reply_time":{"hours":48,"agreed":true})"), std::string::npos) << seen;
  EXPECT_NE(seen.find("\"reply_by\":\"" + to_rfc3339(clock_.now() + std::chrono::hours(48))), std::string::npos);
}

TEST_F(ServiceTest, AMessageTakesTheDraftThatCarriesItsIdWithItAndNoOther) {
  const auto client = log_in("amara");
  const auto episode = "/api/episodes/" + episode_.text();
  const auto keep = [&](const std::string& place, int based_on, const std::string& text, MessageId id) {
    const auto body = R"({"based_on":)" + std::to_string(based_on) + R"(,"subject":"s","text":")" + text +
                      R"(","message":")" + id.text() + "\"}";
    return service_->handle(by(client, request(http::Method::put, place + "/draft", body))).status;
  };
  const auto send = [&](const std::string& place, const std::string& text, MessageId id) {
    return post(client, place + "/messages", R"({"id":")" + id.text() + R"(","text":")" + text + "\"}").status;
  };
  const auto kept = [&](const std::string& place) { return get(client, place + "/draft").body; };
  const std::string empty = R"("subject":"","text":""})";
  const auto first = MessageId::make(clock_.now());
  const auto next = MessageId::make(clock_.now());
  EXPECT_EQ(keep(room(""), 0, "a whole ", first), 200);
  EXPECT_NE(kept(room("")).find(R"("message":")" + first.text()), std::string::npos) << "for the other device";
  EXPECT_EQ(send(room(""), "a whole thought", first), 201);
  EXPECT_EQ(kept(room("")), R"({"revision":2,)" + empty);
  EXPECT_EQ(keep(room(""), 1, "a whole thought, late", first), 409);
  EXPECT_EQ(keep(room(""), 2, "a whole", next), 200);
  EXPECT_EQ(send(room(""), "a whole thought", first), 200);
  EXPECT_NE(kept(room("")).find("a whole"), std::string::npos) << "begun after the message had been stored";
  EXPECT_EQ(send(room(""), "a whole", MessageId::make(clock_.now())), 201);
  EXPECT_NE(kept(room("")).find("a whole"), std::string::npos) << "another message";

  const auto letter = MessageId::make(clock_.now());
  const auto thread = RoomId::make(clock_.now());
  EXPECT_EQ(keep(episode, 0, "a letter", letter), 200);
  EXPECT_EQ(post(client, episode + "/threads", R"({"id":")" + thread.text() + R"(","subject":"s"})").status, 201);
  EXPECT_NE(kept(episode).find("a letter"), std::string::npos) << "its words are not sent yet";
  EXPECT_EQ(send("/api/rooms/" + thread.text(), "a letter", letter), 201);
  EXPECT_EQ(kept(episode), R"({"revision":2,)" + empty);
  EXPECT_NE(kept(room("")).find("a whole"), std::string::npos);
}

TEST_F(ServiceTest, ALiveLineTakesTheSameRoutes) {
  const auto client = log_in("amara");
  const auto therapist = log_in("berger");
  http::Response refusal;
  auto at_client = std::make_shared<RecordingSocket>();
  auto at_therapist = std::make_shared<RecordingSocket>();
  const auto line = service_->open_live(by(client, request(http::Method::get, "/api/live")), at_client, refusal);
  const auto other = service_->open_live(by(therapist, request(http::Method::get, "/api/live")), at_therapist, refusal);
  ASSERT_TRUE(line && other);
  EXPECT_NE(at_client->take().at(0).find("\"presence\""), std::string::npos);

  const auto frame = [&](int id, const std::string& what, const std::string& body) {
    return R"({"id":)" + std::to_string(id) + R"(,"do":")" + what + R"(","body":)" + body + "}";
  };
  const auto sending = "POST " + room("/messages");
  say_on(*line, {frame(1, sending, message("one")), frame(2, sending, message("two")), "{",
                 frame(3, sending, message("three")), R"({"id":4,"do":"GET /api/rooms/x/events"})"});
  const auto answers = at_client->take();
  ASSERT_EQ(answers.size(), 3U + 5U) << "three events and five answers";
  EXPECT_NE(answers[3].find(R"({"id":1,"status":201)"), std::string::npos) << answers[3];
  EXPECT_NE(answers[5].find("\"status\":4"), std::string::npos) << answers[5];
  EXPECT_NE(answers.back().find(R"({"id":4,"status":404)"), std::string::npos) << answers.back();
  const auto events = at_therapist->take();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_NE(events[2].find("\"seq\":3,\"kind\":\"message\""), std::string::npos) << events[2];
  EXPECT_EQ(audit_rows("message.send", "done"), 2) << "messages that arrive together are one row";
  line->on_closed();
  EXPECT_NE(at_therapist->take().at(0).find("\"present\":false"), std::string::npos);
  other->on_closed();
}

TEST_F(ServiceTest, FramesForWhichThereIsNoRoomAreEachToldSoAndDoNothing) {
  http::Response refusal;
  const auto socket = std::make_shared<RecordingSocket>();
  const auto line = service_->open_live(by(log_in("amara"), request(http::Method::get, "/api/live")), socket, refusal);
  ASSERT_TRUE(line);
  socket->take();
  line->overloaded({R"({"id":7,"do":"POST )" + room("/messages") + R"(","body":)" + message("one") + "}", "{"});
  const auto answers = socket->take();
  ASSERT_EQ(answers.size(), 2U);
  for (const auto& answer : answers) {
    EXPECT_NE(answer.find("\"status\":503"), std::string::npos) << answer;
    EXPECT_NE(answer.find("\"retry_after\":1"), std::string::npos) << answer;
  }
  EXPECT_TRUE(answers[0].starts_with("{\"id\":7,")) << answers[0];
  EXPECT_TRUE(answers[1].starts_with("{\"id\":0,")) << answers[1];
  EXPECT_EQ(audit_rows("message.send", "done"), 0);
  line->on_closed();
}

TEST_F(ServiceTest, ALiveLineWantsALogInAndThisSite) {
  http::Response refusal;
  const auto socket = std::make_shared<RecordingSocket>();
  EXPECT_EQ(service_->open_live(request(http::Method::get, "/api/live"), socket, refusal), nullptr);
  EXPECT_EQ(refusal.status, 401);
  auto elsewhere = by(log_in("amara"), request(http::Method::get, "/api/live"));
  elsewhere.headers.emplace_back("origin", "https://elsewhere.test");
  EXPECT_EQ(service_->open_live(elsewhere, socket, refusal), nullptr);
  EXPECT_EQ(refusal.status, 403);
}

TEST_F(ServiceTest, TooManyIsSaidWithWhenToComeBack) {
  ServiceOptions options;
  options.messages_per_second = 1;
  start(options);
  const auto browser = log_in("amara");
  int refused = 0;
  for (int i = 0; i < 10; ++i) {
    const auto answer = post(browser, room("/messages"), message("x"));
    if (answer.status != 429) continue;
    ++refused;
    EXPECT_GE(std::stoi(header(answer, "Retry-After")), 1);
  }
  EXPECT_EQ(refused, 6) << "four at once, then one a second";
}

TEST_F(ServiceTest, NobodyWritesMoreThanTheDisksShare) {
  start({.words_per_day = 65'000});
  const auto client = log_in("amara");
  const std::string long_one(20'000, 'x');
  std::vector<int> statuses;
  for (int i = 0; i < 6; ++i) statuses.push_back(post(client, room("/messages"), message(long_one)).status);
  EXPECT_EQ(statuses, (std::vector{201, 201, 201, 201, 429, 429})) << "the fourth owes what it lacks";
  const auto socket = std::make_shared<RecordingSocket>();
  http::Response refusal;
  const auto line = service_->open_live(by(client, request(http::Method::get, "/api/live")), socket, refusal);
  ASSERT_NE(line, nullptr);
  socket->take();
  say_on(*line, {R"({"id":1,"do":"POST )" + room("/messages") + R"(","body":)" + message(long_one) + "}"});
  EXPECT_NE(socket->take().back().find(R"("status":429)"), std::string::npos) << "the line counts the same";
  line->on_closed();
  EXPECT_EQ(get(client, room("/events")).status, 200) << "reading goes on";
  const auto other = log_in("berger");
  EXPECT_EQ(post(other, room("/messages"), message("x")).status, 201);
}

TEST_F(ServiceTest, WhatIsWrittenInThePlaceOfWhatWasBeforeTakesLittleOfTheDisksShare) {
  start({.words_per_day = 65'000});
  const auto client = log_in("amara");
  std::map<int, int> statuses;
  for (int revision = 0; revision < 100; ++revision) {
    const auto body = R"({"based_on":)" + std::to_string(revision) + R"(,"subject":"","text":")" +
                      std::string(10'000, 'x') + std::to_string(revision) + "\"}";
    ++statuses[service_->handle(by(client, request(http::Method::put, room("/draft"), body))).status];
  }
  EXPECT_EQ(statuses, (std::map<int, int>{{200, 100}}));
}

TEST_F(ServiceTest, NobodyFillsTheAuditWithWhatTheyAreRefused) {
  start({});
  const auto client = log_in("amara");
  const auto other = log_in("berger");
  const auto elsewhere = "/api/rooms/" + RoomId::make(clock_.now()).text() + "/events";
  std::map<int, int> statuses;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 500; ++i) ++statuses[get(client, elsewhere).status];
  const auto most = 302 + std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - begin).count();
  EXPECT_GE(statuses[404], 300);
  EXPECT_LE(statuses[404], most);
  EXPECT_EQ(statuses[404] + statuses[429], 500);
  EXPECT_EQ(audit_rows("room.read", "failed"), statuses[404]);
  EXPECT_EQ(get(client, "/api/crisis-contacts").status, 200) << "whom to call is told to everybody";
  EXPECT_EQ(get(other, room("/events")).status, 200);
}

TEST_F(ServiceTest, WhoIsNotLoggedInIsCountedByNetworkAndNotByAddress) {
  ServiceOptions options;
  options.messages_per_second = 1;
  start(options);
  int answered = 0;
  for (int i = 0; i < 10; ++i) {
    auto asked = request(http::Method::get, "/api/practice");
    asked.peer = "2001:db8:1:2::" + std::to_string(i);
    answered += service_->handle(asked).status == 200 ? 1 : 0;
  }
  EXPECT_EQ(answered, 4);
  auto elsewhere = request(http::Method::get, "/api/practice");
  elsewhere.peer = "2001:db8:1:3::1";
  EXPECT_EQ(service_->handle(elsewhere).status, 200);
}

TEST_F(ServiceTest, NothingWrittenStandsInClearOnDisk) {
  const auto client = log_in("amara");
  const std::string secret = "unmistakable-plaintext";
  EXPECT_EQ(post(client, room("/messages"), message(secret + "-message")).status, 201);
  EXPECT_EQ(service_
                ->handle(by(client, request(http::Method::put, room("/draft"),
                                            R"({"based_on":0,"subject":"","text":")" + secret + "-draft\"}")))
                .status,
            200);
  const auto id = RoomId::make(clock_.now()).text();
  EXPECT_EQ(post(client, "/api/episodes/" + episode_.text() + "/threads",
                 R"({"id":")" + id + R"(","subject":")" + secret + "-subject\"}")
                .status,
            201);
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    std::string content(std::filesystem::file_size(file), '\0');
    std::unique_ptr<FILE, int (*)(FILE*)> handle(std::fopen(file.path().c_str(), "rb"), &std::fclose);
    ASSERT_EQ(std::fread(content.data(), 1, content.size(), handle.get()), content.size());
    for (const auto* word : {"unmistakable", "Amara", "amara", "right horse", client.cookie.c_str()}) {
      EXPECT_EQ(content.find(word), std::string::npos) << word << " in " << file.path();
    }
    ++files;
  }
  EXPECT_GE(files, 4U);
}

TEST_F(ServiceTest, ARoomOfOthersIsAnsweredAsNoneWhateverElseIsWrong) {
  ASSERT_EQ(post(log_in("amara"), room("/messages"), message("the room is known now")).status, 201);
  const auto stranger = log_in("stranger");
  const auto none = "/api/rooms/" + RoomId::make(clock_.now()).text() + "/messages";
  const auto id = MessageId::make(clock_.now()).text();
  for (const auto& body :
       {message(""), message("words"), std::string(R"({"id":"00000000-0000-4000-8000-000000000000","text":"x"})"),
        R"({"id":")" + id + R"(","text":"","attachments":[{"id":")" + id + R"("}]})"}) {
    const auto theirs = post(stranger, room("/messages"), body);
    const auto nobodys = post(stranger, none, body);
    EXPECT_EQ(theirs.status, nobodys.status) << body;
    EXPECT_EQ(theirs.body, nobodys.body);
  }
}

TEST_F(ServiceTest, CrisisContactsAreNeverRefusedForTheirNumberAndMayBeKept) {
  start({.messages_per_second = 1});
  for (int i = 0; i < 50; ++i) {
    const auto answer = service_->handle(request(http::Method::get, "/api/crisis-contacts?country=DE"));
    ASSERT_EQ(answer.status, 200) << "call " << i;
    EXPECT_EQ(header(answer, "Cache-Control"), "public, max-age=3600");
    EXPECT_NE(answer.body.find("0800 1110111"), std::string::npos);
    EXPECT_EQ(answer.body.find("practice_country"), std::string::npos) << "the practice has not said where it is";
  }
  EXPECT_EQ(service_->handle(request(http::Method::get, "/api/crisis-contacts?country=XX")).status, 404);
  EXPECT_EQ(service_->handle(request(http::Method::get, "/api/crisis-contacts?country=de")).status, 422);
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// What the folder of a running house holds just now: what a kill would leave.
void copy_files(const std::string& from, const std::string& to) {
  std::filesystem::create_directory(to);
  for (const auto& file : std::filesystem::directory_iterator(from)) {
    if (file.is_regular_file()) std::filesystem::copy_file(file, to + "/" + file.path().filename().string());
  }
}

std::map<std::string, std::string> contents_of(const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    found[file.path().filename().string()] = content_of(file);
  }
  return found;
}

constexpr std::string_view kNewer =
    "INSERT INTO schema_migration (number, name, checksum, applied_at, duration_us) VALUES (9999, 'later', 'x', 0, 0)";

TEST_F(ServiceTest, ANewerDatabaseIsRefusedAndEveryFileLeftAsItIsAlsoAfterAKill) {
  ASSERT_TRUE(house().db.write(soon(), [&](store::WriteTx& tx) -> Result<void> {
    house().db.run_script(tx, kNewer);
    return {};
  }));
  // With the WAL as a kill leaves it, without the WAL's index, and after the program ended by itself.
  for (const std::string left : {"killed", "without-index", "ended"}) {
    config::Settings settings;
    settings.data = folder_ + "/" + left + " 100%?#";
    if (left == "ended") {
      service_.reset();
      open_.reset();
    }
    copy_files(folder_, settings.data);
    if (left == "without-index") std::filesystem::remove(settings.data + "/rapport.db-shm");
    const auto before = contents_of(settings.data);
    ASSERT_EQ(before.contains("rapport.db-wal") && !before.at("rapport.db-wal").empty(), left != "ended");
    const auto refused = OpenHouse::open(settings, clock_);
    ASSERT_FALSE(refused) << left;
    EXPECT_NE(refused.error().detail.find("9999"), std::string::npos) << refused.error().detail;
    EXPECT_EQ(contents_of(settings.data) == before, true) << left;
  }
}

TEST_F(ServiceTest, ANewerKeyStoreLeavesTheDatabaseUntouched) {
  service_.reset();
  open_.reset();
  config::Settings settings;
  settings.data = folder_;
  {
    const auto keys = store::open_sqlite({.file = folder_ + "/keys.db"}, nullptr);
    ASSERT_TRUE(keys->write(soon(), [&](store::WriteTx& tx) -> Result<void> {
      keys->run_script(tx, kNewer);
      return {};
    }));
  }
  const auto before = contents_of(folder_);
  const auto refused = OpenHouse::open(settings, clock_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("9999"), std::string::npos) << refused.error().detail;
  EXPECT_EQ(contents_of(folder_) == before, true);
}

TEST_F(ServiceTest, WhatAKillLeftIsOpenedWithAllThatWasStored) {
  const auto client = log_in("amara");
  ASSERT_EQ(post(client, room("/messages"), message("before the kill")).status, 201);
  config::Settings settings;
  settings.data = folder_ + "/killed";
  copy_files(folder_, settings.data);
  const auto opened = OpenHouse::open(settings, clock_);
  ASSERT_TRUE(opened) << opened.error().detail;
  const auto page = (*opened)->house().db.read(
      soon(), [&](store::ReadTx& tx) { return messages::read_page(tx, client_, chat_, {}); });
  EXPECT_EQ(page->size(), 1U);
}

TEST_F(ServiceTest, AMasterKeyThatIsLostOrNotTheRightOneIsRefusedAndNotReplaced) {
  service_.reset();
  open_.reset();
  config::Settings settings;
  settings.data = folder_;
  const auto key = folder_ + "/master.key";
  std::filesystem::rename(key, key + ".away");
  const auto lost = OpenHouse::open(settings, clock_);
  ASSERT_FALSE(lost);
  EXPECT_NE(lost.error().detail.find(key), std::string::npos) << lost.error().detail;
  EXPECT_NE(lost.error().detail.find("backup of the keys"), std::string::npos) << lost.error().detail;
  EXPECT_FALSE(std::filesystem::exists(key)) << "a lost key is not replaced by a new one";
  ASSERT_TRUE(access::load_or_create_master_key(key));
  const auto wrong = OpenHouse::open(settings, clock_);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().detail.find(key), std::string::npos) << wrong.error().detail;
  EXPECT_NE(wrong.error().detail.find("backup of the keys"), std::string::npos) << wrong.error().detail;
  std::filesystem::rename(key + ".away", key);
  EXPECT_TRUE(OpenHouse::open(settings, clock_));
  std::filesystem::rename(folder_ + "/keys.db", folder_ + "/keys.away");
  const auto no_keys = OpenHouse::open(settings, clock_);
  ASSERT_FALSE(no_keys);
  EXPECT_NE(no_keys.error().detail.find("keys.db"), std::string::npos) << no_keys.error().detail;
  std::filesystem::rename(folder_ + "/keys.away", folder_ + "/keys.db");
  EXPECT_TRUE(OpenHouse::open(settings, clock_));
}

}  // namespace
}  // namespace rapport::server
