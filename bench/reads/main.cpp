// What the large lists cost: a therapist looks at the caseload, and at the course of somebody with many sessions; a
// client downloads their record; a form is sent. Through the whole service within this process, and, with --server,
// over HTTP from a process of its own.
#include <fmt/format.h>
#include <sys/resource.h>

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
#include "features/signals/evaluation.hpp"
#include "load/http_client.hpp"
#include "load/make_practice.hpp"
#include "load/server_process.hpp"
#include "reads/practice.hpp"
#include "server/all_routes.hpp"
#include "server/open_house.hpp"
#include "server/service.hpp"

namespace rapport::bench {
namespace {

constexpr int kLogIns = 10;  ///< for each the first look leaves rows in the audit, the others do not
constexpr int kAgain = 10;   ///< looks after the first, for each

struct Wanted {
  load::Options load;
  std::int64_t clients = 2020;  ///< these have a little over 100,000 forms
  std::int64_t therapists = 1;
  std::string only;  ///< pages whose name begins so
};

struct Page {
  std::string name;
  std::string path;
  std::vector<std::string> cookies;
};

/// Logged in without a password: what that costs is measured elsewhere.
std::string cookie_of(House& house, AccountId account) {
  const auto session = must(house.db.write(in_time(), [&](store::WriteTx& tx) -> Result<access::NewSession> {
    return access::create_session(tx, account, house.clock.now());
  }));
  return std::string(log_in::kCookie) + "=" + session.token;
}

std::vector<std::string> cookies_of(House& house, AccountId account) {
  std::vector<std::string> all;
  for (int i = 0; i < kLogIns; ++i) all.push_back(cookie_of(house, account));
  return all;
}

/// Of this process, all of its threads, user and system; milliseconds.
double processor_time() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto milliseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1000.0 + static_cast<double>(time.tv_usec) / 1000.0;
  };
  return milliseconds(used.ru_utime) + milliseconds(used.ru_stime);
}

struct Spent {
  double clock = 0;      ///< milliseconds, as everything here
  double processor = 0;  ///< of this process
};

template <class Do>
Spent spend(Do what) {
  const auto begin = std::chrono::steady_clock::now();
  const auto used = processor_time();
  what();
  return {std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count(),
          processor_time() - used};
}

double median(const std::vector<Spent>& all, double Spent::* what) {
  std::vector<double> values;
  for (const auto& one : all) values.push_back(one.*what);
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// What it takes where nobody else is in the way, as near as that can be seen.
double least(const std::vector<Spent>& all, double Spent::* what) {
  double found = all.front().*what;
  for (const auto& one : all) found = std::min(found, one.*what);
  return found;
}

double most(const std::vector<Spent>& all, double Spent::* what) {
  double found = 0;
  for (const auto& one : all) found = std::max(found, one.*what);
  return found;
}

void print_head() {
  fmt::print("{:32} {:10} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9}\n", "milliseconds", "", "cold", "first",
             "again", "least", "most", "CPU 1st", "CPU", "bytes");
}

/// The very first look finds no key opened; `first` is each log-in's first, which is written down.
template <class Call>
void measure(const Page& page, std::string_view how, bool is_here, Call call) {
  std::size_t bytes = 0;
  std::optional<Spent> cold;
  std::vector<Spent> first;
  std::vector<Spent> again;
  for (const auto& cookie : page.cookies) {
    for (int i = 0; i <= kAgain; ++i) {
      const auto spent = spend([&] { bytes = call(page.path, cookie); });
      if (!cold) {
        cold = spent;
      } else {
        (i == 0 ? first : again).push_back(spent);
      }
    }
  }
  const auto processor = [&](const std::vector<Spent>& all) {
    return is_here ? fmt::format("{:.1f}", least(all, &Spent::processor)) : std::string();
  };
  fmt::print("{:32} {:10} {:7.1f} {:7.1f} {:7.1f} {:7.1f} {:7.1f} {:>7} {:>7} {:9}\n", page.name, how, cold->clock,
             median(first, &Spent::clock), median(again, &Spent::clock), least(again, &Spent::clock),
             most(again, &Spent::clock), processor(first), processor(again), bytes);
}

void measure_here(House& house, const std::vector<Page>& pages) {
  Routes routes;
  server::add_all_routes(routes);
  server::Service service(house, routes, server::ServiceOptions{});
  for (const auto& page : pages) {
    house.keys.forget_all();
    measure(page, "in process", true, [&](const std::string& path, const std::string& cookie) {
      const http::Request request{http::Method::get, path, {{"host", "x"}, {"cookie", cookie}}, "", "127.0.0.1"};
      const auto answer = service.handle(request);
      if (answer.status != 200) throw std::runtime_error(answer.body);
      return answer.body.size();
    });
  }
}

void measure_over_http(const load::Options& options, const std::string& folder, const std::vector<Page>& pages) {
  const load::ServerProcess server(options, folder);
  for (const auto& page : pages) {
    measure(page, "HTTP", false, [&](const std::string& path, const std::string& cookie) {
      const auto answer = load::ask(server.address(), "GET", path, {{"Cookie", cookie}});
      if (answer.status != 200) throw std::runtime_error(answer.body);
      return answer.body.size();
    });
  }
}

/// What one form costs, from its answers to the signals of its course; here everything is stored, too.
void measure_forms(House& house, const Practice& practice) {
  std::vector<Spent> sent;
  std::vector<Spent> looked;
  std::size_t forms = 0;
  std::size_t signals = 0;
  for (const auto& course : practice.usual) {
    const auto key = must(house.keys.key_for(course.client, in_time()));
    sent.push_back(spend([&] {
      must(house.db.write(in_time(), [&](store::WriteTx& tx) {
        return send_form(tx, *key, course, practice.therapist, "phq-9", std::nullopt, 1, house.clock.now());
      }));
    }));
    const auto due = must(house.db.read(in_time(), [&](store::ReadTx& tx) -> Result<std::optional<signals::DueLook>> {
      return signals::find_due(tx, course.episode);
    }));
    if (!due) throw std::logic_error("a form that was sent is to be looked at");
    looked.push_back(spend([&] { must(signals::look_through(house, *due, in_time())); }));
    must(house.db.read(in_time(), [&](store::ReadTx& tx) -> Result<void> {
      const auto read = must(signals::read_course(tx, *due));
      forms += read.versions.size();
      signals += read.known.size();
      return {};
    }));
  }
  const auto say = [](std::string_view what, const std::vector<Spent>& spent) {
    fmt::print("{:36} {:.2f} (least {:.2f}), CPU {:.2f} (least {:.2f})\n", what, median(spent, &Spent::clock),
               least(spent, &Spent::clock), median(spent, &Spent::processor), least(spent, &Spent::processor));
  };
  fmt::print("\n{} forms sent, each to a course of {} sessions, on average of {} forms and {} signals; milliseconds:\n",
             practice.usual.size(), kUsualSessions, forms / sent.size(), signals / sent.size());
  say("asked for, scored, sealed, stored", sent);
  say("the course looked through", looked);
}

std::vector<Page> pages_of(House& house, const Practice& practice) {
  const auto therapist = cookies_of(house, practice.therapist);
  const auto client = cookies_of(house, practice.longest.client);
  const auto episode = "/api/episodes/" + practice.longest.episode.text();
  return {{fmt::format("caseload of {}", practice.clients), "/api/caseload", therapist},
          {fmt::format("course of {} sessions", kSessions), episode + "/course", therapist},
          {"its forms, the latest 200", episode + "/forms", therapist},
          {fmt::format("record of {} sessions (JSON)", kSessions), "/api/me/record.json", client},
          {fmt::format("record of {} sessions (HTML)", kSessions), "/api/me/record.html", client}};
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
    const auto practice = make_practice(open->house(), wanted.clients, wanted.therapists);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print(
        "{}: {} clients shared by {}, {} forms, {} of them missed of late, {} plans, {} signals, of which {} wait;\n"
        "made in {:.1f} s\n\n",
        database ? "PostgreSQL" : "SQLite", wanted.clients,
        wanted.therapists == 1 ? "one therapist" : fmt::format("{} therapists", wanted.therapists), practice.forms,
        practice.missed_forms, practice.plans, practice.signals, practice.waiting_signals, took.count());
    pages = pages_of(open->house(), practice);
    std::erase_if(pages, [&](const Page& page) { return !page.name.starts_with(wanted.only); });
    print_head();
    measure_here(open->house(), pages);
    measure_forms(open->house(), practice);
  }
  if (!wanted.load.server.empty()) {
    fmt::print("\n");
    print_head();
    measure_over_http(wanted.load, folder.name(), pages);
  }
  return 0;
}

std::int64_t read_number(std::string_view name, std::string_view value, std::int64_t most) {
  std::int64_t number = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  if (read.ec != std::errc() || number < 1 || number > most) {
    throw std::invalid_argument(fmt::format("give {} a number from 1 to {}", name, most));
  }
  return number;
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
    } else if (name == "--only") {
      wanted.only = value;
    } else if (name == "--clients") {
      wanted.clients = read_number(name, value, demo::kMostClients);
    } else if (name == "--therapists") {
      wanted.therapists = read_number(name, value, 1000);
    } else {
      throw std::invalid_argument(
          "there are --server FILE, --database URL, --folder FOLDER, --clients NUMBER, --therapists NUMBER and --only "
          "NAME");
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
