#pragma once
// The options that make a policy what it is. They travel in its checkpoint.

#include "libfm/core/fields.hpp"
#include "libfm/policy_spec/policy_options.hpp"
#include "libfm/policy_spec/sampler_options.hpp"

#include <string>
#include <vector>

namespace fm {

std::vector<std::string> network_names();

struct MlpOptions {
  std::vector<int> hidden = {256, 256, 256};

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("hidden", hidden, "width of each hidden layer", between(1, 65536));
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
          "how time and condition steer the blocks: film scales and shifts, adaln does so after a layer norm and "
          "begins as "
          "the identity",
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
    visit("layers", layers, "layers of attention and perceptron", between(1, 1000));
    visit("heads", heads, "attention heads; they divide the width", between(1, 1024));
  }
};

struct GruOptions {
  int width = 128;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("width", width, "numbers in its state", between(1, 65536));
  }
};

struct NetworkOptions {
  std::string name = "mlp";
  MlpOptions mlp;
  ResidualMlpOptions residual_mlp;
  TransformerOptions transformer;
  GruOptions gru;
  int time_embedding = 64;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "the velocity network", one_of(network_names()));
    visit("mlp", mlp, "options of `name: mlp`, and of the perceptron behind a gru");
    visit("residual_mlp", residual_mlp, "options of `name: residual_mlp`");
    visit("transformer", transformer, "options of `name: transformer`");
    visit("gru", gru, "options of `name: gru`");
    visit("time_embedding", time_embedding,
          "features of the sinusoidal time embedding, sines and cosines together, an even number; 0: the network is "
          "not told "
          "the time, to see what that costs",
          between(0, 4096));
  }
};

}  // namespace fm
