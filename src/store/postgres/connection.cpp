#include "store/postgres/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <stdexcept>

#include "store/postgres/binary.hpp"
#include "store/sql_macros.hpp"

namespace rapport::store::postgres {
namespace {

constexpr int kBinary = 1;
/// Statements sent before their results are read: enough to hide the round trip, few enough that the answers fit
/// the buffers of both sides.
constexpr std::size_t kBatch = 64;

/// A server that takes longer is treated as one that is not there.
constexpr auto kTimeToConnect = std::chrono::seconds(10);
/// The server's own limit for a statement is the same deadline; it is to speak first, because it leaves the connection
/// fit for use.
constexpr auto kServerSpeaksFirst = std::chrono::milliseconds(250);
/// For undoing what ran out of time.
constexpr auto kTimeToUndo = std::chrono::seconds(1);
constexpr auto kLongestPoll = std::chrono::hours(1);

PGconn* begin_to_connect(const std::string& url) {
  // What stands before dbname is a default that the URL may override; what stands after it holds.
  const char* const keys[] = {"fallback_application_name", "options", "keepalives_idle", "tcp_user_timeout", "dbname",
                              "client_encoding",           nullptr};
  const char* const values[] = {"rapport", "-c synchronous_commit=on", "30", "30000", url.c_str(), "UTF8", nullptr};
  return PQconnectStartParams(static_cast<const char* const*>(keys), static_cast<const char* const*>(values), 1);
}

/// Up to the deadline and a little longer; 0 when that has passed.
int milliseconds_left(Deadline deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  if (left > kLongestPoll) return static_cast<int>(std::chrono::milliseconds(kLongestPoll).count());
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left) + kServerSpeaksFirst;
  return static_cast<int>(std::max<std::int64_t>(rounded.count(), 0));
}

std::int64_t changed_rows(PGresult* result) {
  const std::string_view text = PQcmdTuples(result);
  std::int64_t rows = 0;
  std::from_chars(text.data(), text.data() + text.size(), rows);
  return rows;
}

bool is_success(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
         status == PGRES_PIPELINE_SYNC;
}

bool all_fit(std::span<const Values> rows, const std::vector<Oid>& types) {
  return std::all_of(rows.begin(), rows.end(), [&](const Values& values) {
    for (std::size_t i = 0; i < std::min(values.size(), types.size()); ++i) {
      if (!fits(values[i], types[i])) return false;
    }
    return true;
  });
}

/// The type of each parameter as the first row that has a value there gives it.
std::vector<Oid> types_of(std::span<const Values> rows, Oid (*type_of)(const Value&)) {
  std::vector<Oid> types;
  for (const auto& values : rows) {
    types.resize(std::max(types.size(), values.size()), 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (types[i] == 0) types[i] = type_of(values[i]);
    }
  }
  return types;
}

}  // namespace

/// Many calls of one statement under way at once. After an error the server skips the rest up to the sync, so the
/// first error is the one that counts.
class Pipeline {
 public:
  Pipeline(Connection& connection, const std::string& doing) : connection_(connection), doing_(doing) {
    connection_.require(PQenterPipelineMode(handle()));
  }

  void send(const Connection::Prepared& prepared, const Values& values) {
    connection_.send(prepared, values);
    if (++pending_ == kBatch) drain();
  }

  /// Ends the pipeline; throws the first error.
  std::vector<std::int64_t> finish() {
    drain();
    connection_.require(PQpipelineSync(handle()));
    const ResultPtr sync = connection_.next_result(doing_);
    if (failure_ || !sync || !is_success(sync.get())) {
      PQexitPipelineMode(handle());
      throw_failure(handle(), failure_ ? failure_.get() : sync.get(), doing_);
    }
    connection_.require(PQexitPipelineMode(handle()));
    return std::move(changed_);
  }

 private:
  PGconn* handle() const { return connection_.handle_.get(); }

  void drain() {
    if (pending_ > 0) connection_.require(PQsendFlushRequest(handle()));
    for (; pending_ > 0; --pending_) take_one();
  }

  void take_one() {
    ResultPtr result = connection_.next_result(doing_);
    if (!result) throw_failure(handle(), nullptr, doing_);
    const bool good = is_success(result.get());
    changed_.push_back(good ? changed_rows(result.get()) : 0);
    if (!good && PQresultStatus(result.get()) != PGRES_PIPELINE_ABORTED && !failure_) failure_ = std::move(result);
    if (PQstatus(handle()) == CONNECTION_BAD) throw_failure(handle(), failure_.get(), doing_);
    connection_.next_result(doing_);  // null: the end of this statement's results
  }

  Connection& connection_;
  const std::string& doing_;
  std::size_t pending_ = 0;
  std::vector<std::int64_t> changed_;
  ResultPtr failure_;
};

Connection::Connection(const PostgresOptions& options, Deadline deadline)
    : deadline_(std::min(deadline, std::chrono::steady_clock::now() + kTimeToConnect)) {
  connect(options.url);
  // "already exists, skipping" is what IF NOT EXISTS is for: it belongs on no one's screen.
  PQsetNoticeProcessor(handle_.get(), [](void*, const char*) {}, nullptr);
  command("SET search_path TO " + quoted(options.schema));
  deadline_ = deadline;
}

void Connection::connect(const std::string& url) {
  const std::string doing = "connecting";
  handle_.reset(begin_to_connect(url));
  if (!handle_) throw ConnectionLost("postgres: cannot connect: no memory");
  auto state = PQstatus(handle_.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
    wait_for_socket(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, doing);
    state = PQconnectPoll(handle_.get());
  }
  if (state != PGRES_POLLING_OK || PQsetnonblocking(handle_.get(), 1) != 0) {
    throw ConnectionLost(std::string("postgres: cannot connect: ") + PQerrorMessage(handle_.get()));
  }
}

void Connection::wait_for_socket(short events, const std::string& doing) {
  pollfd socket{.fd = PQsocket(handle_.get()), .events = events, .revents = 0};
  if (socket.fd < 0) return;  // closed already; libpq says why
  for (;;) {
    const int milliseconds = milliseconds_left(deadline_);
    const int ready = ::poll(&socket, 1, milliseconds);
    // An error of the socket is libpq's to find: it says more.
    if (ready > 0 || (ready < 0 && errno != EINTR)) return;
    if (ready == 0 && milliseconds_left(deadline_) == 0) break;
  }
  given_up_ = true;
  throw ConnectionLost("postgres: " + doing + ": the server did not answer in time");
}

ResultPtr Connection::next_result(const std::string& doing) {
  for (;;) {
    const int unsent = PQflush(handle_.get());
    if (unsent < 0 || PQisBusy(handle_.get()) == 0) break;
    wait_for_socket(static_cast<short>(unsent == 1 ? POLLIN | POLLOUT : POLLIN), doing);
    if (PQconsumeInput(handle_.get()) == 0) break;
  }
  return ResultPtr(PQgetResult(handle_.get()));  // of a broken connection: its error
}

ResultPtr Connection::only_result(const std::string& doing) {
  ResultPtr last;
  while (ResultPtr result = next_result(doing)) {
    last = std::move(result);
    if (PQstatus(handle_.get()) == CONNECTION_BAD) break;
  }
  return last;
}

std::vector<std::pair<std::string, std::string>> Connection::parameters() const {
  std::vector<std::pair<std::string, std::string>> parameters;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfo(handle_.get()),
                                                                             &PQconninfoFree);
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
    const std::string_view key = option->keyword;
    // What the service said is among the others; a service cannot name another.
    if (option->val == nullptr || *option->val == '\0' || key == "service") continue;
    parameters.emplace_back(key, option->val);
  }
  return parameters;
}

std::string Connection::quoted(const std::string& name) const {
  char* text = PQescapeIdentifier(handle_.get(), name.data(), name.size());
  if (text == nullptr) throw std::logic_error("postgres: a name is not well-formed");
  std::string copy(text);
  PQfreemem(text);
  return copy;
}

bool Connection::is_idle() const {
  return !given_up_ && PQstatus(handle_.get()) == CONNECTION_OK && PQpipelineStatus(handle_.get()) == PQ_PIPELINE_OFF &&
         PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
}

ResultPtr Connection::checked(ResultPtr result, const std::string& doing) {
  if (!result || !is_success(result.get())) throw_failure(handle_.get(), result.get(), doing);
  return result;
}

void Connection::require(int sent) {
  if (sent == 1) return;
  if (PQstatus(handle_.get()) == CONNECTION_BAD) throw_failure(handle_.get(), nullptr, "sending");
  throw std::logic_error(std::string("postgres: libpq refused: ") + PQerrorMessage(handle_.get()));
}

ResultPtr Connection::command(const std::string& sql) {
  require(PQsendQuery(handle_.get(), sql.c_str()));
  return checked(only_result(sql), sql);
}

void Connection::script(const std::string& sql) {
  require(PQsendQuery(handle_.get(), sql.c_str()));
  checked(only_result("script"), "script");
  prepared_.clear();
  command("DEALLOCATE ALL");
}

void Connection::rollback() noexcept {
  if (given_up_ || PQstatus(handle_.get()) != CONNECTION_OK) return;
  deadline_ = std::max(deadline_, std::chrono::steady_clock::now() + kTimeToUndo);
  try {
    command("ROLLBACK");
  } catch (const std::exception&) {
    return;  // not idle then, so nobody is given it again; the server rolls back when it closes
  }
}

void Connection::forget(const Query& query) {
  const auto found = prepared_.find(&query);
  if (found == prepared_.end()) return;
  const std::string name = found->second.name;
  prepared_.erase(found);
  command("DEALLOCATE " + name);
}

const Connection::Prepared& Connection::prepare(const Query& query, const std::vector<Oid>& types) {
  forget(query);
  Prepared made;
  made.name = "q" + std::to_string(++prepared_so_far_);
  const std::string sql = expand_macros(query.sql(), Engine::postgres);
  const std::string doing(query.name());
  require(PQsendPrepare(handle_.get(), made.name.c_str(), sql.c_str(), static_cast<int>(types.size()), types.data()));
  checked(only_result(doing), doing);
  require(PQsendDescribePrepared(handle_.get(), made.name.c_str()));
  const auto described = checked(only_result(doing), doing);
  for (int i = 0; i < PQnparams(described.get()); ++i) made.types.push_back(PQparamtype(described.get(), i));
  made.columns = PQnfields(described.get());
  return prepared_.insert_or_assign(&query, std::move(made)).first->second;
}

const Connection::Prepared& Connection::prepared_for(const Query& query, std::span<const Values> rows) {
  const auto found = prepared_.find(&query);
  if (found != prepared_.end() && all_fit(rows, found->second.types)) return found->second;
  const auto& first_try = prepare(query, types_of(rows, loose_type));
  if (all_fit(rows, first_try.types)) return first_try;
  // The server took a null or a text for something else: now it is told.
  return prepare(query, types_of(rows, strict_type));
}

ResultPtr Connection::run(const Query& query, const Values& values) {
  const std::string doing(query.name());
  send(prepared_for(query, std::span(&values, 1)), values);
  return checked(only_result(doing), doing);
}

void Connection::each(const Query& query, const Values& values, const std::function<void(const Row&)>& row) {
  const auto result = run(query, values);
  ResultRow current(result.get());
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    current.move_to(i);
    row(current);
  }
}

std::int64_t Connection::execute(const Query& query, const Values& values) {
  return changed_rows(run(query, values).get());
}

void Connection::send(const Prepared& prepared, const Values& values) {
  const Parameters parameters(values, prepared.types);
  require(PQsendQueryPrepared(handle_.get(), prepared.name.c_str(), parameters.count(), parameters.pointers(),
                              parameters.lengths(), parameters.formats(), kBinary));
}

std::vector<std::int64_t> Connection::execute_many(const Query& query, const std::vector<Values>& rows) {
  if (rows.empty()) return {};
  const std::string doing(query.name());
  const Prepared& prepared = prepared_for(query, rows);
  Pipeline pipeline(*this, doing);
  for (const auto& values : rows) pipeline.send(prepared, values);
  return pipeline.finish();
}

int Connection::columns_of(const Query& query) {
  return prepare(query, {}).columns;
}

std::string Connection::explain(const Query& query) {
  const Prepared& prepared = prepare(query, {});
  std::string sql = "EXPLAIN EXECUTE " + prepared.name;
  for (std::size_t i = 0; i < prepared.types.size(); ++i) sql += i == 0 ? "(NULL" : ", NULL";
  if (!prepared.types.empty()) sql += ")";
  const auto result = command(sql);
  std::string plan;
  for (int i = 0; i < PQntuples(result.get()); ++i) plan.append(PQgetvalue(result.get(), i, 0)).append("\n");
  return plan;
}

}  // namespace rapport::store::postgres
