#pragma once
// The options of flow matching that decide what is learned.

#include "libfm/flow_math/path.hpp"
#include "libfm/flow_math/prediction_target.hpp"
#include "libfm/flow_math/time_distribution.hpp"
#include "libfm/policy_spec/coupling_options.hpp"

#include <string>

namespace fm {

struct FlowOptions {
  PathOptions path;
  std::string target = "velocity";
  TimeDistributionOptions time;
  CouplingOptions coupling;
  double goal_drop = 0.1;
  std::string null_goal = "learned";

  template <class Visitor>
  void fields(Visitor& visit) {
    path.fields(visit);
    visit("target", target, "what the network predicts; sampling converts it to a velocity", one_of(target_names()));
    visit("time", time, "distribution of training times along the path");
    visit("coupling", coupling, "pairing of noise and actions");
    visit("goal_drop", goal_drop,
          "share of rows trained without their goal, which teaches the unconditional velocity that guidance needs",
          between(0.0, 1.0));
    visit(
        "null_goal", null_goal,
        "input in place of a missing goal; learned: a learned vector; separate: a second network without a goal input",
        one_of({"learned", "separate"}));
  }
};

}  // namespace fm
