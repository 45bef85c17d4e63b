#pragma once
/// @file The server as a child process on a practice of its own, and what /proc says of a process.
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "certificate.hpp"
#include "loopback.hpp"
#include "options.hpp"

namespace rapport::load {

/// User and system time of a process since its start, also of children that it has waited for.
double cpu_seconds_of(pid_t process);
/// Resident memory.
std::size_t rss_kib_of(pid_t process);
/// The same as cpu_seconds_of, of a process and its direct children: PostgreSQL's server and its backends.
double cpu_seconds_with_children(pid_t process);
/// What all processors have spent on anybody, since the computer started.
double cpu_seconds_of_computer();
/// The server behind a PostgreSQL URL, when it runs on this computer and may be asked.
std::optional<pid_t> postgres_process(const std::string& url);

/// A folder that is gone again afterwards.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& where);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

/// What `rapport demo --json` prints for the practice it makes in `folder`.
std::string make_demo_practice(const Options& options, const std::string& folder, std::size_t clients);

class ServerProcess {
 public:
  /// Starts it and waits for the first 200 of /healthz. Throws std::runtime_error with the end of its output.
  /// `certificate`: it speaks TLS.
  ServerProcess(const Options& options, const std::string& folder,
                const std::optional<CertificateFiles>& certificate = std::nullopt);
  /// Asks it to stop, and ends it when it has not after ten seconds.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const Loopback& address() const { return address_; }
  pid_t process() const { return process_; }
  double start_milliseconds() const { return start_milliseconds_; }
  std::size_t start_rss_kib() const { return start_rss_kib_; }

 private:
  void wait_until_ready();

  Loopback address_;
  std::string log_;
  pid_t process_ = -1;
  double start_milliseconds_ = 0;
  std::size_t start_rss_kib_ = 0;
};

}  // namespace rapport::load
