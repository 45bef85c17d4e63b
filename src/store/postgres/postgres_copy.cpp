#include "store/postgres_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/descriptor.hpp"
#include "base/id.hpp"
#include "store/postgres/connection.hpp"

extern char** environ;

namespace rapport::store {
namespace postgres {
namespace {

constexpr std::chrono::hours kTimeForAll{6};
constexpr std::size_t kMostSaid = 2000;  // bytes of what a program says about its failure
constexpr std::string_view kService = "service=rapport";
constexpr std::string_view kServiceFile = "PGSERVICEFILE=";

Deadline in_time() {
  return std::chrono::steady_clock::now() + kTimeForAll;
}

Error copy_error(const std::string& what) {
  return {ErrorKind::storage, "backup.copy", what + "."};
}

std::string last_error() {
  return std::generic_category().message(errno);
}

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// The file that libpq reads how to log in from, in memory: a password on a command line or in the environment could be
/// read by others.
Result<Descriptor> write_service(const Parameters& parameters) {
  std::string text = "[rapport]\n";
  for (const auto& [key, value] : parameters) text += key + "=" + value + "\n";
  Descriptor file(::memfd_create("rapport-service", 0));
  if (file.is_open() && write_all(file.get(), as_bytes(text))) return file;
  return fail(copy_error("The log-in for the database cannot be handed on: " + last_error()));
}

/// Without what was said before this: the environment of this process, and where the service file is.
std::vector<std::string> environment_with(const Descriptor& service) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with(kServiceFile)) environment.emplace_back(*entry);
  }
  environment.push_back(fmt::format("{}/proc/self/fd/{}", kServiceFile, service.get()));
  return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// All that the other end writes, up to a bound.
std::string read_said(int descriptor) {
  std::string said;
  std::array<char, 512> part{};
  for (;;) {
    const auto count = ::read(descriptor, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return said;
    if (said.size() < kMostSaid) said.append(part.data(), static_cast<std::size_t>(count));
  }
}

/// As part of a sentence of one line.
std::string one_line(std::string said) {
  while (!said.empty() && said.back() == '\n') said.pop_back();
  std::ranges::replace(said, '\n', ' ');
  return said;
}

class ErrorPipe {
 public:
  ErrorPipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, ends_[1], STDERR_FILENO);
  }
  ErrorPipe(const ErrorPipe&) = delete;
  ErrorPipe& operator=(const ErrorPipe&) = delete;
  ~ErrorPipe() {
    ::posix_spawn_file_actions_destroy(&actions_);
    close_writing();
    if (ends_[0] >= 0) ::close(ends_[0]);
  }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  void close_writing() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }
  int reading() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
  posix_spawn_file_actions_t actions_{};
};

Result<void> run(std::vector<std::string> command, const Parameters& parameters) {
  TRY_ASSIGN(const auto service, write_service(parameters));
  auto environment = environment_with(service);
  const auto arguments = pointers_to(command);
  const auto entries = pointers_to(environment);
  ErrorPipe errors;
  pid_t child = 0;
  const int started =
      ::posix_spawnp(&child, arguments.front(), errors.actions(), nullptr, arguments.data(), entries.data());
  if (started != 0) {
    return fail(copy_error(fmt::format("{} cannot be started ({}); it is part of Debian's postgresql-client",
                                       command.front(), std::generic_category().message(started))));
  }
  errors.close_writing();
  const auto said = read_said(errors.reading());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(copy_error(fmt::format("{} failed: {}", command.front(), one_line(said))));
}

std::string text_of(const ResultPtr& result) {
  return PQntuples(result.get()) == 1 ? PQgetvalue(result.get(), 0, 0) : "";
}

Connection connect(const std::string& url, const std::string& schema = "public") {
  return Connection({.url = url, .schema = schema, .connections = 1}, in_time());
}

/// A new and durable file for its owner alone, which the program then fills.
Result<void> make_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.is_open() && sync_folder_of(path)) return {};
  return fail(copy_error(fmt::format("The file {} cannot be made: {}", path, last_error())));
}
Result<void> make_durable(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.is_open() && ::fsync(file.get()) == 0) return {};
  return fail(copy_error(fmt::format("The file {} cannot be made durable: {}", path, last_error())));
}

class Moment final : public PostgresMoment {
 public:
  explicit Moment(const std::string& url) : connection_(connect(url)) {
    connection_.command("SET idle_in_transaction_session_timeout = 0");
    connection_.command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    snapshot_ = text_of(connection_.command("SELECT pg_export_snapshot()"));
  }

  std::vector<std::int64_t> numbers(const std::string& schema, const Query& query) override {
    connection_.command("SET LOCAL search_path TO " + connection_.quoted(schema));
    const auto found = connection_.command(std::string(query.sql()));
    std::vector<std::int64_t> numbers;
    for (int column = 0; PQntuples(found.get()) > 0 && column < PQnfields(found.get()); ++column) {
      numbers.push_back(std::strtoll(PQgetvalue(found.get(), 0, column), nullptr, 10));
    }
    return numbers;
  }

  Result<void> dump(const std::string& schema, const std::string& to) override {
    TRY(make_file(to));
    TRY(run({"pg_dump", "--format=custom", "--schema=" + schema, "--snapshot=" + snapshot_, "--no-owner",
             "--no-privileges", "--no-password", "--file=" + to, "--dbname=" + std::string(kService)},
            connection_.parameters()));
    return make_durable(to);
  }

 private:
  Connection connection_;
  std::string snapshot_;
};

/// As a connection string. In quotes a backslash and a quote are written with a backslash.
std::string text_of(const Parameters& parameters) {
  std::string text;
  for (const auto& [key, value] : parameters) {
    text += key + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') text += '\\';
      text += c;
    }
    text += "' ";
  }
  return text;
}

class Temporary final : public TemporaryDatabase {
 public:
  explicit Temporary(const std::string& url) : connection_(connect(url)) {
    name_ = "rapport_verify_" + to_hex(AccountId::make(SystemClock().now()).bytes());
    connection_.command("CREATE DATABASE " + connection_.quoted(name_) + " TEMPLATE template0");
    auto parameters = connection_.parameters();
    for (auto& [key, value] : parameters) {
      if (key == "dbname") value = name_;
    }
    url_ = text_of(parameters);
  }
  ~Temporary() override {
    try {
      connection_.command("DROP DATABASE " + connection_.quoted(name_) + " WITH (FORCE)");
    } catch (const StorageFailure&) {  // the server is gone; docs/operations/backup.md says what is left then
    }
  }
  const std::string& url() const override { return url_; }

 private:
  Connection connection_;
  std::string name_;
  std::string url_;
};

}  // namespace
}  // namespace postgres

std::unique_ptr<PostgresMoment> look_at_postgres(const std::string& url) {
  return std::make_unique<postgres::Moment>(url);
}

Result<void> check_without_schemas(const std::string& url, const std::vector<std::string>& schemas) {
  for (const auto& schema : schemas) {
    auto connection = postgres::connect(url, schema);
    if (postgres::text_of(connection.command("SELECT current_schema()")).empty()) continue;
    return fail(
        {ErrorKind::conflict, "backup.not_empty",
         fmt::format("The database is not empty: there is a schema {} in it. Make a new database (createdb), and "
                     "name that.",
                     schema)});
  }
  return {};
}

Result<void> put_back_postgres(const std::string& url, const std::string& file) {
  const auto connection = postgres::connect(url);
  return postgres::run({"pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
                        "--no-password", "--dbname=" + std::string(postgres::kService), file},
                       connection.parameters());
}

Result<std::unique_ptr<TemporaryDatabase>> make_temporary_postgres(const std::string& url) try {
  return std::make_unique<postgres::Temporary>(url);
} catch (const StorageFailure& failure) {
  return fail(
      {ErrorKind::storage, "backup.temporary",
       fmt::format("The backup cannot be tried in a database of its own ({}). Let the user of the database make "
                   "databases (ALTER ROLE … CREATEDB), or leave the trial out (--no-verify).",
                   failure.what())});
}

}  // namespace rapport::store
