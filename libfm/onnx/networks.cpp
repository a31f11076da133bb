#include "libfm/onnx/networks.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"

namespace fm {
namespace {

struct Row {
  const char* name;
  OnnxNetwork (*make)(const OnnxParts&);
};

constexpr Row table[] = {{"mlp", onnx_mlp},
                         {"residual_mlp", onnx_residual_mlp},
                         {"transformer", onnx_transformer},
                         {"unet", onnx_unet},
                         {"gru", onnx_gru}};
static_assert(has_rows_for(table, network_kinds));

}  // namespace

OnnxNetwork make_onnx_network(const OnnxParts& parts) {
  if (const Row* row = find_row(table, parts.options.name)) return row->make(parts);
  throw_input_error("network.name: '{}' is a network of another program, which ONNX export does not know (known: {})",
                    parts.options.name, fmt::join(names_in(table), ", "));
}

}  // namespace fm
