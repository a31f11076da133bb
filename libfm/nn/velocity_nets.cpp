// The table of velocity networks, by name.

#include "libfm/core/error.hpp"
#include "libfm/nn/mlp_velocity_net.hpp"

namespace fm {
namespace {

struct Row {
  const char* name;
  std::shared_ptr<VelocityNet> (*make)(const NetworkOptions&, const NetworkSizes&, const RandomStream&);
};

constexpr Row table[] = {
    {"mlp",
     [](const NetworkOptions& options, const NetworkSizes& sizes, const RandomStream& init)
         -> std::shared_ptr<VelocityNet> { return std::make_shared<MlpVelocityNet>(options, sizes, init); }},
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
