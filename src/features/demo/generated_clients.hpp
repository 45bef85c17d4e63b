#pragma once
/// @file Clients beyond the written ones, for trying a practice of any size.
#include <random>

#include "features/demo/written_practice.hpp"

namespace rapport::demo {

/// The same stock and seed give the same clients in the same order, on every platform: the standard's distributions
/// are not used, because each library has its own.
class GeneratedClients {
 public:
  /// `stock` must outlive this, and none of its lists may be empty.
  GeneratedClients(const Stock& stock, std::uint64_t seed) : stock_(stock), random_(seed) {}

  /// `number` makes the log-in unlike all others.
  WrittenClient next(std::int64_t number, std::string therapist);

 private:
  /// 0 to below `end`.
  std::int64_t below(std::int64_t end);
  template <class T>
  const T& one_of(const std::vector<T>& many);
  WrittenRoom chat();
  void talk(WrittenRoom& room, const std::vector<MessageText>& lines, std::size_t count, std::int64_t ended);

  const Stock& stock_;
  std::mt19937_64 random_;
};

}  // namespace rapport::demo
