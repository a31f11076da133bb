#include "libfm/mujoco/motion_clip.hpp"

#include "libfm/core/error.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/mujoco/motion_clips.hpp"

using fm::BodyPart;

CATCH_TEST_CASE("a clip's frames become poses with z up, between which joints turn at constant speed",
                "[motion_clip]") {
  const TemporaryFolder folder;
  write_clip(folder / "clip.txt", "none",
             {{.duration = 0.5, .x = 1.0, .height = 0.9, .sideways = 0.2},
              {.duration = 0.0, .x = 2.0, .height = 0.7, .right_hip = 0.8, .right_knee = -0.6, .chest_yaw = 0.4}});
  const fm::MotionClip clip = fm::read_motion_clip(folder / "clip.txt");
  CATCH_CHECK(!clip.loops);
  CATCH_CHECK(clip.duration() == 0.5);
  CATCH_CHECK((clip.at(0.0).pelvis - Eigen::Vector3d(1.0, 0.2, 0.9)).norm() < 1e-12);
  const fm::ClipPose pose = clip.at(0.25);
  CATCH_CHECK((pose.pelvis - Eigen::Vector3d(1.5, 0.1, 0.8)).norm() < 1e-12);
  const Eigen::Vector3d down = -Eigen::Vector3d::UnitZ();
  // half of the rotations: the thigh 0.4 rad forwards, the shin 0.3 rad back from it, the chest 0.2 rad to the left
  CATCH_CHECK((pose.of(BodyPart::right_thigh) * down - Eigen::Vector3d(std::sin(0.4), 0.0, -std::cos(0.4))).norm() <
              1e-12);
  CATCH_CHECK((pose.of(BodyPart::right_shin) * down - Eigen::Vector3d(std::sin(0.1), 0.0, -std::cos(0.1))).norm() <
              1e-12);
  CATCH_CHECK((pose.of(BodyPart::left_upper_arm) * Eigen::Vector3d::UnitX() -
               Eigen::Vector3d(std::cos(0.2), std::sin(0.2), 0.0))
                  .norm() < 1e-12);
  CATCH_CHECK((clip.at(9.0).pelvis - clip.at(0.5).pelvis).norm() == 0.0);
}

CATCH_TEST_CASE("what is no clip is refused with its frame", "[motion_clip]") {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& text) {
    std::ofstream(folder / "bad.txt") << text;
    return error_of<fm::InputError>([&] { fm::read_motion_clip(folder / "bad.txt"); });
  };
  const std::string good = frame_text({});
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::read_motion_clip(folder / "none.txt"); }), "none.txt"));
  CATCH_CHECK(contains(refusal("no JSON"), "no motion clip"));
  CATCH_CHECK(contains(refusal("[1, 2]"), "no motion clip"));
  CATCH_CHECK(contains(refusal("{\"Loop\": \"twice\", \"Frames\": []}"), "\"wrap\" or \"none\""));
  const auto frames = [&](const std::string& list) {
    return refusal("{\"Loop\": \"none\", \"Frames\": [" + list + "]}");
  };
  CATCH_CHECK(contains(frames(good), "fewer than two frames"));
  CATCH_CHECK(contains(frames(good + ", [0.1, 2]"), "frame 2: must be a list of 44 numbers"));
  CATCH_CHECK(contains(frames(frame_text({.duration = 0.0}) + "," + good), "frame 1: the duration"));
  const auto with_quaternion = [&](const std::string& w) {
    std::string text = good;
    return text.replace(text.find("1,0,0,0"), 1, w);
  };
  CATCH_CHECK(contains(frames(good + "," + with_quaternion("0")), "frame 2: a quaternion is close to 0"));
  CATCH_CHECK(contains(frames(good + "," + with_quaternion("1e300")), "frame 2: a number is larger than 1000"));
  CATCH_CHECK(contains(frames(frame_text({.duration = 700.0}) + "," + good), "frame 2: the clip is longer than 600 s"));
  write_clip(folder / "stretched.txt", "none", {{}, {}});
  std::ofstream(folder / "stretched.txt")
      << "{\"Loop\": \"none\", \"Frames\": [" + with_quaternion("1.4") + "," + good + "]}";
  const fm::ClipPose pose = fm::read_motion_clip(folder / "stretched.txt").at(0.0);
  CATCH_CHECK(pose.of(BodyPart::pelvis).norm() == Approx(1.0));
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::read_motion_clip(folder.path()); }), "is no file"));
}
