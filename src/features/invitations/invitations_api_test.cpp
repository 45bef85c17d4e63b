#include "features/invitations/invitations_api.hpp"

#include "features/invitations/invitations.hpp"
#include "features/people/staff.hpp"
#include "support/full_house.hpp"

namespace rapport::invitations {
namespace {

class InvitationsApi : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_invitation_routes(routes_);
    routes_.finish();
  }
  http::Response ask(Context context, http::Method method, const std::string& target, const std::string& body = {}) {
    http::Request request;
    request.peer = "127.0.0.1";
    const auto match = routes_.find(method, target);
    http::Call call{&request, match.route, match.path, {}, soon()};
    const http::BodyInput input{body, nullptr};
    auto answer = routes_.answer(match, context, call, {&input, 1})[0];
    acted_as_ = context.viewer.account;
    return answer;
  }
  Context as(AccountId account, access::Role role) {
    return {*house, {account, role, SessionId::make(clock.now()), practice}};
  }
  /// The token of a link for somebody whom `by` calls N.N.
  std::string invite(Context by, const std::string& more) {
    const auto answer = ask(std::move(by), http::Method::post, "/api/invitations",
                            R"({"id":")" + InvitationId::make(clock.now()).text() + R"(","name":"N.N.")" + more + "}");
    EXPECT_EQ(answer.status, 201) << answer.body;
    const auto from = answer.body.find("/join#") + 6;
    return answer.body.substr(from, answer.body.find('"', from) - from);
  }
  http::Response accept(const std::string& token, const std::string& login) {
    return ask({*house}, http::Method::post, "/api/invitation/acceptance",
               R"({"token":")" + token + R"(","name":"Nora Weiss","login":")" + login +
                   R"(","password":"quiet horse stairs"})");
  }

  Routes routes_;
  AccountId acted_as_;  ///< whose the audit row of a failure is
};

TEST_P(InvitationsApi, ALinkAsksForFewNamesThatAreTakenAndEachIsWrittenDown) {
  const auto token = invite(as(therapist, access::Role::therapist), R"(,"role":"client")");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(accept(token, i % 2 == 0 ? "amara" : "kim").status, 409);
  EXPECT_FALSE(acted_as_.is_nil());
  for (const auto* login : {"amara", "nobody.has.this"}) {
    const auto answer = accept(token, login);
    EXPECT_EQ(answer.status, 429) << "whether it is taken is told no more";
    EXPECT_NE(answer.body.find("invitation.too_many"), std::string::npos) << answer.body;
  }
  const auto another = invite(as(therapist, access::Role::therapist), R"(,"role":"client")");
  EXPECT_EQ(accept(another, "amara").status, 409);
  EXPECT_EQ(accept(another, "nora").status, 204);
}

TEST_P(InvitationsApi, ALinkWaitsWhileThePracticeTakesNoClients) {
  const auto is_synthetic = [&](std::int64_t yes) {
    static const store::Query query{"test.synthetic", "UPDATE practice SET synthetic = $1"};
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<std::int64_t> { return tx.execute(query, {yes}); }));
  };
  const auto of_client = invite(as(therapist, access::Role::therapist), R"(,"role":"client")");
  const auto of_staff = invite(as(administrator, access::Role::administrator), R"(,"role":"coder")");
  is_synthetic(0);  // of the made-up nothing needs to be confirmed
  const auto refused = accept(of_client, "nora");
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(refused.body.find("setup.not_ready"), std::string::npos) << refused.body;
  EXPECT_EQ(accept(of_staff, "otto").status, 204);
  is_synthetic(1);
  EXPECT_EQ(accept(of_client, "nora").status, 204);
}

TEST_P(InvitationsApi, WrongLinksTakeTheRightOneFromNobodyAtTheSameAddress) {
  const auto token = invite(as(therapist, access::Role::therapist), R"(,"role":"client")");
  int gone = 0;
  for (int i = 0; i < 30; ++i) gone += accept("of nobody", "nora").status == 404 ? 1 : 0;
  EXPECT_EQ(gone, 20);
  EXPECT_TRUE(acted_as_.is_nil());
  EXPECT_EQ(ask({*house}, http::Method::post, "/api/invitation", R"({"token":")" + token + R"("})").status, 200);
  EXPECT_EQ(accept(token, "nora").status, 204);
}

TEST_P(InvitationsApi, TheNameThatAClientChoosesIsNotShownToWhoeverInvitedThem) {
  const auto by = as(administrator, access::Role::administrator);
  const auto of_client = invite(by, R"(,"role":"client","therapist":")" + therapist.text() + "\"");
  const auto of_coder = invite(by, R"(,"role":"coder")");
  const auto listed = [&] { return ask(by, http::Method::get, "/api/invitations").body; };
  EXPECT_NE(listed().find("N.N."), std::string::npos);
  ASSERT_EQ(accept(of_client, "nora").status, 204);
  ASSERT_EQ(ask(by, http::Method::get, "/api/invitations").status, 200);
  EXPECT_EQ(listed().find("Nora Weiss"), std::string::npos) << listed();
  EXPECT_NE(listed().find(R"("state":"used")"), std::string::npos);
  ASSERT_EQ(accept(of_coder, "other.nora").status, 204);
  EXPECT_NE(listed().find("Nora Weiss"), std::string::npos) << "who works here is known to administrators";
}

TEST_P(InvitationsApi, OnePersonHasFiftyMailedInADay) {
  house->sends_mail = true;
  const auto make = [&](AccountId by, const std::string& more) {
    return ask(as(by, access::Role::administrator), http::Method::post, "/api/invitations",
               R"({"role":"coder","name":"N.N.","id":")" + InvitationId::make(clock.now()).text() + "\"" + more + "}");
  };
  const std::string email = R"(,"email":"jon@example.org")";
  EXPECT_EQ(make(administrator, R"(,"email":"no address")").status, 422) << "which counts for nothing";
  for (int i = 0; i < 50; ++i) ASSERT_EQ(make(administrator, email).status, 201) << i;
  const auto answer = make(administrator, email);
  EXPECT_EQ(answer.status, 429);
  EXPECT_NE(answer.body.find("invitation.too_many"), std::string::npos) << answer.body;
  EXPECT_EQ(make(administrator, "").status, 201) << "by hand as many as they like";
  EXPECT_EQ(make(neutral, email).status, 201) << "another person has their own";
}

TEST_P(InvitationsApi, ARefusedOneLeavesNoKeyAndAnEndedOneNothingAtAll) {
  const auto by = as(administrator, access::Role::administrator);
  const auto keys_before = keys->cached_count();
  const auto refused = ask(by, http::Method::post, "/api/invitations",
                           R"({"id":")" + InvitationId::make(clock.now()).text() +
                               R"(","name":"N.N.","role":"client","therapist":")" + supervisor.text() + "\"}");
  EXPECT_EQ(refused.status, 404) << refused.body;
  EXPECT_EQ(keys->cached_count(), keys_before) << "a key was made for nobody";
  const auto token = invite(by, R"(,"role":"coder","email":"jon@example.org")");
  const auto found = *read([&](store::ReadTx& tx) -> Result<std::optional<Invitation>> {
    return find_by_token(tx, access::plain_digest(as_bytes(token)), clock.now());
  });
  ASSERT_TRUE(found && keys->key_for(found->account, soon()));
  clock.set(found->ends_at + kForgottenAfter - std::chrono::seconds(1));
  EXPECT_EQ(*forget_ended(*house, soon()), 0);
  clock.set(found->ends_at + kForgottenAfter);
  EXPECT_EQ(*forget_ended(*house, soon()), 1);
  EXPECT_EQ(*forget_ended(*house, soon()), 0);
  EXPECT_EQ(keys->key_for(found->account, soon()).error().kind, ErrorKind::not_found);
  EXPECT_EQ(ask(by, http::Method::get, "/api/invitations").body, R"({"invitations":[]})");
  EXPECT_FALSE(*read(
      [&](store::ReadTx& tx) -> Result<bool> { return people::staff_role(tx, practice, found->account).has_value(); }));
}

INSTANTIATE_TEST_SUITE_P(Engines, InvitationsApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::invitations
