#pragma once
/// @file For tests of routes: calls them as somebody of full_house.hpp, as the server does once it knows who calls.
#include <string>
#include <string_view>

#include "support/full_house.hpp"

namespace rapport::testing {

/// A test adds its routes in SetUp and ends with routes.finish().
class RoutesTest : public FullHouseTest {
 protected:
  http::Response call(AccountId viewer, http::Method method, const std::string& target, const std::string& body = "") {
    const auto match = routes.find(method, target);
    if (match.route == nullptr) return match.refusal();
    const auto role = viewer == client ? access::Role::client : access::Role::therapist;
    Context context{*house, {viewer, role, session, practice}};
    http::Call one;
    one.deadline = soon();
    const http::BodyInput input{body, nullptr};
    return routes.answer(match, context, one, {&input, 1}).front();
  }
  /// "/api/episodes/…" of the episode, with this behind it.
  std::string of(const std::string& rest) { return "/api/episodes/" + episode.text() + rest; }
  static bool has(const http::Response& answer, std::string_view words) {
    return answer.body.find(words) != std::string::npos;
  }
  SessionId session = SessionId::make(clock.now());
  Routes routes;
};

}  // namespace rapport::testing
