#include "net/server.hpp"

#include <netinet/tcp.h>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "net/connection.hpp"

namespace rapport::net {
namespace {

using Tcp = asio::ip::tcp;
using UnsentLimit = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
constexpr std::chrono::milliseconds kRetryAccept{100};
constexpr std::chrono::milliseconds kPollEnd{5};
constexpr int kUnsentLimit = 128 * 1024;  // what the kernel keeps for a slow reader beyond what is on its way

struct BindRefused : CannotServe {
  explicit BindRefused(ErrorCode why)
      : CannotServe("The address cannot be taken: " + why.message() + "."), code_(why) {}
  const ErrorCode& code() const { return code_; }

 private:
  ErrorCode code_;
};

/// One thread with its own io_context and its own acceptors on the same port.
struct Loop {
  explicit Loop(Shared& shared) : connections(std::make_shared<IoThread>(shared)) {}
  asio::io_context context{1};
  std::shared_ptr<IoThread> connections;
  std::vector<std::unique_ptr<Tcp::acceptor>> acceptors;
  std::thread thread;
};

std::string address_of(const Tcp::socket& socket) {
  ErrorCode error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  const auto address = endpoint.address();
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
  // The same client must have the same address whichever socket it came to.
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
}

template <class Take>
void use_file(const char* what, const std::string& file, Take take) {
  ErrorCode error;
  take(file, error);
  if (error) throw CannotServe("The " + std::string(what) + " " + file + " cannot be used: " + error.message() + ".");
}

void set_up_tls(asio::ssl::context& tls, const std::string& cert, const std::string& key) {
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(tls.native_handle(), SSL_SESS_CACHE_OFF);  // tickets need no memory here
  SSL_CTX_set_options(tls.native_handle(), SSL_OP_NO_RENEGOTIATION);
  // Idle connections give memory back; what a write took and what it left may lie elsewhere at the next try.
  SSL_CTX_set_mode(tls.native_handle(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes as to a file; a connection that is gone is told as an error
  use_file("certificate", cert,
           [&](const std::string& file, ErrorCode& error) { tls.use_certificate_chain_file(file, error); });
  use_file("key", key, [&](const std::string& file, ErrorCode& error) {
    tls.use_private_key_file(file, asio::ssl::context::pem, error);
  });
}

/// One of max_connections, for as long as it lives.
class Seat {
 public:
  explicit Seat(std::atomic<std::size_t>& taken) : taken_(&taken), number_(++taken) {}
  Seat(Seat&& other) noexcept : taken_(std::exchange(other.taken_, nullptr)), number_(other.number_) {}
  Seat& operator=(Seat&&) = delete;
  ~Seat() {
    if (taken_ != nullptr) --*taken_;
  }
  std::size_t number() const { return number_; }

 private:
  std::atomic<std::size_t>* taken_;
  std::size_t number_;
};

/// An exception that reaches this thread is lack of memory for one connection; the others go on.
void run_to_end(asio::io_context& context) {
  const auto work = asio::make_work_guard(context);
  while (!context.stopped()) {
    try {
      context.run();
    } catch (...) {
      std::this_thread::yield();
    }
  }
}

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, http::Application& application)
      : options_(options),
        pool_({.threads = options.workers, .queue_limit = options.queue}),
        heavy_pool_({.threads = options.heavy_workers, .queue_limit = options.heavy_queue, .gives_way = true}),
        heavy_(heavy_pool_, {.at_once = options.heavy_workers,
                             .of_one = options.heavy_of_one,
                             .of_place = options.heavy_of_address,
                             .of_all = options.heavy_queue}),
        shared_{options_, application, pool_, heavy_} {
    if (!options_.tls_cert.empty()) reload_tls();
    port_ = options_.port;
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options_.io_threads); ++i) {
      loops_.push_back(std::make_unique<Loop>(shared_));
      bind_all(*loops_.back());
    }
  }
  ~Impl() { stop(std::chrono::milliseconds(0)); }

  void start() {
    for (auto& loop : loops_) {
      for (auto& acceptor : loop->acceptors) accept_next(*loop, *acceptor);
      loop->thread = std::thread([&context = loop->context] { run_to_end(context); });
    }
    started_ = true;
  }
  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return shared_.connections; }
  std::size_t waiting() const { return pool_.waiting() + heavy_pool_.waiting(); }

  void reload_tls() {
    auto fresh = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    set_up_tls(*fresh, options_.tls_cert, options_.tls_key);
    const std::lock_guard lock(tls_mutex_);
    tls_.swap(fresh);
  }

  void stop(std::chrono::milliseconds grace) {
    if (std::exchange(stopped_, true)) return;
    shared_.stopping = true;
    if (started_) {
      close_acceptors();
      end_connections(false);
      wait_for_end(std::chrono::steady_clock::now() + grace);
      while (shared_.connections > 0) {  // a worker that still runs keeps its connection; wait for it
        end_connections(true);
        wait_for_end(std::chrono::steady_clock::now() + kRetryAccept);
      }
    }
    pool_.drain();
    heavy_pool_.drain();
    for (auto& loop : loops_) loop->context.stop();
    for (auto& loop : loops_) {
      if (loop->thread.joinable()) loop->thread.join();
    }
  }

 private:
  void bind_all(Loop& loop) {
    if (options_.host != "localhost") {
      bind_one(loop, asio::ip::make_address(options_.host));
      return;
    }
    bind_one(loop, asio::ip::address_v4::loopback());
    try {
      bind_one(loop, asio::ip::address_v6::loopback());
    } catch (const BindRefused& refused) {
      // A computer without IPv6 is served on IPv4 alone. Where another program has the port, browsers that prefer IPv6
      // would talk to that one.
      const bool no_ipv6 = refused.code() == asio::error::address_family_not_supported ||
                           refused.code() == boost::system::errc::address_not_available;
      if (!no_ipv6) throw;
    }
  }

  void bind_one(Loop& loop, const asio::ip::address& address) {
    const Tcp::endpoint endpoint(address, port_);
    auto acceptor = std::make_unique<Tcp::acceptor>(loop.context);
    ErrorCode refused;
    acceptor->open(endpoint.protocol(), refused);
    if (refused) throw BindRefused(refused);
    acceptor->set_option(Tcp::acceptor::reuse_address(true));
    if (options_.io_threads > 1) acceptor->set_option(ReusePort(true));
    if (address.is_v6()) acceptor->set_option(asio::ip::v6_only(address.is_loopback()));
    acceptor->bind(endpoint, refused);
    if (refused) throw BindRefused(refused);
    acceptor->listen(1024);
    if (port_ == 0) port_ = acceptor->local_endpoint().port();
    loop.acceptors.push_back(std::move(acceptor));
  }

  void accept_next(Loop& loop, Tcp::acceptor& acceptor) {
    acceptor.async_accept([this, &loop, &acceptor](ErrorCode error, Tcp::socket socket) {
      if (!acceptor.is_open() || error == asio::error::operation_aborted) return;
      if (error) {
        drop_one(*loop.connections);
        retry_later(loop, acceptor);  // out of descriptors: do not spin
        return;
      }
      accept_next(loop, acceptor);  // first, so that a connection that fails does not end the listening
      welcome(loop, std::move(socket));
    });
  }

  void retry_later(Loop& loop, Tcp::acceptor& acceptor) {
    auto timer = std::make_shared<asio::steady_timer>(loop.context, kRetryAccept);
    timer->async_wait([this, &loop, &acceptor, timer](ErrorCode) {
      if (acceptor.is_open()) accept_next(loop, acceptor);
    });
  }

  void welcome(Loop& loop, Tcp::socket socket) {
    Seat seat(shared_.connections);
    if (shared_.stopping || !make_room(*loop.connections, seat.number())) return;  // the socket closes
    ErrorCode ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    socket.set_option(UnsentLimit(kUnsentLimit), ignored);
    std::string peer = address_of(socket);
    const auto tls = current_tls();  // OpenSSL keeps it for as long as the connection lives
    AnyStream stream(tls ? make_tls_stream(std::move(socket), *tls) : make_plain_stream(std::move(socket)),
                     tls != nullptr);
    asio::co_spawn(loop.context, serve_http(loop.connections, std::move(stream), std::move(peer)),
                   [seat = std::move(seat)](const std::exception_ptr&) {});
  }

  std::shared_ptr<asio::ssl::context> current_tls() const {
    const std::lock_guard lock(tls_mutex_);
    return tls_;
  }

  /// For one more connection, the `number`th of all. Those who connect and say nothing must not keep others out.
  bool make_room(IoThread& connections, std::size_t number) const {
    const bool too_many = number > options_.max_connections;
    const bool too_many_silent =
        connections.half_open.size() >= std::max<std::size_t>(1, options_.max_half_open / loops_.size());
    const bool dropped = (too_many || too_many_silent) && drop_one(connections);
    return dropped || !too_many;
  }

  /// Whoever has waited longest without a whole request. False when nobody waits on this thread.
  static bool drop_one(IoThread& connections) {
    auto& line = connections.half_open.empty() ? connections.idle : connections.half_open;
    if (line.empty()) return false;
    line.front()->drop();
    return true;
  }

  /// Returns when nobody can connect any more.
  void close_acceptors() {
    for (auto& loop : loops_) {
      std::promise<void> closed;
      asio::post(loop->context, [&loop = *loop, &closed] {
        for (auto& acceptor : loop.acceptors) {
          ErrorCode ignored;
          acceptor->close(ignored);
        }
        closed.set_value();
      });
      closed.get_future().wait();
    }
  }

  void end_connections(bool hard) {
    for (auto& loop : loops_) {
      asio::post(loop->context, [&loop = *loop, hard] {
        for (auto& [key, end] : loop.connections->enders) end(hard);
      });
    }
  }

  void wait_for_end(std::chrono::steady_clock::time_point until) const {
    while (shared_.connections > 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(kPollEnd);
  }

  const ServerOptions options_;
  WorkerPool pool_;
  WorkerPool heavy_pool_;
  FairQueue heavy_;
  Shared shared_;
  mutable std::mutex tls_mutex_;
  std::shared_ptr<asio::ssl::context> tls_;  ///< none: plain
  std::vector<std::unique_ptr<Loop>> loops_;
  std::uint16_t port_ = 0;
  bool started_ = false;
  bool stopped_ = false;
};

void check_tls_files(const std::string& cert, const std::string& key) {
  asio::ssl::context tls(asio::ssl::context::tls_server);
  set_up_tls(tls, cert, key);
}

Server::Server(const ServerOptions& options, http::Application& application)
    : impl_(std::make_unique<Impl>(options, application)) {}
Server::~Server() = default;
void Server::start() {
  impl_->start();
}
std::uint16_t Server::port() const {
  return impl_->port();
}
std::size_t Server::connections() const {
  return impl_->connections();
}
std::size_t Server::waiting() const {
  return impl_->waiting();
}
void Server::reload_tls() {
  impl_->reload_tls();
}
void Server::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}

}  // namespace rapport::net
