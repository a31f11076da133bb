#pragma once
// The options of networks; stored in checkpoints.

#include "libfm/core/fields.hpp"
#include "libfm/core/named_table.hpp"
#include "libfm/core/registry.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// Names of the networks; their table is in nn/conditional_nets.cpp.
inline constexpr std::string_view network_kinds[] = {"mlp", "residual_mlp", "transformer", "unet", "gru"};

/// Those and the ones that were registered (nn/conditional_net.hpp).
std::vector<std::string> network_names();

struct MlpOptions {
  std::vector<int> hidden = {256, 256, 256};

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("hidden", hidden, "width of each hidden layer", list_of(1, 1000, between(1, 65536)));
  }
};

struct ResidualMlpOptions {
  int width = 256;
  int blocks = 3;
  std::string conditioning = "adaln";

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("width", width, "width of the blocks", between(1, 65536));
    visit("blocks", blocks, "residual blocks", between(1, 1000));
    visit("conditioning", conditioning,
          "how time and condition modulate the blocks; film: scale and shift; adaln: scale and shift after a layer "
          "norm and a gate, initialised to the identity",
          one_of({"film", "adaln"}));
  }
};

struct TransformerOptions {
  int width = 128;
  int layers = 3;
  int heads = 4;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("width", width, "width of the tokens", between(1, 65536));
    visit("layers", layers, "transformer layers (attention and MLP)", between(1, 1000));
    visit("heads", heads, "attention heads; must divide the width", between(1, 1024));
  }
};

struct UnetOptions {
  std::vector<int> channels = {64, 128};
  int blocks = 2;
  int kernel = 5;
  int groups = 8;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("channels", channels,
          "channels of each level; each level after the first has half the length, rounded up, so that any "
          "policy.horizon.prediction is possible",
          list_of(1, 10, between(1, 65536)));
    visit("blocks", blocks, "residual blocks of each level, on the way down and again on the way up", between(1, 1000));
    visit("kernel", kernel, "actions that a convolution sees, an odd number", between(1, 999));
    visit("groups", groups, "groups of channels that are normalised together; must divide all channels",
          between(1, 65536));
  }
};

struct GruOptions {
  int width = 128;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("width", width, "size of the hidden state", between(1, 65536));
  }
};

struct NetworkOptions {
  std::string name = "mlp";
  MlpOptions mlp;
  ResidualMlpOptions residual_mlp;
  TransformerOptions transformer;
  UnetOptions unet;
  GruOptions gru;
  int time_embedding = 64;
  Registry::Options registered = Registry::current().options(Registry::Kind::network);

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "the velocity network", one_of(network_names()));
    visit("mlp", mlp, "options of `name: mlp`, and of the MLP that follows a gru");
    visit("residual_mlp", residual_mlp, "options of `name: residual_mlp`");
    visit("transformer", transformer, "options of `name: transformer`");
    visit("unet", unet, "options of `name: unet`, a temporal U-Net: convolutions along the action chunk");
    visit("gru", gru, "options of `name: gru`");
    visit("time_embedding", time_embedding,
          "features of the sinusoidal time embedding, sines and cosines together, an even number; 0: no time input, "
          "for ablations",
          even_between(0, 4096));
    for (auto& [added, options] : registered) visit(added.c_str(), options, "options of this program's own network");
  }
};

}  // namespace fm
