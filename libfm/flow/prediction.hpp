#pragma once
// What a network predicts along a path, for batches of tensors: its regression target, and the velocity and the path's
// ends that follow from its output (flow_math/conversion.hpp).

#include "libfm/flow/path.hpp"
#include "libfm/flow_math/conversion.hpp"
#include "libfm/policy_spec/flow_options.hpp"

namespace fm {

/// The expected ends of a path given a point on it: E[x1 | z] and E[z0 | z], shaped as z.
struct PathEnds {
  at::Tensor x1;
  at::Tensor z0;
};

class Prediction {
 public:
  /// @throws InputError for an unknown path or target.
  explicit Prediction(const FlowOptions& options);

  /// The times at which the conversions are finite.
  const TimeInterval& interval() const { return interval_; }
  const PathOptions& path() const { return options_; }

  /// Whether the network's output at z is the velocity, so that no conversion is needed.
  bool is_velocity() const { return target_ == Target::velocity && !scales_input_; }

  /// Whether the network's input is z and its output the target, both without scaling.
  bool is_unscaled() const { return target_ != Target::score && !scales_input_; }

  Target target_kind() const { return target_; }

  PathPoint<at::Tensor> at(const at::Tensor& times) const { return path_(times); }

  /// The regression target of scaled_output(output), shaped as x1.
  at::Tensor target(const PathPoint<at::Tensor>& point, const at::Tensor& x1, const at::Tensor& z0) const;

  /// (N, 4), c with z = c0 x1 + c1 z0 on the path and target = c2 x1 + c3 z0; for unscaled predictions.
  at::Tensor coefficients(const at::Tensor& times) const;

  /// The network's output in the scale of the regression target.
  at::Tensor scaled_output(const PathPoint<at::Tensor>& point, const at::Tensor& output) const;

  /// The network's input: z, divided by sqrt(alpha^2 + sigma^2) on paths where that exceeds 1.
  at::Tensor network_input(const PathPoint<at::Tensor>& point, const at::Tensor& z) const;

  at::Tensor velocity(const PathPoint<at::Tensor>& point, const at::Tensor& output, const at::Tensor& z) const;
  PathEnds ends(const PathPoint<at::Tensor>& point, const at::Tensor& output, const at::Tensor& z) const;

 private:
  PathOptions options_;
  Path path_;
  Target target_;
  TimeInterval interval_;
  bool scales_input_;  ///< the variance of z exceeds 1
};

}  // namespace fm
