// The table of the engine's networks, by name.

#include "libfm/realtime/mlp.hpp"
#include "libfm/realtime/residual_mlp.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"

namespace fm {
namespace {

using Maker = std::unique_ptr<RealtimeNetwork> (*)(const NetworkOptions&, const NetworkShape&,
                                                   const std::vector<Times>&, const CheckpointWeights&, Precision,
                                                   const Kernels&);

template <class Network>
std::unique_ptr<RealtimeNetwork> make(const NetworkOptions& options, const NetworkShape& shape,
                                      const std::vector<Times>& times, const CheckpointWeights& weights,
                                      Precision precision, const Kernels& kernels) {
  return std::make_unique<Network>(options, shape, times, weights, precision, kernels);
}

struct Row {
  const char* name;
  Maker make;
};

constexpr Row table[] = {{"mlp", make<RealtimeMlp>}, {"residual_mlp", make<RealtimeResidualMlp>}};

const Row& row_of(const NetworkOptions& options) {
  if (const Row* row = find_row(table, options.name)) return *row;
  throw_input_error(
      "network.name: the realtime engine does not support '{}' (supported: {}); use sampler.engine: libtorch",
      options.name, fmt::join(names_in(table), ", "));
}

/// Limits the memory for what is tabulated or stored per evaluation of a sample.
void check_memory(const NetworkOptions& options, std::size_t evaluations) {
  constexpr double max_numbers = 1 << 28;
  const auto& [width, blocks, conditioning] = options.residual_mlp;
  const std::vector<int>& hidden = options.mlp.hidden;
  const double each =
      options.name == "mlp" ? (hidden.empty() ? 1.0 : hidden.front()) : (1.0 + 3.0 * blocks) * padded(width);
  if (each * static_cast<double>(evaluations) <= max_numbers) return;
  throw_input_error(
      "sampler.steps: {} evaluations of this network need more than 1 GiB in the realtime engine; use fewer, or "
      "sampler.engine: libtorch",
      evaluations);
}

}  // namespace

void check_realtime_network(const NetworkOptions& options) { row_of(options); }

std::unique_ptr<RealtimeNetwork> make_realtime_network(const NetworkOptions& options, const NetworkShape& shape,
                                                       const std::vector<Times>& times,
                                                       const CheckpointWeights& weights, Precision precision,
                                                       const Kernels& kernels) {
  check_memory(options, times.size());
  return row_of(options).make(options, shape, times, weights, precision, kernels);
}

}  // namespace fm
