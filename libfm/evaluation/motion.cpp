#include "libfm/evaluation/motion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

constexpr double most_frames_a_second = 50.0;

const char* name_of(Shape::Kind kind) {
  switch (kind) {
    case Shape::Kind::sphere:
      return "sphere";
    case Shape::Kind::capsule:
      return "capsule";
    case Shape::Kind::cylinder:
      return "cylinder";
    case Shape::Kind::box:
      return "box";
    case Shape::Kind::ellipsoid:
      return "ellipsoid";
    case Shape::Kind::plane:
      return "plane";
  }
  return "";
}

/// The first of the recorded episodes with the lowest return.
std::size_t hardest(const std::vector<Episode>& episodes, std::size_t recorded) {
  std::vector<double> returns = returns_of(episodes);
  returns.resize(recorded);
  return static_cast<std::size_t>(std::ranges::min_element(returns) - returns.begin());
}

/// Position and quaternion of each shape (F, M, 7) in every `stride`-th state.
void write_poses(Hdf5Writer& out, const std::string& path, VectorEnv& env, const Matrix& states, int stride) {
  std::vector<float> values;
  std::uint64_t frames = 0, shapes = 0;
  for (Eigen::Index t = 0; t < states.rows(); t += stride, ++frames) {
    env.set_states(std::vector{0}, states.row(t));
    const std::vector<Pose> poses = env.poses(0);
    shapes = poses.size();
    for (const Pose& pose : poses) {
      values.insert(values.end(), pose.position.begin(), pose.position.end());
      values.insert(values.end(), pose.orientation.begin(), pose.orientation.end());
    }
  }
  out.array(path, {frames, shapes, 7}, std::span<const float>(values));
}

/// The goal (F, G) of every `stride`-th state.
void write_goals(Hdf5Writer& out, const Matrix& goals, int stride) {
  const Matrix shown = goals(Eigen::seq(0, Eigen::last, stride), Eigen::all);
  out.array("/motion/goals", {static_cast<std::uint64_t>(shown.rows()), static_cast<std::uint64_t>(shown.cols())},
            std::span<const double>(shown.data(), static_cast<std::size_t>(shown.size())));
}

}  // namespace

void write_motion(Hdf5Writer& out, const EnvFactory& factory, const Evaluation& evaluation) {
  const std::unique_ptr<VectorEnv> env = factory.make(1);
  const std::vector<Shape> shapes = env->shapes();
  const std::vector<Episode>& expert = evaluation.expert_episodes;
  const std::vector<Episode>& first = expert.empty() ? evaluation.policy_episodes : expert;
  if (shapes.empty() || first.empty()) return;
  std::vector<std::string> kinds;
  Matrix sizes(shapes.size(), 3), colours(shapes.size(), 3);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    kinds.emplace_back(name_of(shapes[i].kind));
    for (Eigen::Index j = 0; j < 3; ++j) {
      sizes(static_cast<Eigen::Index>(i), j) = shapes[i].size[static_cast<std::size_t>(j)];
      colours(static_cast<Eigen::Index>(i), j) = shapes[i].colour[static_cast<std::size_t>(j)];
    }
  }
  const EnvSpec& spec = env->spec();
  const int stride = std::max(1, static_cast<int>(std::ceil(1.0 / (most_frames_a_second * spec.time_step) - 1e-9)));
  const std::size_t recorded = std::min(first.size(), static_cast<std::size_t>(shown_episodes(spec)));
  const std::size_t shown = hardest(first, recorded);
  out.group("/motion");
  out.attribute("/motion", "kinds", fmt::format("{}", fmt::join(kinds, "\n")));
  out.attribute("/motion", "episode", static_cast<std::uint64_t>(shown));
  out.attribute("/motion", "frame_time", stride * spec.time_step);
  const std::vector<std::uint64_t> shape = {shapes.size(), 3};
  out.array("/motion/sizes", shape, std::span<const double>(sizes.data(), static_cast<std::size_t>(sizes.size())));
  out.array("/motion/colours", shape,
            std::span<const double>(colours.data(), static_cast<std::size_t>(colours.size())));
  const Matrix* goals = nullptr;  // of the longer episode
  for (const auto& [name, episodes] :
       {std::pair("/motion/expert", &expert), std::pair("/motion/policy", &evaluation.policy_episodes)}) {
    if (episodes->empty()) continue;
    const Episode& episode = (*episodes)[shown];
    write_poses(out, name, *env, episode.states, stride);
    if (goals == nullptr || episode.goals.rows() > goals->rows()) goals = &episode.goals;
  }
  if (!spec.goals.empty()) write_goals(out, *goals, stride);
}

}  // namespace fm
