// The table of velocity networks, by name.

#include "libfm/core/error.hpp"
#include "libfm/nn/gru_velocity_net.hpp"
#include "libfm/nn/mlp_velocity_net.hpp"
#include "libfm/nn/residual_velocity_net.hpp"
#include "libfm/nn/transformer_velocity_net.hpp"

namespace fm {
namespace {

struct Row {
  const char* name;
  std::shared_ptr<VelocityNet> (*make)(const NetworkOptions&, const NetworkSizes&, const RandomStream&);
};

template <class Net>
std::shared_ptr<VelocityNet> make(const NetworkOptions& options, const NetworkSizes& sizes, const RandomStream& init) {
  return std::make_shared<Net>(options, sizes, init);
}

constexpr Row table[] = {
    {"mlp", make<MlpVelocityNet>},
    {"residual_mlp", make<ResidualVelocityNet>},
    {"transformer", make<TransformerVelocityNet>},
    {"gru", make<GruVelocityNet>},
};

}  // namespace

std::shared_ptr<VelocityNet> make_velocity_net(const NetworkOptions& options, const NetworkSizes& sizes,
                                               const RandomStream& init) {
  for (const Row& row : table) {
    if (options.name == row.name) return row.make(options, sizes, init);
  }
  throw_input_error("network.name: no network '{}'", options.name);
}

}  // namespace fm
