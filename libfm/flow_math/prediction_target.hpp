#pragma once
// What a network is trained to predict along a path. Each target determines the others wherever the path's
// coefficients allow it (conversion.hpp).

#include "libfm/flow_math/path.hpp"

#include <string>
#include <vector>

namespace fm {

/// velocity: v = alpha' x1 + sigma' z0; data: x1; noise: z0; score: grad log p_t(z), whose regression target is
/// -z0 / sigma (Vincent 2011).
enum class Target { velocity, data, noise, score };

std::vector<std::string> target_names();

/// @throws InputError for a name that is not in the table.
Target find_target(const std::string& name);

struct TimeInterval {
  double begin = 0.0;
  double end = 1.0;
};

/// The times at which velocity, data, noise and score are all finite for a path and a target: [0, 1] except for a
/// margin at an end where a divisor vanishes.
///
///   begin > 0  where alpha = 0 and the data must be recovered from noise or score, or where the velocity does not
///              determine the data (alpha' = 0 as well). Sampling starts from sigma z0, neglecting alpha(begin) x1.
///   end < 1    where sigma = 0 and the noise must be recovered from data or score, or where sigma' is infinite. The
///              last step is then taken in closed form, z = E[x1 | z(end)]; the neglected variance is at most
///              (sigma / alpha)^2 at `end`.
TimeInterval closed_interval(const PathOptions& path, Target target);

}  // namespace fm
