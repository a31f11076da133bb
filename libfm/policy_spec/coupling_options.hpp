#pragma once
// How noise and actions of a training batch are paired.

#include "libfm/core/fields.hpp"
#include "libfm/core/named_table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// Names of the couplings; their table is in flow/coupling.cpp.
inline constexpr std::string_view coupling_kinds[] = {"independent", "optimal_transport", "sinkhorn",
                                                      "conditional_optimal_transport"};

struct SinkhornOptions {
  double regularisation = 0.05;
  int iterations = 100;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("regularisation", regularisation, "weight of the plan's entropy, relative to the mean cost", above(0.0));
    visit("iterations", iterations, "Sinkhorn iterations, each scaling rows and columns", between(1, 100000));
  }
};

struct ConditionalTransportOptions {
  double condition_weight = 100.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("condition_weight", condition_weight,
          "weight of the squared distance between conditions (normalised observations and goals), relative to that "
          "between noise and action",
          at_least(0.0));
  }
};

struct CouplingOptions {
  std::string name = "independent";
  SinkhornOptions sinkhorn;
  ConditionalTransportOptions conditional_optimal_transport;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "how noise and actions of a batch are paired", one_of(names_in(coupling_kinds)));
    visit("sinkhorn", sinkhorn, "options of `name: sinkhorn`");
    visit("conditional_optimal_transport", conditional_optimal_transport,
          "options of `name: conditional_optimal_transport`");
  }
};

}  // namespace fm
