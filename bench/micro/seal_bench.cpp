// Every message is sealed once on its way in and opened once for the author's answer.
#include <benchmark/benchmark.h>

#include "access/seal.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"

namespace rapport {
namespace {

void seal_text(benchmark::State& state) {
  access::ensure_crypto();
  const auto key = access::SealKey::random();
  const auto id = MessageId::make(SystemClock().now());
  const std::string text(static_cast<std::size_t>(state.range(0)), 'a');
  for (auto _ : state) benchmark::DoNotOptimize(access::seal(key, id.bytes(), text));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(seal_text)->Arg(200)->Arg(4096);

void unseal_text(benchmark::State& state) {
  access::ensure_crypto();
  const auto key = access::SealKey::random();
  const auto id = MessageId::make(SystemClock().now());
  const auto sealed = access::seal(key, id.bytes(), std::string(static_cast<std::size_t>(state.range(0)), 'a'));
  for (auto _ : state) benchmark::DoNotOptimize(access::unseal(key, id.bytes(), sealed));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(unseal_text)->Arg(200)->Arg(4096);

}  // namespace
}  // namespace rapport
