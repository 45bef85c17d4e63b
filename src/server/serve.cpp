#include "server/serve.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>

#include "access/audit_chain.hpp"
#include "access/sessions_store.hpp"
#include "base/file_clock.hpp"
#include "base/log.hpp"
#include "features/attachments/attachments_rules.hpp"
#include "features/check_in/check_in.hpp"
#include "features/closing_account/closing_account.hpp"
#include "features/consent/consent_texts.hpp"
#include "features/crisis_contacts/crisis_contacts.hpp"
#include "features/demo/demo.hpp"
#include "features/first_contact/first_contact.hpp"
#include "features/homework/homework.hpp"
#include "features/instruments/instruments.hpp"
#include "features/invitations/invitations_api.hpp"
#include "features/log_in/recovery.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/matching/search.hpp"
#include "features/measurement_plan/measurement_plan.hpp"
#include "features/messages/messages.hpp"
#include "features/notify/postman.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs_api.hpp"
#include "features/people/people.hpp"
#include "features/practice_report/practice_report_api.hpp"
#include "features/safety/safety.hpp"
#include "features/safety_gate/safety_gate.hpp"
#include "features/session_forms/session_forms.hpp"
#include "features/setup/setup.hpp"
#include "features/signals/evaluation.hpp"
#include "features/signals/expectations.hpp"
#include "features/signals/signals_api.hpp"
#include "features/therapist_switch/therapist_switch_api.hpp"
#include "net/server.hpp"
#include "server/all_routes.hpp"
#include "server/behind_proxy.hpp"
#include "server/certificate_watch.hpp"
#include "server/data_places.hpp"
#include "server/instrument_folder.hpp"
#include "server/listen.hpp"
#include "server/metrics_page.hpp"
#include "server/open_house.hpp"
#include "server/reseal.hpp"
#include "server/service.hpp"
#include "work/ticker.hpp"

namespace rapport::server {
namespace {

constexpr std::chrono::seconds kGrace{8};     ///< for what was read to be answered
constexpr std::chrono::seconds kPatience{2};  ///< for the database, of those who look after the house
constexpr std::chrono::seconds kLookEvery{5};
constexpr std::chrono::minutes kFollowWithin{10};  ///< for what a database that was put back does not know
constexpr std::chrono::hours kDeleteSessionsEvery{1};
constexpr std::chrono::minutes kAskFormsEvery{1};
constexpr std::chrono::minutes kCloseAccountsEvery{1};
constexpr std::chrono::seconds kSendMailEvery{2};
constexpr std::chrono::seconds kLookThroughEvery{1};
constexpr std::chrono::seconds kTimeToLookThrough{20};        ///< for what is due at once, at night all of it
constexpr std::chrono::minutes kRenewExpectationsEvery{1};    ///< looked whether it is time
constexpr std::chrono::minutes kTimeToRenewExpectations{30};  ///< of all treatments that are over, at night
constexpr std::chrono::milliseconds kMakeReportEvery{500};
constexpr std::chrono::minutes kMakeReportAgainAfter{10};
constexpr std::chrono::seconds kTimeForReport{20};  ///< for one step
constexpr std::chrono::seconds kChainAuditEvery{1};
constexpr std::chrono::seconds kLookAtKeysEvery{2};
constexpr std::chrono::minutes kTryKeysAgainAfter{10};  ///< something that does not open

// A text of the greatest length in its longest form of JSON (a letter beyond U+FFFF as two escapes of six characters),
// and room for the rest of the frame: so that whatever HTTP takes the live line takes too.
static_assert(messages::kLongestText * 12 + std::size_t{16} * 1024 <= http::kLongestFrame);

/// As many open files as this process may have, after asking for all it can get: service managers begin with 1,024.
std::size_t raise_file_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024;
  const rlimit wanted{files.rlim_max, files.rlim_max};
  return ::setrlimit(RLIMIT_NOFILE, &wanted) == 0 ? wanted.rlim_cur : files.rlim_cur;
}

/// As many as were asked for and there are files for, beside those of the databases.
std::size_t connections_for(const config::Settings& settings, std::size_t files) {
  const auto others =
      static_cast<std::size_t>(64 + 4 * settings.readers + settings.postgres_connections + settings.io_threads * 4);
  const auto wanted = static_cast<std::size_t>(settings.connections_max);
  const auto possible = files > 2 * others ? files - others : files / 2;
  if (possible < wanted) log::warning("files.few", {{"files", files}, {"connections", possible}, {"wanted", wanted}});
  return std::min(wanted, possible);
}

net::ServerOptions server_options(const config::Settings& settings, const Listen& listen) {
  net::ServerOptions options;
  options.host = listen.address;
  options.port = listen.port;
  options.io_threads = static_cast<std::size_t>(settings.io_threads);
  options.workers = static_cast<std::size_t>(settings.workers);
  options.heavy_workers = static_cast<std::size_t>(settings.password_workers);
  options.max_connections = connections_for(settings, raise_file_limit());
  options.tls_cert = settings.tls_cert;
  options.tls_key = settings.tls_key;
  return options;
}

/// For one program that asks a few times a minute.
std::unique_ptr<net::Server> serve_metrics(const Listen& listen, MetricsPage& page) {
  net::ServerOptions options;
  options.host = listen.address;
  options.port = listen.port;
  options.workers = 1;
  options.heavy_workers = 1;
  options.max_connections = 16;
  try {
    auto server = std::make_unique<net::Server>(options, page);
    server->start();
    log::info("metrics.started", {{"port", server->port()}});
    return server;
  } catch (const net::CannotServe& refused) {
    throw net::CannotServe(
        fmt::format("The metrics cannot be served on {}:{}. {}", listen.host, listen.port, refused.what()));
  }
}

ServiceOptions service_options(const config::Settings& settings) {
  ServiceOptions options;
  options.messages_per_second = static_cast<double>(settings.limits_messages_per_second);
  options.words_per_day = settings.limits_words_per_day * 1024 * 1024;
  options.live_connections = static_cast<std::size_t>(settings.limits_live_connections);
  return options;
}

/// What people write and the keys to it are in this memory: it goes into no core file, and no other program of this
/// user may look into it.
void keep_memory_private() {
  const rlimit none{0, 0};
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || ::setrlimit(RLIMIT_CORE, &none) != 0) {
    log::warning("memory.not_private");
  }
}

/// Signals are taken by this thread alone; every thread started later inherits the mask.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

/// No clock but the computer's for real people: what they wrote has the time at which they wrote it.
Result<void> check_clock(House& house) {
  const auto practice = house.db.read(
      std::chrono::steady_clock::now() + kPatience,
      [](store::ReadTx& tx) -> Result<std::optional<people::Practice>> { return people::find_practice(tx); });
  if (!practice) return fail(practice.error());
  if (*practice && (*practice)->synthetic) return {};
  return fail(invalid("clock.practice", "--clock is for a practice of made-up people only (see `rapport demo`)."));
}

Result<std::unique_ptr<Clock>> open_clock(const std::string& file) {
  if (file.empty()) return std::make_unique<SystemClock>();
  TRY_ASSIGN(auto clock, FileClock::open(file));
  return clock;
}

/// What an administrator's confirmations rest on.
setup::Basis basis_of(const config::Settings& settings, const crisis_contacts::CrisisContacts& contacts) {
  const auto* own = contacts.find(settings.practice_country);
  return {settings.practice_country, own == nullptr ? "" : own->review_by,
          fmt::format("{}, keys {} days", settings.practice_retention, settings.backup_keys_kept_days),
          notify::mails_go_by(settings)};
}

/// A practice of made-up people has made-up contacts where none are set, so that one sees what clients see.
Result<void> add_made_up_contacts(House& house, safety::Rules& rules) {
  TRY_ASSIGN(const auto practice, house.db.read(std::chrono::steady_clock::now() + kPatience,
                                                [](store::ReadTx& tx) -> Result<std::optional<people::Practice>> {
                                                  return people::find_practice(tx);
                                                }));
  if (!practice || !practice->synthetic) return {};
  if (!rules.complaint_contact) rules.complaint_contact = demo::kComplaintContact;
  if (!rules.safeguarding_contact) rules.safeguarding_contact = demo::kSafeguardingContact;
  return {};
}

void delete_old_sessions(House& house, Deadline deadline) {
  const auto deleted = house.db.write(deadline, [&](store::WriteTx& tx) -> Result<std::int64_t> {
    log_in::delete_old_recoveries(tx, house.clock.now());
    log_in::delete_begun_secrets(tx, house.clock.now());
    return access::delete_old_sessions(tx, house.clock.now(), house.session_rules);
  });
  if (deleted) log::debug("sessions.deleted", {{"count", *deleted}});
}

/// Links that were asked for are sent after the answer, so that the answer tells nothing; second factors that were said
/// to be lost end when they are due.
void lead_back_in(House& house, Deadline deadline) {
  const auto sent = log_in::send_recovery_links(house, deadline);
  const auto ended = log_in::end_lost_factors(house, deadline);
  if (!sent || !ended) log::warning("recovery.not_done", {{"code", (!sent ? sent : ended).error().code}});
}

void forget_invitations(House& house, Deadline deadline) {
  const auto forgotten = invitations::forget_ended(house, deadline);
  if (!forgotten) {
    log::warning("invitations.not_forgotten", {{"code", forgotten.error().code}});
  } else if (*forgotten > 0) {
    log::info("invitations.forgotten", {{"count", *forgotten}});
  }
}

void delete_unsent_files(House& house, Deadline deadline) {
  const auto deleted = house.db.write(
      deadline, [&](store::WriteTx& tx) -> Result<std::int64_t> { return attachments::sweep(tx, house.clock.now()); });
  if (deleted) log::debug("attachments.deleted", {{"count", *deleted}});
}

/// Episodes in which nothing has happened yet.
void expect_signals(House& house, Deadline deadline) {
  const auto noted = house.db.write(deadline, [](store::WriteTx& tx) -> Result<void> {
    signals::note_new_episodes(tx);
    return {};
  });
  if (!noted) log::warning("signals.not_expected", {{"code", noted.error().code}});
}

/// What has changed since, and every episode once a night.
void find_signals(House& house) {
  const auto found = signals::look_through_due(house, std::chrono::steady_clock::now() + kTimeToLookThrough);
  if (!found) log::warning("signals.not_looked_for", {{"code", found.error().code}});
}

/// What is to be expected of a treatment, by those that are over.
void renew_expectations(signals::Renewals& renewals, const std::atomic<bool>& stopping) {
  const auto renewed = renewals.renew(std::chrono::steady_clock::now() + kTimeToRenewExpectations,
                                      [&stopping] { return stopping.load(); });
  if (!renewed) {
    log::warning("signals.expectations_not_renewed", {{"code", renewed.error().code}});
  } else if (*renewed) {
    log::info("signals.expectations_renewed", {{"instruments", (*renewed)->known}});
  }
}

/// A step of the practice's report. `next` is when to try again after one that failed.
void make_report(practice_report::Maker& maker, std::chrono::steady_clock::time_point& next) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next) return;
  const auto made = maker.step(now + kTimeForReport);
  if (made) return;
  log::warning("practice_report.not_made", {{"code", made.error().code}});
  next = now + kMakeReportAgainAfter;
}

/// Those before sessions that are near by now, and what goes by the calendar; then clients are reminded of what is due,
/// homework included, and invited to say something before a session. Where somebody was is forgotten.
void ask_forms(House& house, const measurement_plan::Plan& usual, const safety_gate::Rules& gate_rules,
               Deadline deadline) {
  const auto asked = house.db.write(deadline, [&](store::WriteTx& tx) -> Result<std::int64_t> {
    const auto now = house.clock.now();
    TRY_ASSIGN(const auto sessions, session_forms::ask_due(tx, usual, now));
    TRY_ASSIGN(const auto planned, measurement_plan::ask_due(tx, now));
    TRY_ASSIGN(const auto reminded, measurement_plan::remind(tx, now));
    TRY_ASSIGN(const auto homework, homework::remind(tx, now));
    TRY_ASSIGN(const auto invited, check_in::ask_due(tx, now));
    TRY_ASSIGN(const auto checked_in, check_in::remind(tx, now));
    const auto forgotten = safety_gate::forget_old(tx, gate_rules, now);
    return sessions + planned + reminded + homework + invited + checked_in + forgotten;
  });
  if (!asked) log::warning("forms.not_asked", {{"code", asked.error().code}});
}

/// Of pairs that have just begun, and where nobody has been in contact by the agreed time.
void watch_first_contacts(House& house, first_contact::NotRead& not_read, Deadline deadline) {
  const auto told = first_contact::tell_of_late_contacts(house, not_read, deadline);
  if (!told) log::warning("first_contact.not_told", {{"code", told.error().code}});
}

/// Of clients who have looked for a therapist for long.
void watch_long_searches(House& house, Deadline deadline) {
  const auto told = matching::tell_of_long_searches(house, deadline);
  if (!told) log::warning("matching.not_told", {{"code", told.error().code}});
}

/// Opens again what somebody looked into who cannot any more, and tells supervisors of what nobody has looked into in
/// time, and newcomers of what is open. Asked every few seconds, so
/// a write begins only when there is something to do; what became due while no program ran is found at the first look.
void escalate_concerns(House& house, const safety::Rules& rules, Deadline deadline) {
  const auto due = house.db.read(
      deadline, [&](store::ReadTx& tx) -> Result<bool> { return safety::is_any_due(tx, house.clock.now()); });
  if (due && !*due) return;
  const auto told =
      due ? house.db.write(deadline,
                           [&](store::WriteTx& tx) -> Result<std::int64_t> {
                             TRY_ASSIGN(const auto reopened, safety::reopen_left(tx, rules, house.clock.now()));
                             TRY_ASSIGN(const auto escalated, safety::escalate_due(tx, house.clock.now()));
                             TRY_ASSIGN(const auto newcomers, safety::tell_newcomers(tx, house.clock.now()));
                             return reopened + escalated + newcomers;
                           })
          : Result<std::int64_t>(fail(due.error()));
  if (!told) log::error("concerns.not_escalated", {{"code", told.error().code}});
}

/// Of clients who have left: what waited for a person, what is not finished, and whose time is over.
void close_accounts(House& house, const closing_account::Rules& rules, Deadline deadline) {
  const auto done = closing_account::carry_out_due(house, rules, deadline);
  if (!done) log::warning("closings.not_carried_out", {{"code", done.error().code}});
}

/// Asked every few seconds: so long a former therapist may find a client after the stated moment.
void hand_over_treatments(House& house, const measurement_plan::Plan& usual, Time began_at, Deadline deadline) {
  const auto done = people::carry_out_hand_overs(house, cancel_sessions(usual), began_at, deadline);
  if (!done) log::error("hand_overs.not_carried_out", {{"code", done.error().code}});
}

/// The same of clients who go to another therapist: after hand-overs, whose outcome some of them follow.
void let_clients_change(House& house, const measurement_plan::Plan& usual, Time began_at, Deadline deadline) {
  const auto done = therapist_switch::carry_out_due(house, cancel_sessions(usual), began_at, deadline);
  if (!done) log::error("therapist_switches.not_carried_out", {{"code", done.error().code}});
}

/// Once an hour, until somebody is named.
void warn_of_unseen_concerns(House& house, Deadline deadline) {
  const auto unseen = house.db.read(
      deadline, [](store::ReadTx& tx) -> Result<std::int64_t> { return safety::count_without_reader(tx); });
  if (unseen && *unseen > 0) log::warning("concerns.unseen", {{"count", *unseen}});
}

void chain_audit(access::AuditChain& chain) {
  const auto chained = chain.link_new(kPatience);
  if (!chained) log::error("audit.not_chained", {{"code", chained.error().code}});
}

/// Of keys that were renewed. `next` is when to do so.
void seal_anew(Resealer& resealer, std::chrono::steady_clock::time_point& next) {
  if (std::chrono::steady_clock::now() < next) return;
  const auto done = resealer.work();
  if (done || done.error().kind != ErrorKind::internal) return;  // a backup runs, or the database is away: again soon
  log::error("keys.not_renewed", {{"code", done.error().code}, {"why", done.error().detail}});
  next = std::chrono::steady_clock::now() + kTryKeysAgainAfter;
}

/// Certificates are renewed every few weeks, by a program that knows nothing of this one.
void use_new_certificate(net::Server& server, CertificateWatch& watch) {
  if (!watch.has_changed()) return;
  try {
    server.reload_tls();
    log::info("tls.reloaded");
  } catch (const net::CannotServe& wrong) {
    log::error("tls.not_reloaded", {{"why", wrong.what()}});
  }
}

/// Looks after the house until a signal comes; false when the house is no longer this program's alone.
bool keep_house(OpenHouse& open, Service& service, const measurement_plan::Plan& usual_forms,
                const safety::Rules& rules, const safety_gate::Rules& gate_rules, const closing_account::Rules& closing,
                const sigset_t& signals, const std::function<void()>& look_after_server) {
  using Steady = std::chrono::steady_clock;
  const timespec pause{.tv_sec = kLookEvery.count(), .tv_nsec = 0};
  const auto began_at = open.house().clock.now();
  first_contact::NotRead first_contacts_not_read;
  auto sessions_due = Steady::now();
  auto forms_due = Steady::now();
  auto closings_due = Steady::now();
  for (;;) {
    // For all of them together, as a signal is waited for after them; those that cannot wait come first. What a
    // database that hangs leaves no time for comes with the next round.
    const auto deadline = Steady::now() + kPatience;
    const auto is_time_for = [&](Steady::time_point due) { return Steady::now() >= due && Steady::now() < deadline; };
    const auto in_time = [&](auto task) {
      if (Steady::now() < deadline) task();
    };
    escalate_concerns(open.house(), rules, deadline);
    in_time([&] { hand_over_treatments(open.house(), usual_forms, began_at, deadline); });
    in_time([&] { let_clients_change(open.house(), usual_forms, began_at, deadline); });
    in_time([&] { lead_back_in(open.house(), deadline); });
    if (is_time_for(sessions_due)) {
      delete_old_sessions(open.house(), deadline);
      in_time([&] { delete_unsent_files(open.house(), deadline); });
      in_time([&] { forget_invitations(open.house(), deadline); });
      in_time([&] { warn_of_unseen_concerns(open.house(), deadline); });
      in_time([&] { expect_signals(open.house(), deadline); });
      sessions_due = Steady::now() + kDeleteSessionsEvery;
    }
    if (is_time_for(forms_due)) {
      ask_forms(open.house(), usual_forms, gate_rules, deadline);
      in_time([&] { watch_first_contacts(open.house(), first_contacts_not_read, deadline); });
      in_time([&] { watch_long_searches(open.house(), deadline); });
      forms_due = Steady::now() + kAskFormsEvery;
    }
    if (is_time_for(closings_due)) {
      close_accounts(open.house(), closing, deadline);
      closings_due = Steady::now() + kCloseAccountsEvery;
    }
    const int received = ::sigtimedwait(&signals, nullptr, &pause);
    if (received > 0) {
      log::info("server.stopping", {{"signal", received == SIGTERM ? "SIGTERM" : "SIGINT"}});
      return true;
    }
    service.is_well();
    look_after_server();
    if (!open.still_alone(Steady::now() + kPatience)) return false;
  }
}

}  // namespace

Result<void> serve(const config::Settings& settings, const std::string& clock_file) {
  TRY_ASSIGN(const Listen listen, parse_listen(settings.listen));
  TRY(check_protection(settings, listen));
  TRY_ASSIGN(const auto metrics_listen, parse_metrics_listen(settings));
  keep_memory_private();
  const auto signals = block_signals();
  TRY_ASSIGN(const auto clock, open_clock(clock_file));
  TRY_ASSIGN(auto contacts, crisis_contacts::open_contacts(settings, clock->now()));
  TRY_ASSIGN(const auto not_offered, use_own_instruments(settings));
  TRY_ASSIGN(auto consents, consent::open_texts(settings));
  consent::use_texts(std::move(consents));
  TRY_ASSIGN(auto mail_server, notify::mail_server(settings));
  TRY_ASSIGN(const auto push, notify::push_services(settings));
  const auto due = crisis_contacts::overdue(contacts, clock->now());
  setup::use_basis(basis_of(settings, contacts));
  auto rules = safety::rules_of(settings);
  TRY_ASSIGN(const auto open, OpenHouse::open(settings, *clock));
  if (!clock_file.empty()) TRY(check_clock(open->house()));
  TRY_ASSIGN(const auto unreadable,
             instruments::take_up(open->house().db, clock->now(), std::chrono::steady_clock::now() + kFollowWithin));
  TRY_ASSIGN(const auto usual_forms, measurement_plan::usual_plan(settings));
  TRY(add_made_up_contacts(open->house(), rules));
  auto closing = closing_account::rules_of(settings);
  closing.announced_not_before = clock->now() + people::kTimeAfterStart;
  TRY(closing_account::follow_keys(open->house(), closing, std::chrono::steady_clock::now() + kFollowWithin));
  Routes routes;
  add_all_routes(routes, std::move(contacts), usual_forms, rules, push, attachments::limits_of(settings), closing,
                 signals::settings_of(settings), practice_report::settings_of(settings),
                 safety_gate::rules_of(settings));
  Service service(open->house(), routes, service_options(settings));
  BehindProxy application(service, settings.trusted_proxy);
  TRY_ASSIGN(const auto key_version, read_key_version(open->key_store(), std::chrono::steady_clock::now() + kPatience));
  Resealer resealer(open->house(), open->key_store(), settings.data, key_version, {});
  try {
    auto options = server_options(settings, listen);
    options.now = [&clock = open->house().clock] { return clock.now(); };  // the screens take their time from it
    CertificateWatch certificate(settings.tls_cert, settings.tls_key);     // before they are read
    net::Server server(options, application);
    MetricsPage metrics([&] { return metrics_text({open->house(), service, server}); });
    const auto metrics_server = metrics_listen ? serve_metrics(*metrics_listen, metrics) : nullptr;
    server.start();
    for (const auto& one : not_offered) {
      log::warning("instrument.not_offered", {{"instrument", one.instrument}, {"why", one.why}});
    }
    for (const auto& one : unreadable) {
      log::warning("instrument.unreadable",
                   {{"instrument", one.instrument}, {"version", one.number}, {"why", one.why}});
    }
    if (const auto drafts = consent::drafts(consent::texts())) log::warning("consent.drafts", {{"what", *drafts}});
    if (due) log::warning("crisis_contacts.overdue", {{"what", *due}});
    if (const auto review = closing.period ? closing_account::overdue(*closing.period, clock->now()) : std::nullopt) {
      log::warning("retention.overdue", {{"what", *review}});
    }
    if (!rules.complaint_contact || !rules.safeguarding_contact) log::warning("safety.contacts_missing");
    log::info("server.started", {{"listen", settings.listen}, {"port", server.port()}});
    fmt::print("Rapport is running at {}://{}:{}\n", settings.tls_cert.empty() ? "http" : "https", listen.host,
               server.port());
    std::fflush(stdout);
    const notify::Postman postman(open->house(), std::move(mail_server), push, kSendMailEvery);
    access::AuditChain chain(open->house().db, open->house().root, audit_heads_file(settings), *clock);
    std::optional<work::Ticker> chaining(std::in_place, kChainAuditEvery, [&chain] { chain_audit(chain); });
    std::optional<work::Ticker> looking(std::in_place, kLookThroughEvery, [&open] { find_signals(open->house()); });
    std::atomic<bool> stopping = false;
    signals::Renewals renewals(open->house());
    std::optional<work::Ticker> expecting(std::in_place, kRenewExpectationsEvery,
                                          [&] { renew_expectations(renewals, stopping); });
    practice_report::Maker maker(open->house(), practice_report::settings_of(settings));
    std::chrono::steady_clock::time_point report_next;
    std::optional<work::Ticker> making(std::in_place, kMakeReportEvery, [&] { make_report(maker, report_next); });
    std::chrono::steady_clock::time_point next;
    std::optional<work::Ticker> resealing(std::in_place, kLookAtKeysEvery, [&] { seal_anew(resealer, next); });
    const bool alone = keep_house(*open, service, usual_forms, rules, safety_gate::rules_of(settings), closing, signals,
                                  [&] { use_new_certificate(server, certificate); });
    server.stop(kGrace);
    resealer.stop();
    resealing.reset();
    stopping = true;
    expecting.reset();
    making.reset();
    looking.reset();
    chaining.reset();
    if (alone) chain_audit(chain);  // what was written until now
    log::info("server.stopped");
    if (!alone) {
      return fail({ErrorKind::conflict, "data.in_use",
                   "Another rapport has taken over the database while it could not be reached from here."});
    }
  } catch (const std::exception& failure) {
    return fail({ErrorKind::storage, "listen", fmt::format("Cannot serve on {}: {}", settings.listen, failure.what())});
  }
  return {};
}

}  // namespace rapport::server
