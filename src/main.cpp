/// The program: one binary that serves, makes the demo practice, migrates and says what is wrong with its settings.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/log.hpp"
#include "config/settings.hpp"
#include "features/crisis_contacts/crisis_contacts.hpp"
#include "features/demo/demo.hpp"
#include "server/all_routes.hpp"
#include "server/house_api.hpp"
#include "server/measure_commands.hpp"
#include "server/open_house.hpp"
#include "server/serve.hpp"

namespace rapport {
namespace {

using config::Settings;
using config::Values;

int say(const Error& error) {
  fmt::print(stderr, "rapport: {}\n", error.detail);
  return 1;
}

Result<Values> read_config_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(invalid("settings.file", fmt::format("The settings file {} cannot be read.", path)));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
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
  const auto open = server::OpenHouse::open(settings, clock);
  if (!open) return say(open.error());
  fmt::print("The database is up to date.\n");
  return 0;
}

int make_demo(const Settings& settings, const demo::DemoOptions& options, bool json) {
  const SystemClock clock;
  const auto open = server::OpenHouse::open(settings, clock);
  if (!open) return say(open.error());
  const auto made = demo::make_demo((*open)->house(), options);
  if (!made) return say(made.error());
  if (json) {
    fmt::print("{}\n", demo::demo_json(demo::kPracticeName, *made));
    return 0;
  }
  fmt::print("{}\n\n", demo::kPracticeName);
  for (const auto& account : *made) {
    fmt::print("  {:10} {:24} {:20} {}\n", account.role, account.name, account.login, account.password);
  }
  return 0;
}

int check_config(const Settings& settings) {
  const auto now = SystemClock().now();
  const auto contacts = crisis_contacts::open_contacts(settings, now);
  if (!contacts) return say(contacts.error());
  for (const auto& setting : config::all_settings()) {
    fmt::print("{} = {}\n", setting.name, setting.get(settings));
  }
  if (const auto due = crisis_contacts::overdue(*contacts, now)) fmt::print("# {}\n", *due);
  return 0;
}

int print_openapi() {
  Routes routes;
  server::add_all_routes(routes);
  std::cout << server::openapi_text(routes) << "\n";
  return 0;
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

int run(int argc, char** argv) {
  CLI::App app("Rapport: therapy at a distance, in a place that belongs to the practice");
  app.require_subcommand(1);
  Options options;
  demo::DemoOptions demo_options;
  bool json = false;
  std::string clock_file;

  auto* serve = app.add_subcommand("serve", "Serve the practice until a signal ends it");
  auto* demo = app.add_subcommand("demo", "Make a practice of made-up people to try things with");
  auto* migrate_command = app.add_subcommand("migrate", "Bring the database to this program's version");
  auto* check = app.add_subcommand("check-config", "Say what the settings come to, or what is wrong with them");
  auto* openapi = app.add_subcommand("openapi", "Print the description of every route (OpenAPI 3.1)");
  auto* version = app.add_subcommand("version", "Print the version");
  const server::MeasureCommands measures(app);
  for (auto* command : {serve, demo, migrate_command, check}) add_settings(*command, options);
  serve->add_option("--clock", clock_file, "file that says what time it is (RFC 3339); for made-up people only");
  demo->add_option("--seed", demo_options.seed, "the same seed makes the same people");
  demo->add_option("--clients", demo_options.clients, "that many clients, most of them generated");
  demo->add_flag("--json", json, "print the accounts as JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& refused) {
    // Also how --help ends. Its own statuses are beyond 100; here "could not be done" is 1.
    return app.exit(refused) == 0 ? 0 : 1;
  }

  if (version->parsed()) return fmt::print("rapport {}\n", RAPPORT_VERSION), 0;
  if (openapi->parsed()) return print_openapi();
  if (measures.chosen()) return measures.run();
  const auto settings = settle(options.config_file, options.values);
  if (!settings) return say(settings.error());
  log::set_level(log::level_from_text(settings->log_level).value_or(log::Level::info));
  if (check->parsed()) return check_config(*settings);
  if (migrate_command->parsed()) return migrate(*settings);
  if (demo->parsed()) return make_demo(*settings, demo_options, json);
  return server::serve(*settings, clock_file);
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) {
  try {
    return rapport::run(argc, argv);
  } catch (const std::exception& thrown) {
    fmt::print(stderr, "rapport: {}\n", thrown.what());
    return 1;
  }
}
