#include "practice.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <map>
#include <stdexcept>
#include <thread>

#include "http_client.hpp"

namespace rapport::load {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  return std::string(std::string_view(value.as_string()));
}

json::value get(const Loopback& server, const Person& person, const std::string& target) {
  const auto answer = ask(server, "GET", target, {{"Cookie", person.cookie}});
  if (answer.status != 200) {
    throw std::runtime_error("GET " + target + " was answered " + std::to_string(answer.status) + ": " + answer.body);
  }
  return json::parse(answer.body);
}

/// A practice allows only so many log-ins a minute; whoever wants more waits as told.
HttpAnswer log_in_patiently(const Loopback& server, const std::string& body) {
  constexpr int kAttempts = 120;
  HttpAnswer answer;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    answer = ask(server, "POST", "/api/login", {}, body);
    if (answer.status != 429) return answer;
    const auto wait = answer.header("retry-after");
    std::this_thread::sleep_for(std::chrono::seconds(wait.empty() ? 1 : std::stol(wait)));
  }
  return answer;
}

Person log_in(const Loopback& server, const json::object& account) {
  const json::object credentials{{"login", account.at("login")}, {"password", account.at("password")}};
  const auto answer = log_in_patiently(server, json::serialize(credentials));
  if (answer.status != 200) {
    throw std::runtime_error("a log-in was answered " + std::to_string(answer.status) + ": " + answer.body);
  }
  const auto cookie = answer.header("set-cookie");
  return {text_of(json::parse(answer.body).at("account").at("id")), cookie.substr(0, cookie.find(';'))};
}

/// Logs therapists in as they are needed; whose account is whose is only known after a log-in.
class Therapists {
 public:
  Therapists(const Loopback& server, std::vector<json::object> accounts, Practice& practice)
      : server_(server), accounts_(std::move(accounts)), practice_(practice) {}

  std::size_t find(const std::string& account) {
    while (!places_.contains(account) && !accounts_.empty()) {
      practice_.people.push_back(log_in(server_, accounts_.back()));
      accounts_.pop_back();
      places_[practice_.people.back().account] = practice_.people.size() - 1;
    }
    return places_.at(account);
  }

 private:
  const Loopback& server_;
  std::vector<json::object> accounts_;
  Practice& practice_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace

Practice log_everybody_in(const Loopback& server, std::string_view accounts_json, std::size_t clients) {
  const auto document = json::parse(json::string_view(accounts_json.data(), accounts_json.size()));
  std::vector<json::object> wanted;
  std::vector<json::object> therapist_accounts;
  for (const auto& entry : document.at("accounts").as_array()) {
    const auto role = text_of(entry.at("role"));
    if (role == "client" && wanted.size() < clients) wanted.push_back(entry.as_object());
    if (role == "therapist") therapist_accounts.push_back(entry.as_object());
  }
  if (wanted.size() < clients) throw std::runtime_error("the practice has fewer clients than --pairs asks for");

  Practice practice;
  Therapists therapists(server, std::move(therapist_accounts), practice);
  for (const auto& account : wanted) {
    const auto client = practice.people.size();
    practice.people.push_back(log_in(server, account));
    const auto episodes = get(server, practice.people[client], "/api/episodes");
    const auto& episode = episodes.at("episodes").as_array().at(0);
    const auto therapist = therapists.find(text_of(episode.at("therapist").at("id")));
    practice.rooms.push_back({client, therapist, text_of(episode.at("chat_room"))});
  }
  return practice;
}

Practice part_of(const Practice& whole, std::size_t first, std::size_t count) {
  Practice part;
  std::map<std::size_t, std::size_t> places;
  const auto place_of = [&](std::size_t person) {
    const auto [place, is_new] = places.try_emplace(person, part.people.size());
    if (is_new) part.people.push_back(whole.people[person]);
    return place->second;
  };
  for (std::size_t i = first; i < first + count; ++i) {
    const auto& room = whole.rooms[i];
    const auto client = place_of(room.client);
    part.rooms.push_back({client, place_of(room.therapist), room.room});
  }
  return part;
}

std::int64_t last_seq(const Loopback& server, const Person& person, const std::string& room) {
  return get(server, person, "/api/rooms/" + room + "/events?limit=1&after=9007199254740991").at("last_seq").as_int64();
}

}  // namespace rapport::load
