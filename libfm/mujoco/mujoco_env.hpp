#pragma once
// Any MuJoCo task as an environment, over MuJoCo's own batch of simulations. A state row is mjSTATE_INTEGRATION, with
// what warm-starts the solver, followed by what the task carries: equal states give equal futures, bit for bit, whatever
// the number of copies and threads.

#include "libfm/mujoco/task.hpp"

#include <mujoco/mjbatch.h>

#include <memory>
#include <optional>
#include <vector>

namespace fm {

/// A factory of a task's environments. @throws InputError for a task that does not fit its model
EnvFactory mujoco_factory(MujocoTask task);

class MujocoEnv final : public VectorEnv {
 public:
  /// Steps on all threads, unless it is made within parallel work.
  MujocoEnv(std::shared_ptr<const MujocoTask> task, int copies);

  const EnvSpec& spec() const override { return task_->spec; }
  int copies() const override { return static_cast<int>(rows_.size()); }
  void reset(std::span<const int> rows, std::span<const std::uint64_t> episodes, const RandomStream& initial) override;
  void step(const Matrix& actions, StepResult& result) override;
  const Matrix& observations() const override { return observations_; }
  const Matrix& goals() const override { return goals_; }
  void set_goals(std::span<const int> rows, const Matrix& goals) override;
  Matrix states() const override;
  void set_states(std::span<const int> rows, const Matrix& states) override;
  /// qpos and qvel, unless the model has quaternions.
  std::vector<int> coordinates() const override;
  std::vector<Landmark> landmarks() const override;
  std::vector<Shape> shapes() const override;
  std::vector<Pose> poses(int row) const override;
  std::map<std::string, double> metrics(std::span<const Episode> episodes) const override;

 private:
  struct Row {
    int steps = 0;
    int held = 0;           ///< steps in a row, up to now, for which the task succeeds
    bool ended = true;      ///< or has not begun
    bool diverged = false;  ///< in the current step
    bool terminated = false;
    double reward = 0.0;
    std::uint64_t episode = 0;
    std::optional<RandomStream> goals = {};  ///< from which goals are drawn again within the episode
  };

  /// Calls work(model, data, row) for each of the rows, on the batch's threads. @throws MachineError for MuJoCo's errors
  template <class Work>
  void apply(std::span<const int> rows, bool save, Work work);
  void begin(int row, mjData& data);
  void advance(const mjModel& model, mjData& data, int row);
  void draw_goal(int row);
  MujocoMoment moment(const mjModel& model, const mjData& data, int row) const;
  std::span<double> carried(int row) { return {carried_.row(row).data(), task_->carried.size()}; }
  std::span<double> observation(int row) { return {observations_.row(row).data(), task_->spec.observations.size()}; }
  mjtNum* state(int row) const { return mjb_state(batch_.get()) + static_cast<std::ptrdiff_t>(row) * state_size_; }

  std::shared_ptr<const MujocoTask> task_;
  struct Delete {
    void operator()(mjBatch* batch) const { mjb_deleteBatch(batch); }
  };
  std::unique_ptr<mjBatch, Delete> batch_;
  int state_size_;
  std::vector<Row> rows_;
  Matrix actions_, observations_, goals_, carried_;
  MujocoData drawn_;      ///< for poses
  Matrix states_before_;  ///< (N, state_size_), to which a row returns that diverges
};

}  // namespace fm
