// What the large lists cost: a therapist with all the clients of a practice looks at the caseload, and at the course of
// somebody with many sessions; a client downloads their record. Through the whole service within this process, and,
// with --server, over HTTP from a process of its own.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>

#include "access/sessions_store.hpp"
#include "base/log.hpp"
#include "features/demo/demo.hpp"
#include "features/log_in/log_in_api.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "load/http_client.hpp"
#include "load/make_practice.hpp"
#include "load/server_process.hpp"
#include "server/all_routes.hpp"
#include "server/open_house.hpp"
#include "server/service.hpp"

namespace rapport::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
constexpr std::int64_t kSessions = 200;
constexpr int kTimes = 30;

struct Wanted {
  load::Options load;
  std::int64_t clients = 2020;  ///< these have a little over 100,000 forms
};

struct Page {
  std::string name;
  std::string path;
  std::string cookie;
};

Deadline in_time() {
  return std::chrono::steady_clock::now() + minutes(10);
}
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return std::move(*result);
}

const store::Query kTherapist{"bench.therapist", "SELECT id FROM account WHERE role = 'therapist' ORDER BY id LIMIT 1"};
const store::Query kLongest{"bench.longest",
                            "SELECT n.episode_id, n.client_id FROM encounter n GROUP BY n.episode_id, n.client_id"
                            " ORDER BY COUNT(*) DESC, n.episode_id LIMIT 1"};
const store::Query kForms{"bench.forms", "SELECT COUNT(*) FROM questionnaire_response"};
// Everything that the others wrote and read becomes the one's.
#define OTHERS " IN (SELECT id FROM account WHERE role = 'therapist')"
const store::Query kEpisodes{"bench.episodes", "UPDATE episode_of_care SET therapist_id = $1"};
const store::Query kAuthors{"bench.authors", "UPDATE room_event SET author_id = $1 WHERE author_id" OTHERS};
const store::Query kReaders{"bench.readers", "UPDATE room_receipt SET account_id = $1 WHERE account_id" OTHERS};
#undef OTHERS

/// One session with the forms around it, a week before the next.
Result<void> hold_session(store::WriteTx& tx, const access::SealKey& key, AccountId client, AccountId therapist,
                          EpisodeId episode, Time at) {
  const auto id = EncounterId::make(at);
  TRY(encounters::plan_encounter(tx, therapist, episode, id, {at, 50, encounters::Channel::chat, ""}, at));
  TRY(encounters::open_encounter(tx, therapist, id, at));
  TRY(encounters::close_encounter(tx, therapist, id, at + minutes(50)));
  for (const auto* name : {"phq-9", "gad-7", "sparq", "risq"}) {
    const auto& instrument = *questionnaires::instruments().find(name);
    questionnaires::Answers answers{"en", {}};
    for (const auto& question : instrument.questions()) answers.answers.push_back({question.link_id, 0});
    const auto form = questionnaires::FormId::make(at);
    TRY(questionnaires::ask_form(tx, therapist, {form, episode, name, questionnaires::Occasion::before_session, {}, id},
                                 at));
    TRY(questionnaires::save_answers(tx, client, form, 0, questionnaires::seal_answers(key, form, 0, answers),
                                     [](const Bytes&) { return false; }));
    TRY_ASSIGN(const auto scores, questionnaires::score_answers(instrument, answers));
    TRY(questionnaires::complete_form(tx, client,
                                      {form, 1, 1, at, questionnaires::seal_answers(key, form, 1, answers),
                                       questionnaires::seal_scores(key, form, 1, scores)}));
  }
  tx.take_events();
  return {};
}

struct Practice {
  AccountId therapist;
  AccountId client;   ///< of many sessions
  EpisodeId episode;  ///< theirs
  std::int64_t forms = 0;
};

Practice make_practice(House& house, std::int64_t clients) {
  must(demo::make_demo(house, {1, clients}));
  return must(house.db.write(in_time(), [&](store::WriteTx& tx) -> Result<Practice> {
    Practice made;
    const auto first = [](const store::Row& row) { return row.id<AccountId>(0); };
    made.therapist = tx.first(kTherapist, {}, first).value();
    for (const auto* query : {&kEpisodes, &kAuthors, &kReaders}) tx.execute(*query, {made.therapist});
    std::int64_t held = 0;
    tx.each(kLongest, {}, [&](const store::Row& row) {
      made.episode = row.id<EpisodeId>(0);
      made.client = row.id<AccountId>(1);
      held = std::ssize(encounters::list_encounters(tx, made.client, made.episode, std::nullopt, kSessions));
    });
    TRY_ASSIGN(const auto key, house.keys.key_for(made.client, in_time()));
    for (auto week = kSessions - held; week > 0; --week) {
      TRY(hold_session(tx, *key, made.client, made.therapist, made.episode, house.clock.now() - hours(168) * week));
    }
    made.forms = tx.first(kForms, {}, [](const store::Row& row) { return row.int64(0); }).value();
    return made;
  }));
}

/// Logged in without a password: what that costs is measured elsewhere.
std::string cookie_of(House& house, AccountId account) {
  const auto session = must(house.db.write(in_time(), [&](store::WriteTx& tx) -> Result<access::NewSession> {
    return access::create_session(tx, account, house.clock.now());
  }));
  return std::string(log_in::kCookie) + "=" + session.token;
}

template <class Call>
void measure(const Page& page, std::string_view how, Call call) {
  std::vector<double> times;
  std::size_t bytes = 0;
  for (int i = 0; i <= kTimes; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    bytes = call(page);
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  const auto first = times.front();
  times.erase(times.begin());
  std::sort(times.begin(), times.end());
  fmt::print("{:32} {:10} {:8.1f} {:8.1f} {:8.1f} {:10}\n", page.name, how, first, times[times.size() / 2],
             times.back(), bytes);
}

void measure_here(House& house, const std::vector<Page>& pages) {
  Routes routes;
  server::add_all_routes(routes);
  server::Service service(house, routes, server::ServiceOptions{});
  for (const auto& page : pages) {
    measure(page, "in process", [&](const Page& one) {
      const http::Request request{
          http::Method::get, one.path, {{"host", "x"}, {"cookie", one.cookie}}, "", "127.0.0.1"};
      const auto answer = service.handle(request);
      if (answer.status != 200) throw std::runtime_error(answer.body);
      return answer.body.size();
    });
  }
}

void measure_over_http(const load::Options& options, const std::string& folder, const std::vector<Page>& pages) {
  const load::ServerProcess server(options, folder);
  for (const auto& page : pages) {
    measure(page, "HTTP", [&](const Page& one) {
      const auto answer = load::ask(server.address(), "GET", one.path, {{"Cookie", one.cookie}});
      if (answer.status != 200) throw std::runtime_error(answer.body);
      return answer.body.size();
    });
  }
}

int run(Wanted wanted) {
  std::optional<load::TemporaryDatabase> database;
  if (!wanted.load.database.empty()) wanted.load.database = database.emplace(wanted.load.database).url();
  const load::TemporaryFolder folder(wanted.load.folder);
  config::Settings settings;
  settings.data = folder.name() + "/data";
  settings.database = wanted.load.database;
  const SystemClock clock;
  std::vector<Page> pages;
  {
    const auto open = must(server::OpenHouse::open(settings, clock));
    const auto begin = std::chrono::steady_clock::now();
    const auto practice = make_practice(open->house(), wanted.clients);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print("{}: {} clients of one therapist, {} forms; made in {:.1f} s\n\n", database ? "PostgreSQL" : "SQLite",
               wanted.clients, practice.forms, took.count());
    const auto therapist = cookie_of(open->house(), practice.therapist);
    pages = {{"caseload", "/api/caseload", therapist},
             {fmt::format("course of {} sessions", kSessions), "/api/episodes/" + practice.episode.text() + "/course",
              therapist},
             {"its forms, the latest 200", "/api/episodes/" + practice.episode.text() + "/forms", therapist},
             {fmt::format("record of {} sessions (JSON)", kSessions), "/api/me/record.json",
              cookie_of(open->house(), practice.client)},
             {fmt::format("record of {} sessions (HTML)", kSessions), "/api/me/record.html",
              cookie_of(open->house(), practice.client)}};
    fmt::print("{:32} {:10} {:>8} {:>8} {:>8} {:>10}\n", "milliseconds", "", "first", "median", "slowest", "bytes");
    measure_here(open->house(), pages);
  }
  if (!wanted.load.server.empty()) measure_over_http(wanted.load, folder.name(), pages);
  return 0;
}

Wanted read_options(int count, char** values) {
  Wanted wanted;
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = values[i];
    if (i + 1 == count) throw std::invalid_argument("give a value for " + std::string(name));
    const std::string_view value = values[i + 1];
    if (name == "--server") {
      wanted.load.server = value;
    } else if (name == "--database") {
      wanted.load.database = value;
    } else if (name == "--folder") {
      wanted.load.folder = value;
    } else if (name == "--clients") {
      const auto read = std::from_chars(value.data(), value.data() + value.size(), wanted.clients);
      if (read.ec != std::errc() || wanted.clients < 1 || wanted.clients > demo::kMostClients) {
        throw std::invalid_argument(fmt::format("give a number of clients from 1 to {}", demo::kMostClients));
      }
    } else {
      throw std::invalid_argument("there are --server FILE, --database URL, --folder FOLDER and --clients NUMBER");
    }
  }
  return wanted;
}

}  // namespace
}  // namespace rapport::bench

int main(int count, char** values) {
  using namespace rapport;
  log::set_level(log::Level::warning);
  try {
    return bench::run(bench::read_options(count, values));
  } catch (const std::invalid_argument& mistake) {
    fmt::print(stderr, "rapport_reads: {}\n", mistake.what());
    return 2;
  } catch (const std::exception& failure) {
    fmt::print(stderr, "rapport_reads: {}\n", failure.what());
    return 1;
  }
}
