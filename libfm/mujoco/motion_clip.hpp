#pragma once
// Motion-capture clips in the text format of DeepMimic (Peng et al. 2018), which pybullet ships: JSON with `Loop` ("wrap" or
// "none") and `Frames`, each of 44 numbers: duration in s, position of the pelvis in m, then a rotation for each joint of
// a humanoid, as a quaternion w, x, y, z or, for knees and elbows, as an angle in rad. There y points up and x forwards;
// here z is up.

#include <Eigen/Geometry>

#include <array>
#include <filesystem>
#include <vector>

namespace fm {

/// The parts of the captured skeleton. At rest it stands upright, facing x, with hanging arms, and all frames of
/// reference are those of the world.
enum class BodyPart {
  pelvis,
  chest,
  head,
  right_thigh,
  right_shin,
  right_foot,
  right_upper_arm,
  right_forearm,
  left_thigh,
  left_shin,
  left_foot,
  left_upper_arm,
  left_forearm,
};
inline constexpr std::size_t body_parts = 13;

/// The length of the captured skeleton's leg from hip to ankle, m, which tells its size.
inline constexpr double captured_leg = 0.421546 + 0.409870;

struct ClipPose {
  Eigen::Vector3d pelvis;                                   ///< the point between the hips, m, z up
  std::array<Eigen::Quaterniond, body_parts> orientations;  ///< in the world, unit length

  const Eigen::Quaterniond& of(BodyPart part) const { return orientations[static_cast<std::size_t>(part)]; }
};

struct MotionClip {
  struct Frame {
    double time;                                        ///< s, from the first frame
    Eigen::Vector3d pelvis;                             ///< m, z up
    std::array<Eigen::Quaterniond, body_parts> joints;  ///< the rotation of each part against the part it hangs on
  };

  bool loops = false;         ///< the last frame is the first one of the next cycle, displaced, or close to it
  std::vector<Frame> frames;  ///< two or more

  double duration() const { return frames.back().time; }
  /// The pose at a time within the clip: positions between frames are linear, joints turn at constant speed.
  ClipPose at(double time) const;
};

/// @throws InputError for a file that is no such clip, with the frame at fault
MotionClip read_motion_clip(const std::filesystem::path& path);

}  // namespace fm
