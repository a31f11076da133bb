#pragma once
// Motion clips in DeepMimic's format, made for tests.

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <string>
#include <vector>

/// What a test moves; the other joints rest.
struct ClipFrame {
  double duration = 0.02;
  double x = 0.0, height = 0.85, sideways = 0.0;  ///< of the pelvis, m
  double right_hip = 0.0, left_hip = 0.0;         ///< rad, forwards
  double right_knee = 0.0, left_knee = 0.0;       ///< rad, bent: negative
  double chest_yaw = 0.0;                         ///< rad, to the left
};

inline std::string frame_text(const ClipFrame& f) {
  const auto about_z = [](double angle) { return fmt::format("{},0,0,{}", std::cos(angle / 2), std::sin(angle / 2)); };
  const std::string rest = "1,0,0,0";
  const std::string chest = fmt::format("{},0,{},0", std::cos(f.chest_yaw / 2), std::sin(f.chest_yaw / 2));
  const std::string arm = rest + ",0";
  return fmt::format("[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]", f.duration, f.x, f.height, -f.sideways, rest,
                     chest, rest, about_z(f.right_hip), f.right_knee, rest, arm, about_z(f.left_hip), f.left_knee, rest,
                     arm);
}

inline void write_clip(const std::filesystem::path& file, const std::string& loop,
                       const std::vector<ClipFrame>& frames) {
  std::string text;
  for (const ClipFrame& f : frames) text += (text.empty() ? "" : ",\n") + frame_text(f);
  std::ofstream(file) << "{\"Loop\": \"" << loop << "\",\n\"Frames\": [" << text << "]}\n";
}

/// A cycle of steps on the spot or forwards: hips swing as a sine, against each other.
inline std::vector<ClipFrame> stepping(double duration = 1.2, double distance = 0.9, int frames = 60) {
  std::vector<ClipFrame> all;
  for (int i = 0; i <= frames; ++i) {
    const double share = static_cast<double>(i) / frames, swing = 0.3 * std::sin(2.0 * std::numbers::pi * share);
    all.push_back({.duration = i < frames ? duration / frames : 0.0,
                   .x = distance * share,
                   .right_hip = swing,
                   .left_hip = -swing,
                   .right_knee = -0.5,
                   .left_knee = -0.5});
  }
  return all;
}
