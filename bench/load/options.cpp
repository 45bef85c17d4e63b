#include "options.hpp"

#include <charconv>
#include <functional>
#include <map>
#include <stdexcept>
#include <string_view>

namespace rapport::load {
namespace {

template <class N>
N number(std::string_view name, std::string_view text, N min, N max) {
  N value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < min || value > max) {
    throw std::invalid_argument(std::string(name) + " must be between " + std::to_string(min) + " and " +
                                std::to_string(max));
  }
  return value;
}

std::vector<std::size_t> numbers(std::string_view name, std::string_view text, std::size_t max) {
  std::vector<std::size_t> found;
  while (true) {
    const auto comma = text.find(',');
    found.push_back(number<std::size_t>(name, text.substr(0, comma), 1, max));
    if (found.size() > 1 && found.back() <= found[found.size() - 2]) {
      throw std::invalid_argument(std::string(name) + " must grow from one number to the next");
    }
    if (comma == std::string_view::npos) return found;
    text.remove_prefix(comma + 1);
  }
}

using Text = std::string_view;

std::map<Text, std::function<void(Text)>> with_value(Options& options) {
  return {
      {"--server", [&](Text text) { options.server = text; }},
      {"--at", [&](Text text) { options.at = text; }},
      {"--accounts", [&](Text text) { options.accounts = text; }},
      {"--database", [&](Text text) { options.database = text; }},
      {"--folder", [&](Text text) { options.folder = text; }},
      {"--serve", [&](Text text) { options.serve.emplace_back(text); }},
      {"--pairs", [&](Text text) { options.pairs = number<std::size_t>("--pairs", text, 1, 2000); }},
      {"--clients-of-one",
       [&](Text text) { options.clients_of_one = number<std::size_t>("--clients-of-one", text, 1, 1000); }},
      {"--messages", [&](Text text) { options.messages = number<std::size_t>("--messages", text, 1, 2'000'000); }},
      {"--window", [&](Text text) { options.window = number<std::size_t>("--window", text, 1, 256); }},
      {"--bytes", [&](Text text) { options.bytes = number<std::size_t>("--bytes", text, 1, 20'000); }},
      {"--rate", [&](Text text) { options.rate = number<double>("--rate", text, 0, 50'000); }},
      {"--idle", [&](Text text) { options.idle = numbers("--idle", text, 50'000); }},
      {"--crowd", [&](Text text) { options.crowd = number<std::size_t>("--crowd", text, 1, 50'000); }},
      {"--starts", [&](Text text) { options.starts = number<std::size_t>("--starts", text, 1, 100); }},
  };
}

std::map<Text, std::function<void()>> without_value(Options& options) {
  return {
      {"--all", [&] { options.all = true; }},   {"--no-receipts", [&] { options.receipts = false; }},
      {"--tls", [&] { options.tls = true; }},   {"--start", [&] { options.start_only = true; }},
      {"--demo", [&] { options.demo = true; }}, {"--plain", [&] { options.plain = true; }},
      {"--json", [&] { options.json = true; }}, {"--hold", [&] { options.hold = true; }},
  };
}

}  // namespace

Options read_options(int count, char** values) {
  Options options;
  const auto valued = with_value(options);
  const auto flags = without_value(options);
  for (int i = 1; i < count; ++i) {
    const Text name = values[i];
    if (const auto flag = flags.find(name); flag != flags.end()) {
      flag->second();
    } else if (const auto found = valued.find(name); found == valued.end()) {
      throw std::invalid_argument("there is no option " + std::string(name));
    } else if (++i == count) {
      throw std::invalid_argument(std::string(name) + " needs a value");
    } else {
      found->second(values[i]);
    }
  }
  if (options.server.empty() == options.at.empty()) throw std::invalid_argument("give either --server or --at");
  if (!options.at.empty() && options.accounts.empty()) throw std::invalid_argument("--at needs --accounts");
  const bool own_server = options.all || options.start_only || options.tls || !options.idle.empty();
  if (!options.at.empty() && own_server) {
    throw std::invalid_argument("--all, --start, --tls and --idle need a server of their own: --server");
  }
  return options;
}

std::string usage() {
  return R"(rapport_load --server build/bench/rapport --all
rapport_load --server build/bench/rapport [OPTIONS]
rapport_load --at 127.0.0.1:PORT --accounts FILE [OPTIONS]

  --all             all that the targets name: the start, four loads, idle connections
  --server FILE     start this server on a practice of its own, in a temporary folder, and stop it afterwards
  --at HOST:PORT    a server that runs already (127.0.0.0/8 or ::1, nothing else); FILE is what
  --accounts FILE   `rapport demo --json` printed
  --database URL    PostgreSQL instead of SQLite: a database of its own on that server, dropped afterwards
  --folder DIR      where the temporary folder is made (TMPDIR or /tmp); a disk, if durable figures are wanted
  --serve ARGUMENT  a further argument for `rapport serve`; may be given several times
  --pairs P         clients that write to their therapists (64)
  --clients-of-one C  clients of one therapist, whose words arrive on one line (1)
  --demo            use the practice that `rapport demo` makes; C is then what it gives
  --messages M      in all (20000)
  --window W        messages of one pair under way (8)
  --rate R          messages a second in all, sent one by one by the clock; 0 (the default): as fast as the window lets
  --bytes B         length of a text (200)
  --no-receipts     partners do not acknowledge; without it they do, once for what arrived together
  --tls             the server speaks TLS, with a certificate made for this run
  --crowd N         live lines of other people that say nothing while the others write
  --idle N,N,…      memory for each idle connection at these numbers of connections, plain and with TLS
  --start           only how long the start takes, and what it takes up
  --starts S        how often the start is measured (5)
  --plain           also how fast this computer stores bare rows in SQLite
  --hold            wait for Enter before the measured part
  --json            the report as one line of JSON
)";
}

}  // namespace rapport::load
