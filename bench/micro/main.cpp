// All small benchmarks in one program; --benchmark_filter picks some.
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
