#include "libfm/mujoco/model.hpp"

#include "libfm/core/error.hpp"

#include <array>
#include <cstdlib>
#include <limits>
#include <mutex>

namespace fm {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string name_of(const mjModel& model, mjtObj type, int id) {
  const char* name = mj_id2name(&model, type, id);
  return name != nullptr && *name != '\0' ? name : fmt::format("{} {}", mju_type2Str(type), id);
}

const std::vector<std::string> quaternion = {"qw", "qx", "qy", "qz"};
const std::vector<std::string> axes = {"x", "y", "z"};

/// Divergence is reported by the environment; MuJoCo's own handler would write MUJOCO_LOG.TXT.
void ignore_warning(const char*) {}

}  // namespace

std::filesystem::path models_folder() {
  const char* given = std::getenv("FM_MODELS");
  return given == nullptr ? FM_MODELS : given;
}

MujocoModel load_model(const std::filesystem::path& file, void (*adjust)(mjModel&)) {
  static std::once_flag once;
  std::call_once(once, [] { mju_user_warning = ignore_warning; });
  const std::filesystem::path path = file.is_absolute() ? file : models_folder() / file;
  if (!std::filesystem::exists(path)) {
    throw_input_error("{}: no such model; set FM_MODELS to the folder into which scripts/mujoco.txt was installed",
                      path.string());
  }
  std::array<char, 1000> message{};
  mjModel* model = mj_loadXML(path.c_str(), nullptr, message.data(), static_cast<int>(message.size()));
  if (model == nullptr) throw_input_error("{}: MuJoCo cannot load the model: {}", path.string(), message.data());
  if (adjust != nullptr) adjust(*model);
  return {model, [](const mjModel* m) { mj_deleteModel(const_cast<mjModel*>(m)); }};
}

std::vector<Dimension> position_dimensions(const mjModel& model) {
  std::vector<Dimension> all;
  for (int i = 0; i < model.njnt; ++i) {
    const std::string name = name_of(model, mjOBJ_JOINT, i);
    const int type = model.jnt_type[i];
    if (type == mjJNT_FREE) append(all, dimensions(name, "m", axes));
    if (type == mjJNT_FREE || type == mjJNT_BALL) append(all, dimensions(name, "", quaternion));
    if (type == mjJNT_SLIDE) all.push_back({name, "m", -infinity, infinity});
    if (type == mjJNT_HINGE) all.push_back({name, "rad", -infinity, infinity});
  }
  return all;
}

std::vector<Dimension> velocity_dimensions(const mjModel& model) {
  std::vector<Dimension> all;
  for (int i = 0; i < model.njnt; ++i) {
    const std::string name = name_of(model, mjOBJ_JOINT, i);
    const int type = model.jnt_type[i];
    if (type == mjJNT_FREE) append(all, dimensions(name + " velocity", "m/s", axes));
    if (type == mjJNT_FREE || type == mjJNT_BALL) append(all, dimensions(name + " angular velocity", "rad/s", axes));
    if (type == mjJNT_SLIDE) all.push_back({name + " velocity", "m/s", -infinity, infinity});
    if (type == mjJNT_HINGE) all.push_back({name + " velocity", "rad/s", -infinity, infinity});
  }
  return all;
}

std::vector<Dimension> actuator_dimensions(const mjModel& model) {
  std::vector<Dimension> all;
  for (int i = 0; i < model.nu; ++i) {
    const bool limited = model.actuator_ctrllimited[i] != 0;
    const bool drives_joint = model.actuator_trntype[i] == mjTRN_JOINT;
    const bool is_named = mj_id2name(&model, mjOBJ_ACTUATOR, i) != nullptr;
    all.push_back({!is_named && drives_joint ? name_of(model, mjOBJ_JOINT, model.actuator_trnid[2 * i]) + " motor"
                                             : name_of(model, mjOBJ_ACTUATOR, i),
                   "", limited ? static_cast<float>(model.actuator_ctrlrange[2 * i]) : -infinity,
                   limited ? static_cast<float>(model.actuator_ctrlrange[2 * i + 1]) : infinity});
  }
  return all;
}

std::string body_name(const mjModel& model, int body) { return name_of(model, mjOBJ_BODY, body); }

std::vector<Dimension> force_dimensions(const mjModel& model, int body) {
  std::vector<Dimension> all = dimensions(body_name(model, body) + " contact", "N m", {"tx", "ty", "tz"});
  append(all, dimensions(body_name(model, body) + " contact", "N", {"fx", "fy", "fz"}));
  return all;
}

std::vector<Dimension> state_dimensions(const mjModel& model) {
  struct Part {
    int bit;
    const char* name;
  };
  constexpr Part parts[] = {
      {mjSTATE_ACT, "activation"},      {mjSTATE_HISTORY, "history"},           {mjSTATE_WARMSTART, "qacc_warmstart"},
      {mjSTATE_CTRL, "ctrl"},           {mjSTATE_QFRC_APPLIED, "qfrc_applied"}, {mjSTATE_XFRC_APPLIED, "xfrc_applied"},
      {mjSTATE_EQ_ACTIVE, "eq_active"}, {mjSTATE_MOCAP_POS, "mocap_pos"},       {mjSTATE_MOCAP_QUAT, "mocap_quat"},
      {mjSTATE_USERDATA, "userdata"},   {mjSTATE_PLUGIN, "plugin_state"}};
  std::vector<Dimension> all = {{"time", "s", -infinity, infinity}};
  append(all, position_dimensions(model));
  append(all, velocity_dimensions(model));
  for (const Part& part : parts) {
    const int size = mj_stateSize(&model, part.bit);
    for (int i = 0; i < size; ++i) {
      all.push_back({fmt::format("{} {}", part.name, i), "", -infinity, infinity});
    }
  }
  return all;
}

int object_id(const mjModel& model, mjtObj type, const char* name) {
  const int id = mj_name2id(&model, type, name);
  if (id < 0) throw_input_error("the model has no {} '{}'", mju_type2Str(type), name);
  return id;
}

std::vector<Dimension> dimensions(const std::string& prefix, const std::string& unit,
                                  const std::vector<std::string>& suffixes) {
  std::vector<Dimension> all;
  for (const std::string& suffix : suffixes) all.push_back({prefix + " " + suffix, unit, -infinity, infinity});
  return all;
}

void append(std::vector<Dimension>& to, const std::vector<Dimension>& more, std::size_t first) {
  to.insert(to.end(), more.begin() + static_cast<std::ptrdiff_t>(first), more.end());
}

}  // namespace fm
