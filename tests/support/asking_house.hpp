#pragma once
/// @file For tests of a feature through its routes: the practice of full_house.hpp, and a way to ask as somebody of it.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <string>

#include "support/full_house.hpp"

namespace rapport::testing {

class AskingHouseTest : public FullHouseTest {
 protected:
  /// Call this in SetUp.
  void offer(const std::function<void(Routes&)>& add) {
    add(routes_);
    routes_.finish();
  }
  http::Response ask(AccountId viewer, http::Method method, const std::string& path, const std::string& body = "") {
    const auto match = routes_.find(method, path);
    const auto role = viewer == client || viewer == other_client ? access::Role::client : access::Role::therapist;
    Context context{*house, {viewer, role, SessionId::make(clock.now()), practice}};
    http::Call call{nullptr, match.route, match.path, {}, soon()};
    const http::BodyInput input{body};
    return routes_.answer(match, context, call, {&input, 1}).front();
  }
  http::Response post(AccountId viewer, const std::string& path, const std::string& body) {
    return ask(viewer, http::Method::post, path, body);
  }
  http::Response put(AccountId viewer, const std::string& path, const std::string& body) {
    return ask(viewer, http::Method::put, path, body);
  }
  boost::json::object read_of(AccountId viewer, const std::string& path) {
    const auto answer = ask(viewer, http::Method::get, path);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return boost::json::parse(answer.body).as_object();
  }
  std::string of_episode(const std::string& rest) const { return "/api/episodes/" + episode.text() + "/" + rest; }
  std::string new_id() { return MessageId::make(clock.now()).text(); }
  /// To whom the events went that came since it was asked last, one set for each.
  std::vector<std::vector<AccountId>> told() {
    std::vector<std::vector<AccountId>> all;
    for (const auto& event : sink.take()) all.push_back(event.recipients);
    return all;
  }
  static bool says(const http::Response& answer, const std::string& words) {
    return answer.body.find(words) != std::string::npos;
  }

 private:
  Routes routes_;
};

}  // namespace rapport::testing
