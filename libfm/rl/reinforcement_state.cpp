#include "libfm/rl/reinforcement_state.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/tensor_view.hpp"
#include "libfm/policy_spec/checkpoint_names.hpp"

#include <ATen/core/grad_mode.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace fm {
namespace {

const SafeTensor& find(const SafeTensors& content, const std::string& name, const std::string& where) {
  if (const SafeTensor* found = content.find(name)) return *found;
  throw_input_error("{}: tensor '{}' is missing", where, name);
}

SafeTensor to_tensor(const std::string& name, const Matrix& matrix) {
  return to_safe_tensor(name, view_as_tensor(matrix));
}

Matrix matrix_of(const SafeTensors& content, const std::string& name, const std::string& where) {
  const SafeTensor& found = find(content, name, where);
  if (found.shape.size() != 2) throw_input_error("{}: tensor '{}' is not a matrix", where, name);
  return to_matrix(from_safe_tensor(found));
}

/// The actions of all running episodes, one after another, and how many of each there are.
void append(const CollectorState& state, SafeTensors& content) {
  Eigen::Index total = 0;
  for (const Matrix& actions : state.actions) total += actions.rows();
  Matrix all(total, state.actions.front().cols()), episodes(std::ssize(state.actions), 2);
  Eigen::Index row = 0;
  for (std::size_t i = 0; i < state.actions.size(); ++i) {
    const auto k = static_cast<Eigen::Index>(i);
    all.middleRows(row, state.actions[i].rows()) = state.actions[i];
    row += state.actions[i].rows();
    episodes(k, 0) = static_cast<double>(state.episodes[i]);
    episodes(k, 1) = static_cast<double>(state.actions[i].rows());
  }
  content.tensors.push_back(to_tensor("collection.episodes", episodes));
  content.tensors.push_back(to_tensor("collection.actions", all));
  content.tensors.push_back(to_tensor("collection.observations", state.observations));
}

/// Whether the number is one of 0, 1, 2 ... that float64 holds exactly.
bool is_count(double number) { return number >= 0.0 && number < 0x1p53 && number == std::floor(number); }

CollectorState collector_state(const SafeTensors& content, const std::string& where) {
  const Matrix episodes = matrix_of(content, "collection.episodes", where);
  const Matrix actions = matrix_of(content, "collection.actions", where);
  CollectorState state;
  state.observations = matrix_of(content, "collection.observations", where);
  Eigen::Index row = 0;
  for (Eigen::Index i = 0; i < episodes.rows(); ++i) {
    const double number = episodes.cols() == 2 ? episodes(i, 0) : -1.0,
                 steps = episodes.cols() == 2 ? episodes(i, 1) : -1.0;
    if (!is_count(number) || !is_count(steps) || steps > static_cast<double>(actions.rows() - row)) {
      throw_input_error("{}: tensor 'collection.episodes' does not fit 'collection.actions'", where);
    }
    state.episodes.push_back(static_cast<std::uint64_t>(number));
    state.actions.emplace_back(actions.middleRows(row, static_cast<Eigen::Index>(steps)));
    row += static_cast<Eigen::Index>(steps);
  }
  return state;
}

nlohmann::json to_json(const ReinforcementState& state) {
  return {{"iteration", state.iteration},
          {"learning_rate", state.learning_rate},
          {"best", state.best},
          {"best_iteration", state.best_iteration},
          {"last_return", state.last_return ? nlohmann::json(*state.last_return) : nlohmann::json()},
          {"observation_statistics", state.observation_statistics},
          {"reward_scale", state.reward_scale}};
}

}  // namespace

void save_reinforcement(const std::filesystem::path& file, SafeTensors policy, const Learner& learner,
                        const ReinforcementState& state) {
  for (const auto& [name, tensor] : learner.state()) policy.tensors.push_back(to_safe_tensor(name, tensor));
  append(state.collector, policy);
  policy.metadata["reinforcement"] = to_json(state).dump();
  write_safetensors(file, policy);
}

ReinforcementState load_reinforcement(const std::filesystem::path& file, Learner& learner) {
  const at::NoGradGuard no_grad;
  const std::string where = file.string();
  const SafeTensors content = read_safetensors(file);
  check_verified(content, where);
  load_weights(content, "weights.", learner.policy(), where);
  const PolicyDescription theirs = description_from_metadata(content.metadata, where);
  const PolicyDescription& ours = learner.policy().description();
  if (theirs.spec.observations != ours.spec.observations || theirs.actions != ours.actions ||
      theirs.goals != ours.goals) {
    throw_input_error("{}: its observations, or its normalisers of actions and goals, differ from this run's", where);
  }
  learner.policy().set_observations(theirs.observations);
  for (const auto& [name, tensor] : learner.state()) {
    const SafeTensor& found = find(content, name, where);
    if (at::IntArrayRef(found.shape) != tensor.sizes()) {
      throw_input_error("{}: the shape of tensor '{}' differs from this run's", where, name);
    }
    tensor.copy_(from_safe_tensor(found));
  }
  ReinforcementState state{.collector = collector_state(content, where)};
  try {
    const nlohmann::json json = nlohmann::json::parse(content.metadata.at("reinforcement"));
    state.iteration = json.at("iteration");
    state.learning_rate = json.at("learning_rate");
    state.best = json.at("best").get<std::vector<double>>();
    state.best_iteration = json.at("best_iteration");
    if (!json.at("last_return").is_null()) state.last_return = json.at("last_return").get<double>();
    state.observation_statistics = json.at("observation_statistics").get<std::vector<double>>();
    state.reward_scale = json.at("reward_scale").get<std::vector<double>>();
  } catch (const std::exception& e) {
    throw_input_error("{}: malformed metadata 'reinforcement': {}", where, e.what());
  }
  if (!is_count(static_cast<double>(state.iteration))) throw_input_error("{}: malformed iteration", where);
  return state;
}

}  // namespace fm
