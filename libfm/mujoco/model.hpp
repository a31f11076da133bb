#pragma once
// Loading MuJoCo models, and the names of what a model has.

#include "libfm/env/environment.hpp"

#include <mujoco/mujoco.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fm {

using MujocoModel = std::shared_ptr<const mjModel>;

/// The folder of the packages that ship the models: FM_MODELS of the environment, else where libfm was built.
std::filesystem::path models_folder();

/// @param file an MJCF file, absolute or relative to models_folder()
/// @param adjust changes the loaded model, for example its integrator
/// @throws InputError with MuJoCo's message for a file that cannot be read or compiled.
MujocoModel load_model(const std::filesystem::path& file, void (*adjust)(mjModel&) = nullptr);

struct DeleteMujocoData {
  void operator()(mjData* data) const { mj_deleteData(data); }
};
using MujocoData = std::unique_ptr<mjData, DeleteMujocoData>;

inline MujocoData make_data(const mjModel& model) { return MujocoData(mj_makeData(&model)); }

/// The elements of qpos: m, rad, or components of a quaternion. Those of free and ball joints carry a suffix.
std::vector<Dimension> position_dimensions(const mjModel& model);
/// The elements of qvel: m/s or rad/s, named `JOINT velocity`.
std::vector<Dimension> velocity_dimensions(const mjModel& model);
/// Actuators with their control ranges, in the float32 values that Gymnasium's action spaces have.
std::vector<Dimension> actuator_dimensions(const mjModel& model);
/// The six elements of cfrc_ext of a body.
std::vector<Dimension> force_dimensions(const mjModel& model, int body);
std::string body_name(const mjModel& model, int body);
/// The elements of mjSTATE_INTEGRATION, in mj_getState's order.
std::vector<Dimension> state_dimensions(const mjModel& model);

/// The id of an object that the model must have.
/// @throws InputError if it has none of that name.
int object_id(const mjModel& model, mjtObj type, const char* name);

/// Unbounded dimensions PREFIX SUFFIX for each suffix.
std::vector<Dimension> dimensions(const std::string& prefix, const std::string& unit,
                                  const std::vector<std::string>& suffixes);

/// Appends `more` from its element `first` on.
void append(std::vector<Dimension>& to, const std::vector<Dimension>& more, std::size_t first = 0);

}  // namespace fm
