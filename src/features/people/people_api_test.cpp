#include "features/people/people_api.hpp"

#include <functional>

#include "features/messages/messages.hpp"
#include "support/full_house.hpp"

namespace rapport::people {
namespace {

/// Runs every read a second time, as PostgreSQL may when two could not go on together; something may have happened
/// between the two.
class ReadsTwice final : public store::Database {
 public:
  ReadsTwice(store::Database& inner, std::function<void()> between) : inner_(inner), between_(std::move(between)) {}

  bool wipe_deleted(Deadline deadline) override { return inner_.wipe_deleted(deadline); }
  std::string_view engine() const override { return inner_.engine(); }
  void run_script(store::WriteTx& tx, std::string_view sql) override { inner_.run_script(tx, sql); }
  int prepare_for_test(const store::Query& query) override { return inner_.prepare_for_test(query); }
  std::string explain_for_test(const store::Query& query) override { return inner_.explain_for_test(query); }

 protected:
  void run_read(Deadline deadline, const std::function<void(store::ReadTx&)>& f) override {
    const auto once = [&](store::ReadTx& tx) -> Result<void> {
      f(tx);
      return {};
    };
    ASSERT_TRUE(inner_.read(deadline, once));
    between_();
    ASSERT_TRUE(inner_.read(deadline, once));
  }
  void run_write(Deadline deadline, const std::function<bool(store::WriteTx&)>& f) override {
    const auto written = inner_.write(
        deadline, [&](store::WriteTx& tx) -> Result<void> { return f(tx) ? Result<void>() : fail(not_found()); });
    static_cast<void>(written);  // an error of `f` is its caller's
  }

 private:
  store::Database& inner_;
  std::function<void()> between_;
};

class PeopleApi : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_people_routes(routes);
    routes.finish();
  }
  /// Asks as the client.
  http::Response ask(House& around, http::Method method, const std::string& target, const std::string& body = {}) {
    Context context{around, {client, access::Role::client, SessionId::make(clock.now()), practice}};
    http::Call call;
    call.deadline = soon();
    const auto match = routes.find(method, target);
    if (match.route == nullptr) return match.refusal();
    const std::vector<http::BodyInput> bodies{{body, nullptr}};
    return routes.answer(match, context, call, bodies)[0];
  }

  Routes routes;
};

TEST_P(PeopleApi, ARoomsListThatIsReadTwiceSaysWhatTheSecondReadingFound) {
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(messages::append_messages(tx, client, chat, {{MessageId::make(clock.now()), {1}, "{}"}}, clock.now()));
    return {};
  }));
  ReadsTwice twice(*db, [&] {
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return messages::advance_receipt(tx, therapist, chat, 1, 1); }));
  });
  House around{twice, *keys, passwords, log_in_guard, csrf, root, read_audit, hub, clock};
  const auto answer = ask(around, http::Method::get, "/api/episodes/" + episode.text() + "/rooms");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_NE(answer.body.find(R"("delivered":1,"read":1)"), std::string::npos) << answer.body;
}

TEST_P(PeopleApi, AThreadThatIsSentAgainIsToldAgain) {
  const auto body = R"({"id":")" + RoomId::make(clock.now()).text() + R"(","subject":"Sleep"})";
  for (const unsigned status : {201U, 200U}) {
    const auto answer = ask(*house, http::Method::post, "/api/episodes/" + episode.text() + "/threads", body);
    EXPECT_EQ(answer.status, status) << answer.body;
    const auto told = sink.take();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].recipients, (std::vector{client, therapist}));
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, PeopleApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::people
