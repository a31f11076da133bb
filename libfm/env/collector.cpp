#include "libfm/env/collector.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fm {
namespace {

/// Copies that are stepped together, by one thread: as many whatever the number of threads, since a policy may round
/// differently in batches of different sizes.
constexpr int group_size = 8;

/// Whether the state can be of this many copies of the environment.
bool fits(const CollectorState& state, const EnvSpec& spec, int copies) {
  return std::ssize(state.episodes) == copies && std::ssize(state.actions) == copies &&
         state.observations.rows() == copies && state.observations.cols() == std::ssize(spec.observations) &&
         std::ranges::all_of(state.actions, [&](const Matrix& actions) {
           return actions.cols() == std::ssize(spec.actions) && actions.rows() < spec.horizon;
         });
}

}  // namespace

/// Consecutive copies from `first` on, of which copy j is number first + j among all.
class Collector::Group {
 public:
  Group(const EnvFactory& env, const PolicyFactory& make_policy, const RolloutOptions& options, int first, int copies,
        int all)
      : stepper_(env, make_policy, options, copies), first_(first), all_(all), next_(static_cast<std::size_t>(copies)),
        actions_(next_.size()), returns_(next_.size()) {
    for (std::size_t j = 0; j < next_.size(); ++j) next_[j] = static_cast<std::uint64_t>(first) + j;
  }

  int copies() const { return static_cast<int>(next_.size()); }
  std::int64_t extras() const { return stepper_.extras(); }
  const EnvSpec& spec() const { return stepper_.env().spec(); }

  void collect(int steps, Segment& segment) {
    cuts_.clear();
    ended_.clear();
    for (int t = 0; t < steps; ++t) {
      const std::int64_t row = std::int64_t{t} * all_ + first_;
      segment.observations.middleRows(row, copies()) = stepper_.env().observations();
      segment.goals.middleRows(row, copies()) = stepper_.env().goals();
      stepper_.step();
      if (extras() > 0) segment.extras.middleRows(row, copies()) = stepper_.output().extras;
      for (int copy = 0; copy < copies(); ++copy) record(copy, row, t + 1 == steps, segment);
      begin(stepper_.remove_ended());
    }
  }

  void append_ends(Segment& segment) const {
    const auto grow = [&](Matrix& rows, Eigen::Index more) {
      rows.conservativeResize(rows.rows() + more, Eigen::NoChange);
    };
    Eigen::Index row = segment.cut_observations.rows();
    grow(segment.cut_observations, std::ssize(cuts_));
    grow(segment.cut_goals, std::ssize(cuts_));
    for (const Cut& cut : cuts_) {
      segment.cuts.push_back(cut.row);
      segment.cut_observations.row(row) = cut.observation;
      segment.cut_goals.row(row++) = cut.goal;
    }
    segment.episodes.insert(segment.episodes.end(), ended_.begin(), ended_.end());
  }

  void append_state(CollectorState& state) const {
    for (int copy = 0; copy < copies(); ++copy) {
      state.episodes.push_back(stepper_.episode(copy));
      state.actions.push_back(actions_[static_cast<std::size_t>(copy)].topRows(stepper_.steps(copy)));
      state.observations.row(first_ + copy) = stepper_.env().observations().row(copy);
    }
  }

  void begin_all() {
    std::vector<int> all(next_.size());
    std::iota(all.begin(), all.end(), 0);
    begin(all);
  }

  /// Rows are independent, so each is begun as late as its steps require, and all end together.
  void restore(const CollectorState& state) {
    std::int64_t longest = 0;
    for (int copy = 0; copy < copies(); ++copy) {
      next_[static_cast<std::size_t>(copy)] = state.episodes[static_cast<std::size_t>(first_ + copy)];
      longest = std::max<std::int64_t>(longest, actions_of(state, copy).rows());
    }
    Matrix executed = Matrix::Zero(copies(), std::ssize(spec().actions));
    for (std::int64_t left = longest; left >= 0; --left) {
      std::vector<int> due;
      for (int copy = 0; copy < copies(); ++copy) {
        if (actions_of(state, copy).rows() == left) due.push_back(copy);
      }
      begin(due);
      if (left == 0) return check_restored(state);
      for (const int copy : stepper_.running()) {
        const Matrix& actions = actions_of(state, copy);
        executed.row(copy) = actions.row(actions.rows() - left);
        actions_[static_cast<std::size_t>(copy)].row(stepper_.steps(copy)) = executed.row(copy);
      }
      stepper_.advance(executed);
      for (const int copy : stepper_.running()) {
        returns_[static_cast<std::size_t>(copy)] += stepper_.result().rewards[copy];
      }
    }
  }

 private:
  struct Cut {
    std::int64_t row;
    Eigen::RowVectorXd observation, goal;
  };

  const Matrix& actions_of(const CollectorState& state, int copy) const {
    return state.actions[static_cast<std::size_t>(first_ + copy)];
  }

  void begin(const std::vector<int>& due) {
    if (due.empty()) return;
    std::vector<std::uint64_t> numbers;
    for (const int copy : due) {
      const auto j = static_cast<std::size_t>(copy);
      numbers.push_back(next_[j]);
      next_[j] += static_cast<std::uint64_t>(all_);
      actions_[j].resize(spec().horizon, std::ssize(spec().actions));
      returns_[j] = 0.0;
    }
    stepper_.begin(due, numbers);
  }

  void record(int copy, std::int64_t row, bool is_last, Segment& segment) {
    const auto j = static_cast<std::size_t>(copy), at = static_cast<std::size_t>(row + copy);
    const StepResult& result = stepper_.result();
    const VectorEnv& env = stepper_.env();
    check_finite(copy);
    actions_[j].row(stepper_.steps(copy) - 1) = stepper_.executed().row(copy);
    returns_[j] += result.rewards[copy];
    segment.rewards[at] = result.rewards[copy];
    segment.terminated[at] = result.terminated[j];
    const bool has_ended = result.terminated[j] != 0 || result.truncated[j] != 0;
    segment.ended[at] = has_ended ? 1 : 0;
    if (result.terminated[j] == 0 && (is_last || has_ended)) {
      cuts_.push_back({row + copy, env.observations().row(copy), env.goals().row(copy)});
    }
    if (has_ended) {
      ended_.push_back({stepper_.episode(copy), returns_[j], stepper_.steps(copy), result.success[j] != 0});
    }
  }

  void check_finite(int copy) const {
    const double reward = stepper_.result().rewards[copy];
    const bool sees = stepper_.env().observations().row(copy).allFinite();
    if (std::isfinite(reward) && sees) return;
    throw_input_error("rl: {} at step {} of episode {} (copy {}) of environment '{}'",
                      sees ? fmt::format("the reward is {}", reward) : "an observation is not finite",
                      stepper_.steps(copy), stepper_.episode(copy), first_ + copy, spec().name);
  }

  void check_restored(const CollectorState& state) const {
    for (int copy = 0; copy < copies(); ++copy) {
      if (stepper_.env().observations().row(copy) == state.observations.row(first_ + copy)) continue;
      throw_input_error(
          "rl: environment '{}' is not deterministic: episode {}, stepped again with the same {} actions, has another "
          "observation, so that the run cannot be resumed exactly; begin a new run",
          spec().name, stepper_.episode(copy), stepper_.steps(copy));
    }
  }

  Stepper stepper_;
  int first_, all_;
  std::vector<std::uint64_t> next_;  ///< by copy, the number of its next episode
  std::vector<Matrix> actions_;      ///< by copy, of its episode so far (horizon, A)
  std::vector<double> returns_;      ///< by copy, of its episode so far
  std::vector<Cut> cuts_;
  std::vector<EndedEpisode> ended_;
};

Collector::Collector(const EnvFactory& env, const PolicyFactory& make_policy, const RandomStream& initial, int copies,
                     const CollectorState* state)
    : options_{.initial = initial}, copies_(copies) {
  if (state != nullptr && !fits(*state, env.spec, copies)) {
    throw_input_error("rl: the running episodes to resume from do not fit environment '{}' and rl.copies: {}",
                      env.spec.name, copies);
  }
  const int size = std::min(group_size, env.most_copies);
  for (int first = 0; first < copies; first += size) {
    groups_.push_back(
        std::make_unique<Group>(env, make_policy, options_, first, std::min(size, copies - first), copies));
  }
  for_each_block(std::ssize(groups_), 1, [&](std::int64_t begin, std::int64_t) {
    Group& group = *groups_[static_cast<std::size_t>(begin)];
    state != nullptr ? group.restore(*state) : group.begin_all();
  });
}

Collector::~Collector() = default;

Segment Collector::collect(int steps) {
  const EnvSpec& spec = groups_.front()->spec();
  const std::int64_t rows = std::int64_t{steps} * copies_;
  Segment segment{.observations = Matrix(rows, std::ssize(spec.observations)),
                  .goals = Matrix(rows, std::ssize(spec.goals)),
                  .extras = Matrix(rows, groups_.front()->extras()),
                  .rewards = std::vector<double>(static_cast<std::size_t>(rows)),
                  .terminated = std::vector<std::uint8_t>(static_cast<std::size_t>(rows)),
                  .ended = std::vector<std::uint8_t>(static_cast<std::size_t>(rows)),
                  .cuts = {},
                  .cut_observations = Matrix(0, std::ssize(spec.observations)),
                  .cut_goals = Matrix(0, std::ssize(spec.goals)),
                  .episodes = {}};
  for_each_block(std::ssize(groups_), 1, [&](std::int64_t begin, std::int64_t) {
    groups_[static_cast<std::size_t>(begin)]->collect(steps, segment);
  });
  for (const auto& group : groups_) group->append_ends(segment);
  return segment;
}

CollectorState Collector::state() const {
  CollectorState state;
  state.observations = Matrix::Zero(copies_, std::ssize(groups_.front()->spec().observations));
  for (const auto& group : groups_) group->append_state(state);
  return state;
}

}  // namespace fm
