#pragma once
// What a network predicts along a path, and what follows from it. With z = alpha x1 + sigma z0 and
// v = alpha' x1 + sigma' z0, a prediction of one of v, x1, z0 or the score s = -z0 / sigma determines the others:
//
//   from v   x1 = (sigma' z - sigma v) / d,  z0 = (alpha v - alpha' z) / d,  d = alpha sigma' - alpha' sigma
//   from x1  z0 = (z - alpha x1) / sigma
//   from z0  x1 = (z - sigma z0) / alpha,    and s in the same way.

#include "libfm/flow/path.hpp"
#include "libfm/policy_spec/flow_options.hpp"

#include <utility>

namespace fm {

/// Both ends of a path, as they are expected from a point on it: E[x1 | z], E[z0 | z].
struct PathEnds {
  at::Tensor x1;
  at::Tensor z0;
};

class Prediction {
 public:
  explicit Prediction(const FlowOptions& options);

  /// Where the conversions are finite.
  const TimeInterval& interval() const { return interval_; }
  const PathOptions& path() const { return options_; }

  /// Whether the network's output at z is the velocity there, so that nothing needs converting.
  bool is_velocity() const { return target_ == Target::velocity && !grows_; }

  /// Whether z and the target are what target(point) says, as they stand: no score, no growth.
  bool is_linear() const { return target_ != Target::score && !grows_; }

  PathPoint<at::Tensor> at(const at::Tensor& times) const { return path_(times); }

  /// The regression target. A score is learned as the noise it stands for, sigma s against -z0, which is denoising
  /// score matching with the weight sigma^2 (Song and Ermon 2019): its own scale 1 / sigma has no bound.
  at::Tensor target(const PathPoint<at::Tensor>& point, const at::Tensor& x1, const at::Tensor& z0) const;

  /// The same as coefficients of x1 and z0, where is_linear().
  std::pair<double, double> target(const PathPoint<double>& point) const;

  /// The network's output in the scale of the target.
  at::Tensor comparable(const PathPoint<at::Tensor>& point, const at::Tensor& output) const;

  /// z as the network sees it: divided by sqrt(alpha^2 + sigma^2) where that grows beyond 1.
  at::Tensor network_input(const PathPoint<at::Tensor>& point, const at::Tensor& z) const;

  at::Tensor velocity(const PathPoint<at::Tensor>& point, const at::Tensor& output, const at::Tensor& z) const;
  PathEnds ends(const PathPoint<at::Tensor>& point, const at::Tensor& output, const at::Tensor& z) const;

 private:
  PathOptions options_;
  Path path_;
  Target target_;
  TimeInterval interval_;
  bool grows_;  ///< z grows beyond unit variance
};

}  // namespace fm
