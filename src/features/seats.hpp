#pragma once
/// @file For what holds much memory at a time: as many seats as may have it in hand at once. Whoever finds none is
/// asked to come again, and nothing waits in a worker's place.
#include <semaphore>

#include "base/error.hpp"

namespace rapport {

using Seats = std::counting_semaphore<64>;

class Seat {
 public:
  explicit Seat(Seats& seats) : seats_(seats), has_(seats.try_acquire()) {}
  ~Seat() {
    if (has_) seats_.release();
  }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  /// Error: "overloaded" when there was none.
  Result<void> check() const {
    if (has_) return {};
    return fail({ErrorKind::overloaded,
                 "overloaded",
                 "The server has too many files in hand just now. Nothing was done; please try again.",
                 {},
                 1});
  }

 private:
  Seats& seats_;
  bool has_;
};

}  // namespace rapport
