#include "server/command_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>

#include "base/file_clock.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "config/settings.hpp"
#include "features/consent/consent_texts.hpp"
#include "features/crisis_contacts/crisis_contacts.hpp"
#include "features/demo/demo.hpp"
#include "features/log_in/recovery.hpp"
#include "features/notify/smtp.hpp"
#include "net/server.hpp"
#include "server/all_routes.hpp"
#include "server/audit_commands.hpp"
#include "server/audit_show.hpp"
#include "server/backup.hpp"
#include "server/demo_code.hpp"
#include "server/erase_command.hpp"
#include "server/house_api.hpp"
#include "server/instrument_folder.hpp"
#include "server/keys_command.hpp"
#include "server/listen.hpp"
#include "server/measure_commands.hpp"
#include "server/open_house.hpp"
#include "server/recovery_link.hpp"
#include "server/serve.hpp"
#include "server/setup_link.hpp"

namespace rapport::server {
namespace {

using config::Settings;
using config::Values;

constexpr std::size_t kMostSettings = 1'000'000;  // bytes

/// Some libraries say what is wrong in several lines.
int say(std::string_view what) {
  std::string line;
  for (const char c : what) {
    if (c != '\n' && c != '\t') {
      line.push_back(c);
    } else if (!line.empty() && line.back() != ' ') {
      line.push_back(' ');
    }
  }
  line.resize(line.find_last_not_of(' ') + 1);
  fmt::print(stderr, "rapport: {}\n", line);
  return 1;
}

int say(const Error& error) {
  return say(error.detail);
}

Result<Values> read_config_file(const std::string& path) {
  TRY_ASSIGN(const auto text, read_file(path, kMostSettings));
  if (text.size() > kMostSettings) {
    return fail(invalid("settings.file", fmt::format("{} is too long to be a settings file.", path)));
  }
  return config::read_toml(text);
}

/// The four layers in order of strength.
Result<Settings> settle(const std::string& config_file, const Values& options) {
  std::vector<Values> layers;
  if (!config_file.empty()) {
    TRY_ASSIGN(auto file, read_config_file(config_file));
    layers.push_back(std::move(file));
  }
  std::vector<std::string_view> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  TRY_ASSIGN(auto from_environment, config::read_environment(environment));
  layers.push_back(std::move(from_environment));
  layers.push_back(options);
  return config::combine(layers);
}

int migrate(const Settings& settings) {
  const SystemClock clock;
  const auto open = OpenHouse::open(settings, clock);
  if (!open) return say(open.error());
  fmt::print("The database is up to date.\n");
  return 0;
}

/// Where the data is, as options of a further command.
std::string place_of(const Settings& settings) {
  return settings.database.empty() ? "--data " + settings.data : "--database ADDRESS";
}

int make_demo(const Settings& settings, const demo::DemoOptions& options, bool json) {
  const SystemClock clock;
  const auto open = OpenHouse::open(settings, clock);
  if (!open) return say(open.error());
  const auto made = demo::make_demo((*open)->house(), options);
  if (!made) return say(made.error());
  if (json) {
    fmt::print("{}\n", demo::demo_json(demo::kPracticeName, *made));
    return 0;
  }
  constexpr auto line = "  {:14}  {:24}  {:20}  {:12}  {}";
  fmt::print("{}: a synthetic practice, nobody in it is real.\n\n", demo::kPracticeName);
  fmt::print(line, "Role", "Name", "Log-in", "Password", "Therapist\n");
  for (const auto& account : *made) {
    const auto role = account.role == "neutral_person" ? "neutral person" : account.role;
    fmt::print(line, role, account.name, account.login, account.password, account.therapist + "\n");
  }
  if (settings.second_factor == "staff") {
    fmt::print(
        "\nWhoever is no client is asked for a code as well. This prints one; each counts once:\n  rapport demo code "
        "LOGIN {}\n",
        place_of(settings));
  }
  return 0;
}

int print_demo_code(const Settings& settings, const std::string& login, const std::string& clock_file) {
  std::unique_ptr<Clock> clock = std::make_unique<SystemClock>();
  if (!clock_file.empty()) {
    auto from_file = FileClock::open(clock_file);
    if (!from_file) return say(from_file.error());
    clock = std::move(*from_file);
  }
  const auto code = demo_code(settings, *clock, login);
  if (!code) return say(code.error());
  fmt::print("{}\n", *code);
  return 0;
}

/// Where people open the pages.
std::string address_of(const Settings& settings) {
  auto address = settings.practice_address;
  while (address.ends_with('/')) address.pop_back();
  if (address.empty()) address = (settings.tls_cert.empty() ? "http://" : "https://") + settings.listen;
  return address;
}

int print_setup_link(const Settings& settings, const std::string& practice) {
  const SystemClock clock;
  const auto open = OpenHouse::open(settings, clock);
  if (!open) return say(open.error());
  const auto path =
      make_setup_link((*open)->house(), practice, std::chrono::steady_clock::now() + std::chrono::seconds(15));
  if (!path) return say(path.error());
  fmt::print("Start the server, and open this page within {} hours. It works once.\n\n  {}{}\n",
             kSetupLinkLasts.count(), address_of(settings), *path);
  return 0;
}

int print_recovery_link(const Settings& settings, const std::string& login) {
  const SystemClock clock;
  const auto open = OpenHouse::open(settings, clock);
  if (!open) return say(open.error());
  const auto path =
      make_recovery_link((*open)->house(), login, std::chrono::steady_clock::now() + std::chrono::seconds(15));
  if (!path) return say(path.error());
  fmt::print(
      "Start the server, and have the administrator open this page within {} minutes. It works once.\n\n  {}{}\n",
      log_in::kRecoveryLinkLasts.count(), address_of(settings), *path);
  return 0;
}

/// What serve would refuse before it opens the data.
Result<void> check_serving(const Settings& settings) {
  TRY_ASSIGN(const auto listen, parse_listen(settings.listen));
  TRY(check_protection(settings, listen));
  TRY(parse_metrics_listen(settings));
  if (settings.tls_cert.empty()) return {};
  try {
    net::check_tls_files(settings.tls_cert, settings.tls_key);
  } catch (const net::CannotServe& wrong) {
    return fail(invalid("settings.tls", wrong.what()));
  }
  return {};
}

int check_config(const Settings& settings) {
  const auto now = SystemClock().now();
  if (const auto serving = check_serving(settings); !serving) return say(serving.error());
  const auto contacts = crisis_contacts::open_contacts(settings, now);
  if (!contacts) return say(contacts.error());
  const auto not_offered = use_own_instruments(settings);
  if (!not_offered) return say(not_offered.error());
  const auto consents = consent::open_texts(settings);
  if (!consents) return say(consents.error());
  if (const auto forms = measurement_plan::usual_plan(settings); !forms) return say(forms.error());
  if (const auto mail = notify::mail_server(settings); !mail) return say(mail.error());
  if (const auto push = notify::push_services(settings); !push) return say(push.error());
  for (const auto& setting : config::all_settings()) {
    fmt::print("{} = {}\n", setting.name, setting.get(settings));
  }
  for (const auto& one : *not_offered) {
    fmt::print("# The questionnaire {} cannot be given out as a form: {}.\n", one.instrument, one.why);
  }
  if (const auto due = crisis_contacts::overdue(*contacts, now)) fmt::print("# {}\n", *due);
  if (const auto drafts = consent::drafts(*consents)) fmt::print("# {}\n", *drafts);
  return 0;
}

int print_openapi() {
  Routes routes;
  add_all_routes(routes);
  std::cout << openapi_text(routes) << "\n";
  return 0;
}

/// None at all is not asked for by 0: the default is the practice as it was written.
std::string check_clients(const std::string& text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  const bool right = parsed.ec == std::errc() && parsed.ptr == end && number >= 1 && number <= demo::kMostClients;
  return right ? "" : fmt::format("give a number from 1 to {}, not {}", demo::kMostClients, text);
}

/// Every setting is an option of the same name, with dashes for dots and underscores.
std::string option_name(std::string_view setting) {
  std::string name = "--";
  for (const char c : setting) name.push_back(c == '.' || c == '_' ? '-' : c);
  return name;
}

struct Options {
  std::string config_file;
  Values values;
};

void add_settings(CLI::App& command, Options& options) {
  command.add_option("--config", options.config_file, "settings file (TOML)");
  for (const auto& setting : config::all_settings()) {
    const std::string name(setting.name);
    command.add_option_function<std::string>(
        option_name(name), [&options, name](const std::string& text) { options.values[name] = text; },
        std::string(setting.meaning));
  }
}

int parse_and_run(int argc, const char* const* argv, std::string_view program_version) {
  CLI::App app("Rapport: therapy at a distance, in a place that belongs to the practice");
  app.require_subcommand(1);
  Options options;
  demo::DemoOptions demo_options;
  bool json = false;
  std::string clock_file;
  std::string practice;

  auto* serve_command = app.add_subcommand("serve", "Serve the practice until a signal ends it");
  auto* demo = app.add_subcommand("demo", "Make a practice of made-up people to try things with");
  auto* erase =
      app.add_subcommand("erase", "Close a client's account: erase the record, or lock what a law wants kept");
  std::string client_login;
  bool sure = false;
  erase->add_option("--login", client_login, "the client's log-in name")->required();
  erase->add_flag("--yes", sure, "do it; without it only what would become of the record is said");
  auto* setup_link = app.add_subcommand("setup-link", "Open a practice: print the link for its first administrator");
  auto* recovery_link =
      app.add_subcommand("recovery-link", "Let an administrator who cannot log in any more choose a new password");
  auto* migrate_command = app.add_subcommand("migrate", "Bring the database to this program's version");
  auto* check = app.add_subcommand("check-config", "Say what the settings come to, or what is wrong with them");
  auto* openapi = app.add_subcommand("openapi", "Print the description of every route (OpenAPI 3.1)");
  auto* version = app.add_subcommand("version", "Print the version");
  auto* audit = app.add_subcommand("audit", "Look after the audit")->require_subcommand(1);
  auto* verify = audit->add_subcommand("verify", "Say whether rows of the audit were changed, put in or taken away");
  auto* show = audit->add_subcommand("show", "Print who looked at or did what, with names, as CSV");
  AuditWanted wanted;
  show->add_option("--since", wanted.since, "from this day or time on (2026-11-30, 2026-11-30T08:00:00Z)");
  show->add_option("--until", wanted.until, "before this day or time");
  show->add_option("--action", wanted.action, "only what begins so: absence, invitation, closing, record");
  auto* backup =
      app.add_subcommand("backup", "Copy the practice into a folder, also while it is served, and open the copy");
  auto* restore_command = app.add_subcommand("restore", "Put a backup into an empty data folder");
  std::string folder;
  bool unverified = false;
  backup->add_option("--to", folder, "an empty folder, or one to be made")->required();
  backup->add_flag("--no-verify", unverified, "do not restore and open it to see whether it is good");
  restore_command->add_option("--from", folder, "the folder with data and keys of a backup")->required();
  auto* keys =
      app.add_subcommand("keys", "Look after the keys, also while the practice is served")->require_subcommand(1);
  auto* new_master = keys->add_subcommand("rotate-master", "Put a new master key in the place of the one there is");
  auto* new_clients = keys->add_subcommand("rotate-clients", "Renew the keys that what people write is sealed with");
  auto* shown_keys = keys->add_subcommand("show", "Say which master key it is and how far renewing has come");
  const MeasureCommands measures(app);
  for (auto* command : {serve_command, demo, setup_link, recovery_link, migrate_command, check, verify, show, backup,
                        restore_command, erase, new_master, new_clients, shown_keys})
    add_settings(*command, options);
  verify->add_flag("--json", json, "for programs");
  serve_command->add_option("--clock", clock_file,
                            "file that says what time it is (RFC 3339); for made-up people only");
  setup_link->add_option("--practice", practice, "what the practice is called; needed the first time");
  std::string login;
  recovery_link->add_option("--login", login, "their log-in name; needed where there are several");
  demo->add_option("--seed", demo_options.seed, "the same seed makes the same people");
  demo->add_option("--clients", demo_options.clients, "that many clients, most of them generated")
      ->check(check_clients);
  auto* code = demo->add_subcommand("code", "Print a second-factor code that logs one of them in now");
  code->add_option("LOGIN", login, "their log-in name")->required();
  code->add_option("--clock", clock_file, "file that says what time it is, as the server was given it");
  code->fallthrough();  // the settings are options of demo
  demo->add_flag("--json", json, "print the accounts as JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& refused) {
    // Also how --help ends.
    if (refused.get_exit_code() != 0) return say(fmt::format("{} (see rapport --help)", refused.what()));
    return app.exit(refused);
  }

  if (version->parsed()) return fmt::print("rapport {}\n", program_version), 0;
  if (openapi->parsed()) return print_openapi();
  if (measures.chosen()) return measures.run();
  const auto settings = settle(options.config_file, options.values);
  if (!settings) return say(settings.error());
  log::set_level(log::level_from_text(settings->log_level).value_or(log::Level::info));
  if (check->parsed()) return check_config(*settings);
  if (migrate_command->parsed()) return migrate(*settings);
  if (backup->parsed()) return back_up(*settings, folder, !unverified, program_version, std::cout, std::cerr);
  if (restore_command->parsed()) return restore(*settings, folder, std::cout, std::cerr);
  if (verify->parsed()) return verify_audit(*settings, json, std::cout, std::cerr);
  if (show->parsed()) return show_audit(*settings, wanted, std::cout, std::cerr);
  if (new_master->parsed()) return rotate_master(*settings, std::cout, std::cerr);
  if (new_clients->parsed()) return rotate_clients(*settings, std::cout, std::cerr);
  if (shown_keys->parsed()) return show_keys(*settings, std::cout, std::cerr);
  if (code->parsed()) return print_demo_code(*settings, login, clock_file);
  if (erase->parsed()) return erase_client(*settings, client_login, sure, std::cout, std::cerr);
  if (setup_link->parsed()) return print_setup_link(*settings, practice);
  if (recovery_link->parsed()) return print_recovery_link(*settings, login);
  if (demo->parsed()) return make_demo(*settings, demo_options, json);
  const auto served = serve(*settings, clock_file);
  return served ? 0 : say(served.error());
}

}  // namespace

int run_command_line(int argc, const char* const* argv, std::string_view program_version) {
  try {
    return parse_and_run(argc, argv, program_version);
  } catch (const std::exception& thrown) {
    return say(thrown.what());
  }
}

}  // namespace rapport::server
