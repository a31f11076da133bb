#pragma once
// The options that make a policy what it is. They travel in its checkpoint.

#include "libfm/core/fields.hpp"
#include "libfm/model/butcher_tableau.hpp"
#include "libfm/model/normalisation.hpp"
#include "libfm/model/path.hpp"

#include <string>
#include <vector>

namespace fm {

std::vector<std::string> policy_names();
std::vector<std::string> network_names();

struct FlowOptions {
  std::string path = "linear";

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("path", path, "the probability path from noise to action", one_of(path_names()));
  }
};

struct PolicyOptions {
  std::string name = "flow";
  FlowOptions flow;
  std::string normaliser = "min_max";

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "what is learned", one_of(policy_names()));
    visit("flow", flow, "options of `name: flow`");
    visit("normaliser", normaliser, "how observations and actions are scaled for the network",
          one_of(normaliser_names()));
  }
};

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

struct SamplerOptions {
  std::string solver = "euler";
  int steps = 20;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("solver", solver, "the Runge-Kutta method that carries noise to action", one_of(solver_names()));
    visit("steps", steps, "its number of steps", between(1, 10000));
  }
};

}  // namespace fm
