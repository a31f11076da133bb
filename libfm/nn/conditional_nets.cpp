// The table of networks by name, and their common input checks.

#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/nn/gru_net.hpp"
#include "libfm/nn/mlp_net.hpp"
#include "libfm/nn/parameter_count.hpp"
#include "libfm/nn/residual_net.hpp"
#include "libfm/nn/transformer_net.hpp"
#include "libfm/nn/unet_net.hpp"

#include <c10/util/accumulate.h>

#include <stdexcept>

namespace fm {
namespace {

struct Row {
  const char* name;
  std::shared_ptr<ConditionalNet> (*make)(const NetworkOptions&, const NetworkSizes&, const RandomStream&);
  bool takes_committed = false;  ///< whether it supports NetworkSizes::committed
};

template <class Net>
std::shared_ptr<ConditionalNet> make(const NetworkOptions& options, const NetworkSizes& sizes,
                                     const RandomStream& init) {
  return std::make_shared<Net>(options, sizes, init);
}

constexpr Row table[] = {
    {"mlp", make<MlpNet>, true},
    {"residual_mlp", make<ResidualNet>, true},
    {"transformer", make<TransformerNet>, true},
    {"unet", make<UnetNet>, true},
    {"gru", make<GruNet>, true},
};
static_assert(has_rows_for(table, network_kinds));

void check_committed(const NetworkOptions& options) {
  if (options.time_embedding == 0) {
    throw_input_error(
        "network.time_embedding: 0 leaves no input that tells which actions are given; set it above 0, or "
        "policy.horizon.largest_delay: 0");
  }
  const Row* row = find_row(table, options.name);
  if (row != nullptr && row->takes_committed) return;
  std::vector<std::string> others;
  for (const Row& other : table) {
    if (other.takes_committed) others.emplace_back(other.name);
  }
  throw_input_error("policy.horizon.largest_delay: network '{}' cannot be told which actions are given ({} can); set 0",
                    options.name, fmt::join(others, ", "));
}

}  // namespace

at::Tensor ConditionalNet::forward(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  if (sizes_) check(z, times, condition);
  evaluations_.fetch_add(1, std::memory_order_relaxed);
  return output(z, times, condition);
}

void ConditionalNet::check(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  const NetworkSizes& s = *sizes_;
  const auto require = [](const char* what, const at::Tensor& tensor, std::vector<std::int64_t> shape) {
    const at::IntArrayRef row(shape);
    if (tensor.defined() ? tensor.sizes().slice(1) == row : c10::multiply_integers(row) == 0) return;
    throw std::invalid_argument(fmt::format("network: {} must be (N, {})", what, fmt::join(shape, ", ")));
  };
  require("z", z, {s.action_horizon, s.actions});
  require("times", times, {s.times});
  require("observations", condition.observations, {s.observation_history, s.observations});
}

std::shared_ptr<ConditionalNet> make_network(const NetworkOptions& options, const NetworkSizes& sizes,
                                             const RandomStream& init) {
  check_options(options, "network");
  if (sizes.committed) check_committed(options);
  const Registry::Entries& added = Registry::current().of(Registry::Kind::network);
  if (const auto found = added.find(options.name); found != added.end()) {
    return std::any_cast<const RegisteredNetwork&>(found->second.make)(options.registered.at(options.name), options,
                                                                       sizes, init);
  }
  constexpr double bytes = 4.0;  // of a parameter
  const double count = parameter_count(options, sizes), memory = physical_memory();
  if (count * bytes > memory) {
    throw_input_error("network: would have {:.3g} parameters, {:.0f} GB, but this machine has {:.0f} GB of memory",
                      count, count * bytes / 1e9, memory / 1e9);
  }
  if (const Row* row = find_row(table, options.name)) return row->make(options, sizes, init);
  throw_input_error("network.name: no network '{}'", options.name);
}

}  // namespace fm
