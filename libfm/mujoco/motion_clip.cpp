#include "libfm/mujoco/motion_clip.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace fm {
namespace {

constexpr std::size_t numbers_per_frame = 44;
constexpr std::size_t largest_file = std::size_t{1} << 26;
constexpr double largest_number = 1000.0;
constexpr double longest = 600.0;            ///< s
constexpr double smallest_quaternion = 0.1;  ///< norm: captures are not normalised, by up to 0.42

struct Part {
  BodyPart part;
  BodyPart parent;
  bool is_hinge;  ///< one angle about the clip's z axis instead of a quaternion
};

/// In the order of a frame's numbers, parents first.
constexpr std::array<Part, body_parts> skeleton{{
    {BodyPart::pelvis, BodyPart::pelvis, false},
    {BodyPart::chest, BodyPart::pelvis, false},
    {BodyPart::head, BodyPart::chest, false},
    {BodyPart::right_thigh, BodyPart::pelvis, false},
    {BodyPart::right_shin, BodyPart::right_thigh, true},
    {BodyPart::right_foot, BodyPart::right_shin, false},
    {BodyPart::right_upper_arm, BodyPart::chest, false},
    {BodyPart::right_forearm, BodyPart::right_upper_arm, true},
    {BodyPart::left_thigh, BodyPart::pelvis, false},
    {BodyPart::left_shin, BodyPart::left_thigh, true},
    {BodyPart::left_foot, BodyPart::left_shin, false},
    {BodyPart::left_upper_arm, BodyPart::chest, false},
    {BodyPart::left_forearm, BodyPart::left_upper_arm, true},
}};

/// A vector of the clip, with y up, in the world, with z up.
Eigen::Vector3d z_up(const Eigen::Vector3d& v) { return {v.x(), -v.z(), v.y()}; }

class FrameReader {
 public:
  FrameReader(const std::vector<double>& numbers) : numbers_(numbers) {}
  double number() { return numbers_[next_++]; }
  Eigen::Vector3d vector() {
    const double x = number(), y = number(), z = number();
    return z_up({x, y, z});
  }
  Eigen::Quaterniond rotation(bool is_hinge) {
    if (is_hinge) return Eigen::Quaterniond(Eigen::AngleAxisd(number(), z_up(Eigen::Vector3d::UnitZ())));
    Eigen::Quaterniond q;
    q.w() = number();
    q.vec() = vector();
    return q;
  }

 private:
  const std::vector<double>& numbers_;
  std::size_t next_ = 0;
};

}  // namespace

ClipPose MotionClip::at(double time) const {
  const auto after = std::ranges::lower_bound(frames, time, {}, &Frame::time);
  const Frame& b = after == frames.end() ? frames.back() : *after;
  const Frame& a = after == frames.begin() ? b : *std::prev(after);
  const double share = b.time > a.time ? std::clamp((time - a.time) / (b.time - a.time), 0.0, 1.0) : 0.0;
  ClipPose pose{.pelvis = a.pelvis + share * (b.pelvis - a.pelvis), .orientations = {}};
  for (const Part& part : skeleton) {
    const auto i = static_cast<std::size_t>(part.part);
    const Eigen::Quaterniond joint = a.joints[i].slerp(share, b.joints[i]);
    pose.orientations[i] = part.part == part.parent ? joint : pose.of(part.parent) * joint;
  }
  return pose;
}

MotionClip read_motion_clip(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) throw_input_error("the motion clip '{}' is no file", path.string());
  const nlohmann::json json = nlohmann::json::parse(read_file(path, largest_file), nullptr, /*allow_exceptions=*/false);
  const auto loop = json.is_object() ? json.find("Loop") : json.end();
  const auto frames = json.is_object() ? json.find("Frames") : json.end();
  if (loop == json.end() || frames == json.end() || !frames->is_array() || (*loop != "wrap" && *loop != "none")) {
    throw_input_error("'{}' is no motion clip: it must be JSON with `Loop`, \"wrap\" or \"none\", and a list `Frames`",
                      path.string());
  }
  MotionClip clip{.loops = *loop == "wrap", .frames = {}};
  double time = 0.0;
  for (const nlohmann::json& numbers : *frames) {
    const auto refuse = [&](const std::string& why) {
      throw_input_error("'{}', frame {}: {}", path.string(), clip.frames.size() + 1, why);
    };
    const bool are_numbers =
        numbers.is_array() && std::ranges::all_of(numbers, [](const auto& n) { return n.is_number(); });
    if (!are_numbers || numbers.size() != numbers_per_frame) {
      refuse(fmt::format("must be a list of {} numbers", numbers_per_frame));
    }
    const auto values = numbers.get<std::vector<double>>();
    if (std::ranges::any_of(values, [](double x) { return std::abs(x) > largest_number; })) {
      refuse(fmt::format("a number is larger than {}", largest_number));
    }
    FrameReader next(values);
    const double duration = next.number();
    const bool is_last = clip.frames.size() + 1 == frames->size();
    if (!(duration > 0.0) && !is_last) refuse("the duration, its first number, must be above 0");
    if (time > longest) refuse(fmt::format("the clip is longer than {} s; durations are in seconds", longest));
    MotionClip::Frame frame{.time = time, .pelvis = next.vector(), .joints = {}};
    for (const Part& part : skeleton) {
      Eigen::Quaterniond& joint = frame.joints[static_cast<std::size_t>(part.part)];
      joint = next.rotation(part.is_hinge);
      if (joint.norm() < smallest_quaternion) refuse("a quaternion is close to 0");
      joint.normalize();
    }
    clip.frames.push_back(frame);
    time += duration;
  }
  if (clip.frames.size() < 2) throw_input_error("the motion clip '{}' has fewer than two frames", path.string());
  return clip;
}

}  // namespace fm
