#include "server_process.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "http_client.hpp"

namespace rapport::load {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::string read_file(const std::string& name) {
  const std::ifstream file(name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Fields of /proc/PID/stat from the third on; the second, the name, may hold spaces and ends with the last ')'.
std::vector<std::string> stat_fields(pid_t process) {
  const auto text = read_file("/proc/" + std::to_string(process) + "/stat");
  const auto end = text.rfind(')');
  if (end == std::string::npos) return {};
  std::istringstream rest(text.substr(end + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

pid_t start_process(const std::vector<std::string>& command, const std::string& output) {
  std::vector<char*> values;
  for (const auto& value : command) values.push_back(const_cast<char*>(value.c_str()));
  values.push_back(nullptr);
  const pid_t process = ::fork();
  if (process < 0) throw_errno("fork");
  if (process > 0) return process;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  ::execv(values.front(), values.data());
  ::_exit(127);
}

std::string end_of(const std::string& text) {
  constexpr std::size_t kShown = 2000;
  return text.size() > kShown ? text.substr(text.size() - kShown) : text;
}

void add_database(std::vector<std::string>& command, const Options& options) {
  if (options.database.empty()) return;
  command.emplace_back("--database");
  command.push_back(options.database);
}

constexpr std::size_t kParent = 1;  // of stat_fields
constexpr std::size_t kUserTime = 11;

}  // namespace

double cpu_seconds_of(pid_t process) {
  const auto fields = stat_fields(process);
  if (fields.size() < kUserTime + 4) return 0;
  double ticks = 0;
  for (std::size_t i = kUserTime; i < kUserTime + 4; ++i) ticks += std::stod(fields[i]);
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::size_t rss_kib_of(pid_t process) {
  std::istringstream lines(read_file("/proc/" + std::to_string(process) + "/status"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

double cpu_seconds_with_children(pid_t process) {
  double sum = cpu_seconds_of(process);
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto child = static_cast<pid_t>(std::stol(name));
    const auto fields = stat_fields(child);
    if (fields.size() > kParent && fields[kParent] == std::to_string(process)) sum += cpu_seconds_of(child);
  }
  return sum;
}

double cpu_seconds_of_computer() {
  std::istringstream line(read_file("/proc/stat"));
  std::string name;
  double user = 0;
  double nice = 0;
  double system = 0;
  double idle = 0;
  double waiting = 0;
  double interrupts = 0;
  double soft_interrupts = 0;
  line >> name >> user >> nice >> system >> idle >> waiting >> interrupts >> soft_interrupts;
  return (user + nice + system + interrupts + soft_interrupts) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::optional<pid_t> postgres_process(const std::string& url) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()), &PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> answer(PQexec(connection.get(), "SELECT pg_backend_pid()"),
                                                             &PQclear);
  if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) return std::nullopt;
  const auto fields = stat_fields(static_cast<pid_t>(std::stol(PQgetvalue(answer.get(), 0, 0))));
  if (fields.size() <= kParent) return std::nullopt;
  return static_cast<pid_t>(std::stol(fields[kParent]));
}

TemporaryFolder::TemporaryFolder(const std::string& where) {
  name_ = where.empty() ? std::filesystem::temp_directory_path().string() : where;
  name_ += "/rapport-load-XXXXXX";
  if (::mkdtemp(name_.data()) == nullptr) throw_errno("make the folder " + name_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(name_, ignored);
}

std::string make_demo_practice(const Options& options, const std::string& folder, std::size_t clients) {
  std::vector<std::string> command{options.server,          "demo",   "--data",          folder + "/data", "--clients",
                                   std::to_string(clients), "--json", "--second-factor", "offered"};
  add_database(command, options);
  const auto output = folder + "/demo.json";
  int status = 0;
  if (::waitpid(start_process(command, output), &status, 0) < 0) throw_errno("waitpid");
  const auto text = read_file(output);
  if (status != 0) throw std::runtime_error("`demo` failed: " + end_of(text));
  return text;
}

ServerProcess::ServerProcess(const Options& options, const std::string& folder,
                             const std::optional<CertificateFiles>& certificate)
    : address_("127.0.0.1:" + std::to_string(free_port()), certificate.has_value()), log_(folder + "/serve.log") {
  std::vector<std::string> command{options.server, "serve", "--data", folder + "/data", "--listen", address_.text(),
                                   // Limits that are looked at but never reached: the look is part of what is measured.
                                   "--limits-messages-per-second", "1000000", "--limits-log-ins-per-minute", "100000",
                                   "--limits-live-connections", "0", "--second-factor", "offered"};
  add_database(command, options);
  if (certificate) {
    command.insert(command.end(), {"--tls-cert", certificate->certificate, "--tls-key", certificate->key});
  }
  command.insert(command.end(), options.serve.begin(), options.serve.end());
  const auto begin = SteadyClock::now();
  process_ = start_process(command, log_);
  wait_until_ready();
  start_milliseconds_ = std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count();
  start_rss_kib_ = rss_kib_of(process_);
}

void ServerProcess::wait_until_ready() {
  const auto patience = SteadyClock::now() + std::chrono::seconds(30);
  while (SteadyClock::now() < patience) {
    try {
      if (ask(address_, "GET", "/healthz").status == 200) return;
    } catch (const std::exception&) {
      // It does not listen yet.
    }
    if (::waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      break;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  if (process_ > 0) ::kill(process_, SIGKILL);
  throw std::runtime_error("the server did not come up: " + end_of(read_file(log_)));
}

ServerProcess::~ServerProcess() {
  if (process_ <= 0) return;
  ::kill(process_, SIGTERM);
  constexpr int kSteps = 1000;
  for (int step = 0; step < kSteps; ++step) {
    if (::waitpid(process_, nullptr, WNOHANG) == process_) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

}  // namespace rapport::load
