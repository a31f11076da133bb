#pragma once
// What the tasks of Gymnasium's robots have in common.

#include "libfm/mujoco/task.hpp"

namespace fm {

/// qpos from element `skipped` on, and qvel clipped to +-`fastest`, into the first elements of an observation.
/// @return how many were written
std::size_t observe_joints(const MujocoMoment& now, int skipped, double fastest, std::span<double> observation);
std::vector<Dimension> joint_dimensions(const mjModel& model, int skipped);

/// Initial states: qpos0 + U(-scale, scale); velocities U(-scale, scale), or scale N(0, 1).
void start_uniform(const mjModel& model, mjData& data, double scale, Draws& draws);
void start_normal(const mjModel& model, mjData& data, double scale, Draws& draws);

/// Gymnasium's humanoid with MuJoCo's implicitfast integrator and Newton solver instead of RK4 and PGS: three times as many
/// steps a second, and not Gymnasium's physics.
MujocoModel load_fast_humanoid();

double sum_of_squares(std::span<const double> values);

/// The xy position of the mass centre, at the beginning of the last integration, m.
std::array<double, 2> mass_centre(const mjModel& model, const mjData& data);

using Health = std::function<bool(const MujocoMoment& now)>;

/// Whether qpos[2], the height of a free torso, lies between two heights, m, without them.
Health height_between(double lowest, double highest);

/// An episode is a success if the robot is healthy at its end.
/// @param ends whether an episode ends when it is not
void set_health(MujocoTask& task, const Health& healthy, bool ends);

/// An observation of joint_dimensions(model, 2), followed by what is carried from element `first` on.
void observe_joints_and_carried(const MujocoMoment& now, std::size_t first, std::span<double> observation);

/// speed: the mean of an observation's column over all steps, m/s; episode_steps: the mean length of an episode.
std::map<std::string, double> locomotion_metrics(std::span<const Episode> episodes, std::size_t velocity_column);

/// The mean over all steps of the mechanical power of the motors, the sum of |torque * joint velocity|, W: without what
/// a motor recovers when it brakes.
/// @param skipped elements of qpos that an observation leaves out, as in joint_dimensions(); qvel follows qpos there
double mean_power(const mjModel& model, std::span<const Episode> episodes, int skipped);

/// The height of the lowest point of the model's spheres and capsules, m, after mj_kinematics.
double lowest_point(const mjModel& model, const mjData& data);

/// The model's own reference position.
std::vector<Landmark> standing(const mjModel& model);

}  // namespace fm
