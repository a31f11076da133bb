// The table of the engine's networks, by name.

#include "libfm/realtime/mlp.hpp"
#include "libfm/realtime/residual_mlp.hpp"

#include "libfm/core/error.hpp"

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
  for (const Row& row : table) {
    if (options.name == row.name) return row;
  }
  throw_input_error(
      "network.name: the realtime engine does not run '{}' (it runs mlp, residual_mlp); take sampler.engine: libtorch",
      options.name);
}

}  // namespace

void check_realtime_network(const NetworkOptions& options) { row_of(options); }

std::unique_ptr<RealtimeNetwork> make_realtime_network(const NetworkOptions& options, const NetworkShape& shape,
                                                       const std::vector<Times>& times,
                                                       const CheckpointWeights& weights, Precision precision,
                                                       const Kernels& kernels) {
  return row_of(options).make(options, shape, times, weights, precision, kernels);
}

}  // namespace fm
