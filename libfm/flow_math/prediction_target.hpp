#pragma once
// What a network is trained to predict along a path. Each determines the others, wherever the path's numbers let it.

#include "libfm/flow_math/path.hpp"

#include <string>
#include <vector>

namespace fm {

/// velocity: v = alpha' x1 + sigma' z0; data: x1; noise: z0; score: grad log p_t(z), whose regression target is
/// -z0 / sigma (Vincent 2011).
enum class Target { velocity, data, noise, score };

std::vector<std::string> target_names();

/// @throws InputError for a name that is not one of them.
Target find_target(const std::string& name);

struct TimeInterval {
  double begin = 0.0;
  double end = 1.0;
};

/// The times on which a path and a target give a finite velocity, data, noise and score: [0, 1] but for a margin at an
/// end where a number that is divided by vanishes.
///
///   begin > 0  where alpha = 0 and the data is to be told from noise or score, or where the velocity stops telling
///              noise from data (alpha' = 0 as well). Sampling begins with sigma z0, which leaves out alpha(begin) x1.
///   end < 1    where sigma = 0 and noise is to be told from data or score, or sigma' is infinite. The last step is
///   then
///              taken in closed form, z = E[x1 | z(end)]; what that leaves out has variance at most
///              (sigma / alpha)^2 at `end`.
TimeInterval closed_interval(const PathOptions& path, Target target);

}  // namespace fm
