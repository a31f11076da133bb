#pragma once
// The noise levels of a denoising diffusion (Ho et al. 2020), with the cosine schedule of Nichol and Dhariwal (2021):
//
//   x_k = sqrt(a_k) x + sqrt(1 - a_k) e,   a_k = cos^2 ((k / K + s) / (1 + s) pi / 2) / cos^2 (s / (1 + s) pi / 2),
//
// s = 0.008, k = 0 ... K, with ratios a_k / a_{k-1} of at least 0.001.

#include <vector>

namespace fm {

class NoiseLevels {
 public:
  /// @param count K
  explicit NoiseLevels(int count);

  int count() const { return static_cast<int>(signal_.size()) - 1; }

  /// a_k, decreasing from a_0 = 1.
  double signal(int k) const { return signal_[static_cast<std::size_t>(k)]; }

  /// The network's time input at level k.
  double time(int k) const { return static_cast<double>(k) / count(); }

  /// steps + 1 levels from K down to 0, evenly spaced; all of them where there are fewer than `steps`.
  std::vector<int> visited(int steps) const;

 private:
  std::vector<double> signal_;
};

}  // namespace fm
