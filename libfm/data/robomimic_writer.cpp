#include "libfm/data/robomimic_writer.hpp"

#include "libfm/core/error.hpp"
#include "libfm/data/column_attributes.hpp"
#include "libfm/data/dataset_arrays.hpp"

#include <nlohmann/json.hpp>

namespace fm {
namespace {

/// An array of observations or goals as robomimic divides it: T rows before the actions, and T after them.
void write_observed(Hdf5Writer& file, const std::string& demo, const char* key, const Matrix& rows, Eigen::Index steps,
                    Stored stored) {
  write_rows(file, fmt::format("{}/obs/{}", demo, key), rows.topRows(steps), stored);
  if (rows.rows() > steps) write_rows(file, fmt::format("{}/next_obs/{}", demo, key), rows.bottomRows(steps), stored);
}

void write_demo(Hdf5Writer& file, const std::string& demo, const Episode& e, const StoredTypes& stored) {
  file.group(demo);
  // Signed: robomimic subtracts from it, which NumPy 1 does in floating point if it is unsigned.
  file.attribute(demo, "num_samples", static_cast<std::int64_t>(e.steps()));
  file.group(demo + "/obs");
  if (e.observations.rows() > e.steps()) file.group(demo + "/next_obs");
  write_observed(file, demo, "observations", e.observations, e.steps(), stored.observations);
  if (e.goals.cols() > 0) write_observed(file, demo, "goals", e.goals, e.steps(), stored.goals);
  write_rows(file, demo + "/actions", e.actions, stored.actions);
  if (!e.rewards.empty()) file.array(demo + "/rewards", {e.rewards.size()}, std::span<const double>(e.rewards));
  file.array(demo + "/dones", {e.terminated.size()}, std::span<const std::uint8_t>(e.terminated));
}

void write_masks(Hdf5Writer& file, const Dataset& dataset) {
  std::vector<std::string> train, valid;
  for (std::size_t n = 0; n < dataset.episodes.size(); ++n) {
    (dataset.side(n) == Side::held_out ? valid : train).push_back(fmt::format("demo_{}", n));
  }
  if (dataset.sides.empty() || train.empty() || valid.empty()) return;
  file.group("/mask");
  file.texts("/mask/train", train);
  file.texts("/mask/valid", valid);
}

/// What robomimic makes an environment from: a number for its kind (2: Gym), its name and arguments.
std::string env_arguments(const DatasetInfo& info) {
  const nlohmann::json options = nlohmann::json::parse(info.env_options, nullptr, /*allow_exceptions=*/false);
  nlohmann::json arguments = {{"env_name", info.env}, {"type", 2}, {"env_kwargs", nlohmann::json::object()}};
  const auto id = "/gymnasium/id"_json_pointer;
  if (info.env == "gymnasium" && options.is_object() && options.contains(id)) arguments["env_name"] = options[id];
  return arguments.dump();
}

}  // namespace

void write_robomimic(const std::filesystem::path& file, const Dataset& dataset, const EnvSpec& spec) {
  if (dataset.episodes.empty()) throw InputError("fm export --robomimic: there are no episodes");
  if (std::filesystem::exists(file)) throw_input_error("{}: exists already; nothing is overwritten", file.string());
  Hdf5Writer out;
  out.group("/data");
  std::int64_t total = 0;
  for (const Episode& e : dataset.episodes) total += e.steps();
  out.attribute("/data", "total", total);
  out.attribute("/data", "env_args", env_arguments(dataset.info));
  write_column_attributes(out, "/data", "observation", spec.observations);
  write_column_attributes(out, "/data", "action", spec.actions);
  if (!spec.goals.empty()) write_column_attributes(out, "/data", "goal", spec.goals);
  const StoredTypes stored(dataset);
  for (std::size_t n = 0; n < dataset.episodes.size(); ++n) {
    write_demo(out, fmt::format("/data/demo_{}", n), *dataset.episodes[n], stored);
  }
  write_masks(out, dataset);
  out.save(file);
}

}  // namespace fm
