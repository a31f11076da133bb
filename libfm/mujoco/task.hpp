#pragma once
// What a task adds to a MuJoCo model: what is observed and rewarded, how an episode begins and when it ends.

#include "libfm/mujoco/model.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace fm {

/// A copy after a reset or a control step.
struct MujocoMoment {
  const mjModel& model;
  const mjData& data;
  std::span<const double> carried;  ///< (MujocoTask::carried)
  std::span<const double> goal;     ///< (G)
};

/// A control step that has led to `after`.
struct MujocoStep {
  MujocoMoment after;
  std::span<const double> carried_before;
  std::span<const double> action;  ///< (A), within its bounds
  double time_step;                ///< s, of the whole control step
};

/// The functions are called by several threads at once, each with its own mjData.
struct MujocoTask {
  EnvSpec spec;  ///< `states` is filled in by MujocoEnv
  MujocoModel model;
  int substeps = 1;  ///< calls of mj_step in a control step

  /// Writes the initial qpos and qvel into data that was reset; mj_forward follows.
  std::function<void(const mjModel& model, mjData& data, Draws& draws)> start;

  /// After the last mj_step, and where a state was set: computes what the functions below read besides qpos and qvel.
  void (*derive)(const mjModel* model, mjData* data) = nullptr;

  /// Numbers that a state row has beside MuJoCo's own state: what observations and rewards need and the state does not
  /// determine, such as quantities of before the last integration, or of the previous control step.
  std::vector<Dimension> carried = {};
  std::function<void(const mjModel& model, const mjData& data, std::span<double> carried)> carry = {};

  std::function<void(const MujocoMoment& now, std::span<double> observation)> observe;
  std::function<double(const MujocoStep& step)> reward;
  /// Empty: episodes end by truncation only.
  std::function<bool(const MujocoMoment& now)> terminated = {};

  /// An episode is a success if it is truncated or ends after `hold` steps or more in a row for which this is true.
  std::function<bool(const MujocoMoment& now)> succeeds;
  int hold = 1;

  /// Draws a goal (G), at the beginning of an episode and again after every `goal_steps` steps; 0: only once.
  std::function<void(Draws& draws, std::span<double> goal)> draw_goal = {};
  int goal_steps = 0;

  /// Named states for pictures, as qpos of the model.
  std::vector<Landmark> positions = {};

  /// Writes the qpos of a second figure that pictures show beside the robot, such as the motion that it follows. `qpos`
  /// holds the robot's when it is called, and may be a part of `now`.
  std::function<void(const mjData& now, std::span<double> qpos)> companion = {};

  std::function<std::map<std::string, double>(std::span<const Episode> episodes)> metrics = {};
};

}  // namespace fm
