// Loads a server on this computer and says what it did. It refuses any other address. It is one thread on epoll with
// a WebSocket client of its own, because on two cores the instrument must leave the server nearly all of them; its own
// processor time is part of the report, so that this can be checked.
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "measurement.hpp"

namespace rapport::load {
namespace {

/// One for each connection here and, inherited, one in the server.
void allow_many_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t kWanted = 60'000;
  const rlimit wanted{kWanted, std::max<rlim_t>(kWanted, limit.rlim_max)};
  if (::setrlimit(RLIMIT_NOFILE, &wanted) == 0) return;
  limit.rlim_cur = limit.rlim_max;  // as far as one may without being root
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Options& options) {
  ::signal(SIGPIPE, SIG_IGN);  // a server that goes away is told as an error
  allow_many_descriptors();
  const auto report = Measurement(options).run();
  if (options.json) {
    fmt::print("{}\n", to_json(report));
  } else {
    print_tables(report);
  }
  return 0;
}

}  // namespace
}  // namespace rapport::load

int main(int count, char** values) {
  using namespace rapport::load;
  try {
    return run(read_options(count, values));
  } catch (const std::invalid_argument& mistake) {
    fmt::print(stderr, "rapport_load: {}\n\n{}", mistake.what(), usage());
    return 2;
  } catch (const std::exception& failure) {
    fmt::print(stderr, "rapport_load: {}\n", failure.what());
    return 1;
  }
}
