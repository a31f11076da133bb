#pragma once
// Which noise each action of a batch is paired with in training.

#include "libfm/core/fields.hpp"

#include <string>
#include <vector>

namespace fm {

std::vector<std::string> coupling_names();

struct SinkhornOptions {
  double regularisation = 0.05;
  int iterations = 100;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("regularisation", regularisation, "weight of the plan's entropy, as a share of the mean cost", above(0.0));
    visit("iterations", iterations, "scalings of rows and columns", between(1, 100000));
  }
};

struct ConditionalTransportOptions {
  double condition_weight = 100.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(
        "condition_weight", condition_weight,
        "what a squared distance between normalised observations and goals costs, against one between noise and action",
        at_least(0.0));
  }
};

struct CouplingOptions {
  std::string name = "independent";
  SinkhornOptions sinkhorn;
  ConditionalTransportOptions conditional_optimal_transport;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "which noise each action of a batch is paired with", one_of(coupling_names()));
    visit("sinkhorn", sinkhorn, "options of `name: sinkhorn`");
    visit("conditional_optimal_transport", conditional_optimal_transport,
          "options of `name: conditional_optimal_transport`");
  }
};

}  // namespace fm
