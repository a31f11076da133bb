#include "libfm/mujoco/mujoco_env.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/env/rollout.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace fm {
namespace {

constexpr int copies_for_a_thread = 8;  ///< fewer are stepped sooner than a thread wakes up

constexpr std::array<double, 3> companion_colour{0.55, 0.62, 0.70};

constexpr mjtWarning divergences[] = {mjWARN_BADQPOS, mjWARN_BADQVEL, mjWARN_BADQACC};

/// MuJoCo has met a number that is not finite or huge, and has reset the simulation.
bool has_diverged(const mjData& data) {
  return std::ranges::any_of(divergences, [&](mjtWarning kind) { return data.warning[kind].number > 0; });
}

std::optional<Shape::Kind> shape_kind(int geom_type) {
  switch (geom_type) {
    case mjGEOM_SPHERE:
      return Shape::Kind::sphere;
    case mjGEOM_CAPSULE:
      return Shape::Kind::capsule;
    case mjGEOM_CYLINDER:
      return Shape::Kind::cylinder;
    case mjGEOM_BOX:
      return Shape::Kind::box;
    case mjGEOM_ELLIPSOID:
      return Shape::Kind::ellipsoid;
    case mjGEOM_PLANE:
      return Shape::Kind::plane;
    default:
      return std::nullopt;
  }
}

/// The geometries that are drawn.
std::vector<int> drawn_geoms(const mjModel& model) {
  std::vector<int> ids;
  for (int i = 0; i < model.ngeom; ++i) {
    if (shape_kind(model.geom_type[i])) ids.push_back(i);
  }
  return ids;
}

}  // namespace

EnvFactory mujoco_factory(MujocoTask task) {
  task.spec.states = state_dimensions(*task.model);
  append(task.spec.states, task.carried);
  const auto shared = std::make_shared<const MujocoTask>(std::move(task));
  return {.spec = shared->spec, .make = [shared](int copies) { return std::make_unique<MujocoEnv>(shared, copies); }};
}

MujocoEnv::MujocoEnv(std::shared_ptr<const MujocoTask> task, int copies)
    : task_(std::move(task)), state_size_(mj_stateSize(task_->model.get(), mjSTATE_INTEGRATION)),
      rows_(static_cast<std::size_t>(copies)), actions_(copies, task_->spec.actions.size()),
      observations_(Matrix::Zero(copies, std::ssize(task_->spec.observations))),
      goals_(Matrix::Zero(copies, std::ssize(task_->spec.goals))),
      carried_(Matrix::Zero(copies, std::ssize(task_->carried))), drawn_(make_data(*task_->model)),
      states_before_(copies, state_size_) {
  mjBatchConfig config;
  mjb_defaultConfig(&config);
  config.nthread = omp_in_parallel() != 0 ? 1 : std::clamp(copies / copies_for_a_thread, 1, threads());
  std::array<char, 1000> message{};
  batch_.reset(mjb_makeBatch(task_->model.get(), copies, &config, message.data(), static_cast<int>(message.size())));
  if (!batch_) throw_machine_error("MuJoCo cannot make {} copies of '{}': {}", copies, spec().name, message.data());
}

template <class Work>
void MujocoEnv::apply(std::span<const int> rows, bool save, Work work) {
  if (rows.empty()) return;
  std::vector<int> ordered(rows.begin(), rows.end());  // as MuJoCo requires
  std::ranges::sort(ordered);
  const mjfBatchFunc call = [](const mjModel* model, mjData* data, int row, void* argument) {
    (*static_cast<Work*>(argument))(*model, *data, row);
  };
  const int failed = mjb_apply(batch_.get(), ordered.data(), static_cast<int>(ordered.size()), call, &work,
                               static_cast<mjtBool>(save));
  if (failed == 0) return;
  for (const int row : rows) {
    if (mjb_status(batch_.get())[row] == 0) continue;
    throw_machine_error("MuJoCo failed in a copy of '{}': {}", spec().name, mjb_error(batch_.get(), row));
  }
}

MujocoMoment MujocoEnv::moment(const mjModel& model, const mjData& data, int row) const {
  return {
      model, data, {carried_.row(row).data(), task_->carried.size()}, {goals_.row(row).data(), spec().goals.size()}};
}

void MujocoEnv::reset(std::span<const int> rows, std::span<const std::uint64_t> episodes, const RandomStream& initial) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row& row = rows_[static_cast<std::size_t>(rows[i])] = {.ended = false, .episode = episodes[i]};
    if (task_->draw_goal) row.goals = initial.child("goals");
    draw_goal(rows[i]);
  }
  apply(rows, true, [&](const mjModel& model, mjData& data, int row) {
    Draws draws = initial.at(rows_[static_cast<std::size_t>(row)].episode);
    mj_resetData(&model, &data);
    task_->start(model, data, draws);
    mj_forward(&model, &data);
    if (task_->carry) task_->carry(model, data, carried(row));
    task_->observe(moment(model, data, row), observation(row));
  });
}

void MujocoEnv::draw_goal(int row) {
  const Row& r = rows_[static_cast<std::size_t>(row)];
  if (!r.goals) return;
  Draws draws = r.goals->at(r.episode, static_cast<std::uint32_t>(r.steps));
  task_->draw_goal(draws, {goals_.row(row).data(), spec().goals.size()});
}

void MujocoEnv::set_states(std::span<const int> rows, const Matrix& states) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto from = states.row(static_cast<Eigen::Index>(i));
    std::copy_n(from.data(), state_size_, state(rows[i]));
    std::copy_n(from.data() + state_size_, task_->carried.size(), carried(rows[i]).data());
    rows_[static_cast<std::size_t>(rows[i])] = {.ended = false};
  }
  apply(rows, false, [&](const mjModel& model, mjData& data, int row) {
    if (task_->derive != nullptr) task_->derive(&model, &data);
    task_->observe(moment(model, data, row), observation(row));
  });
}

Matrix MujocoEnv::states() const {
  Matrix all(copies(), std::ssize(spec().states));
  for (int i = 0; i < copies(); ++i) {
    std::copy_n(state(i), state_size_, all.row(i).data());
    all.row(i).tail(carried_.cols()) = carried_.row(i);
  }
  return all;
}

void MujocoEnv::set_goals(std::span<const int> rows, const Matrix& goals) {
  if (spec().goals.empty()) throw_input_error("environment '{}' has no goals to set", spec().name);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    goals_.row(rows[i]) = goals.row(static_cast<Eigen::Index>(i));
    rows_[static_cast<std::size_t>(rows[i])].goals.reset();
  }
}

void MujocoEnv::advance(const mjModel& model, mjData& data, int row) {
  Row& r = rows_[static_cast<std::size_t>(row)];
  const std::size_t actions = spec().actions.size();
  const std::span<const double> action(actions_.row(row).data(), actions);
  r.diverged = r.terminated = false;
  if (!std::ranges::all_of(action, [](double x) { return std::isfinite(x); })) {
    r.reward = std::numeric_limits<double>::quiet_NaN();
    r.terminated = true;
    r.held = 0;
    return;
  }
  std::copy(action.begin(), action.end(), data.ctrl);
  for (const mjtWarning kind : divergences) data.warning[kind].number = 0;
  std::vector<double> before(carried(row).begin(), carried(row).end());
  for (int i = 0; i < task_->substeps; ++i) mj_step(&model, &data);
  r.diverged = has_diverged(data);
  if (!r.diverged) {
    if (task_->derive != nullptr) task_->derive(&model, &data);
    if (task_->carry) task_->carry(model, data, carried(row));
    const MujocoMoment now = moment(model, data, row);
    r.reward = task_->reward({now, before, action, spec().time_step});
    r.terminated = task_->terminated && task_->terminated(now);
    r.held = task_->succeeds(now) ? r.held + 1 : 0;
    std::vector<double> observed(spec().observations.size());
    task_->observe(now, observed);
    r.diverged = !std::isfinite(r.reward) || !std::ranges::all_of(observed, [](double x) { return std::isfinite(x); });
    if (!r.diverged) std::ranges::copy(observed, observation(row).begin());
  }
  if (r.diverged) {
    r.reward = 0.0;
    r.terminated = true;
    r.held = 0;
    std::ranges::copy(before, carried(row).begin());
    mj_setState(&model, &data, states_before_.row(row).data(), mjSTATE_INTEGRATION);
  }
}

void MujocoEnv::step(const Matrix& actions, StepResult& result) {
  result.clear(copies());
  std::vector<int> running;
  for (int i = 0; i < copies(); ++i) {
    if (rows_[static_cast<std::size_t>(i)].ended) continue;
    running.push_back(i);
    for (std::size_t j = 0; j < spec().actions.size(); ++j) {
      const auto column = static_cast<Eigen::Index>(j);
      actions_(i, column) = std::clamp(actions(i, column), spec().actions[j].low, spec().actions[j].high);
    }
    std::copy_n(state(i), state_size_, states_before_.row(i).data());
  }
  apply(running, true, [&](const mjModel& model, mjData& data, int row) { advance(model, data, row); });
  for (const int i : running) {
    const auto k = static_cast<std::size_t>(i);
    Row& r = rows_[k];
    ++r.steps;
    result.rewards[i] = r.reward;
    result.terminated[k] = r.terminated;
    result.diverged[k] = r.diverged;
    result.truncated[k] = !r.terminated && r.steps >= spec().horizon;
    result.success[k] = r.held >= std::min(task_->hold, spec().horizon);
    r.ended = r.terminated || result.truncated[k] != 0;
    if (!r.ended && task_->goal_steps > 0 && r.steps % task_->goal_steps == 0) draw_goal(i);
  }
}

std::vector<int> MujocoEnv::coordinates() const {
  const mjModel& m = *task_->model;
  std::vector<int> columns;
  if (m.nq != m.nv) return columns;
  for (int i = 0; i < m.nq + m.nv; ++i) columns.push_back(1 + i);  // after the time
  for (int i = 0; i < std::ssize(task_->carried); ++i) columns.push_back(static_cast<int>(state_size_) + i);
  return columns;
}

std::vector<Landmark> MujocoEnv::landmarks() const {
  std::vector<Landmark> all;
  const MujocoData data = make_data(*task_->model);
  for (const Landmark& given : task_->positions) {
    Landmark landmark{given.name, std::vector<double>(spec().states.size())};
    mj_resetData(task_->model.get(), data.get());
    std::ranges::copy(given.state, data->qpos);
    mj_forward(task_->model.get(), data.get());
    mj_getState(task_->model.get(), data.get(), landmark.state.data(), mjSTATE_INTEGRATION);
    if (task_->carry) {
      task_->carry(*task_->model, *data, std::span(landmark.state).subspan(static_cast<std::size_t>(state_size_)));
    }
    all.push_back(std::move(landmark));
  }
  return all;
}

std::vector<Shape> MujocoEnv::shapes() const {
  const mjModel& m = *task_->model;
  std::vector<Shape> all;
  for (const int id : drawn_geoms(m)) {
    const mjtNum* size = m.geom_size + 3 * id;
    const int material = m.geom_matid[id];
    const float* colour =
        material >= 0 && m.geom_rgba[4 * id] == 0.5F ? m.mat_rgba + 4 * material : m.geom_rgba + 4 * id;
    all.push_back({*shape_kind(m.geom_type[id]), {size[0], size[1], size[2]}, {colour[0], colour[1], colour[2]}});
  }
  if (!task_->companion) return all;
  const std::size_t robot = all.size();
  for (std::size_t i = 0; i < robot; ++i) {
    Shape shape = all[i];
    if (shape.kind == Shape::Kind::plane) continue;
    shape.colour = companion_colour;
    all.push_back(shape);
  }
  return all;
}

std::vector<Pose> MujocoEnv::poses(int row) const {
  const mjModel& m = *task_->model;
  mjData* data = drawn_.get();
  mj_setState(&m, data, state(row), mjSTATE_INTEGRATION);
  std::vector<Pose> all;
  const auto draw = [&](bool planes) {
    mj_kinematics(&m, data);
    for (const int id : drawn_geoms(m)) {
      if (!planes && m.geom_type[id] == mjGEOM_PLANE) continue;
      Pose& pose = all.emplace_back();
      std::copy_n(data->geom_xpos + 3 * id, 3, pose.position.data());
      mju_mat2Quat(pose.orientation.data(), data->geom_xmat + 9 * id);
    }
  };
  draw(true);
  if (task_->companion) {
    task_->companion(*data, {data->qpos, static_cast<std::size_t>(m.nq)});
    draw(false);
  }
  return all;
}

std::map<std::string, double> MujocoEnv::metrics(std::span<const Episode> episodes) const {
  return task_->metrics ? task_->metrics(episodes) : std::map<std::string, double>{};
}

}  // namespace fm
