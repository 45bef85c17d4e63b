#include "make_practice.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

#include "features/people/people.hpp"
#include "features/people/profiles.hpp"
#include "server/open_house.hpp"

namespace rapport::load {
namespace {

namespace json = boost::json;
constexpr std::string_view kPassword = "measured with care";

Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(60);
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return std::move(*result);
}

class Maker {
 public:
  Maker(House& house, const Clock& clock)
      : house_(house), now_(clock.now()), hash_(must(house.passwords.hash(kPassword, soon()))) {}

  std::string make(std::size_t clients, std::size_t clients_of_one) {
    std::vector<people::Account> accounts;
    for (std::size_t i = 0; i < clients; ++i) {
      if (i % clients_of_one == 0) accounts.push_back(person("therapist", i / clients_of_one));
      accounts.push_back(person("client", i));
    }
    const auto stored = house_.db.write(soon(), [&](store::WriteTx& tx) { return store_all(tx, accounts); });
    if (!stored) throw std::runtime_error(stored.error().detail);
    return json::serialize(json::object{{"practice", "Bench"}, {"accounts", std::move(log_ins_)}});
  }

 private:
  people::Account person(const std::string& role, std::size_t number) {
    const auto id = AccountId::make(now_);
    const auto login = role + std::to_string(number);
    const auto key = must(house_.keys.create_for(id, soon()));
    log_ins_.emplace_back(json::object{{"login", login}, {"password", kPassword}, {"role", role}});
    return {id,    practice_,
            role,  access::login_digest(house_.root, login),
            hash_, people::seal_profile(*key, id, {login, login}),
            now_};
  }

  /// A therapist stands before the clients of theirs.
  Result<void> store_all(store::WriteTx& tx, const std::vector<people::Account>& accounts) const {
    TRY(people::add_practice(tx, practice_, "Bench", true, now_));
    AccountId therapist;
    for (const auto& account : accounts) {
      TRY(people::add_account(tx, account));
      if (account.role == "therapist") {
        therapist = account.id;
        continue;
      }
      TRY(people::open_episode(tx, EpisodeId::make(now_), RoomId::make(now_), practice_, account.id, therapist, now_));
    }
    return {};
  }

  House& house_;
  const Time now_;
  const std::string hash_;
  const PracticeId practice_ = PracticeId::make(now_);
  json::array log_ins_;
};

void run_on(const std::string& url, const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()), &PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> answer(PQexec(connection.get(), sql.c_str()), &PQclear);
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
}

}  // namespace

std::string make_own_practice(const Options& options, const std::string& folder, std::size_t clients) {
  config::Settings settings;
  settings.data = folder + "/data";
  settings.database = options.database;
  const SystemClock clock;
  const auto open = must(server::OpenHouse::open(settings, clock));
  return Maker(open->house(), clock).make(clients, options.clients_of_one);
}

TemporaryDatabase::TemporaryDatabase(const std::string& url)
    : server_url_(url), name_("rapport_load_" + std::to_string(::getpid())) {
  const auto slash = url.rfind('/');
  if (!url.starts_with("postgresql://") || slash < std::string_view("postgresql://").size()) {
    throw std::invalid_argument("--database takes postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
  }
  url_ = url.substr(0, slash + 1) + name_;
  run_on(server_url_, "CREATE DATABASE " + name_);
}

TemporaryDatabase::~TemporaryDatabase() {
  try {
    run_on(server_url_, "DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception& failure) {
    fmt::print(stderr, "the database {} is left: {}\n", name_, failure.what());
  }
}

}  // namespace rapport::load
