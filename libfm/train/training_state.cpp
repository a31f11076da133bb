#include "libfm/train/training_state.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy_spec/checkpoint_names.hpp"

#include <ATen/core/grad_mode.h>
#include <nlohmann/json.hpp>

namespace fm {
namespace {

/// The optimiser's tensors and the losses by their names in the file.
std::vector<std::pair<std::string, at::Tensor>> named_state(const TrainingTensors& tensors) {
  std::vector<std::pair<std::string, at::Tensor>> named;
  const std::vector<at::Tensor> state = tensors.optimiser.state();
  const auto parameters = tensors.model->named_parameters().keys();
  const char* kinds[] = {"first_moment", "second_moment", "steps"};
  for (std::size_t i = 0; i < state.size(); ++i) {
    const std::string& parameter = parameters[i % parameters.size()];
    named.emplace_back(fmt::format("optimiser.{}.{}", kinds[i / parameters.size()], parameter), state[i]);
  }
  named.emplace_back("training.losses", tensors.losses);
  return named;
}

nlohmann::json to_json(const TrainingState& state) {
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
  };
  return {{"step", state.step},
          {"best_step", state.best_step},
          {"best", state.best},
          {"first_loss", number(state.first_loss)},
          {"lowest_loss", number(state.lowest_loss)},
          {"highest_return", number(state.highest_return)},
          {"improved_epoch", state.improved_epoch},
          {"stopped", state.stopped}};
}

TrainingState from_json(const nlohmann::json& json) {
  const auto number = [&](const char* key) {
    const auto found = json.find(key);
    return found == json.end() || found->is_null() ? std::nullopt : std::optional(found->get<double>());
  };
  return {.step = json.at("step"),
          .best = json.at("best"),
          .best_step = json.at("best_step"),
          .first_loss = number("first_loss"),
          .lowest_loss = number("lowest_loss"),
          .highest_return = number("highest_return"),
          .improved_epoch = json.value("improved_epoch", std::int64_t{0}),
          .stopped = json.value("stopped", false)};
}

}  // namespace

void save_training(const std::filesystem::path& file, SafeTensors policy, const TrainingTensors& tensors,
                   const TrainingState& state) {
  for (const auto& [name, tensor] : named_state(tensors)) policy.tensors.push_back(to_safe_tensor(name, tensor));
  policy.metadata["training"] = to_json(state).dump();
  write_safetensors(file, policy);
}

TrainingState load_training(const std::filesystem::path& file, const TrainingTensors& tensors) {
  const at::NoGradGuard no_grad;
  const std::string where = file.string();
  const SafeTensors content = read_safetensors(file);
  check_verified(content, where);
  load_weights(content, "weights.", *tensors.model, where);
  if (tensors.averaged != tensors.model) load_weights(content, "ema.", *tensors.averaged, where);
  for (const auto& [name, tensor] : named_state(tensors)) {
    const SafeTensor* found = content.find(name);
    if (found == nullptr || at::IntArrayRef(found->shape) != tensor.sizes()) {
      throw_input_error("{}: tensor '{}' is missing or its shape differs from this run's", where, name);
    }
    tensor.copy_(from_safe_tensor(*found));
  }
  const auto training = content.metadata.find("training");
  if (training == content.metadata.end()) throw_input_error("{}: contains no training state to resume from", where);
  try {
    return from_json(nlohmann::json::parse(training->second));
  } catch (const nlohmann::json::exception& e) {
    throw_input_error("{}: malformed metadata 'training': {}", where, e.what());
  }
}

}  // namespace fm
