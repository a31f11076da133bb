#include "libfm/experiment/file_info.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/number_text.hpp"
#include "libfm/core/safetensors.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/data/recording.hpp"
#include "libfm/experiment/pipeline.hpp"
#include "libfm/experiment/provenance.hpp"
#include "libfm/experiment/user_data.hpp"
#include "libfm/policy_spec/checkpoint_names.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json dimensions(const std::vector<Dimension>& of) {
  Json list = Json::array();
  for (const Dimension& d : of) {
    list.push_back({{"name", d.name}, {"unit", d.unit}, {"low", number(d.low)}, {"high", number(d.high)}});
  }
  return list;
}

/// The bounds of each dimension, and minimum, mean and maximum of its recorded values.
Json columns(const std::vector<Dimension>& of, const Episodes& episodes, Matrix Episode::*part) {
  const Eigen::Index width = std::ssize(of);
  Eigen::RowVectorXd low = Eigen::RowVectorXd::Constant(width, INFINITY), high = -low,
                     sum = Eigen::RowVectorXd::Zero(width);
  double count = 0.0;
  for (const Episode& e : episodes) {
    const Matrix& values = e.*part;
    low = low.cwiseMin(values.colwise().minCoeff());
    high = high.cwiseMax(values.colwise().maxCoeff());
    sum += values.colwise().sum();
    count += static_cast<double>(values.rows());
  }
  Json list = dimensions(of);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto j = static_cast<Eigen::Index>(i);
    list[i].update({{"min", number(low[j])}, {"mean", number(sum[j] / count)}, {"max", number(high[j])}});
  }
  return list;
}

Json spread(const std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  Json json = {{"mean", mean(values)}, {"min", low}, {"max", high}};
  if (values.size() > 1) json["std"] = standard_deviation(values);
  return json;
}

Json dataset_info_of(const std::filesystem::path& file) {
  const Dataset dataset = read_recording(file, {.everything = true});
  const EnvSpec spec = spec_of_data(dataset, file.string());
  check_data_fits(dataset, spec, file.string());
  std::vector<double> lengths;
  double steps = 0.0, successes = 0.0;
  for (const Episode& e : dataset.episodes) {
    lengths.push_back(static_cast<double>(e.steps()));
    steps += lengths.back();
    successes += e.success ? 1.0 : 0.0;
  }
  Json json = {{"kind", "dataset"},
               {"file", file.string()},
               {"env", dataset.info.env},
               {"expert", dataset.info.expert},
               {"seed", dataset.info.seed},
               {"noise", dataset.info.noise},
               {"git_commit", dataset.info.git_commit},
               {"time_step", spec.time_step},
               {"episodes", dataset.episodes.size()},
               {"steps", static_cast<std::int64_t>(steps)},
               {"labelled_states", dataset.uniform_states.actions.rows()}};
  if (!dataset.sides.empty()) json["held_out"] = std::ranges::count(dataset.sides, Side::held_out);
  if (!dataset.episodes.empty()) {
    json["length"] = spread(lengths);
    const std::vector<double> returns = known_returns(dataset);
    json["return"] = returns.empty() ? Json() : spread(returns);
    json["success"] = successes / static_cast<double>(dataset.episodes.size());
  }
  json["observations"] = columns(spec.observations, dataset.episodes, &Episode::observations);
  json["actions"] = columns(spec.actions, dataset.episodes, &Episode::actions);
  json["goals"] = columns(spec.goals, dataset.episodes, &Episode::goals);
  return json;
}

Json checkpoint_info(const std::filesystem::path& file) {
  const SafeTensors content = read_safetensors(file);
  check_verified(content, file.string());
  const PolicyDescription d = description_from_metadata(content.metadata, file.string());
  std::uint64_t parameters = 0;
  for (const SafeTensor& tensor : content.tensors) {
    if (tensor.name.starts_with("weights.")) parameters += tensor.bytes.size() / dtype_bytes(tensor.dtype);
  }
  Json json = {{"kind", "checkpoint"},
               {"file", file.string()},
               {"format_version", d.format_version},
               {"policy", d.policy.name},
               {"network", d.network.name},
               {"parameters", parameters},
               {"acts_with", acting_prefix(content) == "ema." ? "moving average" : "weights"},
               {"solver", d.sampler.solver},
               {"solver_steps", d.sampler.steps},
               {"history", d.policy.horizon.observations},
               {"prediction", d.policy.horizon.prediction},
               {"executed", d.sampler.executed},
               {"delay", d.sampler.delay},
               {"normaliser", d.policy.normaliser},
               {"env", d.spec.name},
               {"time_step", d.spec.time_step}};
  const auto add_position = [&](const char* stage, const char* position, const char* name) {
    const auto found = content.metadata.find(stage);
    if (found == content.metadata.end()) return;
    const Json state = Json::parse(found->second, nullptr, /*allow_exceptions=*/false);
    if (!state.is_object() || !state.contains(position)) return;
    if (const Json& number = state[position]; number.is_number_integer()) json[name] = number;
  };
  add_position("training", "step", "trained_steps");
  add_position("reinforcement", "iteration", "reinforced_iterations");
  json["observations"] = dimensions(d.spec.observations);
  json["actions"] = dimensions(d.spec.actions);
  json["goals"] = dimensions(d.spec.goals);
  return json;
}

Json text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? *found : Json();
}

Json run_info(const std::filesystem::path& path) {
  const Experiment e = read_configuration(path / "config.yaml");
  const Json origin = read_provenance(path);
  const auto exists = [&](const char* name) { return std::filesystem::exists(path / name); };
  const char* state = exists("evaluation.json")                ? "evaluated"
                      : exists("checkpoints/last.safetensors") ? "trained in part or whole"
                      : exists("data.h5")                      ? "has its data"
                                                               : "just begun";
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    std::error_code vanished;  // a temporary file of a run that goes on
    const std::uintmax_t size = entry.file_size(vanished);
    if (!vanished) bytes += size;
  }
  Json json = {{"kind", "run"},
               {"directory", path.string()},
               {"name", e.name},
               {"state", state},
               {"started", text_of(origin, "started")},
               {"git_commit", text_of(origin, "git_commit")},
               {"env", e.env.name},
               {"policy", e.policy.name},
               {"network", e.network.name},
               {"seed", e.seed},
               {"epochs", e.train.epochs},
               {"rl", e.rl.name},
               {"megabytes", static_cast<double>(bytes) / 1e6}};
  if (const std::string summary = summary_of(path); !summary.empty()) json["summary"] = summary;
  return json;
}

std::string value_text(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return number_text(value.get<double>());
  if (!value.is_object()) return value.dump();
  std::string text;
  for (const auto& [key, part] : value.items()) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key, value_text(part));
  }
  return text;
}

std::string table_text(const std::string& title, const Json& rows) {
  std::string text = title;
  for (const auto& [key, value] : rows.front().items()) {
    if (key != "name")
      text += fmt::format("{:>{}}", key, key == "unit" ? std::max(1, 34 - static_cast<int>(title.size())) : 12);
  }
  text += "\n";
  for (const Json& row : rows) {
    text += fmt::format("  {:<24}", value_text(row["name"]));
    for (const auto& [key, value] : row.items()) {
      if (key != "name") text += fmt::format("{:>{}}", value_text(value), key == "unit" ? 8 : 12);
    }
    text += "\n";
  }
  return text;
}

}  // namespace

Json file_info(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) {
    if (std::filesystem::exists(path / "config.yaml")) return run_info(path);
    if (std::filesystem::exists(path / "sweep.yaml")) {
      throw_input_error("{}: is a sweep; see fm compare {} and fm list", path.string(), path.string());
    }
    if (is_recording(path)) return dataset_info_of(path);
    throw_input_error("{}: is neither a run directory (it contains no config.yaml) nor a dataset of Minari",
                      path.string());
  }
  if (path.extension() == ".safetensors") return checkpoint_info(path);
  if (is_recording(path)) return dataset_info_of(path);
  throw_input_error(
      "{}: give a recording (.h5, .hdf5, .npz or Minari's folder), a checkpoint (.safetensors) or a run directory",
      path.string());
}

std::string file_info_text(const Json& info) {
  std::string text;
  for (const auto& [key, value] : info.items()) {
    if (value.is_array()) {
      if (!value.empty()) text += table_text(key, value);
    } else if (key == "summary") {
      text += value.get<std::string>();
    } else {
      text += fmt::format("{:<16} {}\n", key, value_text(value));
    }
  }
  return text;
}

}  // namespace fm
