#pragma once
// The options that make a policy what it is. They travel in its checkpoint.

#include "libfm/core/fields.hpp"
#include "libfm/model/policy_options.hpp"
#include "libfm/model/sampler_options.hpp"

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

struct NetworkOptions {
  std::string name = "mlp";
  MlpOptions mlp;
  int time_embedding = 64;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "the velocity network", one_of(network_names()));
    visit("mlp", mlp, "options of `name: mlp`");
    visit("time_embedding", time_embedding, "features of the sinusoidal time embedding, sines and cosines together",
          between(2, 4096));
  }
};

}  // namespace fm
