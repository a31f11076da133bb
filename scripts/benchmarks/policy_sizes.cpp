#include "scripts/benchmarks/policy_sizes.hpp"

#include <fmt/format.h>

namespace fm::bench {
namespace {

std::vector<Dimension> dimensions(const char* name, int count) {
  std::vector<Dimension> result;
  for (int i = 0; i < count; ++i) result.push_back({fmt::format("{}_{}", name, i), "", -10.0, 10.0});
  return result;
}

Normalisation identity(int size) {
  const auto n = static_cast<std::size_t>(size);
  return {.offset = std::vector<double>(n, 0.0), .scale = std::vector<double>(n, 1.0)};
}

}  // namespace

PolicyDescription describe(const PolicySizes& sizes) {
  PolicyDescription d;
  d.spec = {.name = "benchmark",
            .observations = dimensions("observation", sizes.observations),
            .actions = dimensions("action", sizes.actions),
            .goals = {},
            .states = {},
            .time_step = 0.001,
            .horizon = 1000};
  d.network.mlp.hidden.assign(static_cast<std::size_t>(sizes.layers), sizes.width);
  d.sampler = {.solver = "euler", .steps = 10};
  d.observations = identity(sizes.observations);
  d.actions = identity(sizes.actions);
  return d;
}

Matrix normal_matrix(int rows, int columns) {
  Matrix values(rows, columns);
  const RandomStream stream(0, "benchmark");
  for (int i = 0; i < rows; ++i) {
    Draws draws = stream.at(0, static_cast<std::uint32_t>(i));
    for (int j = 0; j < columns; ++j) values(i, j) = static_cast<float>(draws.normal());
  }
  return values;
}

}  // namespace fm::bench
